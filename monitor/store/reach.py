"""How far the daemon sees: counts of sources per platform, without touching single rows."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from monitor.store.db import guard

# A source that was never read counts from the moment it should first have been.
REACH = """
SELECT platform,
  count(*),
  sum(failures > 0),
  sum(failures >= :polls OR next_check_at < :now - :polls * interval),
  sum(last_success_at IS NULL),
  coalesce(sum(held AND empty >= :polls), 0),
  coalesce(max(last_success_at), '')
FROM source LEFT JOIN source_life USING (watch_id)
WHERE active = 1 GROUP BY platform ORDER BY platform
"""


@dataclass(frozen=True, slots=True)
class Reach:
    """One platform's active sources: all, failing now, stale, never read; and the last success.

    ``empty`` are those that once showed acts and now, ``polls`` looks in a row, show none.
    """

    platform: str
    sources: int
    failing: int
    stale: int
    never_read: int
    empty: int
    last_success_at: str


@guard()
def reach(conn: sqlite3.Connection, now: float, polls: int) -> list[Reach]:
    """Count per platform; stale is ``polls`` failed or missed looks (``now`` in unix seconds)."""
    rows = conn.execute(REACH, {"now": now, "polls": polls})
    return [Reach(*row) for row in rows]
