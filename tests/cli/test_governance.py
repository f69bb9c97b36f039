"""Documents on record, the mode, and contests kept open, as a person calls them."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.clock import utc_now
from tests.cli.conftest import Run

CONTEST = "pilgub-35-2024"
BY = ("--by", "Bu Rekaan, Inspektur", "--why", "disetujui")


@pytest.fixture
def place(run: Run, tmp_path: Path) -> Path:
    assert run("init", tmp_path / "pasang").status == 0
    file = tmp_path / "pasang" / "config.toml"
    text = file.read_text("utf-8")
    assert "\ncontests = []" in text
    file.write_text(text.replace("\ncontests = []", f'\ncontests = ["{CONTEST}"]'), "utf-8")
    return file


def record(run: Run, place: Path, document: str, text: str = "isi") -> str:
    file = place.parent / f"{document}.md"
    file.write_text(text, "utf-8")
    made = run("governance", "record", document, file, "--version", "1.2", *BY, "-c", place)
    assert made.status == 0, made.err
    return made.out


def production(place: Path) -> None:
    text = place.read_text("utf-8")
    assert 'mode = "trial"' in text
    place.write_text(text.replace('mode = "trial"', 'mode = "production"'), "utf-8")


def test_init_copies_every_template_and_each_has_blanks(place: Path) -> None:
    found = {path.name: path for path in (place.parent / "templat").iterdir()}
    assert set(found) == {
        "keputusan-pengelola.md", "dasar-hukum.md", "dpia.md", "pemberitahuan-pemrosesan.md",
        "pernyataan-akun.md", "persetujuan-penguji.md", "log-pemberitahuan.csv",
    }  # fmt: skip
    for name, path in found.items():
        text = path.read_text("utf-8")
        assert ("[ISI" in text) is (path.suffix == ".md"), name
        assert text.count("[ISI") == len(re.findall(r"\[ISI[^\[\]]*\]", text)), name


def test_a_template_as_it_is_cannot_be_recorded(run: Run, place: Path) -> None:
    for name, document in (
        ("dpia.md", "dpia"),
        ("keputusan-pengelola.md", "controller"),
        ("dasar-hukum.md", "legal-ground"),
    ):
        file = place.parent / "templat" / name
        made = run("governance", "record", document, file, "--version", "1", *BY, "-c", place)
        assert made.status == 2
        assert "a blank, [ISI" in made.err
    assert run("governance", "list", "-c", place).status == 1


def test_documents_are_listed_with_what_is_missing(run: Run, place: Path) -> None:
    listed = run("governance", "list", "-c", place)
    assert listed.status == 1
    assert [line.split(": ")[1] for line in listed.err.splitlines()] == [
        "dpia", "controller", "legal-ground",
    ]  # fmt: skip
    for document in ("dpia", "controller", "legal-ground"):
        assert "SHA-256" in record(run, place, document)
    listed = run("governance", "list", "-c", place)
    assert (listed.status, listed.err) == (0, "")
    assert listed.out.count("Bu Rekaan") == 3
    record_again = record(run, place, "dpia", "isi lain")
    assert "1.2" in record_again
    (place.parent / "dpia.md").write_text("diubah diam-diam", "utf-8")
    assert "changed since version 1.2" in run("governance", "list", "-c", place).err
    assert run("verify", "-c", place).status == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("dpai", "dpia.md", "--version", "1", *BY), "did you mean 'dpia'?"),
        (("dpia", "tiada.md", "--version", "1", *BY), "readable file"),
        (("dpia", "dpia.md", "--version", " ", *BY), "--version"),
        (("dpia", "dpia.md", "--version", "1", "--by", "", "--why", "x"), "--by"),
        (("dpia", "dpia.md", "--version", "1", "--by", "x"), "--why"),
    ],
)
def test_a_record_needs_a_document_a_version_a_name_and_a_reason(
    run: Run, place: Path, words: tuple[str, ...], said: str
) -> None:
    (place.parent / "dpia.md").write_text("isi", "utf-8")
    document, file, *rest = words
    made = run("governance", "record", document, place.parent / file, *rest, "-c", place)
    assert made.status == 2
    assert said in made.err


def test_status_shows_mode_and_the_assessments_version(run: Run, place: Path) -> None:
    shown = run("status", "-c", place).out
    assert "Mode: trial (UJI COBA)" in shown
    assert "dpia: not on record" in shown
    record(run, place, "dpia")
    assert "dpia: version 1.2, ok" in run("status", "-c", place).out
    production(place)
    assert "Mode: production" in run("status", "-c", place).out


def test_check_lists_what_production_lacks(run: Run, place: Path) -> None:
    assert "missing: dpia, controller, legal-ground" in run("check", "-c", place).out
    production(place)
    checked = run("check", "-c", place)
    assert checked.status == 2
    assert checked.err.count("on record, got none") == 3


def test_check_names_each_line_that_the_mode_does_not_allow(run: Run, place: Path) -> None:
    register = place.parent / "watchlists" / "register" / "contoh.csv"
    text = register.read_text("utf-8")
    register.write_text(text.replace("//budi.example/", "//budi.desa.id/"), "utf-8")
    checked = run("check", "-c", place)
    assert checked.status == 2
    (line,) = (each for each in checked.err.splitlines() if "legal_ground" in each)
    assert line.startswith("w-0002: legal_ground: expected an invented account")
    assert "budi.desa.id" not in line
    register.write_text(text, "utf-8")
    assert "legal_ground" not in run("check", "-c", place).err


@pytest.mark.parametrize("command", ["run", "once"])
def test_production_refuses_to_start_and_lists_all(run: Run, place: Path, command: str) -> None:
    production(place)
    started = run(command, "-c", place)
    assert started.status == 2
    assert [line.split(": ")[1] for line in started.err.splitlines()] == [
        "dpia", "controller", "legal-ground",
    ]  # fmt: skip


def test_a_contest_is_kept_open_by_a_named_person(run: Run, place: Path) -> None:
    assert "none is under way" in run("status", "-c", place).out
    last = (utc_now() + timedelta(days=30)).date()
    made = run("contests", "extend", CONTEST, "--until", last, *BY, "-c", place)
    assert made.status == 0, made.err
    assert f"until {last}" in made.out
    shown = run("status", "-c", place).out
    assert "Contests under way: 1 of 1" in shown
    assert f"{CONTEST}: utama, diperpanjang, until {last}" in shown
    assert run("verify", "-c", place).status == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((CONTEST, "--until", "2024-12-01", *BY), "today or later"),
        (("pilgub-35-2042", "--until", "2060-12-01", *BY), "a contest on file"),
        ((CONTEST, "--until", "besok", *BY), "besok"),
        ((CONTEST, "--until", "2060-12-01", "--by", " ", "--why", "x"), "--by"),
        ((CONTEST, "--until", "2060-12-01", "--by", "x"), "--why"),
    ],
)
def test_nothing_is_kept_open_without_name_reason_and_a_day_to_come(
    run: Run, place: Path, words: tuple[str, ...], said: str
) -> None:
    made = run("contests", "extend", *words, "-c", place)
    assert made.status == 2
    assert said in made.err
    assert "none is under way" in run("status", "-c", place).out
