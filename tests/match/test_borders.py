"""Phases of a contest and kinds of days at their borders: midnight in each zone, to the second."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor import watch
from monitor.match.phase import phase_of, target_phase
from monitor.model.contest import ZONES, Contest, Phase, Round
from monitor.model.day import DayKind, local_day
from monitor.model.wire import statement

IN_ZONE = {"WIB": "pilgub-35-2024", "WITA": "pilgub-51-2024", "WIT": "pilgub-94-2024"}
LAW = watch.load(watch.shipped(), contests=(*IN_ZONE.values(), "pilpres-2024", "pemilu-2024"))
SECOND = timedelta(seconds=1)
# PKPU 2/2024: the day on which each phase begins, and the phase before it.
PILKADA = [
    (date(2024, 1, 26), Phase.BEFORE, Phase.BEFORE),
    (date(2024, 8, 27), Phase.BEFORE, Phase.PROSPECTIVE),
    (date(2024, 9, 22), Phase.PROSPECTIVE, Phase.DETERMINED),
    (date(2024, 9, 25), Phase.DETERMINED, Phase.CAMPAIGN),
    (date(2024, 11, 24), Phase.CAMPAIGN, Phase.QUIET),
    (date(2024, 11, 27), Phase.QUIET, Phase.VOTING),
    (date(2024, 11, 28), Phase.VOTING, Phase.COUNTING),
    (date(2025, 2, 28), Phase.COUNTING, Phase.CLOSED),
]


def midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONES[zone]).astimezone(UTC)


def in_zone(zone: str) -> Contest:
    contest = LAW.contests[IN_ZONE[zone]]
    assert contest.zone == zone
    return contest


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(("day", "before", "after"), PILKADA)
def test_a_phase_begins_at_midnight_of_the_contests_zone(
    zone: str, day: date, before: Phase, after: Phase
) -> None:
    contest, border = in_zone(zone), midnight(day, zone)
    assert contest.phase_at(border - SECOND) is before
    assert contest.phase_at(border) is after


@pytest.mark.parametrize("zone", ZONES)
def test_the_stages_begin_and_the_contest_ends_at_midnight_too(zone: str) -> None:
    contest = in_zone(zone)
    first, last = midnight(date(2024, 1, 26), zone), midnight(date(2025, 2, 28), zone)
    assert [contest.is_live(i) for i in (first - SECOND, first)] == [False, True]
    assert [contest.is_live(i) for i in (last - SECOND, last)] == [True, False]


@pytest.mark.parametrize("zone", ZONES)
def test_penetapan_has_an_hour_where_it_is_known(zone: str) -> None:
    hour = datetime(2024, 9, 22, 16, 0, tzinfo=ZONES[zone])
    contest = in_zone(zone)
    rounds = tuple(replace(r, penetapan_at=hour) for r in contest.rounds)
    timed = replace(contest, rounds=rounds)
    assert timed.phase_at(hour - SECOND) is Phase.PROSPECTIVE
    assert timed.phase_at(hour) is Phase.DETERMINED
    assert timed.phase_at(midnight(date(2024, 9, 22), zone)) is Phase.PROSPECTIVE
    # The same act by a clock elsewhere is the same act.
    assert timed.phase_at(hour.astimezone(ZoneInfo("America/New_York"))) is Phase.DETERMINED


def test_the_three_zones_do_not_share_a_border() -> None:
    # 24 November begins in Papua two hours before it does in Java.
    instant = midnight(date(2024, 11, 24), "WIT")
    assert [in_zone(zone).phase_at(instant) for zone in ("WIT", "WITA", "WIB")] == [
        Phase.QUIET, Phase.CAMPAIGN, Phase.CAMPAIGN,
    ]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_an_election_day_is_a_holiday_and_the_day_of_the_vote(zone: str) -> None:
    begin, contest = midnight(date(2024, 11, 27), zone), in_zone(zone)
    for instant in (begin, begin + timedelta(hours=23, minutes=59)):
        assert contest.phase_at(instant) is Phase.VOTING
        assert LAW.days.at(instant, zone).kind is DayKind.HOLIDAY
    for instant in (begin - SECOND, begin + timedelta(days=1)):
        assert contest.phase_at(instant) is not Phase.VOTING
        assert LAW.days.at(instant, zone).kind is DayKind.WORKING


def test_the_contest_has_its_zone_and_the_person_their_own() -> None:
    """Somebody in Papua, shortly after midnight, about a contest in Java: quiet days, a holiday."""
    instant = datetime(2024, 11, 26, 16, 30, tzinfo=UTC)
    assert in_zone("WIB").phase_at(instant) is Phase.QUIET
    assert LAW.days.at(instant, "WIT").kind is DayKind.HOLIDAY
    assert LAW.days.at(instant, "WIB").kind is DayKind.WORKING
    assert local_day(instant, "WIT") == date(2024, 11, 27)


def test_a_day_of_cuti_bersama_in_the_campaign_is_both() -> None:
    day = midnight(date(2024, 2, 9), "WIB")
    assert LAW.contests["pilpres-2024"].phase_at(day) is Phase.CAMPAIGN
    assert LAW.days.at(day, "WIB").kind is DayKind.LEAVE
    assert LAW.days.at(day - SECOND, "WIB").kind is DayKind.HOLIDAY  # Isra Mikraj, the day before
    assert LAW.days.at(day + timedelta(days=3), "WIB").kind is DayKind.WORKING
    assert LAW.contests["pilpres-2024"].phase_at(day + timedelta(days=3)) is Phase.QUIET


def test_a_phase_is_known_where_the_kind_of_day_is_not() -> None:
    later = Round(
        id="utama",
        bakal_calon=date(2041, 2, 1),
        penetapan=date(2041, 3, 1),
        kampanye=(date(2041, 3, 4), date(2041, 5, 3)),
        masa_tenang=(date(2041, 5, 4), date(2041, 5, 6)),
        pemungutan_suara=date(2041, 5, 7),
        selesai=date(2041, 6, 15),
    )
    contest = replace(in_zone("WIB"), tahapan_mulai=date(2041, 1, 1), rounds=(later,))
    vote = midnight(date(2041, 5, 7), "WIB")
    assert contest.phase_at(vote) is Phase.VOTING
    found = LAW.days.at(vote, "WIB")
    assert (found.kind, found.off) == (DayKind.UNKNOWN, None)
    assert "tahun 2041 belum ada" in found.why


def phase(contest: Contest, **line: str) -> Phase:
    return phase_of(statement({"id": "x", "text": "x", **line}).activity, contest)


def test_two_looks_around_a_border_leave_the_phase_unknown() -> None:
    border = midnight(date(2024, 9, 22), "WIB")
    inside = {
        "not_before": border.isoformat(),
        "first_seen_at": (border + timedelta(hours=5)).isoformat(),
    }
    across = inside | {"not_before": (border - SECOND).isoformat()}
    contest = in_zone("WIB")
    assert phase(contest, **inside) is Phase.DETERMINED
    assert phase(contest, **across) is Phase.UNKNOWN


def test_a_single_look_is_no_time_of_the_act() -> None:
    seen = midnight(date(2024, 10, 12), "WIB").isoformat()
    contest = in_zone("WIB")
    assert phase(contest, first_seen_at=seen) is Phase.UNKNOWN
    # The platform's claim decides, however late it was seen.
    claimed = midnight(date(2024, 9, 1), "WIB").isoformat()
    assert phase(contest, first_seen_at=seen, occurred_at=claimed) is Phase.PROSPECTIVE


def test_a_sourced_date_makes_somebody_a_prospective_candidate_at_midnight() -> None:
    """POLICY 2: a recommendation or declaration counts before registration opens."""
    contest = in_zone("WITA")
    first = replace(contest.targets[0], bakal_calon_since=date(2024, 6, 1))
    early = replace(contest, targets=(first, *contest.targets[1:]))
    border = midnight(date(2024, 6, 1), "WITA")
    for instant, expected in ((border - SECOND, Phase.BEFORE), (border, Phase.PROSPECTIVE)):
        activity = statement({"id": "x", "text": "x", "occurred_at": instant.isoformat()}).activity
        assert target_phase(early, first.id, activity) is expected
        assert target_phase(early, contest.targets[1].id, activity) is Phase.BEFORE
