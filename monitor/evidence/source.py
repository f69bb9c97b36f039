"""What a verifier reads: the log as rows of plain values, whoever keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from monitor.evidence.chain import Row


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
