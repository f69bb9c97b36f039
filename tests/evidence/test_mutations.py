"""Any change behind the program's back is found and put at the right entry."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.evidence import mutate
from tests.evidence.mutate import (
    CHANGES,
    FIRST_ERASED,
    FORGERIES,
    KEYS,
    TOMBSTONE,
    VALUES,
    House,
    loosen,
    missed,
    set_value,
    standalone,
    table_rows,
    tamper,
)
from tests.evidence.mutate_bits import missed_bit

pytestmark = pytest.mark.drill

RANDOM_CHANGES = 100
COLUMNS = [(table, column) for table, columns in VALUES.items() for column in columns]


def values_of_every_kind(value: Any) -> list[Any]:
    """Return near and far values of every SQLite type, all different from the one given."""
    far: list[Any] = [None, 7_000_000, -3, 0, 1.5, "", "x", b"", b"x", b"\xff" * 32]
    if value == b"":
        near: list[Any] = [b"\x00", b"y" * 64]
    elif isinstance(value, bytes):
        near = [value[:-1], value + b"\n", value[::-1], value.decode("latin-1")]
        near += [bytes([value[0] ^ 1]) + value[1:], value[:-1] + bytes([value[-1] ^ 128])]
    elif isinstance(value, str):
        near = [value + " ", value[:-1], value.lower(), "\u0000" + value, value.encode()]
    else:
        near = [value + 500, f"{value}x", str(value).encode()]
    return [new for new in near + far if new != value or type(new) is not type(value)]


def test_the_base_is_sound(base: House) -> None:
    report = base.verify(base.head)
    assert report.faults == ()
    assert (report.entries, report.head) == (base.head.seq, base.head)
    assert report.contents > 0
    assert report.files > 0


def storable(table: str, column: str, value: Any) -> bool:
    """Tell what no schema can get SQLite to store: its own row number, and a NULL in a key."""
    if table in ("log", "seal", "stamp") and column == "seq":
        return isinstance(value, int)
    return value is not None or column not in KEYS[table]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_every_row_of_every_column(house: House, table: str, column: str) -> None:
    for row in rows_of(house, table):
        values = values_of_every_kind(row[column])
        rng = random.Random(row["seq"])
        value = rng.choice([value for value in values if storable(table, column, value)])
        must_be_found(house, table, row, column, value)


@pytest.mark.parametrize("column", ["canonical", "hash"])
def test_every_kind_of_value_in_the_chain(house: House, column: str) -> None:
    row = rows_of(house, "log")[9]
    for value in values_of_every_kind(row[column]):
        must_be_found(house, "log", row, column, value)


def rows_of(house: House, table: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(house.database)) as conn:
        return table_rows(conn, table)


def must_be_found(house: House, table: str, row: Any, column: str, value: Any) -> None:
    before = house.database.read_bytes()

    def work(conn: sqlite3.Connection) -> None:
        loosen(conn)
        set_value(conn, table, row, column, value)

    tamper(house.database, work)
    first = house.verify().first
    places = {row["seq"], value, None} if column == "seq" else {row["seq"]}
    if table == "log" and TOMBSTONE in places:
        places.add(FIRST_ERASED)  # without its tombstone, it is missing
    assert first is not None, (table, column, value)
    assert first.seq in places, (table, column, value, first)
    house.database.write_bytes(before)


def test_random_changes(base: House, tmp_path: Path) -> None:
    rng = random.Random(20241012)
    found = [missed(rng, base, tmp_path / "copy") for _ in range(RANDOM_CHANGES)]
    assert [text for text in found if text] == []


def test_random_bits_of_the_database(base: House, tmp_path: Path) -> None:
    rng = random.Random(20241012)
    found = [missed_bit(rng, base, tmp_path / "copy") for _ in range(RANDOM_CHANGES)]
    assert [text for text in found if text] == []


def test_an_index_that_differs_from_its_table_is_found_by_both(house: House) -> None:
    """A view may read through an index: a row that is missing there would not be shown."""
    with closing(sqlite3.connect(house.database)) as conn:
        query = "SELECT rootpage FROM sqlite_schema WHERE name = 'log_by_subject'"
        page = conn.execute(query).fetchone()[0]
        size = conn.execute("PRAGMA page_size").fetchone()[0]
        subject = conn.execute("SELECT subject FROM log WHERE kind = 'finding'").fetchone()[0]
    data = bytearray(house.database.read_bytes())
    place = data.index(subject.encode(), (page - 1) * size, page * size)
    data[place] ^= 1
    house.database.write_bytes(data)
    assert house.verify().first is not None
    assert standalone(house).startswith("the database")


@pytest.mark.parametrize("forged", FORGERIES)
@pytest.mark.parametrize("seed", range(3))
def test_a_forged_tombstone(
    base: House, tmp_path: Path, forged: Any, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unsigned, by another key, of too much or too little: also where the key was stolen."""
    monkeypatch.setattr(mutate, "FORGERIES", (forged,))
    monkeypatch.setattr(mutate, "CHANGES", (mutate.forge_tombstone,))
    assert missed(random.Random(seed), base, tmp_path / "copy") == ""


@pytest.mark.parametrize("change", [mutate.drop_tombstone, mutate.put_back])
@pytest.mark.parametrize("seed", range(4))
def test_a_tombstone_that_does_not_fit(
    base: House, tmp_path: Path, change: Any, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mutate, "CHANGES", (change,))
    assert missed(random.Random(seed), base, tmp_path / "copy") == ""


def test_a_change_that_changes_nothing_is_reported_as_missed(
    base: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The drill itself can fail: a log left alone counts as a change that was not found."""
    idle = mutate.Change("nothing", frozenset({1}))
    monkeypatch.setattr(mutate, "CHANGES", (lambda _rng, _house: idle,))
    assert "not found" in missed(random.Random(1), base, tmp_path / "copy")
    assert len(CHANGES) > 1
