"""What kind of day a date was: working day, weekend, national holiday, *cuti bersama*, or unknown.

Seed 000-3 asks it in the person's own zone. What the table does not hold is unknown and says why;
it is never guessed (POLICY 32).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from monitor.model.contest import ZONES

SATURDAY = 5
_NO_TABLE = "hari libur dan cuti bersama tahun {} belum ada dalam tabel"
_SOME_AREAS = "libur hanya di sebagian daerah ({}), dan daerah yang bersangkutan tidak pasti"
_ACROSS = "zona waktu yang bersangkutan tidak diketahui, dan jenis harinya berbeda menurut zona"


class DayKind(StrEnum):
    WORKING = "hari_kerja"
    WEEKEND = "akhir_pekan"
    HOLIDAY = "libur_nasional"
    LEAVE = "cuti_bersama"
    UNKNOWN = "tidak_diketahui"


WORDS = {
    DayKind.WORKING: "hari kerja",
    DayKind.WEEKEND: "akhir pekan",
    DayKind.HOLIDAY: "libur nasional",
    DayKind.LEAVE: "cuti bersama",
    DayKind.UNKNOWN: "jenis hari tidak diketahui",
}


@dataclass(frozen=True, slots=True)
class Day:
    """One date. ``name`` is the holiday's name; ``why`` says, in Indonesian, why it is unknown."""

    day: date
    kind: DayKind
    name: str = ""
    why: str = ""

    @property
    def off(self) -> bool | None:
        """Say whether it was a day off; ``None`` where that is not known."""
        if self.kind is DayKind.UNKNOWN:
            return None
        return self.kind is not DayKind.WORKING

    def __str__(self) -> str:
        more = self.name or self.why
        return f"{self.day.isoformat()} {WORDS[self.kind]}" + (f": {more}" if more else "")


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A date that is special in some areas only; ``areas`` are codes without dots."""

    day: Day
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Days:
    """The holidays of some years, immutable.

    ``years`` are those whose *cuti bersama* are known. ``special`` holds the days that are not
    ordinary there, ``local`` those of some areas, ``unsure`` why a date cannot be told (an
    estimated holiday and the days beside it).
    """

    years: frozenset[int] = frozenset()
    special: Mapping[date, Day] = field(default_factory=dict)
    local: Mapping[date, LocalDay] = field(default_factory=dict)
    unsure: Mapping[date, str] = field(default_factory=dict)

    def kind(self, day: date, area: str = "") -> Day:
        """Return what a date was, for a person of an area (code, dotted or not; empty: unknown).

        Saturday and Sunday need no table. Any other date needs one for its year.
        """
        local = self.local.get(day)
        if local and (found := _in_area(local, area.replace(".", ""))):
            return found
        if day in self.special:
            return self.special[day]
        if day.weekday() >= SATURDAY:
            return Day(day, DayKind.WEEKEND)
        if day in self.unsure:
            return Day(day, DayKind.UNKNOWN, why=self.unsure[day])
        if day.year not in self.years:
            return Day(day, DayKind.UNKNOWN, why=_NO_TABLE.format(day.year))
        return Day(day, DayKind.WORKING)

    def at(self, instant: datetime, zone: str | None, area: str = "") -> Day:
        """Return what the day of an aware instant was in a zone.

        Without a zone the answer stands only where it is the same in all three.
        """
        if zone:
            return self.kind(local_day(instant, zone), area)
        found = [self.kind(local_day(instant, each), area) for each in ZONES]
        if len({one.kind for one in found}) == 1:
            return found[0]
        return Day(found[0].day, DayKind.UNKNOWN, why=_ACROSS)


def local_day(instant: datetime, zone: str) -> date:
    """Return the date of an aware instant in ``WIB``, ``WITA`` or ``WIT``."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(ZONES[zone]).date()


def _in_area(local: LocalDay, area: str) -> Day | None:
    if area and any(area.startswith(code) for code in local.areas):
        return local.day
    if not area or any(code.startswith(area) for code in local.areas):
        why = _SOME_AREAS.format(", ".join(local.areas))
        return Day(local.day.day, DayKind.UNKNOWN, why=why)
    return None
