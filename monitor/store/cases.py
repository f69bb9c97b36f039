"""What the log holds of one finding, with the seals that prove it: the material of an export."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.errors import StoreError, UnknownError
from monitor.model.evidence import LogHead, LogRow
from monitor.model.seal import Seal
from monitor.store import log, seals
from monitor.store.db import guard
from monitor.store.log import ContentRow
from monitor.store.readings import READING
from monitor.store.reminded import REMINDER
from monitor.store.seals import Stamp

# What a command notes when a case is shown or let out is no part of the case, nor is a reminder.
# A card was an entry of its own kind before it was a reading.
EXPORT, CARD = "export", "card"
ASIDE = (EXPORT, CARD, READING, REMINDER)


@dataclass(frozen=True, slots=True)
class Found:
    """One entry with its contents and the salts of its files."""

    seq: int
    canonical: bytes
    contents: Sequence[ContentRow]
    salts: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Proof:
    """The seals over some entries, in order, up to the first that an authority stamped.

    ``hashes`` are those of all entries that a seal with one of them covers.
    """

    seals: Sequence[Seal]
    hashes: Sequence[tuple[int, bytes]]
    stamps: Sequence[Stamp]
    head: LogHead


@guard()
def entries(conn: sqlite3.Connection, finding: str) -> list[Found]:
    """Return the entries of a finding's case; ``StoreError`` where there is no such finding."""
    first = "SELECT min(seq) FROM finding WHERE finding_id = ?"
    (seq,) = conn.execute(first, (finding,)).fetchone()
    if seq is None:
        raise UnknownError(f"{finding}: there is no such finding")
    query = (
        "SELECT seq, canonical, hash FROM log WHERE seq >= ? AND subject = ?"
        " AND kind NOT IN (?, ?, ?, ?) ORDER BY seq"
    )
    rows = [LogRow(*row) for row in conn.execute(query, (seq, finding, *ASIDE))]
    return [_found(conn, row) for row in rows]


@guard()
def proof(conn: sqlite3.Connection, found: Sequence[Found]) -> Proof:
    """Return what proves these entries; ``StoreError`` where the last is not sealed yet."""
    covering = [_covering(conn, one.seq) for one in found]
    first, last = covering[0], covering[-1]
    stamped = conn.execute("SELECT min(seal) FROM stamp WHERE seal >= ?", (last.entry,))
    end = stamped.fetchone()[0] or last.entry
    spans = {seal.entry: (seal.checkpoint.first, seal.checkpoint.seq) for seal in covering}
    chain = list(seals.between(conn, first.entry, end))
    return Proof(
        seals=chain,
        hashes=[pair for span in spans.values() for pair in seals.hashes(conn, *span)],
        stamps=[stamp for seal in chain for stamp in seals.stamps(conn, seal.entry)],
        head=log.head(conn),
    )


def _found(conn: sqlite3.Connection, row: LogRow) -> Found:
    contents = "SELECT seq, name, salt, body FROM content WHERE seq = ? ORDER BY name"
    salts = "SELECT name, salt FROM snapshot WHERE seq = ?"
    return Found(
        seq=row.seq,
        canonical=row.canonical,
        contents=[ContentRow(*one) for one in conn.execute(contents, (row.seq,))],
        salts=dict(conn.execute(salts, (row.seq,)).fetchall()),
    )


def _covering(conn: sqlite3.Connection, seq: int) -> Seal:
    seal = seals.covering(conn, seq)
    if seal is None:
        raise StoreError(f"entry {seq} is not sealed yet: run netralitas seal")
    return seal
