"""Second looks: due by one query, claimed once, and right again after a crash or a wrong clock."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.clock import to_text
from monitor.store import log, rechecks
from monitor.store.rechecks import Due
from monitor.store.writer import Writer

AT = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
NOW = AT.timestamp()
LEASE = 900.0


def begin(writer: Writer, *cases: str, due_at: float = NOW) -> None:
    with writer.transaction() as tx:
        for case in cases:
            rechecks.begin(tx, case, AT, due_at)


def claim(writer: Writer, now: float, limit: int = 100) -> list[Due]:
    with writer.transaction() as tx:
        return rechecks.due(tx, now, LEASE, limit)


def looked(writer: Writer, row: Due, *, noted: bool = False, due_at: float | None = NOW) -> bool:
    with writer.transaction() as tx:
        return rechecks.looked(
            tx, row, state="masih_ada", reason="seen", seen_at=AT, noted=noted, due_at=due_at
        )


def due_times(writer: Writer) -> list[float | None]:
    rows = writer.reader().execute("SELECT due_at FROM recheck ORDER BY finding_id")
    return [row[0] for row in rows]


def test_due_at_its_time_and_then_claimed_for_a_lease(writer: Writer) -> None:
    begin(writer, "A", due_at=NOW + 3600)
    assert not rechecks.any_due(writer.reader(), NOW)
    assert claim(writer, NOW) == []
    assert rechecks.any_due(writer.reader(), NOW + 3600)
    (row,) = claim(writer, NOW + 3600)
    assert (row.finding_id, row.began_at, row.checks, row.state) == ("A", AT, 0, "")
    assert claim(writer, NOW + 3600) == []
    assert [r.finding_id for r in claim(writer, NOW + 3600 + LEASE)] == ["A"]


def test_two_claimers_never_get_the_same_look(writer: Writer, database: Path) -> None:
    begin(writer, *(f"C-{n:03}" for n in range(60)))
    claimed: list[str] = []
    with closing(Writer(database)) as second:
        for n in range(6):
            claimed += [r.finding_id for r in claim(second if n % 2 else writer, NOW, 10)]
    assert len(claimed) == len(set(claimed)) == 60


def test_a_look_counts_once(writer: Writer) -> None:
    begin(writer, "A")
    (first,) = claim(writer, NOW)
    (second,) = claim(writer, NOW + LEASE)
    assert looked(writer, second, due_at=NOW)
    assert not looked(writer, first)
    (third,) = claim(writer, NOW)
    assert (third.checks, third.quiet, third.state) == (1, 1, "masih_ada")
    assert looked(writer, third, noted=True, due_at=None)
    assert due_times(writer) == [None]


def test_a_new_revision_begins_anew_and_remembers_the_state(writer: Writer) -> None:
    begin(writer, "A")
    (row,) = claim(writer, NOW)
    looked(writer, row, due_at=None)
    later = AT + timedelta(days=1)
    with writer.transaction() as tx:
        rechecks.begin(tx, "A", later, NOW)
    (again,) = claim(writer, NOW)
    assert (again.began_at, again.checks, again.state) == (later, 0, "masih_ada")
    assert not looked(writer, row)


def test_failures_are_counted_and_forgotten_after_a_look(writer: Writer) -> None:
    begin(writer, "A")
    for wait in (60, 120):
        with writer.transaction() as tx:
            rechecks.failed(tx, "A", NOW + wait)
    (row,) = claim(writer, NOW + 120)
    assert row.failures == 2
    looked(writer, row)
    assert claim(writer, NOW)[0].failures == 0


def test_a_clock_that_steps_back_keeps_the_waits(writer: Writer) -> None:
    begin(writer, "A", due_at=NOW + 3600)
    begin(writer, "B")
    with writer.transaction() as tx:
        rechecks.put_off(tx, "B", None)
        rechecks.shift(tx, 86_400)
    assert due_times(writer) == [NOW + 3600 - 86_400, None]


def test_a_start_after_a_step_back_waits_no_longer_than_the_longest(writer: Writer) -> None:
    begin(writer, *(f"C-{n}" for n in range(50)), due_at=NOW + 400 * 86_400)
    begin(writer, "D", due_at=NOW + 60)
    with writer.transaction() as tx:
        rechecks.clamp(tx, NOW, 604_800)
    *far, near = due_times(writer)
    assert all(d is not None and NOW <= d <= NOW + 604_800 for d in far)
    assert len(set(far)) > 25
    assert near == NOW + 60


def test_a_retraction_waits_until_a_hold_or_an_erasure(writer: Writer) -> None:
    def note(kind: str, **public: bool) -> None:
        with writer.transaction() as tx:
            log.append(tx, at=AT, kind=kind, subject="A", public=public)

    note("state")
    for _ in range(2):  # seen again as gone: the first time counts
        with writer.transaction() as tx:
            by = AT + timedelta(hours=72)
            rechecks.wait(tx, "A", seq=1, platform="bluesky", since=AT, decide_by=by)
    (found,) = rechecks.waiting(writer.reader())
    assert (found.finding_id, found.seq, found.since, found.decide_by) == ("A", 1, AT, by)
    note("hold", held=True)
    assert rechecks.waiting(writer.reader()) == []
    note("hold", held=False)
    assert len(rechecks.waiting(writer.reader())) == 1
    note("erasure")
    assert rechecks.waiting(writer.reader()) == []


def test_what_is_back_waits_no_more(writer: Writer) -> None:
    with writer.transaction() as tx:
        log.append(tx, at=AT, kind="state", subject="A", public={})
        rechecks.wait(tx, "A", seq=1, platform="feed", since=AT, decide_by=AT)
        rechecks.back(tx, "A")
    assert rechecks.waiting(writer.reader()) == []


def test_the_most_urgent_comes_first(writer: Writer) -> None:
    with writer.transaction() as tx:
        log.append(tx, at=AT, kind="state", subject="A", public={})
        for case, hours in (("B", 48), ("A", 72), ("C", 24)):
            by = AT + timedelta(hours=hours)
            rechecks.wait(tx, case, seq=1, platform="feed", since=AT, decide_by=by)
    assert [w.finding_id for w in rechecks.waiting(writer.reader())] == ["C", "B", "A"]


def test_how_many_are_watched(writer: Writer) -> None:
    begin(writer, "A", "B")
    with writer.transaction() as tx:
        rechecks.put_off(tx, "B", None)
    assert rechecks.watched(writer.reader()) == 1


def test_nothing_in_the_row_is_a_persons(writer: Writer) -> None:
    begin(writer, "NTR-AAAA-BBBB")
    (row,) = writer.reader().execute("SELECT * FROM recheck").fetchall()
    assert row == ("NTR-AAAA-BBBB", NOW, to_text(AT), 0, 0, 0, "", "", to_text(AT))
