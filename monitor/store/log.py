"""The append-only evidence log: entries, their salted contents, and which files belong to them.

An entry's canonical bytes hold only commitments (HMAC under a random salt) of what concerns a
person, so erasing content and salt by law leaves every hash of the chain valid.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from monitor.clock import to_text
from monitor.model.evidence import (
    GENESIS,
    SALT_BYTES,
    Canonical,
    LogHead,
    LogRow,
    canonical,
    commitment,
    link,
)
from monitor.store.db import Stamped, guard

VERSION = 1
# What the latest entry of this kind and subject names as ``stamp`` stands in all later entries.
STAMPED_BY = ("governance", "mode")
NOTHING: Mapping[str, Canonical] = MappingProxyType({})

LAST = "SELECT seq, hash FROM log ORDER BY seq DESC LIMIT 1"
ADD = "INSERT INTO log (seq, canonical, hash) VALUES (?, ?, ?)"
ADD_CONTENT = "INSERT INTO content (seq, name, salt, body) VALUES (?, ?, ?, ?)"
ADD_SNAPSHOT = "INSERT INTO snapshot (seq, name, salt) VALUES (?, ?, ?)"


class StagedFile(Protocol):
    """A file of a capture that already lies safely on the disk, named by its commitment."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def salt(self) -> bytes: ...
    @property
    def commitment(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ContentRow:
    """One content of an entry; ``body`` are the canonical bytes that were committed to."""

    seq: int
    name: str
    salt: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """One file of an entry; the file itself is named by the commitment in the entry."""

    seq: int
    name: str
    salt: bytes


def append(
    tx: sqlite3.Connection,
    *,
    at: datetime,
    kind: str,
    subject: str,
    public: Mapping[str, Canonical],
    content: Mapping[str, Canonical] = NOTHING,
    files: Sequence[StagedFile] = (),
) -> LogHead:
    """Add one entry behind the last one and return the new head.

    ``kind``, ``subject`` and ``public`` can never be erased, so they hold nothing of a person;
    that belongs into ``content``. ``tx`` comes from ``Writer.transaction``, which holds the write
    lock: the head read here is still the head when the entry is committed. A float anywhere
    raises ``TypeError``. While the installation is on trial, ``public`` says so.
    """
    public = _stamped(tx, kind, subject, public)
    last = tx.execute(LAST).fetchone() or (0, GENESIS)
    seq = last[0] + 1
    bodies = [(name, _salt(), canonical(value)) for name, value in content.items()]
    entry = canonical(
        {
            "v": VERSION,
            "seq": seq,
            "at": to_text(at),
            "kind": kind,
            "subject": subject,
            "public": public,
            "content": {name: commitment(salt, body) for name, salt, body in bodies},
            "files": {file.name: _file(file) for file in files},
        }
    )
    digest = link(last[1], entry)
    tx.execute(ADD, (seq, entry, digest))
    for body in bodies:
        tx.execute(ADD_CONTENT, (seq, *body))
    for file in files:
        tx.execute(ADD_SNAPSHOT, (seq, file.name, file.salt))
    return LogHead(seq, digest.hex())


@guard()
def head(conn: sqlite3.Connection) -> LogHead:
    """Return the last entry's number and hash; an empty log gives 0 and the genesis hash."""
    seq, digest = conn.execute(LAST).fetchone() or (0, GENESIS)
    return LogHead(seq, digest.hex())


def rows(conn: sqlite3.Connection, after: int = 0) -> Iterator[LogRow]:
    """Yield the entries with a number above ``after``, in order, as they were hashed."""
    query = "SELECT seq, canonical, hash FROM log WHERE seq > ? ORDER BY seq"
    with guard():
        for row in conn.execute(query, (after,)):
            yield LogRow(*row)


def contents(conn: sqlite3.Connection, after: int = 0) -> Iterator[ContentRow]:
    """Yield every stored content of the entries above ``after``, by number and name."""
    query = "SELECT seq, name, salt, body FROM content WHERE seq > ? ORDER BY seq, name"
    with guard():
        for row in conn.execute(query, (after,)):
            yield ContentRow(*row)


def snapshots(conn: sqlite3.Connection, after: int = 0) -> Iterator[SnapshotRow]:
    """Yield the salt of every file of the entries above ``after``, by number and name."""
    query = "SELECT seq, name, salt FROM snapshot WHERE seq > ? ORDER BY seq, name"
    with guard():
        for row in conn.execute(query, (after,)):
            yield SnapshotRow(*row)


@guard()
def content(conn: sqlite3.Connection, seq: int, name: str) -> dict[str, Any] | None:
    """Return one content read back from JSON, or ``None`` where it was erased or never there."""
    query = "SELECT body FROM content WHERE seq = ? AND name = ?"
    row = conn.execute(query, (seq, name)).fetchone()
    if row is None:
        return None
    value: dict[str, Any] = json.loads(row[0])
    return value


def _stamped(
    tx: sqlite3.Connection, kind: str, subject: str, public: Mapping[str, Canonical]
) -> Mapping[str, Canonical]:
    if (kind, subject) == STAMPED_BY:
        _remember(tx, str(public.get("stamp", "")))
        return public
    stamp = tx.stamp if isinstance(tx, Stamped) else ""
    if stamp is None:
        stamp = _remember(tx, _stamp(tx))
    return {**public, "stamp": stamp} if stamp else public


def _remember(tx: sqlite3.Connection, stamp: str) -> str:
    if isinstance(tx, Stamped):
        tx.stamp = stamp
    return stamp


def _stamp(conn: sqlite3.Connection) -> str:
    query = "SELECT canonical FROM log WHERE kind = ? AND subject = ? ORDER BY seq DESC LIMIT 1"
    row = conn.execute(query, STAMPED_BY).fetchone()
    return str(json.loads(row[0])["public"].get("stamp", "")) if row else ""


def _salt() -> bytes:
    return secrets.token_bytes(SALT_BYTES)


def _file(file: StagedFile) -> Mapping[str, Canonical]:
    return {"commitment": file.commitment, "media_type": file.media_type, "size": file.size}
