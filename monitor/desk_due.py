"""``netralitas review due``: the terms that run, of every case or of one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from monitor import app, console
from monitor.clock import utc_now
from monitor.config import Config
from monitor.model.deadline import Due
from monitor.model.review import Case
from monitor.review import deadlines, decisions
from monitor.store import reminded, reviews
from monitor.watch import deadlines as files

HEAD = ("case", "term", "last day", "left", "owner", "law")


def show(path: Path, *, overdue: bool) -> int:
    """List the terms that run; ``overdue`` leaves only those whose last day has passed."""
    with app.desk(path) as (settings, writer):
        conn, now = writer.reader(), utc_now()
        folder = settings.path("watchlists")
        terms, calendar = files.load(folder)
        cases = [reviews.case(conn, finding) for finding in reminded.cases(conn)]
    found = [
        (case, one)
        for case in cases
        for one in deadlines.due(case, terms, calendar)
        if not overdue or one.left(deadlines.today(case, now)) < 0
    ]
    found.sort(key=lambda pair: (pair[1].last, pair[0].finding, pair[1].term.id))
    names = files.short_names(folder)
    console.table("Terms", HEAD, [_row(case, one, now, names) for case, one in found])
    _unsure([one for _, one in found])
    return 0


def of_case(settings: Config, case: Case) -> None:
    """List the terms that run in one case."""
    folder, now = settings.path("watchlists"), utc_now()
    found = deadlines.due(case, *files.load(folder))
    if found:
        names = files.short_names(folder)
        console.table("Terms", HEAD[1:], [_row(case, one, now, names)[1:] for one in found])
        _unsure(found)


def _row(case: Case, one: Due, now: datetime, names: Mapping[str, str]) -> tuple[str, ...]:
    left = one.left(deadlines.today(case, now))
    return (
        case.finding,
        one.term.name,
        one.last.isoformat(),
        f"{left} days" if left >= 0 else f"over by {-left} days",
        decisions.owner(case),
        ", ".join(
            f"{names.get(basis.instrument, basis.instrument)} {basis.article} ({basis.confidence})"
            for basis in one.term.legal_basis
            if basis.confidence != deadlines.FROM_MEMORY
        )
        or one.term.regime.value,
    )


def _unsure(found: list[Due]) -> None:
    for why in dict.fromkeys(why for one in found for why in one.unsure):
        console.plain(f"Counted as working days, for it is not known: {why}")
