"""Dead letters: messages that were given up, and a person's order to try one again."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import from_text
from monitor.errors import UnknownError
from monitor.store import log
from monitor.store.db import guard

LIST = """
SELECT id, kind, subject, seq, notifier, destination, attempts, created_at, last_error
FROM outbox WHERE state = 'dead' AND kind <> 'withdrawal' ORDER BY id
"""
REVIVE = """
UPDATE outbox SET state = 'pending', attempts = 0, next_try_at = 0.0, last_error = NULL
WHERE id = ? AND state = 'dead'
RETURNING id, kind, subject, seq, notifier, destination, attempts, created_at, last_error
"""
KIND, AGAIN = "delivery", "asked_again"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message that was given up; ``error`` says why, ``seq`` is the entry it tells of."""

    id: int
    kind: str
    subject: str
    seq: int
    notifier: str
    destination: str
    attempts: int
    created_at: datetime
    error: str


@guard()
def letters(conn: sqlite3.Connection) -> list[DeadLetter]:
    """Return the messages that were given up, oldest first."""
    return [_letter(row) for row in conn.execute(LIST)]


def revive(tx: sqlite3.Connection, number: int, at: datetime, *, who: str, why: str) -> DeadLetter:
    """Owe a dead letter again, with all its attempts before it, and log who ordered that.

    Raises ``StoreError`` where no dead letter has this number.
    """
    row = tx.execute(REVIVE, (number,)).fetchone()
    if row is None:
        raise UnknownError(f"message {number}: no dead letter; see netralitas messages list")
    found = _letter(row)
    log.append(
        tx,
        at=at,
        kind=KIND,
        subject=found.subject,
        public={"notifier": found.notifier, "finding_seq": found.seq, "result": AGAIN},
        content={
            "delivery": {"destination": found.destination},
            "by": {"who": who, "why": why},
        },
    )
    return found


def _letter(row: tuple[object, ...]) -> DeadLetter:
    values = list(row)
    values[7] = from_text(str(values[7]))
    values[8] = values[8] or ""
    return DeadLetter(*values)  # type: ignore[arg-type]  # the columns' types are the schema's
