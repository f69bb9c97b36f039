"""What verifying found: each fault with its entry, the first ones kept and all counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from monitor.log import printable
from monitor.model.evidence import LogHead

# A broken log may have a fault in each row: the report keeps the first ones and counts the rest.
KEPT = 100


class Kind(StrEnum):
    """What is wrong. ``ORPHAN`` is no break of the chain: a file that no entry names."""

    GUARD = "guard"
    SEQUENCE = "sequence"
    FORM = "form"
    CHAIN = "chain"
    CONTENT = "content"
    FILE = "file"
    INDEX = "index"
    SEAL = "seal"
    STAMP = "stamp"
    ERASURE = "erasure"
    HEAD = "head"
    ORPHAN = "orphan"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold; ``seq`` is the entry, None where it concerns no entry."""

    seq: int | None
    kind: Kind
    what: str

    def __str__(self) -> str:
        place = "" if self.seq is None else f"entry {self.seq}: "
        return f"{place}{self.kind.value}: {self.what}"


@dataclass(frozen=True, slots=True)
class SignedTo:
    """The last signed checkpoint that holds: up to which entry, when, by which key (64 hex)."""

    seq: int
    at: str
    key: str


@dataclass(frozen=True, slots=True)
class StampedTo:
    """The last time stamp that holds: up to which entry, the time, and whose word that is."""

    seq: int
    time: str
    authority: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was checked and what was found. ``faults`` are the first ones of ``fault_count``."""

    entries: int
    contents: int
    files: int
    head: LogHead
    faults: tuple[Fault, ...]
    fault_count: int
    signed: SignedTo | None = None
    stamped: StampedTo | None = None

    @property
    def first(self) -> Fault | None:
        """The first bad place: the lowest entry, else what concerns no entry."""
        numbered = [fault for fault in self.faults if fault.seq is not None]
        return min(numbered, key=_number, default=self.faults[0] if self.faults else None)


@dataclass(slots=True)
class Faults:
    """Collects faults while verifying."""

    kept: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, seq: int | None, kind: Kind, what: str) -> None:
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(Fault(seq, kind, printable(what)))

    def take(self, others: Faults) -> None:
        """Add what a later part of the log has."""
        self.count += others.count
        self.kept += others.kept[: KEPT - len(self.kept)]


def _number(fault: Fault) -> int:
    return fault.seq or 0
