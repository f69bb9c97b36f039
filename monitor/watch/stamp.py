"""A cheap answer to "did anybody touch the watchlists?", without reading a file."""

from __future__ import annotations

import hashlib
from pathlib import Path


def stamp(folder: Path) -> str:
    """Return a digest over name, size, times and inode of every TOML file in the folder.

    The time of the last change of the inode is in it, so a file that was put in place with an old
    date is seen too. A folder that is not there has a stamp as well.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.toml")):
        digest.update(f"{path}\0{_facts(path)}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def owner(path: Path) -> str:
    """Return the name of the user who owns a file; the number where it has no name here."""
    try:
        return path.owner()
    except KeyError:
        return str(path.stat().st_uid)
    except OSError:
        return ""


def _facts(path: Path) -> str:
    try:
        found = path.stat()
    except OSError:
        return "gone"
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"
