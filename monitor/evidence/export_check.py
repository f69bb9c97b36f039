"""Checking an export with the program's own parts; the standalone verifier shares none of them."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.clock import to_text
from monitor.errors import EvidenceError
from monitor.evidence import entry as entries
from monitor.evidence import signing, stamp
from monitor.evidence.export import MANIFEST, PREFIX, SIGNATURE, VERSION
from monitor.evidence.sealed import read_checkpoint
from monitor.log import printable
from monitor.model.evidence import GENESIS, SALT_BYTES, canonical, commitment, link
from monitor.model.seal import SIGNATURE_BYTES, Seal, rows_digest, signed

_KEYS = {"v", "finding", "profile", "made_at", "head", "key", "entries", "withheld", "members"}
_SEAL = re.compile(r"seals/(\d{1,18})\.json")
_STAMP = re.compile(r"stamps/(\d{1,18})-([a-z0-9-]+)\.tsr")
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_HASH = re.compile(r"(\d{1,18}) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Sound:
    """What an export proves: whose it is, by which key, and the (entry, time, authority) stamps."""

    finding: str
    entries: tuple[int, ...]
    head: str
    key: str
    stamped: tuple[tuple[int, str, str], ...]


class _BadError(Exception):
    """The first bad place."""


def check(path: Path) -> Sound | str:
    """Return what an export proves, or its first bad place and what is wrong there."""
    try:
        made = _members(path)
        manifest = _manifest(made)
        seals = _seals(made, manifest["key"])
        hashes = _hashes(made, seals)
        for seq in manifest["entries"]:
            _entry(made, seq, hashes, manifest["withheld"])
        stamped = tuple(_stamps(made, seals))
    except _BadError as error:
        return printable(str(error))
    taken = tuple(manifest["entries"])
    return Sound(manifest["finding"], taken, manifest["head"], manifest["key"], stamped)


def _members(path: Path) -> dict[str, bytes]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = archive.infolist()
            if len({member.filename for member in found}) < len(found):
                raise _BadError("the archive: a member is there twice")
            if any(member.compress_type not in _PACKED for member in found):
                raise _BadError("the archive: a member is packed in an unknown way")
            return {member.filename: archive.read(member) for member in found}
    # A damaged archive sends its reader anywhere: wrong offsets, passwords, lengths.
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise _BadError(f"the archive: {error}") from None


def _manifest(made: dict[str, bytes]) -> dict[str, Any]:
    text, signature = made.pop(MANIFEST, b""), made.pop(SIGNATURE, b"")
    try:
        manifest: dict[str, Any] = json.loads(text)
        same = canonical(manifest) == text
    except (ValueError, TypeError, RecursionError):
        raise _BadError(f"{MANIFEST}: not in canonical form") from None
    if not same or set(manifest) != _KEYS or manifest["v"] != VERSION:
        raise _BadError(f"{MANIFEST}: not in canonical form")
    if not signing.holds(str(manifest["key"]), PREFIX + text, signature):
        raise _BadError(f"{SIGNATURE}: it does not hold")
    for name in sorted({*made, *manifest["members"]}):
        if name not in made:
            raise _BadError(f"{name}: the member is missing")
        if manifest["members"].get(name) != hashlib.sha256(made[name]).hexdigest():
            raise _BadError(f"{name}: not the member that the manifest names")
    return manifest


def _seals(made: Mapping[str, bytes], key: str) -> dict[int, Seal]:
    found: dict[int, Seal] = {}
    before: Seal | None = None
    for entry in sorted(int(m[1]) for m in map(_SEAL.fullmatch, made) if m):
        before = found[entry] = _seal(made, entry, before)
    if before is None or before.checkpoint.key != key:
        raise _BadError(f"{MANIFEST}: not signed by the key of the last seal")
    return found


def _seal(made: Mapping[str, bytes], entry: int, before: Seal | None) -> Seal:
    place = f"seals/{entry}.json"
    both = made.get(f"seals/{entry}.sig", b"")
    try:
        point = read_checkpoint(made[place])
    except ValueError as error:
        raise _BadError(f"{place}: {error}") from None
    seal = Seal(entry, point, both[:SIGNATURE_BYTES], both[SIGNATURE_BYTES:])
    data = signed(point.encode())
    if point.seq != entry - 1 or not signing.holds(point.key, data, seal.signature):
        raise _BadError(f"{place}: the signature does not hold, or it is another's")
    if before is None:
        return seal
    last = before.checkpoint
    wanted = (last.number + 1, last.seq + 1, before.digest.hex())
    if (point.number, point.first, point.previous) != wanted:
        raise _BadError(f"{place}: it does not follow on the seal before")
    turned = point.key != last.key
    if turned != signing.holds(last.key, data, seal.endorsement) or (
        not turned and seal.endorsement
    ):
        raise _BadError(f"{place}: its key is not endorsed by the one before")
    return seal


def _hashes(made: Mapping[str, bytes], seals: Mapping[int, Seal]) -> dict[int, bytes]:
    place = "log/hashes.txt"
    listed: dict[int, bytes] = {}
    for line in made.get(place, b"").decode("ascii", "replace").splitlines():
        pair = _HASH.fullmatch(line)
        if pair is None:
            raise _BadError(f"{place}: not pairs of number and hash")
        listed[int(pair[1])] = bytes.fromhex(pair[2])
    proven = {0: GENESIS}
    for seal in seals.values():
        point = seal.checkpoint
        span = {n: listed[n] for n in range(point.first, point.seq + 1) if n in listed}
        if len(span) == point.seq - point.first + 1:
            if rows_digest(span.values()) != point.rows:
                raise _BadError(f"{place}: not what seals/{seal.entry}.json covers")
            proven |= span
    return proven


def _entry(
    made: Mapping[str, bytes], seq: int, hashes: Mapping[int, bytes], withheld: Mapping[str, str]
) -> None:
    place = f"log/{seq}.json"
    data = made.get(place, b"")
    try:
        entry = entries.read(data)
    except ValueError as error:
        raise _BadError(f"{place}: {error}") from None
    if seq not in hashes or hashes.get(seq) != link(hashes.get(seq - 1, b""), data):
        raise _BadError(f"{place}: not the entry that is sealed")
    promised = {f"content/{seq}/{name}": text for name, text in entry.content.items()}
    promised |= {f"files/{seq}/{name}": file.commitment for name, file in entry.files.items()}
    for name in sorted(promised.keys() - withheld.keys()):
        salt = made.get(f"salts/{name}", b"")
        right = name in made and len(salt) == SALT_BYTES
        if not right or commitment(salt, made[name]) != promised[name]:
            raise _BadError(f"{name}: salt and bytes do not give the commitment")


def _stamps(made: Mapping[str, bytes], seals: Mapping[int, Seal]) -> Iterator[tuple[int, str, str]]:
    for name in sorted(name for name in made if name.endswith(".tsr")):
        found = _STAMP.fullmatch(name)
        seal = seals.get(int(found[1])) if found else None
        if found is None or seal is None:
            raise _BadError(f"{name}: it stamps no seal that is there")
        roots = made.get(name.removesuffix("tsr") + "pem", b"")
        try:
            at = stamp.check(made[name], seal.digest, roots)
        except EvidenceError as error:
            raise _BadError(f"{name}: {error}") from None
        yield seal.checkpoint.seq, to_text(at), found[2]
