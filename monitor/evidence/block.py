"""Many entries at once: most blocks are right in every way, and asking that of all costs least.

Each function compares what is there with what must be there, the whole of it. Where they differ
in anything it only says so: the block is then read entry by entry, by the code that names faults.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from monitor.evidence.chain import Row
from monitor.evidence.entry import VERSION, Entry, decode, encode
from monitor.model.erasure import ERASURE
from monitor.model.evidence import SALT_BYTES, commitments
from monitor.model.seal import OWN_KINDS

FINDING = "finding"
_APART = (*OWN_KINDS, ERASURE)


def entries(rows: Sequence[Row], last: int, stored: bytes) -> list[Entry] | None:
    """Return the entries of rows that follow entry ``last`` with the hash ``stored``.

    Numbers, links and forms are right, or the answer is None.
    """
    seqs, datas, hashes = zip(*rows, strict=True)
    if not _all(int, seqs) or not _all(bytes, datas) or not _all(bytes, hashes):
        return None
    sha256, before = hashlib.sha256, (stored, *hashes[:-1])
    links = [sha256(old + data).digest() for old, data in zip(before, datas, strict=True)]
    if seqs != tuple(range(last + 1, last + 1 + len(rows))) or tuple(links) != hashes:
        return None
    try:
        found = [decode(data) for data in datas]
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None
    if tuple([encode(entry) for entry in found]) != datas:
        return None
    right = [entry.seq for entry in found] == list(seqs)
    return found if right and all(entry.v == VERSION for entry in found) else None


def contents_hold(found: Sequence[Entry], rows: Sequence[Row]) -> bool:
    """Tell whether content rows are exactly those that entries promise, in their order."""
    promised = [(one.seq, name, said) for one in found for name, said in one.content.items()]
    if not rows:
        return not promised
    seqs, names, salts, bodies = zip(*rows, strict=True)
    if not _all(int, seqs) or not _all(bytes, salts) or not _all(bytes, bodies):
        return False
    if set(map(len, salts)) != {SALT_BYTES}:
        return False
    return list(zip(seqs, names, commitments(salts, bodies), strict=True)) == promised


def index_holds(found: Sequence[Entry], rows: Sequence[Row]) -> bool:
    """Tell whether index rows are exactly what the findings among entries say."""
    return list(rows) == [index_of(entry) for entry in found if entry.kind == FINDING]


def is_plain(found: Sequence[Entry]) -> bool:
    """Tell whether no entry has files, and none is a seal, a stamp or a tombstone."""
    kinds = {entry.kind for entry in found}
    return kinds.isdisjoint(_APART) and not any(entry.files for entry in found)


def index_of(entry: Entry) -> Row:
    """Return the index row of a finding's entry."""
    said = entry.public.get
    return entry.seq, entry.subject, said("revision_no"), said("outcome")


def _all(kind: type, values: Sequence[object]) -> bool:
    return set(map(type, values)) == {kind}
