"""``netralitas export --profile penerusan``: a decided case with its cover, and nothing else."""

from __future__ import annotations

import hashlib
import json
import zipfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.evidence.files import Files
from monitor.model.evidence import CARD, Canonical, Part
from monitor.store import findings, log
from monitor.store.writer import Writer
from tests.cli.conftest import Run
from tests.cli.test_export import FINDING, place
from tests.cli.test_governance import production
from tests.notify import examples

__all__ = ["place"]

LETTER = (
    "--official", "Dra. Pejabat Contoh", "--office", "Inspektorat Kota Misalan",
    "--letter", "700/123/2024", "--date", "2024-10-15",
)  # fmt: skip
BY = ("--by", "Bu Rekaan", "--why", "diteruskan ke Bawaslu")
TIPSTER = "Warga Pemberi Kabar"
DESK = "Pak Pemutus"
# A card shows the name of the register line; here its bytes say so in clear.
PICTURE = b"\x89PNG\r\n Sari Contohwati"


def database(place: Path) -> Path:
    return place.parent / "data" / "netralitas.sqlite3"


def observe(
    place: Path,
    at: datetime,
    content: dict[str, Any],
    watch: dict[str, Any] = examples.WATCH,
    outcome: str = "alert",
) -> None:
    """Record a finding as the daemon does, with its files; then tell it."""
    files = Files(place.parent / "data" / "snapshots")
    parts = [
        Part("record", "application/json", b'{"text":"ujaran rekaan"}'),
        Part(CARD, "image/png", PICTURE),
    ]
    with (
        closing(Writer(database(place))) as writer,
        files.staging(parts) as staged,
        writer.transaction() as tx,
    ):
        files.publish(staged)
        revision = findings.next_revision(tx, FINDING)
        public: dict[str, Canonical] = {
            "outcome": outcome,
            "revision_no": revision,
            "partial": False,
            "proof": "",
        }
        both = {"finding": content, "watch": watch}
        head = log.append(
            tx, at=at, kind="finding", subject=FINDING, public=public, content=both, files=staged
        )
        findings.add(tx, FINDING, head.seq, outcome)


def enter(
    place: Path, at: datetime, kind: str, public: dict[str, Canonical], **content: Any
) -> int:
    with closing(Writer(database(place))) as writer, writer.transaction() as tx:
        return log.append(tx, at=at, kind=kind, subject=FINDING, public=public, content=content).seq


def decide(place: Path, at: datetime, step: str, **more: str) -> int:
    said = {"who": DESK, "role": "inspektorat", "why": f"{DESK} menilai cukup", **more}
    return enter(place, at, "review", {"step": step}, review=said)


@pytest.fixture
def case(run: Run, place: Path, now: datetime) -> Path:
    """A production installation with one case, told, answered and decided."""
    production(place)
    observe(place, now, examples.post())
    accepted = {"result": "accepted", "accepted_at": "2024-10-12T02:42:10.000000Z"}
    sent = {"destination": "-100123", "message_id": "77"}
    enter(place, now, "delivery", {**accepted, "finding_seq": 4}, delivery=sent)
    enter(place, now, "submission", {}, submission={"name": TIPSTER})
    enter(place, now, "state", {"state": "dihapus", "revision_no": 1}, state={"seen": "tidak ada"})
    answer = {"text": "Itu memang saya tulis.", "who": "Sari Contohwati"}
    enter(place, now, "review", {"step": "dijawab"}, klarifikasi=answer)
    decide(place, now + timedelta(minutes=1), "diteruskan")
    assert run("seal", "-c", place).status == 0
    return place


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def export(run: Run, place: Path, to: Path, profile: str, *words: str) -> dict[str, bytes]:
    done = run("export", FINDING, "--profile", profile, "--to", to, *BY, *words, "-c", place)
    assert done.status == 0, done.err
    (path,) = to.glob("*.zip")
    assert run("verify", "--export", path).status == 0
    return members(path)


def test_a_decided_case_is_forwarded_with_its_cover(run: Run, case: Path, tmp_path: Path) -> None:
    made = export(run, case, tmp_path, "penerusan", *LETTER)
    assert made["pengantar.pdf"].startswith(b"%PDF-")
    assert made["kartu.png"] == made["files/4/card"] == PICTURE
    assert json.loads(made["content/4/watch"])["name"] == "Sari Contohwati"
    assert json.loads(made["content/8/klarifikasi"])["text"] == "Itu memang saya tulis."
    assert json.loads(made["content/9/review"])["who"] == DESK
    manifest = json.loads(made["manifest.json"])
    assert manifest["members"]["pengantar.pdf"] == hashlib.sha256(made["pengantar.pdf"]).hexdigest()
    assert manifest["withheld"] == {
        "content/5/delivery": "identity",
        "content/6/submission": "identity",
    }
    with closing(Writer(database(case))) as writer:
        last = list(log.rows(writer.reader()))[-1]
        by = log.content(writer.reader(), last.seq, "by")
    entry = json.loads(last.canonical)
    assert (entry["kind"], entry["public"]["profile"]) == ("export", "penerusan")
    assert by == {
        "who": "Bu Rekaan", "why": "diteruskan ke Bawaslu", "official": "Dra. Pejabat Contoh",
        "office": "Inspektorat Kota Misalan", "letter": "700/123/2024", "date": "2024-10-15",
    }  # fmt: skip


@pytest.mark.parametrize(("profile", "words"), [("audit", ()), ("penerusan", LETTER)])
def test_who_gave_a_tip_appears_nowhere(
    run: Run, case: Path, tmp_path: Path, profile: str, words: tuple[str, ...]
) -> None:
    made = export(run, case, tmp_path, profile, *words)
    for needle in (TIPSTER, "-100123"):
        assert [name for name, data in made.items() if needle.encode() in data] == []


def test_an_auditor_reads_decisions_without_names(run: Run, case: Path, tmp_path: Path) -> None:
    made = export(run, case, tmp_path, "audit")
    assert json.loads(made["manifest.json"])["withheld"]["files/4/card"] == "identity"
    said = json.loads(made["decisions/9.json"])
    assert said["public"] == {"step": "diteruskan"}
    assert said["content"]["review"] == {
        "who": "inspektorat",
        "role": "inspektorat",
        "why": "inspektorat menilai cukup",
    }
    assert json.loads(made["decisions/7.json"])["public"]["state"] == "dihapus"
    assert sorted(n for n in made if n.startswith("decisions/")) == [
        f"decisions/{seq}.json" for seq in (6, 7, 8, 9)
    ]
    for needle in (DESK, "Sari Contohwati"):
        assert [name for name, data in made.items() if needle.encode() in data] == []


@pytest.mark.parametrize(
    ("steps", "got"),
    [
        ((), "no decision"),
        (("perlu_diperiksa",), "perlu_diperiksa as the last decision"),
        (("diteruskan", "dibuka_kembali"), "dibuka_kembali as the last decision"),
        (("diteruskan", "bukti_tidak_cukup"), "bukti_tidak_cukup as the last decision"),
    ],
)
def test_without_a_persons_decision_nothing_is_forwarded(
    run: Run, place: Path, tmp_path: Path, now: datetime, steps: tuple[str, ...], got: str
) -> None:
    production(place)
    observe(place, now, examples.post())
    for step in steps:
        decide(place, now, step)
    run("seal", "-c", place)
    words = ("--profile", "penerusan", "--to", tmp_path, *BY, *LETTER)
    refused = run("export", FINDING, *words, "-c", place)
    assert refused.status == 2
    assert "a recorded decision to forward" in refused.err
    assert got in refused.err
    assert "--profile audit" in refused.err
    assert list(tmp_path.glob("*.zip")) == []


def test_everything_missing_from_the_letter_is_said_at_once(run: Run, case: Path) -> None:
    words = ("--official", "Dra. Pejabat Contoh", "--date", "15 Oktober")
    refused = run("export", FINDING, "--profile", "penerusan", *words, "-c", case)
    assert refused.status == 2
    for key in ("--office", "--letter", "--by", "--why", "a day as 2024-10-15"):
        assert key in refused.err
    assert "--official" not in refused.err


def test_a_trial_forwards_nothing(run: Run, place: Path, tmp_path: Path, now: datetime) -> None:
    observe(place, now, examples.post())
    decide(place, now, "diteruskan")
    run("seal", "-c", place)
    words = ("--profile", "penerusan", "--to", tmp_path, *BY, *LETTER)
    refused = run("export", FINDING, *words, "-c", place)
    assert refused.status == 2
    assert "expected production" in refused.err
    assert list(tmp_path.glob("*.zip")) == []


def test_a_person_wrongly_named_before_is_not_handed_on(
    run: Run, place: Path, tmp_path: Path, now: datetime
) -> None:
    production(place)
    wrong = {**examples.WATCH, "person_ref": "ref-0009", "name": "Orang Keliru"}
    observe(place, now, examples.post(), wrong)
    observe(place, now, examples.post())
    decide(place, now, "diteruskan")
    run("seal", "-c", place)
    made = export(run, place, tmp_path, "penerusan", *LETTER)
    withheld = {"content/4/watch": "identity", "files/4/card": "identity"}
    assert json.loads(made["manifest.json"])["withheld"] == withheld
    assert json.loads(made["content/5/watch"])["name"] == "Sari Contohwati"
    assert [name for name, data in made.items() if b"Orang Keliru" in data] == []


def test_what_a_correction_took_back_is_not_forwarded(
    run: Run, case: Path, tmp_path: Path, now: datetime
) -> None:
    observe(case, now + timedelta(minutes=2), examples.post(), outcome="none")
    assert run("seal", "-c", case).status == 0
    words = ("export", FINDING, "--profile", "penerusan", *LETTER, *BY, "--to", tmp_path)
    refused = run(*words, "-c", case)
    assert refused.status == 2
    assert "a correction that left nothing of it" in refused.err
    assert list(tmp_path.glob("*.zip")) == []


def test_the_letter_is_the_one_that_was_decided(
    run: Run, place: Path, tmp_path: Path, now: datetime
) -> None:
    production(place)
    observe(place, now, examples.post())
    decide(place, now, "diteruskan", letter="700/9/2024", date="2024-10-16")
    run("seal", "-c", place)
    words = ("--profile", "penerusan", "--to", tmp_path, *BY, *LETTER)
    refused = run("export", FINDING, *words, "-c", place)
    assert refused.status == 2
    assert "--letter: expected 700/9/2024, as it was decided" in refused.err
    assert "--date: expected 2024-10-16, as it was decided" in refused.err
    made = export(run, place, tmp_path, "penerusan", *LETTER[:4])
    assert made["pengantar.pdf"]
    with closing(Writer(database(place))) as writer:
        last = list(log.rows(writer.reader()))[-1]
        by = log.content(writer.reader(), last.seq, "by")
    assert by is not None
    assert (by["letter"], by["date"]) == ("700/9/2024", "2024-10-16")


def test_what_the_desk_decides_is_what_is_forwarded(
    run: Run, place: Path, tmp_path: Path, now: datetime
) -> None:
    """Two officers take a case to its end by commands; the letter is the one they decided."""
    production(place)
    observe(place, now, examples.post())
    (tmp_path / "jawab.txt").write_text("Itu memang saya tulis.\n", "utf-8")
    for officer, role in (("p1", "penelaah"), ("p2", "penyetuju")):
        named = ("--name", f"Petugas {officer}", "--agency", "Inspektorat", "--role", role)
        assert run("review", "officer", officer, *named, *BY, "-c", place).status == 0
    letter = (
        "--receiver",
        "Bawaslu Kota Misalan",
        "--letter",
        "700/9/2024",
        "--date",
        "2024-10-16",
    )
    steps = (
        ("diambil", "p1"),
        ("klarifikasi_diminta", "p1"),
        ("dijawab", "p1", "--answer", tmp_path / "jawab.txt"),
        ("perlu_diperiksa", "p1"),
        ("diteruskan", "p2", "--path", "informasi_awal_bawaslu", *letter),
    )
    for step, officer, *more in steps:
        words = ("--officer", officer, "--why", "cukup", *more)
        taken = run("review", "step", FINDING, step, *words, "-c", place)
        assert taken.status == 0, taken.err
    assert run("seal", "-c", place).status == 0
    made = export(run, place, tmp_path, "penerusan", *LETTER[:4])
    assert json.loads(made["content/11/review"])["receiver"] == "Bawaslu Kota Misalan"
    assert made["pengantar.pdf"].startswith(b"%PDF-")
    for old in tmp_path.glob("*.zip"):
        old.unlink()
    masked = export(run, place, tmp_path, "audit")
    assert [name for name, data in masked.items() if b"Petugas p" in data] == []
