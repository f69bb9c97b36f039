"""P17: whoever reads evidence through a command of ours leaves an entry that says who and why.

Every command of the program is in one of two lists. A new one fails here until somebody decides:
does it show or copy evidence or personal data (``READS``: it must leave an entry), or not?
"""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer.main

from monitor import cli
from monitor.store import about, log
from monitor.store.db import connect
from tests.cli.conftest import Run
from tests.cli.test_governance import production, record
from tests.rights.conftest import ABOUT_SARI, SARI, Place

WHO = "Pembaca Bernama, jabatan"
BY = ("--by", WHO, "--why", "tugas 7/2024")
KINDS = {"reading", "export", "register", "rule"}
# A command that reads, and the words that follow it; {} is a folder that takes what it writes.
READS: Mapping[str, tuple[str, ...]] = {
    "access": (SARI, "--to", "{}/akses.zip", *BY),
    "audit": ("--no-open", "--to", "{}", *BY),
    "breach": ("--since", "2024-10-01", "--to", "{}/kejadian.zip", *BY),
    "dokumen daftar": (ABOUT_SARI, *BY),
    "card": (ABOUT_SARI, "--to", "{}/kartu.png", *BY),
    "export": (ABOUT_SARI, "--profile", "audit", "--to", "{}", *BY),
    "report": ("--bulan", "2024-10", "--out", "{}", *BY),
    "route": (ABOUT_SARI, *BY),
    "import files": BY,
    "register export": ("{}/daftar.csv", *BY),
    "register list": (),
    "register show": ("w-001", *BY),
    "review show": (ABOUT_SARI, *BY),
    "rules hits": ("partisan-activity", "--reason", "tugas 7/2024", "--who", WHO),
}
# Who only lists lines needs no name: the machine's user stands for it.
UNNAMED = {"register list"}
# What shows counts, numbers, rules, or what the caller brought; and what only writes, which has
# an entry of its own for what it did.
QUIET = {
    *("demo", "init", "check", "run", "once", "status", "migrate", "seal", "verify"),
    *("match", "backtest", "fairness"),
    *("backup", "restore"),
    *("rectify", "hold", "erase case", "erase person"),
    *("contests import", "contests extend", "governance record", "governance list"),
    *("import register", "import intervals"),
    *("register ownership", "register notice", "register interval add", "register interval end"),
    *("rules list", "rules off", "rules on", "rules promote", "rules retire"),
    *("keys make", "keys rotate", "keys list"),
    *("messages list", "messages retry"),
    *("review step", "review officer", "review officers", "review due"),
    # Each has an entry of its own: the reading is tested with the papers, at their place in a case.
    *("dokumen buat", "dokumen terbit"),
    # Each has an entry of its own; a receipt's reading is tested with the answers.
    *("klarifikasi undang", "klarifikasi cabut", "klarifikasi kertas", "klarifikasi serve"),
    "klarifikasi tanda-terima",
    # What a tip says is shown by one command, whose entry is tested with the tips.
    *("submit", "tips list", "tips show", "tips link", "tips reject", "tips pause"),
    "tips withdraw",
    # Each step at a tip, opening its original, sender or person among them, is an entry of its own.
    *("tips corroborate", "tips crop", "tips picture", "tips original", "tips sender"),
    *("tips person", "tips read", "tips case"),
    # A file of acts is an entry with who answers for it; profiles are the program's own.
    *("import acts", "import profiles"),
    # Line ids, case ids and agencies only; who records a right or uses the switch is an entry.
    *("coverage", "retractions", "gate record", "gate list", "gate end"),
    *("platform off", "platform on", "platform list"),
    *("mute", "unmute", "mutes", "messages withdrawn", "telegram setup"),
}


def commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[str]:
    children = getattr(command, "commands", None)
    if children is None:
        yield " ".join(words)
    else:
        for name, child in children.items():
            yield from commands(child, (*words, name))


TREE = set(commands(typer.main.get_command(cli.app)))


def test_every_command_was_decided() -> None:
    assert TREE - set(READS) - QUIET == set(), "add it to READS or to QUIET, and to docs/rights.md"


@pytest.fixture
def ready(run: Run, place: Place) -> Place:
    """Let exports be possible: documents on record, production, a seal."""
    for document in ("dpia", "controller", "legal-ground"):
        record(run, place.config, document)
    production(place.config)
    assert run("seal", "-c", place.config).status == 0
    return place


@pytest.mark.parametrize("name", sorted(TREE & set(READS)))
def test_reading_leaves_an_entry(run: Run, ready: Place, tmp_path: Path, name: str) -> None:
    to = tmp_path / "hasil"
    to.mkdir()
    before = last(ready)
    words = [word.replace("{}", str(to)) for word in READS[name]]
    done = run(*name.split(), *words, "-c", ready.config)
    assert done.status == 0, done.err
    said = list(entries(ready, before))
    assert [entry["kind"] for entry, _ in said if entry["kind"] in KINDS], said
    if name not in UNNAMED:
        assert any(WHO in json.dumps(there, ensure_ascii=False) for _, there in said)
    # A private person's name is never in the part that nothing can erase.
    assert all(WHO not in json.dumps(entry, ensure_ascii=False) for entry, _ in said)


@pytest.mark.parametrize("name", ["card", "export"])
def test_an_account_of_the_machine_is_not_taken_for_a_person(
    run: Run, ready: Place, tmp_path: Path, name: str
) -> None:
    before = last(ready)
    words = [word.replace("{}", str(tmp_path)) for word in READS[name]]
    named = [place for place, word in enumerate(words) if word in ("--by", "--who")]
    for place in reversed(named):
        del words[place : place + 2]
    done = run(*name.split(), *words, "-c", ready.config)
    assert done.status == 0, done.err
    said = [there["by"]["who"] for _, there in entries(ready, before) if "by" in there]
    assert said == [f"{getpass.getuser()} (akun mesin)"]


@pytest.mark.parametrize("name", ["status", "verify", "rules list", "keys list", "governance list"])
def test_what_shows_no_evidence_leaves_none(run: Run, ready: Place, name: str) -> None:
    before = last(ready)
    assert run(*name.split(), "-c", ready.config).status == 0
    assert last(ready) == before


def last(place: Place) -> int:
    with closing(connect(place.database, read_only=True)) as conn:
        return log.head(conn).seq


def entries(place: Place, after: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the entries since, each with its contents."""
    with closing(connect(place.database, read_only=True)) as conn:
        for row in log.rows(conn, after):
            yield json.loads(row.canonical), about.opened(conn, row.seq)
