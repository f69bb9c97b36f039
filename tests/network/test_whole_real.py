"""The whole program on a real Bluesky network: see ``tests/whole.py`` for what is promised."""

from __future__ import annotations

import pytest

from tests.whole import PROMISES, Promise, Stage

pytestmark = pytest.mark.network


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
async def test_promise(stage: Stage, promise: Promise) -> None:
    await promise(stage)
