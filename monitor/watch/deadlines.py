"""``deadlines.toml``: the terms of a case, each with its law and how well that law is known."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from monitor.errors import ConfigError, Fault
from monitor.model.day import Days
from monitor.model.deadline import HEARING, KNOWN, LETTER, OBJECTION, Count, Deadline, Regime
from monitor.model.letter import Kind
from monitor.model.review import Path as Way
from monitor.model.review import Step
from monitor.model.rule import LegalBasis
from monitor.watch import holidays, legal
from monitor.watch.rules import Confidence
from monitor.watch.toml import Table, near, read

FILE, HOLIDAYS, LAW = "deadlines.toml", "holidays.toml", "legal.toml"
# Terms of a law are cited; the house's own and what an office merely announced are explained.
CITED = frozenset({Regime.PEMILU, Regime.PILKADA, Regime.PP_94})
ENDS = (
    *(step.value for step in Step),
    *(f"{Step.FORWARDED}:{way}" for way in Way),
    *(f"{LETTER}{kind}" for kind in Kind),
)
STARTS = (KNOWN, OBJECTION, HEARING, *ENDS)


def parse(root: Table, instruments: Collection[str]) -> tuple[Deadline, ...]:
    """Return the terms of the file in its order; what is wrong is told through the table."""
    found: dict[str, Deadline] = {}
    for table in root.tables("deadline"):
        one = _deadline(table, instruments)
        if one.id in found:
            table.fault("id", "an id not yet listed", repr(one.id))
        found[one.id] = one
    root.close()
    return tuple(found.values())


def load(folder: Path) -> tuple[tuple[Deadline, ...], Days]:
    """Read the terms and the days off of a watchlists folder, and nothing else of it.

    A folder without the file has no terms. Raises ``ConfigError`` with all faults.
    """
    faults: list[Fault] = []
    law, _ = read(folder, LAW, faults)
    instruments = legal.instruments(law) if law else {}
    terms: tuple[Deadline, ...] = ()
    if (folder / FILE).exists():
        root, _ = read(folder, FILE, faults)
        terms = parse(root, instruments) if root else ()
    days = holidays.packaged()
    if (folder / HOLIDAYS).exists():
        root, _ = read(folder, HOLIDAYS, faults)
        days = holidays.parse(root) if root else days
    if faults:
        raise ConfigError(faults)
    return terms, days


def short_names(folder: Path) -> dict[str, str]:
    """Return what people call each instrument, by its id; a file with faults gives none."""
    law, _ = read(folder, LAW, [])
    return {one.id: one.short for one in legal.instruments(law).values()} if law else {}


def _deadline(table: Table, instruments: Collection[str]) -> Deadline:
    one = Deadline(
        id=table.text("id"),
        name=table.text("name"),
        starts=_event(table, "starts", table.text("starts"), STARTS),
        ends=frozenset(
            _event(table, f"ends.{place}", text, ENDS)
            for place, text in enumerate(table.texts("ends", required=True))
        ),
        length=table.integer("length", least=1) or 1,
        count=table.one_of("count", Count) or Count.CALENDAR,
        regime=table.one_of("regime", Regime) or Regime.HOUSE,
        legal_basis=tuple(_basis(t, instruments) for t in table.tables("legal_basis")),
        remind=tuple(_days_before(table)),
        escalate=table.integer("escalate", least=0) or 0,
        source=table.text("source"),
    )
    _check(table, one)
    table.close()
    return one


def _event(table: Table, key: str, text: str, known: Collection[str]) -> str:
    if text and text not in known:
        hint = near(text, known) or f"one of {', '.join(known)}"
        table.fault(key, "an event of a case", repr(text), hint)
    return text


def _basis(table: Table, instruments: Collection[str]) -> LegalBasis:
    instrument = table.text("instrument")
    if instrument and instrument not in instruments:
        hint = near(instrument, instruments) or f"add it to {LAW} first"
        table.fault("instrument", f"an instrument of {LAW}", repr(instrument), hint)
    article, confidence = table.text("article"), table.one_of("confidence", Confidence)
    table.close()
    return LegalBasis(instrument, article, confidence or "")


def _days_before(table: Table) -> Iterator[int]:
    last: int | None = None
    for place, value in enumerate(table.rows("remind")):
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        if not whole or (last is not None and value >= last):
            expected = "whole numbers of days from 0, each smaller than the one before"
            table.fault(f"remind.{place}", expected, repr(value))
            continue
        last = value
        yield value


def _check(table: Table, one: Deadline) -> None:
    if one.regime in CITED and not one.legal_basis:
        table.fault("legal_basis", f"an article, as for every term of {one.regime}", "nothing")
    if one.starts in one.ends:
        table.fault("ends", "events other than the one that starts the term", repr(one.starts))
    for name, value in (("remind", max(one.remind, default=0)), ("escalate", one.escalate)):
        if value > one.length:
            table.fault(name, f"at most the term's length, {one.length}", str(value))
