"""One real network for a whole run; the root ``conftest.py`` leaves these tests out by default."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.network.servers import Network


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """Return a running network; each test opens its own accounts."""
    with Network() as running:
        yield running
