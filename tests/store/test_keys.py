"""Keys: private files, never printed, never lost by a rotation."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store import keys


def test_made_keys_are_private_and_load_again(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = keys.make(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    loaded = keys.load(folder)
    for purpose in keys.PURPOSES:
        assert loaded.versions(purpose) == made.versions(purpose)
        assert [len(key) for key in made.versions(purpose)] == [32]
    assert made.versions("seen") != made.versions("reference")


def test_making_again_is_refused(tmp_path: Path) -> None:
    keys.make(tmp_path / "keys")
    with pytest.raises(StoreError, match="keys already: use netralitas keys rotate"):
        keys.make(tmp_path / "keys")


def test_rotation_keeps_the_older_version(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    (first,) = keys.make(folder).versions("seen")
    rotated = keys.rotate(folder, "seen")
    newest, oldest = rotated.versions("seen")
    assert oldest == first
    assert newest != first
    assert len(rotated.versions("reference")) == 1
    assert [(k.purpose, k.version) for k in rotated.describe()] == [
        ("reference", 1),
        ("seen", 1),
        ("seen", 2),
        ("seal", 1),
        ("person", 1),
    ]


def test_versions_above_nine_are_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keys.make(folder)
    made = [keys.rotate(folder, "seen").versions("seen")[0] for _ in range(10)]
    assert list(keys.load(folder).versions("seen")[:10]) == made[::-1]


def test_nothing_prints_a_key(tmp_path: Path) -> None:
    ring = keys.make(tmp_path / "keys")
    shown = f"{ring} {ring!r} {ring.describe()}"
    for purpose in keys.PURPOSES:
        (key,) = ring.versions(purpose)
        assert key.hex() not in shown
        assert str(key) not in shown
    assert len({info.fingerprint for info in ring.describe()}) == 4


def test_no_keys(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="run netralitas keys make"):
        keys.load(tmp_path / "keys")


@pytest.mark.parametrize("lost", ["reference.1.key", "seen.1.key", "seen.2.key"])
def test_a_missing_key_names_its_file(tmp_path: Path, lost: str) -> None:
    folder = tmp_path / "keys"
    keys.make(folder)
    keys.rotate(folder, "seen")
    keys.rotate(folder, "seen")
    (folder / lost).unlink()
    with pytest.raises(StoreError, match=f"{lost}: this key is missing"):
        keys.load(folder)


def test_a_key_for_seals_is_added_once_to_an_older_installation(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    keys.make(folder)
    (folder / "seal.1.key").unlink()
    with pytest.raises(StoreError, match=r"seal\.1\.key: no such key yet: run netralitas mig"):
        keys.load(folder)
    assert keys.add_later(folder)
    made = keys.load(folder).versions("seal")
    assert not keys.add_later(folder)
    assert keys.load(folder).versions("seal") == made
    (folder / "seen.1.key").unlink()
    assert not keys.add_later(folder)
    with pytest.raises(StoreError, match="this key is missing"):
        keys.load(folder)


@pytest.mark.parametrize("text", ["", "00", "0" * 63, "0" * 66, "g" * 64, "\u00e9" * 64])
def test_a_broken_key_is_refused_and_not_shown(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "keys"
    keys.make(folder)
    (folder / "seen.1.key").write_text(text, "utf-8")
    with pytest.raises(StoreError, match=r"seen\.1\.key: expected 64 hexadecimal digits") as caught:
        keys.load(folder)
    assert not text or text not in str(caught.value)


@pytest.mark.parametrize(("name", "mode"), [("seen.1.key", 0o640), (".", 0o701)])
def test_keys_that_others_may_read_are_refused(tmp_path: Path, name: str, mode: int) -> None:
    folder = tmp_path / "keys"
    keys.make(folder)
    (folder / name).chmod(mode)
    with pytest.raises(StoreError, match="others may use it: run chmod"):
        keys.load(folder)
