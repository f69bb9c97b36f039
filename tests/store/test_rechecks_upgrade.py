"""An installation from before second looks: its cases are looked at again as well."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from alembic import command

from monitor.store import findings, log, migrate, rechecks, upgrade
from monitor.store.db import connect
from monitor.store.writer import Writer

BEFORE = "0006"
FIRST = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
SECOND = datetime(2024, 10, 13, 2, 30, tzinfo=UTC)


def test_every_case_on_file_is_due_from_its_newest_revision(tmp_path: Path) -> None:
    path = tmp_path / "data.sqlite3"
    path.touch(mode=0o600)
    with upgrade.engine(path).begin() as connection:
        command.upgrade(upgrade.config(connection), BEFORE)
    with closing(connect(path)) as conn:
        conn.execute("BEGIN IMMEDIATE")
        for case, at in (("A", FIRST), ("B", FIRST), ("A", SECOND)):
            head = log.append(conn, at=at, kind="finding", subject=case, public={})
            findings.add(conn, case, head.seq, "alert")
        conn.execute("COMMIT")
    migrate.upgrade(path)
    with closing(Writer(path)) as writer, writer.transaction() as tx:
        due = rechecks.due(tx, SECOND.timestamp() + 3600, 900.0, 10)
    assert {(row.finding_id, row.began_at, row.seen_at) for row in due} == {
        ("A", SECOND, SECOND),
        ("B", FIRST, FIRST),
    }
    assert {(row.checks, row.state) for row in due} == {(0, "")}
