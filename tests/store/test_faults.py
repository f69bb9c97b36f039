"""What goes wrong with a database says so in one line, with what to do next."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model.evidence import Canonical
from monitor.store import db, log, migrate
from monitor.store.writer import Writer

SMALL = "size=2m,mode=0700"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 2 MB, where this user may; an empty path where not."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "", "-t", "tmpfs", "-o", SMALL, "none", str(folder)]
    if os.geteuid() or not mount or subprocess.run(command, check=False).returncode:
        yield Path()
        return
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small_disk: Path, tmp_path: Path, now: datetime) -> None:
    limited = small_disk == Path()
    path = (tmp_path if limited else small_disk) / "netralitas.sqlite3"
    migrate.upgrade(path)
    with closing(Writer(path)) as writer:
        if limited:  # without a mount, SQLite's own limit gives the same result code
            writer._conn.execute("PRAGMA max_page_count = 60")
        with pytest.raises(StoreError, match="the disk is full: free space") as caught:
            _fill(writer, now)
        assert str(path) in str(caught.value)
        head = log.head(writer.reader())
        assert [row.seq for row in log.rows(writer.reader())] == list(range(1, head.seq + 1))
        assert head.seq > 0
        assert writer.reader().execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_database_that_only_others_may_write(database: Path) -> None:
    advice = "read-only: make the file and its folder writable"
    with (
        closing(db.connect(database, read_only=True)) as conn,
        pytest.raises(StoreError, match=advice),
        db.guard(database),
    ):
        conn.execute("DELETE FROM alarm")


def test_a_damaged_file(database: Path, now: datetime) -> None:
    with closing(Writer(database)) as writer:
        for n in range(50):
            _append(writer, now, n, size=4_000)
    size = database.stat().st_size
    with database.open("r+b") as file:
        for page in range(1, size // 4096):
            file.seek(page * 4096)
            file.write(b"\xff" * 64)
    with pytest.raises(StoreError, match="damaged: keep it, run netralitas restore"):
        _read(database)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "netralitas.sqlite3"
    path.write_text("bukan basis data\n" * 100)
    for act in (migrate.check, migrate.upgrade, Writer):
        with pytest.raises(StoreError, match="no SQLite database: check paths"):
            act(path)


def test_a_lock_held_too_long(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.05)
    with closing(Writer(database)) as first, closing(Writer(database)) as second:
        with first.transaction() as tx:
            tx.execute("INSERT INTO alarm VALUES ('a', 'b', 'c', 0)")
            with pytest.raises(StoreError, match="another process held it too long"):
                _clear(second)
        with second.transaction() as tx:
            assert tx.execute("SELECT count(*) FROM alarm").fetchone() == (1,)


def test_no_database_yet(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database yet: run netralitas migrate"):
        Writer(tmp_path / "netralitas.sqlite3")


def test_a_folder_that_cannot_hold_a_database(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be made"):
        migrate.upgrade(tmp_path / "file" / "netralitas.sqlite3")


def test_a_fault_names_no_stored_value(database: Path) -> None:
    insert = "INSERT INTO alarm VALUES ('did:plc:rahasia', 'b', 'c', 0)"
    with closing(db.connect(database)) as conn:
        conn.execute(insert)
        with pytest.raises(StoreError) as caught, db.guard(database):
            conn.execute(insert)
    assert "UNIQUE constraint failed: alarm.key" in str(caught.value)
    assert "rahasia" not in str(caught.value)


def test_a_fault_of_ours_is_no_fault_of_the_database(database: Path) -> None:
    conn = db.connect(database)
    conn.close()
    with pytest.raises(sqlite3.ProgrammingError), db.guard(database):
        conn.execute("SELECT 1")


def _fill(writer: Writer, now: datetime) -> None:
    for n in range(1000):
        _append(writer, now, n, size=20_000)


def _read(database: Path) -> None:
    with closing(Writer(database)) as writer:
        list(log.rows(writer.reader()))


def _clear(writer: Writer) -> None:
    with writer.transaction() as tx:
        tx.execute("DELETE FROM alarm")


def _append(writer: Writer, now: datetime, n: int, size: int) -> None:
    content: dict[str, Canonical] = {"c": {"n": n, "text": "x" * size}}
    with writer.transaction() as tx:
        log.append(tx, at=now, kind="k", subject="s", public={}, content=content)
