"""Checking an export with the program's own parts; the standalone verifier shares none of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from monitor.evidence import entry as entries
from monitor.evidence import erased, export_check_all
from monitor.evidence.export_read import HASH, HASHES, BadError, Read, opened, seals_of, stamps_of
from monitor.log import printable
from monitor.model.erasure import ERASURE
from monitor.model.evidence import GENESIS, SALT_BYTES, commitment, link
from monitor.model.seal import Seal, rows_digest


@dataclass(frozen=True, slots=True)
class Sound:
    """What an export proves: whose it is, by which key, and the (entry, time, authority) stamps.

    ``lines`` counts the entries that an export of all cases proves; it lists none of them.
    """

    finding: str
    entries: tuple[int, ...]
    head: str
    key: str
    stamped: tuple[tuple[int, str, str], ...]
    lines: int = 0


def check(path: Path) -> Sound | str:
    """Return what an export proves, or its first bad place and what is wrong there."""
    try:
        with opened(path) as read:
            return _sound(read)
    except BadError as error:
        return printable(str(error))


def _sound(read: Read) -> Sound:
    manifest = read.manifest
    seals = seals_of(read.proofs, manifest["key"])
    lines = 0
    if export_check_all.is_all(read):
        lines = export_check_all.check(read, seals)
    else:
        hashes = _hashes(read, seals)
        keys = {seal.checkpoint.key for seal in seals.values()}
        gone: set[str] = set()
        # The newest first: a tombstone stands behind what it names.
        for seq in sorted(manifest["entries"], reverse=True):
            gone |= _entry(read, seq, hashes, gone, keys)
    stamped = tuple(stamps_of(read.proofs, seals))
    taken = tuple(manifest["entries"])
    return Sound(manifest["finding"], taken, manifest["head"], manifest["key"], stamped, lines)


def _hashes(read: Read, seals: Mapping[int, Seal]) -> dict[int, bytes]:
    listed: dict[int, bytes] = {}
    for line in read.member(HASHES).decode("ascii", "replace").splitlines():
        pair = HASH.fullmatch(line)
        if pair is None:
            raise BadError(f"{HASHES}: not pairs of number and hash")
        listed[int(pair[1])] = bytes.fromhex(pair[2])
    proven = {0: GENESIS}
    for seal in seals.values():
        point = seal.checkpoint
        span = {n: listed[n] for n in range(point.first, point.seq + 1) if n in listed}
        if len(span) == point.seq - point.first + 1:
            if rows_digest(span.values()) != point.rows:
                raise BadError(f"{HASHES}: not what seals/{seal.entry}.json covers")
            proven |= span
    return proven


def _entry(
    read: Read, seq: int, hashes: Mapping[int, bytes], gone: Collection[str], keys: Collection[str]
) -> set[str]:
    """Check an entry and what belongs to it; return what it names as erased."""
    place, withheld = f"log/{seq}.json", read.manifest["withheld"]
    data = read.member(place)
    try:
        entry = entries.read(data)
    except ValueError as error:
        raise BadError(f"{place}: {error}") from None
    if seq not in hashes or hashes.get(seq) != link(hashes.get(seq - 1, b""), data):
        raise BadError(f"{place}: not the entry that is sealed")
    promised = {f"content/{seq}/{name}": text for name, text in entry.content.items()}
    promised |= {f"files/{seq}/{name}": file.commitment for name, file in entry.files.items()}
    for name in sorted(promised):
        if withheld.get(name) == erased.ERASED and name not in gone:
            raise BadError(f"{name}: erased without a tombstone")
        if name in withheld:
            continue
        salt = read.member(f"salts/{name}")
        right = name in read.manifest["members"] and len(salt) == SALT_BYTES
        if not right or commitment(salt, read.member(name)) != promised[name]:
            raise BadError(f"{name}: salt and bytes do not give the commitment")
    if entry.kind != ERASURE:
        return set()
    if wrong := erased.malformed(entry) or erased.unsigned(entry, hashes[seq - 1], keys):
        raise BadError(f"{place}: {wrong}")
    return set(entry.public["erased"])
