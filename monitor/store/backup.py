"""Backup of database, snapshots and keys into one folder, its check, and restoring it.

A backup holds ``database.sqlite``, ``snapshots/``, ``keys/`` where they were asked for,
``SHA256SUMS`` (which ``sha256sum -c`` reads too) and ``manifest.json``. The database is copied
first: files are published before the entry that names them is committed, so each file that the
copy names is there to be copied after it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor import disk
from monitor.disk import PRIVATE_FILE
from monitor.errors import StoreError
from monitor.log import logger
from monitor.store.db import connect, copy, guard
from monitor.store.erasure import destroyed
from monitor.store.log import head, rows

DATABASE = "database.sqlite"
SNAPSHOTS = "snapshots"
KEYS = "keys"
SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
PARTIAL = ".partial"
BLOCK = 1 << 16

# Called with a database and a snapshots folder; returns what is wrong with the evidence in them.
Verify = Callable[[Path, Path], Iterable[str]]

_COMMITMENT = re.compile(r"[0-9a-f]{64}")
_SUM = re.compile(r"(?P<digest>[0-9a-f]{64})  (?P<path>[^/\n][^\n]*)")


@dataclass(frozen=True, slots=True)
class Line:
    """One file of a backup: its path inside the folder, and the SHA-256 (hex) of its bytes."""

    path: str
    digest: str

    def __str__(self) -> str:
        return f"{self.digest}  {self.path}\n"


def backup(database: Path, snapshots: Path, keys: Path | None, to: Path) -> Path:
    """Copy a database that may be in use, the files that it names, and the keys, into ``to``.

    ``to`` must not be there yet, and appears only when it is whole. Without the keys a thief of
    the backup cannot tell whose acts its digests are; keep them apart. A snapshot that is missing
    or damaged is backed up as it is: ``restore_check`` tells. Raises ``StoreError``.
    """
    work = _beside(to)
    with _told(to), _cleaned(work):
        disk.make_folder(work)
        _copy_database(database, work / DATABASE)
        with closing(connect(work / DATABASE, read_only=True)) as conn:
            missing = _copy_all(_wanted(work, conn, snapshots, keys), work / SUMS)
            disk.write_new(work / MANIFEST, _manifest(conn, work, missing))
        _sync_tree(work)
        work.rename(to)
        disk.sync(to.parent)
    if missing:
        logger.warning("snapshots missing: run netralitas verify", files=missing)
    return to


def restore_check(folder: Path, verify: Verify) -> tuple[str, ...]:
    """Return everything wrong with a backup, one line each; nothing says that it can be used.

    Checks each file against ``SHA256SUMS``, the database's own integrity, its schema and head
    against the manifest, and at last the evidence itself through ``verify``. The manifest has no
    signature: compare the head with one that an alert printed. Raises ``StoreError`` where the
    folder is no backup.
    """
    manifest = _read_manifest(folder)
    with _told(folder):
        faults = list(_files(folder, manifest))
        database = folder / DATABASE
        if database.is_file():
            faults += _database(database, manifest)
        if not faults:
            faults += verify(database, folder / SNAPSHOTS)
    return tuple(faults)


def restore(folder: Path, database: Path, snapshots: Path, keys: Path | None = None) -> None:
    """Put a backup's database, snapshots and, where a folder is given, keys in place.

    Never overwrites: raises ``StoreError`` where one is there already, or where a file is not
    the one that was backed up. The database comes last, so it never names files not yet there.
    """
    manifest = _read_manifest(folder)
    targets = {SNAPSHOTS: snapshots, DATABASE: database}
    if keys is not None:
        if not (folder / KEYS).is_dir():
            raise StoreError(f"{folder}: this backup holds no keys: put them back from their own")
        targets = {KEYS: keys, **targets}
    for path in (*targets.values(), *_companions(database)):
        _refuse_taken(path)
    with _told(database):
        _restore(folder, manifest, targets)


def _restore(folder: Path, manifest: dict[str, Any], targets: dict[str, Path]) -> None:
    work = {part: _beside(target) for part, target in targets.items()}
    with _cleaned(*work.values()):
        for part, path in work.items():
            disk.make_folder(path.parent if part == DATABASE else path)
        for line in _lines(folder, manifest):
            part, _, rest = line.path.partition("/")
            if part in work and _copy(folder / line.path, work[part] / rest) != line.digest:
                raise StoreError(f"{folder}: {line.path} is not the file that was backed up")
        for part, target in targets.items():
            _sync_tree(work[part])
            if target.is_dir():
                target.rmdir()
            work[part].rename(target)
            disk.sync(target.parent)


def _copy_database(database: Path, to: Path) -> None:
    copy(database, to)
    # A WAL database cannot be opened for reading alone without making files beside it.
    with guard(to), closing(sqlite3.connect(to, isolation_level=None)) as conn:
        conn.execute("PRAGMA journal_mode = DELETE")


def _wanted(
    work: Path, conn: sqlite3.Connection, snapshots: Path, keys: Path | None
) -> Iterator[tuple[Path, Path]]:
    """Yield (source, copy); the database is its own copy, already in place."""
    yield work / DATABASE, work / DATABASE
    for name in commitments(conn):
        yield snapshots / name[:2] / name, work / SNAPSHOTS / name[:2] / name
    if keys is not None:
        for path in sorted(path for path in keys.iterdir() if path.is_file()):
            yield path, work / KEYS / path.name


def _copy_all(pairs: Iterable[tuple[Path, Path]], sums: Path) -> int:
    missing = 0
    with os.fdopen(os.open(sums, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "w") as out:
        for source, target in pairs:
            if not source.is_file():
                missing += 1
                continue
            digest = _digest(source) if source == target else _copy(source, target)
            out.write(str(Line(target.relative_to(sums.parent).as_posix(), digest)))
        out.flush()
        os.fsync(out.fileno())
    return missing


def commitments(conn: sqlite3.Connection) -> Iterator[str]:
    """Yield the name of every file that the log names and that was not erased.

    An entry that cannot be read names none; ``verify`` says so.
    """
    gone = set(destroyed(conn))
    for row in rows(conn):
        try:
            files = json.loads(row.canonical)["files"]
            names = [file["commitment"] for file in files.values()]
        except (ValueError, TypeError, KeyError, AttributeError):
            continue
        kept = (name for name in names if name not in gone)
        yield from (name for name in kept if _COMMITMENT.fullmatch(str(name)))


def _manifest(conn: sqlite3.Connection, work: Path, missing: int) -> bytes:
    last = head(conn)
    value = {
        "v": 1,
        "schema": _schema(conn),
        "head": f"{last.seq}:{last.hash}",
        "sums": _digest(work / SUMS),
        "missing": missing,
    }
    return (json.dumps(value, indent=2) + "\n").encode()


def _schema(conn: sqlite3.Connection) -> str:
    with guard():
        return str(conn.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        value = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        raise StoreError(f"{folder}: no backup: {MANIFEST} is missing or unreadable") from None
    if not isinstance(value, dict) or value.get("v") != 1:
        raise StoreError(f"{folder}: {MANIFEST} is of a form that this version does not know")
    return value


def _lines(folder: Path, manifest: dict[str, Any]) -> Iterator[Line]:
    if not (folder / SUMS).is_file() or _digest(folder / SUMS) != manifest.get("sums"):
        raise StoreError(f"{folder}: {SUMS} is not the one that the manifest names")
    with (folder / SUMS).open() as lines:
        for text in lines:
            found = _SUM.fullmatch(text.rstrip("\n"))
            if found is None or ".." in Path(found["path"]).parts:
                raise StoreError(f"{folder}: {SUMS} holds a line that is no file's sum")
            yield Line(found["path"], found["digest"])


def _files(folder: Path, manifest: dict[str, Any]) -> Iterator[str]:
    if missing := manifest.get("missing"):
        yield f"{missing} snapshots were missing when the backup was made"
    known = {SUMS, MANIFEST}
    for line in _lines(folder, manifest):
        known.add(line.path)
        path = folder / line.path
        if not path.is_file():
            yield f"{line.path} is missing"
        elif _digest(path) != line.digest:
            yield f"{line.path} is not the file that was backed up"
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and name not in known:
            yield f"{name} was not part of the backup"


def _database(database: Path, manifest: dict[str, Any]) -> Iterator[str]:
    try:
        with guard(database), closing(connect(database, read_only=True)) as conn:
            for (text,) in conn.execute("PRAGMA integrity_check"):
                if text != "ok":
                    yield f"{DATABASE}: {text}"
            last = head(conn)
            if f"{last.seq}:{last.hash}" != manifest.get("head"):
                yield f"{DATABASE}: its head is not the manifest's"
            if _schema(conn) != manifest.get("schema"):
                yield f"{DATABASE}: its schema is not the manifest's"
    except StoreError as error:
        yield str(error)


def _companions(database: Path) -> Iterator[Path]:
    for end in ("-wal", "-shm", "-journal"):
        yield database.with_name(database.name + end)


def _refuse_taken(path: Path) -> None:
    empty = path.is_dir() and not any(path.iterdir())
    if (path.exists() or path.is_symlink()) and not empty:
        raise StoreError(f"{path}: is there already: move it away, nothing is overwritten")


def _beside(target: Path) -> Path:
    work = target.with_name(target.name + PARTIAL)
    for path in (target, work):
        _refuse_taken(path)
    return work


def _copy(source: Path, target: Path) -> str:
    """Copy bytes into a new file, make them durable, and return their SHA-256 (hex)."""
    disk.make_folder(target.parent)
    digest = hashlib.sha256()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with source.open("rb") as old, os.fdopen(os.open(target, flags, PRIVATE_FILE), "wb") as new:
        while block := old.read(BLOCK):
            digest.update(block)
            new.write(block)
        new.flush()
        os.fsync(new.fileno())
    return digest.hexdigest()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_tree(top: Path) -> None:
    for folder, _, _ in os.walk(top):
        disk.sync(Path(folder))


@contextmanager
def _cleaned(*work: Path) -> Iterator[None]:
    """Remove what an unfinished copy left, whatever ended it."""
    try:
        yield
    finally:
        for path in work:
            shutil.rmtree(path, ignore_errors=True)
            if path.is_file():
                path.unlink()


@contextmanager
def _told(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(f"{place}: {error.strerror}: make room or access, try again") from error
