"""The evidence log: chained, contiguous, append-only, and erasable where the law asks for it."""

from __future__ import annotations

import json
import multiprocessing
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.model.erasure import Ground, Lost, Order
from monitor.model.evidence import GENESIS, LogHead, canonical, commitment, link
from monitor.store import erasure, log
from monitor.store.db import connect
from monitor.store.writer import Writer

PROCESSES = 4
APPENDS = 250
ROUND = 10


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    size: int
    salt: bytes
    commitment: str


ORDER = Order(Ground.PDP, "Inspektorat Rekaan", "800/1/2026")
FILE = File("record", "application/json", 7, b"s" * 32, commitment(b"s" * 32, b'{"a":1}'))


def test_an_empty_log_starts_from_genesis(writer: Writer) -> None:
    assert log.head(writer.reader()) == LogHead(0, GENESIS.hex())


def test_an_entry_holds_commitments_and_no_content(writer: Writer, now: datetime) -> None:
    head = _append(writer, now, [FILE])
    (row,) = log.rows(writer.reader())
    (body,) = log.contents(writer.reader())
    (file,) = log.snapshots(writer.reader())
    assert json.loads(row.canonical) == {
        "v": 1,
        "seq": 1,
        "at": "2024-10-12T02:30:00.000000Z",
        "kind": "finding",
        "subject": "NTR-AAAA-AAAA",
        "public": {"outcome": "alert"},
        "content": {"finding": commitment(body.salt, body.body)},
        "files": {
            "record": {"commitment": FILE.commitment, "media_type": "application/json", "size": 7}
        },
    }
    assert row.canonical == canonical(json.loads(row.canonical))
    assert (row.seq, row.hash.hex()) == (head.seq, head.hash)
    assert row.hash == link(GENESIS, row.canonical)
    assert body.body == '{"text":"Pilih nomor 2 – é"}'.encode()
    assert (file.seq, file.name, file.salt) == (1, "record", FILE.salt)
    assert log.content(writer.reader(), 1, "finding") == {"text": "Pilih nomor 2 – é"}
    assert log.content(writer.reader(), 1, "watch") is None


def test_columns_are_read_out_of_the_entry(writer: Writer, now: datetime) -> None:
    _append(writer, now)
    query = "SELECT at, kind, subject FROM log"
    found = writer.reader().execute(query).fetchone()
    assert found == ("2024-10-12T02:30:00.000000Z", "finding", "NTR-AAAA-AAAA")


def test_equal_contents_have_different_salts_and_commitments(writer: Writer, now: datetime) -> None:
    for _ in range(2):
        _append(writer, now)
    first, second = log.contents(writer.reader())
    assert first.body == second.body
    assert first.salt != second.salt
    assert len(first.salt) == 32
    assert [row.seq for row in log.rows(writer.reader(), after=1)] == [2]
    assert [row.seq for row in log.contents(writer.reader(), after=1)] == [2]


def test_a_float_is_refused_and_leaves_nothing(writer: Writer, now: datetime) -> None:
    with pytest.raises(TypeError, match="float"), writer.transaction() as tx:
        log.append(tx, at=now, kind="k", subject="s", public={}, content={"c": [0.5]})  # type: ignore[list-item]  # the fault under test
    assert log.head(writer.reader()).seq == 0


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE log SET hash = zeroblob(32) WHERE seq = 1", "append-only"),
        ("UPDATE log SET seq = 3 WHERE seq = 2", "append-only"),
        ("DELETE FROM log WHERE seq = 2", "append-only"),
        ("DELETE FROM log", "append-only"),
        ("REPLACE INTO log (seq, canonical, hash) VALUES (2, x'7b7d', zeroblob(32))", "next"),
        ("INSERT INTO log (seq, canonical, hash) VALUES (4, x'7b7d', zeroblob(32))", "next"),
        ("INSERT INTO log (seq, canonical, hash) VALUES (0, x'7b7d', zeroblob(32))", "next"),
        ("INSERT INTO log (canonical, hash) VALUES (x'7b7d', zeroblob(32))", "next"),
        ("INSERT INTO log (seq, canonical, hash) VALUES (3, x'7b7d', x'00')", "length"),
        ("INSERT INTO log (seq, canonical, hash) VALUES (3, 'text', zeroblob(32))", "TEXT value"),
        ("UPDATE content SET body = x'' WHERE seq = 1", "never changes"),
        ("REPLACE INTO content VALUES (2, 'finding', x'', x'')", "written once"),
        ("INSERT INTO content VALUES (1, 'late', x'', x'')", "written once"),
        ("UPDATE snapshot SET salt = x'' WHERE seq = 1", "never changes"),
        ("DELETE FROM content WHERE seq = 2", "tombstone that names it"),
        ("DELETE FROM snapshot WHERE seq = 1", "tombstone that names it"),
        ("REPLACE INTO snapshot VALUES (2, 'record', x'')", "written once"),
        ("INSERT INTO snapshot VALUES (1, 'late', x'')", "written once"),
    ],
)
def test_the_schema_refuses(writer: Writer, now: datetime, statement: str, message: str) -> None:
    for _ in range(2):
        _append(writer, now, [FILE])
    before = list(log.rows(writer.reader()))
    with pytest.raises(StoreError, match=message), writer.transaction() as tx:
        tx.execute(statement)
    assert list(log.rows(writer.reader())) == before


def test_erasing_content_leaves_the_chain_valid(writer: Writer, now: datetime) -> None:
    for _ in range(3):
        _append(writer, now, [FILE])
    with writer.transaction() as tx:
        lost = Lost({"content/2/finding", "files/2/record"}, set())
        erasure.bury(tx, now, "NTR-AAAA-AAAA", ORDER, lost, "", lambda _: bytes(64))
    assert log.content(writer.reader(), 2, "finding") is None
    assert [row.seq for row in log.snapshots(writer.reader())] == [1, 3]
    _verify(writer.reader(), 4)


def test_four_processes_append_at_once(database: Path, now: datetime) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(PROCESSES)
    workers = [
        context.Process(target=_append_many, args=(database, now, f"P{n}", start))
        for n in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=60)
    assert [worker.exitcode for worker in workers] == [0] * PROCESSES
    with closing(connect(database, read_only=True)) as conn:
        _verify(conn, PROCESSES * APPENDS)
        counts = conn.execute("SELECT subject, count(*) FROM log GROUP BY subject").fetchall()
    assert dict(counts) == {f"P{n}": APPENDS for n in range(PROCESSES)}


def _append(writer: Writer, now: datetime, files: Sequence[File] = ()) -> LogHead:
    with writer.transaction() as tx:
        return log.append(
            tx,
            at=now,
            kind="finding",
            subject="NTR-AAAA-AAAA",
            public={"outcome": "alert"},
            content={"finding": {"text": "Pilih nomor 2 – é"}},
            files=files,
        )


def _append_many(database: Path, now: datetime, subject: str, start: Barrier) -> None:
    with closing(Writer(database)) as writer:
        for n in range(APPENDS):
            # Met again and again, so that no process does all its work while the others wait.
            if n % ROUND == 0:
                start.wait(30)
            with writer.transaction() as tx:
                content = {"c": {"n": n}}
                log.append(tx, at=now, kind="k", subject=subject, public={}, content=content)


def _verify(conn: sqlite3.Connection, expected: int) -> None:
    contents = {row.seq: row for row in log.contents(conn)}
    previous, seq = GENESIS, 0
    for row in log.rows(conn):
        seq += 1
        assert row.seq == seq
        assert row.hash == link(previous, row.canonical)
        previous = row.hash
        if body := contents.get(seq):
            promised = json.loads(row.canonical)["content"][body.name]
            assert promised == commitment(body.salt, body.body)
    assert seq == expected
    assert log.head(conn) == LogHead(seq, previous.hex())
