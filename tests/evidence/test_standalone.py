"""The standalone verifier as an opposing party runs it: alone, with nothing of the program."""

from __future__ import annotations

import ast
import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.evidence import verify_evidence
from monitor.evidence.signing import fingerprint
from monitor.model.evidence import canonical, link
from tests.evidence.mutate import (
    ENTRIES,
    SEALS,
    STAMPS,
    VALUES,
    House,
    set_value,
    table_rows,
    tamper,
)

SCRIPT = Path(verify_evidence.__file__)


def verify(*words: object, folder: Path) -> tuple[int, str]:
    """Run a copy of the script that stands somewhere else, without our packages."""
    alone = shutil.copy(SCRIPT, folder / "verify_evidence.py")
    done = subprocess.run(
        [sys.executable, "-I", "-S", alone, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return done.returncode, done.stdout + done.stderr


def test_it_is_short_and_needs_the_standard_library_alone() -> None:
    text = SCRIPT.read_text("utf-8")
    assert len(text.splitlines()) <= 300
    tree = list(ast.walk(ast.parse(text)))
    plain = [name.name for node in tree if isinstance(node, ast.Import) for name in node.names]
    parts = [node.module or "" for node in tree if isinstance(node, ast.ImportFrom)]
    tops = {name.partition(".")[0] for name in plain + parts}
    assert tops <= sys.stdlib_module_names
    assert text.startswith("#!")


def test_a_sound_copy(base: House, tmp_path: Path) -> None:
    status, said = verify(base.database, folder=tmp_path)
    assert status == 0, said
    assert f"{ENTRIES} entries; head {base.head.seq}:{base.head.hash}" in said
    assert f"signed up to entry {SEALS[-1] - 1}" in said
    assert f"stamped up to entry {SEALS[1] - 1}" in said
    head = f"{base.head.seq}:{base.head.hash}"
    words = (base.database, "--snapshots", base.snapshots, "--head", head)
    assert verify(*words, folder=tmp_path)[0] == 0


def test_a_changed_stamp_is_named(house: House, tmp_path: Path) -> None:
    def work(conn: sqlite3.Connection) -> None:
        row = table_rows(conn, "stamp")[0]
        set_value(conn, "stamp", row, "answer", row["answer"][:-1] + b"x")

    tamper(house.database, work)
    status, said = verify(house.database, folder=tmp_path)
    (line,) = said.splitlines()
    wanted = f"FIRST BAD PLACE: entry {STAMPS[0]} stamp: its row, as the entry names it: expected"
    assert status == 1
    assert line.startswith(wanted)
    assert "found" in line


def test_a_text_in_the_log_says_nothing_in_the_verifiers_place(
    house: House, tmp_path: Path
) -> None:
    """What stands in an entry is printed as one line, whatever it is made of."""

    def work(conn: sqlite3.Connection) -> None:
        rows = table_rows(conn, "log")
        entry = json.loads(rows[-1]["canonical"]) | {"kind": "seal\nNothing was changed.\n"}
        data = canonical(entry)
        set_value(conn, "log", rows[-1], "canonical", data)
        set_value(conn, "log", rows[-1], "hash", link(rows[-2]["hash"], data))

    tamper(house.database, work)
    status, said = verify(house.database, folder=tmp_path)
    (line,) = said.splitlines()
    assert status == 1
    assert line.startswith(f"FIRST BAD PLACE: entry {ENTRIES} seal\\nNothing was changed.\\n: ")


def test_what_bears_no_seal_is_not_said_to_be_signed(house: House, tmp_path: Path) -> None:
    def work(conn: sqlite3.Connection) -> None:
        for table in VALUES:
            conn.execute(f"DELETE FROM {table}")

    tamper(house.database, work)
    status, said = verify(house.database, folder=tmp_path)
    assert status == 0
    assert said.splitlines()[1:] == ["not sealed", "not stamped", "Nothing was changed."]


def test_a_missing_file_is_named_with_what_was_expected(house: House, tmp_path: Path) -> None:
    lost = min(path for path in house.snapshots.rglob("*") if len(path.name) == 64)
    size = lost.stat().st_size
    lost.unlink()
    said = verify(house.database, folder=tmp_path)[1]
    assert f"{lost}: its size: expected {size}, found None" in said


def test_it_names_keys_as_the_program_does(base: House, tmp_path: Path) -> None:
    signed = base.verify().signed
    assert signed is not None
    assert f"by key {fingerprint(signed.key)}\n" in verify(base.database, folder=tmp_path)[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("none.sqlite",), "expected a file"),
        ((SCRIPT, "--head", "7"), "--head as SEQ:HEX"),
        ((SCRIPT,), "not a database"),
    ],
)
def test_what_it_cannot_read(tmp_path: Path, words: tuple[object, ...], said: str) -> None:
    status, text = verify(*words, folder=tmp_path)
    assert status in (1, 2)
    assert said in text
    assert "Traceback" not in text
