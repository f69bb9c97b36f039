"""Files and folders that their owner alone may read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor import disk


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_file_is_its_owners_alone_and_whole(tmp_path: Path) -> None:
    data = os.urandom(100_000)
    disk.write_new(tmp_path / "a", data)
    assert (tmp_path / "a").read_bytes() == data
    assert mode(tmp_path / "a") == 0o600


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"lama")
    with pytest.raises(FileExistsError):
        disk.write_new(tmp_path / "a", b"baru")
    assert (tmp_path / "a").read_bytes() == b"lama"


def test_a_file_and_its_name_are_forced_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced = list[str]()
    real = os.fsync

    def seen(handle: int) -> None:
        forced.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
        real(handle)

    monkeypatch.setattr(os, "fsync", seen)
    disk.make_folder(tmp_path / "satu" / "dua")
    disk.write_new(tmp_path / "satu" / "dua" / "a", b"a")
    disk.sync(tmp_path / "satu" / "dua")
    top = str(tmp_path)
    assert forced == [top, f"{top}/satu", f"{top}/satu/dua/a", f"{top}/satu/dua"]


def test_folders_on_the_way_are_its_owners_alone(tmp_path: Path) -> None:
    disk.make_folder(tmp_path / "satu" / "dua")
    disk.make_folder(tmp_path / "satu" / "dua")
    assert mode(tmp_path / "satu") == mode(tmp_path / "satu" / "dua") == 0o700
