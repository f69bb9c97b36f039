"""The stream on a real network: its own firehose, told in Jetstream's wire, killed in between."""

from __future__ import annotations

import asyncio
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from monitor.collect import bluesky_stream
from monitor.run import stream
from monitor.store import streams
from tests.collect.bluesky_world import LIKE, POST
from tests.network.firehose import Translator
from tests.network.servers import Network
from tests.run.rechecking import case_of, of, waiting
from tests.run.ruling import open_alarms, running, until
from tests.run.streaming import follow_stream, rows
from tests.run.test_stream_kill import daemon
from tests.standin.jetstream import Jetstream
from tests.whole import Stage

pytestmark = pytest.mark.network

PATIENCE = 120.0
KILLS = 4
CALL = "Ayo coblos nomor 2, menangkan Prakasita-Anggrek! {n}"


@pytest.fixture
async def server(network: Network) -> AsyncIterator[Jetstream]:
    """Jetstream's wire, with everything that the real server ever told."""
    async with Jetstream() as started, Translator(network, started):
        yield started


async def settle(stage: Stage, server: Jetstream) -> None:
    """Wait until every source was read and is followed; then none is due for an hour."""
    await until(lambda: bool(server.hellos) and len(server.hellos[-1].dids) == 3, PATIENCE)
    read = "SELECT count(*) FROM source WHERE last_look_at IS NOT NULL"
    await until(lambda: rows(stage, read) == [(3,)], PATIENCE)
    stage.scene.post("asn1", "Loket buka jam delapan.")
    await until(lambda: '"us"' in str(rows(stage, "SELECT cursor FROM stream")), PATIENCE)
    conn = stage.place.connect()
    conn.execute("UPDATE source SET next_check_at = unixepoch() + 3600")
    conn.commit()
    conn.close()


async def test_acts_and_retractions_of_the_real_network(
    stage: Stage, server: Jetstream, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(bluesky_stream, "LINGER", 0.05)
    monkeypatch.setattr(streams, "SPACE", 0.0)
    follow_stream(stage, server)
    async with running(stage):
        await settle(stage, server)
        made = stage.scene.post("asn1", CALL.format(n="pagi"))

        def case() -> str:
            return next(
                (
                    str(f["entry"]["subject"])
                    for f in stage.place.findings()
                    if f["activity"]["object"]["id"] == made.uri
                ),
                "",
            )

        await until(lambda: bool(case()), PATIENCE)
        like = case_of(stage, "asn3", "like")
        network.delete_record(stage.scene.did("asn1"), POST, made.key)
        network.delete_record(stage.scene.did("asn3"), LIKE, stage.acts.like.key)
        await until(lambda: {w.finding_id for w in waiting(stage)} == {case(), like}, PATIENCE)
        assert [s["public"]["state"] for s in of(stage, case())] == ["dihapus"]
        assert [s["public"]["state"] for s in of(stage, like)] == ["ditarik"]
        network.deactivate(stage.scene.did("asn2"))
        await until(lambda: "unavailable:asn2" in open_alarms(stage), PATIENCE)
    assert stage.place.verified().fault_count == 0


async def test_killed_in_mid_stream_nothing_is_lost_and_nothing_is_twice(
    stage: Stage, server: Jetstream
) -> None:
    rng = random.Random(11)
    follow_stream(stage, server)
    async with daemon(stage, 0):
        await settle(stage, server)
    expected = set[str]()
    for _ in range(KILLS):
        async with daemon(stage, rng.randint(1, 30)) as child:
            while child.returncode is None:
                text = CALL.format(n=len(expected))
                expected.add(stage.scene.post(rng.choice(("asn1", "asn2", "asn3")), text).uri)
                if rng.random() < 0.2:
                    await server.drop()
                await asyncio.sleep(0.2)
        assert child.returncode == -signal.SIGKILL

    def found() -> Counter[str]:
        return Counter(f["activity"]["object"]["id"] for f in stage.place.findings())

    async with daemon(stage, 0):
        await until(lambda: set(found()) >= expected, PATIENCE)
    assert {uri: found()[uri] for uri in expected} == dict.fromkeys(expected, 1)
    assert stage.place.verified().fault_count == 0
