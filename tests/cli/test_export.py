"""``netralitas export``: one finding leaves the house, logged, and anybody can verify it."""

from __future__ import annotations

import json
import re
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from monitor.evidence.files import Files
from monitor.model.evidence import Part
from monitor.store import findings, log
from monitor.store.writer import Writer
from tests.cli.conftest import Run
from tests.cli.test_governance import production, record

FINDING = "NTR-AAAA-BBBB"


@pytest.fixture
def place(run: Run, tmp_path: Path) -> Path:
    """An empty installation with its documents on record; returns its configuration file."""
    assert run("init", tmp_path / "pasang").status == 0
    place = tmp_path / "pasang" / "config.toml"
    for document in ("dpia", "controller", "legal-ground"):
        record(run, place, document)
    return place


def find(place: Path, at: datetime) -> None:
    """Record one finding, with a snapshot."""
    data = place.parent / "data"
    files = Files(data / "snapshots")
    parts = [Part("record", "application/json", b'{"text":"ujaran rekaan"}')]
    with (
        closing(Writer(data / "netralitas.sqlite3")) as writer,
        files.staging(parts) as staged,
        writer.transaction() as tx,
    ):
        files.publish(staged)
        head = log.append(
            tx,
            at=at,
            kind="finding",
            subject=FINDING,
            public={"outcome": "alert", "revision_no": 1},
            content={
                "finding": {"text": "ujaran rekaan"},
                "watch": {"name": "Tokoh Rekaan", "person_ref": "p-1", "platform": "feed"},
            },
            files=staged,
        )
        findings.add(tx, FINDING, head.seq, "alert")


def exported(run: Run, place: Path, to: Path, profile: str = "audit") -> Path:
    words = ("--profile", profile, "--to", to, "--by", "Bu Rekaan", "--why", "diminta auditor")
    done = run("export", FINDING, *words, "-c", place)
    assert done.status == 0, done.err
    found = re.search(r"Export: (\S+\.zip)", done.out)
    assert found
    return Path(found[1])


def test_a_finding_is_exported_logged_and_verified(
    run: Run, place: Path, tmp_path: Path, now: datetime
) -> None:
    production(place)
    find(place, now)
    assert run("seal", "-c", place).status == 0
    path = exported(run, place, tmp_path)
    assert path.name.startswith(f"{FINDING}-audit-")
    verified = run("verify", "--export", path)
    assert verified.status == 0
    assert f"Finding {FINDING}, entries 4." in verified.out
    assert "belum disegel" in verified.out  # nobody stamped it
    with zipfile.ZipFile(path) as archive:
        assert b"Tokoh Rekaan" not in b"".join(archive.read(name) for name in archive.namelist())
        assert json.loads(archive.read("facts/4.json"))["person_ref"] == "p-1"
    with closing(Writer(place.parent / "data" / "netralitas.sqlite3")) as writer:
        last = list(log.rows(writer.reader()))[-1]
        by = log.content(writer.reader(), last.seq, "by")
    entry = json.loads(last.canonical)
    assert (entry["kind"], entry["subject"]) == ("export", FINDING)
    assert by == {"who": "Bu Rekaan", "why": "diminta auditor"}
    assert run("verify", "-c", place).status == 0
    # An export is no part of the case, so it does not stand in the way of the next one.
    exported(run, place, tmp_path / "pasang")


def test_a_changed_export_is_named(run: Run, place: Path, tmp_path: Path, now: datetime) -> None:
    production(place)
    find(place, now)
    run("seal", "-c", place)
    path = exported(run, place, tmp_path)
    with zipfile.ZipFile(path) as archive:
        made = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in made.items():
            archive.writestr(name, data.replace(b"ujaran", b"pujian"))
    bad = run("verify", "--export", path)
    assert bad.status == 1
    assert "First bad place: content/4/finding" in bad.err


def test_nothing_leaves_a_trial(run: Run, place: Path, tmp_path: Path, now: datetime) -> None:
    find(place, now)
    run("seal", "-c", place)
    refused = run("export", FINDING, "--profile", "audit", "--to", tmp_path, "-c", place)
    assert refused.status == 2
    assert "expected production" in refused.err
    assert list(tmp_path.glob("*.zip")) == []


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ((FINDING, "--profile", "penuh"), 2, "one of audit"),
        ((FINDING, "--profile", "audit"), 3, "is not sealed yet: run netralitas seal"),
        (("NTR-ZZZZ-ZZZZ", "--profile", "audit"), 2, "there is no such finding"),
    ],
)
def test_what_cannot_be_exported(
    run: Run, place: Path, now: datetime, words: tuple[str, ...], status: int, said: str
) -> None:
    production(place)
    find(place, now)
    refused = run("export", *words, "-c", place)
    assert refused.status == status
    assert said in refused.err
