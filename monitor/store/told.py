"""Who was told of a case, and by which message: what a later change of that message needs."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from monitor.store.db import guard

_WAYS = """
SELECT DISTINCT notifier, destination FROM outbox
WHERE kind = 'finding' AND subject = ? AND state IN ('pending', 'sent')
ORDER BY notifier, destination
"""
_ALERT = """
SELECT seq, message_id, body FROM outbox
WHERE kind = 'finding' AND subject = ? AND notifier = ? AND destination = ? AND state = 'sent'
ORDER BY id DESC LIMIT 1
"""
_IN_LIST = """
SELECT count(*) FROM outbox
WHERE kind = 'finding' AND notifier = ? AND destination = ? AND message_id = ? AND state = 'sent'
"""


@guard()
def ways(
    conn: sqlite3.Connection, finding: str, notifiers: Collection[str]
) -> list[tuple[str, str]]:
    """Return the (notifier, destination) pairs that got, or will get, the alert of a case."""
    found = conn.execute(_WAYS, (finding,))
    return [(notifier, where) for notifier, where in found if notifier in notifiers]


@dataclass(frozen=True, slots=True)
class Told:
    """An alert that was sent: of which log entry, as which message, and what else it was told."""

    seq: int
    message_id: str
    body: str


@guard()
def alert(conn: sqlite3.Connection, finding: str, notifier: str, destination: str) -> Told | None:
    """Return the newest alert that stands there; ``None`` where none does, or no more."""
    found = conn.execute(_ALERT, (finding, notifier, destination)).fetchone()
    return Told(int(found[0]), str(found[1]), found[2]) if found and found[1] else None


@guard()
def in_list(conn: sqlite3.Connection, notifier: str, destination: str, message_id: str) -> bool:
    """Whether a message tells several cases: it cannot be changed for one of them."""
    found = conn.execute(_IN_LIST, (notifier, destination, message_id)).fetchone()
    return int(found[0]) > 1
