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
class Report:
    """What was checked and what was found. ``faults`` are the first ones of ``fault_count``."""

    entries: int
    contents: int
    files: int
    head: LogHead
    faults: tuple[Fault, ...]
    fault_count: int

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


def _number(fault: Fault) -> int:
    return fault.seq or 0
