"""The real program on emulated servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from monitor.demo.atproto import Atproto
from monitor.demo.feeds import Feeds
from monitor.store import migrate
from monitor.store.writer import Writer
from tests.installation import TOKEN, Installation
from tests.reading_once import read_once
from tests.scenes import Scene
from tests.standin.telegram import StandIn
from tests.whole import Stage, staged

__all__ = ["read_once"]


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database, migrated once: others begin as a copy of it."""
    path = tmp_path_factory.mktemp("kosong") / "netralitas.sqlite3"
    migrate.upgrade(path)
    return path


@pytest.fixture
def writer(empty: Path, tmp_path: Path) -> Iterator[Writer]:
    path = tmp_path / "netralitas.sqlite3"
    path.write_bytes(empty.read_bytes())
    opened = Writer(path)
    yield opened
    opened.close()


@pytest.fixture
async def network() -> AsyncIterator[Atproto]:
    async with Atproto() as running:
        yield running


@pytest.fixture
async def feeds() -> AsyncIterator[Feeds]:
    async with Feeds() as running:
        yield running


@pytest.fixture
async def stage(
    tmp_path: Path,
    network: Atproto,
    feeds: Feeds,
    capfd: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> AsyncIterator[Stage]:
    """An installation whose three registered persons have already acted; nothing was polled.

    Reverse mode is on in modules that say ``REVERSE = True``: elsewhere it would only take time.
    """
    reverse = getattr(request.module, "REVERSE", False)
    async with StandIn(TOKEN) as telegram:
        place = Installation(
            tmp_path / "pasang",
            hosts=(network.host, feeds.host),
            directory=network.url,
            resolver=network.url,
            appview=network.url if reverse else "",
            telegram=telegram.url,
        )
        scene = Scene(network, ".lembayung.example")
        yield staged(scene, place, telegram, lambda: "".join(capfd.readouterr()))
