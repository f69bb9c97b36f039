"""What an erasure takes out of the database, and the tombstone that it leaves.

Content and salt go; the entry, with its commitments, stays, so every hash of the chain stays
valid. A trigger lets a row go only while the tombstone that names it is the log's last entry.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.errors import UnknownError
from monitor.model.erasure import ERASURE, HOLD, Ground, Lost, Order, place, signed, split
from monitor.model.evidence import Canonical, LogHead
from monitor.model.review import REVIEW, CaseState, Step, last_opened, state_after
from monitor.store import about, answers, invitations, log, talks, withdrawals
from monitor.store.db import guard
from monitor.store.keys import KeyRing, digest

# What these entries say in content is how a case was handled, by whom: not the person's data.
HANDLING = frozenset({"delivery", "withdrawal", "export", "card", "reading", HOLD})
# What the case was left with; a tombstone's own content is never erased.
DATABASE = ""
DECIDED = "sudah diputus"

FILES = "SELECT name FROM snapshot WHERE seq = ?"
CONTENTS = "SELECT name FROM content WHERE seq = ?"
DELETE = {
    "content": "DELETE FROM content WHERE seq = ? AND name = ?",
    "files": "DELETE FROM snapshot WHERE seq = ? AND name = ?",
}
GROUNDS = """
SELECT DISTINCT json_extract(CAST(canonical AS TEXT), '$.public.ground')
FROM erasing JOIN log ON seq = entry
"""
PENDING = "SELECT entry, file FROM erasing ORDER BY entry, file"

# Makes the signature (64 bytes) of some bytes.
Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands for retention: its state, whether it is held, and what may not go."""

    finding: str
    state: CaseState
    case_file: bool
    held: bool
    decided_at: str
    decided_by: int
    erased: bool
    platform: str


@guard()
def standing(conn: sqlite3.Connection, finding: str) -> Standing:
    """Return how a case stands; ``StoreError`` where there is no such finding."""
    entries = [json.loads(row.canonical) for row in about.entries(conn, finding)]
    first = next((entry for entry in entries if entry["kind"] == "finding"), None)
    if first is None:
        raise UnknownError(f"{finding}: there is no such finding")
    reviews = [e for e in entries if e["kind"] == REVIEW and _step(e)]
    steps = [Step(e["public"]["step"]) for e in reviews]
    state = state_after(steps)
    current = steps[last_opened(steps) :]
    to_examine = Step.TO_EXAMINE in current and state is not CaseState.DISMISSED
    holds = [e["public"].get("held") for e in entries if e["kind"] == HOLD]
    last = reviews[-1] if reviews else None
    return Standing(
        finding=finding,
        state=state,
        case_file=state is CaseState.FORWARDED or to_examine,
        held=bool(holds and holds[-1]),
        decided_at=last["at"] if last else "",
        decided_by=last["seq"] if last else 0,
        erased=not any(True for _ in conn.execute(CONTENTS, (first["seq"],))),
        platform=str(first["public"].get("platform", "")),
    )


@guard()
def reviewed(conn: sqlite3.Connection) -> list[str]:
    """Return the ids of the cases that somebody took a step in; it reads the whole log."""
    query = "SELECT canonical FROM log WHERE instr(canonical, ?)"
    rows = conn.execute(query, (f'"kind":"{REVIEW}"'.encode(),))
    entries = (json.loads(row[0]) for row in rows)
    return sorted({e["subject"] for e in entries if e["kind"] == REVIEW})


@guard()
def case(conn: sqlite3.Connection, finding: str) -> Lost:
    """Return what there is to be destroyed of one case."""
    lost = Lost()
    for row in about.entries(conn, finding):
        entry = json.loads(row.canonical)
        if entry["kind"] not in HANDLING and entry["kind"] != ERASURE:
            take(conn, lost, entry)
    return lost


def take(conn: sqlite3.Connection, lost: Lost, entry: dict[str, Any]) -> None:
    """Add everything that is left of an entry's contents and files."""
    seq = entry["seq"]
    lost.places |= {place("content", seq, name) for (name,) in conn.execute(CONTENTS, (seq,))}
    for (name,) in conn.execute(FILES, (seq,)):
        lost.places.add(place("files", seq, name))
        lost.commitments.add(entry["files"][name]["commitment"])


def bury(
    tx: sqlite3.Connection,
    at: datetime,
    subject: str,
    order: Order,
    lost: Lost,
    key: str,
    sign: Sign,
) -> LogHead:
    """Append the tombstone and delete what it names; the files are left to ``pending``.

    ``key`` is the public key (64 hex) of the last seal, and ``sign`` signs with it.
    """
    before = log.head(tx)
    public = order.public(lost.places, key)
    data = signed(bytes.fromhex(before.hash), public)
    head = log.append(
        tx,
        at=at,
        kind=ERASURE,
        subject=subject,
        public={**public, "signature": sign(data).hex()},
        content={"order": order.content()},
    )
    for part, seq, name in map(split, lost.places):
        tx.execute(DELETE[part], (seq, name))
    left = [(head.seq, name) for name in (*lost.commitments, DATABASE)]
    tx.executemany("INSERT INTO erasing (entry, file) VALUES (?, ?)", left)
    return head


def hush(tx: sqlite3.Connection, finding: str, at: datetime) -> None:
    """Take the case's words out of the outbox, and owe that what was sent is taken back.

    What people brought to the case by themselves stays.
    """
    withdrawals.owe(tx, finding, at)
    mine = "WHERE kind <> 'health' AND subject = ?"
    waiting = f"AND state = 'pending' AND kind <> '{withdrawals.KIND}'"
    tx.execute(f"DELETE FROM outbox {mine} {waiting}", (finding,))  # noqa: S608
    tx.execute(f"UPDATE outbox SET body = '', last_error = NULL {mine}", (finding,))  # noqa: S608
    # Nothing is left to compare a later look with.
    tx.execute("DELETE FROM recheck WHERE finding_id = ?", (finding,))


def silence(tx: sqlite3.Connection, finding: str, at: datetime) -> None:
    """Do what ``hush`` does, and let everything go that the case has outside the log."""
    hush(tx, finding, at)
    # Who gave a tip that was linked to the case goes with it.
    tx.execute("DELETE FROM tip WHERE finding_id = ?", (finding,))
    # Nobody can open the case by a code any more, or ask for a receipt of what is gone.
    invitations.forget(tx, finding)
    answers.forget(tx, finding)
    talks.forget(tx, finding)


@guard()
def ordered(conn: sqlite3.Connection) -> bool:
    """Tell whether somebody ordered what is pending: nothing of it may wait in a copy."""
    grounds = [row[0] for row in conn.execute(GROUNDS)]
    return any(ground != Ground.RETENTION for ground in grounds)


@guard()
def pending(conn: sqlite3.Connection) -> list[str]:
    """Return the files that are still to be removed, and "" while the database is to be rebuilt."""
    return [row[1] for row in conn.execute(PENDING)]


def done(tx: sqlite3.Connection, names: Iterable[str]) -> None:
    """Strike out what was done."""
    tx.executemany("DELETE FROM erasing WHERE file = ?", [(name,) for name in names])


@guard()
def destroyed(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield the commitment of every file whose salt is gone under a tombstone."""
    query = "SELECT seq, canonical FROM log WHERE instr(canonical, ?)"
    for _, canonical in conn.execute(query, (f'"kind":"{ERASURE}"'.encode(),)):
        tombstone = json.loads(canonical)
        named = tombstone["public"].get("erased", []) if tombstone["kind"] == ERASURE else []
        for part, number, name in map(split, named):
            row = conn.execute("SELECT canonical FROM log WHERE seq = ?", (number,)).fetchone()
            if part == "files" and row:
                yield json.loads(row[0])["files"][name]["commitment"]


def remember(
    tx: sqlite3.Connection,
    keyring: KeyRing,
    finding: str,
    acts: Sequence[tuple[str, str]],
    seq: int,
) -> None:
    """Keep a keyed digest of each dismissed (act, revision), so that it is known if seen again."""
    key = keyring.versions("reference")[0]
    tx.executemany(
        "INSERT INTO decided (act, finding_id, entry) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(_act(key, *act), finding, seq) for act in acts],
    )


@guard()
def decided(
    conn: sqlite3.Connection, keyring: KeyRing, act: str, revision: str
) -> tuple[str, int] | None:
    """Return case and tombstone of an act that was dismissed and erased, in this very wording."""
    for key in keyring.versions("reference"):
        query = "SELECT finding_id, entry FROM decided WHERE act = ?"
        row = conn.execute(query, (_act(key, act, revision),)).fetchone()
        if row is not None:
            return row[0], row[1]
    return None


def answer(tx: sqlite3.Connection, keyring: KeyRing, act: str, revision: str, at: datetime) -> bool:
    """Record that a dismissed and erased act was seen again; False where it is no such act."""
    found = decided(tx, keyring, act, revision)
    if found is None:
        return False
    finding, entry = found
    public: dict[str, Canonical] = {"answer": DECIDED, "tombstone": entry}
    log.append(tx, at=at, kind="seen-again", subject=finding, public=public)
    return True


@guard()
def acts(conn: sqlite3.Connection, finding: str) -> list[tuple[str, str]]:
    """Return (id, revision) of the acts that a case is about, as far as their content is there."""
    query = "SELECT seq FROM finding WHERE finding_id = ? ORDER BY revision_no"
    found = [log.content(conn, seq, "finding") for (seq,) in conn.execute(query, (finding,))]
    told = [content["activity"] for content in found if content]
    return [(a["id"], a["revision"]) for a in told if a.get("id") and a.get("revision")]


def _act(key: bytes, act: str, revision: str) -> bytes:
    return digest(key, f"decided\n{act}\n{revision}".encode())


def _step(entry: dict[str, Any]) -> bool:
    return entry["public"].get("step") in set(Step)
