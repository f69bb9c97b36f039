"""Finding ids, and the index that says which log entries are the revisions of one finding."""

from __future__ import annotations

import base64
import sqlite3

from monitor.errors import UnknownError
from monitor.store.db import guard
from monitor.store.keys import KeyRing, digest

CODE_BYTES = 5
GROUP = 4

# Whose act a finding is about, out of its newest content; erased content leaves nothing to compare.
ERASED = ""
OWNER = """
SELECT coalesce(json_extract(CAST(body AS TEXT), '$.activity.id'), ''),
  coalesce(json_extract(CAST(body AS TEXT), '$.activity.watch_id'), '')
FROM finding LEFT JOIN content ON content.seq = finding.seq AND content.name = 'finding'
WHERE finding_id = ? ORDER BY revision_no DESC LIMIT 1
"""


def finding_id(keyring: KeyRing, activity_id: str) -> str:
    """Return the id, such as ``NTR-7QK2-M4XA``, that a new finding about this act gets.

    It is a keyed digest: nobody without the key can tell which act it stands for. Where a finding
    may exist already, ``existing_or_new`` is the one to ask.
    """
    return _code(keyring.versions("reference")[0], activity_id)


@guard()
def existing_or_new(
    conn: sqlite3.Connection, keyring: KeyRing, activity_id: str, watch_id: str = ""
) -> str:
    """Return the id under which this act is on file, else the one it gets now.

    An id is for ever: after a rotation it is found under the key version that made it. Of some
    hundred thousand findings two may fall on one short code; the later one gets another, because
    one person's act must never appear under another person's finding. For the same reason what is
    on file of another register line than ``watch_id`` is another act, whatever id a file gave it.
    """
    versions = keyring.versions("reference")
    for key in versions:
        code, on_file = _place(conn, key, activity_id, watch_id)
        if on_file:
            return code
    return _place(conn, versions[0], activity_id, watch_id)[0]


@guard()
def next_revision(conn: sqlite3.Connection, finding_id: str) -> int:
    """Return the number of the next revision; the first is 1."""
    query = "SELECT coalesce(max(revision_no), 0) + 1 FROM finding WHERE finding_id = ?"
    (number,) = conn.execute(query, (finding_id,)).fetchone()
    return int(number)


def add(tx: sqlite3.Connection, finding_id: str, seq: int, outcome: str) -> int:
    """Index the log entry ``seq`` as the next revision of a finding; return its number."""
    number = next_revision(tx, finding_id)
    tx.execute(
        "INSERT INTO finding (finding_id, revision_no, seq, outcome) VALUES (?, ?, ?, ?)",
        (finding_id, number, seq, outcome),
    )
    return number


def _place(
    conn: sqlite3.Connection, key: bytes, activity_id: str, watch_id: str, turn: int = 0
) -> tuple[str, bool]:
    """Return the first code that is this act's or nobody's, and whether it is on file."""
    code = _code(key, activity_id, turn)
    row = conn.execute(OWNER, (code,)).fetchone()
    if row is None:
        return code, False
    ours = not watch_id or row[1] in (watch_id, "")
    if row[0] == ERASED or (row[0] == activity_id and ours):
        return code, True
    return _place(conn, key, activity_id, watch_id, turn + 1)


def _code(key: bytes, activity_id: str, turn: int = 0) -> str:
    name = f"{activity_id}#{turn}" if turn else activity_id
    code = base64.b32encode(digest(key, name.encode())[:CODE_BYTES]).decode()
    return f"NTR-{code[:GROUP]}-{code[GROUP:]}"


@guard()
def last_entry(conn: sqlite3.Connection, finding_id: str) -> int:
    """Return the entry of a finding's newest revision; ``StoreError`` where there is none."""
    query = "SELECT max(seq) FROM finding WHERE finding_id = ?"
    (seq,) = conn.execute(query, (finding_id,)).fetchone()
    if seq is None:
        raise UnknownError(f"{finding_id}: there is no such finding")
    return int(seq)


@guard()
def before(conn: sqlite3.Connection, finding_id: str, seq: int | None) -> tuple[int, int] | None:
    """Return (entry, number) of the revision before the entry ``seq``, or of the newest.

    ``None`` where there is none.
    """
    query = """SELECT seq, revision_no FROM finding WHERE finding_id = ? AND (? IS NULL OR seq < ?)
        ORDER BY seq DESC LIMIT 1"""
    row = conn.execute(query, (finding_id, seq, seq)).fetchone()
    return (int(row[0]), int(row[1])) if row else None
