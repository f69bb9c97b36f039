"""Messages that are taken back: owed when a case is dismissed or erased, listed where they stay.

A withdrawal is a row of the outbox of its own kind, whose ``seq`` is the number of the row that was
sent. Once the message is gone, that row has no message id any more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import from_text, to_text
from monitor.model.delivery import OutboxItem
from monitor.store import log
from monitor.store.db import guard

WITHDRAWAL = KIND = "withdrawal"
# A case that an officer asked to see.
SHOWN = "shown"
# Who can take back a message that has left.
ABLE = "telegram"
# What tells of a case. A correction stays: it says what is no longer true.
TOLD = "('finding', 'state', 'reminder', 'refresh', 'shown')"

# A message that has not left yet never will; one under way is taken back when it arrives.
STOP = f"""
UPDATE outbox SET state = 'sent', message_id = '', body = ''
WHERE subject = ? AND kind IN {TOLD} AND state = 'pending'
"""  # noqa: S608 - constants of this file
OWE = f"""
INSERT INTO outbox
  (kind, subject, seq, notifier, destination, state, attempts, next_try_at, created_at, body)
SELECT '{KIND}', subject, id, notifier, destination, 'pending', 0, 0.0, :at, ''
FROM outbox WHERE subject = :case AND kind IN {TOLD} AND state = 'sent' AND message_id <> ''
  AND notifier = '{ABLE}'
ON CONFLICT (kind, subject, seq, notifier, destination) DO UPDATE
SET state = 'pending', attempts = 0, next_try_at = 0.0, created_at = excluded.created_at
"""  # noqa: S608 - constants of this file
BACK = """
UPDATE outbox SET state = 'pending', attempts = 0, next_try_at = 0.0, sent_at = NULL
WHERE kind = 'finding' AND subject = :case AND state = 'sent' AND message_id = ''
  AND seq = (SELECT max(seq) FROM outbox WHERE kind = 'finding' AND subject = :case)
"""
ARRIVED = """
UPDATE outbox SET message_id = ?, sent_at = ? WHERE id = ? AND state = 'sent' AND message_id = ''
"""
SHOWED = f"""
INSERT INTO outbox
  (kind, subject, seq, notifier, destination, state, attempts, next_try_at, created_at, sent_at,
   message_id, body)
VALUES ('{SHOWN}', ?, ?, '{ABLE}', ?, 'sent', 1, 0.0, ?, ?, ?, '')
ON CONFLICT (kind, subject, seq, notifier, destination) DO NOTHING
"""  # noqa: S608 - constants of this file
CANCEL = f"DELETE FROM outbox WHERE kind = '{KIND}' AND subject = ?"  # noqa: S608
MESSAGE = "SELECT message_id FROM outbox WHERE id = ?"
OTHERS = f"""
SELECT count(*) FROM outbox WHERE notifier = ? AND destination = ? AND message_id = ?
  AND kind IN {TOLD} AND id NOT IN (SELECT seq FROM outbox WHERE kind = '{KIND}')
"""  # noqa: S608 - constants of this file
GONE = f"""
UPDATE outbox SET message_id = '' WHERE notifier = ? AND destination = ? AND message_id = ?
  AND kind IN {TOLD}
"""  # noqa: S608 - constants of this file
LEFT = f"""
SELECT w.id, w.subject, w.notifier, w.destination, t.message_id, t.sent_at, w.last_error
FROM outbox AS w JOIN outbox AS t ON t.id = w.seq
WHERE w.kind = '{KIND}' AND w.state = 'dead' AND t.message_id <> '' ORDER BY w.id
"""  # noqa: S608 - constants of this file


@dataclass(frozen=True, slots=True)
class Left:
    """A message that the platform did not delete, and why; somebody must do it by hand."""

    id: int
    case: str
    notifier: str
    destination: str
    message_id: str
    sent_at: datetime | None
    cause: str


def owe(tx: sqlite3.Connection, case: str, at: datetime) -> int:
    """Take back what tells of a case: what was not sent never leaves; count what is owed."""
    tx.execute(STOP, (case,))
    return tx.execute(OWE, {"case": case, "at": to_text(at)}).rowcount


def showed(tx: sqlite3.Connection, case: str, chat: str, message_id: str, at: datetime) -> None:
    """Remember a message that answers an officer with a case, to be taken back like an alert."""
    when = to_text(at)
    tx.execute(SHOWED, (case, int(message_id), chat, when, when, message_id))


def back(tx: sqlite3.Connection, case: str) -> int:
    """Owe the newest alert again where it was taken back: the case is open again."""
    tx.execute(CANCEL, (case,))
    return tx.execute(BACK, {"case": case}).rowcount


def arrived(
    tx: sqlite3.Connection, item: OutboxItem, message_id: str, at: datetime, now: datetime
) -> bool:
    """Take back a message that was under way when its case was closed; say whether it was."""
    if tx.execute(ARRIVED, (message_id, to_text(at), item.id)).rowcount == 0:
        return False
    owe(tx, item.subject, now)
    return True


def message_of(conn: sqlite3.Connection, item: OutboxItem) -> str:
    """Return the id of the message that a withdrawal is about; "" where it is gone already."""
    row = conn.execute(MESSAGE, (item.seq,)).fetchone()
    return str(row[0] or "") if row else ""


def shared(conn: sqlite3.Connection, item: OutboxItem, message_id: str) -> bool:
    """Say whether the message also tells of cases that are not taken back: it is a list."""
    way = (item.notifier, item.destination, message_id)
    return int(conn.execute(OTHERS, way).fetchone()[0]) > 0


def done(tx: sqlite3.Connection, item: OutboxItem, message_id: str, at: datetime) -> None:
    """Record that a message is gone, or that it stays as a list of other cases too."""
    result = "shared" if shared(tx, item, message_id) else "deleted"
    if result == "deleted":
        tx.execute(GONE, (item.notifier, item.destination, message_id))
    if message_id:
        note(tx, item, message_id, result, "", at)


def note(
    tx: sqlite3.Connection, item: OutboxItem, message_id: str, result: str, cause: str, at: datetime
) -> None:
    """Log what became of a withdrawal: ``deleted``, ``refused``, or ``shared`` with other cases."""
    more = {"cause": cause} if cause else {}
    log.append(
        tx,
        at=at,
        kind=WITHDRAWAL,
        subject=item.subject,
        public={"notifier": item.notifier, "result": result},
        content={"delivery": {"destination": item.destination, "message_id": message_id, **more}},
    )


@guard()
def left(conn: sqlite3.Connection) -> list[Left]:
    """Return the messages that should be gone and are not, oldest first."""
    return [_left(row) for row in conn.execute(LEFT)]


def _left(row: Sequence[object]) -> Left:
    number, case, notifier, destination, message, at, cause = row
    sent = from_text(str(at)) if at else None
    return Left(
        int(str(number)),
        str(case),
        str(notifier),
        str(destination),
        str(message),
        sent,
        str(cause or ""),
    )
