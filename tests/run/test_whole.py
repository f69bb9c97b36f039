"""The whole program on emulated servers: see ``tests/whole.py`` for what is promised."""

from __future__ import annotations

import pytest

from tests.whole import PROMISES, Promise, Stage

# What is promised holds also where both ways of reading see the same acts.
REVERSE = True


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
async def test_promise(stage: Stage, promise: Promise) -> None:
    await promise(stage)
