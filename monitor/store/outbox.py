"""Messages owed. An entry and its messages commit together; sending comes after.

pending --sent--> sent · pending --later--> pending · pending --dead--> dead; a person may order
dead --> pending (``dead``); nothing else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.clock import from_text, to_text
from monitor.errors import StoreError
from monitor.model.delivery import DeliveryState, OutboxItem
from monitor.store.db import guard

PUT = """
INSERT INTO outbox
  (kind, subject, seq, notifier, destination, state, attempts, next_try_at, created_at, body)
VALUES (?, ?, ?, ?, ?, 'pending', 0, 0.0, ?, ?)
ON CONFLICT (kind, subject, seq, notifier, destination) DO NOTHING
"""
# What waits, and to whom something is under way, is found once and not once for each message.
DUE = """
WITH held AS MATERIALIZED (SELECT id FROM outbox_hold WHERE until > :now),
waiting AS MATERIALIZED (
  SELECT notifier, destination, min(id) AS first FROM outbox
  WHERE state = 'pending' AND next_try_at > :now AND id NOT IN (SELECT id FROM held)
  GROUP BY notifier, destination
), busy AS MATERIALIZED (
  SELECT DISTINCT notifier, destination FROM turn WHERE ended IS NULL AND started > :now - 120
)
SELECT id, kind, subject, seq, notifier, destination, attempts, created_at, body
FROM outbox AS owed LEFT JOIN waiting USING (notifier, destination)
WHERE state = 'pending' AND next_try_at <= :now
  AND (waiting.first IS NULL OR waiting.first > owed.id)
  AND id NOT IN (SELECT id FROM held)
  AND (notifier, destination) NOT IN (SELECT notifier, destination FROM busy)
ORDER BY id LIMIT :limit
"""
SENT = """
UPDATE outbox SET state = 'sent', attempts = attempts + 1, message_id = ?, sent_at = ?,
  last_error = NULL WHERE id = ? AND state = 'pending'
"""
LATER = """
UPDATE outbox SET attempts = attempts + 1, next_try_at = ?, last_error = ?
WHERE id = ? AND state = 'pending'
"""
HOLD = "UPDATE outbox SET next_try_at = ? WHERE id = ? AND state = 'pending'"
DEAD = """
UPDATE outbox SET state = 'dead', attempts = attempts + 1, last_error = ?
WHERE id = ? AND state = 'pending'
"""

LATELY = """
SELECT count(DISTINCT message_id), max(sent_at) FROM outbox
WHERE notifier = ? AND destination = ? AND state = 'sent' AND sent_at > ?
AND kind NOT IN ('shown', 'tip')
"""


def put(
    tx: sqlite3.Connection,
    *,
    kind: str,
    subject: str,
    seq: int,
    destinations: Sequence[tuple[str, str]],
    at: datetime,
    body: str = "",
) -> int:
    """Owe one message to each (notifier, destination), due at once; return how many are new.

    The same message to the same destination is owed once, however often it is put.
    """
    created = to_text(at)
    return sum(
        tx.execute(PUT, (kind, subject, seq, notifier, destination, created, body)).rowcount
        for notifier, destination in destinations
    )


@guard()
def due(conn: sqlite3.Connection, now: float, limit: int) -> list[OutboxItem]:
    """Return what may be sent at ``now`` (unix seconds), longest owed first.

    A destination is told in order: while its oldest message waits, the later ones wait behind it.
    Nothing is due for a destination to which a message is under way (``turns``).
    What quiet hours or a mute hold back (``holds``) is not due, and nothing waits behind it.
    """
    return [_item(row) for row in conn.execute(DUE, {"now": now, "limit": limit})]


def sent(tx: sqlite3.Connection, item: OutboxItem, message_id: str, at: datetime) -> None:
    """Record that the platform accepted the message; ``at`` is when."""
    _leave(tx.execute(SENT, (message_id, to_text(at), item.id)), item)


def later(tx: sqlite3.Connection, item: OutboxItem, next_try_at: float, error: str) -> None:
    """Record a failure that may pass; ``next_try_at`` is in unix seconds."""
    _leave(tx.execute(LATER, (next_try_at, error, item.id)), item)


def hold(tx: sqlite3.Connection, item: OutboxItem, next_try_at: float) -> None:
    """Wait because a rate limit says so, until unix seconds; that is no failed attempt."""
    _leave(tx.execute(HOLD, (next_try_at, item.id)), item)


def purge(tx: sqlite3.Connection, kind: str, before: datetime) -> int:
    """Drop messages of a kind that left the outbox and were owed before then; count them."""
    query = "DELETE FROM outbox WHERE kind = ? AND state <> 'pending' AND created_at < ?"
    return tx.execute(query, (kind, to_text(before))).rowcount


def is_pending(conn: sqlite3.Connection, item: OutboxItem) -> bool:
    """Say whether the message is still owed: another process may have sent it meanwhile."""
    query = "SELECT 1 FROM outbox WHERE id = ? AND state = 'pending'"
    return conn.execute(query, (item.id,)).fetchone() is not None


def dead(tx: sqlite3.Connection, item: OutboxItem, error: str) -> None:
    """Record that sending this message again cannot help."""
    _leave(tx.execute(DEAD, (error, item.id)), item)


def clamp(tx: sqlite3.Connection, now: float, max_ahead: float) -> int:
    """Make due what lies more than ``max_ahead`` seconds ahead: the clock was set back.

    Trying a message early does no harm: the platform says again how long to wait.
    """
    query = "UPDATE outbox SET next_try_at = ? WHERE state = 'pending' AND next_try_at > ?"
    return tx.execute(query, (now, now + max_ahead)).rowcount


@guard()
def told(conn: sqlite3.Connection, finding: str) -> list[tuple[str, str]]:
    """Return the (notifier, destination) that an alert about a finding went to, or is going to."""
    query = """SELECT DISTINCT notifier, destination FROM outbox
        WHERE kind = 'finding' AND subject = ? AND state IN ('sent', 'pending')
        ORDER BY notifier, destination"""
    return [(row[0], row[1]) for row in conn.execute(query, (finding,))]


@guard()
def alert_message(conn: sqlite3.Connection, item: OutboxItem) -> str:
    """Return the platform's id of the newest alert about the same finding at this destination.

    Empty where none was sent.
    """
    query = """SELECT message_id FROM outbox
        WHERE kind = 'finding' AND subject = ? AND notifier = ? AND destination = ?
          AND state = 'sent' ORDER BY id DESC LIMIT 1"""
    row = conn.execute(query, (item.subject, item.notifier, item.destination)).fetchone()
    return str(row[0] or "") if row else ""


@guard()
def lately(
    conn: sqlite3.Connection, notifier: str, destination: str, since: datetime
) -> tuple[int, datetime | None]:
    """Return how many messages a destination got since then, and when the newest was accepted.

    Several cases in one message count once. Tips do not count: else whoever sends enough of them
    decides when alerts become lists.
    """
    row = conn.execute(LATELY, (notifier, destination, to_text(since))).fetchone()
    return int(row[0]), from_text(row[1]) if row[1] else None


@guard()
def recipients(conn: sqlite3.Connection, kind: str, subject: str) -> list[tuple[str, str]]:
    """Return the (notifier, destination) that got a message of this kind about this subject."""
    query = """SELECT DISTINCT notifier, destination FROM outbox
        WHERE kind = ? AND subject = ? AND state = 'sent' ORDER BY notifier, destination"""
    return [(row[0], row[1]) for row in conn.execute(query, (kind, subject))]


def withdraw(tx: sqlite3.Connection, kind: str, subject: str) -> list[tuple[str, str]]:
    """Take back what was not sent yet; return the (notifier, destination) that waited for it."""
    query = """DELETE FROM outbox WHERE kind = ? AND subject = ? AND state = 'pending'
        RETURNING notifier, destination"""
    return sorted({(row[0], row[1]) for row in tx.execute(query, (kind, subject))})


def drop(tx: sqlite3.Connection, item: OutboxItem) -> bool:
    """Take one message back that was not sent yet; say whether it was still there."""
    query = "DELETE FROM outbox WHERE id = ? AND state = 'pending'"
    return tx.execute(query, (item.id,)).rowcount == 1


@guard()
def backlog(conn: sqlite3.Connection) -> Mapping[DeliveryState, int]:
    """Return how many messages are in each state; every state is there."""
    found = dict(conn.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
    return {state: found.get(state.value, 0) for state in DeliveryState}


def _leave(change: sqlite3.Cursor, item: OutboxItem) -> None:
    if change.rowcount != 1:
        raise StoreError(f"outbox item {item.id}: it is not pending any more")


def _item(row: Sequence[Any]) -> OutboxItem:
    values = list(row)
    values[7] = from_text(values[7])
    return OutboxItem(*values)
