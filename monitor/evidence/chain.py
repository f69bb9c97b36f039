"""The parts of a verifier's pass: where it starts, the chain, and rows in step with the log."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from monitor.evidence.entry import VERSION, Entry, read
from monitor.evidence.report import Faults, Kind
from monitor.model.evidence import GENESIS, link

Row = tuple[Any, ...]
_END = math.inf


@dataclass(frozen=True, slots=True)
class Start:
    """Where a pass begins: after entry ``after``, whose hash is stored and computed as given.

    ``None`` says that the entry before cannot be read; its own pass has told that.
    """

    after: int = 0
    stored: bytes | None = GENESIS
    computed: bytes | None = GENESIS


class Chain:
    """Numbers, links and forms, entry by entry.

    After a bad link the next one is tried on the stored hash and on the computed one, so that
    one changed value is one fault.
    """

    def __init__(self, faults: Faults, start: Start) -> None:
        self.faults = faults
        self.last = start.after
        self.stored = start.stored
        self.computed = start.computed

    def step(self, row: Row) -> Entry | None:
        """Check one row; None where its entry cannot be read or has no place in the log."""
        seq, data, stored = row
        known = seq == self.last + 1
        before = self.stored
        if known and type(data) is bytes and before is not None and stored == link(before, data):
            self.last, self.stored, self.computed = seq, stored, stored
            return self._form(seq, data)
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
        elif type(data) is bytes and self.stored is not None:
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
        computed = stored if self.stored is None else link(self.stored, data)
        if stored != computed and known and stored != link(self.computed or b"", data):
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


class BySeq:
    """Rows of another table, handed out in step with the log; what fits no entry is a fault.

    ``at`` is the number of the next row, infinite where there is none.
    """

    def __init__(self, rows: Iterator[Row], kind: Kind, what: str, faults: Faults) -> None:
        self._rows, self._kind, self._what, self._faults = rows, kind, what, faults
        self._row: Row | None = None
        self.at: float = _END
        self._next()

    def take(self, seq: int) -> list[Row]:
        """Return the rows of one entry; the entries must be asked for in order."""
        row = self._row
        if row is None or self.at != seq:
            return self._several(seq, [])
        self._next()
        return [row] if self.at > seq else self._several(seq, [row])

    def _several(self, seq: int, taken: list[Row]) -> list[Row]:
        while self.at <= seq and self._row is not None:
            if self.at == seq:
                taken.append(self._row)
            else:
                self._stray(self._row)
            self._next()
        return taken

    def rest(self) -> None:
        """Take every row that is left: none of them belongs to an entry."""
        while self._row is not None:
            self._stray(self._row)
            self._next()

    def _next(self) -> None:
        self._row = row = next(self._rows, None)
        # What is no number comes first or last and belongs to no entry, so it is never waited for.
        if row is None:
            self.at = _END
        elif type(row[0]) is int or type(row[0]) is float:
            self.at = row[0]
        else:
            self.at = -_END

    def _stray(self, row: Row) -> None:
        number = row[0] if type(row[0]) is int else None
        self._faults.add(number, self._kind, f"a {self._what} row belongs to no entry")
