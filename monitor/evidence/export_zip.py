"""ZIP files written in one pass: member by member, each with its digest, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from monitor.errors import EvidenceError

DATE = (1980, 1, 1, 0, 0, 0)  # ZIP's first: the same members give the same file
_PRIVATE = 0o600


class Sink(Protocol):
    """What a member's bytes go into, as they come."""

    def write(self, data: bytes) -> object: ...


class Pack:
    """An archive being written; ``digests`` are the SHA-256 (hex) of its members so far."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.digests: dict[str, str] = {}

    @contextmanager
    def member(self, name: str) -> Iterator[Sink]:
        """Open one member; one at a time, and none twice."""
        info = zipfile.ZipInfo(name, DATE)
        info.external_attr = _PRIVATE << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        with self._archive.open(info, "w", force_zip64=True) as raw:
            tee = _Tee(raw)
            yield tee
        self.digests[name] = tee.digest.hexdigest()

    def put(self, name: str, data: bytes) -> None:
        with self.member(name) as sink:
            sink.write(data)


class _Tee:
    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self.digest.update(data)
        self._raw.write(data)


@contextmanager
def draft(path: Path) -> Iterator[Pack]:
    """Write a new ZIP beside ``path``; ``publish`` gives it that name, nothing else does.

    Raises ``EvidenceError`` where it cannot be written, or ``path`` is there already.
    """
    file = _draft(path)
    if path.exists():
        raise EvidenceError(f"{path}: is there already: nothing is overwritten")
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC, _PRIVATE)
        with os.fdopen(handle, "w+b") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
                yield Pack(archive)
            raw.flush()
            os.fsync(raw.fileno())
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be written: {error.strerror}") from None


def publish(path: Path) -> None:
    """Give a finished draft its name."""
    try:
        _draft(path).replace(path)
    except OSError as error:
        raise EvidenceError(f"{path}: cannot be written: {error.strerror}") from None


def discard(path: Path) -> None:
    """Remove a draft that was not published."""
    _draft(path).unlink(missing_ok=True)


def _draft(path: Path) -> Path:
    return path.with_name(f"{path.name}.draft")
