"""A stream and kill -9: every act that it told is found once, whichever commit the kill met."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from monitor.demo.atproto import Atproto
from tests.run.ruling import until
from tests.run.streaming import Relay, follow_stream, rows
from tests.standin.jetstream import Jetstream
from tests.whole import Stage

pytestmark = pytest.mark.drill

KILLS = 5
PEOPLE = ("asn1", "asn2", "asn3")
PATIENCE = 60.0


@asynccontextmanager
async def daemon(stage: Stage, point: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the daemon as a process of its own; it is stopped at the end, if it still lives."""
    path = stage.place.folder / "config.toml"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.run.stream_child", str(path), str(point),
        stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield child
    finally:
        if child.returncode is None:
            child.send_signal(signal.SIGTERM)
        await child.wait()


async def test_nothing_is_lost_and_nothing_is_twice(stage: Stage, network: Atproto) -> None:
    rng = random.Random(7)
    async with Jetstream() as server:
        follow_stream(stage, server)
        relay = Relay(network, server)
        await relay.pump(quietly=True)
        async with daemon(stage, 0):
            await until(lambda: bool(server.hellos) and len(server.hellos[-1].dids) == 3, PATIENCE)
            await until(lambda: rows(stage, "SELECT cursor FROM stream") != [], PATIENCE)
            # The one gap that there is: a stream without a cursor begins with the present.
            wait = "SELECT count(*) FROM source WHERE next_check_at < unixepoch() + 60"
            stage.scene.post("asn1", "Loket buka jam delapan.")
            await relay.pump()
            await until(lambda: '"us"' in str(rows(stage, "SELECT cursor FROM stream")), PATIENCE)
        with_gap = stage.place.connect()
        with_gap.execute("UPDATE source SET next_check_at = unixepoch() + 3600")
        with_gap.commit()
        with_gap.close()
        assert rows(stage, wait) == [(0,)]
        expected = set[str]()
        for kill in range(KILLS):
            async with daemon(stage, rng.randint(1, 30)) as child:
                while child.returncode is None:
                    text = f"Ayo coblos nomor 2, menangkan Prakasita-Anggrek! {len(expected)}"
                    expected.add(stage.scene.post(rng.choice(PEOPLE), text).uri)
                    await relay.pump()
                    if rng.random() < 0.2:
                        await server.drop()
                    await asyncio.sleep(0.1)
            assert child.returncode == -signal.SIGKILL, f"kill {kill}"

        def found() -> Counter[str]:
            return Counter(f["activity"]["object"]["id"] for f in stage.place.findings())

        async with daemon(stage, 0):
            await until(lambda: set(found()) >= expected, PATIENCE)
        assert {uri: found()[uri] for uri in expected} == dict.fromkeys(expected, 1)
    assert stage.place.verified().fault_count == 0
