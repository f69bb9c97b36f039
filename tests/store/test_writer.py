"""Transactions: all or nothing, one at a time, with named commit points."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import alarms, log, outbox
from monitor.store.writer import AFTER_COMMIT, BEFORE_COMMIT, Writer

KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.store import log
from monitor.store.writer import Writer
writer = Writer(Path(sys.argv[1]))
point = sys.argv[2]
writer.hook = lambda reached: reached == point and os.kill(os.getpid(), signal.SIGKILL)
with writer.transaction() as tx:
    log.append(tx, at=datetime(2024, 1, 1, tzinfo=UTC), kind="k", subject="s", public={})
"""


def test_an_error_leaves_nothing(writer: Writer, now: datetime) -> None:
    with pytest.raises(ZeroDivisionError):
        _fail(writer, now, ZeroDivisionError())
    for table in ("log", "content", "outbox", "alarm"):
        assert writer.reader().execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    _append(writer, now)
    assert log.head(writer.reader()).seq == 1


def test_a_cancelled_task_leaves_nothing(writer: Writer, now: datetime) -> None:
    with pytest.raises(asyncio.CancelledError):
        _fail(writer, now, asyncio.CancelledError())
    assert log.head(writer.reader()).seq == 0


def test_the_hook_is_called_at_each_commit_point(writer: Writer, now: datetime) -> None:
    reached: list[tuple[str, int]] = []
    writer.hook = lambda point: reached.append((point, log.head(writer.reader()).seq))
    _append(writer, now)
    with pytest.raises(ZeroDivisionError):
        _fail(writer, now, ZeroDivisionError())
    assert reached == [(BEFORE_COMMIT, 0), (AFTER_COMMIT, 1)]


@pytest.mark.parametrize(("point", "kept"), [(BEFORE_COMMIT, 0), (AFTER_COMMIT, 1)])
def test_a_killed_process_leaves_all_or_nothing(
    database: Path, now: datetime, point: str, kept: int
) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(database), point], check=False)
    assert done.returncode == -signal.SIGKILL
    with closing(Writer(database)) as writer:
        assert log.head(writer.reader()).seq == kept
        _append(writer, now)
        assert log.head(writer.reader()).seq == kept + 1


def test_a_transaction_inside_another_is_refused(writer: Writer, now: datetime) -> None:
    with pytest.raises(StoreError, match="already open"), writer.transaction() as tx:
        _nest(writer, tx, now)
    assert log.head(writer.reader()).seq == 0


def test_threads_take_turns(writer: Writer, now: datetime) -> None:
    threads = [threading.Thread(target=_append, args=(writer, now)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert log.head(writer.reader()).seq == 8


def test_the_reader_cannot_write_and_sees_commits_only(writer: Writer, now: datetime) -> None:
    reader = writer.reader()
    assert writer.reader() is reader
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("DELETE FROM alarm")
    with writer.transaction() as tx:
        log.append(tx, at=now, kind="k", subject="s", public={})
        assert log.head(reader).seq == 0
        assert log.head(tx).seq == 1
    assert log.head(reader).seq == 1


def test_closing_leaves_one_file(database: Path, now: datetime) -> None:
    writer = Writer(database)
    _append(writer, now)
    assert log.head(writer.reader()).seq == 1
    writer.close()
    assert [file.name for file in database.parent.iterdir()] == [database.name]


def _fail(writer: Writer, now: datetime, error: BaseException) -> None:
    with writer.transaction() as tx:
        log.append(tx, at=now, kind="k", subject="s", public={}, content={"c": {}})
        outbox.put(tx, kind="k", subject="s", seq=1, destinations=[("stdout", "-")], at=now)
        alarms.raise_(tx, "disk", "penuh", now)
        raise error


def _nest(writer: Writer, tx: sqlite3.Connection, now: datetime) -> None:
    log.append(tx, at=now, kind="k", subject="s", public={})
    with writer.transaction():
        log.append(tx, at=now, kind="k", subject="s", public={})


def _append(writer: Writer, now: datetime) -> None:
    with writer.transaction() as tx:
        log.append(tx, at=now, kind="k", subject="s", public={})


def test_only_what_may_be_done_again_does_not_wait_for_the_disk(writer: Writer) -> None:
    def waits(*, lasting: bool) -> int:
        with writer.transaction(lasting=lasting) as tx:
            return int(tx.execute("PRAGMA synchronous").fetchone()[0])

    normal, full = 1, 2
    found = [waits(lasting=lasting) for lasting in (True, False, False, True)]
    assert found == [full, normal, normal, full]
    with writer.transaction() as tx:
        assert tx.execute("PRAGMA synchronous").fetchone() == (full,)


def test_a_commit_that_does_not_wait_survives_a_kill(writer: Writer) -> None:
    program = KILLED.replace("writer.transaction()", "writer.transaction(lasting=False)")
    command = [sys.executable, "-c", program, str(writer.database), AFTER_COMMIT]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert writer.reader().execute("SELECT count(*) FROM log").fetchone() == (1,)
