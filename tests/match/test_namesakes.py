"""Several contests at once: namesakes, places, numbers, and the days on which each is live."""

from __future__ import annotations

import functools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.match.engine import Engine
from monitor.match.live import LiveSets
from monitor.model.contest import Contest, ContestTarget, LiveDays, TargetKind, live_at
from monitor.model.finding import Reading
from monitor.model.wire import statement
from tests.match.world import CAMPAIGN, PARTIES, governor, parties, regent, ruleset

PLACES = ("Tanjungrejo", "Muarasari", "Bukitlangit")


def _contest(place: int, area: str, *names: str) -> Contest:
    name = f"pilbup-99{place:02}-2030"
    targets = tuple(
        ContestTarget(f"{name}/{n}", TargetKind.PASLON, who, n, names=(who,))
        for n, who in enumerate(names, start=1)
    )
    title = f"Pemilihan Bupati dan Wakil Bupati {area} 2030"
    return replace(regent(), id=name, title=title, area=f"99.{place:02}", targets=targets)


ONE = _contest(11, PLACES[0], "Hardiyanto Lesmana", "Suwandari Pratiwi")
TWO = _contest(12, PLACES[1], "Mugiyatmo Wardoyo", "Hardiyanto Lesmana")
EARLIER = replace(ONE.rounds[0], pemungutan_suara=date(2030, 11, 25))
SAME = replace(
    _contest(13, PLACES[2], "Prayogi Mulyasari"),
    rounds=(EARLIER,),
    targets=tuple(
        replace(target, id="pilbup-9913-2030/1", names=("Suwandari Pratiwi",), number=3)
        for target in ONE.targets[1:]
    ),
)
MANY = [_contest(n, f"Daerah{n}", "Kusumadireja", "Wiranegara") for n in range(21, 29)]


@functools.cache
def engine() -> Engine:
    contests = {c.id: c for c in (ONE, TWO, SAME, *MANY, parties())}
    return Engine(replace(ruleset(), contests=contests))


def read(text: str, *contests: Contest) -> Reading:
    line = statement({"id": "x", "occurred_at": CAMPAIGN, "text": text})
    return engine().read([line.activity], [tuple(c.id for c in contests)])[0]


def test_namesakes_of_two_contests_are_both_named_and_asked_about() -> None:
    reading = read("ayo coblos Hardiyanto Lesmana", ONE, TWO)
    assert set(reading.targets) == {"pilbup-9911-2030/1", "pilbup-9912-2030/2"}
    assert {m.outcome.value for m in reading.matches} == {"review"}


def test_a_place_settles_which_namesake_is_meant() -> None:
    reading = read("warga Muarasari ayo kita semua coblos Hardiyanto Lesmana ya", ONE, TWO)
    assert reading.targets == ("pilbup-9912-2030/2",)
    assert {m.outcome.value for m in reading.matches} == {"alert"}


def test_another_name_of_the_contest_settles_it() -> None:
    reading = read("jangan pilih Mugiyatmo Wardoyo, coblos Hardiyanto Lesmana", ONE, TWO)
    assert "pilbup-9912-2030/2" in reading.targets
    assert "pilbup-9911-2030/1" not in reading.targets


def test_a_person_who_stands_in_two_contests_is_meant_in_the_first() -> None:
    assert read("ayo coblos Suwandari Pratiwi", ONE, SAME).targets == ("pilbup-9911-2030/2",)
    assert read("ayo coblos Suwandari Pratiwi", SAME, ONE).targets == ("pilbup-9913-2030/1",)


def test_a_place_settles_a_number() -> None:
    assert read("ayo warga Tanjungrejo coblos nomor 2", ONE, TWO).targets == ("pilbup-9911-2030/2",)


def test_a_number_that_very_many_could_mean_names_nobody() -> None:
    assert read("ayo coblos nomor 2", *MANY).targets == ()
    assert len(read("ayo coblos nomor 2", *MANY[:3]).targets) == 3


def test_pairs_come_before_parties() -> None:
    sets = LiveSets({c.id: c for c in (parties(), governor(), regent())})
    assert list(sets.of((PARTIES, regent().id, governor().id, "pilgub-00-2030"))) == [
        regent().id,
        governor().id,
        PARTIES,
    ]


START = datetime(2030, 1, 25, tzinfo=UTC)


@given(st.integers(0, 60 * 24 * 400))
def test_the_days_remembered_answer_as_the_contests_do(minutes: int) -> None:
    east = replace(regent(), zone="WIT", tahapan_mulai=date(2030, 3, 1))
    contests = {c.id: c for c in (governor(), east, parties())}
    days = LiveDays(contests)
    instant = START + timedelta(minutes=minutes)
    before = instant - timedelta(hours=3)
    for moment in (before, instant, before):
        assert days.at(moment) == live_at(contests.values(), moment)
