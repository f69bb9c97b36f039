"""What checking an export shares, of one case or of all: archive, manifest, seals and stamps."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from monitor.clock import to_text
from monitor.errors import EvidenceError
from monitor.evidence import signing, stamp
from monitor.evidence.export import MANIFEST, PREFIX, SIGNATURE, VERSION
from monitor.evidence.sealed import read_checkpoint
from monitor.model.evidence import canonical
from monitor.model.seal import SIGNATURE_BYTES, Seal, signed

HASHES = "log/hashes.txt"
HASH = re.compile(r"(\d{1,18}) ([0-9a-f]{64})")
_KEYS = {"v", "finding", "profile", "made_at", "head", "key", "entries", "withheld", "members"}
_SEAL = re.compile(r"seals/(\d{1,18})\.json")
_STAMP = re.compile(r"stamps/(\d{1,18})-([a-z0-9-]+)\.tsr")
_PROOFS = ("seals/", "stamps/")
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_CHUNK = 1 << 16


class BadError(Exception):
    """The first bad place."""


@dataclass(frozen=True, slots=True)
class Read:
    """An open export, its manifest signed and every member as it says.

    ``proofs`` are the members under ``seals/`` and ``stamps/``; the others may be large.
    """

    archive: zipfile.ZipFile
    manifest: Mapping[str, Any]
    proofs: Mapping[str, bytes]

    def member(self, name: str) -> bytes:
        return self.archive.read(name) if name in self.manifest["members"] else b""

    def open(self, name: str) -> IO[bytes]:
        return self.archive.open(name)


@contextmanager
def opened(path: Path) -> Iterator[Read]:
    """Open an export and check archive, manifest and digests; ``BadError`` names what is wrong.

    ``EvidenceError`` where the file cannot be read at all. A damaged archive may also be found
    while its members are read, so everything is done inside.
    """
    try:
        with path.open("rb") as file, _damaged(), zipfile.ZipFile(file) as archive:
            names = _names(archive)
            manifest = _manifest(archive, names)
            kept = [name for name in names if name.startswith(_PROOFS)]
            yield Read(archive, manifest, {name: archive.read(name) for name in kept})
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read: {error.strerror}") from None


@contextmanager
def _damaged() -> Iterator[None]:
    # A damaged archive sends its reader anywhere: wrong offsets, passwords, lengths.
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise BadError(f"the archive: {error}") from None


def _names(archive: zipfile.ZipFile) -> list[str]:
    found = archive.infolist()
    names = {member.filename for member in found}
    if len(names) < len(found):
        raise BadError("the archive: a member is there twice")
    if any(member.compress_type not in _PACKED for member in found):
        raise BadError("the archive: a member is packed in an unknown way")
    return sorted(names)


def _manifest(archive: zipfile.ZipFile, names: Iterable[str]) -> dict[str, Any]:
    there = set(names) - {MANIFEST, SIGNATURE}
    text, signature = (archive.read(n) if n in names else b"" for n in (MANIFEST, SIGNATURE))
    try:
        manifest: dict[str, Any] = json.loads(text)
        same = canonical(manifest) == text
    except (ValueError, TypeError, RecursionError):
        raise BadError(f"{MANIFEST}: not in canonical form") from None
    if not same or set(manifest) != _KEYS or manifest["v"] != VERSION:
        raise BadError(f"{MANIFEST}: not in canonical form")
    if not signing.holds(str(manifest["key"]), PREFIX + text, signature):
        raise BadError(f"{SIGNATURE}: it does not hold")
    for name in sorted({*there, *manifest["members"]}):
        if name not in there:
            raise BadError(f"{name}: the member is missing")
        if manifest["members"].get(name) != _digest(archive, name):
            raise BadError(f"{name}: not the member that the manifest names")
    return manifest


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as member:
            while chunk := member.read(_CHUNK):
                digest.update(chunk)
    except zipfile.BadZipFile as error:
        raise BadError(f"the archive: {error}") from None
    return digest.hexdigest()


def seals_of(made: Mapping[str, bytes], key: str) -> dict[int, Seal]:
    found: dict[int, Seal] = {}
    before: Seal | None = None
    for entry in sorted(int(m[1]) for m in map(_SEAL.fullmatch, made) if m):
        before = found[entry] = _seal(made, entry, before)
    if before is None or before.checkpoint.key != key:
        raise BadError(f"{MANIFEST}: not signed by the key of the last seal")
    return found


def _seal(made: Mapping[str, bytes], entry: int, before: Seal | None) -> Seal:
    place = f"seals/{entry}.json"
    both = made.get(f"seals/{entry}.sig", b"")
    try:
        point = read_checkpoint(made[place])
    except ValueError as error:
        raise BadError(f"{place}: {error}") from None
    seal = Seal(entry, point, both[:SIGNATURE_BYTES], both[SIGNATURE_BYTES:])
    data = signed(point.encode())
    if point.seq != entry - 1 or not signing.holds(point.key, data, seal.signature):
        raise BadError(f"{place}: the signature does not hold, or it is another's")
    if before is None:
        return seal
    last = before.checkpoint
    wanted = (last.number + 1, last.seq + 1, before.digest.hex())
    if (point.number, point.first, point.previous) != wanted:
        raise BadError(f"{place}: it does not follow on the seal before")
    turned = point.key != last.key
    if turned != signing.holds(last.key, data, seal.endorsement) or (
        not turned and seal.endorsement
    ):
        raise BadError(f"{place}: its key is not endorsed by the one before")
    return seal


def stamps_of(
    made: Mapping[str, bytes], seals: Mapping[int, Seal]
) -> Iterator[tuple[int, str, str]]:
    for name in sorted(name for name in made if name.endswith(".tsr")):
        found = _STAMP.fullmatch(name)
        seal = seals.get(int(found[1])) if found else None
        if found is None or seal is None:
            raise BadError(f"{name}: it stamps no seal that is there")
        roots = made.get(name.removesuffix("tsr") + "pem", b"")
        try:
            at = stamp.check(made[name], seal.digest, roots)
        except EvidenceError as error:
            raise BadError(f"{name}: {error}") from None
        yield seal.checkpoint.seq, to_text(at), found[2]
