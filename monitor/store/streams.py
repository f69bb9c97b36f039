"""What streams told: sources that are due before their time, and where each connection stopped.

A notice stays until a look that began after it has ended. So neither a look under way when it came
nor a process that dies in between can lose it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator

from monitor.store.cursors import Cursor
from monitor.store.db import guard

# A source that fails keeps its wait: a platform that refuses us is not asked sooner (P24).
# An account that acts every second is read at most this often, in seconds.
SPACE = 5.0
# A plus sign and CROSS JOIN keep SQLite from walking all sources by time to find a few by name.
NOTE = """
INSERT INTO notice (watch_id, at)
SELECT watch_id, :now FROM json_each(:ids) CROSS JOIN source ON watch_id = value WHERE active = 1
ON CONFLICT (watch_id) DO UPDATE SET at = excluded.at
"""
DUE = """
UPDATE source SET next_check_at = max(:now,
  coalesce(unixepoch(last_success_at) + :space, 0))
WHERE watch_id IN (SELECT value FROM json_each(:ids))
  AND +active = 1 AND failures = 0 AND +next_check_at > :now
"""
SPREAD = """
UPDATE source SET next_check_at = min(next_check_at,
  max(:now + :within * (random() & 65535) / 65535.0,
    coalesce(unixepoch(last_success_at) + :within, 0)))
WHERE watch_id IN (SELECT value FROM json_each(:ids)) AND +active = 1 AND failures = 0
"""
AGAIN = """
UPDATE source SET next_check_at = :now
WHERE watch_id IN (SELECT watch_id FROM notice)
  AND +active = 1 AND failures = 0 AND +next_check_at > :now
"""
ANSWERED = "DELETE FROM notice WHERE watch_id = ? AND at = ?"
SAVE = """
INSERT INTO stream (platform, shard, shards, cursor) VALUES (?, ?, ?, ?)
ON CONFLICT (platform, shard) DO UPDATE SET shards = excluded.shards, cursor = excluded.cursor
"""
FOLLOWED = """
SELECT native_id, watch_id FROM source WHERE +platform = ? AND +active = 1 AND +native_id <> ''
"""


def note(tx: sqlite3.Connection, watch_ids: Collection[str], now: float) -> None:
    """Make sources due at once (unix seconds); one whose look is under way is due again after it.

    A source that is being refused keeps its time.
    """
    values = {"ids": json.dumps(list(watch_ids)), "now": now, "space": SPACE}
    tx.execute(NOTE, values)
    tx.execute(DUE, values)


def hasten(tx: sqlite3.Connection, watch_ids: Collection[str], now: float, within: float) -> None:
    """Have sources looked at within so many seconds, spread evenly; none comes later for it.

    However often this is asked for, a source is not looked at more often than that.
    """
    values = {"ids": json.dumps(list(watch_ids)), "now": now, "within": within}
    tx.execute(SPREAD, values)


def answered(tx: sqlite3.Connection, watch_id: str, noticed: float | None, now: float) -> None:
    """Note that a look has ended which began when the notice of ``noticed`` was the last.

    Where another came meanwhile, the source is due again now.
    """
    if noticed is not None:
        tx.execute(ANSWERED, (watch_id, noticed))
    left = tx.execute("SELECT 1 FROM notice WHERE watch_id = ?", (watch_id,)).fetchone()
    if left:
        query = "UPDATE source SET next_check_at = ? WHERE watch_id = ? AND failures = 0"
        tx.execute(query, (now + SPACE, watch_id))


def resume(tx: sqlite3.Connection, now: float) -> None:
    """Make due what was told to a process that died before it had looked."""
    tx.execute(AGAIN, {"now": now})


@guard()
def load(conn: sqlite3.Connection, platform: str, shard: int, shards: int) -> Cursor:
    """Return where a connection stopped; empty where the accounts were divided otherwise then."""
    query = "SELECT cursor FROM stream WHERE platform = ? AND shard = ? AND shards = ?"
    row = conn.execute(query, (platform, shard, shards)).fetchone()
    found: Cursor = json.loads(row[0]) if row else {}
    return found


def save(tx: sqlite3.Connection, platform: str, shard: int, shards: int, cursor: Cursor) -> None:
    """Store where a connection stopped; the caller marks the sources in the same transaction."""
    tx.execute(SAVE, (platform, shard, shards, json.dumps(dict(cursor))))


def followed(conn: sqlite3.Connection, platform: str) -> Iterator[tuple[str, str]]:
    """Yield the account and the line of every source that is read and whose account is known."""
    with guard():
        yield from conn.execute(FOLLOWED, (platform,))
