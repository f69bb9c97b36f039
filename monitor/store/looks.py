"""What was observed of each source: since when, whether anything was shown, and the gaps.

A gap is evidence too: in it an act would not have been seen. Times to compare are unix seconds,
times to show are ISO 8601 texts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import from_text, to_text
from monitor.store.db import guard

# A look that comes so many intervals after it was due leaves a gap (``health.stale_polls``).
LATE = 3
# Asked before the look is stored: the source still says how it stood until now.
GAP = """
INSERT INTO source_gap (watch_id, since, until, cause)
SELECT s.watch_id, s.last_success_at, :at, coalesce(s.last_error, '')
FROM source s JOIN source_life l USING (watch_id)
WHERE s.watch_id = :watch AND s.last_success_at IS NOT NULL
  AND (s.failures >= :late OR :now > l.due_at + :late * s.interval)
"""
# ``listed`` is NULL where a look was told nothing new: then it is as it was.
LIFE = """
INSERT INTO source_life (watch_id, began_at, due_at, held, empty)
VALUES (:watch, :at, :due, coalesce(:listed, 0) > 0, coalesce(:listed = 0, 0))
ON CONFLICT (watch_id) DO UPDATE SET due_at = :due, held = max(held, excluded.held),
  empty = CASE WHEN :listed > 0 THEN 0 WHEN :listed = 0 THEN empty + 1
    ELSE empty + (:ended AND empty > 0) END
"""
GAPS = "SELECT watch_id, since, until, cause FROM source_gap"


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a source was not observed; ``cause`` is one line, or empty where unknown."""

    watch_id: str
    since: datetime
    until: datetime
    cause: str


def looked(
    tx: sqlite3.Connection,
    watch_id: str,
    *,
    at: datetime,
    due_at: float,
    listed: int | None,
    ended: bool,
) -> None:
    """Note a page that was read, before ``cursors.save`` does; the next look is due at ``due_at``.

    ``ended`` says that the look is at its end, and ``listed`` then how many acts it was shown,
    known ones too; ``None`` where the platform did not say: then it is as it was.
    """
    now = {"watch": watch_id, "at": to_text(at)}
    tx.execute(GAP, {**now, "now": at.timestamp(), "late": LATE})
    tx.execute(LIFE, {**now, "due": due_at, "listed": listed, "ended": ended})


@guard()
def gaps(conn: sqlite3.Connection) -> Iterator[Gap]:
    """Yield every gap, by source and time."""
    for watch_id, since, until, cause in conn.execute(GAPS + " ORDER BY watch_id, until"):
        yield Gap(watch_id, from_text(since), from_text(until), cause)


def purge(tx: sqlite3.Connection, before: datetime) -> int:
    """Forget gaps that ended before a moment; return how many."""
    return tx.execute("DELETE FROM source_gap WHERE until < ?", (to_text(before),)).rowcount
