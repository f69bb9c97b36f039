"""The whole program on a real Bluesky network: see ``tests/whole.py`` for what is promised."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import whole
from tests.installation import TOKEN, Installation
from tests.network.servers import Network
from tests.scenes import Scene, play
from tests.standin.telegram import StandIn
from tests.whole import Stage

pytestmark = pytest.mark.network


@pytest.fixture
async def stage(tmp_path: Path, network: Network) -> AsyncIterator[Stage]:
    """New accounts for each test: the real network is shared by a whole run."""
    async with StandIn(TOKEN) as telegram:
        scene = Scene(network, f"-{secrets.token_hex(3)}.test")
        acts = play(scene)
        place = Installation(
            tmp_path / "pasang",
            hosts=network.hosts,
            directory=network.plc,
            resolver=network.pds,
            telegram=telegram.url,
            candidates=[scene.accounts["calon1"], scene.accounts["calon2"]],
        )
        for name in ("asn1", "asn2", "asn3"):
            place.person(name, scene.accounts[name][0])
        place.write()
        yield Stage(scene, acts, place, telegram)


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
