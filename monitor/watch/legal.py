"""``legal.toml``: instruments and articles that rules may cite, and who receives a report, by date.

An article belongs to its instrument: without it, the file does not load.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from monitor.model.rule import Article, Authority, Band, Earlier, Instrument, LegalBasis
from monitor.watch.fields import Level
from monitor.watch.rules import Confidence
from monitor.watch.toml import Table, near


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


def articles(root: Table, known: Mapping[str, Instrument]) -> dict[tuple[str, str], Article]:
    """Return what is said of single articles, by instrument and article."""
    found: dict[tuple[str, str], Article] = {}
    for table in root.tables("article"):
        one = _article(table, known)
        if (one.instrument, one.article) in found:
            table.fault("article", "an article not yet listed", repr(one.article))
        found[one.instrument, one.article] = one
    return found


def _article(table: Table, known: Mapping[str, Instrument]) -> Article:
    instrument = _known(table, known)
    one = Article(
        instrument=instrument,
        article=table.text("article"),
        valid_from=_day(table, "valid_from"),
        valid_to=_day(table, "valid_to"),
        band=table.one_of("band", Band) if "band" in table.data else None,
        band_confidence=_confidence(table, "band_confidence") if "band" in table.data else "",
        earlier=tuple(_earlier(inner, known) for inner in table.tables("earlier")),
    )
    table.text("note", "")
    _in_order(table, one.valid_from, one.valid_to)
    if (of := known.get(instrument)) and not _within(one, of):
        until = of.valid_to or "no end"
        expected = f"dates within those of {of.id} ({of.valid_from} to {until})"
        table.fault("valid_from", expected, f"{one.valid_from or '…'} to {one.valid_to or '…'}")
    table.close()
    return one


def _earlier(table: Table, known: Mapping[str, Instrument]) -> Earlier:
    basis = LegalBasis(
        _known(table, known), table.text("article"), _confidence(table, "confidence")
    )
    levels = frozenset(level.value for level in table.any_of("levels", Level))
    table.text("source", "")
    table.close()
    return Earlier(basis, levels)


def _known(table: Table, known: Mapping[str, Instrument]) -> str:
    name = table.text("instrument")
    if name and name not in known:
        hint = near(name, known) or "add the [[instrument]] first"
        table.fault("instrument", "an instrument of this file", repr(name), hint)
    return name


def _confidence(table: Table, name: str) -> str:
    return table.one_of(name, Confidence) or ""


def _within(one: Article, of: Instrument) -> bool:
    begins = not one.valid_from or one.valid_from >= of.valid_from
    last = one.valid_to or of.valid_to
    return begins and (not of.valid_to or last <= of.valid_to)


def _instrument(table: Table) -> Instrument:
    one = Instrument(
        id=table.text("id"),
        title=table.text("title"),
        short=table.text("short"),
        valid_from=_day(table, "valid_from", required=True),
        valid_to=_day(table, "valid_to"),
        levels=frozenset(level.value for level in table.any_of("levels", Level)),
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
