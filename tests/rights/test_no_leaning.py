"""P14: nothing in the schema or in stored JSON says which way a person leans.

An act has a direction and targets; it is kept inside its own finding. A person has none: not as a
column, not in a view that also names the person, not as a key beside the person's facts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.config import load
from monitor.model.wire import facts_output, finding_content
from monitor.run import access
from monitor.run.record import register_snapshot
from monitor.store import held, migrate, register
from monitor.store.db import connect
from tests.notify import examples
from tests.rights.conftest import NOW, SARI, Place, line

# Words for what a person is, rather than for what an act was.
LEANING = re.compile(
    r"lean|affili|prefer|politic|ideolog|partisan|sympath|loyal|score|rating|rank|skor|pilihan"
    r"|kecenderungan|haluan|pendukung|profile$"
)
# Words for the direction of an act: never in one row with a person.
SIDED = re.compile(r"stance|target|candidate|paslon|calon|party|partai|side$|arah|sikap")
PERSONAL = re.compile(r"person_ref|^name$|watch_id|handle|native_id|address|terlapor|nama")
# What the person declared of the family (P6): a fact of the register, and no direction.
DECLARED = {"candidate_spouse_of"}


def faults(where: str, names: Iterable[str]) -> list[str]:
    """Return what a row of these columns, or an object of these keys, would say of a person."""
    listed = set(names) - DECLARED
    found = [f"{where}: {name}" for name in sorted(listed) if LEANING.search(name)]
    sided = sorted(name for name in listed if SIDED.search(name))
    if sided and any(PERSONAL.search(name) for name in listed):
        found.append(f"{where}: {', '.join(sided)} beside a person")
    return found


def objects(where: str, value: Any) -> Iterator[tuple[str, set[str]]]:
    """Yield every object in a JSON value with its keys."""
    if isinstance(value, dict):
        yield where, set(value)
        for key, inner in value.items():
            yield from objects(f"{where}.{key}", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from objects(f"{where}[]", inner)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "netralitas.sqlite3"
    migrate.upgrade(path)
    return path


def test_no_table_and_no_view_says_it(database: Path) -> None:
    with closing(connect(database, read_only=True)) as conn:
        names = conn.execute("SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')")
        columns = {
            name: [row[1] for row in conn.execute(f'PRAGMA table_xinfo("{name}")')]
            for (name,) in names.fetchall()
        }
    assert {"log", "content", "person", "account", "finding"} <= set(columns)
    assert [fault for name, listed in columns.items() for fault in faults(name, listed)] == []


def test_no_stored_fact_of_a_person_says_it() -> None:
    watch = line(SARI)
    stored = {
        "register line": set(register.FIELDS),
        "register snapshot": set(register_snapshot(watch)),
        "facts": set(facts_output(watch.facts())),
        "look": set(held.LOOKS.partition("FROM")[0].replace(",", " ").split()),
    }
    assert [fault for name, keys in stored.items() for fault in faults(name, keys)] == []


def test_a_finding_says_it_of_the_act_alone() -> None:
    content = json.loads(
        json.dumps(finding_content(examples.finding(examples.activity(), "r", ())))
    )
    found = [fault for where, keys in objects("finding", content) for fault in faults(where, keys)]
    # The one place: what was acted upon, as the evidence of that single act needs it.
    assert found == ["finding.activity: target beside a person"]
    assert {"stance", "targets"} <= set(content), "the direction is the finding's own"
    assert "score" not in content


def test_an_answer_to_the_person_has_no_such_key(place: Place) -> None:
    asked = access.Asked(SARI, NOW)
    with closing(connect(place.database, read_only=True)) as conn:
        value = access.gather(conn, load(place.config), asked).value
    assert len(value.pop("cases")) == 2
    assert [fault for where, keys in objects("", value) for fault in faults(where, keys)] == []


@pytest.mark.parametrize(
    "row",
    [
        {"person_ref", "stance"},
        {"watch_id", "targets"},
        {"handle", "party"},
        {"political_leaning"},
        {"name", "score"},
        {"person_ref", "preferred_candidate"},
    ],
)
def test_such_a_row_would_be_found(row: set[str]) -> None:
    assert faults("planted", row)
