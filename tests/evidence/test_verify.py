"""What the verifier checks beyond single values: heads, guards, orphans, reading errors."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.evidence.chain import Row
from monitor.evidence.files import Files
from monitor.evidence.report import KEPT, Kind
from monitor.evidence.verify import head_of, verify
from monitor.model.evidence import GENESIS, LogHead, canonical, link
from monitor.store import migrate
from monitor.store.audit import Audit
from tests.evidence.mutate import SEALS, House, cut_tail, set_value, table_rows, tamper

LATER = datetime(2030, 1, 1, tzinfo=UTC)


def kinds(house: House, head: LogHead | None = None) -> list[Kind]:
    return [fault.kind for fault in house.verify(head).faults]


def test_an_empty_log_is_sound(tmp_path: Path) -> None:
    migrate.upgrade(tmp_path / "db")
    with Audit(tmp_path / "db") as source:
        report = verify(source, Files(tmp_path / "none"), LogHead(0, GENESIS.hex()))
    assert report.faults == ()
    assert report.head == LogHead(0, GENESIS.hex())


def test_an_older_head_still_holds(base: House) -> None:
    with closing(sqlite3.connect(base.database)) as conn:
        row = table_rows(conn, "log")[4]
    assert base.verify(LogHead(5, row["hash"].hex())).faults == ()


def test_a_cut_tail_needs_a_head(house: House) -> None:
    import random

    change = cut_tail(random.Random(3), house)
    (first,) = change.places
    # The files of the entries that were cut stay behind, and are young.
    assert house.verify().faults == ()
    fault = house.verify(house.head).first
    assert fault is not None
    assert (fault.seq, fault.kind) == (first, Kind.HEAD)


def test_a_whole_rewrite_needs_a_head(house: House) -> None:
    """Every hash recomputed after the last seal: only a printed head contradicts it."""
    rewrite(house, SEALS[-1] + 1)
    assert kinds(house) == []
    assert kinds(house, house.head) == [Kind.HEAD]


def test_a_rewrite_of_what_was_sealed_is_seen(house: House) -> None:
    rewrite(house, SEALS[-1] - 2)
    (fault,) = house.verify().faults
    assert (fault.seq, fault.kind) == (SEALS[-1], Kind.SEAL)


def rewrite(house: House, start: int) -> None:
    def work(conn: sqlite3.Connection) -> None:
        rows = table_rows(conn, "log")
        previous = rows[start - 2]["hash"]
        for row in rows[start - 1 :]:
            data = row["canonical"].replace(b'"at":"2024-10-12T', b'"at":"2024-10-13T')
            previous = link(previous, data)
            set_value(conn, "log", row, "canonical", data)
            set_value(conn, "log", row, "hash", previous)

    tamper(house.database, work)


@pytest.mark.parametrize(
    "data",
    [
        b'{"at":"x","content":{},"files":{},"kind":"k","public":{"a":1.0},"seq":25,"subject":"s","v":1}',
        b'{"at":"x","content":{},"files":{},"kind":"k","public":{},"seq":25,"subject":"s","v":2}',
        b'{"at":"x","content":{},"files":{},"kind":"k","public":{},"seq":24,"subject":"s","v":1}',
        b'{"at":"x","content":{},"files":{},"kind":"k","public":{},"seq":25,"subject":"s","v":1} ',
        b'{"at":"x","content":{},"files":{},"kind":"k","kind":"k","public":{},"seq":25,"subject":"s","v":1}',
        b'{"v":1,"at":"x","content":{},"files":{},"kind":"k","public":{},"seq":25,"subject":"s"}',
        b'{"at":"x","content":{},"extra":1,"files":{},"kind":"k","public":{},"seq":25,"subject":"s","v":1}',
        b'{"at":"\\u0078","content":{},"files":{},"kind":"k","public":{},"seq":25,"subject":"s","v":1}',
    ],
)
def test_an_entry_with_a_right_hash_and_a_wrong_form(house: House, data: bytes) -> None:
    head = bytes.fromhex(house.head.hash)
    with closing(sqlite3.connect(house.database, isolation_level=None)) as conn:
        conn.execute(
            "INSERT INTO log (seq, canonical, hash) VALUES (25, ?, ?)", (data, link(head, data))
        )
    (fault,) = house.verify().faults
    assert (fault.seq, fault.kind) == (25, Kind.FORM)


def test_the_same_entry_in_its_right_form_passes(house: House) -> None:
    data = canonical(
        {"v": 1, "seq": 25, "at": "x", "kind": "k", "subject": "s", "public": {"big": 1 << 80},
         "content": {}, "files": {}}
    )  # fmt: skip
    head = bytes.fromhex(house.head.hash)
    with closing(sqlite3.connect(house.database, isolation_level=None)) as conn:
        conn.execute(
            "INSERT INTO log (seq, canonical, hash) VALUES (25, ?, ?)", (data, link(head, data))
        )
    assert house.verify().faults == ()


@pytest.mark.parametrize("name", ["log_no_update", "log_no_delete", "content_no_update"])
def test_a_dropped_guard(house: House, name: str) -> None:
    with closing(sqlite3.connect(house.database, isolation_level=None)) as conn:
        conn.execute(f"DROP TRIGGER {name}")
    (fault,) = house.verify().faults
    assert str(fault) == f"guard: guard missing: {name}"


def test_an_emptied_guard(house: House) -> None:
    with closing(sqlite3.connect(house.database, isolation_level=None)) as conn:
        conn.execute("DROP TRIGGER log_no_update")
        conn.execute("CREATE TRIGGER log_no_update BEFORE UPDATE ON log BEGIN SELECT 1; END")
    assert kinds(house) == [Kind.GUARD]


def test_an_orphan_counts_only_when_it_is_old(house: House) -> None:
    name = "ab" * 32
    path = house.snapshots / "ab" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"in flight")
    now = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    assert orphans(house, now + timedelta(minutes=59)) == []
    assert orphans(house, now + timedelta(minutes=61)) == [f"no entry names the file {name}"]


def orphans(house: House, now: datetime) -> list[str]:
    with Audit(house.database) as source:
        faults = verify(source, Files(house.snapshots), clock=lambda: now).faults
    assert {fault.kind for fault in faults} <= {Kind.ORPHAN}
    return [fault.what for fault in faults]


@pytest.mark.parametrize("place", ["notes.txt", "ab/notes.txt", "ab/" + "cd" * 32, "abc/x"])
def test_a_name_that_is_no_commitment(house: House, place: str) -> None:
    path = house.snapshots / place
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    assert orphans(house, LATER) == [f"no snapshot's name: {place}"]


def test_a_path_in_a_forged_entry_is_not_followed(house: House) -> None:
    """An entry that names a file outside the folder is a fault, and nothing is read there."""

    def work(conn: sqlite3.Connection) -> None:
        row = next(r for r in table_rows(conn, "log") if b'"record"' in r["canonical"])
        start = row["canonical"].index(b'"commitment":"') + 14
        data = row["canonical"][:start] + b"../" * 21 + b"x" + row["canonical"][start + 64 :]
        set_value(conn, "log", row, "canonical", data)

    tamper(house.database, work)
    assert "64 lower-case hex" in " ".join(f.what for f in house.verify().faults)


def test_a_damaged_page_is_named_after_the_last_readable_entry(house: House) -> None:
    with closing(sqlite3.connect(house.database)) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root = conn.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'log'").fetchone()[0]
        size = conn.execute("PRAGMA page_size").fetchone()[0]
    with house.database.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(os.urandom(size))
    assert Kind.UNREADABLE in kinds(house)


def test_the_list_of_faults_is_bounded(house: House) -> None:
    class Forged:
        def rows(self) -> Iterator[Row]:
            yield from ((seq, b"{}", b"") for seq in range(1, 3 * KEPT))

        def contents(self) -> Iterator[Row]:
            yield from ()

        snapshots = findings = seals = stamps = erasures = contents

        def row(self, seq: int) -> None:
            return None

        seal = last_seal = row

        def missing_guards(self) -> tuple[str, ...]:
            return ()

        damage = missing_guards

    report = verify(Forged(), Files(house.folder / "none"))
    assert len(report.faults) == KEPT
    assert report.fault_count == 2 * (3 * KEPT - 1)
    assert report.first is not None
    assert report.first.seq == 1


def test_fault_texts_cannot_rewrite_a_terminal(house: House) -> None:
    def work(conn: sqlite3.Connection) -> None:
        set_value(conn, "content", table_rows(conn, "content")[0], "name", "\x1b[2J\u202e")

    tamper(house.database, work)
    assert all(str(fault).isprintable() for fault in house.verify().faults)


def test_head_as_printed() -> None:
    assert head_of("12:" + "AB" * 32) == LogHead(12, "ab" * 32)


@pytest.mark.parametrize("text", ["", "12", "12:abcd", "x:" + "ab" * 32, "12:" + "g" * 64])
def test_a_bad_head_says_what_was_expected(text: str) -> None:
    with pytest.raises(ConfigError, match="--head: expected SEQ:HEX"):
        head_of(text)
