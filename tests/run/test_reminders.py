"""Reminders: each stage once, to whom it concerns, whatever clock and process do in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import watch
from monitor.config import Config, parse
from monitor.model.delivery import OutboxItem
from monitor.model.evidence import Canonical
from monitor.model.review import Officer, Role, Step, Term, Wanted
from monitor.notify.reminder import render_reminder
from monitor.run.reminders import Reminders
from monitor.store import findings, log, migrate, outbox, reviews
from monitor.store.writer import Writer
from monitor.watch import deadlines as files
from tests.notify.test_render import FORBIDDEN

CASE = "NTR-AAAA-BBBB"
# Thursday, 10 October 2024, 09.00 WIB: seven calendar days end on the 17th.
START = datetime(2024, 10, 10, 2, tzinfo=UTC)
ROUTES: list[dict[str, Any]] = [
    {"notifier": "telegram", "destination": "-100", "instansi": ["Dinas Rekaan"]},
    {"notifier": "telegram", "destination": "-200", "readers": ["ana"]},
    {"notifier": "telegram", "destination": "-300", "readers": ["ben"], "outcomes": []},
    {"notifier": "stdout", "health": True, "outcomes": []},
]


@dataclass
class Place:
    writer: Writer
    settings: Config
    now: datetime = START
    seen: set[int] = field(default_factory=set)

    def run(self, **after: int) -> list[tuple[str, str, str]]:
        """Let time pass, look, and return (destination, case, term or list) of what is new."""
        self.now += timedelta(**after)
        Reminders(self.writer, self.settings, lambda: self.now).run()
        items = [i for i in self.owed() if i.id not in self.seen]
        self.seen |= {item.id for item in items}
        return [(i.destination, i.subject, _named(json.loads(i.body))) for i in items]

    def owed(self) -> list[OutboxItem]:
        due = outbox.due(self.writer.reader(), self.now.timestamp(), 10_000)
        return [item for item in due if item.kind == "reminder"]

    def entries(self) -> list[dict[str, Any]]:
        rows = (json.loads(row.canonical) for row in log.rows(self.writer.reader()))
        return [row for row in rows if row["kind"] == "reminder"]

    def find(self, finding: str = CASE, *, told: tuple[str, ...] = ("-100", "-200")) -> None:
        content: dict[str, Canonical] = {
            "finding": {"targets": ["pilgub-35-2024/1"]},
            "watch": {"person_ref": "p-1", "instansi": "Dinas Rekaan", "zone": "WIB"},
        }
        public: dict[str, Canonical] = {"outcome": "alert", "revision_no": 1}
        with self.writer.transaction() as tx:
            head = log.append(
                tx, at=self.now, kind="finding", subject=finding, public=public, content=content
            )
            findings.add(tx, finding, head.seq, "alert")
            ways = [("telegram", one) for one in told]
            outbox.put(
                tx, kind="finding", subject=finding, seq=head.seq, destinations=ways, at=self.now
            )

    def step(self, step: Step, officer: str = "ana") -> None:
        with self.writer.transaction() as tx:
            one = reviews.officer(tx, officer)
            reviews.step(tx, CASE, Wanted(step, "alasan"), one, Role.REVIEWER, self.now)


def _named(body: dict[str, Any]) -> str:
    if "cases" in body:
        return f"{len(body['cases'])} cases and {body['more']}"
    return f"{body['name']}{' (over)' if body['over'] else ''}"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    raw = {
        "http": {"contact": "uji@contoh.test"},
        "paths": {"watchlists": str(watch.shipped())},
        "notify": {"routes": ROUTES},
        "folder": tmp_path,
    }
    settings = parse(raw, "uji")
    settings.database.parent.mkdir(parents=True)
    migrate.upgrade(settings.database)
    with closing(Writer(settings.database)) as writer:
        with writer.transaction() as tx:
            for name, role in (("ana", Role.REVIEWER), ("ben", Role.SECOND)):
                term = Term(role, START.date())
                officer = Officer(name, f"{name} Rekaan", "BKD Rekaan")
                reviews.give(tx, officer, term, "Kepala", "SK", START)
        yield Place(writer, settings)


REPORT = "Laporan kepada Bawaslu (Pemilihan kepala daerah)"


def test_each_stage_is_told_once_to_whom_it_concerns(place: Place) -> None:
    place.find()
    place.step(Step.TAKEN)
    assert place.run(hours=1) == []
    assert place.run(days=4) == [("-200", CASE, REPORT)]
    assert place.run(hours=1) == []
    assert place.run(days=1) == [("-300", CASE, REPORT)]
    assert place.run(days=1) == [("-200", CASE, REPORT)]
    assert place.run(days=2) == [
        ("-200", CASE, f"{REPORT} (over)"),
        ("-300", CASE, f"{REPORT} (over)"),
    ]
    assert place.run(days=30) == []
    stages = [entry["public"]["stage"] for entry in place.entries()]
    assert stages == ["sisa-3", "penyetuju", "sisa-1", "lewat", "lewat-penyetuju"]
    assert {entry["public"]["last_day"] for entry in place.entries()} == {"2024-10-17"}
    assert "Rekaan" not in json.dumps(place.entries())


def test_a_clock_that_steps_back_and_forth_tells_nothing_twice(place: Place) -> None:
    place.find()
    place.step(Step.TAKEN)
    assert len(place.run(days=7)) == 2
    for days in (-3, 3, -7, 7):
        assert place.run(days=days) == []
    assert len(place.entries()) == 2


def test_after_a_stand_still_only_what_holds_now_is_told(place: Place) -> None:
    place.find()
    place.step(Step.TAKEN)
    assert [said for _, _, said in place.run(days=60)] == [f"{REPORT} (over)"] * 2


@pytest.mark.parametrize("point", ["before-commit", "after-commit"])
def test_a_process_killed_at_the_commit_owes_it_once(place: Place, point: str) -> None:
    place.find()
    place.step(Step.TAKEN)

    def kill(reached: str) -> None:
        if reached == point:
            raise KeyboardInterrupt

    place.writer.hook = kill
    with pytest.raises(KeyboardInterrupt):
        place.run(days=4)
    place.writer.hook = None
    place.run(hours=1)
    assert [entry["public"]["stage"] for entry in place.entries()] == ["sisa-3"]
    assert [item.destination for item in place.owed()] == ["-200"]


def test_a_step_without_its_finding_stops_nothing(place: Place) -> None:
    place.find()
    place.step(Step.TAKEN)
    with place.writer.transaction() as tx:
        public: dict[str, Canonical] = {"step": "diambil", "officer": "ana"}
        log.append(tx, at=START, kind="review", subject="NTR-ZZZZ-ZZZZ", public=public)
    assert len(place.run(days=4)) == 1


def test_an_ended_term_is_told_no_more_and_taken_back(place: Place) -> None:
    place.find()
    place.step(Step.TAKEN)
    assert len(place.run(days=4)) == 1
    place.step(Step.NOT_THEIRS)
    assert place.run(hours=1) == []
    assert place.owed() == []
    assert place.run(days=30) == []


def test_what_nobody_took_is_told_once_in_one_list_a_chat(place: Place) -> None:
    for number in range(45):
        place.find(f"NTR-AAAA-{number:04}", told=("-100",))
    place.find(told=("-200",))
    assert place.run(hours=23) == []
    assert sorted(place.run(hours=1)) == [
        ("-100", "antrean", "40 cases and 5"),
        ("-200", "antrean", "1 cases and 0"),
    ]
    assert place.run(days=3) == []
    assert len(place.entries()) == 46


def test_where_no_chat_is_an_officers_the_case_s_own_and_the_operators_are_told(
    place: Place,
) -> None:
    routes = [{**route, "readers": []} for route in ROUTES]
    raw = place.settings.model_dump()
    raw["notify"]["routes"] = routes
    raw["paths"]["register"] = raw["paths"].pop("register_file")
    place.settings = parse({**raw, "folder": place.settings.folder}, "uji")
    place.find()
    place.step(Step.TAKEN)
    told = {(destination, said) for destination, _, said in place.run(days=8)}
    assert told == {
        ("-100", f"{REPORT} (over)"), ("-200", f"{REPORT} (over)"), ("-", f"{REPORT} (over)"),
    }  # fmt: skip


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_reminder_says_day_count_and_law_and_names_nobody(place: Place, language: Any) -> None:
    place.find()
    place.step(Step.TAKEN)
    place.run(days=4)
    (item,) = place.owed()
    law, _ = files.load(watch.shipped())
    known = watch.load(watch.shipped(), contests=("pilgub-31-2017",)).instruments
    assert law
    text = render_reminder(item.subject, json.loads(item.body), known, language).plain
    assert CASE in text
    assert "17 Oktober 2024" in text or "17 October 2024" in text
    assert "Perppu 1/2014 (UU 1/2015) Pasal 134 (V1)" in text
    assert not FORBIDDEN.search(text)
    listed = {"cases": [CASE], "more": 3, "hours": 24}
    assert CASE in render_reminder("antrean", listed, known, language).plain


def test_a_bad_file_does_not_take_the_place_of_a_good_one(place: Place, tmp_path: Path) -> None:
    folder = tmp_path / "aturan"
    folder.mkdir()
    for name in ("legal.toml", "holidays.toml", "deadlines.toml"):
        (folder / name).write_bytes((watch.shipped() / name).read_bytes())
    paths = place.settings.paths.model_copy(update={"watchlists": folder})
    settings = place.settings.model_copy(update={"paths": paths})
    reminders = Reminders(place.writer, settings, lambda: place.now)
    place.find()
    place.step(Step.TAKEN)
    assert reminders.run() == 0
    (folder / "deadlines.toml").write_text("[[deadline]]\n", "utf-8")
    place.now += timedelta(days=4)
    assert reminders.run() == 1
