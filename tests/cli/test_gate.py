"""Rights to read and the switch of a platform, as a person calls them."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor import commands, gating
from monitor.clock import utc_now
from monitor.collect import gate, registry
from monitor.collect.base import Info, Requirement
from monitor.collect.bluesky import Bluesky
from monitor.config import load
from monitor.errors import ConfigError
from tests.cli.conftest import Run

BY = ("--by", "Ratna Dewanti, Inspektur", "--why", "disetujui")
TODAY = gate.today(utc_now())
UNTIL = str(TODAY + timedelta(days=90))


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
    (warned,) = gating.warnings(load(place))
    assert "satu.example is asked at lain.example" in warned
    said = checked(place)
    assert "collect.bluesky.servers.dua.example" in said
    assert "satu.example" not in said
    listed = run("gate", "list", "-c", place)
    assert listed.status == 1
    assert "bluesky at satu.example: on in the configuration; open" in listed.out
    record(run, place, "--server", "dua.example")
    assert checked(place) == ""
    assert run("gate", "list", "-c", place).status == 0


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
