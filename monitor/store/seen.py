"""What was looked at and matched nothing: keyed digests only, under a key of the person's own.

Erasing a person's key leaves digests that nobody can compute again, tell apart or link to them.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Sequence
from datetime import date
from enum import Enum

from monitor.store.db import guard
from monitor.store.keys import KEY_BYTES, KeyRing, digest

Pair = tuple[str, str]

FIND = "SELECT revision FROM seen WHERE key = ?"
MARK = """
INSERT INTO seen (key, revision, seen_on) VALUES (?, ?, ?)
ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, seen_on = excluded.seen_on
WHERE revision <> excluded.revision OR seen_on <> excluded.seen_on
"""


class SeenState(Enum):
    """What is known of an act: never seen, seen with other words, or seen just so."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


class Seen:
    """Asks and remembers, for one person at a time, which (activity id, revision) was seen."""

    def __init__(self, keyring: KeyRing) -> None:
        self._keys = keyring.versions("seen")

    @guard()
    def states(
        self, conn: sqlite3.Connection, person_ref: str, pairs: Sequence[Pair]
    ) -> list[SeenState]:
        """Return the state of each pair, in the same order; it writes nothing."""
        own = _person_key(conn, person_ref) if pairs else None
        if own is None:
            return [SeenState.NEW] * len(pairs)
        keys = self._derived(own)
        return [_state(conn, keys, act, revision) for act, revision in pairs]

    def mark(
        self, tx: sqlite3.Connection, person_ref: str, pairs: Sequence[Pair], on: date
    ) -> None:
        """Remember the pairs as seen ``on`` that day; what an older key made moves to the newest.

        A pair that is already there is written again at most once a day, to prolong its keeping.
        """
        if not pairs:
            return
        own = _person_key(tx, person_ref) or _make_person_key(tx, person_ref)
        newest, *older = self._derived(own)
        for key in older:
            old = [(digest(key, act.encode()),) for act, _ in pairs]
            tx.executemany("DELETE FROM seen WHERE key = ?", old)
        day = on.isoformat()
        tx.executemany(
            MARK,
            [(digest(newest, a.encode()), digest(newest, r.encode()), day) for a, r in pairs],
        )

    def purge(self, tx: sqlite3.Connection, before: date) -> int:
        """Drop what was last marked before that day; return how many rows went."""
        return tx.execute("DELETE FROM seen WHERE seen_on < ?", (before.isoformat(),)).rowcount

    def forget(self, tx: sqlite3.Connection, person_ref: str) -> bool:
        """Erase a person's key, which makes their digests meaningless; return whether it was."""
        change = tx.execute("DELETE FROM person_key WHERE person_ref = ?", (person_ref,))
        return change.rowcount == 1

    def _derived(self, own: bytes) -> list[bytes]:
        return [digest(key, own) for key in self._keys]


def _person_key(conn: sqlite3.Connection, person_ref: str) -> bytes | None:
    query = "SELECT key FROM person_key WHERE person_ref = ?"
    row = conn.execute(query, (person_ref,)).fetchone()
    return row[0] if row else None


def _make_person_key(tx: sqlite3.Connection, person_ref: str) -> bytes:
    key = secrets.token_bytes(KEY_BYTES)
    tx.execute("INSERT INTO person_key (person_ref, key) VALUES (?, ?)", (person_ref, key))
    return key


def _state(conn: sqlite3.Connection, keys: Sequence[bytes], act: str, revision: str) -> SeenState:
    for key in keys:
        row = conn.execute(FIND, (digest(key, act.encode()),)).fetchone()
        if row is not None:
            same = row[0] == digest(key, revision.encode())
            return SeenState.SAME if same else SeenState.CHANGED
    return SeenState.NEW
