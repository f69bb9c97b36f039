"""The real daemon while nothing can be kept: it stands still, says so, and goes on by itself."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from monitor.clock import utc_now
from monitor.errors import ConfigError, EvidenceError, Passing, StoreError
from monitor.run import outage
from monitor.run.outage import Outage
from monitor.store import migrate
from tests.installation import Installation
from tests.run.ruling import until
from tests.scenes import SUPPORTING
from tests.standin import disk
from tests.standin.disk import WeakDisk
from tests.whole import Stage

pytestmark = pytest.mark.drill

NEWS = "Ayo coblos nomor 2, menangkan Prakasita-Anggrek lagi dan lagi!"
SMALL = "48m"
STANDING = "Bukti tidak dapat disimpan"

needs_compiler = pytest.mark.skipif(not disk.can_weaken(), reason="no C compiler on this machine")


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Let the one route get alarms too."""
    file = stage.place.folder / "config.toml"
    file.write_text(file.read_text("utf-8") + "health = true\n", "utf-8")
    return stage


@pytest.fixture
def small(stage: Stage) -> Iterator[Path]:
    """Put the data folder on a small disk of its own; without that right the tests are skipped."""
    data = stage.place.settings.path("data")
    aside = data.rename(data.with_name("aside"))
    with disk.small_disk(data, SMALL) as mounted:
        if not mounted:
            pytest.skip("this user may not mount a file system")
        shutil.copytree(aside, data, dirs_exist_ok=True)
        yield data


@asynccontextmanager
async def running(place: Installation, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run ``netralitas run`` as a process of its own; it must end by SIGTERM, with status 0."""
    command = (sys.executable, "-m", "monitor", "run", "--config", place.folder / "config.toml")
    with (place.folder / "run.log").open("wb") as log:
        daemon = await asyncio.create_subprocess_exec(
            *command, env={**os.environ, **more}, stderr=log, stdout=log
        )
    try:
        yield daemon
        assert daemon.returncode is None, (place.folder / "run.log").read_text()[-2000:]
        daemon.send_signal(signal.SIGTERM)
        assert await daemon.wait() == 0
    finally:
        if daemon.returncode is None:
            daemon.kill()
            await daemon.wait()


def told(stage: Stage, words: str) -> int:
    return sum(words in text for text in stage.telegram.texts())


def alarms_on_file(stage: Stage) -> list[str]:
    """Return what the log says of the outage: raised and cleared, in their order."""
    query = (
        "SELECT json_extract(CAST(canonical AS TEXT), '$.public.state') FROM log"
        " JOIN content USING (seq) WHERE kind = 'alarm'"
        " AND json_extract(CAST(body AS TEXT), '$.key') = 'store' ORDER BY seq"
    )
    with closing(stage.place.connect()) as conn:
        return [state for (state,) in conn.execute(query)]


def sound(stage: Stage) -> None:
    """Check that nothing is damaged, and that every act has one finding that was told."""
    assert stage.place.verified().fault_count == 0
    with closing(stage.place.connect()) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    subjects = [entry["subject"] for entry in stage.place.entries("finding")]
    assert len(set(subjects)) == len(subjects)
    assert all(told(stage, subject) >= 1 for subject in subjects)


async def stands_still_and_goes_on(stage: Stage, cause: str) -> None:
    """Act while nothing can be kept: the alarm comes, the act does not."""
    before = len(stage.place.entries("finding"))
    stage.scene.post("asn1", NEWS)
    await until(lambda: told(stage, STANDING) == 1)
    assert told(stage, cause) == 1
    assert len(stage.place.entries("finding")) == before


async def recovered(stage: Stage, findings: int) -> None:
    await until(lambda: len(stage.place.entries("finding")) == findings)
    await until(lambda: told(stage, "Pulih: store") == 1)
    await until(lambda: set(stage.place.outbox()) == {"sent"})
    assert told(stage, STANDING) == 1
    assert alarms_on_file(stage) == ["raised", "cleared"]


async def begun(stage: Stage) -> None:
    await until(lambda: len(stage.telegram.messages) >= len(SUPPORTING))
    await until(lambda: set(stage.place.outbox()) == {"sent"})


async def test_a_full_disk_passes_without_hands(stage: Stage, small: Path) -> None:
    async with running(stage.place):
        await begun(stage)
        filler = disk.fill(small)
        await stands_still_and_goes_on(stage, "disk penuh")
        filler.unlink()
        await recovered(stage, len(SUPPORTING) + 1)
    sound(stage)


async def test_a_start_on_a_read_only_disk_waits_until_it_is_writable(
    stage: Stage, small: Path
) -> None:
    disk.remount(small, "ro")
    try:
        async with running(stage.place):
            await until(lambda: told(stage, STANDING) == 1)
            assert told(stage, "tidak boleh ditulis") == 1
            disk.remount(small, "rw")
            await recovered(stage, len(SUPPORTING))
        sound(stage)
    finally:
        disk.remount(small, "rw")


@needs_compiler
@pytest.mark.parametrize(
    "how", [disk.BROKEN, disk.READ_ONLY], ids=["input/output error", "turned read-only"]
)
async def test_a_disk_that_fails_passes_without_hands(
    stage: Stage, tmp_path: Path, how: int
) -> None:
    weak = WeakDisk(stage.place.settings.path("data"), tmp_path / "order")
    async with running(stage.place, **weak.environment):
        await begun(stage)
        weak.fail(how)
        await stands_still_and_goes_on(stage, "disk tidak dapat dibaca")
        weak.heal()
        await recovered(stage, len(SUPPORTING) + 1)
    sound(stage)


@needs_compiler
async def test_writes_of_one_byte_are_finished(stage: Stage, tmp_path: Path) -> None:
    weak = WeakDisk(stage.place.settings.path("data"), tmp_path / "order")
    weak.fail(disk.ONE_BYTE)
    async with running(stage.place, **weak.environment):
        await until(lambda: len(stage.telegram.messages) >= len(SUPPORTING), seconds=120.0)
    assert len(stage.place.entries("finding")) == len(SUPPORTING)
    sound(stage)


@needs_compiler
async def test_a_stop_is_heard_while_it_stands_still(stage: Stage, tmp_path: Path) -> None:
    weak = WeakDisk(stage.place.settings.path("data"), tmp_path / "order")
    weak.fail(disk.FULL)
    async with running(stage.place, **weak.environment):
        await until(lambda: told(stage, STANDING) == 1)
    assert stage.place.entries("finding") == []


class Place:
    """A place for evidence that fails as ordered; ``keep`` runs against it without a daemon."""

    def __init__(self, folder: Path, *faults: Exception | None) -> None:
        self.faults = list(faults)
        self.tells: list[str] = []
        self.broken = 0
        self.outage = Outage([folder], self.tell, utc_now)

    async def run(self) -> None:
        fault = self.faults.pop(0)
        if fault:
            raise fault

    async def tell(self, text: str) -> bool:
        self.tells.append(text)
        if len(self.tells) <= self.broken:
            raise ConfigError([])
        return True


FULL = StoreError("penuh", Passing.FULL)


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FIRST_WAIT", "LONGEST_WAIT"):
        monkeypatch.setattr(outage, name, 0.01)


@pytest.mark.usefixtures("_quick")
@pytest.mark.parametrize(
    "hidden", [ConfigError([]), OSError(5, "I/O error"), EvidenceError("x", Passing.IO)]
)
async def test_what_a_failing_disk_hides_does_not_end_an_outage(
    tmp_path: Path, hidden: Exception
) -> None:
    place = Place(tmp_path, FULL, hidden, hidden, None)
    await place.outage.keep(place.run)
    assert place.faults == []
    assert len(place.tells) == 1


@pytest.mark.parametrize("fault", [ConfigError([]), OSError(5, "x"), StoreError("rusak")])
async def test_what_does_not_pass_is_raised(tmp_path: Path, fault: Exception) -> None:
    place = Place(tmp_path, fault)
    with pytest.raises(type(fault)):
        await place.outage.keep(place.run)
    assert place.tells == []


@pytest.mark.usefixtures("_quick")
async def test_operators_are_told_again_until_one_telling_succeeds(tmp_path: Path) -> None:
    place = Place(tmp_path, FULL, FULL, FULL, None)
    place.broken = 1
    await place.outage.keep(place.run)
    assert len(place.tells) == 2


@pytest.mark.usefixtures("_quick")
async def test_nothing_is_opened_before_the_disk_takes_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.write_text("no folder yet")
    place = Place(folder, FULL, None)
    keeping = asyncio.create_task(place.outage.keep(place.run))
    await until(lambda: bool(place.tells))
    assert place.faults == [None]
    folder.unlink()
    await keeping
    assert place.faults == []
    assert list(folder.iterdir()) == []


async def test_a_damaged_database_stops_the_daemon(stage: Stage) -> None:
    database = stage.place.settings.database
    migrate.check(database)
    data = bytearray(database.read_bytes())
    data[:64] = bytes(64)
    database.write_bytes(data)
    with pytest.raises(sqlite3.DatabaseError), closing(stage.place.connect()) as conn:
        conn.execute("SELECT count(*) FROM log")
    command = (sys.executable, "-m", "monitor", "run", "--config")
    daemon = await asyncio.create_subprocess_exec(
        *command, stage.place.folder / "config.toml", stderr=asyncio.subprocess.PIPE
    )
    _, said = await daemon.communicate()
    assert daemon.returncode == 3
    assert b"no SQLite database" in said
