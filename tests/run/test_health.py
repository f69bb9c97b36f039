"""Alarms on a real database: told once, told again when over, and never without a way to act."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from monitor import config
from monitor.errors import AuthError, BlockedError, ProofError, TransientError
from monitor.model.person import EmployerType, Ownership, Watch
from monitor.run.health import TEXTS, Health
from monitor.store import alarms, cursors, migrate, outbox
from monitor.store.writer import Writer
from tests.store.enrolled import enrol

START = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
ROUTES = (("stdout", "-"),)
UNTIL = {"until": "2030-03-31", "scope": "x"}
LINE = Watch(
    watch_id="w-1",
    person_ref="p-1",
    name="Orang Rekaan",
    platform="bluesky",
    address="orang.example",
    instansi="Dinas Rekaan",
    unit="Bidang Uji",
    ownership=Ownership.DECLARED,
    legal_ground="Keputusan rekaan 1",
    notice_date=date(2024, 8, 1),
    registered_on=date(2024, 8, 1),
    employer_type=EmployerType.PNS,
)


class Bench:
    """A writer, a movable clock, and the health under test."""

    def __init__(self, folder: Path) -> None:
        migrate.upgrade(folder / "db.sqlite3")
        self.now = START
        self.writer = Writer(folder / "db.sqlite3")
        settings = config.Health(min_free_bytes=1)
        self.health = Health(self.writer, settings, folder, ROUTES, lambda: self.now)

    def owed(self) -> list[str]:
        return [item.body for item in outbox.due(self.writer.reader(), 9e9, 100)]

    def open(self) -> set[str]:
        return {alarm.key for alarm in alarms.open_(self.writer.reader())}

    def watch(self) -> None:
        enrol(self.writer, [LINE], self.now)
        with self.writer.transaction() as tx:
            cursors.follow(tx, {"bluesky": 300.0}, self.now.timestamp())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.writer.close()


def test_an_alarm_is_told_once_and_again_when_it_is_over(bench: Bench) -> None:
    bench.health.alarm("blocked", "bluesky")
    bench.health.alarm("blocked", "bluesky")
    assert len(bench.owed()) == 1
    bench.health.clear("blocked", "bluesky")
    bench.health.clear("blocked", "bluesky")
    assert len(bench.owed()) == 2
    assert bench.open() == set()
    bench.health.alarm("blocked", "bluesky")
    assert len(bench.owed()) == 3


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (ProofError("w-1", "signature"), "proof:w-1"),
        (AuthError("w-1", "token"), "auth:bluesky"),
        (BlockedError("w-1", "login page"), "blocked:bluesky"),
    ],
)
def test_what_waiting_will_not_mend_is_told_at_once(
    bench: Bench, error: ProofError | AuthError | BlockedError, key: str
) -> None:
    bench.health.failed(LINE, error)
    assert bench.open() == {key}


def test_a_passing_failure_is_told_when_it_lasts(bench: Bench) -> None:
    bench.watch()
    for _ in range(3):
        bench.health.failed(LINE, TransientError("w-1", "reset"))
        bench.health.check()
        assert bench.open() == set()
        with bench.writer.transaction() as tx:
            later = bench.now.timestamp() + 300
            cursors.failed(tx, "w-1", error="reset", next_check_at=later)
    bench.health.check()
    assert bench.open() == {"stale:bluesky"}
    assert "1 sumber bluesky" in bench.owed()[0]


def test_a_source_that_nobody_reads_is_stale_too(bench: Bench) -> None:
    bench.watch()
    bench.now += timedelta(seconds=300 * 3 + 1)
    bench.health.check()
    assert bench.open() == {"stale:bluesky"}


def test_a_recovered_platform_is_told(bench: Bench) -> None:
    bench.watch()
    bench.health.failed(LINE, BlockedError("w-1", "login page"))
    with bench.writer.transaction() as tx:
        cursors.save(
            tx,
            "w-1",
            cursor={},
            complete=True,
            native_id="did:plc:x",
            handle="orang.example",
            interval=300.0,
            next_check_at=bench.now.timestamp() + 300,
            look_at=bench.now,
        )
    bench.health.check()
    assert bench.open() == set()
    assert bench.owed()[-1].startswith("Pulih")


def test_little_space_and_a_backlog_are_told(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    settings = config.Health(min_free_bytes=1 << 60, outbox_backlog=1)
    health = Health(bench.writer, settings, tmp_path, ROUTES, lambda: bench.now)
    with bench.writer.transaction() as tx:
        for number in range(2):
            outbox.put(
                tx, kind="finding", subject=f"f{number}", seq=1, destinations=ROUTES, at=START
            )
    health.check()
    assert bench.open() == {"disk", "backlog"}
    bench.writer.close()


def test_a_clock_that_steps_back_is_measured(bench: Bench) -> None:
    assert bench.health.tick(START) == 0
    assert bench.health.tick(START + timedelta(seconds=5)) == 0
    assert bench.health.tick(START - timedelta(seconds=55)) == 60
    assert bench.health.tick(START - timedelta(seconds=54)) == 0


def test_no_alarm_text_needs_more_than_is_given(bench: Bench) -> None:
    for kind in TEXTS:
        more = {"owner": "Pemilik Rekaan", "cause": "persetujuan", "since": "kemarin"} | UNTIL
        bench.health.alarm(kind, "w-1", count=3, polls=3, usual=1, **more)
    assert len(bench.open()) == len(TEXTS)
    assert not any("{" in text for text in bench.owed())


def test_each_alarm_is_told_once_and_again_when_it_is_over(bench: Bench) -> None:
    more = {"owner": "Pemilik Rekaan", "cause": "persetujuan", "since": "kemarin"} | UNTIL
    for number, kind in enumerate(sorted(TEXTS), start=1):
        for _ in range(2):
            bench.health.alarm(kind, "w-1", count=3, polls=3, usual=1, **more)
        for _ in range(2):
            bench.health.clear(kind, "w-1")
        owed = bench.owed()
        assert len(owed) == 2 * number, kind
        assert owed[-1] == f"Pulih: {kind}:w-1."
    assert bench.open() == set()


def test_a_clock_that_stepped_back_is_right_again_after_an_hour(bench: Bench) -> None:
    bench.health.tick(bench.now)
    bench.now -= timedelta(minutes=5)
    assert bench.health.tick(bench.now) == 300
    bench.health.alarm("clock", count=300)
    bench.health.check()
    bench.now += timedelta(minutes=59)
    bench.health.check()
    assert bench.open() == {"clock"}
    bench.now += timedelta(minutes=1)
    bench.health.check()
    assert bench.open() == set()


def test_a_source_of_unreadable_items_is_told_once_a_day(bench: Bench) -> None:
    bench.health.alarm("malformed", "w-1", count=1)
    bench.now += timedelta(hours=23)
    bench.health.alarm("malformed", "w-1", count=2)
    bench.health.check()
    assert len(bench.owed()) == 1
    bench.now += timedelta(hours=1)
    bench.health.check()
    assert bench.open() == set()
    bench.health.alarm("malformed", "w-1", count=1)
    assert len(bench.owed()) == 3


def test_an_alarm_knows_of_what_it_is_open(bench: Bench) -> None:
    for job in ("tick", "seal"):
        bench.health.alarm("missed", job)
    bench.health.alarm("disk", count=1)
    assert bench.health.subjects("missed") == {"tick", "seal"}
    assert bench.health.subjects("disk") == {""}


def test_a_source_that_is_read_again_is_told_for_each_of_its_alarms(bench: Bench) -> None:
    kinds = ("proof", "shared", "internal", "unavailable", "admission")
    for kind in kinds:
        bench.health.alarm(kind, LINE.watch_id, cause="uji")
        bench.health.alarm(kind, "w-2", cause="uji")
    bench.health.recovered(LINE)
    assert bench.open() == {f"{kind}:w-2" for kind in kinds}
    assert {text for text in bench.owed() if text.startswith("Pulih")} == {
        f"Pulih: {kind}:{LINE.watch_id}." for kind in kinds
    }
