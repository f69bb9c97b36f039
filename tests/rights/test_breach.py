"""``netralitas breach``: what was there, of whom, what left; names in one file alone."""

from __future__ import annotations

import csv
import io
import json
import shutil
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from monitor.store.db import connect
from monitor.store.writer import Writer
from tests import needle
from tests.cli.conftest import Result, Run
from tests.rights.conftest import ABOUT_SARI, BUDI, SARI, Place, erase

BY = ("--by", "Pejabat Rekaan, PDP", "--why", "laptop hilang")


def ask(run: Run, place: Place, to: Path, *words: str) -> Result:
    return run("breach", *words, "--to", to, *BY, "-c", place.config)


def rows(file: Path, member: str) -> list[list[str]]:
    with zipfile.ZipFile(file) as archive:
        text = archive.read(member).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.fixture
def told(run: Run, place: Place, tmp_path: Path) -> Path:
    to = tmp_path / "kejadian.zip"
    done = ask(run, place, to, "--since", "2024-10-01", "--known", "2024-10-12T09:30")
    assert done.status == 0, done.err
    return to


def test_what_was_there_and_of_whom(told: Path) -> None:
    kinds = {name.partition(":")[0]: (int(p), int(n)) for name, p, n in rows(told, "jenis.csv")[1:]}
    assert kinds["Nama, jenis kepegawaian, instansi, unit, jabatan, wilayah"] == (2, 2)
    assert kinds["Dugaan"] == (2, 3)
    assert kinds["Keputusan dan jawaban"] == (1, 1)
    assert kinds["Salinan bukti"] == (2, 5)
    header, *persons = rows(told, "orang.csv")
    counts = {row[0]: dict(zip(header, row, strict=True)) for row in persons}
    assert set(counts) == {SARI, BUDI}
    assert (counts[SARI]["finding"], counts[BUDI]["finding"]) == ("2", "1")


def test_names_are_in_one_file_alone(told: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(told) as archive:
        archive.extractall(tmp_path / "isi")
    hits = needle.found(tmp_path / "isi", ["Sari Contohwati", "Budi Rekaan"])
    assert {hit.partition(":")[0] for hit in hits} == {"nama-untuk-surat.csv"}
    assert rows(told, "nama-untuk-surat.csv")[1][:2] == [SARI, "Sari Contohwati"]


def test_what_left_meanwhile(run: Run, place: Place, tmp_path: Path) -> None:
    to = tmp_path / "kartu.pdf"
    assert run("access", SARI, "--to", tmp_path / "a.zip", *BY, "-c", place.config).status == 0
    assert run("register", "export", tmp_path / "r.csv", *BY, "-c", place.config).status == 0
    assert run("backup", tmp_path / "cadangan", "-c", place.config).status == 0
    assert ask(run, place, to.with_suffix(".zip"), "--since", "2024-10-01").status == 0
    left = {row[1] for row in rows(to.with_suffix(".zip"), "yang-keluar.csv")[1:]}
    assert {"reading access", "register exported", "backup", "reading card"} <= left
    again = ask(run, place, tmp_path / "c.zip", "--since", "2024-10-01", "--until", "2024-10-02")
    assert again.status == 0
    assert rows(tmp_path / "c.zip", "yang-keluar.csv")[1:] == []


def test_a_copy_that_was_lost(run: Run, place: Place, tmp_path: Path) -> None:
    assert run("backup", tmp_path / "cadangan", "-c", place.config).status == 0
    (folder,) = (tmp_path / "cadangan").iterdir()
    with closing(Writer(place.database)) as writer, writer.transaction() as tx:
        erase(tx, ABOUT_SARI)
    to = tmp_path / "b.zip"
    done = ask(run, place, to, "--database", str(folder))
    assert done.status == 0, done.err
    kinds = {row[0].partition(":")[0]: row[2] for row in rows(to, "jenis.csv")[1:]}
    assert kinds["Dugaan"] == "3", "the copy still has what was erased since"
    here = ask(run, place, tmp_path / "c.zip", "--since", "2024-10-01")
    assert here.status == 0
    kinds = {row[0].partition(":")[0]: row[2] for row in rows(tmp_path / "c.zip", "jenis.csv")[1:]}
    assert kinds["Dugaan"] == "2"


def test_a_copy_without_a_register(run: Run, place: Place, tmp_path: Path) -> None:
    copy = tmp_path / "salinan.sqlite3"
    shutil.copy(place.database, copy)
    copy.chmod(0o600)
    with closing(connect(copy)) as conn:
        conn.execute("PRAGMA foreign_keys = OFF")
        for table in ("shadow_hit", "person_key", "person_interval", "account", "person"):
            conn.execute(f"DROP TABLE {table}")
    to = tmp_path / "b.zip"
    done = ask(run, place, to, "--database", str(copy))
    assert done.status == 0, done.err
    kinds = {row[0].partition(":")[0] for row in rows(to, "jenis.csv")[1:]}
    assert "Dugaan" in kinds
    assert not any(kind.startswith("Nama") for kind in kinds)


def test_the_list_is_itself_a_reading(place: Place, told: Path) -> None:
    assert told.is_file()
    with closing(connect(place.database, read_only=True)) as conn:
        (last,) = conn.execute("SELECT canonical FROM log ORDER BY seq DESC LIMIT 1").fetchone()
    entry = json.loads(last)
    assert (entry["kind"], entry["public"]["command"], entry["subject"]) == (
        "reading",
        "breach",
        "",
    )


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ((), "--since"),
        (("--since", "2999-01-01"), "--until"),
        (("--since", "2024-10-02", "--until", "2024-10-01"), "--until"),
        (("--database", "tidak-ada.sqlite3"), "a database, or a folder with one"),
    ],
)
def test_what_is_refused(
    run: Run, place: Place, tmp_path: Path, words: tuple[str, ...], fault: str
) -> None:
    done = ask(run, place, tmp_path / "a.zip", *words)
    assert done.status == 2
    assert fault in done.err
