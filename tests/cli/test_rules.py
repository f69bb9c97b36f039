"""Rules in service, as a person switches them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run

RULE = "support-like-candidate"


@pytest.fixture
def place(run: Run, tmp_path: Path) -> Path:
    assert run("init", tmp_path / "pasang").status == 0
    return tmp_path / "pasang" / "config.toml"


def test_a_rule_is_turned_off_and_on(run: Run, place: Path) -> None:
    off = run("rules", "off", RULE, "--reason", "salah baca", "--who", "Bu Rekaan", "-c", place)
    assert off.status == 0, off.err
    assert "rules on" in off.out
    assert "Bu Rekaan: salah baca" in run("rules", "list", "-c", place).out
    on = run("rules", "on", RULE, "--reason", "sudah benar", "-c", place)
    assert on.status == 0, on.err
    assert "Bu Rekaan" not in run("rules", "list", "-c", place).out
    assert run("verify", "-c", place).status == 0


@pytest.mark.parametrize("command", ["off", "on", "promote", "retire", "hits"])
def test_nothing_is_switched_without_a_reason_or_by_a_wrong_name(
    run: Run, place: Path, command: str
) -> None:
    assert run("rules", command, RULE, "-c", place).status == 2
    result = run("rules", command, "aturan-hantu", "--reason", "coba", "-c", place)
    assert result.status == 2
    assert "aturan-hantu" in result.err
