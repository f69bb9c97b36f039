"""Snapshot files: each is written and fsynced first, and named by its commitment at the end.

A batch lives in ``<folder>/.staging/<random>/`` until ``publish`` renames its files to
``<folder>/<first two hex>/<commitment>``. The batch folder stays, with the list ``names`` of
what may have been published, until the caller knows that COMMIT happened. So a process killed
at any point leaves either staged files or published ones that are still listed, and ``sweep``
looks only there: it can never remove the evidence of a database that it was not given.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import hmac
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from monitor import disk
from monitor.errors import EvidenceError, Passing
from monitor.log import logger
from monitor.model.evidence import SALT_BYTES, Part, commitment

STAGING = ".staging"
LOCK = ".lock"
NAMES = "names"

_NAME = re.compile(r"[0-9a-f]{64}")
_BLOCK = 1 << 16
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@dataclass(frozen=True, slots=True)
class Staged:
    """One file on disk that no entry names yet. ``commitment`` is its future name (64 hex)."""

    name: str
    media_type: str
    size: int
    salt: bytes
    commitment: str
    path: Path


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a sweep did: files ``removed``, or ``skipped`` since another process is writing."""

    removed: int = 0
    skipped: bool = False


class Files:
    """The snapshots folder. Folders are 0700 and files 0600."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._locks: dict[Path, int] = {}

    def path(self, commitment: str) -> Path:
        """Return where a file stands; a name that is no commitment raises ``EvidenceError``."""
        if not is_name(commitment):
            raise EvidenceError("a snapshot's name must be 64 lower-case hex digits")
        return self.folder / commitment[:2] / commitment

    @contextmanager
    def staging(self, parts: Sequence[Part]) -> Iterator[list[Staged]]:
        """Stage around a transaction: settle when the block ends well, discard when it raises.

        The block calls ``publish`` inside its transaction, before COMMIT.
        """
        staged = self.stage(parts)
        end = self.discard
        try:
            yield staged
            end = self.settle
        finally:
            end(staged)

    def stage(self, parts: Sequence[Part]) -> list[Staged]:
        """Write a capture's parts under fresh salts and make them durable.

        Keeps sweeps of every process away until ``settle`` or ``discard``. Raises
        ``EvidenceError`` and leaves nothing behind when the disk does not take the bytes.
        """
        if not parts:
            return []
        if len({part.name for part in parts}) != len(parts):
            raise EvidenceError("a capture names one of its parts twice")
        batch = self.folder / STAGING / secrets.token_hex(16)
        staged: list[Staged] = []
        with _told(self.folder), self._opened(batch):
            staged += [_stage(batch, part) for part in parts]
            disk.write_new(batch / NAMES, _listing(staged))
            disk.sync(batch)
        return staged

    def publish(self, staged: Sequence[Staged]) -> None:
        """Rename staged files to their commitments, durably; call it just before COMMIT."""
        with _told(self.folder):
            for item in staged:
                if item.path.parent not in self._locks:
                    raise EvidenceError("these staged files were already settled or discarded")
                target = self.path(item.commitment)
                disk.make_folder(target.parent)
                item.path.rename(target)
            for shard in {self.path(item.commitment).parent for item in staged}:
                disk.sync(shard)
            for batch in {item.path.parent for item in staged}:
                disk.sync(batch)

    def settle(self, staged: Sequence[Staged]) -> None:
        """Forget a batch after COMMIT; its files now belong to the log."""
        self._end(staged)

    def discard(self, staged: Sequence[Staged]) -> None:
        """Give a batch up after a failure.

        Files that were published stay listed for the next sweep, because a COMMIT that reports
        an error may still have been made: only the database can tell.
        """
        published = any(self.path(item.commitment).exists() for item in staged)
        self._end(staged, keep=published)

    def sweep(self, referenced: Callable[[], Container[str]]) -> Sweep:
        """Remove what killed processes left behind; call it at start.

        ``referenced`` returns the commitments that the log names. It is called after the lock
        is held, for an answer from before could miss what another process has just committed.
        """
        staging = self.folder / STAGING
        if not staging.is_dir() or not any(staging.iterdir()):
            return Sweep()
        with _told(self.folder):
            lock = _lock(self.folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if lock is None:
                logger.warning("snapshots not swept: another process is recording")
                return Sweep(skipped=True)
            try:
                return Sweep(removed=self._remove(staging, referenced()))
            finally:
                os.close(lock)

    def measure(self, commitment: str, salt: bytes) -> tuple[int, str] | None:
        """Return a file's size in bytes and its commitment under a salt; None if it is not there.

        Raises ``EvidenceError`` where the name is taken by something that is no plain file.
        """
        path = self.path(commitment)
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                if not stat.S_ISREG(os.fstat(handle).st_mode):
                    raise EvidenceError("is not a plain file")
                return _measure(file.read, salt)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise EvidenceError(f"cannot be read: {error.strerror}") from error

    def is_there(self, commitment: str) -> bool:
        """Tell whether anything stands under a name; a name that is no commitment is nowhere."""
        return is_name(commitment) and os.path.lexists(self.path(commitment))

    def destroy(self, names: Iterable[str]) -> int:
        """Remove files for good and return how many; what is not there is no fault."""
        paths = [path for path in map(self.path, names) if os.path.lexists(path)]
        with _told(self.folder):
            for path in paths:
                path.unlink()
            for shard in {path.parent for path in paths}:
                disk.sync(shard)
        return len(paths)

    def found(self) -> Iterator[Path]:
        """Yield every path under the folder but the lock and staging; symlinks are not followed."""
        if not self.folder.is_dir():
            return
        for shard in sorted(self.folder.iterdir()):
            if shard.name in (STAGING, LOCK):
                continue
            if shard.is_dir() and not shard.is_symlink():
                yield from sorted(shard.iterdir())
            else:
                yield shard

    @contextmanager
    def _opened(self, batch: Path) -> Iterator[None]:
        disk.make_folder(self.folder)
        lock = _lock(self.folder, fcntl.LOCK_SH)
        if lock is None:
            raise EvidenceError(f"{self.folder}: the lock was not given")
        self._locks[batch] = lock
        whole = False
        try:
            disk.make_folder(batch.parent)
            disk.make_folder(batch)
            yield
            whole = True
        finally:
            if not whole:
                self._close(batch)

    def _close(self, batch: Path, *, keep: bool = False) -> None:
        if not keep:
            shutil.rmtree(batch, ignore_errors=True)
        os.close(self._locks.pop(batch))

    def _end(self, staged: Sequence[Staged], *, keep: bool = False) -> None:
        for batch in {item.path.parent for item in staged}:
            if batch in self._locks:
                self._close(batch, keep=keep)

    def _remove(self, staging: Path, referenced: Container[str]) -> int:
        removed = 0
        for batch in [path for path in staging.iterdir() if path.is_dir()]:
            for name in _listed(batch):
                if name not in referenced and self.path(name).exists():
                    self.path(name).unlink()
                    disk.sync(self.path(name).parent)
                    removed += 1
            removed += sum(path.name != NAMES for path in batch.iterdir())
            shutil.rmtree(batch)
        disk.sync(staging)
        if removed:
            logger.info("snapshots swept", removed=removed)
        return removed


def is_name(text: object) -> bool:
    """Tell whether a text has a commitment's form, so that it can safely be part of a path."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def _stage(batch: Path, part: Part) -> Staged:
    salt = secrets.token_bytes(SALT_BYTES)
    name = commitment(salt, part.data)
    disk.write_new(batch / name, part.data)
    return Staged(part.name, part.media_type, len(part.data), salt, name, batch / name)


def _listing(staged: Iterable[Staged]) -> bytes:
    return "".join(f"{item.commitment}\n" for item in staged).encode()


def _listed(batch: Path) -> list[str]:
    # A list that was cut by a crash belongs to a batch that published nothing yet.
    try:
        lines = (batch / NAMES).read_text("ascii", "replace").splitlines()
    except FileNotFoundError:
        return []
    return [line for line in lines if is_name(line)]


def _lock(folder: Path, how: int) -> int | None:
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, disk.PRIVATE_FILE)
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        os.close(handle)
        return None
    except OSError:
        os.close(handle)
        raise
    return handle


def _measure(read: Callable[[int], bytes], salt: bytes) -> tuple[int, str]:
    digest, size = hmac.new(salt, digestmod=hashlib.sha256), 0
    while block := read(_BLOCK):
        digest.update(block)
        size += len(block)
    return size, digest.hexdigest()


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = error.errno in _FULL
        cause = "the disk or quota is full" if full else (error.strerror or "input/output error")
        todo = "free space there" if full else "make the folder writable"
        raise EvidenceError(
            f"{folder}: {cause}; nothing was recorded or sent: {todo}", _passing(error)
        ) from error


def _passing(error: OSError) -> Passing:
    if error.errno in _FULL:
        return Passing.FULL
    return Passing.READ_ONLY if error.errno in _READ_ONLY else Passing.IO
