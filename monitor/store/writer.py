"""The one way to change the database: a transaction that holds the write lock from its start."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.errors import StoreError
from monitor.store.db import connect, guard

BEFORE_COMMIT = "before-commit"
AFTER_COMMIT = "after-commit"


class Writer:
    """One process' connection for writing. Several processes may each have one.

    ``hook`` is called with the name of each commit point: a drill kills the process there.
    """

    def __init__(self, database: Path) -> None:
        self.database = database
        self.hook: Callable[[str], None] | None = None
        self._conn = connect(database)
        self._turn = threading.RLock()
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self._lasting = True

    @contextmanager
    def transaction(self, *, lasting: bool = True) -> Iterator[sqlite3.Connection]:
        """Do all of the block or nothing of it; ``StoreError`` where the database refuses.

        The write lock is taken first (BEGIN IMMEDIATE), so what the block reads, such as the
        log's head, cannot be changed by another process before it commits.

        ``lasting=False`` is for what is simply done again where a power cut takes it back, such as
        a look that found nothing: it does not wait for the disk. No kill can lose it, it can only
        be lost together with all that came after it, and the next lasting commit makes it last.
        """
        with self._turn, guard(self.database):
            self._refuse_nested()
            self._wait_for_disk(lasting=lasting)
            self._conn.execute("BEGIN IMMEDIATE")
            try:
                yield self._conn
                self._reach(BEFORE_COMMIT)
                self._conn.execute("COMMIT")
            finally:
                # SQLite may have rolled back by itself, for instance on a full disk.
                if self._conn.in_transaction:
                    self._conn.execute("ROLLBACK")
                    # What was not committed gives no stamp.
                    self._conn.stamp = None
            self._reach(AFTER_COMMIT)

    def reader(self) -> sqlite3.Connection:
        """Return this thread's read-only connection; the writer closes it."""
        conn: sqlite3.Connection | None = getattr(self._local, "conn", None)
        if conn is None:
            conn = connect(self.database, read_only=True)
            self._local.conn = conn
            self._readers.append(conn)
        return conn

    def fold(self) -> None:
        """Write the WAL back and empty it, so that what was deleted is not left there either.

        Where another connection is reading, SQLite does as much as it can.
        """
        with self._turn, guard(self.database):
            self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def rebuild(self) -> bool:
        """Write the database anew, so that no free page or gap keeps what was deleted.

        Takes time and room as the whole database does. False where another connection keeps the
        old pages readable; then nothing is lost, and it must be done again.
        """
        with self._turn, guard(self.database):
            self._refuse_nested()
            self._conn.execute("PRAGMA temp_store = FILE")
            self._conn.execute("VACUUM")
            self._conn.execute("PRAGMA temp_store = MEMORY")
            (busy, _, _) = self._conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        """Close every connection; SQLite folds the WAL back when the last process leaves."""
        for conn in (*self._readers, self._conn):
            conn.close()
        self._readers.clear()
        self._local = threading.local()

    def _refuse_nested(self) -> None:
        if self._conn.in_transaction:
            raise StoreError("a transaction is already open: finish it before the next one")

    def _wait_for_disk(self, *, lasting: bool) -> None:
        # It can be set between transactions only; in WAL mode NORMAL leaves out the fsync.
        if lasting is not self._lasting:
            self._conn.execute(f"PRAGMA synchronous = {'FULL' if lasting else 'NORMAL'}")
            self._lasting = lasting

    def _reach(self, point: str) -> None:
        if self.hook is not None:
            self.hook(point)
