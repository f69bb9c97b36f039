"""Messages held back by quiet hours or a mute: they wait, and hold up nobody behind them."""

from __future__ import annotations

import sqlite3

from monitor.store.db import guard

HELD = "SELECT 1 FROM outbox_hold WHERE id = ?"
HOLD = """
INSERT INTO outbox_hold (id, until) VALUES (?, ?)
ON CONFLICT (id) DO UPDATE SET until = excluded.until
"""
RELEASE = "UPDATE outbox_hold SET until = 0.0 WHERE until > 0.0"
COUNT = """
SELECT count(*) FROM outbox_hold JOIN outbox USING (id) WHERE state = 'pending' AND until > ?
"""


def hold(tx: sqlite3.Connection, item: int, until: float) -> None:
    """Hold a message back until then (unix seconds); that is no failed attempt."""
    tx.execute(HOLD, (item, until))


@guard()
def was_held(conn: sqlite3.Connection, item: int) -> bool:
    """Say whether a message has waited: what it tells may have been settled meanwhile."""
    return conn.execute(HELD, (item,)).fetchone() is not None


def release(tx: sqlite3.Connection) -> int:
    """Make everything that is held due for another look; what still has to wait is held again."""
    return tx.execute(RELEASE).rowcount


@guard()
def count(conn: sqlite3.Connection, now: float) -> int:
    """Return how many messages are held back now."""
    return int(conn.execute(COUNT, (now,)).fetchone()[0])
