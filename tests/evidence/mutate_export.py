"""A real export, and every way to change one behind everybody's back."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from monitor.evidence import export, export_check, verify_evidence
from monitor.evidence.files import Files
from monitor.store import cases
from monitor.store.db import connect
from tests.evidence.mutate import NEW_SEED, SEED, House

FINDING = "NTR-AAAA-0010"  # sealed by the entry 16, with the new key, and stamped
AT = datetime(2024, 10, 13, tzinfo=UTC)
ARCHIVE = "the archive"
Members = dict[str, bytes]


def members(house: House, finding: str = FINDING) -> Members:
    """Make an export of one finding of a house."""
    with closing(connect(house.database, read_only=True)) as conn:
        found = cases.entries(conn, finding)
        proof = cases.proof(conn, found)
    items = [export.Item(one.seq, one.canonical, one.contents, one.salts) for one in found]
    case = export.Case(finding, items, proof.seals, proof.hashes, proof.stamps, proof.head)
    return export.members(case, Files(house.snapshots), "audit", AT, [NEW_SEED, SEED])


def write(made: Members, path: Path) -> Path:
    path.unlink(missing_ok=True)
    export.write(made, path)
    return path


def ours(path: Path) -> str:
    """Return the first bad place that the program names; empty for none."""
    found = export_check.check(path)
    return found if isinstance(found, str) else ""


def theirs(path: Path) -> str:
    """Return the first bad place that the standalone verifier names; empty for none."""
    try:
        verify_evidence.export(path)
    except verify_evidence.Bad as error:
        return str(error)
    return ""


def flip(rng: random.Random, made: Members) -> set[str]:
    name = rng.choice([name for name in made if made[name]])
    data = bytearray(made[name])
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    made[name] = bytes(data)
    return {name}


def replace(rng: random.Random, made: Members) -> set[str]:
    name = rng.choice(list(made))
    made[name] = rng.choice([b"", b"{}", rng.randbytes(64), made[name] + b"\n"])
    return {name}


def remove(rng: random.Random, made: Members) -> set[str]:
    name = rng.choice(list(made))
    del made[name]
    return {name}


def add(rng: random.Random, made: Members) -> set[str]:
    name = rng.choice(["log/99.json", "files/10/other", "stamps/16-lain.tsr", "x", "seals/99.json"])
    made[name] = rng.randbytes(9)
    return {name}


def swap(rng: random.Random, made: Members) -> set[str]:
    one, two = rng.sample([name for name in made if made[name]], 2)
    made[one], made[two] = made[two], made[one]
    return {one, two} if made[one] != made[two] else {one, two, ""}


def rename(rng: random.Random, made: Members) -> set[str]:
    name = rng.choice(list(made))
    made[f"{name}-2"] = made.pop(name)
    return {name, f"{name}-2"}


MEMBER_CHANGES: tuple[Callable[[random.Random, Members], set[str]], ...] = (
    flip, flip, replace, remove, add, swap, rename,
)  # fmt: skip


def missed_member(rng: random.Random, base: Members, path: Path) -> str:
    """Make one change to an export; return what a verifier did not see or put elsewhere."""
    made = dict(base)
    change = rng.choice(MEMBER_CHANGES)
    places = change(rng, made)
    write(made, path)
    # What is said of the whole is said of the manifest, or of its signature.
    named = {*places, "manifest.sig"} if "manifest.json" in places else places
    for who, found in (("ours", ours(path)), ("standalone", theirs(path))):
        if found.partition(":")[0] not in named:
            return f"{change.__name__} at {sorted(places)}: {who} says {found!r}"
    return ""


def missed_byte(rng: random.Random, base: Members, path: Path) -> str:
    """Flip one bit of the ZIP file: it is found, or every member is proven to be as it was."""
    write(base, path)
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)
    if ours(path) and theirs(path):
        return ""
    with zipfile.ZipFile(path) as archive:
        same = {name: archive.read(name) for name in archive.namelist()} == base
    return "" if same else "a bit of the archive: not found"
