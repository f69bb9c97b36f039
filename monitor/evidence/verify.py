"""Verify: every value of the log, its contents, files and index, in one pass that streams.

docs/evidence.md describes the same checks for someone who writes another verifier, and what
no verifier can see without a head that was printed elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from monitor.clock import Clock, utc_now
from monitor.errors import ConfigError, EvidenceError, StoreError
from monitor.errors import Fault as ConfigFault
from monitor.evidence import erased
from monitor.evidence.chain import BySeq, Chain, Row, Start
from monitor.evidence.entry import Entry, FileEntry
from monitor.evidence.erased import Gone
from monitor.evidence.files import Files
from monitor.evidence.orphans import Tally, unnamed
from monitor.evidence.report import Faults, Kind, Report, SignedTo, StampedTo
from monitor.evidence.sealed import Sealed
from monitor.model.erasure import ERASURE, place
from monitor.model.evidence import GENESIS, SALT_BYTES, LogHead, commitment, link
from monitor.model.seal import OWN_KINDS


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

    def seals(self) -> Iterator[Row]:
        """Yield (seq, canonical, signature, endorsement)."""
        ...

    def stamps(self) -> Iterator[Row]:
        """Yield (seq, seal, authority, answer, roots)."""
        ...

    def erasures(self) -> Iterator[Row]:
        """Yield (seq, canonical) of every entry that may be a tombstone, from anywhere."""
        ...

    def row(self, seq: int) -> Row | None:
        """Return one entry as ``rows`` yields it, from anywhere in the log."""
        ...

    def seal(self, seq: int) -> Row | None:
        """Return one seal as ``seals`` yields it, from anywhere in the log."""
        ...

    def last_seal(self, upto: int) -> Row | None:
        """Return the last seal whose own entry has this number or a lower one."""
        ...

    def damage(self) -> Iterable[str]:
        """Say what is wrong with the file itself, though each row of it may be right."""

    def missing_guards(self) -> Iterable[str]:
        """Name each trigger that should refuse changes and is not there or was altered."""


def verify(
    source: LogSource, files: Files, head: LogHead | None = None, *, clock: Clock = utc_now
) -> Report:
    """Check everything and report; a fault is never raised.

    ``head`` is one that was printed before: the log must still have that entry. The memory used
    does not grow with the log.
    """
    part = check(source, files, Range(), head, erased.gone(source))
    return joined([part], source, files, clock)


@dataclass(frozen=True, slots=True)
class Range:
    """The entries of one pass: those above ``after`` up to ``to``, which None leaves open."""

    after: int = 0
    to: int | None = None


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


def check(source: LogSource, files: Files, span: Range, head: LogHead | None, gone: Gone) -> Part:
    """Check a range; ``source`` yields the rows of that range alone, but for single look-ups.

    ``gone`` is what the tombstones of the whole log name.
    """
    walk: _Walk | None = None
    faults = Faults()
    try:
        if not span.after:
            for name in source.missing_guards():
                faults.add(None, Kind.GUARD, f"guard missing: {name}")
        walk = _Walk(source, files, start_of(source, span.after), faults, gone)
        walk.run(source, head, span.to)
    except (StoreError, OSError) as error:
        last = walk.chain.last if walk else span.after
        faults.add(last + 1, Kind.UNREADABLE, str(error))
    if walk is None:
        return Part(0, 0, 0, span.after, None, faults, Tally(), None, None)
    return walk.part()


def start_of(source: LogSource, after: int) -> Start:
    """Return where a pass over the entries above ``after`` begins."""
    if not after:
        return Start()
    row, before = source.row(after), source.row(after - 1)
    if row is None or type(row[1]) is not bytes or type(row[2]) is not bytes:
        return Start(after, None, None)
    hash_before = GENESIS if after == 1 else before[2] if before else None
    computed = link(hash_before, row[1]) if type(hash_before) is bytes else row[2]
    return Start(after, row[2], computed)


def joined(parts: Sequence[Part], source: LogSource, files: Files, clock: Clock) -> Report:
    """Make one report of the parts, in their order, and look for files that no entry names."""
    faults, found = Faults(), Tally()
    for part in parts:
        faults.take(part.faults)
        found.count, found.total = found.count + part.found.count, found.total + part.found.total
    try:
        unnamed(source, files, found, faults, clock)
        for text in source.damage():
            faults.add(None, Kind.UNREADABLE, text)
    except (StoreError, OSError) as error:
        faults.add(None, Kind.UNREADABLE, str(error))
    last = parts[-1]
    return Report(
        entries=sum(part.entries for part in parts),
        contents=sum(part.contents for part in parts),
        files=sum(part.files for part in parts),
        head=LogHead(last.last, (last.stored or GENESIS).hex()),
        faults=tuple(faults.kept),
        fault_count=faults.count,
        signed=next((p.signed for p in reversed(parts) if p.signed), None),
        stamped=next((p.stamped for p in reversed(parts) if p.stamped), None),
    )


def head_of(text: str) -> LogHead:
    """Read ``SEQ:HEX`` as an alert prints it; ``ConfigError`` says what was expected."""
    found = re.fullmatch(r"(\d{1,18}):([0-9a-fA-F]{64})", text.strip())
    if found is None:
        raise ConfigError([ConfigFault("--head", "", "SEQ:HEX, a number and 64 hex digits", text)])
    return LogHead(int(found[1]), found[2].lower())


class _Walk:
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
        for row in source.rows():
            self.entries += 1
            before, hash_before = self.chain.last, self.chain.stored
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
                if entry.kind == ERASURE:
                    self._tombstone(seq, entry, hash_before)
            self._sealed(seq, entry, hash_before)
            if head is not None and seq == head.seq:
                self._head(row, head)
        for others in (contents, snapshots, findings):
            others.rest()
        self._end(head, to)

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
        if entry is None or entry.kind in OWN_KINDS or self.sealed.at <= seq:
            self.sealed.step(seq, entry, before)
        if self.chain.stored is not None:
            self.sealed.add(self.chain.stored)

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
        public, wanted = entry.public, []
        if entry.kind == "finding":
            wanted = [(seq, entry.subject, public.get("revision_no"), public.get("outcome"))]
        if rows != wanted:
            found = "; ".join(_finding(row) for row in rows) or "none"
            said = "; ".join(_finding(row) for row in wanted) or "none"
            self.faults.add(seq, Kind.INDEX, f"finding rows: expected {said}, found {found}")

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
