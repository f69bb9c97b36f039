"""The folder that an auditor gets: database, snapshots, and a list of what it is."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor import disk
from monitor.clock import to_text
from monitor.errors import EvidenceError
from monitor.evidence import audit_copy
from monitor.evidence.audit_copy import Check
from monitor.evidence.files import Files
from monitor.model.evidence import LogHead, canonical
from monitor.store import auditor, log

DATABASE, SNAPSHOTS, MANIFEST, ACCESS = "bukti.sqlite", "snapshots", "manifest.json", "akses.jsonl"
VERSION = 1
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Made:
    """A copy, what was found when it was checked, and how large it is."""

    folder: Path
    check: Check
    digest: str


def make(
    database: Path, snapshots: Path, folder: Path, at: datetime, shown: Callable[[str | None], str]
) -> Made:
    """Make the copy in a new folder, check it, and write down what it is; whole or not at all."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise EvidenceError(f"{folder}: cannot be made: {error.strerror}") from None
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        file = folder / DATABASE
        auditor.make(database, file, shown)
        with closing(auditor.opened(file)) as conn:
            audit_copy.copy_files(auditor.files(conn), Files(snapshots), folder / SNAPSHOTS)
        made = Made(folder, check(folder), _digest(file))
        _write_manifest(made, at)
        # Before anybody is told of it.
        for path in (file, folder / MANIFEST, folder):
            disk.sync(path)
        undo.pop_all()
    return made


def check(folder: Path) -> Check:
    """Check everything that a copy has against its own chain."""
    with closing(auditor.opened(folder / DATABASE)) as conn:
        return audit_copy.check(
            log.rows(conn),
            auditor.contents(conn),
            auditor.files(conn),
            Files(folder / SNAPSHOTS),
            auditor.OPEN,
        )


def head_of(folder: Path) -> LogHead:
    """Return the head of a copy that is still the one that was made; ``EvidenceError`` if not."""
    try:
        said = json.loads((folder / MANIFEST).read_bytes())
        head, digest = str(said["head"]), str(said["sha256"])
    except (OSError, ValueError, KeyError):
        raise EvidenceError(f"{folder}: no copy that netralitas audit made") from None
    if _digest(folder / DATABASE) != digest:
        raise EvidenceError(f"{folder}: the copy is not the one that was made: make a new one")
    seq, _, sha256 = head.partition(":")
    return LogHead(int(seq), sha256)


def _write_manifest(made: Made, at: datetime) -> None:
    head = made.check.head
    body = canonical({
        "v": VERSION,
        "made_at": to_text(at),
        "head": f"{head.seq}:{head.hash}",
        "sha256": made.digest,
        "entries": made.check.entries,
        "contents": made.check.contents,
        "withheld": made.check.withheld,
        "files": made.check.files,
        "open": {kind: list(names) for kind, names in auditor.OPEN.items()},
    })  # fmt: skip
    path = made.folder / MANIFEST
    path.write_bytes(body)
    path.chmod(0o400)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while part := file.read(_CHUNK):
                digest.update(part)
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be read: {error.strerror}") from None
    return digest.hexdigest()
