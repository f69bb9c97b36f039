from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.notify.words import DAYS, MONTHS, Language, day, moment

ACT = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "language", "said"),
    [
        ("WIB", "id", "Sabtu, 12 Oktober 2024 pukul 09.30 WIB"),
        ("WITA", "id", "Sabtu, 12 Oktober 2024 pukul 10.30 WITA"),
        ("WIT", "id", "Sabtu, 12 Oktober 2024 pukul 11.30 WIT"),
        ("WIB", "en", "Saturday, 12 October 2024 at 09:30 WIB"),
        ("", "id", "Sabtu, 12 Oktober 2024 pukul 09.30 WIB"),
    ],
)
def test_an_instant_is_said_in_the_persons_zone(zone: str, language: Language, said: str) -> None:
    assert moment(ACT, zone, language) == said


def test_the_day_changes_with_the_zone() -> None:
    late = datetime(2024, 12, 31, 16, 59, tzinfo=UTC)
    assert moment(late, "WIB", "id").startswith("Selasa, 31 Desember 2024 pukul 23.59")
    assert moment(late, "WIT", "id").startswith("Rabu, 1 Januari 2025 pukul 01.59")


def test_every_day_and_month_has_its_name() -> None:
    first = date(2024, 1, 1)
    days = [first + timedelta(days=n) for n in range(366)]
    for language in ("id", "en"):
        assert len(set(DAYS[language])) == 7
        names = [day(d, language).split()[1] for d in days]
        assert list(dict.fromkeys(names)) == list(MONTHS[language])
