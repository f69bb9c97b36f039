"""One pass over a range of the log, with everything beside it.

A log is read in blocks. A block that is right as a whole takes the short way; any other is read
entry by entry, which names what is wrong.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from monitor.errors import EvidenceError
from monitor.evidence import block, erased
from monitor.evidence.chain import Ahead, BySeq, Chain, Row, Start
from monitor.evidence.entry import Entry, FileEntry
from monitor.evidence.erased import Gone
from monitor.evidence.files import Files
from monitor.evidence.orphans import Tally
from monitor.evidence.report import Faults, Kind, SignedTo, StampedTo
from monitor.evidence.sealed import Sealed
from monitor.evidence.source import LogSource
from monitor.model.erasure import ERASURE, place
from monitor.model.evidence import GENESIS, SALT_BYTES, LogHead, commitment
from monitor.model.seal import OWN_KINDS


@dataclass(slots=True)
class Part:
    """What one pass over a range found; it can be sent between processes."""

    entries: int
    contents: int
    files: int
    last: int
    stored: bytes | None
    faults: Faults
    found: Tally
    signed: SignedTo | None
    stamped: StampedTo | None


@dataclass(frozen=True, slots=True)
class _Beside:
    """The tables that are read in step with the log."""

    contents: BySeq
    snapshots: BySeq
    findings: BySeq


class Walk:
    """One pass over the log, with contents, snapshots and findings beside it."""

    def __init__(
        self, source: LogSource, files: Files, start: Start, faults: Faults, gone: Gone
    ) -> None:
        self.source, self.gone = source, gone
        self.faults = faults
        self.chain = Chain(self.faults, start)
        self.sealed = Sealed(source, faults, start)
        self.store = files
        self.entries = self.contents = self.files = 0
        # Names of the files that were found, as a count and a sum: equal to the folder's own
        # count and sum, no file is unnamed, and no list of names was needed.
        self.found = Tally()

    def run(self, source: LogSource, head: LogHead | None, to: int | None) -> None:
        contents = BySeq(source.contents(), Kind.CONTENT, "content", self.faults)
        snapshots = BySeq(source.snapshots(), Kind.FILE, "snapshot", self.faults)
        findings = BySeq(source.findings(), Kind.INDEX, "finding", self.faults)
        beside = _Beside(contents, snapshots, findings)
        ahead = Ahead(source.rows())
        while rows := ahead.block():
            self.entries += len(rows)
            if not self._at_once(rows, beside, head):
                for row in rows:
                    self._one(row, beside, head)
        for others in (contents, snapshots, findings):
            others.rest()
        self._end(head, to)

    def _at_once(self, rows: list[Row], beside: _Beside, head: LogHead | None) -> bool:
        """Check a block in which all is right but perhaps files, seals and tombstones."""
        chain, first, last = self.chain, rows[0][0], rows[-1][0]
        found = block.entries(rows, chain.last, chain.stored) if chain.stored else None
        if found is None or not self.gone.keys().isdisjoint(range(first, last + 1)):
            return False
        bodies, index = beside.contents.waiting(last), beside.findings.waiting(last)
        if bodies is None or index is None or not block.contents_hold(found, bodies):
            return False
        if not block.index_holds(found, index):
            return False
        self.contents += len(bodies)
        self._apart(rows, found, beside.snapshots)
        chain.last, chain.stored, chain.computed = last, rows[-1][2], rows[-1][2]
        beside.contents.skip(len(bodies))
        beside.findings.skip(len(index))
        if head is not None and first <= head.seq <= last:
            self._head(rows[head.seq - first], head)
        return True

    def _apart(self, rows: list[Row], found: list[Entry], snapshots: BySeq) -> None:
        """Check what belongs to few entries of a block: files, tombstones, seals and stamps."""
        chain, last = self.chain, found[-1].seq
        if min(snapshots.at, self.sealed.at) > last and block.is_plain(found):
            self.sealed.span.update(b"".join([row[2] for row in rows]))
            return
        for row, entry in zip(rows, found, strict=True):
            before, chain.last, chain.stored = chain.stored, entry.seq, row[2]
            if entry.files or snapshots.at <= entry.seq:
                self._snapshots(entry.seq, entry.files, snapshots.take(entry.seq))
            if entry.kind == ERASURE:
                self._tombstone(entry.seq, entry, before)
            self._sealed(entry.seq, entry, before)

    def _one(self, row: Row, beside: _Beside, head: LogHead | None) -> None:
        """Check one entry and name all that is wrong with it."""
        before, hash_before = self.chain.last, self.chain.stored
        entry = self.chain.step(row)
        seq = self.chain.last
        if seq == before:
            return
        bodies, salts = beside.contents.take(seq), beside.snapshots.take(seq)
        index = beside.findings.take(seq)
        if entry is not None:
            self._contents(seq, entry.content, bodies)
            self._snapshots(seq, entry.files, salts)
            self._index(seq, entry, index)
            if entry.kind == ERASURE:
                self._tombstone(seq, entry, hash_before)
        self._sealed(seq, entry, hash_before)
        if head is not None and seq == head.seq:
            self._head(row, head)

    def part(self) -> Part:
        return Part(
            entries=self.entries,
            contents=self.contents,
            files=self.files,
            last=self.chain.last,
            stored=self.chain.stored,
            faults=self.faults,
            found=self.found,
            signed=self.sealed.signed,
            stamped=self.sealed.stamped,
        )

    def _sealed(self, seq: int, entry: Entry | None, before: bytes | None) -> None:
        sealed, stored = self.sealed, self.chain.stored
        if sealed.at <= seq or entry is None or entry.kind in OWN_KINDS:
            sealed.step(seq, entry, before)
        if stored is not None:
            sealed.span.update(stored)

    def _end(self, head: LogHead | None, to: int | None) -> None:
        if to is None:
            self.sealed.rest(self.chain.last)
            if head is not None:
                self._tail(head)
        elif self.chain.last < to:
            missing = f"entries {self.chain.last + 1} to {to} are missing"
            self.faults.add(self.chain.last + 1, Kind.SEQUENCE, missing)

    def _contents(self, seq: int, named: dict[str, str], rows: list[Row]) -> None:
        self.contents += len(rows)
        left, gone = dict(named), self._gone("content", seq, named)
        for _, name, salt, body in rows:
            promised = left.pop(name, None)
            if promised is None:
                self._content(seq, name, "has a row and no commitment")
            elif not _is_salt(salt) or type(body) is not bytes:
                self._content(seq, name, f"its salt is not {SALT_BYTES} bytes, or its body no BLOB")
            elif commitment(salt, body) != promised:
                self._content(seq, name, "salt and body do not give the commitment")
            elif name in gone:
                self._content(seq, name, "is there, and a tombstone says that it is not")
        for name in left:
            if name not in gone:
                self._content(seq, name, "its row is missing")

    def _snapshots(self, seq: int, named: dict[str, FileEntry], rows: list[Row]) -> None:
        left, gone = dict(named), self._gone("files", seq, named)
        for _, name, salt in rows:
            promised = left.pop(name, None)
            if promised is None:
                self._file(seq, name, "has a row and no commitment")
            elif not _is_salt(salt):
                self._file(seq, name, f"its salt is not {SALT_BYTES} bytes")
            elif name in gone:
                self._file(seq, name, "is there, and a tombstone says that it is not")
            else:
                self._on_disk(seq, name, promised, salt)
        for name, file in left.items():
            if name not in gone:
                self._file(seq, name, "its row is missing")
            elif self.store.is_there(file.commitment):
                self._file(seq, name, "was erased, and the file is still there")

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
        wanted = [block.index_of(entry)] if entry.kind == block.FINDING else []
        if rows != wanted:
            found = "; ".join(_finding(row) for row in rows) or "none"
            expected = "; ".join(_finding(row) for row in wanted) or "none"
            what = f"finding rows: expected {expected}, found {found}"
            self.faults.add(seq, Kind.INDEX, what)

    def _gone(self, part: str, seq: int, named: Iterable[str]) -> Collection[str]:
        """Return which of an entry's names a tombstone names."""
        places = self.gone.get(seq)
        return {name for name in named if place(part, seq, name) in places} if places else ()

    def _tombstone(self, seq: int, entry: Entry, before: bytes | None) -> None:
        wrong = erased.wrong(entry, before, self.sealed.key, self.source)
        if wrong:
            self.faults.add(seq, Kind.ERASURE, wrong)

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


def _is_salt(salt: Any) -> bool:
    return type(salt) is bytes and len(salt) == SALT_BYTES


def _finding(row: Row) -> str:
    return f"{row[1]} revision {row[2]} {row[3]}"
