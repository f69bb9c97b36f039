"""Erasing a person searches the log before it takes the write lock: others record meanwhile."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest

from monitor.evidence.files import Files
from monitor.model.evidence import Canonical
from monitor.run.erase import Eraser
from monitor.store import erasure_person, keys, log, migrate
from monitor.store.erasure_person import Identifiers
from monitor.store.writer import Writer
from tests.run.erasing import ORDER

REF, ENTRIES = "p-rekaan", 300
NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
naming = erasure_person._naming


def note(writer: Writer, number: int, text: str, ref: str = "") -> int:
    """Record an alarm, whose text may name anybody."""
    body = {"text": text, "person_ref": ref or f"p-lain-{number}"}
    with writer.transaction() as tx:
        head = log.append(tx, at=NOW, kind="alarm", subject=f"alarm-{number}", public={},
                          content={"alarm": body})  # fmt: skip
    return head.seq


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    migrate.upgrade(tmp_path / "db")
    keys.make(tmp_path / "keys")
    with closing(Writer(tmp_path / "db")) as writer:
        for number in range(ENTRIES):
            note(writer, number, f"alarm {number} tentang {REF if number % 50 == 0 else 'umum'}")
        note(writer, ENTRIES, "yang dipantau", REF)
        yield writer


def contents(writer: Writer, words: str) -> list[int]:
    query = "SELECT seq FROM content WHERE instr(body, ?) ORDER BY seq"
    return [row[0] for row in writer.reader().execute(query, (words.encode(),))]


def test_nobody_waits_for_the_search(writer: Writer, tmp_path: Path) -> None:
    """While the whole log is read another writer, who waits for nothing, records all it has."""
    added: list[int] = []
    read_under_lock: list[int] = []

    def watched(
        conn: sqlite3.Connection, known: Identifiers, after: int
    ) -> Iterator[tuple[int, str]]:
        if after:
            query = "SELECT count(*) FROM content WHERE seq > ?"
            read_under_lock.append(conn.execute(query, (after,)).fetchone()[0])
        for found in naming(conn, known, after):
            if not after:
                added.append(note(other, 1000 + len(added), f"baru, tentang {REF}"))
            yield found

    with closing(Writer(tmp_path / "db")) as other:
        other._conn.execute("PRAGMA busy_timeout = 0")
        eraser = Eraser(writer, Files(tmp_path / "s"), keys.load(tmp_path / "keys"), lambda: NOW)
        with patch.object(erasure_person, "_naming", watched):
            eraser.person(REF, ORDER)
    assert len(added) == ENTRIES // 50 + 1
    # Under the lock only what came meanwhile was read, and it went too.
    assert read_under_lock == [len(added)]
    assert contents(writer, REF) == []
    assert len(contents(writer, "umum")) == ENTRIES - ENTRIES // 50


def test_what_is_learned_of_a_person_meanwhile_is_searched_for_too(
    writer: Writer, tmp_path: Path
) -> None:
    note(writer, 1, "akun @akun.rekaan.example terlihat")
    searched = erasure_person.search(writer.reader(), REF)
    body: dict[str, Canonical] = {"person_ref": REF, "after": {"handle": "akun.rekaan.example"}}
    with writer.transaction() as tx:
        log.append(tx, at=NOW, kind="register", subject="register", public={},
                   content={"0001": body})  # fmt: skip
    with writer.transaction() as tx:
        found = erasure_person.held(tx, REF, searched)
    (seen,) = contents(writer, "terlihat")
    assert f"content/{seen}/alarm" in found.rest.places
