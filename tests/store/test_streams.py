"""What streams told: due at once, not lost to a look under way nor to a kill, never pressing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from monitor.model.person import Watch
from monitor.store import cursors, rechecks, streams
from monitor.store.writer import Writer
from tests.store.test_cursors import NOW, _due, _line, _load, _sync

HOUR = 3_600.0


@pytest.fixture
def quiet(writer: Writer, watch: Watch) -> Writer:
    """A source that was looked at long ago and is due in some minutes."""
    _sync(writer, [watch])
    assert _due(writer, NOW) == ["W-001"]
    return writer


def test_a_notice_makes_its_source_due_until_a_look_has_answered_it(quiet: Writer) -> None:
    with quiet.transaction() as tx:
        streams.note(tx, ["W-001", "W-unknown"], NOW + 1)
    state = _load(quiet)
    assert (state.noticed, state.next_check_at) == (NOW + 1, NOW + 1)
    assert _due(quiet, NOW + 1) == ["W-001"]
    with quiet.transaction() as tx:
        streams.answered(tx, "W-001", state.noticed, NOW + 2)
    assert _load(quiet).noticed is None
    assert _due(quiet, NOW + 200) == []


def test_a_notice_during_a_look_has_the_source_looked_at_again(quiet: Writer) -> None:
    with quiet.transaction() as tx:
        streams.note(tx, ["W-001"], NOW + 1)
    begun = _load(quiet)
    assert _due(quiet, NOW + 1) == ["W-001"]
    with quiet.transaction() as tx:
        streams.note(tx, ["W-001"], NOW + 2)
    # The tick claims it meanwhile and drops it, since its look is still under way.
    assert _due(quiet, NOW + 2) == ["W-001"]
    with quiet.transaction() as tx:
        streams.answered(tx, "W-001", begun.noticed, NOW + 3)
    assert _load(quiet).noticed == NOW + 2
    assert _due(quiet, NOW + 3 + streams.SPACE) == ["W-001"]


def test_a_notice_that_a_killed_process_had_not_answered_is_due_again(quiet: Writer) -> None:
    with quiet.transaction() as tx:
        streams.note(tx, ["W-001"], NOW + 1)
    assert _due(quiet, NOW + 1) == ["W-001"]
    again = Writer(quiet.database)
    with again.transaction() as tx:
        streams.resume(tx, NOW + 2)
    assert _due(again, NOW + 2) == ["W-001"]
    again.close()


def test_a_source_that_refuses_us_keeps_its_wait(quiet: Writer) -> None:
    with quiet.transaction() as tx:
        cursors.failed(tx, "W-001", error="refused", next_check_at=NOW + HOUR)
        streams.note(tx, ["W-001"], NOW + 1)
        streams.hasten(tx, ["W-001"], NOW + 1, 10.0)
        streams.resume(tx, NOW + 1)
    assert _load(quiet).next_check_at == NOW + HOUR


def test_an_account_that_acts_all_the_time_is_not_read_all_the_time(
    quiet: Writer, watch: Watch
) -> None:
    with quiet.transaction() as tx:
        tx.execute("UPDATE source SET last_success_at = datetime(?, 'unixepoch') || 'Z'", (NOW,))
        streams.note(tx, ["W-001"], NOW + 1)
    assert _load(quiet).next_check_at == NOW + streams.SPACE
    assert watch.watch_id == "W-001"


def test_a_gap_spreads_the_looks_and_never_puts_one_off(writer: Writer, watch: Watch) -> None:
    lines = [_line(watch, n) for n in range(200)]
    _sync(writer, lines)
    ids = [line.watch_id for line in lines]
    with writer.transaction() as tx:
        tx.execute("UPDATE source SET next_check_at = ?", (NOW + HOUR,))
        tx.execute("UPDATE source SET next_check_at = ? WHERE watch_id = 'N-0'", (NOW,))
        streams.hasten(tx, ids, NOW, 300.0)
    ahead = sorted(state.next_check_at - NOW for state in cursors.statuses(writer.reader()))
    assert ahead[0] == 0.0
    assert ahead[-1] <= 300.0
    assert ahead[100] == pytest.approx(150.0, abs=60.0)
    for _ in range(50):
        with writer.transaction() as tx:
            tx.execute(
                "UPDATE source SET last_success_at = datetime(?, 'unixepoch') || 'Z'", (NOW,)
            )
            streams.hasten(tx, ids, NOW, 300.0)
            tx.execute("UPDATE source SET next_check_at = ?", (NOW + HOUR,))
            streams.hasten(tx, ids, NOW, 300.0)
    soonest = min(state.next_check_at for state in cursors.statuses(writer.reader()))
    assert soonest == NOW + 300.0


def test_a_cursor_counts_only_for_the_same_division(writer: Writer) -> None:
    with writer.transaction() as tx:
        streams.save(tx, "bluesky", 1, 2, {"us": 5, "host": "contoh.test"})
    conn = writer.reader()
    assert streams.load(conn, "bluesky", 1, 2) == {"us": 5, "host": "contoh.test"}
    assert streams.load(conn, "bluesky", 1, 3) == {}
    assert streams.load(conn, "bluesky", 0, 2) == {}


def test_looks_again_are_brought_forward_and_never_begun_anew(writer: Writer) -> None:
    row = "INSERT INTO recheck VALUES (?, ?, '2024-01-01T00:00:00Z', 0, 0, 0, '', '', '')"
    with writer.transaction() as tx:
        tx.executemany(row, [("NTR-A", NOW + HOUR), ("NTR-B", None), ("NTR-C", NOW + HOUR)])
        rechecks.hasten(tx, ["NTR-A", "NTR-B"], NOW)
        found = dict(tx.execute("SELECT finding_id, due_at FROM recheck").fetchall())
    assert found == {"NTR-A": NOW, "NTR-B": None, "NTR-C": NOW + HOUR}


@pytest.mark.parametrize(
    ("query", "values"),
    [
        (cursors.HOLDERS, ("bluesky", "did:plc:a")),
        (streams.NOTE, {"ids": "[]", "now": NOW}),
        (streams.DUE, {"ids": "[]", "now": NOW, "space": 1.0}),
        (streams.SPREAD, {"ids": "[]", "now": NOW, "within": 1.0}),
        (streams.AGAIN, {"now": NOW}),
    ],
)
def test_a_few_sources_are_found_without_walking_all(
    writer: Writer, query: str, values: Mapping[str, object] | Sequence[object]
) -> None:
    steps = writer.reader().execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
    plan = "\n".join(step[-1] for step in steps)
    assert "SEARCH source USING" in plan
    assert "source_by_time" not in plan
    assert "SCAN source" not in plan
