"""Streams in the whole program: told at once, nothing lost, nobody else kept, silence told."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import closing

import pytest

from monitor.collect import bluesky_stream
from monitor.demo.atproto import Atproto
from monitor.run import stream
from monitor.run.stream import divided
from monitor.store import streams
from monitor.store.writer import Writer
from tests import needle
from tests.collect.bluesky_world import POST
from tests.run.rechecking import case_of, of, waiting
from tests.run.ruling import open_alarms, running, settings, until
from tests.run.streaming import Relay, follow_stream, rows
from tests.standin.jetstream import SECOND, Jetstream
from tests.whole import Stage

CALL = "Ayo coblos nomor 2, menangkan Prakasita-Anggrek! Sekali lagi."


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bluesky_stream, "LINGER", 0.02)
    monkeypatch.setattr(stream, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(stream, "LONGEST_WAIT", 0.1)
    monkeypatch.setattr(streams, "SPACE", 0.0)


@pytest.fixture
async def server() -> AsyncIterator[Jetstream]:
    async with Jetstream() as started:
        yield started


@pytest.fixture
async def relay(stage: Stage, network: Atproto, server: Jetstream) -> Relay:
    """The stage with a stream; what was done before it opened is not told by it."""
    follow_stream(stage, server)
    made = Relay(network, server)
    await made.pump(quietly=True)
    return made


def settled(stage: Stage, server: Jetstream, count: int = 3) -> Callable[[], bool]:
    """Whether every source was read, is followed, and waits for its next look in an hour."""

    def done() -> bool:
        query = "SELECT count(*) FROM source WHERE active AND last_look_at IS NOT NULL"
        calm = "SELECT count(*) FROM notice"
        soon = "SELECT count(*) FROM source WHERE next_check_at < unixepoch() + 60"
        followed = bool(server.hellos) and len(server.hellos[-1].dids) == count
        read = rows(stage, query)[0][0] == count and server.connections > 0
        return followed and read and rows(stage, calm)[0][0] == rows(stage, soon)[0][0] == 0

    return done


@pytest.fixture
def _no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that begins with the present has every source read again: not awaited here."""
    monkeypatch.setattr(streams, "hasten", lambda *_: None)


@pytest.mark.drill
@pytest.mark.usefixtures("_no_gap")
async def test_acts_and_retractions_are_looked_at_when_they_happen(
    stage: Stage, relay: Relay
) -> None:
    server = relay.stream
    async with running(stage):
        await until(settled(stage, server))
        before = len(stage.place.findings())
        made = stage.scene.post("asn1", CALL)
        await relay.pump()
        await until(lambda: len(stage.place.findings()) == before + 1)
        mine = next(f for f in stage.place.findings() if f["activity"]["object"]["id"] == made.uri)
        assert mine["entry"]["public"]["proof"] == "atproto-commit-signature"
        case = mine["entry"]["subject"]
        like = case_of(stage, "asn3", "like")
        stage.scene.server.delete_record(stage.scene.did("asn1"), POST, made.key)
        await relay.pump()
        await until(lambda: [s["public"]["state"] for s in of(stage, case)] == ["dihapus"])
        assert of(stage, like) == []
        relay.network.account(stage.scene.did("asn3")).closed = "RepoDeactivated"
        await relay.pump()
        await until(lambda: "unavailable:asn3" in open_alarms(stage))
        await until(lambda: bool(of(stage, like)))
        assert {w.finding_id for w in waiting(stage)} >= {case}
        dropped = server.connections
        await server.drop()
        stage.scene.post("asn2", CALL)
        await relay.pump()
        await until(lambda: len(stage.place.findings()) == before + 2)
        assert dropped == 1
    assert len({f["activity"]["object"]["id"] for f in stage.place.findings()}) == before + 2
    assert stage.place.verified().fault_count == 0


@pytest.mark.drill
@pytest.mark.usefixtures("_no_gap")
async def test_the_subscription_follows_the_register(stage: Stage, relay: Relay) -> None:
    server, place = relay.stream, stage.place
    place.people.pop()
    place.write()
    follow_stream(stage, server)
    async with running(stage) as opened:
        await until(settled(stage, server, 2))
        with opened.writer.transaction() as tx:
            tx.execute("UPDATE account SET status = 'removed' WHERE watch_id = 'asn2'")
            tx.execute("UPDATE register_state SET version = version + 1")
        await until(lambda: server.hellos[-1].dids == {stage.scene.did("asn1")})
        with opened.writer.transaction() as tx:
            tx.execute("UPDATE account SET status = 'active' WHERE watch_id = 'asn2'")
            tx.execute("UPDATE register_state SET version = version + 1")
        await until(settled(stage, server, 2))
        await until(lambda: server.connections == 1)


@pytest.mark.drill
@pytest.mark.checklist("stranger-never-stored")
@pytest.mark.usefixtures("_no_gap")
async def test_a_flood_of_others_leaves_no_trace_and_is_told_once(
    stage: Stage, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "REFUSED_WAIT", 0.1)
    server = relay.stream
    settings(stage, "health = true")
    strangers = [f"did:plc:{'orang' * 4}{letter * 4}" for letter in "abcd"]
    async with running(stage):
        await until(settled(stage, server))
        server.faults.unfiltered = True
        for number in range(150):
            await server.create(
                strangers[number % 4], POST, "3kaaaaaaaaa2a", {"text": "PAYUNGBIRU7"}
            )
        await until(lambda: "stream:bluesky" in open_alarms(stage))
        server.faults.unfiltered = False
        await until(lambda: "stream:bluesky" not in open_alarms(stage))
    owed = "SELECT count(*) FROM outbox WHERE kind = 'health' AND subject = 'stream:bluesky'"
    assert rows(stage, owed) == [(2,)]
    (stage.place.folder / "captured.log").write_text(stage.shown())
    found = needle.found(stage.place.folder, [*strangers, "PAYUNGBIRU7"])
    assert found == []


@pytest.mark.drill
async def test_a_gap_has_every_source_looked_at(stage: Stage, relay: Relay) -> None:
    """A stream whose server kept less than we had missed says nothing of it."""
    server = relay.stream
    async with running(stage):
        await until(lambda: _count(stage, "last_look_at IS NOT NULL") == 3)
    did = stage.scene.did("asn1")
    old = server._now() - 3_600 * SECOND
    await server.emit({"did": did, "kind": "identity"}, old + 3_500 * SECOND)
    server.faults.kept = 600.0
    with closing(Writer(stage.place.settings.database)) as writer, writer.transaction() as tx:
        streams.save(tx, "bluesky", 0, 1, {"us": old, "host": server.host})
        tx.execute("UPDATE source SET next_check_at = unixepoch() + 3600, last_success_at = NULL")
        tx.execute("DELETE FROM notice")
    async with running(stage) as opened:
        await until(lambda: _count(stage, "last_success_at IS NOT NULL") == 3)
        cursor = streams.load(opened.writer.reader(), "bluesky", 0, 1)
        assert cursor["us"] == old + 3_500 * SECOND


def _count(stage: Stage, where: str) -> object:
    return rows(stage, f"SELECT count(*) FROM source WHERE {where}")[0][0]


def test_accounts_are_divided_alike_and_few_are_moved() -> None:
    accounts = {f"did:plc:{n:024}": f"w-{n}" for n in range(1_000)}
    shares = divided(accounts, 100)
    assert max(map(len, shares)) <= 100
    assert {k: v for share in shares for k, v in share.items()} == accounts
    assert divided(dict(reversed(accounts.items())), 100) == shares
    more = accounts | {"did:plc:baru": "w-baru"}
    changed = [n for n, share in enumerate(divided(more, 100)) if share != shares[n]]
    assert len(changed) == 1
    assert divided({}, 100) == []
    assert divided({"a": "b"}, 1) == [{"a": "b"}]


@pytest.mark.drill
@pytest.mark.usefixtures("_no_gap")
async def test_a_stream_that_answers_but_tells_nothing_is_told_once(
    stage: Stage, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(stage, "health = true")
    server = relay.stream
    async with running(stage):
        await until(settled(stage, server))
        stage.scene.post("asn1", "Loket buka jam delapan.")
        await relay.pump()
        await until(lambda: '"us"' in str(rows(stage, "SELECT cursor FROM stream")))
        server.faults.deaf = True
        # From now on a quiet connection is asked for its last event almost at once.
        monkeypatch.setattr(bluesky_stream, "QUIET", 0.2)
        monkeypatch.setattr(bluesky_stream, "PATIENCE", 0.2)
        await server.drop()
        await until(lambda: "stream:bluesky" in open_alarms(stage))
        server.faults.deaf = False
        stage.scene.post("asn2", "Loket tutup jam dua.")
        await relay.pump()
        await until(lambda: "stream:bluesky" not in open_alarms(stage))
    owed = "SELECT count(*) FROM outbox WHERE kind = 'health' AND subject = 'stream:bluesky'"
    assert rows(stage, owed) == [(2,)]
