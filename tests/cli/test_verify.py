"""``netralitas verify`` on a log that somebody touched."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from monitor.store import log
from monitor.store.writer import Writer
from tests.cli.conftest import Run
from tests.evidence.mutate import tamper


@pytest.fixture
def place(run: Run, tmp_path: Path, now: datetime) -> Path:
    """An installation whose log has five entries; returns its configuration file."""
    assert run("init", tmp_path / "pasang").status == 0
    with closing(Writer(tmp_path / "pasang" / "data" / "netralitas.sqlite3")) as writer:
        for number in range(5):
            with writer.transaction() as tx:
                log.append(
                    tx,
                    at=now,
                    kind="note",
                    subject=f"n{number}",
                    public={"number": number},
                    content={"text": {"isi": f"catatan {number}"}},
                )
    return tmp_path / "pasang" / "config.toml"


def database(place: Path) -> Path:
    return place.parent / "data" / "netralitas.sqlite3"


def head(place: Path) -> str:
    with closing(sqlite3.connect(database(place))) as conn:
        found = log.head(conn)
    return f"{found.seq}:{found.hash}"


def sql(query: str) -> Callable[[sqlite3.Connection], None]:
    def work(conn: sqlite3.Connection) -> None:
        conn.execute(query)

    return work


def test_an_untouched_log_verifies_also_against_its_head(run: Run, place: Path) -> None:
    assert run("verify", "-c", place).status == 0
    assert run("verify", "-c", place, "--head", head(place)).status == 0


@pytest.mark.parametrize(
    ("query", "entry"),
    [
        (
            "UPDATE log SET canonical = CAST(replace(canonical, 'n2', 'n9') AS BLOB) WHERE seq = 3",
            3,
        ),
        ("UPDATE log SET hash = zeroblob(32) WHERE seq = 4", 4),
        ("UPDATE content SET body = CAST(replace(body, '1', '7') AS BLOB) WHERE seq = 2", 2),
        ("UPDATE content SET salt = zeroblob(32) WHERE seq = 5", 5),
        ("DELETE FROM content WHERE seq = 1", 1),
        ("INSERT INTO finding VALUES ('NTR-AAAA-AAAA', 1, 2, 'alert')", 2),
    ],
)
def test_a_touched_row_is_named(run: Run, place: Path, query: str, entry: int) -> None:
    tamper(database(place), sql(query))
    result = run("verify", "-c", place)
    assert result.status == 1
    assert f"First bad place: entry {entry}:" in result.err


def test_a_cut_tail_is_found_against_a_printed_head(run: Run, place: Path) -> None:
    printed = head(place)

    def cut(conn: sqlite3.Connection) -> None:
        conn.execute("DELETE FROM content WHERE seq = 5")
        conn.execute("DELETE FROM log WHERE seq = 5")

    tamper(database(place), cut)
    assert run("verify", "-c", place).status == 0, "nothing inside the log can tell"
    result = run("verify", "-c", place, "--head", printed)
    assert result.status == 1
    assert "5" in result.err
