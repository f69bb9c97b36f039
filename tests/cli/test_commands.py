"""Setting up, checking and keeping an installation."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.store.backup import DATABASE
from tests.cli.conftest import Run


@pytest.fixture
def place(run: Run, tmp_path: Path) -> Path:
    """A fresh installation; returns its configuration file."""
    result = run("init", tmp_path / "pasang")
    assert result.status == 0, result.err
    return tmp_path / "pasang" / "config.toml"


def test_version_and_help(run: Run) -> None:
    assert run("--version").out.startswith("netralitas ")
    shown = run("match", "--help").out
    assert "Example" in shown


def test_a_word_that_is_no_command_is_a_usage_error(run: Run) -> None:
    result = run("watch")
    assert result.status == 2
    assert "watch" in result.err


def test_without_a_configuration_it_says_what_to_do(run: Run, tmp_path: Path) -> None:
    result = run("once", "-c", tmp_path / "config.toml")
    assert result.status == 2
    assert "netralitas init" in result.err


def test_init_makes_what_check_accepts(run: Run, place: Path) -> None:
    secret = place.parent / "secrets" / "x_bearer"
    secret.write_text("rahasia-rekaan")
    secret.chmod(0o644)
    register = place.parent / "watchlists" / "register" / "contoh.csv"
    line = register.read_text("utf-8").splitlines()[-1].split(",")
    line[:5] = "w-x", "p-x", "Nama Rekaan", "mastodon", "sari@sosial.example"
    register.write_text(register.read_text("utf-8") + ",".join(line) + "\n", "utf-8")
    result = run("check", "-c", place)
    assert result.status == 0, result.err
    assert "rule cases as expected" in result.out
    assert "1 register line is on mastodon and will not be looked at: collect" in result.err
    assert "Warning: http.contact is still the example's" in result.err
    assert f"chmod 600 {secret}" in result.err.replace("\n", "")
    assert "rahasia-rekaan" not in result.err


def test_init_never_overwrites(run: Run, place: Path) -> None:
    before = place.read_bytes()
    result = run("init", place.parent)
    assert result.status == 2
    assert place.read_bytes() == before


def test_check_tells_every_fault_of_every_file_at_once(run: Run, place: Path) -> None:
    register = place.parent / "watchlists" / "register" / "contoh.csv"
    register.write_text(register.read_text().replace("bluesky", "friendster"))
    rule = next((place.parent / "watchlists" / "rules").glob("support-*.toml"))
    rule.write_text(rule.read_text() + '\nsurprise = "yes"\n')
    result = run("check", "-c", place)
    assert result.status == 2
    assert "contoh.csv:" in result.err
    assert "surprise" in result.err


def test_check_refuses_a_route_without_its_secret(run: Run, place: Path) -> None:
    route = '\n[[notify.routes]]\nnotifier = "telegram"\ndestination = "-100"\n'
    place.write_text(place.read_text() + route)
    result = run("check", "-c", place)
    assert result.status == 2
    assert "telegram_token" in result.err


def test_status_verify_and_keys_show_no_secret(run: Run, place: Path) -> None:
    shown = run("status", "-c", place)
    assert shown.status == 0, shown.err
    assert "Log head: 0:" in shown.out
    listed = run("keys", "list", "-c", place)
    for key in (place.parent / "keys").iterdir():
        assert key.read_bytes().hex() not in listed.out
    assert run("verify", "-c", place).status == 0
    assert run("verify", "-c", place, "--head", "oops").status == 2


def test_keys_are_made_once_and_rotated_on_demand(run: Run, place: Path) -> None:
    before = {p.name: p.read_bytes() for p in (place.parent / "keys").iterdir()}
    assert run("keys", "make", "-c", place).status == 3
    assert run("keys", "rotate", "seen", "-c", place).status == 0
    assert run("keys", "rotate", "lock", "-c", place).status == 2
    after = {p.name: p.read_bytes() for p in (place.parent / "keys").iterdir()}
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 1


def test_a_backup_can_be_checked_and_restored(run: Run, place: Path, tmp_path: Path) -> None:
    made = run("backup", tmp_path / "cadangan", "-c", place)
    assert made.status == 0, made.err
    folder = next((tmp_path / "cadangan").iterdir())
    assert run("restore", "--check", folder, "-c", place).status == 0
    database = place.parent / "data" / "netralitas.sqlite3"
    assert run("restore", folder, "-c", place).status == 3, "it must not overwrite"
    for file in database.parent.glob("netralitas.sqlite3*"):
        file.unlink()
    result = run("restore", folder, "-c", place)
    assert result.status == 0, result.err
    assert run("verify", "-c", place).status == 0
    copy = folder / DATABASE
    data = bytearray(copy.read_bytes())
    data[200] ^= 1
    copy.write_bytes(bytes(data))
    assert run("restore", "--check", folder, "-c", place).status == 1


def test_a_database_of_a_newer_version_is_refused(run: Run, place: Path) -> None:
    conn = sqlite3.connect(place.parent / "data" / "netralitas.sqlite3")
    conn.execute("UPDATE alembic_version SET version_num = 'f9999999'")
    conn.commit()
    conn.close()
    result = run("status", "-c", place)
    assert result.status == 3
    assert "newer" in result.err


def test_a_place_that_cannot_be_used_is_told_without_a_trace(run: Run, tmp_path: Path) -> None:
    (tmp_path / "berkas").write_text("isi")
    told = run("init", tmp_path / "berkas" / "baru")
    assert told.status in {2, 3}
    assert "berkas" in told.err
    assert "Traceback" not in told.err


def test_words_that_are_no_text_are_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["netralitas", "hold", "NTR-AAAA-AAAA", "--why", "\udcff"])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "words in UTF-8" in capsys.readouterr().err


def test_a_port_that_cannot_be_is_refused(run: Run, place: Path) -> None:
    told = run("audit", "--port", "99999", "--by", "a", "--why", "b", "-c", place)
    assert told.status == 2
    assert not (place.parent / "data" / "audit").exists()
