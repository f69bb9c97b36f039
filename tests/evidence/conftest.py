from __future__ import annotations

from pathlib import Path

import pytest

from tests.evidence.mutate import House, build


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A sound log; tests change copies of it."""
    return build(tmp_path_factory.mktemp("base") / "house")


@pytest.fixture
def house(base: House, tmp_path: Path) -> House:
    return base.copy(tmp_path / "house")
