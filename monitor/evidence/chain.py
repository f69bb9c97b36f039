"""The parts of a verifier's pass: where it starts, the chain, and rows in step with the log."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from monitor.errors import StoreError
from monitor.evidence.entry import VERSION, Entry, read
from monitor.evidence.report import Faults, Kind
from monitor.model.evidence import GENESIS, link

Row = tuple[Any, ...]
_END = math.inf
# Rows read at once, and the most rows of another table that are held for one block of entries.
BLOCK = 256
MOST = 1024


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


class Ahead:
    """Rows read in blocks; an error on the way is raised behind the rows that came before it."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._error: StoreError | None = None

    def block(self) -> list[Row]:
        """Return the next rows; none at the end."""
        if self._error:
            raise self._error
        block: list[Row] = []
        try:
            # What was read before an error stays in the list.
            block.extend(islice(self._rows, BLOCK))
        except StoreError as error:
            if not block:
                raise
            self._error = error
        return block


class BySeq:
    """Rows of another table, handed out in step with the log; what fits no entry is a fault.

    ``at`` is the number of the next row, infinite where there is none.
    """

    def __init__(self, rows: Iterator[Row], kind: Kind, what: str, faults: Faults) -> None:
        self._kind, self._what, self._faults = kind, what, faults
        self._ahead = Ahead(rows)
        # Read and not taken: those from ``_place`` on.
        self._rows: list[Row] = []
        self._place = 0
        self.at: float = _END
        self.skip(0)

    def take(self, seq: int) -> list[Row]:
        """Return the rows of one entry; the entries must be asked for in order."""
        taken: list[Row] = []
        while self.at <= seq:
            row = self._rows[self._place]
            if self.at == seq:
                taken.append(row)
            else:
                self._stray(row)
            self.skip(1)
        return taken

    def waiting(self, upto: int) -> list[Row] | None:
        """Return the rows of all entries up to one, to be skipped; None where they are too many."""
        while self._rows and _number(self._rows[-1]) <= upto:
            if len(self._rows) - self._place > MOST:
                return None
            if not self._more():
                break
        end = bisect.bisect_right(self._rows, float(upto), self._place, key=_number)
        return self._rows[self._place : end]

    def skip(self, count: int) -> None:
        """Leave rows behind."""
        self._place += count
        if self._place < len(self._rows) or self._more():
            self.at = _number(self._rows[self._place])
        else:
            self.at = _END

    def rest(self) -> None:
        """Take every row that is left: none of them belongs to an entry."""
        while self._place < len(self._rows):
            self._stray(self._rows[self._place])
            self.skip(1)

    def _more(self) -> bool:
        block = self._ahead.block()
        self._rows = self._rows[self._place :] + block
        self._place = 0
        return bool(block)

    def _stray(self, row: Row) -> None:
        number = row[0] if type(row[0]) is int else None
        self._faults.add(number, self._kind, f"a {self._what} row belongs to no entry")


def _number(row: Row) -> float:
    # What is no number comes first or last and belongs to no entry, so it is never waited for.
    number = row[0]
    return number if type(number) is int or type(number) is float else -_END
