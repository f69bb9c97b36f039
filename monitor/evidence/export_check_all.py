"""Checking an export of all cases: its entries against sealed hashes, read line by line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import IO

from monitor.evidence import entry as entries
from monitor.evidence.export_all import ENTRIES
from monitor.evidence.export_read import HASH, HASHES, BadError, Read
from monitor.model.evidence import GENESIS, link
from monitor.model.seal import Seal

# A line is an entry; what is longer than any entry of this program is none.
_LONGEST = 1 << 24


def is_all(read: Read) -> bool:
    """Tell whether an export is one of all cases."""
    return ENTRIES in read.manifest["members"]


def check(read: Read, seals: Mapping[int, Seal]) -> int:
    """Return how many entries are proven; ``BadError`` names what is not."""
    if HASHES not in read.manifest["members"]:
        raise BadError(f"{HASHES}: the member is missing")
    count, before = 0, GENESIS
    with read.open(HASHES) as listed, read.open(ENTRIES) as lines:
        wanted = _entries(lines)
        seq, data = next(wanted, (0, b""))
        for number, digest in _proven(listed, seals):
            if number == seq:
                if link(before, data) != digest:
                    raise BadError(f"{ENTRIES} entry {seq}: not the entry that is sealed")
                count += 1
                seq, data = next(wanted, (0, b""))
            before = digest
    if seq:
        raise BadError(f"{ENTRIES} entry {seq}: no seal covers it")
    return count


def _entries(lines: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    last = 0
    while line := lines.readline(_LONGEST):
        data = line.removesuffix(b"\n")
        try:
            seq = entries.read(data).seq
        except ValueError as error:
            raise BadError(f"{ENTRIES} after entry {last}: {error}") from None
        if seq <= last or data == line:
            raise BadError(f"{ENTRIES} after entry {last}: out of order, or a line that is cut")
        yield seq, data
        last = seq


def _proven(listed: IO[bytes], seals: Mapping[int, Seal]) -> Iterator[tuple[int, bytes]]:
    """Yield number and hash of each entry, span by span; a span that is not the seal's is bad."""
    for seal in seals.values():
        point, rows = seal.checkpoint, hashlib.sha256()
        for number in range(point.first, point.seq + 1):
            digest = _hash(listed, number)
            if digest is None and number == point.first:
                return  # the later seals only lead to the one that is stamped
            if digest is None:
                raise BadError(f"{HASHES}: entry {number} is missing")
            rows.update(digest)
            yield number, digest
        if rows.hexdigest() != point.rows:
            raise BadError(f"{HASHES}: not what seals/{seal.entry}.json covers")
    if listed.readline(_LONGEST):
        raise BadError(f"{HASHES}: more than the seals cover")


def _hash(listed: IO[bytes], number: int) -> bytes | None:
    line = listed.readline(_LONGEST).decode("ascii", "replace")
    if not line:
        return None
    pair = HASH.fullmatch(line.removesuffix("\n"))
    if pair is None or int(pair[1]) != number:
        raise BadError(f"{HASHES}: expected entry {number}")
    return bytes.fromhex(pair[2])
