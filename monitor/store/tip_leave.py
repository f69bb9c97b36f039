"""What is left of a tip that its sender withdrew, and who knows of it.

What it says, its pictures, what was made of them and who gave it are deleted. For a short while the
number stays, with the sender's keyed digest: else whoever withdraws what they gave could give
without end, since a day's limit counts rows.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from monitor.clock import from_text
from monitor.model.tip import TIP, TipRow, TipState, TipStep
from monitor.store import about, log, outbox, reviews
from monitor.store.readings import READING

# The limits count 24 hours; a day's end may be up to one day later.
STAYS = timedelta(days=2)
EMPTY = """
UPDATE tip SET state = ?, ends_on = ?, platform = '', watch_id = '',
  link = x'', sender = x'', told = x'' WHERE tip_id = ?
"""
KNOWN = """
SELECT DISTINCT notifier, destination FROM outbox WHERE kind = ? AND subject = ?
  AND (state = 'sent' OR attempts > 0 OR (notifier, destination) IN (
    SELECT notifier, destination FROM turn WHERE ended IS NULL))
"""
# All else is what an officer does with a tip that they have before them.
BY_SENDER = frozenset({TipStep.RECEIVED, TipStep.WISHED, TipStep.WITHDRAWN})


def empty(tx: sqlite3.Connection, row: TipRow, today: date) -> None:
    """Delete what a tip says and who gave it; SQLite overwrites it (``secure_delete``)."""
    for table in ("tip_picture", "tip_part", "tip_act"):
        tx.execute(f"DELETE FROM {table} WHERE tip_id = ?", (row.tip_id,))  # noqa: S608 - ours
    ends_on = min(row.ends_on or date.max, today + STAYS)
    tx.execute(EMPTY, (TipState.WITHDRAWN.value, ends_on.isoformat(), row.tip_id))


def wished(conn: sqlite3.Connection, tip_id: str) -> bool:
    """Say whether the sender's wish to withdraw a tip is on the log already."""
    return any(step is TipStep.WISHED for _, step in history(conn, tip_id))


def history(conn: sqlite3.Connection, tip_id: str) -> Iterator[tuple[datetime, TipStep | None]]:
    """Yield when something was done with a tip, and what; ``None`` is a look at what it says."""
    for row in about.entries(conn, tip_id):
        entry = json.loads(row.canonical)
        if entry["kind"] == TIP:
            yield from_text(entry["at"]), TipStep(entry["public"]["step"])
        elif entry["kind"] == READING:
            yield from_text(entry["at"]), None


def opened(conn: sqlite3.Connection, tip_id: str) -> bool:
    """Say whether an officer has looked at a tip, or done something with it."""
    return any(step is None or step not in BY_SENDER for _, step in history(conn, tip_id))


def readers(conn: sqlite3.Connection, tip_id: str) -> list[int]:
    """Return the Telegram ids of the officers who looked at a tip, or did something with it.

    A look says a name only; one that is no officer's is passed over.
    """
    ids, names = set[str](), set[str]()
    for row in about.entries(conn, tip_id):
        entry = json.loads(row.canonical)
        ids.add(str(entry["public"].get("officer", "")))
        if entry["kind"] == READING:
            by = log.content(conn, row.seq, "by") or {}
            names.add(str(by.get("who", "")).casefold())
    known = reviews.officers(conn).values()
    mine = (one for one in known if one.id in ids or one.name.casefold() in names)
    return sorted({one.telegram for one in mine if one.telegram})


def stop(tx: sqlite3.Connection, tip_id: str) -> set[tuple[str, str]]:
    """Take back that a tip came where it was not told yet; return who knows, or may know by now.

    A message that is under way cannot be taken back, and one that was tried may have arrived.
    """
    known = {(row[0], row[1]) for row in tx.execute(KNOWN, (TIP, tip_id))}
    outbox.withdraw(tx, TIP, tip_id)
    return known
