"""Days off by table and override, at midnight in each zone, and where the table ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor import watch
from monitor.errors import ConfigError
from monitor.model.day import DayKind, Days, local_day
from monitor.watch import holidays

OFFSETS = {"WIB": 7, "WITA": 8, "WIT": 9}


@pytest.fixture(scope="module")
def days() -> Days:
    return watch.load(watch.shipped(), contests=("pemilu-2024",)).days


def with_file(lists: Path, text: str) -> Days:
    (lists / "holidays.toml").write_text(text, "utf-8")
    return watch.load(lists).days


@pytest.mark.parametrize(
    ("day", "kind", "name"),
    [
        (date(2024, 10, 14), DayKind.WORKING, ""),
        (date(2024, 10, 12), DayKind.WEEKEND, ""),
        (date(2024, 10, 13), DayKind.WEEKEND, ""),
        (date(2024, 5, 1), DayKind.HOLIDAY, "Hari Buruh Internasional"),
        (date(2024, 4, 12), DayKind.LEAVE, "Cuti Bersama Hari Raya Idul Fitri"),
        (date(2024, 4, 15), DayKind.LEAVE, "Cuti Bersama Hari Raya Idul Fitri"),
        (date(2025, 8, 18), DayKind.LEAVE, "Cuti Bersama Hari Kemerdekaan Republik Indonesia"),
    ],
)
def test_what_a_date_was(days: Days, day: date, kind: DayKind, name: str) -> None:
    found = days.kind(day)
    assert (found.kind, found.name, found.why) == (kind, name, "")
    assert found.off is (kind is not DayKind.WORKING)


@pytest.mark.parametrize(
    "day", [date(2017, 2, 15), date(2018, 6, 27), date(2024, 2, 14), date(2024, 11, 27)]
)
def test_an_election_day_is_a_holiday(days: Days, day: date) -> None:
    assert days.kind(day).kind is DayKind.HOLIDAY
    assert "Pemilihan" in days.kind(day).name


def test_an_election_day_of_one_province_is_a_holiday_there_only(days: Days) -> None:
    vote = date(2017, 4, 19)
    assert days.kind(vote, "31").kind is DayKind.HOLIDAY
    assert days.kind(vote, "31.71").kind is DayKind.HOLIDAY
    assert days.kind(vote, "32.75").kind is DayKind.WORKING
    unknown = days.kind(vote)
    assert unknown.off is None
    assert "sebagian daerah (31)" in unknown.why


def test_a_province_does_not_tell_in_which_regency_somebody_works(lists: Path) -> None:
    days = with_file(
        lists,
        '[[day]]\ndate = 2024-07-02\nkind = "libur_nasional"\nname = "PSU"\nareas = ["35.15"]\n'
        'source = "rekaan"\n',
    )
    assert days.kind(date(2024, 7, 2), "35").kind is DayKind.UNKNOWN
    assert days.kind(date(2024, 7, 2), "3515").kind is DayKind.HOLIDAY
    assert days.kind(date(2024, 7, 2), "36").kind is DayKind.WORKING


@pytest.mark.parametrize("zone", OFFSETS)
def test_a_holiday_begins_and_ends_at_midnight_of_the_zone(days: Days, zone: str) -> None:
    # 1 May 2024 lies between two working days.
    begin = datetime(2024, 5, 1, tzinfo=UTC) - timedelta(hours=OFFSETS[zone])
    second = timedelta(seconds=1)
    seen = [begin - second, begin, begin + timedelta(days=1) - second, begin + timedelta(days=1)]
    assert [days.at(instant, zone).kind for instant in seen] == [
        DayKind.WORKING,
        DayKind.HOLIDAY,
        DayKind.HOLIDAY,
        DayKind.WORKING,
    ]
    assert [local_day(instant, zone).day for instant in seen] == [30, 1, 1, 2]


def test_one_instant_is_sunday_in_the_east_and_saturday_in_the_west() -> None:
    instant = datetime(2024, 10, 12, 15, 30, tzinfo=UTC)
    assert [local_day(instant, zone).day for zone in OFFSETS] == [12, 12, 13]


def test_without_a_zone_only_what_holds_in_all_three_is_said(days: Days) -> None:
    midday = datetime(2024, 5, 1, 5, 0, tzinfo=UTC)
    assert days.at(midday, None).kind is DayKind.HOLIDAY
    between = datetime(2024, 4, 30, 15, 30, tzinfo=UTC)  # 1 May in WIT only
    found = days.at(between, None)
    assert found.off is None
    assert "zona waktu" in found.why
    assert days.at(between, "WIB").kind is DayKind.WORKING
    assert days.at(between, "WIT").kind is DayKind.HOLIDAY


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        local_day(datetime(2024, 5, 1), "WIB")  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize("year", [1999, 2031, 2150])
def test_beyond_the_table_a_weekday_is_unknown_and_says_so(days: Days, year: int) -> None:
    week = [days.kind(date(year, 9, day)) for day in range(1, 8)]
    unknown = [one for one in week if one.kind is DayKind.UNKNOWN]
    assert len(unknown) == 5
    assert all(f"tahun {year} belum ada" in one.why and one.off is None for one in unknown)
    assert [one.kind for one in week if one.day.weekday() >= 5] == [DayKind.WEEKEND] * 2


def test_independence_day_beyond_the_table_is_not_guessed_either(days: Days) -> None:
    assert days.kind(date(2037, 8, 17)).kind is DayKind.UNKNOWN


def test_an_estimated_holiday_and_its_neighbours_are_unknown(days: Days) -> None:
    # The decree for 2027 is out, but the day of Idul Adha is still an estimate.
    estimated = days.kind(date(2027, 5, 17))
    assert estimated.kind is DayKind.UNKNOWN
    assert estimated.why == "tanggal Hari Raya Idul Adha baru perkiraan"
    assert days.kind(date(2027, 5, 18)).kind is DayKind.LEAVE
    assert days.kind(date(2027, 5, 16)).kind is DayKind.WEEKEND
    beside = days.kind(date(2027, 3, 11) + timedelta(days=1))
    assert beside.kind is DayKind.LEAVE
    assert days.kind(date(2027, 5, 21)).kind is DayKind.WORKING


def test_the_working_day_beside_an_estimate_is_unknown() -> None:
    made = holidays.packaged()
    later = replace(made, years=made.years | {2028})  # as if its cuti bersama were published
    assert later.kind(date(2028, 5, 9)).why == "tanggal Hari Raya Waisak baru perkiraan"
    for beside in (date(2028, 5, 8), date(2028, 5, 10)):
        assert later.kind(beside).kind is DayKind.UNKNOWN
        assert "dapat bergeser" in later.kind(beside).why
    assert later.kind(date(2028, 5, 11)).kind is DayKind.WORKING


def test_the_name_of_no_known_day_is_an_estimate() -> None:
    made = holidays.packaged()
    assert not [one for one in made.special.values() if holidays.ESTIMATED in one.name]
    assert all(day.year in made.years for day in made.special)


def test_a_file_amends_one_date(lists: Path) -> None:
    days = with_file(
        lists,
        '[[day]]\ndate = 2024-04-15\nkind = "hari_kerja"\nname = "cuti bersama dicabut"\n'
        'source = "rekaan"\n'
        '[[day]]\ndate = 2027-05-17\nkind = "libur_nasional"\nname = "Hari Raya Idul Adha"\n'
        'source = "rekaan"\n',
    )
    assert days.kind(date(2024, 4, 15)).kind is DayKind.WORKING
    assert days.kind(date(2024, 4, 12)).kind is DayKind.LEAVE
    assert days.kind(date(2027, 5, 17)).kind is DayKind.HOLIDAY


def test_a_date_named_in_a_year_without_table_is_known_and_the_rest_is_not(lists: Path) -> None:
    days = with_file(
        lists,
        '[[day]]\ndate = 2035-08-17\nkind = "libur_nasional"\nname = "Hari Kemerdekaan"\n'
        'source = "rekaan"\n',
    )
    assert days.kind(date(2035, 8, 17)).kind is DayKind.HOLIDAY
    assert days.kind(date(2035, 8, 16)).kind is DayKind.UNKNOWN


def test_a_year_listed_in_the_file_is_whole(lists: Path) -> None:
    days = with_file(
        lists,
        '[[year]]\nyear = 2029\nsource = "rekaan"\n'
        '[[day]]\ndate = 2029-02-15\nkind = "libur_nasional"\nname = "Idul Fitri"\n'
        'source = "rekaan"\n'
        '[[day]]\ndate = 2029-02-16\nkind = "cuti_bersama"\nname = "Idul Fitri"\n'
        'source = "rekaan"\n',
    )
    assert days.kind(date(2029, 2, 14)).kind is DayKind.WORKING
    assert days.kind(date(2029, 2, 15)).kind is DayKind.HOLIDAY
    assert days.kind(date(2029, 2, 16)).kind is DayKind.LEAVE
    # The file replaces the package's list for that year.
    assert days.kind(date(2029, 8, 17)).kind is DayKind.WORKING
    assert days.kind(date(2030, 2, 14)).kind is DayKind.UNKNOWN


def test_every_fault_of_the_file_is_told_with_its_key(lists: Path) -> None:
    (lists / "holidays.toml").write_text(
        '[[day]]\ndate = 2024-04-15\nkind = "libur"\nname = "x"\nsource = "x"\n'
        '[[day]]\ndate = 2024-04-16\nkind = "hari_kerja"\nname = "x"\nareas = ["Jakarta"]\n'
        'source = "x"\n'
        '[[day]]\ndate = 2024-04-16\nkind = "hari_kerja"\nname = "x"\nsource = ""\n'
        "[[year]]\nyear = 1900\n",
        "utf-8",
    )
    with pytest.raises(ConfigError) as caught:
        watch.load(lists)
    places = {(fault.where, fault.key) for fault in caught.value.faults}
    assert places == {
        ("holidays.toml", "day.0.kind"),
        ("holidays.toml", "day.1.areas.0"),
        ("holidays.toml", "day.2.source"),
        ("holidays.toml", "day.2.date"),
        ("holidays.toml", "year.0.year"),
        ("holidays.toml", "year.0.source"),
    }


def test_the_file_is_part_of_what_a_finding_names(lists: Path) -> None:
    before = watch.load(lists)
    (lists / "holidays.toml").write_text(
        '[[day]]\ndate = 2024-04-15\nkind = "hari_kerja"\nname = "x"\nsource = "x"\n', "utf-8"
    )
    after = watch.load(lists)
    assert before.digest != after.digest
    assert "holidays.toml" in after.files


def test_a_day_says_itself(days: Days) -> None:
    assert str(days.kind(date(2024, 5, 1))) == (
        "2024-05-01 libur nasional: Hari Buruh Internasional"
    )
    assert str(days.kind(date(2024, 10, 14))) == "2024-10-14 hari kerja"
