"""One row for every watched source: where reading stopped, and when it is read next.

Which sources are due is one query on ``next_check_at``; there is no scheduler job per account.
Times to compare are unix seconds, times to show are ISO 8601 texts.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.clock import from_text, to_text
from monitor.errors import SourceGoneError
from monitor.store.db import guard

Cursor = Mapping[str, object]

# One statement picks, reschedules and returns: no second process can claim the same source, and a
# crash before reading only costs one interval. random() is masked to 16 bits, mapped to -1..1.
CLAIM = """
UPDATE source
SET next_check_at = :now + interval * (1.0 + :jitter * ((random() & 65535) / 32767.5 - 1.0))
WHERE rowid IN (
  SELECT rowid FROM source WHERE active = 1 AND next_check_at <= :now
  ORDER BY next_check_at LIMIT :limit)
RETURNING watch_id, platform
"""
ALL = """
SELECT watch_id, platform, active, native_id, handle, address, cursor, next_check_at, interval,
  failures, last_look_at, last_success_at, last_error, complete,
  (SELECT at FROM notice WHERE notice.watch_id = source.watch_id)
FROM source
"""
LOAD = ALL + "WHERE watch_id = ?"
# The lines that may be read are the active ones of a platform that has a usual interval.
STOP = """
UPDATE source SET active = 0 WHERE active = 1 AND NOT EXISTS (
  SELECT 1 FROM account a JOIN json_each(:intervals) usual ON usual.key = a.platform
  WHERE a.watch_id = source.watch_id AND a.status = 'active')
"""
# Another account than before: what was known of the old one must not be used for it.
FORGET = """
DELETE FROM {table} WHERE watch_id IN (SELECT source.watch_id FROM source
  JOIN account a ON a.watch_id = source.watch_id AND a.status = 'active'
  WHERE source.platform <> a.platform OR source.address <> a.address
    OR a.native_id <> '' AND source.native_id <> '' AND a.native_id <> source.native_id)
"""
RESET = """
UPDATE source SET platform = a.platform, active = 1, native_id = a.native_id, handle = '',
  address = a.address, cursor = '{}', next_check_at = :now, interval = usual.value,
  failures = 0, last_look_at = NULL, last_success_at = NULL, last_error = NULL, complete = 1
FROM account a JOIN json_each(:intervals) usual ON usual.key = a.platform
WHERE a.watch_id = source.watch_id AND a.status = 'active' AND (
  source.platform <> a.platform OR source.address <> a.address
  OR a.native_id <> '' AND source.native_id <> '' AND a.native_id <> source.native_id)
"""
WAKE = """
UPDATE source SET active = 1, next_check_at = :now, interval = usual.value, failures = 0,
  last_error = NULL
FROM account a JOIN json_each(:intervals) usual ON usual.key = a.platform
WHERE a.watch_id = source.watch_id AND a.status = 'active' AND source.active = 0
"""
ADD = """
INSERT INTO source (watch_id, platform, active, native_id, handle, address, cursor, next_check_at,
  interval, failures, complete)
SELECT a.watch_id, a.platform, 1, a.native_id, '', a.address, '{}', :now, usual.value, 0, 1
FROM account a JOIN json_each(:intervals) usual ON usual.key = a.platform
WHERE a.status = 'active' AND NOT EXISTS (SELECT 1 FROM source s WHERE s.watch_id = a.watch_id)
"""
SAVE = """
UPDATE source SET cursor = :cursor, complete = :complete, native_id = :native_id,
  handle = :handle, interval = :interval, next_check_at = :next_check_at, failures = 0,
  last_error = NULL, last_success_at = :look_at,
  last_look_at = CASE WHEN :complete THEN :look_at ELSE last_look_at END
WHERE watch_id = :watch_id
"""
FAILED = """
UPDATE source SET failures = failures + 1, last_error = ?, next_check_at = ? WHERE watch_id = ?
"""
# The plus sign: without it SQLite walks every active source, and this is asked at each look.
HOLDERS = """
SELECT watch_id FROM source
WHERE platform = ? AND native_id = ? AND native_id <> '' AND +active = 1 ORDER BY watch_id
"""
# Spread over one interval, or every source would be read at the same moment.
CLAMP = """
UPDATE source SET next_check_at = :now + min(interval, :ahead) * (random() & 65535) / 65535.0
WHERE next_check_at > :now + :ahead
"""


@dataclass(frozen=True, slots=True)
class Due:
    """A source that was claimed for one look."""

    watch_id: str
    platform: str


@dataclass(frozen=True, slots=True)
class SourceState:
    """All that is known of reading one source.

    ``last_look_at`` is the last complete look, the ``not_before`` of what the next one finds;
    ``last_success_at`` the last time that reading worked at all, ``noticed`` when a stream last
    told of it (unix seconds).
    """

    watch_id: str
    platform: str
    active: bool
    native_id: str
    handle: str
    address: str
    cursor: Cursor
    next_check_at: float
    interval: float
    failures: int
    last_look_at: datetime | None
    last_success_at: datetime | None
    last_error: str
    complete: bool
    noticed: float | None = None


def follow(tx: sqlite3.Connection, intervals: Mapping[str, float], now: float) -> None:
    """Make the sources those of the register: new ones are due at once, others stop being read.

    ``intervals`` gives seconds by platform; a platform that it does not name is not read. A line
    whose address or native id became another account starts from nothing.
    """
    values = {"intervals": json.dumps(dict(intervals)), "now": now}
    for table in ("source_life", "source_gap"):
        tx.execute(FORGET.format(table=table))
    for statement in (STOP, RESET, WAKE, ADD):
        tx.execute(statement, values)


def count(conn: sqlite3.Connection) -> int:
    """Return how many sources are read."""
    return int(conn.execute("SELECT count(*) FROM source WHERE active = 1").fetchone()[0])


def due(tx: sqlite3.Connection, now: float, limit: int, jitter: float) -> list[Due]:
    """Claim up to ``limit`` due sources; each is next due after its interval, give or take.

    ``jitter`` is the share (0 to 1) of the interval by which the next look may move.
    """
    values = {"now": now, "limit": limit, "jitter": jitter}
    return [Due(*row) for row in tx.execute(CLAIM, values)]


@guard()
def load(conn: sqlite3.Connection, watch_id: str) -> SourceState:
    """Return one source; ``SourceGoneError`` where there is none."""
    row = conn.execute(LOAD, (watch_id,)).fetchone()
    if row is None:
        raise SourceGoneError(f"{watch_id}: no such source: the register changed, start again")
    return _state(row)


@guard()
def statuses(conn: sqlite3.Connection) -> list[SourceState]:
    """Return every source, also those that are no longer read, by watch id."""
    return [_state(row) for row in conn.execute(ALL + "ORDER BY watch_id")]


def save(
    tx: sqlite3.Connection,
    watch_id: str,
    *,
    cursor: Cursor,
    complete: bool,
    native_id: str,
    handle: str,
    interval: float,
    next_check_at: float,
    look_at: datetime,
) -> None:
    """Store how far reading came; the caller does it in the transaction of what was read.

    ``complete`` is true where this look reached its end and nothing was held back: only then does
    ``look_at`` become the moment before which later finds cannot have been visible.
    """
    values = {
        "watch_id": watch_id,
        "cursor": json.dumps(dict(cursor), separators=(",", ":")),
        "complete": int(complete),
        "native_id": native_id,
        "handle": handle,
        "interval": interval,
        "next_check_at": next_check_at,
        "look_at": to_text(look_at),
    }
    _one(tx.execute(SAVE, values), watch_id)


def failed(tx: sqlite3.Connection, watch_id: str, *, error: str, next_check_at: float) -> None:
    """Count a failed look; the cursor stays, so nothing is skipped."""
    _one(tx.execute(FAILED, (error, next_check_at, watch_id)), watch_id)


def deactivate(tx: sqlite3.Connection, watch_id: str) -> None:
    """Stop reading a source and keep where it stood."""
    tx.execute("UPDATE source SET active = 0 WHERE watch_id = ? AND active = 1", (watch_id,))


def shift(tx: sqlite3.Connection, seconds: float) -> int:
    """Move every due time ``seconds`` earlier: the clock was seen to step back by that much.

    Returns how many sources were moved; how long each still has to wait stays as it was.
    """
    query = "UPDATE source SET next_check_at = next_check_at - ? WHERE active = 1"
    return tx.execute(query, (seconds,)).rowcount


def clamp(tx: sqlite3.Connection, now: float, max_ahead: float) -> int:
    """Bring back what lies more than ``max_ahead`` seconds ahead: for a start after a step back.

    Nobody saw by how much the clock stepped, so only an impossible wait shows it. Returns how
    many sources were moved; each is due within its own interval.
    """
    return tx.execute(CLAMP, {"now": now, "ahead": max_ahead}).rowcount


@guard()
def holders(conn: sqlite3.Connection, platform: str, native_id: str) -> tuple[str, ...]:
    """Return the watch ids of the sources being read that resolved to this account."""
    return tuple(row[0] for row in conn.execute(HOLDERS, (platform, native_id)))


def _state(row: tuple[Any, ...]) -> SourceState:
    values = dict(zip(SourceState.__slots__, row, strict=True))
    values["active"] = bool(values["active"])
    values["cursor"] = json.loads(values["cursor"])
    values["last_look_at"] = _instant(values["last_look_at"])
    values["last_success_at"] = _instant(values["last_success_at"])
    values["last_error"] = values["last_error"] or ""
    values["complete"] = bool(values["complete"])
    return SourceState(**values)


def _instant(text: str | None) -> datetime | None:
    return from_text(text) if text else None


def _one(change: sqlite3.Cursor, watch_id: str) -> None:
    if change.rowcount != 1:
        raise SourceGoneError(f"{watch_id}: no such source: the register changed, start again")
