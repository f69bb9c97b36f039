"""``netralitas klarifikasi`` as officers use it: letters, revocations, paper, receipts."""

from __future__ import annotations

import json
import re
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from monitor.model import code as codes
from monitor.run.answers import Opened
from monitor.store import about, answers, invitations, log
from monitor.store.writer import Writer
from tests import needle
from tests.answering.place import FINDING, NAME, REF, Place
from tests.cli.conftest import Result, Run

NIP = re.compile(r"\d{16,}")
WORDS = re.compile(r"(?i)\b(melanggar|bersalah|pelaku|hukuman|sanksi)\b")
BY = ("--by", "Kepala Rekaan", "--why", "diminta yang bersangkutan")


@pytest.fixture
def config(place: Place) -> Path:
    return place.folder / "config.toml"


def invite(run: Run, config: Path, to: Path, officer: str = "ana") -> Result:
    words = ("--to", to, "--officer", officer, "--why", "giliran")
    return run("klarifikasi", "undang", FINDING, *words, "-c", config)


def entries(writer: Writer, kind: str) -> list[dict[str, Any]]:
    read = (json.loads(row.canonical) for row in log.rows(writer.reader()))
    return [entry for entry in read if entry["kind"] == kind]


def test_a_letter_holds_the_only_copy_of_its_code(
    run: Run, place: Place, config: Path, tmp_path: Path
) -> None:
    to = tmp_path / "surat.pdf"
    made = invite(run, config, to)
    assert made.status == 0, made.err
    assert to.read_bytes().startswith(b"%PDF-")
    text = to.with_suffix(".txt").read_text("utf-8")
    found = re.search(r"^    ([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})$", text, re.MULTILINE)
    assert found
    code = found[1]
    answering = place.answering()
    assert code not in made.out + made.err
    assert needle.found(place.folder, (code, code.replace("-", ""))) == []
    assert {stat.S_IMODE(path.stat().st_mode) for path in (to, to.with_suffix(".txt"))} == {0o600}
    assert invitations.standing(answering.writer.reader(), FINDING, answering.clock()) is not None
    assert isinstance(answering.open(code), Opened)
    for said in (NAME, FINDING, "Inspektorat Rekaan", "Jalan Rekaan 12", "SKB Netralitas 2022",
                 "@klarifikasi_rekaan_bot", "Diam bukan", "penasihat hukum",
                 "tidak pernah mengirim tautan"):  # fmt: skip
        assert said in " ".join(text.split()), said
    assert re.findall(r"https?://\S+", text) == ["https://klarifikasi.contoh.example"]
    assert not NIP.search(text)
    assert not WORDS.search(text)
    assert text.count("[ ] ") == 19
    # Nothing is owed to anybody by it but the case's own state.
    assert entries(answering.writer, "delivery") == []


def test_a_letter_that_may_not_be_made_leaves_nothing(
    run: Run, place: Place, config: Path, tmp_path: Path
) -> None:
    to = tmp_path / "surat.pdf"
    for officer, reason in (("ben", "a role"), ("dodo", "not about"), ("eni", "no officer")):
        refused = invite(run, config, to, officer)
        assert refused.status == 2, refused.out
        assert reason in refused.err
        assert not list(tmp_path.glob("surat*"))
    assert entries(place.writer(), "invitation") == []
    to.with_suffix(".txt").write_text("milik orang")
    assert "a new file" in invite(run, config, to).err
    bare = config.read_text("utf-8")
    for key in ("office", "address", "hours"):
        bare = re.sub(rf"(?m)^{key} = .*$", f'{key} = ""', bare)
    config.write_text(bare, "utf-8")
    lacking = invite(run, config, tmp_path / "lain.pdf")
    assert lacking.status == 2
    assert all(f"answers.{key}" in lacking.err for key in ("office", "address", "hours"))


def test_a_code_is_taken_back(run: Run, place: Place, config: Path, tmp_path: Path) -> None:
    words = ("cabut", FINDING, "--officer", "cici", "--why", "surat hilang", "-c", config)
    assert "no letter" in run("klarifikasi", *words).err
    assert invite(run, config, tmp_path / "surat.pdf").status == 0
    assert run("klarifikasi", *words).status == 0
    assert [e["public"]["action"] for e in entries(place.writer(), "invitation")] == [
        "made",
        "revoked",
    ]


def test_paper_needs_two_officers_who_typed_the_same(
    run: Run, place: Place, config: Path, tmp_path: Path
) -> None:
    file, scan = tmp_path / "jawaban.txt", tmp_path / "lembar.pdf"
    file.write_text("Bukan saya yang menulis.\nAkun saya dibajak.", "utf-8")
    scan.write_bytes(b"%PDF-1.7 pindaian rekaan")

    def typed(officer: str, second: str, *more: object) -> Result:
        words = ("--file", file, "--officer", officer, "--second", second, "--attach", scan)
        claim = ("--claim", "ex-not-author", "--counsel", "Bu Pendamping")
        return run("klarifikasi", "kertas", FINDING, *words, *claim, *more, "-c", config)

    assert "a second person" in typed("ana", "ana").err
    assert "not about" in typed("ana", "dodo").err
    assert "a role" in typed("ana", "ben").err
    assert "ex-kpu-page" in typed("ana", "cici", "--claim", "ex-salah").err
    first = typed("ana", "cici")
    assert first.status == 0, first.err
    assert "Nothing is on record yet" in first.out
    assert "--officer cici --second ana --claim ex-not-author" in first.out
    digest = re.search(r"digest ([0-9a-f]{16})", first.out)
    assert digest
    assert answers.of_case(place.writer().reader(), FINDING) == []
    assert needle.found(place.folder, ("Akun saya dibajak", "pindaian rekaan")) == []
    assert "something else" in typed("cici", "ana", "--claim", "ex-cltn").err
    done = typed("cici", "ana")
    assert done.status == 0, done.err
    assert digest[1] in done.out
    (given,) = answers.of_case(place.writer().reader(), FINDING)
    assert given.receipt in done.out
    assert (given.way, given.answer.counsel, list(given.files)) == (
        "kertas", "Bu Pendamping", ["lampiran-1"],
    )  # fmt: skip
    said = about.opened(place.writer().reader(), given.seq)["review"]
    assert (said["who"], said["confirmed_by"]) == ("ana Petugas", "cici Petugas")

    paper = tmp_path / "tanda.pdf"
    got = run("klarifikasi", "tanda-terima", given.receipt, "--to", paper, *BY, "-c", config)
    assert got.status == 0, got.err
    assert paper.read_bytes().startswith(b"%PDF-")
    (reading,) = entries(place.writer(), "reading")
    assert reading["public"] == {"command": "klarifikasi tanda-terima"}
    assert reading["subject"] == FINDING
    assert run("verify", "-c", config).status == 0


def test_what_is_no_answer_on_paper_is_refused(
    run: Run, place: Place, config: Path, tmp_path: Path
) -> None:
    file, scan = tmp_path / "jawaban.txt", tmp_path / "lembar.pdf"

    def typed(*more: object) -> str:
        words = ("--file", file, "--officer", "ana", "--second", "cici", *more, "-c", config)
        got = run("klarifikasi", "kertas", FINDING, *words)
        assert got.status == 2, got.out
        return got.err

    assert "a text file in UTF-8" in typed()
    file.write_bytes(b"\xff\xfe\x00")
    assert "a text file in UTF-8" in typed()
    file.write_text(" \n", "utf-8")
    assert "an answer" in typed()
    file.write_text("a" * 20_001, "utf-8")
    assert "at most 20000 characters" in typed()
    file.write_text("ya", "utf-8")
    scan.write_bytes(b"MZ program")
    assert "a PDF, PNG or JPEG" in typed("--attach", scan)
    assert "a readable file" in typed("--attach", tmp_path / "tidak-ada.pdf")
    assert answers.paper(place.writer().reader(), FINDING, place.now) is None


def test_both_sides_stand_on_the_case(run: Run, place: Place, config: Path, tmp_path: Path) -> None:
    number = answered(run, place, config, tmp_path)
    shown = run("review", "show", FINDING, *BY, "-c", config).out
    for said in (number, "Akun saya dibajak", "Bu Pendamping", "menurut pemeriksaan",
                 "menurut yang bersangkutan", "disampaikan", "tidak terpenuhi"):  # fmt: skip
        assert said in shown
    to = tmp_path / "akses.zip"
    assert run("access", REF, "--to", to, *BY, "-c", config).status == 0
    with zipfile.ZipFile(to) as archive:
        told = json.loads(archive.read("data.json"))
        assert archive.read(f"salinan/{FINDING}/{seq_of(told)}-lampiran-1.pdf").startswith(b"%PDF-")
        assert b"%PDF-" in archive.read("ringkasan.pdf")
    (case,) = [one for one in told["cases"] if one["finding"] == FINDING]
    kinds = [entry["kind"] for entry in case["entries"]]
    assert "invitation" in kinds
    kept = next(
        e["content"]["klarifikasi"] for e in case["entries"] if "klarifikasi" in e["content"]
    )
    assert (kept["text"], kept["claims"], kept["receipt"]) == (
        "Akun saya dibajak.", ["ex-not-author"], number,
    )  # fmt: skip


@pytest.mark.drill
def test_an_erased_case_leaves_no_word_of_its_answer(
    run: Run, place: Place, config: Path, tmp_path: Path
) -> None:
    number = answered(run, place, config, tmp_path)
    place.close()  # nobody else holds the old pages
    order = ("--ground", "pdp", "--ordered-by", "Inspektorat", "--reference", "800/1",
             "--by", "Sari", "--why", "tugas")  # fmt: skip
    assert run("seal", "-c", config).status == 0
    gone = run("erase", "case", FINDING, *order, "--yes", "-c", config)
    assert gone.status == 0, gone.err
    needles = ("Akun saya dibajak", "Bu Pendamping", "pindaian rekaan", number)
    assert needle.found(place.folder, needles) == []
    with place.writer().transaction() as tx:
        for table in ("invitation", "answer", "answer_paper"):
            (count,) = tx.execute(f"SELECT count(*) FROM {table}").fetchone()
            assert count == 0, table
    assert (
        "there is no answer"
        in run(
            "klarifikasi", "tanda-terima", number, "--to", tmp_path / "x.pdf", *BY, "-c", config
        ).err
    )
    assert run("verify", "-c", config).status == 0


def answered(run: Run, place: Place, config: Path, tmp_path: Path) -> str:
    """Invite, and enter an answer on paper; return its receipt's number."""
    assert invite(run, config, tmp_path / "undangan.pdf").status == 0
    file, scan = tmp_path / "j.txt", tmp_path / "j.pdf"
    file.write_text("Akun saya dibajak.", "utf-8")
    scan.write_bytes(b"%PDF-1.7 pindaian rekaan")
    more = ("--claim", "ex-not-author", "--counsel", "Bu Pendamping", "--attach", scan)
    for officer, second in (("ana", "cici"), ("cici", "ana")):
        words = ("--file", file, "--officer", officer, "--second", second, *more)
        got = run("klarifikasi", "kertas", FINDING, *words, "-c", config)
        assert got.status == 0, got.err
    (given,) = answers.of_case(place.writer().reader(), FINDING)
    assert codes.read(given.receipt) is None
    return given.receipt


def seq_of(told: dict[str, list[dict[str, object]]]) -> object:
    (case,) = [one for one in told["cases"] if one["finding"] == FINDING]
    entries_ = case["entries"]
    assert isinstance(entries_, list)
    return next(e["seq"] for e in entries_ if "klarifikasi" in e["content"])
