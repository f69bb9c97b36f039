"""Files of acts that were handed in: who attested what, and how far reading came.

The attestation is an entry of the evidence log (kind ``import``); names and the file's own name
and digest stand only in its salted content.
"""

from __future__ import annotations

import base64
import json
import secrets
import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.model.evidence import Canonical
from monitor.store import findings, log
from monitor.store.db import guard
from monitor.store.keys import KeyRing, digest

KIND = "import"
ID_BYTES = 5
LOAD = "SELECT import_id, entry, place, counts, finished FROM import_file WHERE file_key = ?"
SAVE = """
INSERT INTO import_file (file_key, import_id, entry, place, counts, finished)
VALUES (:key, :id, :entry, :place, :counts, :finished)
ON CONFLICT (file_key) DO UPDATE SET import_id = excluded.import_id, entry = excluded.entry,
  place = excluded.place, counts = excluded.counts, finished = excluded.finished
"""
# A permanent id that reading found, or that is on the register, comes before a handle.
LINES = """
SELECT asked.value, a.watch_id FROM json_each(:names) asked
JOIN account a ON a.platform = :platform AND a.status = 'active'
  AND (a.address = asked.value OR a.native_id = asked.value)
UNION
SELECT asked.value, s.watch_id FROM json_each(:names) asked
JOIN source s ON s.platform = :platform AND s.active = 1 AND s.native_id <> ''
  AND s.native_id = asked.value
"""
NATIVE = "SELECT native_id FROM source WHERE watch_id = ? AND active = 1"

ENTRIES = """
SELECT subject, seq, at, CAST(canonical AS TEXT) ->> '$.public' FROM log
WHERE kind = 'import' ORDER BY seq
"""
# The newest revision of each finding that this import's rows became, while its content stands.
BECAME = """
SELECT f.finding_id, CAST(c.body AS TEXT) ->> '$.activity.basis' AS basis, max(f.revision_no)
FROM finding f JOIN content c ON c.seq = f.seq AND c.name = 'finding'
WHERE basis LIKE 'import ' || ? || ',%' GROUP BY f.finding_id ORDER BY f.seq
"""

HOLDER = """
SELECT coalesce(CAST(w.body AS TEXT) ->> '$.person_ref', '') FROM finding f
LEFT JOIN content w ON w.seq = f.seq AND w.name = 'watch'
WHERE f.finding_id = ? ORDER BY f.revision_no DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """One import as the log has it. ``entry`` is its attestation; ``rows`` None: not ended."""

    import_id: str
    entry: int
    at: str
    public: Mapping[str, Any]
    rows: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a file was read. ``counts`` are rows by what became of them."""

    import_id: str
    entry: int
    place: int
    counts: Mapping[str, int]
    finished: bool


def key_of(ring: KeyRing, *parts: str) -> bytes:
    """Return what stands for a file and how it is read; nobody can go back from it."""
    return digest(ring.versions("reference")[0], b"import:" + json.dumps(parts).encode())


@guard()
def load(conn: sqlite3.Connection, key: bytes) -> Progress | None:
    """Return how far a file was read before, if it was."""
    row = conn.execute(LOAD, (key,)).fetchone()
    return Progress(row[0], row[1], row[2], json.loads(row[3]), bool(row[4])) if row else None


def begin(
    tx: sqlite3.Connection,
    key: bytes,
    now: datetime,
    public: Mapping[str, Canonical],
    content: Mapping[str, Canonical],
) -> Progress:
    """Record an attestation, and that its file is read from the beginning."""
    import_id = "IMP-" + base64.b32encode(secrets.token_bytes(ID_BYTES)).decode()
    head = log.append(
        tx, at=now, kind=KIND, subject=import_id, public=public, content={KIND: content}
    )
    made = Progress(import_id, head.seq, 0, {}, finished=False)
    save(tx, key, made)
    return made


def save(tx: sqlite3.Connection, key: bytes, progress: Progress) -> None:
    """Store how far reading came, in the transaction of what was read."""
    values = {
        "key": key,
        "id": progress.import_id,
        "entry": progress.entry,
        "place": progress.place,
        "counts": json.dumps(dict(progress.counts)),
        "finished": int(progress.finished),
    }
    tx.execute(SAVE, values)


def end(tx: sqlite3.Connection, key: bytes, progress: Progress, now: datetime) -> None:
    """Record that a file was read to its end, with the counts."""
    public: dict[str, Canonical] = {"state": "done", "rows": dict(progress.counts)}
    log.append(tx, at=now, kind=KIND, subject=progress.import_id, public=public)
    save(tx, key, progress)


@guard()
def every(conn: sqlite3.Connection) -> list[Imported]:
    """Return every import, the oldest first."""
    found: dict[str, Imported] = {}
    for subject, seq, at, text in conn.execute(ENTRIES):
        public = json.loads(text)
        begun = found.get(subject) or Imported(subject, seq, at, public)
        found[subject] = replace(begun, rows=public.get("rows"))
    return list(found.values())


@guard()
def became(conn: sqlite3.Connection, import_id: str) -> list[tuple[str, str]]:
    """Return each finding of an import and the basis that it names: file, attestation, row."""
    return [(finding, basis) for finding, basis, _ in conn.execute(BECAME, (import_id,))]


@guard()
def holder(conn: sqlite3.Connection, ring: KeyRing, activity_id: str) -> str:
    """Return whose case the act of this id is on file as, "" for nobody's or an erased one."""
    finding_id = findings.existing_or_new(conn, ring, activity_id)
    row = conn.execute(HOLDER, (finding_id,)).fetchone()
    return str(row[0]) if row else ""


@guard()
def named(conn: sqlite3.Connection, platform: str, names: Collection[str]) -> dict[str, list[str]]:
    """Return the register lines that each of these ids or handles may belong to."""
    found: dict[str, list[str]] = {}
    values = {"platform": platform, "names": json.dumps(sorted(names))}
    for name, watch_id in conn.execute(LINES, values):
        found.setdefault(name, []).append(watch_id)
    return found


@guard()
def resolved(conn: sqlite3.Connection, watch_id: str) -> str:
    """Return the permanent id that looks at a line have found, "" for none."""
    row = conn.execute(NATIVE, (watch_id,)).fetchone()
    return str(row[0]) if row else ""
