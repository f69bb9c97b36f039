"""``netralitas dokumen``: papers at their place in a case, what was issued, and its terms."""

from __future__ import annotations

import json
import zipfile
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.clock import utc_now
from monitor.model.letter import Kind
from monitor.store import log
from monitor.store.writer import Writer
from tests.cli.conftest import Run
from tests.cli.test_export import FINDING, place
from tests.cli.test_forward import observe
from tests.cli.test_governance import production
from tests.notify import examples

__all__ = ["place"]
BY = ("--by", "Bu Rekaan, Inspektur", "--why", "sesuai SOP")
PDF = b"%PDF-1.7 pindaian rekaan"


class Desk:
    def __init__(self, run: Run, place: Path) -> None:
        self.run, self.place = run, place
        for name, role in (("ana", "penelaah"), ("ben", "penyetuju")):
            self.ok(
                "review", "officer", name, "--name", name, "--agency", "BKD", "--role", role, *BY
            )

    def __call__(self, *words: object) -> Any:
        return self.run(*words, "-c", self.place)

    def ok(self, *words: object) -> str:
        done = self(*words)
        assert done.status == 0, done.err
        return f"{done.out}{done.err}"

    def step(self, what: str, officer: str = "ana", *more: object) -> None:
        self.ok("review", "step", FINDING, what, "--officer", officer, "--why", "SOP", *more)

    def draft(self, kind: str) -> Any:
        return self("dokumen", FINDING, kind, "--out", self.place.parent, *BY)

    def issue(self, kind: str, *more: object) -> Any:
        given = ("--number", "800/1/2024", "--date", "2024-10-15", *more)
        return self("dokumen", "terbit", FINDING, kind, *given, *BY)

    def entries(self, kind: str) -> list[dict[str, Any]]:
        with closing(Writer(self.place.parent / "data" / "netralitas.sqlite3")) as writer:
            rows = (json.loads(row.canonical) for row in log.rows(writer.reader()))
            return [row for row in rows if row["kind"] == kind]


@pytest.fixture
def desk(run: Run, place: Path) -> Desk:
    observe(place, utc_now(), examples.post())
    return Desk(run, place)


def test_papers_come_in_the_order_of_an_examination(desk: Desk, tmp_path: Path) -> None:
    refused = desk.draft("nota-dinas")
    assert refused.status == 2
    assert "case at diambil, dijawab, klarifikasi_diminta, perlu_diperiksa" in refused.err
    assert list(tmp_path.rglob("*.odt")) == []
    desk.step("diambil")
    assert desk.draft("nota-dinas").status == 0
    made = desk.place.parent / f"{FINDING}-nota-dinas.odt"
    assert zipfile.ZipFile(made).namelist()[0] == "mimetype"
    assert made.with_suffix(".pdf").read_bytes().startswith(b"%PDF-")
    assert made.stat().st_mode & 0o777 == 0o600
    assert "without this file" in desk.draft("nota-dinas").err
    early = desk.draft("lhp").err
    assert "a case at perlu_diperiksa or diteruskan:pemeriksaan_atasan" in early
    assert "bap on record first: netralitas dokumen terbit" in early
    desk.step("perlu_diperiksa")
    assert desk.draft("panggilan-1").status == 0
    assert "panggilan-1 on record first" in desk.draft("panggilan-2").err
    assert "Surat Panggilan I" in desk.ok("review", "due")
    assert desk.issue("panggilan-1", "--hearing", "2024-10-21").status == 0
    assert "may be drafted" not in desk.draft("panggilan-2").err
    assert desk.draft("bap").status == 0
    assert desk.issue("bap").status == 0
    assert desk.draft("lhp").status == 0
    listed = desk.ok("dokumen", "daftar", FINDING, *BY)
    assert "800/1/2024" in listed
    assert "lhp" in listed.partition("May be drafted now:")[2]
    assert "a reply is only recorded" in desk.draft("tanggapan").err
    readings = [e["public"] for e in desk.entries("reading")]
    assert [r["document"] for r in readings if r["command"] == "dokumen"] == [
        "nota-dinas", "panggilan-1", "panggilan-2", "bap", "lhp",
    ]  # fmt: skip


def test_what_was_issued_is_kept_closed_and_verified(desk: Desk, tmp_path: Path) -> None:
    desk.step("diambil")
    desk.step("perlu_diperiksa")
    scan = tmp_path / "panggilan.pdf"
    scan.write_bytes(PDF)
    done = desk.issue("panggilan-1", "--hearing", "2024-10-17", "--scan", scan)
    assert done.status == 0
    assert "1 hari kerja sebelum hari pemeriksaan" in done.err
    (entry,) = desk.entries("document")
    assert entry["public"] | {"stamp": ""} == {"document": "panggilan-1", "stamp": ""}
    assert entry["files"]["scan"]["size"] == len(PDF)
    assert "800/1/2024" not in json.dumps(entry)
    assert desk("verify").status == 0
    desk.step("bukan_akunnya")
    erased = desk(
        "erase", "case", FINDING, "--ground", "pdp", "--ordered-by", "PPID",
        "--reference", "1/2024", "--yes", *BY,
    )  # fmt: skip
    assert erased.status == 0, erased.err
    snapshots = desk.place.parent / "data" / "snapshots"
    assert not any(file.read_bytes() == PDF for file in snapshots.rglob("*") if file.is_file())
    assert "800/1/2024" not in desk.ok("dokumen", "daftar", FINDING, *BY)
    assert "it was erased" in desk.draft("penutupan").err


def test_the_person_gets_the_scan_and_an_auditor_does_not(desk: Desk, tmp_path: Path) -> None:
    desk.step("diambil")
    production(desk.place)
    scan = tmp_path / "nota.pdf"
    scan.write_bytes(PDF)
    assert desk.issue("nota-dinas", "--scan", scan).status == 0
    ref = examples.WATCH["person_ref"]
    desk.ok("access", ref, "--to", tmp_path / "akses.zip", *BY)
    with zipfile.ZipFile(tmp_path / "akses.zip") as pack:
        (copy,) = [name for name in pack.namelist() if name.endswith("-scan.pdf")]
        assert pack.read(copy) == PDF
        assert "800/1/2024" in pack.read("data.json").decode()
    desk.ok("seal")
    desk.ok("export", FINDING, "--profile", "audit", "--to", tmp_path, *BY)
    (out,) = tmp_path.glob(f"{FINDING}-audit-*.zip")
    with zipfile.ZipFile(out) as pack:
        held = json.loads(pack.read("manifest.json"))["withheld"]
        assert {v for k, v in held.items() if k.endswith("/scan")} == {"identity"}
        assert not any(PDF in pack.read(name) for name in pack.namelist())
    assert desk("verify", "--export", out).status == 0


def test_what_is_wrong_is_told_and_nothing_is_written(desk: Desk, tmp_path: Path) -> None:
    desk.step("diambil")
    desk.step("perlu_diperiksa")
    before = len(desk.entries("document"))
    unknown = desk("dokumen", FINDING, "surat-sakti", *BY)
    assert unknown.status == 2
    assert ", ".join(kind.value for kind in Kind) in unknown.err
    bare = desk("dokumen", "terbit", FINDING, "bap", "--hearing", "2024-10-20")
    for option in ("--number", "--by", "--why", "--date", "--hearing: expected only with"):
        assert option in bare.err
    tomorrow = (utc_now() + timedelta(days=3)).date().isoformat()
    late = desk.issue("panggilan-1", "--date", tomorrow, "--hearing", tomorrow)
    assert "a day that has come" in late.err
    assert f"a day after the summons, {tomorrow}" in late.err
    odd = tmp_path / "catatan.txt"
    odd.write_text("bukan pindaian", "utf-8")
    assert "a PDF, PNG or JPEG" in desk.issue("panggilan-1", "--scan", odd).err
    assert "a PDF, PNG or JPEG" in desk.issue("panggilan-1", "--scan", tmp_path / "tiada.pdf").err
    assert len(desk.entries("document")) == before


def test_an_objection_reopens_a_case_with_its_own_term(desk: Desk, tmp_path: Path) -> None:
    desk.step("diambil")
    desk.step("bukti_tidak_cukup")
    assert desk.draft("penutupan").status == 0
    words = tmp_path / "keberatan.txt"
    words.write_text(" \n", "utf-8")
    reopen = ("review", "step", FINDING, "dibuka_kembali", "--officer", "ben", "--why", "SOP")
    assert "an objection in words" in desk(*reopen, "--objection", words).err
    words.write_text("Saya keberatan: akun itu bukan akun saya.", "utf-8")
    taking = ("review", "step", FINDING, "diambil", "--officer", "ana", "--why", "SOP")
    assert "only with dibuka_kembali" in desk(*taking, "--objection", words).err
    desk.step("dibuka_kembali", "ben", "--objection", words)
    shown = desk.ok("review", "show", FINDING, *BY)
    assert "Putusan meja atas keberatan" in shown
    step = desk.entries("review")[-1]
    assert step["public"]["ground"] == "keberatan"
    assert "bukan akun saya" not in json.dumps(step)
    desk.step("diambil")
    assert "Putusan meja atas keberatan" in desk.ok("review", "due")
    assert "Putusan meja" not in desk.ok("review", "due", "--overdue")


def test_a_corrected_case_only_has_its_closing(desk: Desk, now: datetime) -> None:
    desk.step("diambil")
    observe(desk.place, now, _none(), outcome="none")
    assert "a correction that left nothing of it" in desk.draft("nota-dinas").err
    desk.step("bukan_akunnya")
    assert desk.draft("penutupan").status == 0


def _none() -> dict[str, Any]:
    return {**examples.post(), "outcome": "none", "matches": [], "targets": []}
