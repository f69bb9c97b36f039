"""Verifying seals and stamps in step with the log.

What a seal says of what came before it is held against the entries as they stand; where those
have a fault already, that one is told and not this one too.
"""

from __future__ import annotations

import hashlib
from typing import Any, Protocol

import msgspec

from monitor.clock import to_text
from monitor.errors import EvidenceError
from monitor.evidence import signing, stamp
from monitor.evidence.chain import BySeq, Row, Start
from monitor.evidence.entry import Entry, read
from monitor.evidence.report import Faults, Kind, SignedTo, StampedTo
from monitor.model.evidence import canonical
from monitor.model.seal import (
    NO_SEAL,
    SEAL,
    STAMP,
    VERSION,
    Checkpoint,
    signed,
    stamped,
)


class _Stored(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """A checkpoint's canonical JSON."""

    at: str
    first: int
    hash: str
    key: str
    number: int
    previous: str
    rows: str
    seq: int
    v: int


_DECODER = msgspec.json.Decoder(_Stored)


class SealSource(Protocol):
    """The part of the log's source that seals need."""

    def seals(self) -> Any: ...
    def stamps(self) -> Any: ...
    def row(self, seq: int) -> Row | None: ...
    def seal(self, seq: int) -> Row | None: ...
    def last_seal(self, upto: int) -> Row | None: ...


def read_checkpoint(data: bytes) -> Checkpoint:
    """Decode a checkpoint strictly; ``ValueError`` says what is wrong."""
    try:
        stored = _DECODER.decode(data)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError(f"not a checkpoint: {error}") from None
    value = msgspec.structs.asdict(stored)
    if canonical(value) != data:
        raise ValueError("not in canonical form")
    if value.pop("v") != VERSION:
        raise ValueError("of a version that is not known")
    return Checkpoint(**value)


class Sealed:
    """Seals and stamps of one pass; ``signed`` and ``stamped`` are the last ones that hold.

    ``key`` is that of the last seal so far (64 hex); ``span`` takes the hash of each entry, which
    the next seal covers.
    """

    def __init__(self, source: SealSource, faults: Faults, start: Start) -> None:
        self._source = source
        self._faults = faults
        self._seals = BySeq(source.seals(), Kind.SEAL, "seal", faults)
        self._stamps = BySeq(source.stamps(), Kind.STAMP, "stamp", faults)
        self.key: str | None = None
        self.signed: SignedTo | None = None
        self.stamped: StampedTo | None = None
        self.seals = self.stamps = 0
        self._begin(1, 0, NO_SEAL.hex())
        if start.after:
            self._go_on(start)
        # The number of the next row of either table.
        self.at = self._next()

    def step(self, seq: int, entry: Entry | None, before: bytes | None) -> None:
        """Check what one entry names; ``before`` is the hash that it follows."""
        kind = "" if entry is None else entry.kind
        if kind == SEAL or self._seals.at <= seq:
            rows = self._seals.take(seq)
            if entry is not None and self._one(seq, rows, Kind.SEAL, named=kind == SEAL):
                self._seal(seq, entry, rows[0] if rows else None, before)
        if kind == STAMP or self._stamps.at <= seq:
            rows = self._stamps.take(seq)
            if entry is not None and self._one(seq, rows, Kind.STAMP, named=kind == STAMP) and rows:
                self._stamp(seq, entry, rows[0])
        self.at = self._next()

    def rest(self, last: int) -> None:
        """Tell what is left when the log has ended at ``last``: it was cut, or rows are strays."""
        at = self._seals.at
        if last < at < float("inf"):
            what = f"the log ends at entry {last}, and a seal covers what came up to {int(at) - 1}"
            self._faults.add(last + 1, Kind.SEAL, what)
            return
        self._seals.rest()
        self._stamps.rest()

    def _next(self) -> float:
        return min(self._seals.at, self._stamps.at)

    def _begin(self, first: int, number: int, previous: str) -> None:
        self._first, self._number, self._previous = first, number, previous
        self.span = hashlib.sha256()
        self._faults_before = self._faults.count

    def _go_on(self, start: Start) -> None:
        row, seal = self._source.row(start.after), self._source.seal(start.after)
        # Behind the last seal a range may begin anywhere; tombstones there need that seal's key.
        known = seal or self._source.last_seal(start.after)
        public, self.key = _public_of(row), _key_of(known)
        self._begin(start.after, public.get("number", 0), public.get("digest", ""))
        if start.stored is None or not public:
            self._faults_before = -1
        else:
            self.span.update(start.stored)

    def _one(self, seq: int, rows: list[Row], kind: Kind, *, named: bool) -> bool:
        if len(rows) != named:
            what = "its row is missing" if named else "has a row that its entry does not name"
            self._faults.add(seq, kind, what)
        return named

    def _seal(self, seq: int, entry: Entry, row: Row | None, before: bytes | None) -> None:
        public, self.seals = _said(entry), self.seals + 1
        if row is not None:
            wrong = self._wrong(seq, public, row, before)
            if wrong:
                self._faults.add(seq, Kind.SEAL, wrong)
        self.key = _key_of(row)
        number, digest = public.get("number"), public.get("digest")
        self._begin(
            seq, number if type(number) is int else 0, digest if type(digest) is str else ""
        )

    def _wrong(self, seq: int, public: dict[str, Any], row: Row, before: bytes | None) -> str:
        _, data, signature, endorsement = row
        if any(type(value) is not bytes for value in row[1:]):
            return "the checkpoint or a signature is not a BLOB"
        try:
            point = read_checkpoint(data)
        except ValueError as error:
            return f"the checkpoint is {error}"
        digest = hashlib.sha256(stamped(data, signature, endorsement)).hexdigest()
        if public != {"number": point.number, "digest": digest}:
            return "checkpoint and signatures are not those that the entry names"
        if not signing.holds(point.key, signed(data), signature):
            return "the signature does not hold"
        if wrong := self._unendorsed(point, data, endorsement):
            return wrong
        if self._faults.count == self._faults_before:
            if wrong := self._misstated(seq, point, before):
                return wrong
            self.signed = SignedTo(point.seq, point.at, point.key)
        return ""

    def _unendorsed(self, point: Checkpoint, data: bytes, endorsement: bytes) -> str:
        if self.key is None or point.key == self.key:
            same = self.key or point.number == 1
            return "an endorsement stands where the key is the same" if endorsement and same else ""
        if not signing.holds(self.key, signed(data), endorsement):
            return "a new key that the one before does not endorse"
        return ""

    def _misstated(self, seq: int, point: Checkpoint, before: bytes | None) -> str:
        wanted = (self._number + 1, self._first, seq - 1, self._previous)
        if (point.number, point.first, point.seq, point.previous) != wanted:
            return "number, span or seal before are not those of the log"
        if before is None or point.hash != before.hex() or point.rows != self.span.hexdigest():
            return "it does not cover the entries that are there"
        return ""

    def _stamp(self, seq: int, entry: Entry, row: Row) -> None:
        self.stamps += 1
        wrong = self._wrong_stamp(entry, row)
        if wrong:
            self._faults.add(seq, Kind.STAMP, wrong)

    def _wrong_stamp(self, entry: Entry, row: Row) -> str:
        _, seal, authority, answer, roots = row
        if type(answer) is not bytes or type(roots) is not bytes:
            return "answer or certificates are not a BLOB"
        if authority != entry.subject:
            return "the authority is not the one that the entry names"
        public = _said(entry)
        digests = {"digest": hashlib.sha256(answer).hexdigest(), "seal": seal,
                   "roots": hashlib.sha256(roots).hexdigest()}  # fmt: skip
        if {**digests, "time": public.get("time")} != public:
            return "answer, certificates or seal are not those that the entry names"
        sealed = _public_of(self._source.row(seal)).get("digest", "")
        try:
            at = stamp.check(answer, bytes.fromhex(sealed), roots)
        except (EvidenceError, ValueError) as error:
            return str(error)
        if to_text(at) != public["time"]:
            return "the stamped time is not the one that the entry names"
        self.stamped = StampedTo(seal - 1, public["time"], authority)
        return ""


def _public_of(row: Row | None) -> dict[str, Any]:
    """Return what the entry of a seal says; nothing where it is none."""
    try:
        entry = read(row[1]) if row else None
    except (ValueError, TypeError):
        return {}
    public = _said(entry) if entry and entry.kind == SEAL else {}
    kinds = {name: type(value) for name, value in public.items()}
    return public if kinds == {"number": int, "digest": str} else {}


def _said(entry: Entry) -> dict[str, Any]:
    """Return what an entry says in clear, but the mark that every entry of a trial bears."""
    return {name: value for name, value in entry.public.items() if name != "stamp"}


def _key_of(row: Row | None) -> str | None:
    try:
        return read_checkpoint(row[1]).key if row else None
    except (ValueError, TypeError):
        return None
