"""One row for every public account of a candidate, party or team: where reading stopped.

Reverse mode reads who engaged with these accounts. Rows and claims work as those of ``cursors``;
a row's cursor names nobody. Times to compare are unix seconds, times to show ISO 8601 texts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.clock import from_text, to_text
from monitor.errors import SourceGoneError
from monitor.model.contest import AccountType, TargetAccount
from monitor.store.db import guard

Cursor = Mapping[str, object]

ALL = """
SELECT key, platform, handle, native_id, type, active, cursor, next_check_at, interval, failures,
  empty, withheld, began_at, last_look_at, last_success_at, last_error, complete
FROM target_source
"""
ONE = ALL + "WHERE key = ?"
EVERY = ALL + "WHERE active = 1 OR NOT :active ORDER BY key"
STOP = """
UPDATE target_source SET active = 0
WHERE active = 1 AND key NOT IN (SELECT value ->> '$.key' FROM json_each(:targets))
"""
# Another account under the same name: what was read of the old one says nothing about it.
WRITE = """
INSERT INTO target_source (key, platform, handle, native_id, type, active, cursor, next_check_at,
  interval, failures, empty, withheld, complete)
SELECT value ->> '$.key', value ->> '$.platform', value ->> '$.handle', value ->> '$.native_id',
  value ->> '$.type', 1, '{}', :now, value ->> '$.interval', 0, 0, 0, 1
FROM json_each(:targets) WHERE true
ON CONFLICT (key) DO UPDATE SET
  cursor = CASE WHEN native_id = excluded.native_id THEN cursor ELSE '{}' END,
  last_look_at = CASE WHEN native_id = excluded.native_id THEN last_look_at END,
  began_at = CASE WHEN native_id = excluded.native_id THEN began_at END,
  next_check_at = CASE WHEN active AND native_id = excluded.native_id THEN next_check_at
    ELSE :now END,
  failures = CASE WHEN active THEN failures ELSE 0 END,
  empty = CASE WHEN active THEN empty ELSE 0 END,
  native_id = excluded.native_id, type = excluded.type, interval = excluded.interval, active = 1
"""
CLAIM = """
UPDATE target_source
SET next_check_at = :now + interval * (1.0 + :jitter * ((random() & 65535) / 32767.5 - 1.0))
WHERE rowid IN (
  SELECT rowid FROM target_source WHERE active = 1 AND next_check_at <= :now
  ORDER BY next_check_at LIMIT :limit)
RETURNING key
"""
# ``not_before`` is when a look began: an act may follow the reading of its list at once.
SAVE = """
UPDATE target_source SET cursor = :cursor, complete = :complete, interval = :interval,
  next_check_at = :next_check_at, failures = 0, last_error = NULL, last_success_at = :look_at,
  withheld = :withheld, empty = coalesce(:empty, empty),
  began_at = CASE WHEN :ended THEN NULL ELSE :began_at END,
  last_look_at = CASE WHEN :ended AND :complete THEN :began_at ELSE last_look_at END
WHERE key = :key
"""
FAILED = """
UPDATE target_source SET failures = failures + 1, last_error = ?, next_check_at = ? WHERE key = ?
"""
CLAMP = """
UPDATE target_source SET next_check_at = :now + min(interval, :ahead) * (random() & 65535) / 65535.0
WHERE next_check_at > :now + :ahead
"""
# A line counts from the moment it was first asked for, not from when its person was told.
LINES = (
    """DELETE FROM target_line WHERE watch_id NOT IN (
        SELECT watch_id FROM source WHERE active = 1)""",
    """INSERT INTO target_line (watch_id, since) SELECT watch_id, ? FROM source
        WHERE active = 1 AND watch_id NOT IN (SELECT watch_id FROM target_line)""",
)
REACH = """
SELECT platform, count(*), sum(failures > 0),
  sum(failures >= :polls OR next_check_at < :now - :polls * interval),
  sum(withheld), coalesce(max(last_success_at), '')
FROM target_source WHERE active = 1 GROUP BY platform ORDER BY platform
"""


@dataclass(frozen=True, slots=True)
class TargetState:
    """All that is known of reading one public account.

    ``began_at`` is when the look that is under way began, ``last_look_at`` when the last complete
    one did; ``last_success_at`` is when reading last worked at all. While a look is under way,
    ``complete`` and ``withheld`` speak of it so far.
    """

    key: str
    account: TargetAccount
    active: bool
    cursor: Cursor
    next_check_at: float
    interval: float
    failures: int
    empty: int
    withheld: int
    began_at: datetime | None
    last_look_at: datetime | None
    last_success_at: datetime | None
    last_error: str
    complete: bool


@dataclass(frozen=True, slots=True)
class TargetReach:
    """One platform's public accounts: read, failing, stale, acts withheld, last success."""

    platform: str
    sources: int
    failing: int
    stale: int
    withheld: int
    last_success_at: str


def key_of(account: TargetAccount) -> str:
    return f"target:{account.platform}:{account.handle}"


def follow(
    tx: sqlite3.Connection, accounts: Sequence[tuple[TargetAccount, float]], now: float
) -> None:
    """Make the rows those of these accounts: new ones are due at once, others stop being read.

    Each comes with its interval in seconds.
    """
    told = [
        {
            "key": key_of(one),
            "platform": one.platform,
            "handle": one.handle,
            "native_id": one.native_id,
            "type": one.type.value,
            "interval": interval,
        }
        for one, interval in accounts
    ]
    values = {"targets": json.dumps(told), "now": now}
    tx.execute(STOP, values)
    tx.execute(WRITE, values)


def ask_for(tx: sqlite3.Connection, now: float) -> None:
    """Note which register lines are asked for from now on, and which no longer are."""
    gone, new = LINES
    tx.execute(gone)
    tx.execute(new, (now,))


@guard()
def asked_since(conn: sqlite3.Connection, watch_id: str) -> float | None:
    """Return since when a line is asked for in the lists, ``None`` for not yet."""
    query = "SELECT since FROM target_line WHERE watch_id = ?"
    row = conn.execute(query, (watch_id,)).fetchone()
    return float(row[0]) if row else None


def due(tx: sqlite3.Connection, now: float, limit: int, jitter: float) -> list[str]:
    """Claim up to ``limit`` due accounts by key; each is next due after its interval."""
    values = {"now": now, "limit": limit, "jitter": jitter}
    return [row[0] for row in tx.execute(CLAIM, values)]


@guard()
def is_due(conn: sqlite3.Connection, now: float) -> bool:
    """Say whether any account is due, without taking the right to write."""
    query = "SELECT 1 FROM target_source WHERE active = 1 AND next_check_at <= ? LIMIT 1"
    return conn.execute(query, (now,)).fetchone() is not None


@guard()
def load(conn: sqlite3.Connection, key: str) -> TargetState:
    """Return one account; ``SourceGoneError`` where there is none."""
    row = conn.execute(ONE, (key,)).fetchone()
    if row is None:
        raise SourceGoneError(f"{key}: no such source: the watchlists changed")
    return _state(row)


@guard()
def statuses(conn: sqlite3.Connection, *, active: bool = False) -> list[TargetState]:
    """Return every account, or only those that are read now, by key."""
    return [_state(row) for row in conn.execute(EVERY, {"active": active})]


@guard()
def reach(conn: sqlite3.Connection, now: float, polls: int) -> list[TargetReach]:
    """Count per platform; stale is ``polls`` failed or missed looks (``now`` in unix seconds)."""
    return [TargetReach(*row) for row in conn.execute(REACH, {"now": now, "polls": polls})]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a look came. ``complete`` and ``withheld`` speak of the whole look so far.

    ``ended`` says that it reached its end. ``empty`` is the new count of looks in a row that were
    shown nothing, ``None`` where it stays. ``interval`` is in seconds, ``next_check_at`` unix time.
    """

    cursor: Cursor
    began_at: datetime
    look_at: datetime
    interval: float
    next_check_at: float
    complete: bool
    ended: bool
    withheld: int
    empty: int | None


def save(tx: sqlite3.Connection, key: str, progress: Progress) -> None:
    """Store how far reading came, in the transaction of what was read."""
    values = {
        "key": key,
        "cursor": json.dumps(dict(progress.cursor), separators=(",", ":")),
        "began_at": to_text(progress.began_at),
        "look_at": to_text(progress.look_at),
        "interval": progress.interval,
        "next_check_at": progress.next_check_at,
        "complete": progress.complete,
        "ended": progress.ended,
        "withheld": progress.withheld,
        "empty": progress.empty,
    }
    _one(tx.execute(SAVE, values), key)


def failed(tx: sqlite3.Connection, key: str, *, error: str, next_check_at: float) -> None:
    """Count a failed look; the cursor stays, so nothing is skipped."""
    _one(tx.execute(FAILED, (error, next_check_at, key)), key)


def shift(tx: sqlite3.Connection, seconds: float) -> None:
    """Move every due time ``seconds`` earlier: the clock was seen to step back by that much."""
    query = "UPDATE target_source SET next_check_at = next_check_at - ? WHERE active = 1"
    tx.execute(query, (seconds,))


def clamp(tx: sqlite3.Connection, now: float, max_ahead: float) -> None:
    """Bring back what lies more than ``max_ahead`` seconds ahead, as ``cursors.clamp`` does."""
    tx.execute(CLAMP, {"now": now, "ahead": max_ahead})


def _state(row: Sequence[Any]) -> TargetState:
    key, platform, handle, native_id, kind, *rest = row
    values = dict(zip(TargetState.__slots__[2:], rest, strict=True))
    values["active"], values["complete"] = bool(values["active"]), bool(values["complete"])
    values["cursor"] = json.loads(values["cursor"])
    values["last_error"] = values["last_error"] or ""
    for name in ("began_at", "last_look_at", "last_success_at"):
        values[name] = from_text(values[name]) if values[name] else None
    account = TargetAccount(platform, handle, AccountType(kind), native_id)
    return TargetState(key=key, account=account, **values)


def _one(change: sqlite3.Cursor, key: str) -> None:
    if change.rowcount != 1:
        raise SourceGoneError(f"{key}: no such source: the watchlists changed")
