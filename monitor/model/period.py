"""Days, weeks and months that a report or a recap is about, each in one zone of the country."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from types import MappingProxyType

from monitor.model.contest import ZONES

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


class Length(StrEnum):
    """How long a period is."""

    DAY = "hari"
    WEEK = "minggu"
    MONTH = "bulan"


@dataclass(frozen=True, slots=True)
class Period:
    """From ``first`` until before ``after``, local days of ``zone`` (WIB, WITA or WIT)."""

    length: Length
    first: date
    after: date
    zone: str

    @property
    def name(self) -> str:
        """A name that sorts: ``hari/2024-10-12``, ``minggu/2024-10-07``, ``bulan/2024-10``."""
        day = self.first.isoformat()
        return f"{self.length}/{day[:7] if self.length is Length.MONTH else day}"

    @property
    def last_day(self) -> date:
        return self.after - _DAY

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first, time(), ZONES[self.zone])

    @property
    def end(self) -> datetime:
        return datetime.combine(self.after, time(), ZONES[self.zone])


def of_day(day: date, zone: str) -> Period:
    return Period(Length.DAY, day, day + _DAY, zone)


def of_week(day: date, zone: str) -> Period:
    """Return the week, Monday to Sunday, that a day lies in."""
    first = day - timedelta(days=day.weekday())
    return Period(Length.WEEK, first, first + _WEEK, zone)


def of_month(day: date, zone: str) -> Period:
    first = day.replace(day=1)
    return Period(Length.MONTH, first, (first + timedelta(days=31)).replace(day=1), zone)


OF: Mapping[Length, Callable[[date, str], Period]] = MappingProxyType(
    {Length.DAY: of_day, Length.WEEK: of_week, Length.MONTH: of_month}
)


def current(length: Length, now: datetime, zone: str) -> Period:
    """Return the period that an instant lies in."""
    return OF[length](now.astimezone(ZONES[zone]).date(), zone)


def finished(length: Length, now: datetime, zone: str, hour: int) -> Period:
    """Return the newest period that ended, and at whose end it is ``hour`` o'clock or later.

    What is told about a day is told the next day from that hour on.
    """
    then = now - timedelta(hours=hour)
    return OF[length](current(length, then, zone).first - _DAY, zone)
