"""Since when a source is observed, its gaps, and how often it showed nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model.person import Watch
from monitor.store import cursors, looks
from monitor.store.reach import reach
from monitor.store.writer import Writer
from tests.run.test_health import LINE
from tests.store.enrolled import enrol

START = datetime(2030, 3, 1, 2, 0, tzinfo=UTC)
INTERVAL = 300.0


class Source:
    """One source that is looked at on a clock of its own."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.now = START
        enrol(writer, [LINE], self.now)
        self.follow()

    def follow(self, *watches: Watch) -> None:
        if watches:
            enrol(self.writer, watches, self.now)
        with self.writer.transaction() as tx:
            cursors.follow(tx, {"bluesky": INTERVAL}, self.now.timestamp())

    def look(
        self,
        listed: int | None = 1,
        *,
        after: float = INTERVAL,
        wait: float = INTERVAL,
        ended: bool = True,
    ) -> None:
        self.now += timedelta(seconds=after)
        due = self.now.timestamp() + wait
        with self.writer.transaction() as tx:
            looks.looked(tx, "w-1", at=self.now, due_at=due, listed=listed, ended=ended)
            cursors.save(
                tx, "w-1", cursor={}, complete=True, native_id="", handle="", interval=INTERVAL,
                next_check_at=due, look_at=self.now,
            )  # fmt: skip

    def fail(self, times: int) -> None:
        for _ in range(times):
            self.now += timedelta(seconds=INTERVAL)
            with self.writer.transaction() as tx:
                cursors.failed(tx, "w-1", error="the server stalled", next_check_at=9e9)

    @property
    def gaps(self) -> list[tuple[float, str]]:
        found = looks.gaps(self.writer.reader())
        return [((gap.until - gap.since).total_seconds(), gap.cause) for gap in found]

    @property
    def empty(self) -> int:
        (seen,) = reach(self.writer.reader(), self.now.timestamp(), 3)
        return seen.empty


@pytest.fixture
def source(writer: Writer) -> Source:
    return Source(writer)


def test_looks_in_time_leave_no_gap(source: Source) -> None:
    for _ in range(5):
        source.look()
    source.look(after=2 * INTERVAL)
    source.look(wait=86_400)
    source.look(after=86_400)  # the publisher asked to be left alone for a day
    assert source.gaps == []


def test_a_look_that_comes_much_too_late_leaves_a_gap(source: Source) -> None:
    source.look()
    source.look(after=3600)
    source.look()
    assert source.gaps == [(3600, "")]


def test_looks_that_failed_leave_a_gap_with_its_cause(source: Source) -> None:
    source.look()
    source.fail(2)
    source.look()
    assert source.gaps == []
    source.fail(3)
    source.look()
    assert source.gaps == [(4 * INTERVAL, "the server stalled")]


def test_gaps_are_forgotten_in_time(source: Source) -> None:
    source.look()
    source.look(after=3600)
    with source.writer.transaction() as tx:
        assert looks.purge(tx, source.now) == 0
        assert looks.purge(tx, source.now + timedelta(seconds=1)) == 1
    assert source.gaps == []


def test_another_account_on_the_line_has_no_past(source: Source) -> None:
    source.look()
    source.look(after=3600)
    source.follow(replace(LINE, address="lain.example"))
    assert source.gaps == []
    count = "SELECT count(*) FROM source_life"
    assert source.writer.reader().execute(count).fetchone() == (0,)


@pytest.mark.parametrize(
    ("listed", "empty"),
    [
        pytest.param([5, 0, 0, 0], 1, id="gone empty"),
        pytest.param([5, 0, None, None], 1, id="empty and then unchanged"),
        pytest.param([5, None, None, None], 0, id="unchanged"),
        pytest.param([0, 0, 0, 0], 0, id="never showed anything"),
        pytest.param([5, 0, 0, 1], 0, id="back in time"),
        pytest.param([5, 0, 0, 0, 2], 0, id="back"),
    ],
)
def test_a_source_that_has_gone_empty(source: Source, listed: list[int | None], empty: int) -> None:
    for count in listed:
        source.look(count)
    assert source.empty == empty


def test_a_look_that_goes_on_is_not_counted(source: Source) -> None:
    source.look(4)
    for _ in range(6):
        source.look(None, ended=False)
    source.look(0)
    source.look(None, ended=False)
    assert source.empty == 0
