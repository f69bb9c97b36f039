"""What reports are counted from: the entries of cases, one case after another, as plain rows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from monitor.clock import from_text, to_text
from monitor.model.evidence import GENESIS
from monitor.store.db import guard

# The index on subjects gives cases one after another, each in the log's order, without sorting.
ENTRIES = """
SELECT l.subject, l.seq, CAST(l.canonical AS TEXT),
  CAST(w.body AS TEXT) ->> '$.instansi', CAST(f.body AS TEXT) ->> '$.level',
  CAST(f.body AS TEXT) -> '$.targets', CAST(w.body AS TEXT) ->> '$.person_ref'
FROM log AS l
LEFT JOIN content AS f ON f.seq = l.seq AND f.name = 'finding'
LEFT JOIN content AS w ON w.seq = l.seq AND w.name = 'watch'
WHERE l.subject >= 'NTR-' AND l.subject < 'NTR.' AND l.seq <= ?
ORDER BY l.subject, l.seq
"""
BOUNDS = """
SELECT min(seq) FILTER (WHERE at >= :start), max(seq) FILTER (WHERE at >= :start),
  max(seq) FILTER (WHERE at < :start)
FROM log WHERE at < :end
"""
ALARMS = """
SELECT l.at, CAST(l.canonical AS TEXT) ->> '$.public.state', CAST(c.body AS TEXT) ->> '$.key'
FROM log AS l JOIN content AS c ON c.seq = l.seq AND c.name = 'alarm'
WHERE l.kind = 'alarm' AND l.seq <= ? ORDER BY l.seq
"""
LOOKED = """
SELECT platform, coalesce(sum(last_success_at >= ?), 0), count(*)
FROM source WHERE active = 1 GROUP BY platform
"""
HASH = "SELECT hash, at FROM log WHERE seq = ?"


class Row(NamedTuple):
    """An entry of a case; see ``measure.figures.Entry``, which has the same fields."""

    case: str
    seq: int
    at: str
    kind: str
    public: dict[str, Any]
    instansi: str | None
    level: str | None
    targets: tuple[str, ...]
    person: str | None


class AlarmRow(NamedTuple):
    """An alarm raised or cleared; the key is ``kind`` or ``kind:subject``."""

    at: datetime
    state: str
    key: str


@dataclass(frozen=True, slots=True)
class Written:
    """The entries of a time: from ``first`` to ``last``, with the hashes (hex) of both.

    ``first`` is one above ``last`` where nothing was written in that time. ``until`` is when the
    last entry was written, or ``None`` in an empty log.
    """

    first: int
    last: int
    first_hash: str
    last_hash: str
    until: datetime | None


@guard()
def written(conn: sqlite3.Connection, start: datetime, end: datetime) -> Written:
    """Return which entries were written from ``start`` until before ``end``.

    Once ``end`` is over this does not change any more, whatever is written later. A clock that
    was wrong for a while moves an end only where it was wrong by just so much.
    """
    bounds = {"start": to_text(start), "end": to_text(end)}
    first, last, before = conn.execute(BOUNDS, bounds).fetchone()
    if last is None:
        last = before or 0
        first = last + 1
    (_, first_hash), (at, last_hash) = _entry(conn, first), _entry(conn, last)
    until = from_text(at) if at else None
    return Written(first, last, first_hash if first <= last else "", last_hash, until)


def entries(conn: sqlite3.Connection, last: int) -> Iterator[Row]:
    """Yield the entries of every case up to ``last``: case by case, each in the log's order."""
    with guard():
        for case, seq, text, instansi, level, targets, person in conn.execute(ENTRIES, (last,)):
            entry = json.loads(text)
            yield Row(
                case, seq, entry["at"], entry["kind"], entry["public"], instansi, level,
                tuple(json.loads(targets)) if targets else (), person,
            )  # fmt: skip


def alarm_rows(conn: sqlite3.Connection, last: int) -> Iterator[AlarmRow]:
    """Yield what was told of alarms up to ``last``; an erased key is left out."""
    with guard():
        for at, state, key in conn.execute(ALARMS, (last,)):
            yield AlarmRow(from_text(at), state, key)


@guard()
def looked(conn: sqlite3.Connection, since: datetime) -> dict[str, tuple[int, int]]:
    """Return by platform how many active sources were read since then, and how many there are."""
    rows = conn.execute(LOOKED, (to_text(since),))
    return {platform: (read, every) for platform, read, every in rows}


def _entry(conn: sqlite3.Connection, seq: int) -> tuple[str, str]:
    row = conn.execute(HASH, (seq,)).fetchone()
    return (row[1], row[0].hex()) if row else ("", GENESIS.hex())
