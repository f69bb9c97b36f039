"""Seals and time stamps as rows; each is written with the log entry that names it, or not at all.

What they are: ``monitor.model.seal``. Who signs and asks for stamps: ``monitor.run.seal``.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import to_text
from monitor.model.evidence import GENESIS, Canonical, LogHead
from monitor.model.seal import (
    NO_SEAL,
    OWN_KINDS,
    SEAL,
    STAMP,
    VERSION,
    Checkpoint,
    Seal,
    rows_digest,
)
from monitor.store import log
from monitor.store.db import guard

_SEALS = "SELECT seq, canonical, signature, endorsement FROM seal"
_STAMPS = "SELECT seq, seal, authority, answer, roots FROM stamp"
_ADD = "INSERT INTO seal (seq, canonical, signature, endorsement) VALUES (?, ?, ?, ?)"
_ADD_STAMP = "INSERT INTO stamp (seq, seal, authority, answer, roots) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time stamp over the seal of entry ``seal``: the authority's answer in DER as it came.

    ``roots`` are the certificates (PEM) that were trusted when it came.
    """

    entry: int
    seal: int
    authority: str
    answer: bytes
    roots: bytes


@guard()
def last(conn: sqlite3.Connection) -> Seal | None:
    """Return the newest seal."""
    row = conn.execute(f"{_SEALS} ORDER BY seq DESC LIMIT 1").fetchone()
    return _seal(row) if row else None


@guard()
def covering(conn: sqlite3.Connection, seq: int) -> Seal | None:
    """Return the first seal that covers an entry: the one whose own entry comes after it."""
    row = conn.execute(f"{_SEALS} WHERE seq > ? ORDER BY seq LIMIT 1", (seq,)).fetchone()
    return _seal(row) if row else None


def between(conn: sqlite3.Connection, first: int, last: int) -> Iterator[Seal]:
    """Yield the seals whose own entries lie between two numbers, both counted."""
    query = f"{_SEALS} WHERE seq BETWEEN ? AND ? ORDER BY seq"
    with guard():
        for row in conn.execute(query, (first, last)):
            yield _seal(row)


def hashes(conn: sqlite3.Connection, first: int, last: int) -> Iterator[tuple[int, bytes]]:
    """Yield number and hash of the entries between two numbers, both counted."""
    query = "SELECT seq, hash FROM log WHERE seq BETWEEN ? AND ? ORDER BY seq"
    with guard():
        yield from conn.execute(query, (first, last))


@guard()
def unsealed(conn: sqlite3.Connection) -> bool:
    """Tell whether an entry came after the last seal that sealing did not write itself."""
    row = conn.execute("SELECT coalesce(max(seq), 0) FROM seal").fetchone()
    query = "SELECT 1 FROM log WHERE seq > ? AND kind NOT IN (?, ?) LIMIT 1"
    return conn.execute(query, (row[0], *OWN_KINDS)).fetchone() is not None


def next_checkpoint(tx: sqlite3.Connection, at: datetime, key: str) -> Checkpoint:
    """State what a seal made now covers: everything since the last one, that one's entry too.

    ``tx`` holds the write lock, so the head is still the head when the seal is added.
    """
    before, head = last(tx), log.head(tx)
    first = before.checkpoint.seq + 1 if before else 1
    return Checkpoint(
        number=before.checkpoint.number + 1 if before else 1,
        first=first,
        seq=head.seq,
        hash=head.hash,
        rows=rows_digest(digest for _, digest in hashes(tx, first, head.seq)),
        at=to_text(at),
        key=key,
        previous=(before.digest if before else NO_SEAL).hex(),
    )


def add(
    tx: sqlite3.Connection,
    at: datetime,
    checkpoint: Checkpoint,
    signature: bytes,
    endorsement: bytes = b"",
) -> Seal:
    """Append a seal and the entry that names it; ``at`` is the entry's time."""
    seal = Seal(checkpoint.seq + 1, checkpoint, signature, endorsement)
    public: dict[str, Canonical] = {"number": checkpoint.number, "digest": seal.digest.hex()}
    log.append(tx, at=at, kind=SEAL, subject=SEAL, public=public)
    tx.execute(_ADD, (seal.entry, checkpoint.encode(), signature, endorsement))
    return seal


def add_stamp(
    tx: sqlite3.Connection,
    at: datetime,
    seal: Seal,
    authority: str,
    answer: bytes,
    roots: bytes,
    stamped_at: datetime,
) -> LogHead:
    """Append a time stamp and the entry that names it."""
    head = log.append(
        tx,
        at=at,
        kind=STAMP,
        subject=authority,
        public={
            "seal": seal.entry,
            "digest": hashlib.sha256(answer).hexdigest(),
            "roots": hashlib.sha256(roots).hexdigest(),
            "time": to_text(stamped_at),
        },
    )
    tx.execute(_ADD_STAMP, (head.seq, seal.entry, authority, answer, roots))
    return head


@guard()
def unstamped(conn: sqlite3.Connection, authority: str) -> tuple[Seal, Seal] | None:
    """Return the oldest and the newest seal since an authority's last stamp; None if all have one.

    A stamp over a seal vouches for every seal before it, so only the newest needs one.
    """
    stamped = "SELECT coalesce(max(seal), 0) FROM stamp WHERE authority = ?"
    (done,) = conn.execute(stamped, (authority,)).fetchone()
    oldest, newest = covering(conn, done), last(conn)
    return (oldest, newest) if oldest and newest else None


@guard()
def last_stamp(conn: sqlite3.Connection) -> Stamp | None:
    """Return the newest time stamp of any authority."""
    row = conn.execute(f"{_STAMPS} ORDER BY seq DESC LIMIT 1").fetchone()
    return Stamp(*row) if row else None


def stamps(conn: sqlite3.Connection, seal: int) -> Iterator[Stamp]:
    """Yield the time stamps over the seal of one entry."""
    with guard():
        for row in conn.execute(f"{_STAMPS} WHERE seal = ? ORDER BY seq", (seal,)):
            yield Stamp(*row)


def read_checkpoint(data: bytes) -> Checkpoint:
    """Read a stored checkpoint back; its own bytes are what was signed."""
    value = json.loads(data)
    if value.pop("v") != VERSION:
        raise ValueError("a checkpoint of a form that this version does not know")
    return Checkpoint(**value)


def _seal(row: tuple[int, bytes, bytes, bytes]) -> Seal:
    entry, data, signature, endorsement = row
    return Seal(entry, read_checkpoint(data), signature, endorsement)


def hash_before(conn: sqlite3.Connection, first: int) -> bytes:
    """Return the hash that entry ``first`` follows."""
    found = list(hashes(conn, first - 1, first - 1))
    return found[0][1] if found else GENESIS
