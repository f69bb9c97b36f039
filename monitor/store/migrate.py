"""Bringing the schema to the one this program knows, and refusing any other at start.

``check`` runs at every start, so it reads one row with plain ``sqlite3`` and loads no Alembic.
"""

from __future__ import annotations

import glob
import itertools
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from monitor.errors import StoreError
from monitor.store import db

# Every revision, oldest first; a test holds this equal to the migrations' own order.
REVISIONS = (
    "0001",
    "0002",
    "0003",
    "0004",
    "0005",
    "0006",
    "0007",
    "0008",
    "0009",
    "0010",
    "0011",
    "0012",
    "0013",
    "0014",
    "0015",
    "0016",
    "0017",
    "0018",
    "0019",
    "0020",
    "0021",
    "0022",
)
HEAD = REVISIONS[-1]

VERSION = "SELECT version_num FROM alembic_version"
HAS_VERSION = "SELECT count(*) FROM sqlite_schema WHERE name = 'alembic_version'"
HAS_TABLES = "SELECT count(*) FROM sqlite_schema"


def check(path: Path) -> None:
    """Raise ``StoreError`` unless the database has exactly this program's schema."""
    found = current(path)
    _refuse_newer(path, found)
    if found != HEAD:
        raise StoreError(f"{path}: its schema is older than this program: run netralitas migrate")


def current(path: Path) -> str | None:
    """Return the database's schema revision, or ``None`` for an empty file."""
    with db.guard(path), closing(db.connect(path, read_only=True)) as conn:
        if conn.execute(HAS_VERSION).fetchone()[0]:
            row = conn.execute(VERSION).fetchone()
            return str(row[0]) if row else None
        if conn.execute(HAS_TABLES).fetchone()[0]:
            raise StoreError(f"{path}: a database of another program: check paths.data")
    return None


def upgrade(path: Path) -> str | None:
    """Create the database, or bring it to this program's schema.

    Where there is data, a copy is made first and its path returned; ``None`` where nothing had to
    be kept. A schema newer than the program raises ``StoreError`` and nothing is touched.
    """
    if not path.exists():
        db.create(path)
    found = current(path)
    _refuse_newer(path, found)
    if found == HEAD:
        return None
    copy = _keep(path, found) if found else None
    # Alembic takes about half a second to import, and every start imports this module.
    from monitor.store.upgrade import apply  # noqa: PLC0415

    apply(path)
    return str(copy) if copy else None


def _refuse_newer(path: Path, found: str | None) -> None:
    if found is not None and found not in REVISIONS:
        raise StoreError(
            f"{path}: its schema ({found}) is newer than this program ({HEAD}): install the"
            " program that made it, or restore a backup from before"
        )


def kept(path: Path) -> list[Path]:
    """Return the copies that migrations left beside a database: they hold what it held then."""
    copies = path.parent.glob(f"{glob.escape(path.name)}.before-*")
    return sorted(copy for copy in copies if not copy.name.endswith(("-wal", "-shm")))


def drop(path: Path, before: datetime | None = None) -> list[Path]:
    """Delete those copies, or only the ones made before a time; return what went."""
    gone = []
    for copy in kept(path):
        made = datetime.fromtimestamp(copy.stat().st_mtime, UTC)
        if before is None or made < before:
            # A copy that was opened by hand may have files of its own beside it.
            for name in (copy.name, f"{copy.name}-wal", f"{copy.name}-shm"):
                copy.with_name(name).unlink(missing_ok=True)
            gone.append(copy)
    return gone


def _keep(path: Path, revision: str) -> Path:
    names = (f"{path.name}.before-{revision}-{n}" for n in itertools.count(1))
    to = next(path.with_name(name) for name in names if not path.with_name(name).exists())
    db.copy(path, to)
    return to
