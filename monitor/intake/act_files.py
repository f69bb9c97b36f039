"""The file that was handed in: read where it lies, a ZIP's members in memory, a piece at a time.

Nothing is ever unpacked to the disk, so no name in a ZIP leads anywhere. What a ZIP says of itself
is held against limits before a member is opened, and what comes out against what it said.
"""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from monitor.errors import ConfigError, Fault
from monitor.intake.act_forms import Profile, TableForm
from monitor.intake.act_lines import Unreadable

MOST_MEMBERS = 200_000
MOST_INDEX = 64 << 20  # bytes of a ZIP's own list of members
MOST_TOTAL = 16 << 30  # bytes of all members that are read
FREE = 16 << 20  # bytes a member may hold however well it is packed
MOST_RATIO = 250  # of a larger member; JSON of one platform packs to a hundredth at best
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_TAIL = 1 << 16
_ENCRYPTED = 0x1
_ODD_NAME = re.compile(r"(^|[/\\])\.\.([/\\]|$)|^[/\\]|^[A-Za-z]:|[\x00-\x1f]")
# What the standard library raises on archives that are broken or were made to break it.
BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError,
    ValueError, OverflowError, LookupError, OSError,
)  # fmt: skip
_HINT = "ask for the file again, or import the one file that is needed"

Told = Callable[[int], None]


class BrokenMember(Unreadable):
    """A member of an archive cannot be read to its end."""


@dataclass(frozen=True, slots=True)
class Member:
    """A part of the file that a table of the profile reads; ``name`` is "" for a plain file."""

    name: str
    table: TableForm
    size: int


class Reads(Protocol):
    """What is asked of an opened member."""

    def read(self, size: int = -1, /) -> bytes: ...


class _Guarded:
    """A member whose faults are told as ours, whatever the library raises."""

    def __init__(self, member: IO[bytes]) -> None:
        self._member = member

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._member.read(size)
        except BROKEN as error:
            raise BrokenMember(f"a member that can be unpacked ({type(error).__name__})") from None


class Handed:
    """An opened file: its digest, and the members that a profile reads, in the file's order."""

    def __init__(self, path: Path, file: IO[bytes], archive: zipfile.ZipFile | None) -> None:
        self.path = path
        self.archive = archive
        self.notes: list[str] = []
        self._file = file
        found = os.fstat(file.fileno())
        self.size = found.st_size
        self._state = (found.st_size, found.st_mtime_ns)

    def digest(self, told: Told) -> str:
        """Return the SHA-256 (hex) of the whole file; ``told`` hears how many bytes are done."""
        found = hashlib.sha256()
        self._file.seek(0)
        while piece := self._file.read(1 << 20):
            found.update(piece)
            told(self._file.tell())
        return found.hexdigest()

    def changed(self) -> bool:
        """Say whether the file is another than when it was opened."""
        now = os.fstat(self._file.fileno())
        return (now.st_size, now.st_mtime_ns) != self._state

    def members(self, profile: Profile, table: str = "") -> list[Member]:
        """Return what the profile reads of this file. Raises ``ConfigError`` where nothing is."""
        tables = [one for one in profile.tables if table in ("", one.id)]
        found = self._listed(tables) if self.archive else self._plain(tables)
        if not found:
            patterns = sorted({p for one in tables for p in one.members})
            expected = f"{' or '.join(patterns)} in it" if patterns else "a table of this profile"
            known = ", ".join(one.id for one in profile.tables)
            hint = f"is it the right --profile? --table is one of: {known}"
            raise ConfigError([Fault(self.path.name, "", expected, "none of them", hint)])
        return found

    @contextmanager
    def open(self, name: str) -> Iterator[Reads]:
        """Open a member; reading raises ``BrokenMember`` where it is not what it said."""
        if self.archive is None:
            self._file.seek(0)
            yield self._file
            return
        try:
            member = self.archive.open(name)
        except BROKEN as error:
            raise BrokenMember(f"a member that can be opened ({type(error).__name__})") from None
        with member:
            yield _Guarded(member)

    def find(self, patterns: Sequence[str]) -> str | None:
        """Return the first sound member with such a name, "" for a plain file that has it."""
        if self.archive is None:
            return "" if _fits(self.path.name, patterns) else None
        listed = self.archive.infolist()
        fit = (i for i in listed if _fits(i.filename, patterns) and not _refused(i))
        return next((i.filename for i in fit), None)

    def _plain(self, tables: Sequence[TableForm]) -> list[Member]:
        name = self.path.name
        fit = [t for t in tables if not t.members or _fits(name, t.members)]
        # A file that was renamed: with one table there is no doubt what it is.
        fit = fit or (list(tables) if len(tables) == 1 else [])
        return [Member("", one, self.size) for one in fit]

    def _listed(self, tables: Sequence[TableForm]) -> list[Member]:
        found, faults, total = list[Member](), list[Fault](), 0
        listed = self.archive.infolist() if self.archive else []
        twice = {n for n, count in Counter(i.filename for i in listed).items() if count > 1}
        for info in listed:
            fit = [one for one in tables if _fits(info.filename, one.members or ("*",))]
            if info.filename.endswith("/") or not fit:
                if info.filename.lower().endswith(".zip"):
                    self.notes.append("a ZIP inside the ZIP was not opened: unpack it, import it")
                continue
            total += info.file_size
            reason = _refused(info) or ("twice in it" if info.filename in twice else "")
            if reason:
                faults.append(Fault(self.path.name, info.filename, "a plain file", reason, _HINT))
            found += [Member(info.filename, one, info.file_size) for one in fit]
        if total > MOST_TOTAL:
            expected = f"at most {MOST_TOTAL >> 30} GB unpacked"
            faults.append(Fault(self.path.name, "", expected, f"{total >> 30} GB", _HINT))
        if faults:
            raise ConfigError(list(dict.fromkeys(faults)))
        return found


@contextmanager
def opened(path: Path) -> Iterator[Handed]:
    """Open a file to import. Raises ``ConfigError`` for what is none that can be read."""
    try:
        # Not to wait for a writer where the path is a pipe.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        got = error.strerror or "an error"
        raise ConfigError([Fault(str(path), "", "a readable file", got)]) from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        hint = "of a folder, give the one file, or pack it as a ZIP"
        raise ConfigError([Fault(str(path), "", "a file", "something else", hint)])
    with os.fdopen(handle, "rb") as file:
        if file.read(4) != b"PK\x03\x04":
            yield Handed(path, file, None)
            return
        with closing(_archive(path, file)) as archive:
            yield Handed(path, file, archive)


def _archive(path: Path, file: IO[bytes]) -> zipfile.ZipFile:
    entries, size = _index(file)
    if entries > MOST_MEMBERS or size > MOST_INDEX:
        expected = f"a ZIP of at most {MOST_MEMBERS} files"
        raise ConfigError([Fault(str(path), "", expected, "a longer list of files", _HINT)])
    try:
        archive = zipfile.ZipFile(file)
    except BROKEN as error:
        expected = "a ZIP that is whole"
        raise ConfigError([Fault(str(path), "", expected, type(error).__name__, _HINT)]) from None
    if len(archive.infolist()) > MOST_MEMBERS:
        expected = f"a ZIP of at most {MOST_MEMBERS} files"
        raise ConfigError([Fault(str(path), "", expected, "a longer list of files", _HINT)])
    return archive


def _index(file: IO[bytes]) -> tuple[int, int]:
    """Return how many members a ZIP says it has, and how long their list is, before it is read."""
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - _TAIL - 22))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:  # noqa: PLR2004, the record's length
        return 0, 0
    entries, size = struct.unpack_from("<HL", tail, at + 10)
    at64 = tail.rfind(_END64, 0, at)
    if at64 >= 0 and at - at64 >= 56:  # noqa: PLR2004
        entries, size = struct.unpack_from("<QQ", tail, at64 + 32)
    return int(entries), int(size)


def _refused(info: zipfile.ZipInfo) -> str:
    """Return why a member is not read, if it is not."""
    if _ODD_NAME.search(info.filename):
        return "a name that leads out of the archive"
    kind = info.external_attr >> 16
    if stat.S_ISLNK(kind) or (stat.S_IFMT(kind) and not stat.S_ISREG(kind)):
        return "a link or a device"
    if info.flag_bits & _ENCRYPTED:
        return "a file under a password: unpack it, import what is in it"
    if info.compress_type not in _METHODS:
        return "a packing that is not read: pack it as an ordinary ZIP"
    if info.file_size > FREE and info.file_size > MOST_RATIO * max(1, info.compress_size):
        return f"packed to less than a {MOST_RATIO}th: it may be made to fill the memory"
    return ""


def _fits(name: str, patterns: Sequence[str]) -> bool:
    """Say whether a member's name fits: ``**/x.json`` is x.json in any folder."""
    plain = name.replace("\\", "/").lower()
    for pattern in patterns:
        wanted = pattern.lower()
        if fnmatch.fnmatchcase(plain, wanted):
            return True
        if wanted.startswith("**/") and fnmatch.fnmatchcase(plain.rsplit("/", 1)[-1], wanted[3:]):
            return True
    return False
