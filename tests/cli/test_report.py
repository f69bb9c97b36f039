"""``netralitas report``: two files that only their owner reads, and an entry about it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store import log
from monitor.store.writer import Writer
from tests.cli.conftest import Run
from tests.cli.test_export import place
from tests.measure import desk_log

__all__ = ["place"]
WHO = ("--by", "Inspektur Rekaan", "--why", "rapat")


def entries(place: Path) -> list[dict[str, object]]:
    with closing(Writer(place.parent / "data" / "netralitas.sqlite3")) as writer:
        return [json.loads(row.canonical) for row in log.rows(writer.reader())]


def test_a_week_is_written_once_and_its_reading_is_logged(
    run: Run, place: Path, tmp_path: Path
) -> None:
    with closing(Writer(place.parent / "data" / "netralitas.sqlite3")) as writer:
        desk_log.fill(writer, 12)
    out = tmp_path / "laporan"
    out.mkdir()
    words = ("report", "--minggu", "2024-10-09", "--out", out, *WHO, "-c", place)
    done = run(*words)
    assert done.status == 0, done.err
    names = ["laporan-minggu-2024-10-07.pdf", "laporan-minggu-2024-10-07.xlsx"]
    assert sorted(file.name for file in out.iterdir()) == names
    assert {file.stat().st_mode & 0o777 for file in out.iterdir()} == {0o600}
    noted = [e for e in entries(place) if e["kind"] == "reading"]
    assert [e["public"]["command"] for e in noted] == ["report"]  # type: ignore[index]
    assert "Inspektur" not in json.dumps(noted)
    again = run(*words)
    assert again.status == 2
    assert "it is there already" in again.err
    assert len([e for e in entries(place) if e["kind"] == "reading"]) == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "either --minggu DATE or --bulan YYYY-MM"),
        (("--minggu", "2024-10-09", "--bulan", "2024-10"), "both"),
        (("--bulan", "2024-10", "--instansi", "Dinas Lain"), "an agency of the log"),
    ],
)
def test_what_a_report_lacks_is_said(
    run: Run, place: Path, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = run("report", *words, "--out", tmp_path, *WHO, "-c", place)
    assert done.status == 2
    assert said in done.err
    assert list(tmp_path.glob("*.pdf")) == []


def test_who_asks_and_why_is_needed(run: Run, place: Path, tmp_path: Path) -> None:
    done = run("report", "--bulan", "2024-10", "--out", tmp_path / "tidak-ada", "-c", place)
    assert done.status == 2
    for name in ("--by", "--why", "--out"):
        assert name in done.err
