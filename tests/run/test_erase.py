"""One person is erased from a real installation, and no file keeps a trace of them."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import app, config
from monitor.errors import ConfigError, StoreError
from monitor.evidence import verify_evidence
from monitor.evidence.files import Files
from monitor.evidence.verify import verify
from monitor.model.erasure import Ground, Order
from monitor.model.evidence import Part
from monitor.model.review import REVIEW, Step
from monitor.run import erase
from monitor.run.retain import Retainer, due
from monitor.store import alarms, erasure, erasure_out, log, outbox, readings, register, shadow
from monitor.store import backup as backups
from monitor.store.audit import Audit
from monitor.store.writer import Writer
from tests.run import erasing
from tests.run.erasing import ORDER, Traces
from tests.whole import Stage

pytestmark = pytest.mark.drill

MINE, REF, NAME = "asn1", "p-asn1", "Orang asn1"
NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
OLD = datetime(2025, 11, 1, 3, 0, tzinfo=UTC)
POINTS = 6


def faults(settings: config.Config) -> list[str]:
    """Return what both verifiers find wrong."""
    with Audit(settings.database) as source:
        found = [str(fault) for fault in verify(source, Files(settings.snapshots)).faults]
    try:
        verify_evidence.Database(settings.database, settings.snapshots).verify({})
    except verify_evidence.Bad as error:
        found.append(f"standalone: {error}")
    return found


async def lived_in(stage: Stage) -> tuple[config.Config, Traces]:
    """Watch the scene, and leave every other kind of trace of the person that there is."""
    await stage.once()
    settings = stage.place.settings
    handle, did = stage.scene.accounts[MINE]
    texts = [f["activity"]["text"] for f in stage.place.findings()
             if f["activity"]["watch_id"] == MINE and f["activity"]["text"]]  # fmt: skip
    with closing(Writer(settings.database)) as writer:
        finding = next(f for f in stage.place.findings() if f["activity"]["watch_id"] == MINE)
        with writer.transaction() as tx:
            key = f"stale:{MINE}"
            alarms.raise_(tx, key, f"{handle} tidak terbaca", NOW)
            outbox.put(tx, kind="health", subject=key, seq=1, destinations=[("telegram", "7")],
                       at=NOW, body=f"{NAME} ({handle})")  # fmt: skip
            shadow.keep(tx, "sg-01", 1, REF, {"text": texts[0]}, NOW)
            subject = finding["entry"]["subject"]
            readings.note(tx, at=NOW, command="card", subject=subject, who="Auditor", why=NAME)
            log.append(tx, at=NOW, kind=REVIEW, subject=subject, public={"step": Step.TAKEN.value},
                       content={"review": {"who": "Auditor", "why": f"akun {handle}"}})  # fmt: skip
    # A recorder that was killed left its files; the WAL is as the last process left it.
    files = Files(settings.snapshots)
    staged = files.stage([Part("record", "text/plain", texts[0].encode())])
    files.publish(staged)
    files.discard(staged)
    found = erasing.traces(settings, MINE, [*texts, handle, did, NAME])
    found.names |= {item.commitment for item in staged}
    return settings, found


def unlist(settings: config.Config) -> None:
    """Take the person's line out of the register's file, as the operator must."""
    file = settings.path("register_file")
    lines = [line for line in file.read_text().splitlines() if REF not in line]
    file.write_text("\n".join(lines) + "\n")


async def test_a_person_is_nowhere(stage: Stage, tmp_path: Path) -> None:
    settings, traces = await lived_in(stage)
    before = backups.backup(settings.database, settings.snapshots, None, tmp_path / "lama")
    unlist(settings)
    others = [f for f in stage.place.findings() if f["activity"]["watch_id"] != MINE]
    assert traces.found(settings.path("data")) != []
    assert traces.found(before) != []
    with closing(Writer(settings.database)) as writer:
        # A reader that looks on keeps the WAL from being folded by others.
        writer.reader().execute("SELECT count(*) FROM log").fetchall()
        with writer.transaction() as tx:
            erasure_out.note_backup(tx, str(before), NOW)
        rows = erasure_out.outside(writer.reader(), [], REF)
        assert [one.where for one in rows if one.what == "backup"] == [str(before)]
        erased = app.eraser(settings, writer).person(REF, ORDER)
        assert erased.contents > 0
        assert traces.found(stage.place.folder) == []
    after = backups.backup(settings.database, settings.snapshots, None, tmp_path / "baru")
    assert traces.found(after) == []
    assert backups.restore_check(after, _verify) == ()
    assert traces.found(stage.place.folder) == []
    assert faults(settings) == []
    left = [f for f in stage.place.findings() if f["activity"]["watch_id"] != MINE]
    assert [f["entry"] for f in left] == [f["entry"] for f in others]
    _is_accounted_for(settings)
    await stage.once()
    assert traces.found(settings.path("data")) == []


def _verify(database: Path, snapshots: Path) -> tuple[str, ...]:
    with Audit(database) as audit:
        return tuple(str(fault) for fault in verify(audit, Files(snapshots)).faults)


def _is_accounted_for(settings: config.Config) -> None:
    tombstones = erasing.tombstones(settings)
    assert {t["subject"][:4] for t in tombstones} == {"NTR-", REF[:4]}
    for tombstone in tombstones:
        public = tombstone["public"]
        assert public["office"] == ORDER.office
        assert (public["ground"], public["reference"]) == ("pdp", ORDER.reference)
    with closing(sqlite3.connect(settings.database)) as conn:
        assert log.content(conn, tombstones[0]["seq"], "order") == {
            "official": ORDER.official, "by": ORDER.by, "why": ORDER.why,
        }  # fmt: skip
        query = "SELECT count(*) FROM outbox WHERE state = 'sent' AND message_id <> ''"
        assert conn.execute(query).fetchone()[0] > 0


async def test_killed_at_every_point(stage: Stage, tmp_path: Path) -> None:
    """Nothing is done, or everything: the next command finishes what was begun."""
    original, traces = await lived_in(stage)
    unlist(original)
    for point in range(1, POINTS + 1):
        folder = tmp_path / f"salinan-{point}"
        shutil.copytree(original.folder, folder)
        settings = config.load(folder / "config.toml")
        words = [sys.executable, "-m", "tests.run.erasing", folder / "config.toml", REF, point]
        done = await asyncio.to_thread(
            subprocess.run, list(map(str, words)), capture_output=True, check=False, text=True
        )
        assert done.returncode == -signal.SIGKILL, (point, done.stderr)
        app.finish_erasure(settings)
        if erasing.tombstones(settings):
            assert traces.found(settings.path("data")) == [], point
        else:
            assert point == 1
            assert traces.found(settings.path("data")) != []
        assert faults(settings) == [], point
        shutil.rmtree(folder)
    words = [sys.executable, "-m", "tests.run.erasing", original.folder / "config.toml", REF, 0]
    done = await asyncio.to_thread(
        subprocess.run, list(map(str, words)), capture_output=True, check=True, text=True
    )
    assert int(done.stdout) == POINTS, "a commit point is not drilled"


class Desk:
    """One finding, and the orders that are given about it."""

    def __init__(self, settings: config.Config, writer: Writer, finding: str) -> None:
        self.settings, self.writer, self.finding = settings, writer, finding
        self.eraser = app.eraser(settings, writer, lambda: NOW)

    def step(self, step: Step, at: datetime = OLD) -> None:
        with self.writer.transaction() as tx:
            log.append(tx, at=at, kind=REVIEW, subject=self.finding, public={"step": step.value},
                       content={"review": {"who": "Ketua", "why": "dinilai"}})  # fmt: skip

    def hold(self, *, held: bool) -> None:
        with self.writer.transaction() as tx:
            erase.hold(tx, self.finding, held=held, who="Ketua", why="sengketa", at=NOW)

    def order(self, ground: Ground) -> Order:
        return Order(ground, "Kantor Rekaan", "12/2026", by="Petugas", why="perintah")


@pytest.fixture
async def desk(stage: Stage) -> AsyncIterator[Desk]:
    await stage.once()
    settings = stage.place.settings
    finding = stage.place.findings()[0]["entry"]["subject"]
    with closing(Writer(settings.database)) as writer:
        yield Desk(settings, writer, finding)


async def test_a_held_case_stays(desk: Desk) -> None:
    desk.step(Step.NOT_ENOUGH)
    desk.hold(held=True)
    with pytest.raises(ConfigError, match=f"netralitas hold {desk.finding} --lift"):
        desk.eraser.case(desk.finding, desk.order(Ground.PDP))
    with pytest.raises(ConfigError, match="legal hold"):
        desk.eraser.person(person_of(desk), ORDER)
    with pytest.raises(ConfigError, match="held already"):
        desk.hold(held=True)
    assert due(desk.writer.reader(), NOW, 90) == []
    desk.hold(held=False)
    assert due(desk.writer.reader(), NOW, 90) == [desk.finding]
    assert desk.eraser.case(desk.finding, desk.order(Ground.PDP)).files > 0
    with pytest.raises(ConfigError, match="erased already"):
        desk.eraser.case(desk.finding, desk.order(Ground.PDP))
    with pytest.raises(ConfigError, match="it was erased"):
        desk.hold(held=True)
    assert faults(desk.settings) == []


def person_of(desk: Desk) -> str:
    seq = (
        desk.writer.reader()
        .execute("SELECT max(seq) FROM finding WHERE finding_id = ?", (desk.finding,))
        .fetchone()[0]
    )
    return str((log.content(desk.writer.reader(), seq, "watch") or {})["person_ref"])


async def test_case_files_go_only_by_list_or_law(desk: Desk) -> None:
    desk.step(Step.TO_EXAMINE)
    for ground in (Ground.RETENTION, Ground.OBJECTION):
        with pytest.raises(ConfigError, match="a ground on which case files may go"):
            desk.eraser.case(desk.finding, desk.order(ground))
    with pytest.raises(ConfigError, match="--reference"):
        desk.eraser.case(desk.finding, Order(Ground.DISPOSAL, "Kantor", "", by="a", why="b"))
    desk.eraser.case(desk.finding, desk.order(Ground.DISPOSAL))
    assert erasing.tombstones(desk.settings)[0]["public"]["reference"] == "12/2026"


async def test_an_open_case_outlives_every_retention(desk: Desk) -> None:
    with pytest.raises(ConfigError, match="a dismissed case, got terbuka"):
        desk.eraser.case(desk.finding, desk.order(Ground.RETENTION))
    desk.step(Step.NOT_ENOUGH, NOW - timedelta(days=91))
    desk.step(Step.REOPENED, NOW - timedelta(days=91))
    assert due(desk.writer.reader(), NOW, 90) == []


async def test_an_order_does_not_name_the_person(desk: Desk) -> None:
    person = person_of(desk)
    order = Order(Ground.PDP, "Kantor", "12/2026", by="Petugas", why=f"Orang {person[2:]} meminta")
    with pytest.raises(ConfigError, match="without the person's name"):
        desk.eraser.case(desk.finding, order)


async def test_a_dismissed_case_goes_by_itself_and_its_act_is_known(
    stage: Stage, desk: Desk
) -> None:
    desk.step(Step.PERMITTED, NOW - timedelta(days=91))
    keep = Retainer(desk.writer, desk.eraser, desk.settings.retention, lambda: NOW)
    await keep.look()
    await keep.look()
    (tombstone,) = erasing.tombstones(desk.settings)
    assert tombstone["subject"] == desk.finding
    assert tombstone["public"]["ground"] == "retensi"
    assert faults(desk.settings) == []
    told = len(stage.telegram.messages)
    with closing(stage.place.connect()) as conn:
        conn.execute("DELETE FROM seen")  # as long as nothing remembered it
        conn.execute("UPDATE source SET cursor = '{}', next_check_at = 0")
        conn.commit()
    before = len(stage.place.findings())
    await stage.place.once()
    again = stage.place.entries("seen-again")
    assert [entry["subject"] for entry in again] == [desk.finding]
    assert again[0]["public"] == {**again[0]["public"], "answer": "sudah diputus"}
    mine = [m for m in stage.telegram.texts()[told:] if desk.finding in m]
    assert mine == []
    assert len(stage.place.findings()) >= before
    assert erasure.standing(desk.writer.reader(), desk.finding).erased


async def test_a_platform_that_allows_no_hold_goes_before_it(desk: Desk) -> None:
    standing = erasure.standing(desk.writer.reader(), desk.finding)
    order = desk.order(Ground.PLATFORM)
    held = {"held": True, "erased": False}
    values = {name: getattr(standing, name) for name in standing.__slots__} | held
    bluesky = erasure.Standing(**values)
    with pytest.raises(ConfigError, match="legal hold"):
        erase.check_case(bluesky, order)
    erase.check_case(erasure.Standing(**(values | {"platform": "youtube"})), order)


def test_there_is_no_such_case(tmp_path: Path, desk: Desk) -> None:
    with pytest.raises(StoreError, match="there is no such finding"):
        desk.eraser.case("NTR-AAAA-0000", desk.order(Ground.PDP))
    with pytest.raises(ConfigError, match="nothing held"):
        desk.eraser.person("p-nobody", ORDER)


async def test_a_look_under_way_when_the_person_goes_leaves_nothing(stage: Stage) -> None:
    await stage.once()
    settings = stage.place.settings
    stage.scene.post(MINE, "Ayo coblos nomor 2, menangkan Prakasita-Anggrek! Sekali lagi!")
    async with app.opened(settings) as opened:
        (watch,) = register.watches(opened.writer.reader(), [MINE])
        looking = opened.daemon._pipeline
        app.eraser(settings, opened.writer).person(REF, ORDER)
        report = await looking.poll(watch)
        assert report.note == "the register line is gone"
    with closing(stage.place.connect()) as conn:
        for table in ("source", "person_key"):
            column = "watch_id" if table == "source" else "person_ref"
            query = f"SELECT count(*) FROM {table} WHERE {column} IN (?, ?)"
            assert conn.execute(query, (MINE, REF)).fetchone()[0] == 0
    assert faults(settings) == []
