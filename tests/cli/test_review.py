"""``netralitas review``: officers are appointed, and a case goes its way step by step."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from monitor.clock import utc_now
from monitor.store import log, reviews
from monitor.store.writer import Writer
from tests.cli.conftest import Run
from tests.cli.test_export import FINDING, find, place

__all__ = ["place"]
WHO = ("--by", "Kepala Rekaan", "--why", "SK 12")


def appoint(run: Run, place: Path, name: str, role: str, *more: str) -> None:
    said = ("--name", f"{name} Rekaan", "--agency", "BKD Rekaan", "--role", role, *WHO, *more)
    assert run("review", "officer", name, *said, "-c", place).status == 0


def test_a_case_goes_to_its_letter_by_two_persons(run: Run, place: Path) -> None:
    find(place, utc_now())
    appoint(run, place, "ana", "penelaah")
    appoint(run, place, "ben", "penyetuju")
    answer = place.parent / "jawaban.txt"
    answer.write_text("Bukan saya yang menulis.", "utf-8")

    def step(what: str, officer: str, *more: object) -> tuple[int, str]:
        done = run(
            "review", "step", FINDING, what, "--officer", officer, "--why", "sesuai SOP", *more,
            "-c", place,
        )  # fmt: skip
        return done.status, done.out + done.err

    assert step("perlu_diperiksa", "ana")[0] == 2
    assert step("diambil", "ana")[0] == 0
    assert step("dijawab", "ana", "--answer", answer)[0] == 0
    assert step("perlu_diperiksa", "ana")[0] == 0
    status, said = step("diteruskan", "ana")
    assert status == 2
    assert "an officer with a role for this step" in said
    assert "a second person" in said
    assert "receiver, letter number" in said
    letter = ("--path", "bkn", "--receiver", "BKN", "--letter", "800/1", "--date", "2024-10-15")
    assert step("diteruskan", "ben", *letter)[0] == 0

    shown = run("review", "show", FINDING, *WHO, "-c", place)
    assert "diteruskan" in shown.out
    assert "ana Rekaan" in shown.out
    assert "dibuka_kembali" in shown.out
    with closing(Writer(place.parent / "data" / "netralitas.sqlite3")) as writer:
        entries = [json.loads(row.canonical) for row in log.rows(writer.reader())]
    steps = [e["public"]["step"] for e in entries if e["kind"] == "review"]
    assert steps == ["diambil", "dijawab", "perlu_diperiksa", "diteruskan"]
    chain = json.dumps(entries)
    assert "ana Rekaan" not in chain
    assert "Bukan saya" not in chain
    assert [e["public"]["command"] for e in entries if e["kind"] == "reading"] == ["review show"]
    assert run("verify", "-c", place).status == 0


def test_what_is_wrong_is_told_and_nothing_is_written(run: Run, place: Path) -> None:
    find(place, utc_now())
    unknown = run(
        "review", "step", FINDING, "diambil", "--officer", "ana", "--why", "x", "-c", place
    )
    assert unknown.status == 2
    assert "there is no officer 'ana'" in unknown.err
    odd = run("review", "step", FINDING, "terbukti", "--officer", "ana", "-c", place)
    assert odd.status == 2
    assert "diperbolehkan" in odd.err
    bad = run("review", "officer", "ANA!", "--role", "penelaah", "-c", place)
    assert bad.status == 2
    for option in ("ID", "--by", "--why", "--name", "--agency"):
        assert option in bad.err
    backwards = ("--from", "2024-10-02", "--until", "2024-10-01", "--name", "A", "--agency", "B")
    late = run("review", "officer", "ana", "--role", "penelaah", *backwards, *WHO, "-c", place)
    assert "from 2024-10-02 on" in late.err
    assert "no officer" not in run("review", "officers", "-c", place).out


def test_a_role_can_be_ended(run: Run, place: Path) -> None:
    appoint(run, place, "ana", "penelaah", "--from", "2024-10-01")
    ending = ("--role", "penelaah", "--from", "2024-10-01", "--until", "2024-10-31", *WHO)
    assert run("review", "officer", "ana", *ending, "-c", place).status == 0
    listed = run("review", "officers", "-c", place).out
    assert listed.count("penelaah") == 1
    assert "2024-10-31" in listed
    assert "ana Rekaan" in listed


def test_a_telegram_number_is_one_officers_and_no_part_of_the_chain(run: Run, place: Path) -> None:
    find(place, utc_now())
    appoint(run, place, "ana", "penelaah", "--telegram", "123456789")
    named = ("--name", "Ben", "--agency", "BKD", "--role", "penyetuju", *WHO, "-c", place)
    taken = run("review", "officer", "ben", "--telegram", "123456789", *named)
    assert taken.status == 2
    assert "a user id that no other officer has" in taken.out + taken.err
    assert run("review", "officer", "ben", "--telegram", "0", *named).status == 2
    appoint(run, place, "ana", "petugas")
    assert "123456789" in run("review", "officers", "-c", place).out
    with closing(Writer(place.parent / "data" / "netralitas.sqlite3")) as writer:
        ana = reviews.officer_of(writer.reader(), 123456789)
        chain = b"".join(row.canonical for row in log.rows(writer.reader()))
    assert ana
    assert {term.role.value for term in ana.terms} == {"penelaah", "petugas"}
    assert b"123456789" not in chain
