"""What a platform lends for 30 days is gone in time, from every file; the log still verifies."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor import config
from monitor.errors import ConfigError
from monitor.evidence import verify_evidence
from monitor.evidence.files import Files
from monitor.evidence.verify import verify
from monitor.model.erasure import REFERENCE, Ground, Order
from monitor.model.evidence import Canonical, Part
from monitor.model.review import REVIEW, Step
from monitor.run import erase
from monitor.run.erase import Eraser
from monitor.run.expire import Expirer
from monitor.run.health import Health
from monitor.run.retain import Retainer, due
from monitor.store import about, alarms, findings, keys, log, outbox, rechecks
from monitor.store.audit import Audit
from monitor.store.writer import Writer
from tests import needle

START = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
WORDS, RAW, TITLE = "Siap menangkan pasangan rekaan", "rekaman-mentah-rekaan", "Kampanye rekaan"
REASON = "alasan petugas rekaan"
CASE, OTHER = "NTR-AAAA-0001", "NTR-AAAA-0002"
REF = "p-rekaan-7"


class Place:
    """An installation's data, a clock that a test moves, and what erases by itself."""

    def __init__(self, folder: Path, empty: Path) -> None:
        self.folder = folder
        self.database = folder / "netralitas.sqlite3"
        shutil.copy(empty, self.database)
        self.writer = Writer(self.database)
        self.files = Files(folder / "snapshots")
        self.now = START
        self.eraser = Eraser(self.writer, self.files, keys.make(folder / "keys"), self.clock)
        routes = [("stdout", "-")]
        settings = config.Health(min_free_bytes=1)
        self.health = Health(self.writer, settings, folder, routes, self.clock)
        self.expirer = Expirer(self.writer, self.eraser, self.health, self.clock)

    def clock(self) -> datetime:
        return self.now

    def later(self, **passed: float) -> None:
        self.now += timedelta(**passed)

    def found(self, case: str = CASE, platform: str = "youtube", revision: int = 1) -> None:
        activity: dict[str, Canonical] = {
            "id": "a" * 64, "revision": "b" * 64, "text": WORDS,
            "actor": {"id": "UCrekaan", "handle": "orang.rekaan"},
            "object": {"id": "UgxRekaan", "url": "https://www.youtube.com/watch?v=v1&lc=UgxRekaan"},
            "target": {"text": TITLE},
        }  # fmt: skip
        watch = {"person_ref": REF, "watch_id": "w-7", "name": "Orang Rekaan"}
        parts = [Part("record", "application/json", RAW.encode())]
        with self.files.staging(parts) as staged, self.writer.transaction() as tx:
            head = log.append(
                tx, at=self.now, kind="finding", subject=case,
                public={"platform": platform, "signal": "reply", "revision_no": revision,
                        "outcome": "review"},
                content={"finding": {"activity": activity}, "watch": watch}, files=staged,
            )  # fmt: skip
            self.files.publish(staged)
            findings.add(tx, case, head.seq, "review")
            rechecks.begin(tx, case, self.now, self.now.timestamp() + 3_600)
            outbox.put(tx, kind="finding", subject=case, seq=head.seq,
                       destinations=[("stdout", "-")], at=self.now, body=WORDS)  # fmt: skip

    def entry(self, kind: str, public: dict[str, Any], content: dict[str, Any]) -> None:
        with self.writer.transaction() as tx:
            log.append(tx, at=self.now, kind=kind, subject=CASE, public=public, content=content)

    def kinds(self, case: str = CASE) -> list[str]:
        entries = about.entries(self.writer.reader(), case)
        return [str(json.loads(row.canonical)["kind"]) for row in entries]

    def opened(self, case: str = CASE) -> list[str]:
        """Return the names of the contents that are left of a case."""
        conn = self.writer.reader()
        return [n for row in about.entries(conn, case) for n in about.opened(conn, row.seq)]

    def faults(self) -> list[str]:
        with Audit(self.database) as source:
            found = [str(fault) for fault in verify(source, self.files).faults]
        try:
            verify_evidence.Database(self.database, self.folder / "snapshots").verify({})
        except verify_evidence.Bad as error:
            found.append(f"standalone: {error}")
        return found

    def traces(self) -> list[str]:
        return needle.found(self.folder, [WORDS, RAW, TITLE])


@pytest.fixture
def place(tmp_path: Path, empty: Path) -> Iterator[Place]:
    made = Place(tmp_path, empty)
    with closing(made.writer):
        yield made


def test_content_goes_before_the_thirtieth_day_and_leaves_no_byte(place: Place) -> None:
    place.found()
    assert place.traces()
    place.later(days=28, hours=23)
    assert place.expirer.run() == 0
    place.later(hours=1)
    assert place.expirer.run() == 1
    assert place.traces() == []
    assert place.faults() == []
    assert place.expirer.run() == 0


def test_what_stays_is_the_line_the_ids_and_what_people_wrote(place: Place) -> None:
    place.found()
    place.entry(REVIEW, {"step": Step.TAKEN.value}, {"review": {"who": "Ketua", "why": REASON}})
    place.entry("state", {"platform": "youtube", "state": "disunting"}, {"state": {"text": WORDS}})
    place.later(days=29)
    place.expirer.run()
    assert place.opened() == ["watch", REVIEW, REFERENCE, "order"]
    assert place.kinds()[-2:] == [REFERENCE, "erasure"]
    conn = place.writer.reader()
    (seq,) = [r.seq for r in about.entries(conn, CASE) if b'"kind":"reference"' in r.canonical]
    kept = log.content(conn, seq, REFERENCE)
    assert kept == {
        "person_ref": REF, "watch_id": "w-7", "actor_id": "UCrekaan", "object_id": "UgxRekaan",
        "url": "https://www.youtube.com/watch?v=v1&lc=UgxRekaan",
    }  # fmt: skip
    assert needle.found(place.folder, [REASON])


def test_a_case_of_the_person_is_still_erased_with_the_person(place: Place) -> None:
    place.found()
    place.later(days=29)
    place.expirer.run()
    order = Order(Ground.PDP, "Kantor Rekaan", "12/2026", by="Petugas", why="permintaan")
    place.eraser.person(REF, order)
    assert place.opened() == ["order", "order"]
    assert needle.found(place.folder, [REF, "UgxRekaan", "UCrekaan"]) == []
    assert place.faults() == []


def test_messages_about_it_are_silenced_and_nothing_is_looked_at_again(place: Place) -> None:
    place.found()
    place.later(days=29)
    place.expirer.run()
    conn = place.writer.reader()
    rows = conn.execute("SELECT body FROM outbox WHERE subject = ?", (CASE,)).fetchall()
    assert all(not body for (body,) in rows)
    assert rechecks.watched(conn) == 0


def test_other_platforms_and_younger_cases_are_left_alone(place: Place) -> None:
    place.found(OTHER, platform="bluesky")
    place.later(days=10)
    place.found()
    place.later(days=20)
    assert place.expirer.run() == 0
    assert "finding" in place.opened()
    place.later(days=400)
    assert place.expirer.run() == 1
    assert "finding" in place.opened(OTHER)


def test_a_later_revision_goes_with_the_first_and_a_newer_one_has_its_own_time(
    place: Place,
) -> None:
    place.found()
    place.later(days=20)
    place.found(revision=2)
    place.later(days=9)
    assert place.expirer.run() == 1
    assert place.opened().count("finding") == 0
    place.found(revision=3)
    place.later(days=28)
    assert place.expirer.run() == 0
    place.later(days=1)
    assert place.expirer.run() == 1
    assert place.traces() == []
    assert place.faults() == []


def test_answers_of_an_unknown_form_go_as_well(place: Place) -> None:
    parts = [Part("record", "application/octet-stream", RAW.encode())]
    with place.files.staging(parts) as staged, place.writer.transaction() as tx:
        log.append(tx, at=place.now, kind="malformed", subject="youtube", public={"field": "item"},
                   content={"watch": {"person_ref": REF}}, files=staged)  # fmt: skip
        place.files.publish(staged)
    place.later(days=29)
    assert place.expirer.run() == 1
    assert place.traces() == []
    assert place.faults() == []
    assert place.expirer.run() == 0


def test_what_its_owner_took_back_goes_within_the_platforms_days(place: Place) -> None:
    place.found()
    place.found(OTHER, platform="bluesky")
    place.later(days=2)
    for case, platform in ((CASE, "youtube"), (OTHER, "bluesky")):
        with place.writer.transaction() as tx:
            seq = log.head(tx).seq
            decide = place.now + timedelta(days=7)
            rechecks.wait(tx, case, seq=seq, platform=platform, since=place.now, decide_by=decide)
    place.later(days=6, hours=21)
    assert place.expirer.run() == 0
    place.later(hours=2)
    assert place.expirer.run() == 1
    assert "finding" not in place.opened()
    assert "finding" in place.opened(OTHER)
    assert [w.finding_id for w in rechecks.waiting(place.writer.reader())] == [OTHER]


def test_the_desk_is_warned_from_day_twenty_on_once_and_told_when_over(place: Place) -> None:
    def open_() -> set[str]:
        return {a.key for a in alarms.open_(place.writer.reader())}

    place.found()
    place.later(days=19)
    place.expirer.run()
    assert open_() == set()
    place.later(days=1)
    place.expirer.run()
    place.expirer.run()
    assert open_() == {"expiry:youtube"}
    told = [i.body for i in outbox.due(place.writer.reader(), 9e12, 100) if i.kind == "health"]
    assert len(told) == 1
    assert "mulai 2026-03-30" in told[0]
    place.later(days=9)
    place.expirer.run()
    assert open_() == set()


def test_no_hold_stands_against_it(place: Place) -> None:
    place.found()
    with (
        pytest.raises(ConfigError, match="at most 30 days"),
        place.writer.transaction() as tx,
    ):
        erase.hold(tx, CASE, held=True, who="Ketua", why="sengketa", at=place.now)


def test_a_dismissed_case_goes_whole_when_its_own_time_is_over(place: Place) -> None:
    place.found()
    place.later(days=29)
    place.expirer.run()
    place.entry(REVIEW, {"step": Step.NOT_ENOUGH.value}, {"review": {"why": REASON}})
    place.later(days=91)
    conn = place.writer.reader()
    assert due(conn, place.now, 90) == [CASE]
    Retainer(place.writer, place.eraser, config.Retention(), place.clock).run()
    assert needle.found(place.folder, [REASON, REF]) == []
    assert due(conn, place.now, 90) == []


async def test_the_retainer_looks_every_hour_and_not_once_a_day(place: Place) -> None:
    looks: list[datetime] = []

    def look() -> None:
        looks.append(place.now)

    retainer = Retainer(place.writer, place.eraser, config.Retention(), place.clock, hourly=[look])
    for _ in range(3):
        await retainer.look()
        place.later(hours=1)
    assert len(looks) == 3


@pytest.mark.parametrize("point", ["before-commit", "after-commit", "erased-files", "rebuilt"])
def test_a_process_that_dies_in_between_leaves_a_list_that_the_next_one_works_off(
    place: Place, point: str
) -> None:
    class Killed(BaseException):
        """Stands for the end of the process."""

    def hook(reached: str) -> None:
        if reached == point:
            raise Killed

    place.found()
    place.later(days=29)
    place.writer.hook = hook
    with pytest.raises(Killed):
        place.expirer.run()
    place.writer.hook = None
    place.expirer.run()
    place.eraser.finish()
    assert place.traces() == []
    assert place.faults() == []
