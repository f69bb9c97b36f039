"""Open conversations with Telegram users, and which updates are done.

A conversation is the only thing that is kept of somebody who writes to the bot before they have
said something that counts. It ends with its answer, with /batal, or at its time.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from monitor.clock import from_text, to_text
from monitor.model.update import Talk
from monitor.store.db import guard

_PUT = """
INSERT OR REPLACE INTO desk_talk (user_id, name, subject, body, until, asked)
VALUES (?, ?, ?, ?, ?, 0)
"""
_OF = """
SELECT user_id, name, subject, body, until, asked FROM desk_talk WHERE user_id = ? AND until > ?
"""
_UNASKED = """
SELECT user_id, name, subject, body, until, asked FROM desk_talk WHERE asked = 0 AND until > ?
"""
_NEXT = """
INSERT INTO desk_offset (id, next, at) VALUES (1, ?, ?)
ON CONFLICT (id) DO UPDATE SET next = excluded.next, at = excluded.at
"""
# Telegram numbers updates anew after a week without any, and keeps none longer than a day.
FRESH = timedelta(days=6)
_READ = """
INSERT INTO desk_reading (officer, day, count) VALUES (?, ?, 1)
ON CONFLICT (officer, day) DO UPDATE SET count = count + 1
"""


def put(
    tx: sqlite3.Connection,
    user: int,
    name: str,
    body: Mapping[str, Any],
    until: datetime,
    subject: str = "",
) -> None:
    """Open a conversation, or go on with one; the one before it with this user is over."""
    whole = json.dumps(dict(body), ensure_ascii=False)
    tx.execute(_PUT, (user, name, subject, whole, to_text(until)))


def asked(tx: sqlite3.Connection, user: int, message: int) -> None:
    """Remember with which message the open question was asked."""
    tx.execute("UPDATE desk_talk SET asked = ? WHERE user_id = ?", (message, user))


def drop(tx: sqlite3.Connection, user: int) -> bool:
    """End a user's conversation; return whether there was one."""
    return tx.execute("DELETE FROM desk_talk WHERE user_id = ?", (user,)).rowcount > 0


def forget(tx: sqlite3.Connection, subject: str) -> None:
    """End every conversation about a case: it was erased."""
    tx.execute("DELETE FROM desk_talk WHERE subject = ?", (subject,))


@guard()
def of(conn: sqlite3.Connection, user: int, now: datetime) -> Talk | None:
    """Return a user's open conversation, where there is one."""
    found = conn.execute(_OF, (user, to_text(now))).fetchone()
    return _talk(found) if found else None


@guard()
def unasked(conn: sqlite3.Connection, now: datetime) -> list[Talk]:
    """Return the conversations whose question was never sent: the process died before."""
    return [_talk(row) for row in conn.execute(_UNASKED, (to_text(now),))]


@guard()
def over(conn: sqlite3.Connection, now: datetime, before: date) -> bool:
    """Say whether there is something to purge."""
    query = """SELECT EXISTS (SELECT 1 FROM desk_talk WHERE until <= ?)
        OR EXISTS (SELECT 1 FROM desk_reading WHERE day < ?)"""
    return bool(conn.execute(query, (to_text(now), before.isoformat())).fetchone()[0])


def purge(tx: sqlite3.Connection, now: datetime, before: date) -> int:
    """Delete conversations whose time is over, and counts of days before ``before``."""
    tx.execute("DELETE FROM desk_reading WHERE day < ?", (before.isoformat(),))
    return tx.execute("DELETE FROM desk_talk WHERE until <= ?", (to_text(now),)).rowcount


@guard()
def offset(conn: sqlite3.Connection, now: datetime) -> int:
    """Return the number of the first update that is not done; 0 is whatever there is."""
    found = conn.execute("SELECT next, at FROM desk_offset").fetchone()
    return int(found[0]) if found and now - from_text(found[1]) < FRESH else 0


def done(tx: sqlite3.Connection, number: int, at: datetime) -> None:
    """Mark an update as done, in the transaction that has its effect."""
    tx.execute(_NEXT, (number + 1, to_text(at)))


@guard()
def readings(conn: sqlite3.Connection, officer: str, day: date) -> int:
    """Return how often an officer looked at cases that day."""
    wanted = "SELECT count FROM desk_reading WHERE officer = ? AND day = ?"
    found = conn.execute(wanted, (officer, day.isoformat())).fetchone()
    return int(found[0]) if found else 0


def count_reading(tx: sqlite3.Connection, officer: str, day: date) -> None:
    tx.execute(_READ, (officer, day.isoformat()))


def _talk(row: tuple[Any, ...]) -> Talk:
    user, name, subject, body, until, question = row
    return Talk(user, name, subject, json.loads(body), from_text(until), question)
