"""The days off of the civil service: the ``holidays`` package, amended by ``holidays.toml``.

The package holds the joint decrees of three ministers as they were published: national holidays
(category ``public``) and *cuti bersama* (``government``). It estimates what no decree has set
yet; an estimate is never taken for a fact (POLICY 32). The only home of that package.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from holidays.constants import GOVERNMENT, PUBLIC
from holidays.countries.indonesia import Indonesia
from holidays.version import __version__

from monitor.model.day import Day, DayKind, Days, LocalDay
from monitor.watch.addresses import area as area_code
from monitor.watch.toml import Table

FIRST, LAST = 2004, 2100  # PP 42/2004 is the oldest instrument; the package ends at 2100
NAME = f"holidays {__version__}"
ESTIMATED = "(perkiraan)"
_UNSURE = "tanggal {} baru perkiraan"
_BESIDE = "tanggal {} ({}) baru perkiraan dan dapat bergeser sehari"
_ONE_DAY = timedelta(days=1)


class Kind(StrEnum):
    """What a line of ``holidays.toml`` may say of a day."""

    WORKING = DayKind.WORKING.value
    HOLIDAY = DayKind.HOLIDAY.value
    LEAVE = DayKind.LEAVE.value


@cache
def packaged() -> Days:
    """Return what the package knows, without any override."""
    public = Indonesia(years=range(FIRST, LAST + 1), categories=(PUBLIC,), language="id")
    leave = Indonesia(years=range(FIRST, LAST + 1), categories=(GOVERNMENT,), language="id")
    special = _special(leave, DayKind.LEAVE) | _special(public, DayKind.HOLIDAY)
    years = frozenset(day.year for day in leave)
    return Days(
        years=years,
        special={day: one for day, one in special.items() if day.year in years},
        unsure=_unsure({**leave, **public}),
    )


def parse(root: Table) -> Days:
    """Return the package's days as one file amends them; faults are told through the table.

    A ``[[year]]`` says that the file's own ``[[day]]`` entries are all that its year has. A
    ``[[day]]`` without its year listed amends what the package says of that date.
    """
    years = [year for table in root.tables("year") if (year := _year(table))]
    listed: dict[date, str] = {}
    days: list[tuple[Day, tuple[str, ...]]] = []
    for table in root.tables("day"):
        one = _day(table)
        if one is None:
            continue
        first = listed.setdefault(one[0].day, table.key)
        if first != table.key:
            table.fault("date", f"a day not yet listed (see {first})", one[0].day.isoformat())
        days.append(one)
    root.close()
    return _amended(packaged(), frozenset(years), days)


def _special(found: Mapping[date, str], kind: DayKind) -> dict[date, Day]:
    return {day: Day(day, kind, name) for day, name in found.items() if ESTIMATED not in name}


def _unsure(found: Mapping[date, str]) -> dict[date, str]:
    """Return why estimated dates, and the days to which they may move, are not known."""
    guessed = {d: n.replace(ESTIMATED, "").strip() for d, n in found.items() if ESTIMATED in n}
    beside = {
        day + step: _BESIDE.format(name, day.isoformat())
        for day, name in guessed.items()
        for step in (-_ONE_DAY, _ONE_DAY)
    }
    return beside | {day: _UNSURE.format(name) for day, name in guessed.items()}


def _amended(
    base: Days, years: frozenset[int], days: Sequence[tuple[Day, tuple[str, ...]]]
) -> Days:
    own = {day.day for day, areas in days if not areas}
    kept = {d: one for d, one in base.special.items() if d.year not in years and d not in own}
    return replace(
        base,
        years=base.years | years,
        special=kept | {day.day: day for day, areas in days if not areas},
        local={day.day: LocalDay(day, areas) for day, areas in days if areas},
        unsure={d: w for d, w in base.unsure.items() if d.year not in years and d not in own},
    )


def _year(table: Table) -> int | None:
    year = table.integer("year", least=FIRST)
    table.text("source")
    table.close()
    return year


def _day(table: Table) -> tuple[Day, tuple[str, ...]] | None:
    day, kind = table.day("date"), table.one_of("kind", Kind)
    name, areas = table.text("name"), _areas(table, table.texts("areas"))
    table.text("source")
    table.close()
    if day is None or kind is None:
        return None
    return Day(day, DayKind(kind.value), name), areas


def _areas(table: Table, listed: Iterable[str]) -> tuple[str, ...]:
    found = []
    for place, text in enumerate(listed):
        code = area_code(text)
        if not code:
            table.fault(f"areas.{place}", "an area code such as 31 or 35.15", text)
            continue
        found.append(code.replace(".", ""))
    return tuple(found)
