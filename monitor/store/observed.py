"""How each account on the register is observed, row by row, without cursors and without names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import from_text
from monitor.store.db import guard

# Agencies first, so that a reader of 100,000 rows holds one agency at a time. Gaps are counted in
# one pass over a small table, not for each row.
ROWS = """
WITH gap AS (
  SELECT watch_id, count(*) AS gaps, max(until) AS until,
    sum((julianday(until) - julianday(since)) * 86400.0) AS seconds
  FROM source_gap WHERE until >= :since GROUP BY watch_id)
SELECT a.watch_id, p.instansi, a.platform, a.address, a.status,
  coalesce(s.active, 0), coalesce(s.failures, 0), coalesce(s.interval, 0.0), s.last_success_at,
  s.last_look_at, coalesce(s.last_error, ''), coalesce(s.complete, 1),
  l.began_at, l.due_at, coalesce(l.held, 0), coalesce(l.empty, 0),
  coalesce(gap.gaps, 0), coalesce(gap.seconds, 0.0), gap.until
FROM account a JOIN person p USING (person_ref)
LEFT JOIN source s USING (watch_id) LEFT JOIN source_life l USING (watch_id)
LEFT JOIN gap USING (watch_id)
WHERE a.status IN ('active', 'waiting', 'unresolved') AND (:instansi = '' OR p.instansi = :instansi)
ORDER BY p.instansi, a.platform, a.watch_id
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One account and its source; ``status`` is the register's, ``active`` the source's.

    ``due_at`` is when the next look was expected (unix seconds). ``gaps`` are those that ended
    since the day asked for, ``gap_seconds`` their length, ``gap_until`` the end of the last.
    """

    watch_id: str
    instansi: str
    platform: str
    address: str
    status: str
    active: bool
    failures: int
    interval: float
    last_success_at: datetime | None
    last_look_at: datetime | None
    last_error: str
    complete: bool
    began_at: datetime | None
    due_at: float | None
    held: bool
    empty: int
    gaps: int
    gap_seconds: float
    gap_until: datetime | None


@guard()
def rows(conn: sqlite3.Connection, since: str, instansi: str = "") -> Iterator[Row]:
    """Yield every account that is or will be read, by agency; one agency's where it is named."""
    for row in conn.execute(ROWS, {"since": since, "instansi": instansi}):
        yield _row(*row)


def _row(*row: object) -> Row:
    values = dict(zip(Row.__slots__, row, strict=True))
    for name in ("active", "complete", "held"):
        values[name] = bool(values[name])
    for name in ("last_success_at", "last_look_at", "began_at", "gap_until"):
        values[name] = from_text(str(values[name])) if values[name] else None
    return Row(**values)  # type: ignore[arg-type]  # the columns, in their order
