"""The watchlists that come with the program: real calendars, real parties, equal care."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path

import pytest

from monitor import watch
from monitor.collect.registry import PLATFORMS
from monitor.errors import Fault
from monitor.intake import collisions
from monitor.model.contest import Contest, ContestTarget, Phase, TargetKind
from monitor.watch import register


@pytest.fixture(scope="module")
def contests() -> Mapping[str, Contest]:
    return watch.load(watch.shipped()).contests


def test_everything_shipped_loads_together(contests: Mapping[str, Contest]) -> None:
    presidents = {"pilpres-2014", "pilpres-2019", "pilpres-2024"}
    assert contests.keys() >= presidents | {"pilgub-31-2017", "pemilu-2024"}
    assert len(watch.load(watch.shipped(), contests=("pilpres-2014",)).digest) == 64


def test_all_ballots_of_the_regional_elections_of_2024(contests: Mapping[str, Contest]) -> None:
    """37 provinces, 415 regencies and 93 cities voted; 37 of them on one pair or the empty box."""
    found = [c for c in contests.values() if c.id.endswith("-2024") and c.area]
    levels = Counter(contest.level for contest in found)
    assert levels == {"pilgub": 37, "pilbup": 415, "pilwako": 93}
    targets = [target for contest in found for target in contest.targets]
    assert len(targets) == 1594
    assert sum(target.kind is TargetKind.KOSONG for target in targets) == 37
    assert {len(target.names) for target in targets if target.kind is TargetKind.PASLON} == {2}


def test_every_id_is_made_of_level_area_year_and_number(contests: Mapping[str, Contest]) -> None:
    for contest in contests.values():
        code = contest.area.replace(".", "")
        middle = f"-{code}" if code else ""
        assert re.fullmatch(rf"{contest.level}{middle}-20\d\d", contest.id)
        for target in contest.targets:
            if target.kind is not TargetKind.PARTAI:
                tail = "kosong" if target.kind is TargetKind.KOSONG else target.number
                assert target.id == f"{contest.id}/{tail}"


def test_time_zones_follow_the_province(contests: Mapping[str, Contest]) -> None:
    zones = {c.area[:2]: c.zone for c in contests.values() if c.level in {"pilbup", "pilwako"}}
    assert [zones[code] for code in ("11", "35", "61", "62")] == ["WIB"] * 4
    assert [zones[code] for code in ("51", "53", "63", "65", "73", "76")] == ["WITA"] * 6
    assert [zones[code] for code in ("81", "82", "91", "96")] == ["WIT"] * 4


@pytest.mark.parametrize(
    ("contest", "local", "phase"),
    [
        ("pilpres-2014", "2014-05-31T12:00:00+07:00", Phase.DETERMINED),
        ("pilpres-2014", "2014-07-05T12:00:00+07:00", Phase.CAMPAIGN),
        ("pilpres-2014", "2014-07-09T12:00:00+07:00", Phase.VOTING),
        ("pilbup-3515-2024", "2024-08-26T12:00:00+07:00", Phase.BEFORE),
        ("pilbup-3515-2024", "2024-09-21T23:59:59+07:00", Phase.PROSPECTIVE),
        ("pilbup-3515-2024", "2024-09-22T00:00:00+07:00", Phase.DETERMINED),
        ("pilgub-91-2024", "2024-09-24T22:00:00+07:00", Phase.CAMPAIGN),
        ("pilwako-7371-2024", "2024-11-23T23:30:00+08:00", Phase.CAMPAIGN),
        ("pilwako-7371-2024", "2024-11-25T12:00:00+08:00", Phase.QUIET),
        ("pilgub-31-2024", "2024-11-27T09:00:00+07:00", Phase.VOTING),
        ("pilgub-31-2024", "2025-03-01T09:00:00+07:00", Phase.CLOSED),
        ("pilpres-2024", "2022-06-13T23:59:59+07:00", Phase.BEFORE),
        ("pilpres-2024", "2023-10-18T12:00:00+07:00", Phase.BEFORE),
        ("pilpres-2024", "2023-10-19T00:00:00+07:00", Phase.PROSPECTIVE),
        ("pilpres-2024", "2023-11-12T23:59:59+07:00", Phase.PROSPECTIVE),
        ("pilpres-2024", "2023-11-13T00:00:00+07:00", Phase.DETERMINED),
        ("pilpres-2024", "2023-11-28T00:00:00+07:00", Phase.CAMPAIGN),
        ("pilpres-2024", "2024-02-10T23:59:59+07:00", Phase.CAMPAIGN),
        ("pilpres-2024", "2024-02-11T00:00:00+07:00", Phase.QUIET),
        ("pilpres-2024", "2024-02-14T08:00:00+07:00", Phase.VOTING),
        ("pilpres-2024", "2024-03-20T12:00:00+07:00", Phase.COUNTING),
        ("pilpres-2024", "2024-10-20T12:00:00+07:00", Phase.CLOSED),
        ("pilpres-2019", "2018-09-20T12:00:00+07:00", Phase.DETERMINED),
        ("pilpres-2019", "2018-09-23T00:00:00+07:00", Phase.CAMPAIGN),
        ("pilpres-2019", "2019-04-16T12:00:00+07:00", Phase.QUIET),
        ("pilpres-2019", "2019-04-17T12:00:00+07:00", Phase.VOTING),
        ("pilgub-31-2017", "2016-10-23T12:00:00+07:00", Phase.PROSPECTIVE),
        ("pilgub-31-2017", "2016-10-28T00:00:00+07:00", Phase.CAMPAIGN),
        ("pilgub-31-2017", "2017-02-15T10:00:00+07:00", Phase.VOTING),
        ("pilgub-31-2017", "2017-03-01T10:00:00+07:00", Phase.COUNTING),
        ("pilgub-31-2017", "2017-03-05T10:00:00+07:00", Phase.DETERMINED),
        ("pilgub-31-2017", "2017-04-15T10:00:00+07:00", Phase.CAMPAIGN),
        ("pilgub-31-2017", "2017-04-19T10:00:00+07:00", Phase.VOTING),
        ("pemilu-2024", "2022-12-13T12:00:00+07:00", Phase.PROSPECTIVE),
        ("pemilu-2024", "2022-12-14T12:00:00+07:00", Phase.DETERMINED),
        ("pemilu-2024", "2024-01-15T12:00:00+07:00", Phase.CAMPAIGN),
    ],
)
def test_calendars(contests: Mapping[str, Contest], contest: str, local: str, phase: Phase) -> None:
    instant = datetime.fromisoformat(local).astimezone(UTC)
    assert contests[contest].phase_at(instant) is phase


def test_the_second_round_has_two_pairs_with_their_old_numbers(
    contests: Mapping[str, Contest],
) -> None:
    second = contests["pilgub-31-2017"].round_at(datetime(2017, 4, 1, tzinfo=UTC))
    assert second is not None
    assert second.target_ids == ("pilgub-31-2017/2", "pilgub-31-2017/3")


def test_all_parties_of_2024(contests: Mapping[str, Contest]) -> None:
    parties = contests["pemilu-2024"].targets
    assert [party.number for party in parties] == list(range(1, 25))
    assert {party.kind for party in parties} == {TargetKind.PARTAI}
    assert [party.number for party in parties if party.area == "11"] == list(range(18, 24))
    assert all(party.names for party in parties)


def test_pairs_of_one_contest_are_listed_with_equal_care(
    contests: Mapping[str, Contest],
) -> None:
    """A longer list of nicknames would make one pair easier to accuse than another (P21)."""
    for contest in contests.values():
        pairs = [t for t in contest.targets if t.kind is TargetKind.PASLON]
        for one, other in combinations(pairs, 2):
            for name, get in LISTS.items():
                sizes = len(get(one)), len(get(other))
                assert max(sizes) <= 2 * min(sizes), (contest.id, name, sizes)


LISTS: Mapping[str, Callable[[ContestTarget], Sequence[str]]] = {
    "aliases": lambda t: t.aliases,
    "slogans": lambda t: t.slogans,
    "hashtags": lambda t: t.hashtags,
    "derogatory": lambda t: t.derogatory,
    "all": lambda t: (*t.names, *t.aliases, *t.ambiguous, *t.slogans, *t.hashtags),
}


def test_no_form_names_two_targets_by_itself(contests: Mapping[str, Contest]) -> None:
    assert [c for c in collisions.find(contests.values()) if c.strong] == []


def test_one_common_word_is_never_a_strong_form_of_an_imported_pair() -> None:
    """Only a hand makes a single word strong, and then it stands in ``aliases/``."""
    folder = watch.shipped()
    added = {p.stem: tomllib.loads(p.read_text("utf-8")) for p in folder.glob("aliases/*.toml")}
    chosen = {a for one in added.values() for t in one["target"] for a in t.get("aliases", ())}
    calendar = watch.load(folder).contests
    for contest in calendar.values():
        if contest.rounds[0].pemungutan_suara == date(2024, 11, 27):
            pairs = [t for t in contest.targets if t.kind is TargetKind.PASLON]
            single = {a for t in pairs for a in t.aliases if " " not in a}
            assert single <= chosen


def test_every_calendar_says_what_it_rests_on(contests: Mapping[str, Contest]) -> None:
    assert all(contest.source for contest in contests.values())
    for part in ("contests", "calendars", "aliases"):
        for path in (watch.shipped() / part).glob("*.toml"):
            data = tomllib.loads(path.read_text("utf-8"))
            assert data["source"]
            assert all(one["source"] for one in data.get("round", ()))


def test_the_example_register_names_nobody() -> None:
    path = watch.shipped() / "register" / "contoh.csv"
    told: list[Fault] = []
    assert len(list(register.read(path, told, platforms=PLATFORMS.values()))) == 3
    assert told == []
    assert register.inside_git(path, platforms=PLATFORMS.values()) is None


def test_shipped_is_a_folder_of_the_program() -> None:
    assert (watch.shipped() / "legal.toml").is_file()
    assert Path(watch.__file__).parent.parent.parent in watch.shipped().parents
