"""kill -9 again and again while presses and answers come in: none is lost, none is done twice."""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.evidence.files import Files
from monitor.evidence.verify import verify
from monitor.store.audit import Audit
from tests.run.desk_stage import ANA, desk
from tests.standin.telegram import StandIn

pytestmark = pytest.mark.drill
# As many as one chat gets singly within an hour: what is above comes as a list, without buttons.
CASES = 30
SEED = 6


def name(number: int) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return f"NTR-UJIA-AA{letters[number // 26]}{letters[number % 26]}"


async def test_thirty_presses_through_kills(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now, chance, kills = datetime.now(UTC), random.Random(SEED), 0
    async with StandIn() as server:
        async with desk(server, tmp_path, lambda: now) as room:
            room.appoint(ANA)
            for number in range(CASES):
                room.found(now, name(number))
            await room.dispatch()
        for message in server.messages:
            server.press(101, message, message.data[0])
        while server.people.queue:
            points = chance.randint(2, 16)
            child = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.run.bot_child", str(tmp_path), server.url),
                str(points),
                stderr=asyncio.subprocess.DEVNULL,
            )
            finished = asyncio.ensure_future(child.wait())
            drained = asyncio.ensure_future(
                server.people.until(lambda: not server.people.queue, seconds=120)
            )
            await asyncio.wait({finished, drained}, return_when=asyncio.FIRST_COMPLETED)
            kills += finished.done()
            drained.cancel()
            if not finished.done():
                child.kill()
            await finished
        async with desk(server, tmp_path, lambda: now) as room:
            steps = [room.steps(name(number)) for number in range(CASES)]
            with Audit(room.settings.database) as log:
                report = verify(log, Files(room.settings.snapshots), None)
    lost, twice = sum(not found for found in steps), sum(len(found) > 1 for found in steps)
    with capsys.disabled():
        print(f"\nseed {SEED}: {CASES} presses, {kills} kills, {lost} lost, {twice} twice")  # noqa: T201
    assert steps == [[("diambil", "ana")]] * CASES
    assert kills > CASES // 16
    assert report.fault_count == 0
