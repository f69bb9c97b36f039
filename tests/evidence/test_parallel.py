"""A log checked in ranges gives the report of one pass, whatever was done to it and where."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from monitor.clock import utc_now
from monitor.evidence import parallel
from monitor.evidence.erased import gone
from monitor.evidence.files import Files
from monitor.evidence.report import Report
from monitor.evidence.verify import Range, check, joined
from monitor.model.evidence import LogHead
from monitor.store.audit import Audit
from tests.evidence.mutate import CHANGES, ENTRIES, SEALS, House, delete, table_rows, tamper


def in_ranges(house: House, spans: Sequence[Range], head: LogHead | None = None) -> Report:
    parts = []
    for span in spans:
        with Audit(house.database, span.after, span.to) as source:
            parts.append(check(source, Files(house.snapshots), span, head, gone(source)))
    with Audit(house.database) as source:
        return joined(parts, source, Files(house.snapshots), utc_now)


@pytest.mark.parametrize("step", [1, 2, 7, 100])
def test_ranges_give_the_report_of_one_pass(base: House, step: int) -> None:
    spans = parallel.ranges(ENTRIES, SEALS, step)
    whole = base.verify(base.head)
    assert in_ranges(base, spans, base.head) == whole
    assert whole.signed is not None
    assert whole.signed.seq == SEALS[-1] - 1


def test_ranges_begin_at_seals_and_leave_nothing_out() -> None:
    spans = parallel.ranges(100, [8, 16, 60], 10)
    assert [span.after for span in spans] == [0, 16, 60, 70, 80, 90]
    assert [span.to for span in spans] == [16, 60, 70, 80, 90, None]
    assert parallel.ranges(0, []) == [Range(0, None)]


def test_random_changes_are_named_as_in_one_pass(base: House, tmp_path: Path) -> None:
    rng = random.Random(7)
    for number in range(30):
        house = base.copy(tmp_path / str(number))
        change = rng.choice(CHANGES)(rng, house)
        head = base.head if change.needs_head else None
        for step in (1, 6):
            first = in_ranges(house, parallel.ranges(ENTRIES, SEALS, step), head).first
            assert first is not None, change
            assert first.seq in change.places, (change, first)


@pytest.mark.parametrize("seq", [SEALS[0], SEALS[0] - 1, SEALS[0] + 1, ENTRIES - 1])
def test_an_entry_missing_at_a_border(house: House, seq: int) -> None:
    tamper(house.database, lambda conn: delete(conn, "log", table_rows(conn, "log")[seq - 1]))
    for step in (1, 3):
        first = in_ranges(house, parallel.ranges(ENTRIES, SEALS, step)).first
        assert first is not None
        assert first.seq == seq


def test_several_processes(base: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "ranges", partial(parallel.ranges, step=5))
    told: list[tuple[int, int]] = []
    opened = partial(Audit, base.database)
    report = parallel.verify(
        opened, base.snapshots, base.head, jobs=2, told=lambda *done: told.append(done)
    )
    assert report == base.verify(base.head)
    assert told[-1] == (ENTRIES, ENTRIES)
    assert len(told) > 2
