"""The watchlists that come with the program: real calendars, real parties, equal care."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from monitor import watch
from monitor.model.contest import Contest, Phase, TargetKind
from monitor.watch import register
from monitor.watch.contests import parse
from monitor.watch.toml import names, read


@pytest.fixture(scope="module")
def contests() -> dict[str, Contest]:
    faults: list[Any] = []
    found = {}
    for name in names(watch.shipped(), "contests"):
        root, _ = read(watch.shipped(), name, faults)
        assert root is not None
        contest = parse(root)
        found[contest.id] = contest
    assert faults == []
    return found


def test_everything_shipped_loads_together() -> None:
    ruleset = watch.load(watch.shipped())
    assert ruleset.contests.keys() >= {"pilpres-2019", "pilpres-2024", "pilgub-31-2017"}
    assert len(ruleset.digest) == 64


@pytest.mark.parametrize(
    ("contest", "local", "phase"),
    [
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
def test_calendars(contests: dict[str, Contest], contest: str, local: str, phase: Phase) -> None:
    instant = datetime.fromisoformat(local).astimezone(UTC)
    assert contests[contest].phase_at(instant) is phase


def test_the_second_round_has_two_pairs_with_their_old_numbers(
    contests: dict[str, Contest],
) -> None:
    second = contests["pilgub-31-2017"].round_at(datetime(2017, 4, 1, tzinfo=UTC))
    assert second is not None
    assert second.target_ids == ("pilgub-31-2017/2", "pilgub-31-2017/3")


def test_all_parties_of_2024(contests: dict[str, Contest]) -> None:
    parties = contests["pemilu-2024"].targets
    assert [party.number for party in parties] == list(range(1, 25))
    assert {party.kind for party in parties} == {TargetKind.PARTAI}
    assert [party.number for party in parties if party.area == "11"] == list(range(18, 24))
    assert all(party.names for party in parties)


def test_pairs_of_one_contest_are_listed_with_equal_care(contests: dict[str, Contest]) -> None:
    """A longer list of nicknames would make one pair easier to accuse than another (P21)."""
    lists = ("aliases", "ambiguous", "derogatory", "slogans", "hashtags")
    for contest in contests.values():
        pairs = [t for t in contest.targets if t.kind is TargetKind.PASLON]
        for one, other in combinations(pairs, 2):
            for name in lists:
                sizes = (len(getattr(one, name)), len(getattr(other, name)))
                assert max(sizes) - min(sizes) <= 1, (contest.id, name, sizes)


def test_every_calendar_says_what_it_rests_on(contests: dict[str, Contest]) -> None:
    for contest in contests.values():
        path = watch.shipped() / "contests" / f"{contest.id}.toml"
        rounds = tomllib.loads(path.read_text("utf-8"))["round"]
        assert contest.source
        assert all(one["source"] for one in rounds)


def test_the_example_register_names_nobody() -> None:
    path = watch.shipped() / "register" / "contoh.csv"
    assert len(register.load(path)) == 3
    assert register.inside_git(path) is None


def test_shipped_is_a_folder_of_the_program() -> None:
    assert (watch.shipped() / "legal.toml").is_file()
    assert Path(watch.__file__).parent.parent.parent in watch.shipped().parents
