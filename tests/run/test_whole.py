"""The whole program on emulated servers: see ``tests/whole.py`` for what is promised."""

from __future__ import annotations

import pytest

from tests import whole
from tests.whole import Stage


async def test_every_act_is_told_once(stage: Stage) -> None:
    await whole.every_act_is_told_once(stage)


async def test_a_second_look_adds_nothing(stage: Stage) -> None:
    await whole.a_second_look_adds_nothing(stage)


async def test_an_edit_is_judged_again(stage: Stage) -> None:
    await whole.an_edit_is_judged_again(stage)


async def test_a_missing_target_is_reviewed(stage: Stage) -> None:
    await whole.a_missing_target_is_reviewed(stage)


async def test_one_match_in_a_page_leaves_one_act(stage: Stage) -> None:
    await whole.one_match_in_a_page_leaves_one_act(stage)


async def test_the_citizen_is_nowhere(stage: Stage, capfd: pytest.CaptureFixture[str]) -> None:
    await stage.once()
    shown = capfd.readouterr()
    await whole.the_citizen_is_nowhere(stage, shown.out + shown.err)


async def test_the_citizen_stays_inside_the_snapshot(stage: Stage) -> None:
    await whole.the_citizen_stays_inside_the_snapshot(stage)
