"""Sources: due by one query, claimed once, moved only by what was really read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import StoreError
from monitor.model.person import Watch
from monitor.store import cursors
from monitor.store.cursors import SourceState
from monitor.store.writer import Writer
from tests.store.enrolled import enrol

INTERVALS = {"bluesky": 300.0, "feeds": 900.0}
NOW = 1_728_700_200.0


def test_a_new_source_is_due_at_once_and_then_claimed(writer: Writer, watch: Watch) -> None:
    _sync(writer, [watch])
    assert _due(writer, NOW - 1) == []
    assert _due(writer, NOW) == ["W-001"]
    assert _due(writer, NOW) == []
    assert _load(writer).next_check_at == NOW + 300
    assert _due(writer, NOW + 300) == ["W-001"]


def test_longest_due_first_and_no_more_than_the_limit(writer: Writer, watch: Watch) -> None:
    _sync(writer, [_line(watch, n) for n in range(5)])
    with writer.transaction() as tx:
        for n in range(5):
            cursors.failed(tx, f"N-{n}", error="x", next_check_at=NOW - n)
    assert sorted(_due(writer, NOW, limit=2)) == ["N-3", "N-4"]
    assert sorted(_due(writer, NOW, limit=9)) == ["N-0", "N-1", "N-2"]


def test_jitter_spreads_within_its_share(writer: Writer, watch: Watch) -> None:
    _sync(writer, [_line(watch, n) for n in range(200)])
    with writer.transaction() as tx:
        assert len(cursors.due(tx, NOW, 200, 0.1)) == 200
    ahead = [state.next_check_at - NOW for state in cursors.statuses(writer.reader())]
    assert all(270 <= seconds <= 330 for seconds in ahead)
    assert min(ahead) < 290
    assert max(ahead) > 310
    assert len(set(ahead)) > 150


def test_two_claimers_never_get_the_same_source(writer: Writer, watch: Watch) -> None:
    _sync(writer, [_line(watch, n) for n in range(100)])
    second = Writer(writer.database)
    claimed: list[str] = []
    for n in range(10):
        claimed += _due(second if n % 2 else writer, NOW, limit=10)
    second.close()
    assert len(claimed) == len(set(claimed)) == 100


def test_saving_stores_how_far_reading_came(writer: Writer, watch: Watch, now: datetime) -> None:
    _sync(writer, [watch])
    with writer.transaction() as tx:
        cursors.failed(tx, "W-001", error="time-out", next_check_at=NOW + 60)
    state = _load(writer)
    assert (state.failures, state.last_error, state.next_check_at) == (1, "time-out", NOW + 60)
    assert state.last_success_at is None
    _save(writer, now, complete=True)
    assert _load(writer) == SourceState(
        watch_id="W-001",
        platform="bluesky",
        active=True,
        native_id="did:plc:sari",
        handle="sari.contoh.example",
        address="sari.contoh.example",
        cursor={"rev": "3k", "seen": ["é"]},
        next_check_at=NOW + 120,
        interval=120.0,
        failures=0,
        last_look_at=now,
        last_success_at=now,
        last_error="",
        complete=True,
    )


def test_an_incomplete_look_does_not_move_the_last_complete_one(
    writer: Writer, watch: Watch, now: datetime
) -> None:
    _sync(writer, [watch])
    _save(writer, now, complete=False)
    state = _load(writer)
    assert (state.last_look_at, state.last_success_at, state.complete) == (None, now, False)
    _save(writer, now + timedelta(hours=1), complete=True)
    _save(writer, now + timedelta(hours=2), complete=False)
    state = _load(writer)
    assert state.last_look_at == now + timedelta(hours=1)
    assert state.last_success_at == now + timedelta(hours=2)


def test_a_failure_keeps_the_cursor(writer: Writer, watch: Watch, now: datetime) -> None:
    _sync(writer, [watch])
    _save(writer, now, complete=True)
    with writer.transaction() as tx:
        for _ in range(2):
            cursors.failed(tx, "W-001", error="reset", next_check_at=NOW + 600)
    state = _load(writer)
    assert (state.failures, state.cursor["rev"], state.last_look_at) == (2, "3k", now)


def test_syncing_again_keeps_what_was_read(writer: Writer, watch: Watch, now: datetime) -> None:
    _sync(writer, [watch])
    _save(writer, now, complete=True)
    before = _load(writer)
    _sync(writer, [watch], at=NOW + 5)
    assert _load(writer) == before


def test_a_line_that_left_is_not_read_and_may_return(
    writer: Writer, watch: Watch, other: Watch, now: datetime
) -> None:
    _sync(writer, [watch, other])
    _save(writer, now, complete=True)
    _sync(writer, [other])
    assert not _load(writer).active
    assert _due(writer, NOW + 9_999) == ["W-002"]
    _sync(writer, [watch, other], at=NOW + 10_000)
    assert _load(writer).active
    assert _load(writer).cursor["rev"] == "3k"
    assert _due(writer, NOW + 10_000) == ["W-001"]


def test_a_platform_that_is_off_is_not_read(writer: Writer, watch: Watch) -> None:
    _sync(writer, [watch])
    with writer.transaction() as tx:
        cursors.follow(tx, {"feeds": 900.0}, NOW)
    assert not _load(writer).active


@pytest.mark.parametrize(
    "change", [{"address": "baru.example"}, {"platform": "feeds"}, {"native_id": "did:plc:lain"}]
)
def test_another_account_starts_from_nothing(
    writer: Writer, watch: Watch, now: datetime, change: dict[str, str]
) -> None:
    _sync(writer, [watch])
    _save(writer, now, complete=True)
    _sync(writer, [replace(watch, **change)], at=NOW + 1)  # type: ignore[arg-type]  # all are texts
    state = _load(writer)
    assert (state.cursor, state.last_look_at, state.handle) == ({}, None, "")
    assert state.native_id == change.get("native_id", "")
    assert state.next_check_at == NOW + 1


def test_a_clock_that_was_seen_to_step_back(writer: Writer, watch: Watch) -> None:
    _sync(writer, [_line(watch, n) for n in range(3)])
    with writer.transaction() as tx:
        for n in range(3):
            cursors.failed(tx, f"N-{n}", error="x", next_check_at=NOW + 100 * n)
        assert cursors.shift(tx, 3_600) == 3
    earlier = NOW - 3_600
    assert _due(writer, earlier) == ["N-0"]
    assert _due(writer, earlier + 99) == []
    assert _due(writer, earlier + 100) == ["N-1"]


def test_a_start_after_a_clock_stepped_back(writer: Writer, watch: Watch) -> None:
    _sync(writer, [_line(watch, n) for n in range(100)])
    _due(writer, NOW, limit=100)
    earlier = NOW - 86_400
    assert _due(writer, earlier, limit=100) == []
    with writer.transaction() as tx:
        assert cursors.clamp(tx, earlier, 600.0) == 100
        assert cursors.clamp(tx, earlier, 600.0) == 0
    waits = [s.next_check_at - earlier for s in cursors.statuses(writer.reader())]
    assert all(0 <= wait <= 300 for wait in waits)
    assert max(waits) - min(waits) > 150, "they must not all come due at one moment"


def test_a_clock_that_is_right_moves_nothing(writer: Writer, watch: Watch) -> None:
    _sync(writer, [watch])
    _due(writer, NOW)
    before = _load(writer)
    with writer.transaction() as tx:
        assert cursors.clamp(tx, NOW, 600.0) == 0
    assert _load(writer) == before


def test_who_holds_an_account(writer: Writer, watch: Watch, other: Watch, now: datetime) -> None:
    _sync(writer, [watch, other])
    reader = writer.reader()
    assert cursors.holders(reader, "bluesky", "") == ()
    for watch_id in ("W-001", "W-002"):
        _save(writer, now, complete=True, watch_id=watch_id)
    assert cursors.holders(reader, "bluesky", "did:plc:sari") == ("W-001", "W-002")
    assert cursors.holders(reader, "feeds", "did:plc:sari") == ()
    _sync(writer, [other])
    assert cursors.holders(reader, "bluesky", "did:plc:sari") == ("W-002",)


def test_an_unknown_source_is_an_error(writer: Writer, now: datetime) -> None:
    with pytest.raises(StoreError, match="W-404: no such source"):
        cursors.load(writer.reader(), "W-404")
    with pytest.raises(StoreError, match="W-404: no such source"):
        _save(writer, now, complete=True, watch_id="W-404")


def test_the_due_query_uses_its_index(writer: Writer) -> None:
    plan = writer.reader().execute(
        "EXPLAIN QUERY PLAN " + cursors.CLAIM.split("WHERE rowid IN (")[1].split(")")[0],
        {"now": NOW, "limit": 1},
    )
    (step,) = [row[-1] for row in plan]
    assert "source_by_time" in step


def _line(watch: Watch, n: int) -> Watch:
    return replace(watch, watch_id=f"N-{n}", person_ref=f"p-{n}", address=f"n{n}.example")


def _sync(writer: Writer, watches: Sequence[Watch], at: float = NOW) -> None:
    enrol(writer, watches, datetime.fromtimestamp(at, UTC))
    with writer.transaction() as tx:
        cursors.follow(tx, INTERVALS, at)


def _due(writer: Writer, now: float, limit: int = 10) -> list[str]:
    with writer.transaction() as tx:
        return [found.watch_id for found in cursors.due(tx, now, limit, 0.0)]


def _load(writer: Writer) -> SourceState:
    return cursors.load(writer.reader(), "W-001")


def _save(writer: Writer, at: datetime, *, complete: bool, watch_id: str = "W-001") -> None:
    with writer.transaction() as tx:
        cursors.save(
            tx,
            watch_id,
            cursor={"rev": "3k", "seen": ["é"]},
            complete=complete,
            native_id="did:plc:sari",
            handle="sari.contoh.example",
            interval=120.0,
            next_check_at=NOW + 120,
            look_at=at,
        )
