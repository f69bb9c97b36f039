"""What ``status`` says of later states: acts looked at again, and what is to be decided."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from monitor.store import rechecks
from monitor.store.db import Connection

SHOWN = 10


def lines(conn: Connection, now: datetime) -> Iterator[str]:
    """Yield the lines to print; the retractions that wait come with the day each is due."""
    yield f"Acts looked at again: {rechecks.watched(conn)}"
    waiting = rechecks.waiting(conn)
    if not waiting:
        return
    count = len(waiting)
    yield f"Out of public view, waiting for a decision to hold or to erase: {count}"
    for case in waiting[:SHOWN]:
        late = " (overdue)" if case.decide_by <= now else ""
        yield f"  {case.finding_id}: decide by {case.decide_by:%Y-%m-%d %H:%M} UTC{late}"
    if count > SHOWN:
        yield f"  and {count - SHOWN} more"
