"""Finding ids, and the index that says which log entries are the revisions of one finding."""

from __future__ import annotations

import base64
import sqlite3

from monitor.store.db import guard
from monitor.store.keys import KeyRing, digest

CODE_BYTES = 5
GROUP = 4


def finding_id(keyring: KeyRing, activity_id: str) -> str:
    """Return the id, such as ``NTR-7QK2-M4XA``, that a new finding about this act gets.

    It is a keyed digest: nobody without the key can tell which act it stands for. Where a finding
    may exist already, ``existing_or_new`` is the one to ask.
    """
    return _code(keyring.versions("reference")[0], activity_id)


@guard()
def existing_or_new(conn: sqlite3.Connection, keyring: KeyRing, activity_id: str) -> str:
    """Return the id under which this act is on file, else the one it gets now.

    An id is for ever: after a rotation it is found under the key version that made it.
    """
    for key in keyring.versions("reference"):
        code = _code(key, activity_id)
        if conn.execute("SELECT 1 FROM finding WHERE finding_id = ?", (code,)).fetchone():
            return code
    return finding_id(keyring, activity_id)


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


def _code(key: bytes, activity_id: str) -> str:
    code = base64.b32encode(digest(key, activity_id.encode())[:CODE_BYTES]).decode()
    return f"NTR-{code[:GROUP]}-{code[GROUP:]}"
