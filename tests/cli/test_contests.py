"""``netralitas contests import`` as a person calls it."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor import watch
from tests.cli.conftest import Run
from tests.intake.conftest import CALENDAR, HEADER


@pytest.fixture
def place(tmp_path: Path, run: Run) -> Path:
    assert run("init", tmp_path / "pasang").status == 0
    (tmp_path / "pilkada-2030.toml").write_text(CALENDAR, "utf-8")
    return tmp_path


def bring(run: Run, place: Path, rows: str) -> tuple[int, str, str]:
    (place / "paslon.csv").write_text(HEADER + rows, "utf-8")
    result = run(
        "contests", "import", place / "paslon.csv", "--calendar", place / "pilkada-2030.toml",
        "--watchlists", place / "pasang" / "watchlists", "--source", "daftar rekaan",
    )  # fmt: skip
    return result.status, result.out, result.err


def test_a_new_election_joins_the_shipped_ones(run: Run, place: Path) -> None:
    rows = (
        "gubernur,35,1,WIRASENA REKA - LARASWATI KHAYAL\ngubernur,35,2,SENOPATI A - MEGANTARA B\n"
    )
    status, out, _ = bring(run, place, rows)
    assert status == 0
    assert "2 rows: 1 contests new" in out
    contests = watch.load(place / "pasang" / "watchlists").contests
    assert contests["pilgub-35-2030"].targets[0].label == "Wirasena-Laraswati"
    assert "pilgub-35-2024" in contests


def test_bad_rows_leave_with_1(run: Run, place: Path) -> None:
    status, _, err = bring(run, place, "gubernur,34,1,SATU SAJA\ngubernur,00,2,SATU A - DUA B\n")
    assert status == 1
    assert "paslon.csv:2: nama_paslon" in err
    assert "paslon.csv:3: kode_wilayah" in err
    assert "2 faults, nothing was written" in err


def test_a_missing_calendar_leaves_with_2(run: Run, place: Path) -> None:
    (place / "pilkada-2030.toml").unlink()
    status, _, err = bring(run, place, "gubernur,35,1,SATU A - DUA B\n")
    assert status == 2
    assert "pilkada-2030.toml" in err
