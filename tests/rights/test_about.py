"""What the log holds of a case or a person is found by an index, and all of it is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model.evidence import Canonical
from monitor.store import about, log, migrate
from monitor.store.writer import Writer
from tests.rights.conftest import erase

NOW = datetime(2024, 10, 12, 2, 41, tzinfo=UTC)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    database = tmp_path / "netralitas.sqlite3"
    migrate.upgrade(database)
    with closing(Writer(database)) as opened:
        yield opened


@pytest.mark.parametrize("query", [about.ENTRIES, about.NAMED, about.FINDINGS])
def test_no_query_reads_the_whole_log(writer: Writer, query: str) -> None:
    plan = writer.reader().execute(f"EXPLAIN QUERY PLAN {query}", ("x",)).fetchall()
    said = [row[3] for row in plan]
    assert any("USING INDEX" in line for line in said), said
    assert not any(line.startswith("SCAN") for line in said), said


def test_entries_and_persons_are_found(writer: Writer) -> None:
    with writer.transaction() as tx:
        for finding, person in (("NTR-A", "p-1"), ("NTR-B", "p-2"), ("NTR-C", "p-1")):
            watch = {"person_ref": person, "name": "Nama Rekaan"}
            log.append(
                tx, at=NOW, kind="finding", subject=finding, public={}, content={"watch": watch}
            )
        log.append(
            tx, at=NOW, kind="malformed", subject="feed", public={}, content={"watch": watch}
        )
        body: Canonical = {"person_ref": "p-1", "after": {"name": "Nama Rekaan"}}
        log.append(
            tx, at=NOW, kind="register", subject="register", public={}, content={"0001": body}
        )
        log.append(tx, at=NOW, kind="review", subject="NTR-A", public={"step": "dijawab"})
    conn = writer.reader()
    assert about.findings_of(conn, "p-1") == ["NTR-A", "NTR-C"]
    assert about.named(conn, "p-1") == [(1, "watch"), (3, "watch"), (4, "watch"), (5, "0001")]
    assert [json.loads(row.canonical)["kind"] for row in about.entries(conn, "NTR-A")] == [
        "finding",
        "review",
    ]
    assert about.findings_of(conn, "p-3") == []


def test_an_erased_content_names_nobody(writer: Writer) -> None:
    with writer.transaction() as tx:
        watch = {"person_ref": "p-1"}
        log.append(tx, at=NOW, kind="finding", subject="NTR-A", public={}, content={"watch": watch})
    with writer.transaction() as tx:
        erase(tx, "NTR-A")
    assert about.findings_of(writer.reader(), "p-1") == []
    assert [row.seq for row in about.entries(writer.reader(), "NTR-A")] == [1, 2]


def test_forged_bytes_do_not_hinder_the_index(writer: Writer) -> None:
    with writer.transaction() as tx:
        log.append(tx, at=NOW, kind="finding", subject="NTR-A", public={}, content={"watch": {}})
        tx.execute("DROP TRIGGER content_no_update")
        tx.execute("UPDATE content SET body = x'ff007b22'")
    assert about.named(writer.reader(), "p-1") == []
