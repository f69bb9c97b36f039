"""Which acts are looked at again, and when; and which retractions wait for a person's decision.

One row for each finding, so that what is due is one query; nothing of a person stands in it.
Times to compare are unix seconds, times to show are ISO 8601 texts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import from_text, to_text
from monitor.store.db import guard

# A new revision is looked at like a new act: its spaces begin anew, what was found last stays.
BEGIN = """
INSERT INTO recheck (finding_id, due_at, began_at, checks, failures, quiet, state, reason, seen_at)
VALUES (:finding, :due_at, :at, 0, 0, 0, '', '', :at)
ON CONFLICT (finding_id) DO UPDATE SET due_at = excluded.due_at, began_at = excluded.began_at,
  checks = 0, failures = 0
"""
# One statement picks, puts off and returns: no second process can claim the same look, and a
# crash before the answer is recorded costs no more than the lease.
CLAIM = """
UPDATE recheck SET due_at = :now + :lease
WHERE finding_id IN (
  SELECT finding_id FROM recheck WHERE due_at <= :now ORDER BY due_at LIMIT :limit)
RETURNING finding_id, began_at, checks, failures, quiet, state, reason, seen_at
"""
LOOKED = """
UPDATE recheck SET due_at = :due_at, checks = checks + 1, failures = 0, quiet = :quiet,
  state = :state, reason = :reason, seen_at = :seen_at
WHERE finding_id = :finding AND began_at = :began_at AND checks = :checks
"""
FAILED = "UPDATE recheck SET failures = failures + 1, due_at = ? WHERE finding_id = ?"
PUT_OFF = "UPDATE recheck SET due_at = ? WHERE finding_id = ?"
HASTEN = """
UPDATE recheck SET due_at = :now
WHERE due_at > :now AND finding_id IN (SELECT value FROM json_each(:findings))
"""
ACTS = """
SELECT f.seq, f.finding_id, CAST(w.body AS TEXT) ->> '$.watch_id',
  CAST(c.body AS TEXT) ->> '$.activity.object.id'
FROM finding f JOIN recheck r USING (finding_id)
JOIN content c ON c.seq = f.seq AND c.name = 'finding'
JOIN content w ON w.seq = f.seq AND w.name = 'watch'
WHERE f.seq > ? AND r.due_at IS NOT NULL
"""
SHIFT = "UPDATE recheck SET due_at = due_at - ? WHERE due_at IS NOT NULL"
# Spread, or all would be looked at in the same moment.
CLAMP = """
UPDATE recheck SET due_at = :now + :ahead * (random() & 65535) / 65535.0
WHERE due_at > :now + :ahead
"""
WAIT = """
INSERT INTO retraction (finding_id, seq, platform, since, decide_by) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (finding_id) DO NOTHING
"""
# A hold that stands or an erasure is the decision that was waited for.
WAITING = """
SELECT finding_id, seq, platform, since, decide_by FROM retraction AS taken
WHERE NOT EXISTS (
    SELECT 1 FROM log
    WHERE log.subject = taken.finding_id AND log.seq > taken.seq AND log.kind = 'erasure')
  AND NOT coalesce((
    SELECT json_extract(CAST(canonical AS TEXT), '$.public.held') FROM log
    WHERE log.subject = taken.finding_id AND log.kind = 'hold'
    ORDER BY log.seq DESC LIMIT 1), 0)
ORDER BY decide_by, finding_id
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A look that was claimed.

    ``checks`` counts the looks since ``began_at``; ``quiet`` those since the last entry about the
    state. ``state`` and ``reason`` are those of the last look, both empty before the first, and
    ``seen_at`` is when the act was last seen.
    """

    finding_id: str
    began_at: datetime
    checks: int
    failures: int
    quiet: int
    state: str
    reason: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A retraction without a decision: ``seq`` is the entry that recorded it."""

    finding_id: str
    seq: int
    platform: str
    since: datetime
    decide_by: datetime


def begin(tx: sqlite3.Connection, finding_id: str, at: datetime, due_at: float) -> None:
    """Have an act looked at again from ``due_at`` (unix seconds) on: it is new, or has new words.

    Also for a case that was reopened. The caller does it in the transaction of that entry.
    """
    tx.execute(BEGIN, {"finding": finding_id, "at": to_text(at), "due_at": due_at})


@guard()
def any_due(conn: sqlite3.Connection, now: float) -> bool:
    """Say whether a look is due, without claiming it."""
    query = "SELECT 1 FROM recheck WHERE due_at <= ? LIMIT 1"
    return conn.execute(query, (now,)).fetchone() is not None


def due(tx: sqlite3.Connection, now: float, lease: float, limit: int) -> list[Due]:
    """Claim up to ``limit`` looks that are due; unfinished ones are due again after ``lease``."""
    rows = tx.execute(CLAIM, {"now": now, "lease": lease, "limit": limit}).fetchall()
    return [_due(*row) for row in rows]


def looked(
    tx: sqlite3.Connection,
    row: Due,
    *,
    state: str,
    reason: str,
    seen_at: datetime,
    noted: bool,
    due_at: float | None,
) -> bool:
    """Store what a look found and when the next one is due; ``None`` ends them.

    ``noted`` says that the log got an entry about it. Returns whether the look still counts:
    another process may have finished it, or a new revision may have begun meanwhile.
    """
    values = {
        "finding": row.finding_id,
        "began_at": to_text(row.began_at),
        "checks": row.checks,
        "quiet": 0 if noted else row.quiet + 1,
        "state": state,
        "reason": reason,
        "seen_at": to_text(seen_at),
        "due_at": due_at,
    }
    return tx.execute(LOOKED, values).rowcount == 1


def failed(tx: sqlite3.Connection, finding_id: str, due_at: float) -> None:
    """Count a look that brought no answer."""
    tx.execute(FAILED, (due_at, finding_id))


def put_off(tx: sqlite3.Connection, finding_id: str, due_at: float | None) -> None:
    """Look later without having looked now; ``None`` ends the looks."""
    tx.execute(PUT_OFF, (due_at, finding_id))


def hasten(tx: sqlite3.Connection, finding_ids: Collection[str], now: float) -> None:
    """Make looks due at once (unix seconds); an act that is not looked at any more stays so."""
    tx.execute(HASTEN, {"now": now, "findings": json.dumps(list(finding_ids))})


@guard()
def acts(conn: sqlite3.Connection, after: int) -> list[tuple[int, str, str, str]]:
    """Return the acts that are looked at again, of log entries after a number.

    Each is (entry, finding, register line, the act's own record).
    """
    return conn.execute(ACTS, (after,)).fetchall()


def shift(tx: sqlite3.Connection, seconds: float) -> None:
    """Move every look ``seconds`` earlier: the clock was seen to step back by that much."""
    tx.execute(SHIFT, (seconds,))


def clamp(tx: sqlite3.Connection, now: float, max_ahead: float) -> None:
    """Bring back what lies more than ``max_ahead`` seconds ahead: a start after a step back."""
    tx.execute(CLAMP, {"now": now, "ahead": max_ahead})


def wait(
    tx: sqlite3.Connection,
    finding_id: str,
    *,
    seq: int,
    platform: str,
    since: datetime,
    decide_by: datetime,
) -> None:
    """Put a retraction on the queue of what a person must decide; one that waits keeps its time."""
    tx.execute(WAIT, (finding_id, seq, platform, to_text(since), to_text(decide_by)))


def back(tx: sqlite3.Connection, finding_id: str) -> None:
    """Take a retraction off the queue: the act can be seen again."""
    tx.execute("DELETE FROM retraction WHERE finding_id = ?", (finding_id,))


@guard()
def waiting(conn: sqlite3.Connection) -> Sequence[Waiting]:
    """Return the retractions that no hold or erasure has answered, the most urgent first."""
    rows = conn.execute(WAITING).fetchall()
    return [Waiting(i, n, p, from_text(since), from_text(by)) for i, n, p, since, by in rows]


@guard()
def watched(conn: sqlite3.Connection) -> int:
    """Return how many acts are still looked at again."""
    query = "SELECT count(*) FROM recheck WHERE due_at IS NOT NULL"
    return int(conn.execute(query).fetchone()[0])


def _due(
    finding_id: str,
    began_at: str,
    checks: int,
    failures: int,
    quiet: int,
    state: str,
    reason: str,
    seen_at: str,
) -> Due:
    began, seen = from_text(began_at), from_text(seen_at)
    return Due(finding_id, began, checks, failures, quiet, state, reason, seen)
