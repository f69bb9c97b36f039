"""Every case of some days at once, for an export: read row by row, so the memory stays the same."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import StoreError
from monitor.model.evidence import LogHead, LogRow
from monitor.model.seal import Seal
from monitor.store import cases, log, seals
from monitor.store.db import Connection, connect, guard
from monitor.store.seals import Stamp

# Entries on a finding that are the case itself; the index decides what is a finding.
_CASE = """
FROM log WHERE seq <= :last AND at >= :since AND at < :until
  AND kind NOT IN (SELECT value FROM json_each(:aside))
  AND EXISTS (SELECT 1 FROM finding WHERE finding_id = log.subject)
"""
_FROM_TRIAL = "json_extract(CAST(canonical AS TEXT), '$.public.stamp') IS NOT NULL"
_ROWS = f"SELECT seq, canonical, hash {_CASE} AND NOT {_FROM_TRIAL} ORDER BY seq"
_BOUNDS = f"SELECT min(seq), max(seq), count(*) {_CASE} AND NOT {_FROM_TRIAL}"
_TRIAL = f"SELECT count(*) {_CASE} AND {_FROM_TRIAL}"
_FOR_EVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Days:
    """Entries recorded from one instant on and before another, both as the log writes them."""

    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Extent:
    """What an export of these days holds: its first and last entry and how many there are.

    ``unsealed`` entries come after the last seal and are left out, as are those ``on_trial``.
    ``first_hash`` and ``last_hash`` bound the entries whose hashes prove them.
    """

    days: Days
    last: int
    count: int
    unsealed: int
    on_trial: int
    seals: Sequence[Seal]
    first_hash: int
    last_hash: int
    head: LogHead


@contextmanager
def opened(database: Path) -> Iterator[Connection]:
    """Open one state of the database for reading, however long that takes."""
    conn = connect(database, read_only=True)
    try:
        with guard(database):
            conn.execute("BEGIN")
        yield conn
    finally:
        conn.close()


@guard()
def extent(conn: sqlite3.Connection, days: Days) -> Extent:
    """Measure an export; ``StoreError`` where nothing of these days may leave yet."""
    newest = seals.last(conn)
    sealed = newest.checkpoint.seq if newest else 0
    first, last, count = _bounds(conn, days, sealed)
    _, _, everything = _bounds(conn, days, _FOR_EVER)
    (on_trial,) = conn.execute(_TRIAL, _values(days, sealed)).fetchone()
    if not count:
        cause = "none is sealed yet: run netralitas seal" if everything else "nothing was recorded"
        raise StoreError(f"no case of these days can be exported: {cause}")
    begin, end = seals.covering(conn, first), seals.covering(conn, last)
    if begin is None or end is None:
        raise StoreError("a seal is missing: run netralitas verify")
    stamped = conn.execute("SELECT min(seal) FROM stamp WHERE seal >= ?", (end.entry,))
    chain = list(seals.between(conn, begin.entry, stamped.fetchone()[0] or end.entry))
    return Extent(
        days=days,
        last=sealed,
        count=count,
        unsealed=everything - count,
        on_trial=on_trial,
        seals=chain,
        first_hash=begin.checkpoint.first,
        last_hash=end.checkpoint.seq,
        head=log.head(conn),
    )


def rows(conn: sqlite3.Connection, extent: Extent) -> Iterator[LogRow]:
    """Yield the entries of an export, in order."""
    with guard():
        for row in conn.execute(_ROWS, _values(extent.days, extent.last)):
            yield LogRow(*row)


def hashes(conn: sqlite3.Connection, extent: Extent) -> Iterator[tuple[int, bytes]]:
    """Yield number and hash of every entry that the export's seals need."""
    return seals.hashes(conn, extent.first_hash, extent.last_hash)


def stamps(conn: sqlite3.Connection, extent: Extent) -> Iterator[Stamp]:
    """Yield the time stamps over the export's seals."""
    for seal in extent.seals:
        yield from seals.stamps(conn, seal.entry)


@guard()
def bodies(conn: sqlite3.Connection, seq: int) -> Mapping[str, bytes]:
    """Return the contents of an entry that are still there, by name."""
    return dict(conn.execute("SELECT name, body FROM content WHERE seq = ?", (seq,)).fetchall())


@guard()
def kept(conn: sqlite3.Connection, seq: int) -> frozenset[str]:
    """Return the names of an entry's files that are still there."""
    found = conn.execute("SELECT name FROM snapshot WHERE seq = ?", (seq,))
    return frozenset(name for (name,) in found)


def case_bodies(conn: sqlite3.Connection, finding: str) -> list[dict[str, bytes]]:
    """Return the contents of every entry of one case: whoever is named there is masked."""
    return [
        {content.name: content.body for content in one.contents}
        for one in cases.entries(conn, finding)
    ]


def _bounds(conn: sqlite3.Connection, days: Days, last: int) -> tuple[int, int, int]:
    first, newest, count = conn.execute(_BOUNDS, _values(days, last)).fetchone()
    return first or 0, newest or 0, count


def _values(days: Days, last: int) -> dict[str, str | int]:
    aside = json.dumps(cases.ASIDE)
    return {"since": days.since, "until": days.until, "last": last, "aside": aside}
