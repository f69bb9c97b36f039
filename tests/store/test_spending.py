"""The ledger of platforms' allowances: never a unit too many, over restarts and processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store import spending
from monitor.store.spending import Ledger, Spent
from monitor.store.writer import Writer

DAY = "2024-10-11"


def test_units_are_counted_up_to_the_limit_and_no_further(writer: Writer) -> None:
    ledger = Ledger(writer)
    assert ledger.spend("youtube", DAY, "videos.list", 1, 2)
    assert ledger.spend("youtube", DAY, "comments.list", 1, 2)
    assert not ledger.spend("youtube", DAY, "videos.list", 1, 2)
    assert ledger.used("youtube", DAY) == 2
    assert ledger.used("youtube", "2024-10-12") == ledger.used("lain", DAY) == 0


def test_the_sum_outlives_the_process(database: Path) -> None:
    with closing(Writer(database)) as first:
        assert Ledger(first).spend("youtube", DAY, "videos.list", 7, 10)
    with closing(Writer(database)) as second:
        assert Ledger(second).used("youtube", DAY) == 7
        assert not Ledger(second).spend("youtube", DAY, "videos.list", 4, 10)


@pytest.mark.parametrize("most", [25])
def test_two_processes_cannot_both_take_the_last_unit(database: Path, most: int) -> None:
    def take(_: int) -> int:
        with closing(Writer(database)) as writer:
            ledger = Ledger(writer)
            return sum(ledger.spend("youtube", DAY, "videos.list", 1, most) for _ in range(20))

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(take, range(2))) == most


def test_days_long_past_are_dropped_and_the_rest_is_told_by_method(writer: Writer) -> None:
    ledger = Ledger(writer)
    for day in ("2024-08-01", "2024-10-01", DAY):
        assert ledger.spend("youtube", day, "videos.list", 3, 10)
    assert spending.since(writer.reader(), "2024-01-01") == [
        Spent("youtube", "2024-10-01", "videos.list", 3),
        Spent("youtube", DAY, "videos.list", 3),
    ]
    assert len(spending.since(writer.reader(), DAY)) == 1
