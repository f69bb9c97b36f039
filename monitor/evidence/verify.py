"""Verify: every value of the log, its contents, files and index, in one pass that streams.

docs/evidence.md describes the same checks for someone who writes another verifier, and what
no verifier can see without a head that was printed elsewhere.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from monitor.clock import Clock, utc_now
from monitor.errors import ConfigError, EvidenceError, StoreError
from monitor.errors import Fault as ConfigFault
from monitor.evidence.entry import VERSION, Entry, FileEntry, read
from monitor.evidence.files import Files, is_name
from monitor.evidence.report import Faults, Kind, Report
from monitor.model.evidence import GENESIS, SALT_BYTES, LogHead, commitment, link

# A running daemon publishes files just before COMMIT, so a young stranger may be in flight.
IN_FLIGHT = timedelta(hours=1)

Row = tuple[Any, ...]
_END = math.inf


class LogSource(Protocol):
    """The log as rows of plain values, each iterator from one state of the database.

    Values may have any type: SQLite stores what it is given, and a forger gives anything.
    Every row is yielded, in the order of its first value, the entry's number.
    """

    def rows(self) -> Iterator[Row]:
        """Yield (seq, canonical, hash)."""
        ...

    def contents(self) -> Iterator[Row]:
        """Yield (seq, name, salt, body)."""
        ...

    def snapshots(self) -> Iterator[Row]:
        """Yield (seq, name, salt)."""
        ...

    def findings(self) -> Iterator[Row]:
        """Yield (seq, finding_id, revision_no, outcome)."""
        ...

    def missing_guards(self) -> Iterable[str]:
        """Name each trigger that should refuse changes and is not there or was altered."""
        ...


def verify(
    source: LogSource, files: Files, head: LogHead | None = None, *, clock: Clock = utc_now
) -> Report:
    """Check everything and report; a fault is never raised.

    ``head`` is one that was printed before: the log must still have that entry. The memory used
    does not grow with the log.
    """
    walk = _Walk(files)
    try:
        for name in source.missing_guards():
            walk.faults.add(None, Kind.GUARD, f"guard missing: {name}")
        walk.run(source, head)
        _unnamed(source, walk, clock)
    except (StoreError, OSError) as error:
        walk.faults.add(walk.chain.last + 1, Kind.UNREADABLE, str(error))
    return walk.report()


def head_of(text: str) -> LogHead:
    """Read ``SEQ:HEX`` as an alert prints it; ``ConfigError`` says what was expected."""
    found = re.fullmatch(r"(\d{1,18}):([0-9a-fA-F]{64})", text.strip())
    if found is None:
        raise ConfigError([ConfigFault("--head", "", "SEQ:HEX, a number and 64 hex digits", text)])
    return LogHead(int(found[1]), found[2].lower())


class _Chain:
    """Numbers, links and forms, entry by entry.

    After a bad link the next one is tried on the stored hash and on the computed one, so that
    one changed value is one fault.
    """

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.last = 0
        self.stored = GENESIS
        self.computed = GENESIS

    def step(self, row: Row) -> Entry | None:
        """Check one row; None where its entry cannot be read or has no place in the log."""
        seq, data, stored = row
        known = seq == self.last + 1
        if not known and not self._gap(seq):
            return None
        self.last = seq
        if type(data) is not bytes or type(stored) is not bytes:
            self.faults.add(seq, Kind.FORM, "the entry or its hash is not a BLOB")
            self._step_over(data, stored)
            return None
        self._link(seq, data, stored, known=known)
        return self._form(seq, data)

    def _step_over(self, data: Any, stored: Any) -> None:
        if type(stored) is bytes:
            self.stored = self.computed = stored
        elif type(data) is bytes:
            self.stored = self.computed = link(self.stored, data)

    def _gap(self, seq: Any) -> bool:
        if type(seq) is not int or seq <= self.last:
            number = seq if type(seq) is int else None
            self.faults.add(number, Kind.SEQUENCE, "an entry has a number that cannot be")
            return False
        missing = f"entries {self.last + 1} to {seq - 1} are missing"
        self.faults.add(self.last + 1, Kind.SEQUENCE, missing)
        return True

    def _link(self, seq: int, data: bytes, stored: bytes, *, known: bool) -> None:
        computed = link(self.stored, data)
        if stored != computed and known and stored != link(self.computed, data):
            self.faults.add(seq, Kind.CHAIN, "the hash does not follow from the entry before")
        self.stored, self.computed = stored, computed

    def _form(self, seq: int, data: bytes) -> Entry | None:
        try:
            entry = read(data)
        except ValueError as error:
            self.faults.add(seq, Kind.FORM, str(error))
            return None
        if entry.seq != seq or entry.v != VERSION:
            self.faults.add(seq, Kind.FORM, f"the entry calls itself {entry.seq}, v {entry.v}")
        return entry


class _BySeq:
    """Rows of another table, handed out in step with the log; what fits no entry is a fault."""

    def __init__(self, rows: Iterator[Row], kind: Kind, what: str, faults: Faults) -> None:
        self._rows, self._kind, self._what, self._faults = rows, kind, what, faults
        self._row: Row | None = None
        self._next()

    def take(self, seq: int) -> list[Row]:
        """Return the rows of one entry; the entries must be asked for in order."""
        taken: list[Row] = []
        while self._at <= seq and self._row is not None:
            if self._at == seq:
                taken.append(self._row)
            else:
                self._stray(self._row)
            self._next()
        return taken

    def rest(self) -> None:
        while self._row is not None:
            self._stray(self._row)
            self._next()

    def _next(self) -> None:
        self._row = row = next(self._rows, None)
        # What is no number comes first or last and belongs to no entry, so it is never waited for.
        self._at = _END if row is None else row[0] if isinstance(row[0], int | float) else -_END

    def _stray(self, row: Row) -> None:
        number = row[0] if type(row[0]) is int else None
        self._faults.add(number, self._kind, f"a {self._what} row belongs to no entry")


class _Walk:
    """One pass over the log, with contents, snapshots and findings beside it."""

    def __init__(self, files: Files) -> None:
        self.faults = Faults()
        self.chain = _Chain(self.faults)
        self.store = files
        self.entries = self.contents = self.files = 0
        # Names of the files that were found, as a count and a sum: equal to the folder's own
        # count and sum, no file is unnamed, and no list of names was needed.
        self.found = _Tally()

    def run(self, source: LogSource, head: LogHead | None) -> None:
        contents = _BySeq(source.contents(), Kind.CONTENT, "content", self.faults)
        snapshots = _BySeq(source.snapshots(), Kind.FILE, "snapshot", self.faults)
        findings = _BySeq(source.findings(), Kind.INDEX, "finding", self.faults)
        for row in source.rows():
            self.entries += 1
            before = self.chain.last
            entry = self.chain.step(row)
            seq = self.chain.last
            if seq == before:
                continue
            rows = contents.take(seq), snapshots.take(seq), findings.take(seq)
            if entry is not None:
                self._contents(seq, entry.content, rows[0])
                if rows[1] or entry.files:
                    self._snapshots(seq, entry.files, rows[1])
                self._index(seq, entry, rows[2])
            if head is not None and seq == head.seq:
                self._head(row, head)
        for others in (contents, snapshots, findings):
            others.rest()
        if head is not None:
            self._tail(head)

    def report(self) -> Report:
        last, stored = self.chain.last, self.chain.stored
        head = LogHead(last, stored.hex())
        kept = tuple(self.faults.kept)
        return Report(self.entries, self.contents, self.files, head, kept, self.faults.count)

    def _contents(self, seq: int, named: dict[str, str], rows: list[Row]) -> None:
        self.contents += len(rows)
        left = dict(named)
        for _, name, salt, body in rows:
            promised = left.pop(name, None)
            if promised is None:
                self._content(seq, name, "has a row and no commitment")
            elif not _is_salt(salt) or type(body) is not bytes:
                self._content(seq, name, f"its salt is not {SALT_BYTES} bytes, or its body no BLOB")
            elif commitment(salt, body) != promised:
                self._content(seq, name, "salt and body do not give the commitment")
        for name in left:
            self._content(seq, name, "its row is missing")

    def _snapshots(self, seq: int, named: dict[str, FileEntry], rows: list[Row]) -> None:
        left = dict(named)
        for _, name, salt in rows:
            promised = left.pop(name, None)
            if promised is None:
                self._file(seq, name, "has a row and no commitment")
            elif not _is_salt(salt):
                self._file(seq, name, f"its salt is not {SALT_BYTES} bytes")
            else:
                self._on_disk(seq, name, promised, salt)
        for name in left:
            self._file(seq, name, "its row is missing")

    def _on_disk(self, seq: int, name: str, promised: FileEntry, salt: bytes) -> None:
        try:
            measured = self.store.measure(promised.commitment, salt)
        except EvidenceError as error:
            self._file(seq, name, str(error))
            return
        if measured is None:
            self._file(seq, name, "the file is missing")
            return
        self.files += 1
        self.found.add(promised.commitment)
        if measured[0] != promised.size:
            self._file(seq, name, f"expected {promised.size} bytes, found {measured[0]}")
        elif measured[1] != promised.commitment:
            self._file(seq, name, "salt and bytes do not give the commitment")

    def _index(self, seq: int, entry: Entry, rows: list[Row]) -> None:
        public, wanted = entry.public, []
        if entry.kind == "finding":
            wanted = [(seq, entry.subject, public.get("revision_no"), public.get("outcome"))]
        if rows != wanted:
            found = "; ".join(_finding(row) for row in rows) or "none"
            said = "; ".join(_finding(row) for row in wanted) or "none"
            self.faults.add(seq, Kind.INDEX, f"finding rows: expected {said}, found {found}")

    def _head(self, row: Row, head: LogHead) -> None:
        if type(row[2]) is not bytes or row[2].hex() != head.hash:
            self.faults.add(head.seq, Kind.HEAD, "the entry is not the one with the given head")

    def _tail(self, head: LogHead) -> None:
        if head.seq > self.chain.last:
            cut = f"the log ends at entry {self.chain.last}: what came after it is cut off"
            self.faults.add(self.chain.last + 1, Kind.HEAD, cut)
        elif head.seq < 1 and head != LogHead(0, GENESIS.hex()):
            self.faults.add(None, Kind.HEAD, "an empty log's head is 0 and 64 zeros")

    def _content(self, seq: int, name: Any, what: str) -> None:
        self.faults.add(seq, Kind.CONTENT, f"content {name!r}: {what}")

    def _file(self, seq: int, name: Any, what: str) -> None:
        self.faults.add(seq, Kind.FILE, f"file {name!r}: {what}")


@dataclass(slots=True)
class _Tally:
    count: int = 0
    total: int = 0

    def add(self, name: str) -> None:
        self.count += 1
        self.total += int(name, 16)


def _unnamed(source: LogSource, walk: _Walk, clock: Clock) -> None:
    present = _Tally()
    for path in walk.store.found():
        if is_name(path.name) and path == walk.store.path(path.name):
            present.add(path.name)
        else:
            place = path.relative_to(walk.store.folder)
            walk.faults.add(None, Kind.ORPHAN, f"no snapshot's name: {place}")
    if present != walk.found:
        for path in _orphans(source, walk.store, clock):
            what = f"no entry names the file {path.name}"
            walk.faults.add(None, Kind.ORPHAN, what)


def _orphans(source: LogSource, files: Files, clock: Clock) -> list[Path]:
    before = (clock() - IN_FLIGHT).timestamp()
    # A file in flight may be gone again by now: swept after a failure.
    paths = {path.name: path for path in files.found() if is_name(path.name)}
    for row in source.rows():
        for name in _named(row[1]):
            paths.pop(name, None)
    return [path for path in paths.values() if path.exists() and path.lstat().st_mtime < before]


def _named(data: Any) -> list[str]:
    try:
        return [file.commitment for file in read(data).files.values()]
    except (ValueError, TypeError):
        return []


def _is_salt(salt: Any) -> bool:
    return type(salt) is bytes and len(salt) == SALT_BYTES


def _finding(row: Row) -> str:
    return f"{row[1]} revision {row[2]} {row[3]}"
