"""By what right each platform is read: attestations, and who switched a platform off or on.

Both are entries of the evidence log and nowhere else. Each is held against the chain and its
commitment before it counts: a row that was changed, or written without its link, opens nothing.
What closes is taken as it stands.
"""

from __future__ import annotations

import hmac
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from monitor.clock import from_text
from monitor.errors import ConfigError, Fault
from monitor.model.evidence import GENESIS, Canonical, canonical, commitment, link
from monitor.store import log
from monitor.store.db import connect, guard

ATTESTATION, PLATFORM = "attestation", "platform"
RECORDED, ENDED = "recorded", "ended"
OFF, ON = "off", "on"

_ENTRIES = """
SELECT seq, canonical, hash FROM log WHERE subject = ? AND kind = ? ORDER BY seq
"""
_HASH = "SELECT hash FROM log WHERE seq = ?"
_CONTENT = "SELECT salt, body FROM content WHERE seq = ? AND name = ?"


@dataclass(frozen=True, slots=True)
class Attested:
    """An attestation as it stands: ``number`` is its entry's, ``ended_at`` when it was taken back.

    ``subject`` is the server or group that it is about; empty where it is about a whole platform.
    ``ended_by`` and ``ended_why`` say who took it back. ``sound`` says that the entry holds against
    the chain. Names are empty where the content was erased.
    """

    number: int
    at: datetime
    collector: str
    expires: date
    who: str
    document: str
    subject: str
    why: str
    sound: bool
    ended_at: datetime | None = None
    ended_by: str = ""
    ended_why: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """A platform that somebody switched; ``off`` is how it stands since ``at``."""

    platform: str
    off: bool
    at: datetime
    who: str
    why: str


@dataclass(frozen=True, slots=True)
class _Entry:
    seq: int
    at: datetime
    public: dict[str, Any]
    content: dict[str, Any]
    sound: bool


def record(
    tx: sqlite3.Connection,
    *,
    collector: str,
    expires: date,
    who: str,
    document: str,
    subject: str,
    why: str,
    at: datetime,
) -> int:
    """Log an attestation and return its number; who and which document stand in closed content.

    What it is about stands there as ``server``, also where that is a group: entries and the
    auditors' view had the word before there were rights for groups.
    """
    public = {"state": RECORDED, "collector": collector, "expires": expires.isoformat()}
    said = {"who": who, "document": document, "server": subject, "why": why}
    head = log.append(
        tx, at=at, kind=ATTESTATION, subject=ATTESTATION, public=public, content={"by": said}
    )
    return head.seq


def end(tx: sqlite3.Connection, number: int, *, who: str, why: str, at: datetime) -> Attested:
    """Log that an attestation counts no more; ``ConfigError`` where there is none to end."""
    standing = {one.number: one for one in attested(tx)}
    found = standing.get(number)
    if found is None or found.ended_at:
        got = "one that ended" if found else "no such attestation"
        fault = Fault("gate end", str(number), "one of netralitas gate list", got)
        raise ConfigError([fault])
    public: dict[str, Canonical] = {"state": ENDED, "collector": found.collector, "number": number}
    content: dict[str, Canonical] = {"by": {"who": who, "why": why}}
    log.append(tx, at=at, kind=ATTESTATION, subject=ATTESTATION, public=public, content=content)
    return found


def switch(
    tx: sqlite3.Connection, platform: str, *, off: bool, who: str, why: str, at: datetime
) -> bool:
    """Log that a platform is not read any more, or again; false where it stands so already."""
    standing = switches(tx).get(platform)
    if off is (standing is not None and standing.off):
        return False
    public = {"state": OFF if off else ON, "platform": platform}
    content = {"by": {"who": who, "why": why}}
    log.append(tx, at=at, kind=PLATFORM, subject=PLATFORM, public=public, content=content)
    return True


@guard()
def attested(conn: sqlite3.Connection) -> list[Attested]:
    """Return every attestation, also those that ended, in the order of their numbers."""
    found: dict[int, Attested] = {}
    for entry in _entries(conn, ATTESTATION):
        if entry.public["state"] == RECORDED:
            found[entry.seq] = _attested(entry)
        elif (ended := found.get(entry.public["number"])) is not None:
            by, why = entry.content.get("who", ""), entry.content.get("why", "")
            found[ended.number] = replace(ended, ended_at=entry.at, ended_by=by, ended_why=why)
    return list(found.values())


def read(database: Path) -> list[Attested]:
    """Return ``attested`` of a database that nobody has open."""
    with closing(connect(database, read_only=True)) as conn:
        return attested(conn)


@guard()
def switches(conn: sqlite3.Connection) -> dict[str, Switch]:
    """Return the platforms that were ever switched, as each stands."""
    found = {}
    for entry in _entries(conn, PLATFORM):
        off = entry.public["state"] == OFF
        if off or entry.sound:
            said = entry.content
            name = entry.public["platform"]
            found[name] = Switch(name, off, entry.at, said.get("who", ""), said.get("why", ""))
    return found


@guard()
def version(conn: sqlite3.Connection) -> tuple[int, int]:
    """Return what differs once anything was recorded, ended or switched; quick at any length."""
    query = "SELECT coalesce(max(seq), 0) FROM log WHERE subject = ?"
    first, second = (conn.execute(query, (kind,)).fetchone()[0] for kind in (ATTESTATION, PLATFORM))
    return int(first), int(second)


def _attested(entry: _Entry) -> Attested:
    said = entry.content
    return Attested(
        number=entry.seq,
        at=entry.at,
        collector=entry.public["collector"],
        expires=date.fromisoformat(entry.public["expires"]),
        who=said.get("who", ""),
        document=said.get("document", ""),
        subject=said.get("server", ""),
        why=said.get("why", ""),
        sound=entry.sound,
    )


def _entries(conn: sqlite3.Connection, kind: str) -> Iterator[_Entry]:
    for seq, body, digest in conn.execute(_ENTRIES, (kind, kind)).fetchall():
        said = json.loads(body)
        content, held = _content(conn, seq, said)
        sound = held and _chained(conn, seq, body, digest)
        yield _Entry(seq, from_text(said["at"]), said["public"], content, sound)


def _content(
    conn: sqlite3.Connection, seq: int, said: dict[str, Any]
) -> tuple[dict[str, Any], bool]:
    """Return the content of an entry, and whether it is what the entry committed to."""
    row = conn.execute(_CONTENT, (seq, "by")).fetchone()
    if row is None:
        return {}, False
    salt, body = row
    return json.loads(body), hmac.compare_digest(commitment(salt, body), said["content"]["by"])


def _chained(conn: sqlite3.Connection, seq: int, body: bytes, digest: bytes) -> bool:
    """Say whether an entry hangs on the one before, and the one behind on it."""
    said = json.loads(body)
    if said["seq"] != seq or canonical(said) != body:
        return False
    before = conn.execute(_HASH, (seq - 1,)).fetchone()
    if link(before[0] if before else GENESIS, body) != digest:
        return False
    behind = conn.execute("SELECT canonical, hash FROM log WHERE seq = ?", (seq + 1,)).fetchone()
    return behind is None or link(digest, behind[0]) == behind[1]
