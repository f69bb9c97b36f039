"""A block of entries read at once gives the report that reading them one by one gives."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from unittest.mock import patch

import pytest

from monitor.errors import StoreError
from monitor.evidence import block, chain, erased
from monitor.evidence.chain import Ahead
from monitor.evidence.walk import Walk
from monitor.store.audit import Audit
from tests.evidence.mutate import House, set_value, table_rows, tamper


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_the_report_is_the_same_in_every_size(base: House, size: int) -> None:
    assert base.verify(base.head, size) == base.verify(base.head)


def test_only_what_was_erased_from_is_read_one_by_one(base: House) -> None:
    with Audit(base.database) as source:
        gone = erased.gone(source)
    with patch.object(Walk, "_one", autospec=True, side_effect=Walk._one) as one:
        base.verify(block=1)
    assert {call.args[1][0] for call in one.call_args_list} == set(gone)
    assert gone


@pytest.mark.parametrize("size", [1, 2, chain.BLOCK])
@pytest.mark.parametrize("table", ["content", "finding"])
def test_more_rows_than_a_block_may_hold(house: House, size: int, table: str) -> None:
    with patch.object(chain, "MOST", 1):
        assert house.verify(house.head, size).faults == ()
        tamper(house.database, lambda conn: drop_some(conn, table))
        found = house.verify(house.head, size)
    assert found.first == house.verify(house.head).first is not None


def drop_some(conn: sqlite3.Connection, table: str) -> None:
    """Give the last row of a table to an entry that never was."""
    set_value(conn, table, table_rows(conn, table)[-1], "seq", 10**9)


@pytest.mark.parametrize("size", [1, 4, chain.BLOCK])
@pytest.mark.parametrize("table", ["content", "finding"])
def test_a_text_that_is_no_utf8_is_one_fault(house: House, size: int, table: str) -> None:
    column = "name" if table == "content" else "outcome"
    with closing(sqlite3.connect(house.database)) as conn:
        row = table_rows(conn, table)[-1]

    def forge(conn: sqlite3.Connection) -> None:
        # SQLite takes any bytes as a text.
        change = f"UPDATE {table} SET {column} = CAST(x'fffeff' AS TEXT)"
        conn.execute(f"{change} WHERE seq = ? AND {column} = ?", (row["seq"], row[column]))

    tamper(house.database, forge)
    report = house.verify(house.head, size)
    assert {fault.seq for fault in report.faults} == {row["seq"]}
    assert report.entries == house.head.seq


def test_an_error_comes_behind_the_rows_before_it() -> None:
    def rows() -> Iterator[chain.Row]:
        yield (1,)
        yield (2,)
        raise StoreError("the disk failed")

    ahead = Ahead(rows())
    assert ahead.block() == [(1,), (2,)]
    for _ in range(2):
        with pytest.raises(StoreError, match="disk failed"):
            ahead.block()


def test_a_number_is_a_number_of_its_own_type(base: House) -> None:
    """1.0 and True are equal to 1, and none of them is the number of an entry."""
    with closing(sqlite3.connect(base.database)) as conn:
        conn.row_factory = None
        rows = conn.execute("SELECT seq, canonical, hash FROM log WHERE seq < 4").fetchall()
        bodies = conn.execute("SELECT * FROM content WHERE seq < 4 ORDER BY seq, name").fetchall()
    found = block.entries(rows, 0, bytes(32))
    assert found is not None
    assert block.contents_hold(found, bodies)
    assert not block.contents_hold(found, [(float(bodies[0][0]), *bodies[0][1:]), *bodies[1:]])
    assert block.entries([(1.0, *rows[0][1:]), *rows[1:]], 0, bytes(32)) is None
    assert block.entries(rows, 1, bytes(32)) is None
    assert block.entries(rows, 0, bytes(31) + b"x") is None
