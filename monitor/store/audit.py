"""The evidence log as an auditor reads it: every row as it stands, whatever was done to it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from operator import methodcaller
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from monitor.store.db import connect, reading
from monitor.store.views import VIEWS

_BITS = 63
# A forged text need not be UTF-8. To ask for this of each text costs a twentieth of the whole, so
# the first such text calls for it.
_LENIENT = methodcaller("decode", "utf-8", "surrogateescape")
_NO_UTF8 = "Could not decode to UTF-8"
# Looked for in the bytes as they lie, which costs a tenth of reading every entry.
_TOMBSTONE = b'"kind":"erasure"'
_ERASURES = "SELECT seq, canonical FROM log WHERE instr(canonical, ?) ORDER BY seq"

# SHA-256 of each trigger's text with its spaces made single. A trigger's text in the database is
# the one that a migration gave; a test compares this list with the schema's one home, ``tables``,
# which is not imported here because it is slow to load.
GUARDS = {
    "log_contiguous": "15ad7ba8523aa2078388872d5741c414c52baaf28f1912286300c97126b26acd",
    "log_no_update": "27c794eba66996f04f7848dc4e2dadca9f2442af492be1f4a78b49cc2f320ea2",
    "log_no_delete": "633427cd0cc17939a2a8c59a9b0631f23f12d872fe29c6ad44ba0647104f0ae7",
    "content_with_entry": "6b4c8b10d664f5098ea31260eb971becb76f93267e1115cd8fb0e82966738518",
    "content_no_update": "5fdb3f20fb7cf4547ca79c920ddfaffce32eac668308bc841629f1b7f2e4c3a7",
    "snapshot_with_entry": "ce22ceab04e523fcff1b00ca35915558293847af84ef4e3b6d97ade1a480d6dd",
    "snapshot_no_update": "d1fe29a73950068230ea3d84e3f2ff7805fb04b3febef729e2583685b1536fb6",
    "seal_with_entry": "4491eec925d031993e130e046dcaac87f1206a1f1945ff5eb9d5964c0789bf67",
    "seal_no_update": "2823ae9f99bc5d97ff63944a72e2c797857f42fe44cd785476c50778cbc5dc77",
    "seal_no_delete": "5402e2d03b34b4e751982526eef1eba54489ab44962150286a516bbb380670bb",
    "stamp_with_entry": "0d92f0046b411016ad0c50414c5a926c2d1e54e47d4365df92746c146cc581b4",
    "stamp_no_update": "e8424abfdeff1d23983dfa132c8dce0aaaa559a812ec75f48c5a975add86fb98",
    "stamp_no_delete": "3ceb86b893c2ff0ed21ddb36c9f5a12a0f6f4202426dbc63476e62116963428c",
    "content_no_delete": "5cfce33ae3896ec52689e8112d834d1897a0c2e7360bc0f0332d1c739035bba2",
    "snapshot_no_delete": "012250c468d549a4d3c441222f8b3f4a2f6785cc57e300bba36b0e55d5e4920a",
    "tombstone_stays": "a3e04e98f83ee22104dca06eb78c681c8254a309708a8e26211e7b004663373c",
}


class Audit:
    """One read-only state of the database. Use it with ``with``; every call may raise StoreError.

    The iterators yield the rows of the entries above ``after`` and up to ``to``, from the one
    state that was there at the start. The first range has every row below it too, and the last
    every row above it or without a number, so no row is left out that a forger put somewhere.
    """

    def __init__(self, database: Path, after: int = 0, to: int | None = None) -> None:
        self._where, self._bounds = _range(after, to)
        self._conn = connect(database, read_only=True)
        with reading(database):
            # Each page is read once, and sorting goes to a file: the memory stays the same.
            self._conn.execute("PRAGMA cache_size = -2000")
            self._conn.execute("PRAGMA temp_store = FILE")
            self._conn.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._conn.close()

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield (seq, canonical, hash), by seq."""
        return self._ranged("SELECT seq, canonical, hash FROM log")

    def contents(self) -> Iterator[tuple[Any, ...]]:
        """Yield (seq, name, salt, body), by seq."""
        return self._ranged("SELECT seq, name, salt, body FROM content", ", name")

    def snapshots(self) -> Iterator[tuple[Any, ...]]:
        """Yield (seq, name, salt), by seq."""
        return self._ranged("SELECT seq, name, salt FROM snapshot", ", name")

    def findings(self) -> Iterator[tuple[Any, ...]]:
        """Yield (seq, finding_id, revision_no, outcome), by seq."""
        return self._ranged("SELECT seq, finding_id, revision_no, outcome FROM finding")

    def seals(self) -> Iterator[tuple[Any, ...]]:
        """Yield (seq, canonical, signature, endorsement), by seq."""
        return self._ranged("SELECT seq, canonical, signature, endorsement FROM seal")

    def stamps(self) -> Iterator[tuple[Any, ...]]:
        """Yield (seq, seal, authority, answer, roots), by seq."""
        return self._ranged("SELECT seq, seal, authority, answer, roots FROM stamp")

    def erasures(self) -> Iterator[tuple[Any, ...]]:
        """Yield (seq, canonical) of every entry whose bytes look like a tombstone's."""
        return self._select(_ERASURES, (_TOMBSTONE,))

    def row(self, seq: int) -> tuple[Any, ...] | None:
        """Return one entry as ``rows`` yields it, whatever the range."""
        return self._one("SELECT seq, canonical, hash FROM log WHERE seq = ?", seq)

    def seal(self, seq: int) -> tuple[Any, ...] | None:
        """Return one seal as ``seals`` yields it, whatever the range."""
        query = "SELECT seq, canonical, signature, endorsement FROM seal WHERE seq = ?"
        return self._one(query, seq)

    def last_seal(self, upto: int) -> tuple[Any, ...] | None:
        """Return the last seal with this entry or an earlier one, whatever the range."""
        query = "SELECT seq, canonical, signature, endorsement FROM seal WHERE seq <= ?"
        return self._one(f"{query} ORDER BY seq DESC LIMIT 1", upto)

    def seal_entries(self) -> list[int]:
        """Return the numbers of every seal's own entry, in order."""
        return [row[0] for row in self._select("SELECT seq FROM seal ORDER BY seq")]

    def last(self) -> int:
        """Return the last entry's number; 0 for an empty log."""
        return int(next(self._select("SELECT coalesce(max(seq), 0) FROM log"))[0])

    def missing_guards(self) -> tuple[str, ...]:
        """Name each trigger and view that is not there with the text that a migration gave it.

        A view that leaves rows out would show an auditor another log than the one that is sound.
        """
        query = "SELECT name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view')"
        present = {name: fingerprint(str(sql)) for name, sql in self._select(query)}
        wanted = GUARDS | {name: fingerprint(text) for name, text in VIEWS.items()}
        return tuple(name for name, text in wanted.items() if present.get(name) != text)

    def damage(self) -> Iterator[str]:
        """Say what SQLite itself finds wrong: pages, and indexes that differ from their tables."""
        return (str(row[0]) for row in self._select("PRAGMA integrity_check") if row[0] != "ok")

    def _ranged(self, query: str, then: str = "") -> Iterator[tuple[Any, ...]]:
        return self._select(f"{query} {self._where} ORDER BY seq{then}", self._bounds)

    def _one(self, query: str, seq: int) -> tuple[Any, ...] | None:
        # A forged number may be of any type, or larger than SQLite's.
        if type(seq) is not int or seq.bit_length() > _BITS:
            return None
        return next(self._select(query, (seq,)), None)

    def _select(self, query: str, values: Sequence[int | bytes] = ()) -> Iterator[tuple[Any, ...]]:
        with reading():
            rows = self._conn.execute(query, values)
            try:
                yield from rows
            except sqlite3.OperationalError as error:
                # Of a row that holds no UTF-8 nothing was handed out, and it is read once more.
                if self._conn.text_factory is _LENIENT or not str(error).startswith(_NO_UTF8):
                    raise
                self._conn.text_factory = _LENIENT
                yield from rows


def _range(after: int, to: int | None) -> tuple[str, tuple[int, ...]]:
    if to is None:
        return ("WHERE seq > ? OR seq IS NULL", (after,)) if after else ("", ())
    return ("WHERE seq > ? AND seq <= ?", (after, to)) if after else ("WHERE seq <= ?", (to,))


def fingerprint(sql: str) -> str:
    """Return the SHA-256 (hex) of a statement, however its lines are broken."""
    return hashlib.sha256(" ".join(sql.split()).encode("utf-8", "surrogateescape")).hexdigest()
