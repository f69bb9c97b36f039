"""One real network for a whole run; the root ``conftest.py`` leaves these tests out by default."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import pytest

from tests.network.appview import AppView, missing
from tests.network.servers import Network

# The judge of the emulated Mastodon is installed with the real servers only.
collect_ignore = [] if find_spec("mastodon") else ["test_mastodon_judge.py"]


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """Return a running network; each test opens its own accounts."""
    with Network() as running:
        yield running


@pytest.fixture(scope="session")
def appview(network: Network) -> Iterator[AppView]:
    """Return a query server that follows the network, or say why there can be none."""
    if why := missing():
        pytest.skip(why)
    with AppView(network) as running:
        yield running
