"""``netralitas erase`` and ``netralitas hold`` as an official uses them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from monitor import config
from monitor.evidence.files import Files
from monitor.model.evidence import Canonical, Part
from monitor.model.review import REVIEW, Step
from monitor.store import erasure, findings, keys, log, outbox
from monitor.store.writer import Writer
from monitor.watch import register as register_file
from tests.cli.conftest import Run

CASE, PERSON, NAME = "NTR-AAAA-0001", "p-rekaan", "Tokoh Rekaan"
WHO = (
    "--ordered-by",
    "Inspektorat Rekaan",
    "--reference",
    "800/1",
    "--by",
    "Sari",
    "--why",
    "tugas",
)


@pytest.fixture
def place(run: Run, tmp_path: Path, now: datetime) -> Path:
    """An installation with one case, about a person who is told of in a decision too."""
    assert run("init", tmp_path / "pasang").status == 0
    path = tmp_path / "pasang" / "config.toml"
    settings = config.load(path)
    files = Files(settings.snapshots)
    with closing(Writer(settings.database)) as writer:
        with files.staging([Part("record", "text/plain", b"ujaran rekaan")]) as staged:
            _record(writer, files, staged, now)
        _note(writer, now, "decision", {"decision": {"why": f"sebab {NAME}"}})
    return path


def _record(
    writer: Writer,
    files: Files,
    staged: Any,
    now: datetime,
    case: str = CASE,
    platform: str = "bluesky",
) -> None:
    content: dict[str, Canonical] = {
        "finding": {"activity": {"id": "a", "revision": "r", "text": "ujaran rekaan"}},
        "watch": {
            "person_ref": PERSON,
            "watch_id": "w-rekaan",
            "name": NAME,
            "address": "rekaan.id",
        },
    }
    public: dict[str, Canonical] = {"outcome": "alert", "revision_no": 1, "platform": platform}
    with writer.transaction() as tx:
        head = log.append(tx, at=now, kind="finding", subject=case, public=public,
                          content=content, files=staged)  # fmt: skip
        findings.add(tx, case, head.seq, "alert")
        files.publish(staged)
        outbox.put(tx, kind="finding", subject=case, seq=head.seq,
                   destinations=[("telegram", "-1001")], at=now)  # fmt: skip
        (item,) = outbox.due(tx, now.timestamp(), 1)
        outbox.sent(tx, item, "77", now)


def _note(writer: Writer, now: datetime, kind: str, content: dict[str, Canonical]) -> None:
    subject = CASE if kind == REVIEW else "keputusan"
    public: dict[str, Canonical] = {"step": Step.FORWARDED.value} if kind == REVIEW else {}
    with writer.transaction() as tx:
        log.append(tx, at=now, kind=kind, subject=subject, public=public, content=content)


def contents(place: Path) -> int:
    with closing(sqlite3.connect(config.load(place).database)) as conn:
        return int(conn.execute("SELECT count(*) FROM content WHERE name <> 'order'").fetchone()[0])


def test_without_yes_it_only_says(run: Run, place: Path) -> None:
    before = contents(place)
    result = run("erase", "case", CASE, "-c", place, "--ground", "pdp", *WHO)
    assert result.status == 0, result.err
    assert "terbuka; 2 contents, 1 files" in result.out
    assert "-1001 message 77" in result.out
    assert "Nothing was erased" in result.out
    assert contents(place) == before


def test_a_case_goes_and_the_log_still_verifies(run: Run, place: Path) -> None:
    result = run("erase", "case", CASE, "-c", place, "--ground", "pdp", *WHO, "--yes")
    assert result.status == 0, result.err
    assert "Erased: 2 contents, 1 files." in result.out
    assert "Tombstone: 4:" in result.out
    verified = run("verify", "-c", place)
    assert verified.status == 0, verified.err
    again = run("erase", "case", CASE, "-c", place, "--ground", "pdp", *WHO, "--yes")
    assert again.status == 2
    assert "erased already" in again.err


def test_a_person_goes_and_what_else_names_them_is_listed(run: Run, place: Path) -> None:
    said = run("erase", "person", PERSON, "-c", place, "--ground", "pdp", *WHO)
    assert said.status == 0, said.err
    assert f"{CASE}: 2 contents, 1 files" in said.out
    assert "entry 2, decision, content decision" in said.out
    assert run("erase", "person", PERSON, "-c", place, "--ground", "pdp", *WHO, "--yes").status == 0
    assert contents(place) == 1
    gone = run("erase", "person", PERSON, "-c", place, "--ground", "pdp", *WHO)
    assert gone.status == 2
    assert "nothing held" in gone.err


def test_a_person_in_the_registers_file_would_come_back(run: Run, place: Path) -> None:
    file = config.load(place).path("register_file")
    number, row = next(iter(register_file.read(file, [], platforms={"bluesky", "feed"})))
    ref = row["person_ref"]
    with closing(Writer(config.load(place).database)) as writer, writer.transaction() as tx:
        values = (ref, *[""] * 12)
        tx.execute(f"INSERT INTO person VALUES ({', '.join('?' * 13)})", values)
    result = run("erase", "person", ref, "-c", place, "--ground", "pdp", *WHO, "--yes")
    assert result.status == 2
    assert f"line {number}" in result.err
    assert "brings the person back" in result.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--ground", "selera", *WHO), "expected one of pdp, keberatan, retensi"),
        (
            ("--ground", "pdp", "--ordered-by", "Kantor", "--reference", "1"),
            "--by: expected a text",
        ),
        (("--ground", "retensi", *WHO), "expected a dismissed case, got terbuka"),
        (("--ground", "pdp", *WHO[:-1], f"kata {NAME}"), "without the person's name"),
    ],
)
def test_what_is_refused(run: Run, place: Path, words: tuple[str, ...], said: str) -> None:
    before = contents(place)
    result = run("erase", "case", CASE, "-c", place, *words, "--yes")
    assert result.status == 2
    assert said in result.err
    assert contents(place) == before


def test_a_case_file_needs_a_list(run: Run, place: Path, now: datetime) -> None:
    with closing(Writer(config.load(place).database)) as writer:
        _note(writer, now, REVIEW, {"review": {"who": "Ketua"}})
    refused = run("erase", "case", CASE, "-c", place, "--ground", "keberatan", *WHO, "--yes")
    assert "destruction list (pemusnahan)" in refused.err
    result = run("erase", "case", CASE, "-c", place, "--ground", "pemusnahan", *WHO, "--yes")
    assert result.status == 0, result.err
    with closing(sqlite3.connect(config.load(place).database)) as conn:
        query = "SELECT canonical FROM log WHERE kind = 'erasure'"
        tombstone = json.loads(conn.execute(query).fetchone()[0])
    assert tombstone["public"]["ground"] == "pemusnahan"
    assert tombstone["public"]["reference"] == "800/1"


def test_a_hold_keeps_a_case(run: Run, place: Path) -> None:
    assert run("hold", CASE, "-c", place).status == 2
    held = run("hold", CASE, "-c", place, "--by", "Ketua", "--why", "sengketa")
    assert held.status == 0, held.err
    words = ("erase", "case", CASE, "-c", place, "--ground", "pdp", *WHO, "--yes")
    refused = run(*words)
    assert refused.status == 2
    assert f"netralitas hold {CASE} --lift" in refused.err
    assert run("hold", CASE, "-c", place, "--by", "K", "--why", "selesai", "--lift").status == 0
    assert run(*words).status == 0
    assert run("verify", "-c", place).status == 0


def test_a_platform_that_allows_no_hold(run: Run, place: Path, now: datetime) -> None:
    settings, case = config.load(place), "NTR-AAAA-0002"
    files = Files(settings.snapshots)
    part = Part("record", "text/plain", b"ujaran lain")
    with closing(Writer(settings.database)) as writer, files.staging([part]) as staged:
        _record(writer, files, staged, now, case, "youtube")
    refused = run("hold", case, "-c", place, "--by", "Ketua", "--why", "sengketa")
    assert refused.status == 2
    assert "YouTube API Services" in refused.err
    words = ("--ordered-by", "Inspektorat", "--by", "Sari", "--why", "tenggat")
    result = run("erase", "case", case, "-c", place, "--ground", "platform", *words, "--yes")
    assert result.status == 0, result.err
    with closing(sqlite3.connect(settings.database)) as conn:
        query = "SELECT canonical FROM log WHERE kind = 'erasure'"
        tombstone = json.loads(conn.execute(query).fetchone()[0])
    assert tombstone["public"]["reference"].startswith("YouTube API Services")


def test_a_dismissed_act_is_known_after_a_command_too(run: Run, place: Path, now: datetime) -> None:
    settings = config.load(place)
    with closing(Writer(settings.database)) as writer, writer.transaction() as tx:
        log.append(tx, at=now, kind=REVIEW, subject=CASE,
                   public={"step": Step.NOT_ENOUGH.value})  # fmt: skip
    run("erase", "case", CASE, "-c", place, "--ground", "pemusnahan", *WHO, "--yes")
    ring = keys.load(settings.path("keys"))
    with closing(sqlite3.connect(settings.database)) as conn:
        found = erasure.decided(conn, ring, "a", "r")
        assert found is not None
        assert found[0] == CASE
        assert erasure.decided(conn, ring, "a", "r2") is None, "another wording is another act"


def test_a_backup_is_remembered(run: Run, place: Path, tmp_path: Path) -> None:
    assert run("backup", tmp_path / "cadangan", "-c", place).status == 0
    said = run("erase", "case", CASE, "-c", place, "--ground", "pdp", *WHO)
    assert "backup" in said.out
    assert "cadangan" in said.out.replace("\n", "")


def test_what_a_migration_left_goes_with_an_order(run: Run, place: Path) -> None:
    copy = place.parent / "data" / "netralitas.sqlite3.before-0001-1"
    copy.write_bytes(b"isi lama")
    words = ("erase", "case", CASE, "-c", place, "--ground", "pdp", *WHO)
    assert "Deleted with it, a copy from before a migration" in run(*words).out
    assert copy.exists()
    assert run(*words, "--yes").status == 0
    assert not copy.exists()
