"""Hostile questions: they reach nothing, answer nothing of others, and change no byte."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.auditor import copying
from monitor.auditor.case import Cases
from monitor.auditor.site import NAME, Place, queries, site
from monitor.store import auditor, door
from tests.audit.place import NEEDLES
from tests.notify import examples

WRITES = (
    "INSERT INTO log VALUES (99, x'', x'')",
    "UPDATE audit_finding SET outcome = 'review'",
    "DELETE FROM content",
    "DROP TABLE audit_finding",
    "CREATE TABLE x (a)",
    "CREATE TEMP TABLE x (a)",
    "CREATE VIEW x AS SELECT 1",
    "REPLACE INTO audit_finding (seq) VALUES (1)",
    "VACUUM",
    "VACUUM INTO '/tmp/curian.sqlite'",
    "REINDEX",
    "ANALYZE",
    "BEGIN IMMEDIATE",
    "SAVEPOINT x",
    "PRAGMA writable_schema = ON",
    "PRAGMA query_only = OFF",
    "PRAGMA journal_mode = DELETE",
    "PRAGMA user_version = 7",
    "PRAGMA schema_version = 7",
    "WITH x AS (SELECT 1) DELETE FROM content",
    "SELECT 1; DELETE FROM content",
)
READS = (
    "SELECT * FROM content",
    "SELECT count(*) FROM content",
    "SELECT salt FROM snapshot",
    "SELECT * FROM finding",
    "SELECT * FROM audit_facts",
    "SELECT (SELECT body FROM content LIMIT 1)",
    "WITH audit_x AS (SELECT body FROM content) SELECT * FROM audit_x",
    "WITH audit_finding AS (SELECT body FROM content) SELECT * FROM audit_finding",
    "SELECT * FROM (SELECT body FROM content) AS audit_finding",
    "SELECT f.seq FROM audit_finding f JOIN content c ON c.seq = f.seq",
    "SELECT CASE WHEN EXISTS (SELECT 1 FROM content) THEN 1 END",
    "ATTACH 'lain.sqlite' AS lain",
    "SELECT load_extension('lain')",
    "SELECT readfile('/etc/passwd')",
    "SELECT writefile('/tmp/x', 'x')",
    "SELECT fts3_tokenizer('simple')",
    "SELECT edit('x', 'sh')",
    "SELECT * FROM dbstat",
    "SELECT * FROM sqlite_dbpage",
    "SELECT * FROM pragma_database_list",
    "SELECT randomblob(1000000000)",
    "SELECT zeroblob(1000000000)",
)
ENDLESS = "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT sum(n) FROM r"


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def closed(made: copying.Made) -> Iterator[sqlite3.Connection]:
    path = made.folder / copying.DATABASE
    with closing(sqlite3.connect(f"{path.as_uri()}?immutable=1", uri=True)) as conn:
        conn.isolation_level = None
        door.close_in(conn)
        yield conn


@pytest.mark.parametrize("sql", [*WRITES[:-1], *READS])
def test_sqlite_itself_refuses(closed: sqlite3.Connection, made: copying.Made, sql: str) -> None:
    before = digest(made.folder)
    with pytest.raises(sqlite3.Error):
        closed.execute(sql).fetchall()
    assert digest(made.folder) == before
    assert closed.execute("SELECT count(*) FROM audit_finding").fetchone() == (3,)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM audit_finding",
        "SELECT count(*) FROM audit_entry",
        "SELECT rowid FROM audit_search WHERE audit_search MATCH 'persatuan'",
        "SELECT value FROM json_each((SELECT public FROM audit_entry LIMIT 1))",
        "SELECT seq, hash FROM log",
        "SELECT * FROM seal",
        "WITH x AS (SELECT seq FROM audit_finding) SELECT * FROM x JOIN audit_entry USING (seq)",
        "SELECT name FROM pragma_table_info('audit_finding')",
    ],
)
def test_what_is_documented_is_answered(closed: sqlite3.Connection, sql: str) -> None:
    assert closed.execute(sql).fetchall()


# ---- through Datasette -------------------------------------------------------------------------


@pytest.fixture
def pages(made: copying.Made) -> Iterator[Any]:
    """Return Datasette's own client over the copy."""
    file = made.folder / copying.DATABASE
    with closing(auditor.opened(file)) as conn:
        place = Place(file, live=False, about="", counts=auditor.counts(conn))
        cases = Cases(conn, made.folder / copying.SNAPSHOTS, examples.RULES, live=False)
        with site(place, cases) as opened:
            asyncio.run(opened.invoke_startup())
            yield opened.client
            opened.databases[NAME].close()


@pytest.mark.parametrize("sql", [*WRITES, *READS])
async def test_a_hostile_question_is_refused(pages: Any, made: copying.Made, sql: str) -> None:
    before = digest(made.folder)
    for form in ("", ".json"):
        answer = await pages.get(f"/{NAME}{form}", params={"sql": sql})
        assert answer.status_code in {400, 403}, answer.text
        assert not any(needle in answer.text for needle in NEEDLES)
    assert digest(made.folder) == before


async def test_an_endless_question_is_stopped(pages: Any) -> None:
    answer = await pages.get(f"/{NAME}", params={"sql": ENDLESS, "_timelimit": "50"})
    assert answer.status_code == 400
    assert "Terlalu lama" in answer.text


@pytest.mark.parametrize("table", ["content", "snapshot", "finding", "log", "audit_facts"])
async def test_other_tables_have_no_page(pages: Any, table: str) -> None:
    for path in (f"/{NAME}/{table}", f"/{NAME}/{table}.json", f"/{NAME}/{table}/1"):
        assert (await pages.get(path)).status_code == 403


async def test_a_filter_is_no_way_in(pages: Any) -> None:
    path = f"/{NAME}/audit_finding"
    for where in ("1=(SELECT count(*) FROM content)", "1) UNION SELECT body FROM content --"):
        answer = await pages.get(path, params={"_where": where})
        assert answer.status_code in {400, 403, 500}
        assert not any(needle in answer.text for needle in NEEDLES)


async def test_an_own_question_is_answered(pages: Any) -> None:
    sql = "select rule, sum(findings) from audit_rule_month group by 1"
    answer = await pages.get(f"/{NAME}.json", params={"sql": sql, "_shape": "array"})
    assert answer.json() == [{"rule": "support-post-candidate", "sum(findings)": 3}]


@pytest.mark.parametrize("name", sorted(queries()))
async def test_each_ready_question_has_a_page(pages: Any, name: str) -> None:
    answer = await pages.get(f"/{NAME}/{name}")
    assert answer.status_code == 200
    assert queries()[name]["title"].replace("&", "&amp;") in answer.text
    assert "Tidak dapat dijawab" not in answer.text


async def test_the_live_database_answers_ready_questions_only(base: Any) -> None:
    with closing(sqlite3.connect(base.database)) as conn:
        cases = Cases(conn, base.snapshots, examples.RULES, live=True)
        with site(Place(base.database, live=True, about=""), cases) as opened:
            await opened.invoke_startup()
            refused = await opened.client.get(f"/{NAME}", params={"sql": "select 1"})
            assert refused.status_code == 403
            for name in queries():
                answer = await opened.client.get(f"/{NAME}/{name}")
                assert answer.status_code == 200, name
                assert "Tidak dapat dijawab" not in answer.text, name
            index = await opened.client.get(f"/{NAME}")
            assert "hanya pertanyaan siap pakai" in index.text
            opened.databases[NAME].close()
