"""Opening the SQLite file, and what its errors mean for the person who must act.

Everything that writes at run time uses plain ``sqlite3``: the classes of ``tables`` describe the
schema and are imported by migrations only, because importing them takes longer than a start may.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from monitor.disk import PRIVATE_FILE, PRIVATE_FOLDER
from monitor.errors import Passing, StoreError

# What a transaction is called in the signatures of callers outside this folder.
Connection = sqlite3.Connection

BUSY_SECONDS = 30.0

# FULL because an alert may only leave after its evidence is on the disk; secure_delete because an
# erased salt or key must not survive in a free page. The last two are measured: with 100,000
# sources the same pages change again and again, and bench/schedule.py takes a quarter less CPU.
PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -32000",  # KiB, used only as far as the file is large
    "PRAGMA wal_autocheckpoint = 8000",  # pages of 4 KiB
)

HAS_SHADOW_HITS = "SELECT count(*) FROM sqlite_schema WHERE name = 'shadow_hit'"

# What to do next, by SQLite's primary result code.
ADVICE = {
    sqlite3.SQLITE_FULL: "the disk is full: free space on its file system",
    sqlite3.SQLITE_READONLY: "it is read-only: make the file and its folder writable for this user",
    sqlite3.SQLITE_CORRUPT: "the file is damaged: keep it, run netralitas restore from a backup",
    sqlite3.SQLITE_NOTADB: "the file is no SQLite database: check paths.data, or restore a backup",
    sqlite3.SQLITE_BUSY: "another process held it too long: see who has it open, then try again",
    sqlite3.SQLITE_LOCKED: "another connection held a table too long: try again",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened: this user must be able to write its folder",
    sqlite3.SQLITE_PERM: "access was refused: check owner and mode of the file",
    sqlite3.SQLITE_IOERR: "the disk is full or failed: check its free space, the disk,"
    " and the kernel's log",
    sqlite3.SQLITE_CONSTRAINT: "a rule of the schema refused the change",
    sqlite3.SQLITE_SCHEMA: "the schema changed meanwhile: start again",
}
# What may be over without anybody repairing the database.
PASSING = {
    sqlite3.SQLITE_FULL: Passing.FULL,
    sqlite3.SQLITE_READONLY: Passing.READ_ONLY,
    sqlite3.SQLITE_PERM: Passing.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Passing.READ_ONLY,
    sqlite3.SQLITE_IOERR: Passing.IO,
    sqlite3.SQLITE_BUSY: Passing.BUSY,
    sqlite3.SQLITE_LOCKED: Passing.BUSY,
}
PRIMARY_CODE = 0xFF


class Stamped(sqlite3.Connection):
    """A connection that remembers the stamp of new log entries; ``None`` is not yet read."""

    stamp: str | None = None


@contextmanager
def guard(database: Path | None = None) -> Iterator[None]:
    """Turn an error of SQLite into a ``StoreError`` that says what to do next.

    ``sqlite3.ProgrammingError`` passes: it is a fault of ours, not of the database.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except sqlite3.Error as error:
        raise explain(error, database) from error


@contextmanager
def reading(database: Path | None = None) -> Iterator[None]:
    """Guard reading what may be damaged: ``sqlite3`` cannot decode what SQLite quotes of it."""
    try:
        with guard(database):
            yield
    except UnicodeDecodeError:
        advice = ADVICE[sqlite3.SQLITE_CORRUPT]
        raise StoreError(f"{database or 'database'}: {advice} (text that is not UTF-8)") from None


def explain(error: sqlite3.Error, database: Path | None = None) -> StoreError:
    """Return the one-line ``StoreError`` for an error of SQLite; it holds no stored value."""
    code = getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE
    advice = ADVICE.get(code, "SQLite refused the work")
    return StoreError(f"{database or 'database'}: {advice} ({error})", PASSING.get(code))


def connect(path: Path, *, read_only: bool = False) -> Stamped:
    """Open an existing database in WAL mode, in autocommit: transactions are begun by hand.

    Waits ``BUSY_SECONDS`` for a lock. A missing or unusable file raises ``StoreError``. A copy on a
    write-protected disk can be read.
    """
    if not path.is_file():
        raise StoreError(f"{path}: there is no database yet: run netralitas migrate")
    how = _to_read(path) if read_only else "rw"
    with reading(path):
        conn = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={how}",
            uri=True,
            isolation_level=None,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
            cached_statements=256,
            factory=Stamped,
        )
        with ExitStack() as undo:
            undo.callback(conn.close)
            _prepare(conn, path, read_only=read_only)
            undo.pop_all()
    return conn


def create(path: Path) -> None:
    """Make an empty file that only its owner may read; SQLite gives its WAL the same mode."""
    try:
        path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE_FILE))
    except OSError as error:
        raise StoreError(f"{path}: cannot be made: {error.strerror}") from None


def copy(database: Path, to: Path) -> None:
    """Copy a database that may be in use into a new file, through SQLite's backup call.

    Hits of rules in shadow may be kept for some days only, so a copy, which lives longer, has none.
    """
    create(to)
    with (
        guard(database),
        closing(connect(database, read_only=True)) as source,
        # The copy is opened plainly: it must stay one file, without a WAL beside it.
        closing(sqlite3.connect(to)) as target,
    ):
        source.backup(target)
        if target.execute(HAS_SHADOW_HITS).fetchone()[0]:
            target.execute("PRAGMA secure_delete = ON")
            target.execute("DELETE FROM shadow_hit")
            target.commit()


def _to_read(path: Path) -> str:
    """Say how to open a database that nobody may change through this connection.

    A database in WAL mode needs two files beside it even to be read. Where this user may make none
    and nothing waits in a WAL, SQLite is told that the file cannot change; as long as the same
    folder is not written by another user, that is so.
    """
    if os.access(path.parent, os.W_OK):
        return "ro"
    wal = path.with_name(f"{path.name}-wal")
    shared = path.with_name(f"{path.name}-shm")
    if not wal.exists() or not wal.stat().st_size:
        return "ro" if shared.exists() else "ro&immutable=1"
    if not shared.exists():
        raise StoreError(
            f"{path}: its folder is write-protected, and its last changes stand in {wal.name}:"
            " copy both files to a folder of your own and use the copy"
        )
    return "ro"


def _prepare(conn: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
    for pragma in PRAGMAS:
        conn.execute(pragma)
    if read_only:
        conn.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        return
    (journal,) = conn.execute("PRAGMA journal_mode = WAL").fetchone()
    if journal != "wal":
        raise StoreError(f"{path}: this file system cannot hold a WAL: use a local disk")
