"""The whole program on a real Bluesky network: see ``tests/whole.py`` for what is promised."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.installation import TOKEN, Installation
from tests.network.servers import Network
from tests.scenes import Scene
from tests.standin.telegram import StandIn
from tests.whole import PROMISES, Promise, Stage, staged

pytestmark = pytest.mark.network


@pytest.fixture
async def stage(
    tmp_path: Path, network: Network, capfd: pytest.CaptureFixture[str]
) -> AsyncIterator[Stage]:
    """New accounts for each test: the real network is shared by a whole run."""
    async with StandIn(TOKEN) as telegram:
        place = Installation(
            tmp_path / "pasang",
            hosts=network.hosts,
            directory=network.plc,
            resolver=network.pds,
            telegram=telegram.url,
        )
        scene = Scene(network, f"-{secrets.token_hex(3)}.test")
        yield staged(scene, place, telegram, lambda: "".join(capfd.readouterr()))


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
async def test_promise(stage: Stage, promise: Promise) -> None:
    await promise(stage)
