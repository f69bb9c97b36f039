"""A few kills of the long drill, and that it sees each thing that a kill must not do."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.evidence.mutate import tamper
from tests.long import crash
from tests.long.crash import World

pytestmark = pytest.mark.drill

KILLS = 3


@pytest.fixture(scope="module")
def killed() -> Iterator[World]:
    """Kill the daemon at a commit, at a call and at any moment, then let one cycle end."""
    try:
        for number in range(KILLS):
            crash.case(random.Random(f"7/{number}"), number)
        here = crash.world(KILLS - 1)
        here.settle()
        yield here
    finally:
        crash.give_up()


def test_a_few_kills_lose_nothing(killed: World) -> None:
    assert killed.kills == KILLS
    crash.examine(killed)
    crash.compare(killed)
    assert killed.expected > 0


def _forget(here: World) -> None:
    with closing(here.place.connect()) as conn:
        conn.execute("DELETE FROM outbox")
        conn.commit()


def _lose_a_finding(here: World) -> None:
    def work(conn: sqlite3.Connection) -> None:
        for table in ROWS:
            conn.execute(f"DELETE FROM {table} WHERE seq >= (SELECT max(seq) FROM finding)")

    tamper(here.place.settings.database, work)


def _lose_a_file(here: World) -> None:
    here.place.snapshots()[0].unlink()


ROWS = ("log", "content", "snapshot", "outbox", "seal", "finding")
FAULTS: dict[str, Callable[[World], None]] = {
    "a finding that nobody is told": _forget,
    "acknowledged and gone": _lose_a_finding,
    "file": _lose_a_file,
}


@pytest.mark.parametrize("said", FAULTS)
def test_what_must_not_happen_is_seen(killed: World, said: str) -> None:
    folder = killed.place.folder / "data"
    kept = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    FAULTS[said](killed)
    with pytest.raises(AssertionError, match=said):
        crash.examine(killed)
    for path, data in kept.items():
        path.write_bytes(data)
    crash.examine(killed)
