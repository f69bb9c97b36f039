"""A bit of the database file flipped: found, or proven to change nothing that anybody can read."""

from __future__ import annotations

import random
import shutil
import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

from monitor.errors import StoreError
from tests.evidence.mutate import House, standalone

VIEWS = "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name"
KEPT = ("log", "content", "snapshot", "finding", "seal", "stamp")
UNREADABLE = (sqlite3.Error, UnicodeDecodeError)


def tables(database: Path) -> list[Any]:
    """Return every row of the evidence, and what SQLite says of the indexes to it.

    Whatever is read through an index must be what the table says.
    """
    found: list[Any] = []
    with closing(_opened(database)) as conn:
        for table in KEPT:
            found.append(conn.execute(f"SELECT * FROM {table} NOT INDEXED").fetchall())
            found.append(conn.execute(f"PRAGMA integrity_check({table})").fetchall())
    return found


def views(database: Path) -> list[Any]:
    """Return every row of every view."""
    with closing(_opened(database)) as conn:
        names = [name.decode() for (name,) in conn.execute(VIEWS).fetchall()]
        return [conn.execute(f"SELECT * FROM {name}").fetchall() for name in names]


def _opened(database: Path) -> sqlite3.Connection:
    conn = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    conn.text_factory = bytes
    return conn


@cache
def _whole(database: Path) -> tuple[list[Any], list[Any]]:
    return tables(database), views(database)


def ours(house: House) -> str:
    """Return the first fault that the program names, or why it will not open the database."""
    try:
        return str(house.verify(house.head).first or "")
    except StoreError as error:
        return str(error)


def missed_bit(rng: random.Random, base: House, to: Path) -> str:
    """Flip one bit of a copy's database; return what a verifier did not see, or empty.

    The texts of views are no rows: they are the program's to check, which has them on file.
    """
    house = base.copy(to)
    try:
        data = bytearray(house.database.read_bytes())
        place = rng.randrange(len(data))
        data[place] ^= 1 << rng.randrange(8)
        house.database.write_bytes(data)
        found, named = ours(house), standalone(house, base.head)
        if found and named:
            return ""
        rows, shown = _same(house.database, base.database)
        if (found or (rows and shown)) and (named or rows):
            return ""
        return f"byte {place}: rows the same: {rows}, views: {shown}: {found!r}, {named!r}"
    finally:
        shutil.rmtree(to)


def _same(database: Path, whole: Path) -> tuple[bool, bool]:
    rows, shown = _whole(whole)
    return _reads(tables, database, rows), _reads(views, database, shown)


def _reads(read: Any, database: Path, wanted: list[Any]) -> bool:
    try:
        return bool(read(database) == wanted)
    except UNREADABLE:
        return False
