"""``netralitas verify --certificate``: the result on paper, also where it is not sound."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.notify import certificate
from tests.cli.conftest import Run
from tests.cli.test_export import exported, find, place
from tests.cli.test_governance import production
from tests.evidence.mutate import tamper

__all__ = ["place"]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the papers are made from, in the order in which they are set."""
    found: list[dict[str, Any]] = []
    whole = certificate.data

    def data(check: certificate.Check) -> dict[str, Any]:
        found.append(whole(check))
        return found[-1]

    monkeypatch.setattr(certificate, "data", data)
    return found


def test_the_log_on_paper(
    run: Run, place: Path, tmp_path: Path, now: datetime, told: list[dict[str, Any]]
) -> None:
    find(place, now)
    run("seal", "-c", place)
    to = tmp_path / "hasil.pdf"
    done = run("verify", "--certificate", to, "-c", place)
    assert (done.status, f"Certificate: {to}" in done.out) == (0, True)
    assert to.read_bytes().startswith(b"%PDF-")
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    rows = dict(told[0]["rows"])
    head = rows["Kepala log yang terbaca"]
    assert f"Head {head}" in done.out
    assert (rows["Segel"], rows["Cap waktu"], rows["Salinan yang dicocokkan"]) == ("1", "0", "1")
    again = run("verify", "--head", head, "--certificate", tmp_path / "dua.pdf", "-c", place)
    assert again.status == 0
    assert dict(told[1]["rows"])["Kepala pembanding"] == head
    assert len(told[1]["shows"]) == len(told[0]["shows"]) + 1


def test_a_changed_log_on_paper(
    run: Run, place: Path, tmp_path: Path, now: datetime, told: list[dict[str, Any]]
) -> None:
    find(place, now)
    database = place.parent / "data" / "netralitas.sqlite3"
    tamper(database, _rewrite)
    to = tmp_path / "hasil.pdf"
    assert run("verify", "--certificate", to, "-c", place).status == 1
    assert to.exists()
    assert told[0]["bad"][0]["place"] == "entri 4"
    assert told[0]["bad"][0]["kind"] == "isi"


def _rewrite(conn: sqlite3.Connection) -> None:
    with closing(conn.execute("UPDATE content SET body = x'7b7d' WHERE seq = 4")) as done:
        assert done.rowcount > 0


def test_an_export_on_paper(
    run: Run, place: Path, tmp_path: Path, now: datetime, told: list[dict[str, Any]]
) -> None:
    production(place)
    find(place, now)
    run("seal", "-c", place)
    path = exported(run, place, tmp_path)
    good = run("verify", "--export", path, "--certificate", tmp_path / "a.pdf")
    assert good.status == 0
    assert dict(told[0]["rows"])["Entri yang dibuktikan"] == "4"
    path.write_bytes(path.read_bytes()[:-9])
    bad = run("verify", "--export", path, "--certificate", tmp_path / "b.pdf")
    assert bad.status == 1
    assert told[1]["bad"][0]["place"] == "the archive"
    assert (tmp_path / "b.pdf").exists()


@pytest.mark.parametrize("name", ["hasil.png", "ada.pdf"])
def test_only_a_new_pdf(run: Run, place: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "ada.pdf").write_text("lama")
    refused = run("verify", "--certificate", tmp_path / name, "-c", place)
    assert refused.status == 2
    assert "a new file that ends in .pdf" in refused.err
    assert (tmp_path / "ada.pdf").read_text() == "lama"
