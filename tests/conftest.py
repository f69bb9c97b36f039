"""What every test gets: a closed network, UTC, and the two switches for the slow kinds."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import hypothesis
import pytest

from tests import guard

pytest_plugins = ["tests.browser"]

# No test measures time: a busy machine would decide which one fails.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

# The program must not care; `TZ=Asia/Jayapura make test` shows that it does not.
os.environ.setdefault("TZ", "UTC")
time.tzset()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--network", action="store_true", help="run tests that need `make network`")


def pytest_configure() -> None:
    guard.install()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not asked for: deselected and counted, not skipped in silence."""
    asked = config.getoption("--network") or os.environ.get("NETRALITAS_NETWORK") == "1"
    drills = "drill" in str(config.getoption("-m"))
    left = [name for name, on in (("network", asked), ("drill", drills)) if not on]
    out = [item for item in items if any(map(item.get_closest_marker, left))]
    if out:
        config.hook.pytest_deselected(items=out)
        items[:] = [item for item in items if item not in out]


@pytest.fixture(autouse=True)
def _closed_network() -> Iterator[None]:
    guard.attempts.clear()
    yield
    assert not guard.attempts, f"this test tried to leave the machine: {guard.attempts}"


@pytest.fixture
def now() -> datetime:
    """Saturday, 12 October 2024, 09.30 WIB: inside the campaign of the regional elections."""
    return datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
