"""A backup is whole or not there, and restoring never overwrites."""

from __future__ import annotations

import errno
import json
import os
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.evidence.files import Files
from monitor.evidence.verify import verify
from monitor.store import keys, log, migrate
from monitor.store.audit import Audit
from monitor.store.backup import backup, restore, restore_check
from monitor.store.writer import Writer
from tests.evidence.mutate import START, House, set_value, table_rows, tamper


def evidence(database: Path, snapshots: Path) -> list[str]:
    with Audit(database) as source:
        return [str(fault) for fault in verify(source, Files(snapshots)).faults]


@pytest.fixture
def made(house: House, tmp_path: Path) -> Path:
    keys.make(tmp_path / "keys")
    return backup(house.database, house.snapshots, tmp_path / "keys", tmp_path / "out" / "b1")


def test_a_backup_holds_everything(house: House, made: Path) -> None:
    assert restore_check(made, evidence) == ()
    manifest = json.loads((made / "manifest.json").read_text())
    assert manifest["head"] == f"{house.head.seq}:{house.head.hash}"
    assert manifest["schema"] == migrate.HEAD
    assert manifest["missing"] == 0
    assert sorted(path.name for path in made.iterdir()) == [
        "SHA256SUMS", "database.sqlite", "keys", "manifest.json", "snapshots",
    ]  # fmt: skip
    assert not list(made.parent.glob("*.partial"))


def test_checking_changes_nothing(made: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in made.rglob("*")}
    restore_check(made, evidence)
    assert {path: path.stat().st_mtime_ns for path in made.rglob("*")} == before


def test_only_the_owner_may_read(made: Path) -> None:
    for path in (made, *made.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_sha256sum_agrees(made: Path) -> None:
    done = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"],
        cwd=made, check=False, capture_output=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_backup_while_others_write(house: House, tmp_path: Path) -> None:
    """A file that is published and not committed yet is no part of the copy."""
    from monitor.model.evidence import Part

    writer, files = Writer(house.database), Files(house.snapshots)
    part = Part("record", "text/plain", b"x")
    with files.staging([part]) as staged, writer.transaction() as tx:
        files.publish(staged)
        log.append(tx, at=START, kind="note", subject="s", public={}, files=staged)
        made = backup(house.database, house.snapshots, None, tmp_path / "b")
    writer.close()
    assert restore_check(made, evidence) == ()
    assert not list(made.rglob(staged[0].commitment))
    assert not (made / "keys").exists()


def test_restored_and_alive(house: House, made: Path, tmp_path: Path) -> None:
    database, snapshots = tmp_path / "new" / "n.db", tmp_path / "new" / "snapshots"
    snapshots.mkdir(parents=True)
    restore(made, database, snapshots, tmp_path / "new" / "keys")
    assert evidence(database, snapshots) == []
    assert keys.load(tmp_path / "new" / "keys").describe()
    writer = Writer(database)
    with writer.transaction() as tx:
        head = log.append(tx, at=START, kind="note", subject="s", public={})
    writer.close()
    assert head.seq == house.head.seq + 1
    assert evidence(database, snapshots) == []
    assert not list((tmp_path / "new").glob("*.partial"))


@pytest.mark.parametrize("taken", ["n.db", "n.db-wal", "snapshots/x", "keys/x", "n.db.partial"])
def test_restoring_never_overwrites(made: Path, tmp_path: Path, taken: str) -> None:
    new = tmp_path / "new"
    (new / taken).parent.mkdir(parents=True)
    (new / taken).write_text("mine")
    with pytest.raises(StoreError, match="is there already: move it away"):
        restore(made, new / "n.db", new / "snapshots", new / "keys")
    assert [path for path in new.rglob("*") if path.is_file()] == [new / taken]
    assert (new / taken).read_text() == "mine"


def test_a_backup_never_overwrites(house: House, made: Path) -> None:
    with pytest.raises(StoreError, match="nothing is overwritten"):
        backup(house.database, house.snapshots, None, made)
    assert restore_check(made, evidence) == ()


def a_snapshot(made: Path) -> Path:
    return next((made / "snapshots").rglob("?" * 64))


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "snapshot changed": (lambda made: shorten(a_snapshot(made)), "is not the file"),
    "snapshot gone": (lambda made: a_snapshot(made).unlink(), "is missing"),
    "database changed": (lambda made: shorten(made / "database.sqlite"), "is not the file"),
    "database gone": (lambda made: (made / "database.sqlite").unlink(), "is missing"),
    "key gone": (lambda made: next((made / "keys").iterdir()).unlink(), "is missing"),
    "something more": (lambda made: (made / "more").write_text("x"), "was not part of"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_is_found(made: Path, name: str) -> None:
    change, text = CHANGES[name]
    change(made)
    assert text in " ".join(restore_check(made, evidence))


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "something more"])
def test_a_changed_backup_is_not_restored(made: Path, tmp_path: Path, name: str) -> None:
    CHANGES[name][0](made)
    new = tmp_path / "new"
    with pytest.raises(StoreError):
        restore(made, new / "n.db", new / "snapshots", new / "keys")
    assert not [path for path in new.rglob("*") if path.is_file()]


def test_sums_and_manifest_hold_each_other(made: Path) -> None:
    shorten(made / "SHA256SUMS")
    with pytest.raises(StoreError, match="not the one that the manifest names"):
        restore_check(made, evidence)


@pytest.mark.parametrize("text", ["", "[]", '{"v":2}', "\x00"])
def test_no_backup(made: Path, text: str) -> None:
    (made / "manifest.json").write_text(text)
    with pytest.raises(StoreError, match=r"manifest\.json"):
        restore_check(made, evidence)


def test_evidence_that_was_changed_before_the_backup(house: House, tmp_path: Path) -> None:
    def work(conn: sqlite3.Connection) -> None:
        set_value(conn, "content", table_rows(conn, "content")[0], "body", b"{}")

    tamper(house.database, work)
    made = backup(house.database, house.snapshots, None, tmp_path / "b")
    (fault,) = restore_check(made, evidence)
    assert fault.startswith("entry 1: content")


def test_a_snapshot_that_was_lost_before_the_backup(house: House, tmp_path: Path) -> None:
    a_snapshot(house.folder).unlink()
    made = backup(house.database, house.snapshots, None, tmp_path / "b")
    assert restore_check(made, evidence) == ("1 snapshots were missing when the backup was made",)


def test_a_full_disk_leaves_nothing(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        backup(house.database, house.snapshots, None, tmp_path / "b")
    assert not list(tmp_path.glob("b*"))


def test_a_forged_manifest_head(made: Path) -> None:
    path = made / "manifest.json"
    value = json.loads(path.read_text())
    path.write_text(json.dumps({**value, "head": "1:" + "0" * 64, "schema": "9999"}))
    faults = " ".join(restore_check(made, evidence))
    assert "its head is not the manifest's" in faults
    assert "its schema is not the manifest's" in faults


def test_the_keys_are_asked_of_a_backup_without_them(house: House, tmp_path: Path) -> None:
    made = backup(house.database, house.snapshots, None, tmp_path / "b")
    with pytest.raises(StoreError, match="holds no keys"):
        restore(made, tmp_path / "n.db", tmp_path / "s", tmp_path / "k")


def test_the_copy_is_one_file(made: Path) -> None:
    with closing(sqlite3.connect(made / "database.sqlite")) as conn:
        assert conn.execute("PRAGMA journal_mode").fetchone() == ("delete",)
