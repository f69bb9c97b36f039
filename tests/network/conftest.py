"""One real network for a whole run; the root ``conftest.py`` leaves these tests out by default."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.installation import TOKEN, Installation
from tests.network.appview import AppView, missing
from tests.network.servers import Network
from tests.scenes import Scene
from tests.standin.telegram import StandIn
from tests.whole import Stage, staged

# The judge of the emulated Mastodon is installed with the real servers only.
collect_ignore = [] if find_spec("mastodon") else ["test_mastodon_judge.py"]


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """Return a running network; each test opens its own accounts."""
    with Network() as running:
        yield running


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


@pytest.fixture(scope="session")
def appview(network: Network) -> Iterator[AppView]:
    """Return a query server that follows the network, or say why there can be none."""
    if why := missing():
        pytest.skip(why)
    with AppView(network) as running:
        yield running
