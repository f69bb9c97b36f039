"""The registry: what is entered, lazy import, and no way past the gate."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from monitor.collect import registry
from monitor.collect.base import Collector, Info, Requirement
from monitor.collect.gate import Attestation
from monitor.config import Config
from monitor.config import Http as HttpSettings
from monitor.errors import ConfigError
from monitor.model.activity import Signal
from monitor.net import Http
from tests.collect.papers import credentials, papers
from tests.net.serving import NOW, client

CONFIG = Config(http=HttpSettings(contact="pengelola@instansi.example"))
# What anybody may read; whoever adds to it has read the platform's terms.
OPEN = frozenset({"bluesky", "feeds"})
PAPER = Attestation("Ratna Dewanti", "Perjanjian 12/2024", "feeds", date(2024, 12, 31))


class Gated:
    """A collector whose platform asks for an agreement; only what ``make`` needs of it."""

    def __init__(self, http: Http, settings: object, clock: object) -> None:
        self.http = http

    @property
    def info(self) -> Info:
        return Info(
            "feeds", "feed", "1", frozenset({Signal.POST}), Requirement.AGREEMENT, 900, "", ()
        )


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    async with client() as opened:
        yield opened


@pytest.fixture(autouse=True)
def _credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials(tmp_path)))


@pytest.fixture
def gated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.COLLECTORS, "feeds", f"{__name__}:Gated")


@pytest.mark.parametrize("name", sorted(registry.COLLECTORS))
def test_every_entry_makes_a_collector_that_bears_its_name(name: str, http: Http) -> None:
    made: Collector = registry.make(name, CONFIG, http, lambda: NOW, attestations=papers(name))
    assert made.info.name == name
    assert made.info.platform == registry.PLATFORMS[name]
    assert (made.info.requires is Requirement.NONE) is (name in OPEN)
    assert made.info.observes
    assert made.info.blind_spots
    section = getattr(CONFIG.collect, name)
    assert made.info.min_interval == section.min_interval


def test_every_name_has_a_platform_of_its_own() -> None:
    assert registry.PLATFORMS.keys() == registry.COLLECTORS.keys()
    assert len(set(registry.PLATFORMS.values())) == len(registry.PLATFORMS)


def test_an_unknown_name_is_told_with_the_known_ones(http: Http) -> None:
    with pytest.raises(ConfigError) as caught:
        registry.make("myspace", CONFIG, http, lambda: NOW)
    known = ", ".join(sorted(registry.COLLECTORS))
    assert str(caught.value) == f"collectors: myspace: expected one of {known}, got 'myspace'"


def test_a_collector_is_imported_only_when_it_is_made() -> None:
    code = (
        "import sys, monitor.collect.registry; "
        "print([m for m in sys.modules if m.startswith('monitor.collect.') "
        "or m in ('feedparser', 'libipld')])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    loaded = "['monitor.collect.base', 'monitor.collect.gate', 'monitor.collect.registry']"
    assert sorted(done.stdout.strip()) == sorted(loaded)


@pytest.mark.usefixtures("gated")
def test_a_gated_collector_is_not_made_without_a_paper(http: Http) -> None:
    with pytest.raises(ConfigError, match="needs a written agreement with the platform"):
        registry.make("feeds", CONFIG, http, lambda: NOW)


@pytest.mark.usefixtures("gated")
def test_a_gated_collector_is_made_with_one(http: Http) -> None:
    made = registry.make("feeds", CONFIG, http, lambda: NOW, attestations=[PAPER])
    assert made.info.requires is Requirement.AGREEMENT


@pytest.mark.usefixtures("gated")
def test_no_environment_variable_opens_the_gate(
    http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(os, "environ", _Watched(os.environ, asked))
    with pytest.raises(ConfigError):
        registry.make("feeds", CONFIG, http, lambda: NOW)
    assert asked == []


class _Watched(dict[str, str]):
    """An environment that notes who reads it."""

    def __init__(self, inner: object, asked: list[str]) -> None:
        super().__init__()
        self._asked = asked

    def __getitem__(self, key: str) -> str:
        self._asked.append(key)
        return "1"

    def get(self, key: str, default: object = None) -> str:
        return self[key]
