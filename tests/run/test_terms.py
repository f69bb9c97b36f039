"""A contest ends by itself, rests between its rounds, and is kept open by a named person only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor.model.contest import ZONES, Contest, ContestTarget, Phase, Round, TargetKind
from monitor.model.rule import RuleSet
from monitor.run import terms
from monitor.run.terms import Terms, Word
from monitor.store import governance, migrate
from monitor.store.writer import Writer

ID = "pilgub-99-2030"
FIRST = Round(
    id="utama",
    bakal_calon=date(2030, 2, 1),
    penetapan=date(2030, 3, 1),
    kampanye=(date(2030, 3, 4), date(2030, 5, 3)),
    masa_tenang=(date(2030, 5, 4), date(2030, 5, 6)),
    pemungutan_suara=date(2030, 5, 7),
    selesai=date(2030, 6, 15),
)
SECOND = Round(
    id="psu",
    bakal_calon=date(2030, 8, 1),
    penetapan=date(2030, 8, 2),
    kampanye=(date(2030, 8, 3), date(2030, 8, 20)),
    masa_tenang=(date(2030, 8, 21), date(2030, 8, 23)),
    pemungutan_suara=date(2030, 8, 24),
    selesai=date(2030, 9, 10),
)


def contest(zone: str = "WIT", rounds: tuple[Round, ...] = (FIRST, SECOND)) -> Contest:
    target = ContestTarget(f"{ID}/1", TargetKind.PASLON, "Rekaan", 1)
    return Contest(ID, "Pilgub Rekaan", "pilgub", "99", zone, date(2030, 1, 1), rounds, (target,))


def ruleset(one: Contest) -> RuleSet:
    return RuleSet(digest="0" * 64, contests={ID: one}, rules=(), lexicon={}, instruments={})


def noon(day: date, zone: str = "WIT") -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZONES[zone]).astimezone(UTC)


def kept(*words: tuple[date, date]) -> Contest:
    said = tuple(Word(noon(day), until) for day, until in words)
    return terms.extended(ruleset(contest()), {ID: said}).contests[ID]


def live_days(one: Contest, first: date, last: date) -> list[date]:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [day for day in days if one.is_live(noon(day))]


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    migrate.upgrade(tmp_path / "data" / "n.sqlite3")
    with closing(Writer(tmp_path / "data" / "n.sqlite3")) as made:
        yield made


@pytest.mark.parametrize("zone", ZONES)
def test_a_contest_ends_at_midnight_of_its_own_zone(zone: str) -> None:
    one = contest(zone)
    midnight = datetime(2030, 9, 11, tzinfo=ZONES[zone])
    assert one.is_live(midnight - timedelta(seconds=1))
    assert not one.is_live(midnight)


def test_between_two_rounds_and_after_the_last_nothing_is_live() -> None:
    one = contest()
    assert live_days(one, date(2030, 6, 14), date(2030, 8, 2)) == [
        date(2030, 6, 14), date(2030, 6, 15), date(2030, 8, 1), date(2030, 8, 2),
    ]  # fmt: skip
    assert live_days(one, date(2030, 9, 11), date(2032, 1, 1)) == []
    assert live_days(one, date(2029, 12, 25), date(2030, 1, 2)) == [
        date(2030, 1, 1), date(2030, 1, 2),
    ]  # fmt: skip


def test_an_extension_said_before_the_end_goes_on_without_a_gap() -> None:
    one = kept((date(2030, 9, 1), date(2030, 9, 20)))
    assert live_days(one, date(2030, 9, 8), date(2030, 10, 1))[-1] == date(2030, 9, 20)
    assert len(live_days(one, date(2030, 9, 8), date(2030, 10, 1))) == 13
    assert one.phase_at(noon(date(2030, 9, 20))) is Phase.COUNTING


def test_a_contest_kept_open_late_is_open_from_that_day_only() -> None:
    one = kept((date(2031, 1, 10), date(2031, 1, 12)))
    assert live_days(one, date(2030, 9, 11), date(2031, 2, 1)) == [
        date(2031, 1, 10), date(2031, 1, 11), date(2031, 1, 12),
    ]  # fmt: skip


def test_what_happened_is_judged_in_the_round_of_its_date() -> None:
    one = kept((date(2030, 6, 10), date(2030, 12, 31)))
    for day in (date(2030, 3, 10), date(2030, 5, 7), date(2030, 8, 24), date(2030, 8, 5)):
        assert one.phase_at(noon(day)) is contest().phase_at(noon(day))
    assert one.phase_at(noon(date(2030, 7, 1))) is Phase.COUNTING
    assert live_days(one, date(2030, 6, 1), date(2031, 1, 31))[-1] == date(2030, 12, 31)


def test_a_later_word_prolongs_or_ends_what_an_earlier_one_opened() -> None:
    longer = kept((date(2030, 9, 5), date(2030, 9, 20)), (date(2030, 9, 18), date(2030, 10, 2)))
    assert len(live_days(longer, date(2030, 9, 11), date(2030, 12, 1))) == 22
    shorter = kept((date(2030, 9, 5), date(2030, 12, 31)), (date(2030, 9, 18), date(2030, 9, 18)))
    assert live_days(shorter, date(2030, 9, 11), date(2031, 1, 1))[-1] == date(2030, 9, 18)
    again = kept((date(2030, 9, 5), date(2030, 9, 20)), (date(2030, 10, 5), date(2030, 10, 6)))
    assert live_days(again, date(2030, 9, 19), date(2030, 12, 1)) == [
        date(2030, 9, 19), date(2030, 9, 20), date(2030, 10, 5), date(2030, 10, 6),
    ]  # fmt: skip


def test_a_word_that_adds_no_day_changes_nothing() -> None:
    base = ruleset(contest())
    assert terms.extended(base, {}) is base
    assert terms.extended(base, {ID: (Word(noon(date(2030, 3, 1)), date(2030, 6, 1)),)}) is base
    assert terms.extended(base, {"pilgub-98-2030": (Word(noon(date(2030, 3, 1)), date.max),)}) is (
        base
    )


def test_days_kept_open_give_the_set_another_digest_each() -> None:
    base = ruleset(contest())
    one = terms.extended(base, {ID: (Word(noon(date(2030, 9, 1)), date(2030, 9, 20)),)})
    two = terms.extended(base, {ID: (Word(noon(date(2030, 9, 1)), date(2030, 9, 21)),)})
    same = terms.extended(base, {ID: (Word(noon(date(2030, 9, 2)), date(2030, 9, 20)),)})
    assert len({base.digest, one.digest, two.digest}) == 3
    assert one.digest == same.digest
    assert replace(one, digest="", contests={}) == replace(base, digest="", contests={})


def test_the_words_are_read_from_the_log_and_only_what_is_new(writer: Writer) -> None:
    kept_words = Terms()
    assert kept_words.words(writer.reader()) == {}
    for day, until in (
        (date(2030, 9, 1), date(2030, 9, 20)),
        (date(2030, 9, 2), date(2030, 10, 1)),
    ):
        with writer.transaction() as tx:
            terms.keep_open(tx, ID, until, who="Bu Rekaan", why="sengketa", now=noon(day))
        assert kept_words.words(writer.reader())[ID][-1] == Word(noon(day), until)
    assert len(kept_words.words(writer.reader())[ID]) == 2
    decision = governance.latest(writer.reader())[f"contest/{ID}"]
    assert decision.public == {"until": "2030-10-01"}
    assert decision.content == {"who": "Bu Rekaan", "why": "sengketa"}


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2030, 1, 15), ("utama", True)),
        (date(2030, 6, 15), ("utama", True)),
        (date(2030, 6, 16), ("psu", False)),
        (date(2030, 8, 24), ("psu", True)),
        (date(2030, 9, 11), ("psu", False)),
    ],
)
def test_how_a_contest_stands_is_said_with_its_round(day: date, found: tuple[str, bool]) -> None:
    said = terms.term(contest(), noon(day))
    assert (said.round, said.open) == found
