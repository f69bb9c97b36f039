"""Evidence on a disk that nobody may write: a court's medium, or a mounted copy."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import db
from monitor.store.audit import Audit
from tests.evidence.mutate import House
from tests.evidence.mutate_export import members, ours, write
from tests.evidence.test_standalone import verify as standalone
from tests.standin import disk


@contextmanager
def protected(house: House, folder: Path) -> Iterator[House]:
    """Put a copy of the evidence on a disk of its own and take the right to write away."""
    with disk.small_disk(folder, "24m") as mounted:
        if not mounted:
            pytest.skip("this user may not mount a file system")
        copied = house.copy(folder / "copy")
        disk.remount(folder, "ro")
        yield copied


def leave_wal(house: House, aside: Path) -> None:
    """Leave the newest changes in the WAL, as a copy made while the daemon runs has them."""
    aside.mkdir()
    with closing(sqlite3.connect(house.database)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute("CREATE TABLE later (a)")
        for end in ("", "-wal"):
            shutil.copy(f"{house.database}{end}", aside)
    for end in ("", "-wal"):
        shutil.copy(aside / f"{house.database.name}{end}", house.folder)


def test_both_verifiers_read_it(house: House, tmp_path: Path) -> None:
    with protected(house, tmp_path / "disk") as copied:
        assert copied.verify(house.head).faults == ()
        head = f"{house.head.seq}:{house.head.hash}"
        status, said = standalone(copied.database, "--head", head, folder=tmp_path)
        assert (status, said.splitlines()[-1]) == (0, "Nothing was changed.")


def test_a_copy_can_be_made_of_it(house: House, tmp_path: Path) -> None:
    with protected(house, tmp_path / "disk") as copied:
        db.copy(copied.database, tmp_path / "again.sqlite")
    with Audit(tmp_path / "again.sqlite") as source:
        assert source.last() == house.head.seq


def test_changes_that_are_not_in_the_database_are_not_passed_over(
    house: House, tmp_path: Path
) -> None:
    leave_wal(house, tmp_path / "aside")
    with protected(house, tmp_path / "disk") as copied:
        with pytest.raises(StoreError, match=r"stand in database\.sqlite-wal: copy both files"):
            Audit(copied.database)
        status, said = standalone(copied.database, folder=tmp_path)
        assert status == 2
        assert "write-protected" in said
        assert "copy both files" in said
        elsewhere = tmp_path / "elsewhere"
        shutil.copytree(copied.folder, elsewhere)
    assert House(elsewhere, house.head).verify().faults == ()
    assert standalone(elsewhere / "database.sqlite", folder=tmp_path)[0] == 0


def test_an_export_on_it_verifies(house: House, tmp_path: Path) -> None:
    write(members(house), house.folder / "export.zip")
    with protected(house, tmp_path / "disk") as copied:
        assert not ours(copied.folder / "export.zip")
        assert standalone(copied.folder / "export.zip", folder=tmp_path)[0] == 0
