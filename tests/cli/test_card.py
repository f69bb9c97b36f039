"""``netralitas card``: a finding as a picture, and an entry that says who drew it."""

from __future__ import annotations

import json
import stat
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from monitor.store import findings, log
from monitor.store.writer import Writer
from tests.cli.conftest import Run
from tests.notify import examples

FINDING = "NTR-AAAA-BBBB"


@pytest.fixture
def place(run: Run, tmp_path: Path, now: datetime) -> Path:
    """An installation with one finding; returns its configuration file."""
    assert run("init", tmp_path / "pasang").status == 0
    database = tmp_path / "pasang" / "data" / "netralitas.sqlite3"
    with closing(Writer(database)) as writer, writer.transaction() as tx:
        head = log.append(
            tx,
            at=now,
            kind="finding",
            subject=FINDING,
            public={"outcome": "alert", "revision_no": 1, "partial": False, "proof": ""},
            content={"finding": examples.post(), "watch": examples.WATCH},
        )
        findings.add(tx, FINDING, head.seq, "alert")
    return tmp_path / "pasang" / "config.toml"


@pytest.mark.parametrize("name", ["kartu.png", "kartu.pdf"])
def test_a_card_is_drawn_and_noted(run: Run, place: Path, tmp_path: Path, name: str) -> None:
    to = tmp_path / name
    words = (FINDING, "--to", to, "--by", "Bu Rekaan", "--why", "rapat")
    done = run("card", *words, "-c", place)
    assert done.status == 0, done.err
    assert to.read_bytes()[:4] in (b"\x89PNG", b"%PDF")
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    with closing(Writer(place.parent / "data" / "netralitas.sqlite3")) as writer:
        last = list(log.rows(writer.reader()))[-1]
        assert log.content(writer.reader(), last.seq, "by") == {"who": "Bu Rekaan", "why": "rapat"}
    entry = json.loads(last.canonical)
    assert (entry["kind"], entry["subject"]) == ("reading", FINDING)
    assert entry["public"] == {"command": "card"}
    again = run("card", *words, "-c", place)
    assert again.status == 2
    assert "a new file" in again.err


def test_what_cannot_be_drawn(run: Run, place: Path, tmp_path: Path) -> None:
    assert run("card", FINDING, "--to", tmp_path / "kartu.gif", "-c", place).status == 2
    unknown = run("card", "NTR-ZZZZ-ZZZZ", "--to", tmp_path / "a.png", "-c", place)
    assert unknown.status == 2
    assert unknown.err == "NTR-ZZZZ-ZZZZ: there is no such finding\n"
    nowhere = run("card", FINDING, "--to", tmp_path / "none" / "a.png", "-c", place)
    assert nowhere.status == 2
    assert "in a folder that is there" in nowhere.err
