"""Rights to read and the switch of a platform, as a person calls them."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import app, commands, gating, unread
from monitor.clock import utc_now
from monitor.collect import gate, registry
from monitor.collect.base import Info, Requirement
from monitor.collect.bluesky import Bluesky
from monitor.config import load
from monitor.errors import ConfigError
from monitor.store import rights
from tests.cli.conftest import Run

BY = ("--by", "Ratna Dewanti, Inspektur", "--why", "disetujui")
TODAY = gate.today(utc_now())
UNTIL = str(TODAY + timedelta(days=90))
SERVER = """
[[collect.mastodon.servers]]
domain = "{}"
rules = "https://lain.example/about"
reading = "Aturan server rekaan ini membolehkan pembacaan otomatis."
read_by = "Petugas rekaan"
read_on = "2024-08-01"
"""


class Gated(Bluesky):
    @property
    def info(self) -> Info:
        return replace(super().info, requires=Requirement.AGREEMENT)


class PerServer(Bluesky):
    @property
    def info(self) -> Info:
        return replace(super().info, requires=Requirement.SERVER_ALLOWLIST)

    @property
    def servers(self) -> dict[str, str]:
        return {
            "satu.example": "satu.example",
            "api.dua.example": "dua.example",
            "lain.example": "satu.example",
        }


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scaffold once; tests that log anything get a copy, without the watchlists' many files."""
    folder = tmp_path_factory.mktemp("pasang") / "satu"
    commands.init(folder)
    shutil.rmtree(folder / "watchlists" / "contests")
    return folder


@pytest.fixture
def place(base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(registry.COLLECTORS, "bluesky", f"{__name__}:Gated")
    shutil.copytree(base, tmp_path / "pasang")
    return tmp_path / "pasang" / "config.toml"


def checked(place: Path) -> str:
    """Return what ``netralitas check`` says of rights, without the rules' cases."""
    try:
        gating.check(load(place))
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.drill
def test_check_refuses_a_gated_platform_without_a_right(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.COLLECTORS, "bluesky", f"{__name__}:Gated")
    assert run("init", tmp_path / "pasang").status == 0
    place = tmp_path / "pasang" / "config.toml"
    refused = run("check", "-c", place)
    assert (refused.status, "collect.bluesky.enabled" in refused.err) == (2, True)


def record(run: Run, place: Path, *more: str, until: str = UNTIL) -> str:
    rest = ("--document", "Perjanjian 12/2026", "--until", until, *BY, "-c", place)
    made = run("gate", "record", "bluesky", *more, *rest)
    return made.out if made.status == 0 else made.err


def test_a_right_is_recorded_listed_and_taken_back(run: Run, place: Path) -> None:
    assert "collect.bluesky.enabled" in checked(place)
    assert run("gate", "list", "-c", place).status == 1
    said = record(run, place)
    number = re.findall(r"Attestation (\d+): bluesky may be read until", said)[0]
    assert checked(place) == ""
    listed = run("gate", "list", "-c", place)
    assert listed.status == 0
    for word in (number, "counts", UNTIL, "Ratna Dewanti", "Perjanjian 12/2026"):
        assert word in listed.out
    assert run("gate", "end", number, *BY, "-c", place).status == 0
    listed = run("gate", "list", "-c", place)
    assert f"{number} was taken back on " in listed.out
    assert "by Ratna Dewanti, Inspektur: disetujui" in listed.out
    assert "collect.bluesky.enabled" in checked(place)
    again = run("gate", "end", number, *BY, "-c", place)
    assert (again.status, "one that ended" in again.err) == (2, True)
    assert run("verify", "-c", place).status == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("portal", *BY), "one of "),
        (("feeds", *BY), "open to all"),
        (("bluesky", "--by", " ", "--why", "x"), "--by"),
        (("bluesky", "--by", "Nama", "--why", ""), "--why"),
        (("bluesky", "--server", "satu.example", *BY), "no server"),
        (("bluesky", "--group", "-1001", *BY), "no group"),
        (("telegram", *BY), "the group's number with its minus"),
        (("telegram", "--group", "1001", *BY), "the group's number with its minus"),
        (("telegram", "--server", "satu.example", *BY), "a right for each group"),
        (("mastodon", "--group", "-1001", *BY), "a right for each server"),
    ],
)
def test_what_cannot_be_a_right(run: Run, place: Path, words: tuple[str, ...], said: str) -> None:
    rest = ("--document", "P", "--until", UNTIL, "-c", place)
    made = run("gate", "record", *words, *rest)
    assert (made.status, said in made.err) == (2, True), made.err


def test_a_right_that_is_over_is_none(run: Run, place: Path) -> None:
    assert "or later" in record(run, place, until=str(TODAY - timedelta(days=1)))


def test_a_server_is_named_where_each_has_a_say(
    run: Run, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.COLLECTORS, "bluesky", f"{__name__}:PerServer")
    assert "--server" in record(run, place)
    assert "--server" in record(run, place, "--server", "satu/..")
    assert "bluesky at satu.example may be read" in record(run, place, "--server", "Satu.Example")
    said = checked(place)
    assert "collect.bluesky.servers.dua.example" in said
    assert "satu.example" not in said
    listed = run("gate", "list", "-c", place)
    assert listed.status == 1
    assert "bluesky at satu.example: on in the configuration; open" in listed.out
    record(run, place, "--server", "dua.example")
    assert checked(place) == ""
    assert run("gate", "list", "-c", place).status == 0


def test_each_listed_group_needs_the_consent_of_its_own_administrators(
    run: Run, place: Path
) -> None:
    text = re.sub(
        r"(?s)(\[collect.telegram\].*?enabled = )false", r"\1true", place.read_text("utf-8")
    )
    place.write_text(text.replace("groups = []", "groups = [-1001, -1002]"), "utf-8")
    record(run, place)
    with app.desk(place) as (_, writer), writer.transaction() as tx:
        # As it was recorded before rights named a group.
        rights.record(tx, collector="telegram", expires=TODAY, who="Ratna", document="Surat 1",
                      subject="", why="bot diundang", at=utc_now())  # fmt: skip
    said = checked(place)
    assert said.count("names no group, so it covers none") == 2
    assert "netralitas gate record telegram --group -1001, or take it out of " in said
    assert "covers no group" in run("gate", "list", "-c", place).out
    rest = ("--document", "Surat 2", "--until", UNTIL, *BY, "-c", place)
    made = run("gate", "record", "telegram", "--group", "-1001", *rest)
    assert "telegram, group -1001 may be read until" in made.out
    assert "not among" not in made.out
    said = checked(place)
    assert ("group -1002" in said, "-1001" in said) == (True, False)
    for words in (("gate", "list"), ("status",)):
        shown = run(*words, "-c", place).out
        assert "telegram, group -1002" in shown, words
    other = run("gate", "record", "telegram", "--group", "-1003", *rest)
    assert "-1003 is not among collect.telegram.groups" in other.out
    run("gate", "record", "telegram", "--group", "-1002", *rest)
    assert checked(place) == ""


def test_check_counts_the_lines_that_no_look_will_reach(place: Path) -> None:
    register = place.parent / "watchlists" / "register" / "contoh.csv"
    line = register.read_text("utf-8").splitlines()[3].split(",")
    added = [("w-8", "p-8", "x", "pegawai_a"), ("w-9", "p-9", "x", "pegawai_b"),
             ("w-7", "p-7", "mastodon", "sari@sosial.example")]  # fmt: skip
    lines = [",".join([watch, person, "Nama Rekaan", platform, address, *line[5:]])
             for watch, person, platform, address in added]  # fmt: skip
    register.write_text(register.read_text("utf-8") + "\n".join(lines) + "\n", "utf-8")
    with app.desk(place) as (_, writer), writer.transaction() as tx:
        rights.switch(tx, "feed", off=True, who="Ratna", why="perintah", at=utc_now())
        kept = (("register", "youtube"), ("dinas", "youtube"), ("dinas", "tiktok"), ("dinas", ""))
        for number, (sheet, platform) in enumerate(kept):
            tx.execute("INSERT INTO person VALUES (?,'','PNS','','','','','','WIB','','','','')",
                       (f"k-{number}",))  # fmt: skip
            tx.execute(
                "INSERT INTO account VALUES (?,?,?,'a','','declared','','SK','2026-01-01','',"
                "'2026-01-01',?,'active','')", (f"k-{number}", f"k-{number}", platform, sheet),
            )  # fmt: skip
    tail = "and will not be looked at:"
    assert list(unread.lines(load(place))) == [
        f"2 register lines are on feed {tail} netralitas platform on feed switches it on",
        f"1 register line is on mastodon {tail} collect.mastodon.enabled = true switches it on",
        f"1 register line is on tiktok {tail} {unread.BY_HAND}",
        f"2 register lines are on x {tail} collect.x.enabled = true switches it on",
        f"1 register line is on youtube {tail} collect.youtube.enabled = true switches it on",
    ]
    server = SERVER.format("lain.example")
    text = re.sub(
        r"(?s)(\[collect.mastodon\].*?enabled = )false", r"\1true", place.read_text("utf-8")
    )
    place.write_text(text.replace("\nservers = []", "") + server, "utf-8")
    found = list(unread.lines(load(place)))
    at = f"1 register line is on mastodon at sosial.example {tail}"
    assert f"{at} it is not in collect.mastodon.servers" in found
    place.write_text(place.read_text("utf-8") + SERVER.format("sosial.example"), "utf-8")
    assert not any("mastodon" in line for line in unread.lines(load(place)))


def test_no_other_command_takes_a_right(run: Run, place: Path) -> None:
    for word in ("run", "once", "check", "demo"):
        for option in ("--attestation", "--agree", "--force", "--no-gate"):
            assert run(word, option, "x", "-c", place).status == 2


def test_the_switch(run: Run, place: Path) -> None:
    off = run("platform", "off", "feeds", "--by", "Nama", "--reason", "perintah 7", "-c", place)
    assert (off.status, off.out.strip()) == (0, "feed is off.")
    assert "already" in run("platform", "off", "feed", *BY, "-c", place).out
    listed = run("platform", "list", "-c", place).out
    assert "perintah 7" in listed
    assert "feed is on." in run("platform", "on", "feed", *BY, "-c", place).out
    assert run("platform", "off", "fedi", *BY, "-c", place).status == 2
    assert run("platform", "off", "feed", "--by", "Nama", "--reason", " ", "-c", place).status == 2
