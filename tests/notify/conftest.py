from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from monitor.config import Config, parse
from tests.standin.telegram import StandIn


@pytest.fixture
async def server() -> AsyncIterator[StandIn]:
    async with StandIn() as started:
        yield started


@pytest.fixture
def config(server: StandIn) -> Config:
    telegram = {"api": server.url, "timeout": 0.5}
    return parse({"http": {"contact": "uji@contoh.test"}, "notify": {"telegram": telegram}}, "uji")
