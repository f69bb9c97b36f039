"""What tables hold about one person: the register, the looks, what is owed, digests' key."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from monitor.store.db import guard

Row = dict[str, Any]

PERSON = "SELECT * FROM person WHERE person_ref = ?"
ACCOUNTS = "SELECT * FROM account WHERE person_ref = ? ORDER BY watch_id"
INTERVALS = """
SELECT kind, first_day, last_day, reference, moved_from, moved_to FROM person_interval
WHERE person_ref = ? ORDER BY first_day, id
"""
# The cursor is a place in a platform's list, which may be a stranger's post.
LOOKS = """
SELECT watch_id, platform, active, native_id, handle, interval, failures, last_look_at,
  last_success_at, last_error, complete, cursor <> '' AS has_cursor
FROM source WHERE watch_id IN (SELECT value FROM json_each(?)) ORDER BY watch_id
"""
# Where a message went is the recipient's; what it said is the finding's entry.
OWED = """
SELECT kind, seq, notifier, destination, state, attempts, created_at, sent_at FROM outbox
WHERE kind <> 'health' AND subject = ? ORDER BY id
"""
TRIALS = "SELECT at, body FROM shadow_hit WHERE person_ref = ? ORDER BY id"
OF_ACT = ("signal", "text", "media", "target", "occurred_at")
AGAIN = """SELECT began_at, due_at IS NOT NULL AS goes_on, checks, failures, state, seen_at
FROM recheck WHERE finding_id = ?"""
RETRACTION = "SELECT since, decide_by FROM retraction WHERE finding_id = ?"
HAS_KEY = "SELECT count(*) FROM person_key WHERE person_ref = ?"
PERSON_OF = "SELECT person_ref FROM account WHERE watch_id = ?"


@guard()
def person(conn: sqlite3.Connection, person_ref: str) -> Row | None:
    """Return a person's facts as the register has them now."""
    return next(iter(_rows(conn, PERSON, person_ref)), None)


@guard()
def accounts(conn: sqlite3.Connection, person_ref: str) -> list[Row]:
    """Return every account of a person, whatever its status."""
    return _rows(conn, ACCOUNTS, person_ref)


@guard()
def intervals(conn: sqlite3.Connection, person_ref: str) -> list[Row]:
    """Return a person's dated states; a transfer with both its places."""
    found = _rows(conn, INTERVALS, person_ref)
    for row in found:
        for side in ("moved_from", "moved_to"):
            row[side] = json.loads(row[side]) if row[side] else None
    return found


@guard()
def looks(conn: sqlite3.Connection, watch_ids: Sequence[str]) -> list[Row]:
    """Return how far these lines' accounts were read, and when last."""
    return _rows(conn, LOOKS, json.dumps(list(watch_ids)))


@guard()
def owed(conn: sqlite3.Connection, finding: str) -> list[Row]:
    """Return the messages about a finding that the outbox knows."""
    return _rows(conn, OWED, finding)


@guard()
def trials(conn: sqlite3.Connection, person_ref: str) -> list[Row]:
    """Return what rules on trial would have told of a person: when, and the act.

    Which rule, and what it made of the act, is its owner's until it is in service.
    """
    found = [(row["at"], json.loads(row["body"])) for row in _rows(conn, TRIALS, person_ref)]
    return [{"at": at, "act": {k: body[k] for k in OF_ACT if k in body}} for at, body in found]


@guard()
def looks_again(conn: sqlite3.Connection, finding: str) -> Row:
    """Return when a case's act is looked at again, and a retraction that waits for a decision."""
    return {
        "again": next(iter(_rows(conn, AGAIN, finding)), None),
        "retraction": next(iter(_rows(conn, RETRACTION, finding)), None),
    }


@guard()
def has_key(conn: sqlite3.Connection, person_ref: str) -> bool:
    """Say whether digests of acts that matched nothing may be kept of a person."""
    return bool(conn.execute(HAS_KEY, (person_ref,)).fetchone()[0])


@guard()
def person_of(conn: sqlite3.Connection, watch_id: str) -> str | None:
    """Return the reference of the person whose line this is."""
    row = conn.execute(PERSON_OF, (watch_id,)).fetchone()
    return row[0] if row else None


def _rows(conn: sqlite3.Connection, query: str, value: str) -> list[Row]:
    found = conn.execute(query, (value,))
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found]
