"""Files and folders that their owner alone may read, and that a loss of power leaves whole."""

from __future__ import annotations

import os
from pathlib import Path

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


def write_new(path: Path, data: bytes, mode: int = PRIVATE_FILE) -> None:
    """Write a file that is not there yet; its bytes are on the disk when this returns.

    Its name is durable after ``sync`` of its folder. Raises ``OSError``, ``FileExistsError`` for
    a file that is there; what a failed write leaves is the caller's to remove.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(path: Path) -> None:
    """Make a folder and those above it that are missing; each is on the disk."""
    if path.is_dir():
        return
    make_folder(path.parent)  # pathlib's own ``parents`` would make these readable for others
    path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    sync(path.parent)


def sync(path: Path) -> None:
    """Wait until a folder's names, or a file's bytes, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
