"""The real program on emulated servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.demo.atproto import Atproto
from monitor.demo.feeds import Feeds
from tests.installation import TOKEN, Installation
from tests.reading_once import read_once
from tests.scenes import Scene
from tests.standin.telegram import StandIn
from tests.whole import Stage, staged

__all__ = ["read_once"]


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
