"""A small run of ``strangers`` over every platform that is read in reverse."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.long import strangers

pytestmark = pytest.mark.drill


@pytest.mark.checklist("stranger-never-stored")
def test_nothing_of_three_hundred_strangers_is_left(tmp_path: Path) -> None:
    assert "no byte of a stranger" in strangers.run(random.Random(7), 0.3, tmp_path)
