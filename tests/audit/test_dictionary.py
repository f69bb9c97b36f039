"""Every view and column is explained, in the pages and in docs/audit.md; nothing else is."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from monitor.auditor.site import dictionary, queries
from monitor.store.views import VIEWS
from tests.audit.place import Place

PAGE = Path(__file__).parents[2] / "docs" / "audit.md"
Columns = dict[str, list[str]]


def stored(database: Path) -> Columns:
    with closing(sqlite3.connect(database)) as conn:
        return {
            name: [row[1] for row in conn.execute(f"PRAGMA table_info({name})")] for name in VIEWS
        }


def documented() -> Columns:
    found: Columns = {}
    for part in PAGE.read_text("utf-8").split("\n### ")[1:]:
        name, _, text = part.partition("\n")
        found[name] = re.findall(r"(?m)^\| `(\w+)` \|", text)
    return found


def test_the_page_explains_what_is_there(base: Place) -> None:
    assert documented() == stored(base.database)


def test_the_pages_explain_what_is_there(base: Place) -> None:
    said = {name: list(view["columns"]) for name, view in dictionary().items()}
    assert said == stored(base.database)


def test_a_copy_has_the_same_columns(base: Place, copy: sqlite3.Connection) -> None:
    there = {name: [row[1] for row in copy.execute(f"PRAGMA table_info({name})")] for name in VIEWS}
    assert there == stored(base.database)


def test_every_question_is_explained_in_words() -> None:
    assert len(queries()) >= 15
    for name, one in queries().items():
        assert set(one) == {"title", "description", "sql"}, name
        assert one["title"], name
        assert one["description"].endswith("."), name


def test_targets_and_persons_stand_in_no_view_beside_a_finding() -> None:
    words = re.compile(r"target|stance|side|person|handle|account|name$|nip|actor")
    allowed = {("audit_target_count", "target"), ("audit_evidence", "name")}
    columns = {(name, column) for name, listed in documented().items() for column in listed}
    assert {pair for pair in columns if words.search(pair[1])} == allowed
