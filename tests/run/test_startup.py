"""A start repairs what a killed process left, and adds nothing to evidence that was changed."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from monitor import app
from monitor.errors import EvidenceError, StoreError
from monitor.evidence.files import Files
from monitor.model.evidence import Part
from monitor.store import backup, db
from tests.evidence.mutate import tamper
from tests.scenes import SUPPORTING
from tests.whole import Stage

pytestmark = pytest.mark.drill


async def started(stage: Stage) -> None:
    async with app.opened(stage.place.settings):
        pass


def killed(work: Callable[[], object]) -> None:
    """Do something in a process that then ends as a killed one does: without any clean-up."""
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os._exit(0)
    os.waitpid(child, 0)


async def test_files_that_a_dead_process_left_are_removed(stage: Stage) -> None:
    await stage.once()
    kept = {path.name for path in stage.place.snapshots()}
    part = Part("record", "text/plain", b"mati sebelum COMMIT")
    files = Files(stage.place.settings.snapshots)

    def half() -> None:
        files.publish(files.stage([part]))
        files.stage([part])

    killed(half)
    assert len(stage.place.snapshots()) == len(kept) + 1
    await started(stage)
    assert {path.name for path in stage.place.snapshots()} == kept
    assert list(stage.place.settings.snapshots.glob(".staging/*")) == []


async def test_a_log_that_a_dead_process_left_open_is_finished(stage: Stage) -> None:
    database = stage.place.settings.database
    await stage.once()
    head = stage.place.verified().head

    def half() -> None:
        conn = db.connect(database)
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("DELETE FROM outbox")
        conn.execute("COMMIT")
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("DELETE FROM source")
        os._exit(0)

    killed(half)
    assert database.with_name(f"{database.name}-wal").stat().st_size > 0
    await stage.once()
    assert stage.place.count("source") == 3
    assert stage.place.verified().fault_count == 0
    assert stage.place.verified().head.seq >= head.seq
    assert len(stage.place.entries("finding")) == len(SUPPORTING)


async def test_an_empty_database_of_a_start_that_was_killed_is_made(stage: Stage) -> None:
    database = stage.place.settings.database
    database.unlink()
    db.create(database)
    await stage.once()
    assert len(stage.place.entries("finding")) == len(SUPPORTING)


def _gone(stage: Stage) -> None:
    stage.place.settings.database.unlink()


def _emptied(stage: Stage) -> None:
    stage.place.settings.database.write_bytes(b"")


@pytest.mark.parametrize("lose", [_gone, _emptied])
async def test_a_lost_database_is_not_begun_anew(
    stage: Stage, lose: Callable[[Stage], None]
) -> None:
    await stage.once()
    lose(stage)
    with pytest.raises(StoreError, match=r"gone or emptied.*netralitas restore"):
        await started(stage)
    assert not stage.place.settings.database.exists() or not (
        stage.place.settings.database.stat().st_size
    )


def _no_guard(stage: Stage) -> None:
    with closing(stage.place.connect()) as conn:
        conn.execute("DROP TRIGGER log_no_update")


def _no_file(stage: Stage) -> None:
    newest = stage.place.entries("finding")[-1]["files"]["record"]["commitment"]
    Files(stage.place.settings.snapshots).path(newest).unlink()


def _changed(stage: Stage, statement: str) -> None:
    def work(conn: sqlite3.Connection) -> None:
        assert conn.execute(statement).rowcount == 1

    tamper(stage.place.settings.database, work)


def _broken_tail(stage: Stage) -> None:
    _changed(stage, "UPDATE log SET hash = zeroblob(32) WHERE seq = (SELECT max(seq) FROM log)")


def _no_content(stage: Stage) -> None:
    last = "(SELECT max(seq) FROM content WHERE name = 'finding')"
    _changed(stage, f"DELETE FROM content WHERE name = 'finding' AND seq = {last}")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_no_guard, "guard missing: log_no_update"),
        (_no_file, r"entry \d+.*record"),
        (_broken_tail, r"entry \d+"),
        (_no_content, r"entry \d+.*finding"),
    ],
)
async def test_what_may_not_be_repaired_is_refused_by_name(
    stage: Stage, damage: Callable[[Stage], None], said: str
) -> None:
    await stage.once()
    damage(stage)
    before = len(stage.telegram.messages), stage.place.count("log")
    stage.scene.post("asn1", "Ayo coblos nomor 2, menangkan Prakasita-Anggrek lagi!")
    with pytest.raises(EvidenceError, match=said) as caught:
        await started(stage)
    assert "netralitas restore" in str(caught.value)
    assert caught.value.passing is None
    assert (len(stage.telegram.messages), stage.place.count("log")) == before


async def test_a_backup_that_was_cut_short_is_no_backup(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.once()
    settings, to = stage.place.settings, tmp_path / "cadangan"
    with monkeypatch.context() as weak:
        weak.setattr(backup, "_copy", lambda *_: os._exit(0))
        killed(lambda: backup.backup(settings.database, settings.snapshots, None, to))
    assert not to.exists()
    assert to.with_name("cadangan.partial").is_dir()
    with pytest.raises(StoreError, match="cadangan"):
        backup.restore_check(to, lambda *_: ())
    with pytest.raises(StoreError, match=r"cadangan\.partial: is there already: move it away"):
        backup.backup(settings.database, settings.snapshots, None, to)
    again = backup.backup(settings.database, settings.snapshots, None, tmp_path / "lain")
    assert backup.restore_check(again, lambda *_: ()) == ()
