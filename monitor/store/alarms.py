"""Health alarms that are open now. Each raising and clearing is an entry of the log.

Times of blindness are evidence too: an act that was not seen must not be read as one not done.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import from_text, to_text
from monitor.store import log
from monitor.store.db import guard

KIND = "alarm"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One open alarm; ``told`` says that its message was put into the outbox."""

    key: str
    raised_at: datetime
    text: str
    told: bool


def raise_(tx: sqlite3.Connection, key: str, text: str, at: datetime) -> bool:
    """Open an alarm; return whether it is new. An open one only gets the newer text.

    A new alarm is logged, so ``log.head(tx).seq`` then names this raising and no other.
    """
    if tx.execute("UPDATE alarm SET text = ? WHERE key = ?", (text, key)).rowcount:
        return False
    tx.execute(
        "INSERT INTO alarm (key, raised_at, text, told) VALUES (?, ?, ?, 0)",
        (key, to_text(at), text),
    )
    _note(tx, key, text, at, "raised")
    return True


def told(tx: sqlite3.Connection, key: str) -> None:
    """Remember that an alarm's message is on its way."""
    tx.execute("UPDATE alarm SET told = 1 WHERE key = ?", (key,))


def clear(tx: sqlite3.Connection, key: str, at: datetime) -> bool:
    """Close an alarm; return whether it was open."""
    row = tx.execute("DELETE FROM alarm WHERE key = ? RETURNING text", (key,)).fetchone()
    if row is None:
        return False
    _note(tx, key, row[0], at, "cleared")
    return True


@guard()
def open_(conn: sqlite3.Connection) -> list[Alarm]:
    """Return the open alarms, oldest first."""
    query = "SELECT key, raised_at, text, told FROM alarm ORDER BY raised_at, key"
    return [Alarm(k, from_text(at), text, bool(t)) for k, at, text, t in conn.execute(query)]


@guard()
def raised(conn: sqlite3.Connection, keys: Iterable[str]) -> list[str]:
    """Return those of these alarms that are open."""
    query = "SELECT key FROM alarm WHERE key IN (SELECT value FROM json_each(?))"
    return [row[0] for row in conn.execute(query, (json.dumps(list(keys)),))]


def _note(tx: sqlite3.Connection, key: str, text: str, at: datetime, state: str) -> None:
    # A key may name a register line, so it is content: it can be erased with the person.
    log.append(
        tx,
        at=at,
        kind=KIND,
        subject=KIND,
        public={"state": state},
        content={"alarm": {"key": key, "text": text}},
    )
