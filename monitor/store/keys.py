"""The keys of an installation, as files outside the database.

``reference`` makes finding ids, ``seen`` makes the digests of acts that matched nothing, ``seal``
signs checkpoints of the log, ``person`` makes the register's references from NIPs. Each may have
several versions: the newest makes new values, the older ones still find what they made.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from monitor import disk
from monitor.disk import PRIVATE_FOLDER
from monitor.errors import StoreError

Purpose = Literal["reference", "seen", "seal", "person"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
SEAL: Purpose = "seal"
LATER: tuple[Purpose, ...] = (SEAL, "person")
KEY_BYTES = 32
REF_CHARS = 26  # 130 bits
OTHERS = stat.S_IRWXG | stat.S_IRWXO
FILE = re.compile(r"(?P<purpose>reference|seen|seal|person)\.(?P<version>[1-9][0-9]*)\.key")


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What may be shown of a key: a fingerprint tells two keys apart and reveals neither."""

    purpose: Purpose
    version: int
    fingerprint: str


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Every version of every key in memory; neither ``repr`` nor ``str`` shows them."""

    _keys: Mapping[Purpose, tuple[bytes, ...]] = field(repr=False)

    def versions(self, purpose: Purpose) -> tuple[bytes, ...]:
        """Return the keys of a purpose, newest first."""
        return self._keys[purpose]

    def describe(self) -> tuple[KeyInfo, ...]:
        """Return what ``netralitas keys list`` prints, oldest version first."""
        return tuple(
            KeyInfo(purpose, version, hashlib.sha256(key).hexdigest()[:12])
            for purpose in PURPOSES
            for version, key in enumerate(reversed(self._keys[purpose]), start=1)
        )


def digest(key: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA-256 (32 bytes)."""
    return hmac.digest(key, message, "sha256")


def person_refs(ring: KeyRing, nip: str) -> tuple[str, ...]:
    """Return what stands for a NIP on the register, by every version of the key, newest first.

    Without the key nobody can go back, or try every NIP there may be: a plain hash could be.
    """
    found = (digest(key, b"nip:" + nip.encode()) for key in ring.versions("person"))
    return tuple(f"p-{base64.b32encode(value)[:REF_CHARS].decode().lower()}" for value in found)


def load(folder: Path) -> KeyRing:
    """Read every key; raise ``StoreError`` where one is missing, short or open to others."""
    if not folder.is_dir():
        raise StoreError(
            f"{folder}: no folder with keys: put it back from its copy;"
            " for a new installation, run netralitas keys make"
        )
    _refuse_open(folder)
    return KeyRing({purpose: _read_all(folder, purpose) for purpose in PURPOSES})


def make(folder: Path) -> KeyRing:
    """Make the first version of every key; refuse a folder that already holds one."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    _refuse_open(folder)
    if any(_versions(folder, purpose) for purpose in PURPOSES):
        raise StoreError(f"{folder}: there are keys already: use netralitas keys rotate")
    for purpose in PURPOSES:
        _write(folder, purpose, 1)
    return load(folder)


def rotate(folder: Path, purpose: Purpose) -> KeyRing:
    """Add a newer version of one key and keep the older ones."""
    load(folder)
    _write(folder, purpose, _versions(folder, purpose)[-1] + 1)
    return load(folder)


def add_later(folder: Path) -> tuple[Purpose, ...]:
    """Make the keys that an installation from before them lacks; return their purposes.

    The other keys are never made later: one of them missing is one that was lost.
    """
    if not folder.is_dir():
        return ()
    made = tuple(purpose for purpose in LATER if not _versions(folder, purpose))
    for purpose in made:
        _write(folder, purpose, 1)
    return made


def _read_all(folder: Path, purpose: Purpose) -> tuple[bytes, ...]:
    versions = _versions(folder, purpose)
    expected: Sequence[int] = range(1, max(len(versions), 1) + 1)
    missing = sorted({*expected, *versions} ^ set(versions))
    if missing:
        path = _path(folder, purpose, missing[0])
        if purpose in LATER and not versions:
            raise StoreError(f"{path}: no such key yet: run netralitas migrate")
        raise StoreError(
            f"{path}: this key is missing: put it back from the backup of the keys"
            " (netralitas keys make is for a new installation only)"
        )
    return tuple(_read(_path(folder, purpose, version)) for version in reversed(versions))


def _read(path: Path) -> bytes:
    _refuse_open(path)
    try:
        key = bytes.fromhex(path.read_text("ascii"))
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise StoreError(
            f"{path}: expected {KEY_BYTES * 2} hexadecimal digits: put the key back from backup"
        )
    return key


def _write(folder: Path, purpose: Purpose, version: int) -> None:
    path = _path(folder, purpose, version)
    try:
        disk.write_new(path, f"{secrets.token_hex(KEY_BYTES)}\n".encode())
        disk.sync(folder)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror}") from None


def _versions(folder: Path, purpose: Purpose) -> list[int]:
    found = (FILE.fullmatch(path.name) for path in folder.iterdir())
    return sorted(int(m["version"]) for m in found if m and m["purpose"] == purpose)


def _path(folder: Path, purpose: Purpose, version: int) -> Path:
    return folder / f"{purpose}.{version}.key"


def _refuse_open(path: Path) -> None:
    if path.stat().st_mode & OTHERS:
        mode = "700" if path.is_dir() else "600"
        raise StoreError(f"{path}: others may use it: run chmod {mode} {path}")
