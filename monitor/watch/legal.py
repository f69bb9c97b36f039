"""``legal.toml``: the instruments that rules may cite, and who receives a report at which date."""

from __future__ import annotations

from itertools import pairwise

from monitor.model.rule import Authority, Instrument
from monitor.watch.toml import Table


def instruments(root: Table) -> dict[str, Instrument]:
    """Return the instruments by id; an id listed twice is a fault."""
    found: dict[str, Instrument] = {}
    for table in root.tables("instrument"):
        one = _instrument(table)
        if one.id in found:
            table.fault("id", "an id not yet listed", repr(one.id))
        found[one.id] = one
    if not found:
        root.fault("instrument", "at least one [[instrument]]", "none")
    return found


def authorities(root: Table) -> tuple[Authority, ...]:
    """Return the receiving authorities by date; two for the same day are a fault."""
    tables = root.tables("authority")
    found = sorted(((_authority(table), table) for table in tables), key=lambda f: f[0].valid_from)
    for (earlier, _), (later, table) in pairwise(found):
        if not earlier.valid_to or earlier.valid_to >= later.valid_from:
            until = earlier.valid_to or "no end"
            table.fault("valid_from", f"a day after {earlier.id} ({until})", later.valid_from)
    return tuple(one for one, _ in found)


def _instrument(table: Table) -> Instrument:
    one = Instrument(
        id=table.text("id"),
        title=table.text("title"),
        short=table.text("short"),
        valid_from=_day(table, "valid_from", required=True),
        valid_to=_day(table, "valid_to"),
    )
    table.text("source", "")
    table.text("note", "")
    _in_order(table, one.valid_from, one.valid_to)
    table.close()
    return one


def _authority(table: Table) -> Authority:
    one = Authority(
        id=table.text("id"),
        name=table.text("name"),
        short=table.text("short"),
        valid_from=_day(table, "valid_from", required=True),
        valid_to=_day(table, "valid_to"),
        basis=table.text("basis"),
    )
    table.text("source", "")
    _in_order(table, one.valid_from, one.valid_to)
    table.close()
    return one


def _day(table: Table, name: str, *, required: bool = False) -> str:
    day = table.day(name, required=required)
    return day.isoformat() if day else ""


def _in_order(table: Table, start: str, end: str) -> None:
    if start and end and end < start:
        table.fault("valid_to", f"a day not before valid_from ({start})", end)
