"""The snapshots of an auditor's copy, and the check that the copy is what it claims to be.

A copy leaves contents out on purpose, so the verifiers of the whole log do not fit it. What it
has must hold: every link of the chain, every content and file that is there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from monitor.errors import EvidenceError
from monitor.evidence import entry as entries
from monitor.evidence.files import Files
from monitor.model.evidence import GENESIS, LogHead, commitment, link

PRIVATE_FOLDER, READ_ONLY = 0o700, 0o400
TOLD = 20


class Row(Protocol):
    @property
    def seq(self) -> int: ...
    @property
    def canonical(self) -> bytes: ...
    @property
    def hash(self) -> bytes: ...


class Content(Protocol):
    @property
    def seq(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def salt(self) -> bytes: ...
    @property
    def body(self) -> bytes: ...


class File(Protocol):
    """A file of an entry that a copy has, with the salt of its commitment."""

    @property
    def seq(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def commitment(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def salt(self) -> bytes: ...


@dataclass(slots=True)
class Check:
    """What a copy has and lacks; ``faults`` are the first of ``fault_count``.

    ``erased`` counts what a copy would have, were it still in the log: lawful only under a
    tombstone, which the log has as an entry of kind ``erasure``.
    """

    entries: int = 0
    contents: int = 0
    withheld: int = 0
    erased: int = 0
    files: int = 0
    head: LogHead = field(default_factory=lambda: LogHead(0, GENESIS.hex()))
    faults: list[str] = field(default_factory=list)
    fault_count: int = 0

    def add(self, seq: int, what: str) -> None:
        self.fault_count += 1
        if len(self.faults) < TOLD:
            self.faults.append(f"entry {seq}: {what}")


def copy_files(found: Iterable[File], files: Files, to: Path) -> int:
    """Copy snapshots into a new folder; return how many. One that is not there is left out.

    A copied file is checked by ``check``, which names one that is missing.
    """
    target, count = Files(to), 0
    to.mkdir(mode=PRIVATE_FOLDER)
    for file in found:
        path = target.path(file.commitment)
        try:
            data = files.path(file.commitment).read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise EvidenceError(f"a snapshot cannot be read: {error.strerror}") from None
        path.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, READ_ONLY)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        count += 1
    return count


def check(
    rows: Iterable[Row],
    contents: Iterable[Content],
    found: Iterable[File],
    files: Files,
    opened: Mapping[str, tuple[str, ...]],
) -> Check:
    """Check a copy: the chain, and that what it has is what the chain's commitments say.

    ``opened`` names by kind of entry the contents that a copy has; all iterables are in the order
    of the entries.
    """
    report, ahead = Check(), _Ahead(contents)
    previous = GENESIS
    for row in rows:
        report.entries += 1
        if row.seq != report.entries:
            report.add(row.seq, f"stands at the place of {report.entries}")
        if link(previous, row.canonical) != row.hash:
            report.add(row.seq, "its hash does not follow from the entry before")
        previous = row.hash
        report.head = LogHead(row.seq, row.hash.hex())
        _contents(row, ahead.take(row.seq), report, opened)
    for content in ahead.rest():
        report.add(content.seq, "a content of no entry")
    for file in found:
        _file(file, files, report)
    return report


def _contents(
    row: Row, there: dict[str, Content], report: Check, opened: Mapping[str, tuple[str, ...]]
) -> None:
    try:
        entry = entries.read(row.canonical)
    except ValueError as error:
        report.add(row.seq, str(error))
        return
    for name, promised in entry.content.items():
        content = there.pop(name, None)
        if content is None:
            report.withheld += 1
            report.erased += name in opened.get(entry.kind, ())
        elif commitment(content.salt, content.body) != promised:
            report.add(row.seq, f"content {name} is not what the chain says")
        else:
            report.contents += 1
    for name in there:
        report.add(row.seq, f"content {name} is not in the entry")


def _file(file: File, files: Files, report: Check) -> None:
    measured = files.measure(file.commitment, file.salt)
    if measured != (file.size, file.commitment):
        report.add(file.seq, f"file {file.name} is missing or not what the chain says")
        return
    report.files += 1


class _Ahead:
    """Contents by entry, one content read ahead."""

    def __init__(self, contents: Iterable[Content]) -> None:
        self._contents = iter(contents)
        self._next = next(self._contents, None)

    def take(self, seq: int) -> dict[str, Content]:
        taken: dict[str, Content] = {}
        while self._next is not None and self._next.seq == seq:
            taken[self._next.name] = self._next
            self._next = next(self._contents, None)
        return taken

    def rest(self) -> Iterator[Content]:
        if self._next is not None:
            yield self._next
        yield from self._contents
