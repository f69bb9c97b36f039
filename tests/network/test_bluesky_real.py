"""The collector, and the emulator's faithfulness, against a real Bluesky network."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import libipld
import pytest

from monitor import config
from monitor.clock import utc_now
from monitor.collect.base import Cursor
from monitor.collect.bluesky import Bluesky
from monitor.collect.bluesky_capture import PROOF
from monitor.demo.atproto import Atproto
from monitor.demo.atproto_repo import Repo
from monitor.model.activity import Activity, Signal, TargetState
from monitor.model.evidence import RawItem
from monitor.model.person import Watch
from monitor.net import Expect, Http
from tests.collect.bluesky_world import FOLLOW, LIKE, POST, REPOST, watch
from tests.network.servers import Account, Made, Network

pytestmark = pytest.mark.network

_names = itertools.count(1)


@dataclass
class Desk:
    """A collector that reads one registered account of the real network."""

    network: Network
    bluesky: Bluesky
    asn: Account
    calon: Account
    cursor: Cursor = field(default_factory=dict)

    @property
    def who(self) -> Watch:
        return watch(self.asn.handle)

    async def poll(self) -> list[tuple[RawItem, Activity]]:
        """Read what is new; the cursor goes through JSON, as the store sends it."""
        found = []
        async for page in self.bluesky.fetch(self.who, self.cursor, None):
            found += [(i, self.bluesky.normalise(i, self.who)) for i in page.items]
            self.cursor = json.loads(json.dumps(page.cursor))
            assert page.complete
        return found

    def post(self, account: Account, text: str, **more: Any) -> Made:
        return self.network.create_record(account.did, POST, {"text": text, **more})

    def act(self, collection: str, **record: Any) -> Made:
        return self.network.create_record(self.asn.did, collection, record)


@pytest.fixture
async def desk(network: Network) -> AsyncIterator[Desk]:
    settings = config.Http(
        contact="uji@contoh.test", allow_private=network.hosts, requests_per_second=1_000
    )
    number = next(_names)
    asn = network.create_account(f"sekar{number}.test")
    calon = network.create_account(f"calon{number}.test")
    places = config.Bluesky(directory=network.plc, resolver=network.pds)
    async with Http(settings) as http:
        yield Desk(network, Bluesky(http, places), asn, calon)


async def test_every_act_is_read_once_with_a_proof_that_holds(desk: Desk) -> None:
    theirs = desk.post(desk.calon, "Ayo pilih nomor dua")
    desk.post(desk.asn, "Selamat pagi")
    desk.post(desk.asn, "Siap", reply={"root": theirs.ref, "parent": theirs.ref})
    desk.post(desk.asn, "Setuju", embed={"$type": "app.bsky.embed.record", "record": theirs.ref})
    desk.act(REPOST, subject=theirs.ref)
    desk.act(LIKE, subject=theirs.ref)
    desk.act(FOLLOW, subject=desk.calon.did)
    found = {act.signal: (raw, act) for raw, act in await desk.poll()}
    assert set(found) == {
        Signal.POST,
        Signal.REPLY,
        Signal.QUOTE,
        Signal.SHARE,
        Signal.LIKE,
        Signal.FOLLOW,
    }
    for raw, act in found.values():
        capture = await desk.bluesky.capture(act, raw, desk.who)
        assert (capture.proof, capture.partial, capture.notes) == (PROOF, False, ())
        assert act.actor.handle == desk.asn.handle
        if act.signal is not Signal.POST:
            assert act.target is not None
            assert act.target.author_handle == desk.calon.handle
            assert act.target.state is TargetState.PRESENT
    assert await desk.poll() == []


async def test_a_like_taken_back_and_given_again_is_the_same_act(desk: Desk) -> None:
    theirs = desk.post(desk.calon, "Ayo pilih nomor dua")
    first = desk.act(LIKE, subject=theirs.ref)
    ((_, before),) = await desk.poll()
    desk.network.delete_record(desk.asn.did, LIKE, first.key)
    desk.act(LIKE, subject=theirs.ref)
    ((_, after),) = await desk.poll()
    replaced = desk.act(LIKE, subject=theirs.ref)
    ((_, again),) = await desk.poll()
    assert {before.id, after.id, again.id} == {before.id}
    assert {before.revision, after.revision, again.revision} == {before.revision}
    assert again.object.id == replaced.uri != before.object.id


async def test_an_edit_by_put_record_is_a_new_revision(desk: Desk) -> None:
    made = desk.post(desk.asn, "Jalan pagi")
    ((_, before),) = await desk.poll()
    desk.network.put_record(desk.asn.did, POST, made.key, {"text": "Dukung nomor dua"})
    ((raw, after),) = await desk.poll()
    capture = await desk.bluesky.capture(after, raw, desk.who)
    assert before.id == after.id
    assert before.revision != after.revision
    assert capture.proof == PROOF


async def test_more_than_one_page_and_a_target_that_is_gone(desk: Desk) -> None:
    theirs = desk.post(desk.calon, "Ayo pilih nomor dua")
    for number in range(104):
        desk.act(LIKE, subject={"uri": f"{theirs.uri[:-3]}{number:03}", "cid": theirs.cid})
    desk.act(LIKE, subject=theirs.ref)
    found = [act for _, act in await desk.poll()]
    states = [act.target.state for act in found if act.target]
    assert len({act.id for act in found}) == 105
    assert states.count(TargetState.PRESENT) == 1
    assert states.count(TargetState.GONE) == 104


async def test_a_deactivated_account_is_said_to_be_unavailable(desk: Desk) -> None:
    desk.post(desk.asn, "Jalan pagi")
    await desk.poll()
    desk.network.deactivate(desk.asn.did)
    pages = [page async for page in desk.bluesky.fetch(desk.who, desk.cursor, None)]
    (item,) = [item for page in pages for item in page.items]
    assert desk.bluesky.normalise(item, desk.who).signal is Signal.UNAVAILABLE
    assert not pages[-1].complete


def shape(value: Any) -> Any:
    """Return the keys and types of an answer, in order, without its values."""
    if isinstance(value, Mapping):
        return [(key, shape(part)) for key, part in value.items()]
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


async def test_the_emulator_answers_as_the_real_server_does(desk: Desk) -> None:
    """Status, error name, keys, their order and types are the same for the same questions."""
    async with Atproto(utc_now) as emulated:
        did = emulated.create_account(desk.asn.handle)
        emulated.create_account(desk.calon.handle)
        record = {"text": "Sama", "createdAt": "2026-11-21T00:00:00.000Z", "$type": POST}
        real = desk.network.create_record(desk.asn.did, POST, record)
        made = emulated.create_record(did, POST, record)
        assert real.cid == made.cid
        settings = config.Http(
            contact="uji@contoh.test", allow_private=(*desk.network.hosts, emulated.host)
        )
        async with Http(settings) as http:
            for method, wanted in _questions():
                theirs = _asked(wanted, desk.asn.did, real.key)
                ours = _asked(wanted, did, made.key)
                one = await _ask(http, f"{desk.network.pds}/xrpc/{method}", theirs)
                two = await _ask(http, f"{emulated.url}/xrpc/{method}", ours)
                assert one == two, (method, wanted)
            one = await _ask(http, f"{desk.network.plc}/{desk.asn.did}", {})
            two = await _ask(http, f"{emulated.url}/{did}", {})
            assert one[0] == two[0]
            assert [key for key, _ in one[1]] == [key for key, _ in two[1]]


def _questions() -> list[tuple[str, dict[str, str]]]:
    unknown = "did:plc:" + "a" * 24
    listing, latest = "com.atproto.repo.listRecords", "com.atproto.sync.getLatestCommit"
    return [
        (listing, {"repo": "DID", "collection": POST}),
        (listing, {"repo": "DID", "collection": POST, "cursor": "KEY"}),
        (listing, {"repo": "DID", "collection": LIKE}),
        (listing, {"repo": unknown, "collection": LIKE}),
        (latest, {"did": "DID"}),
        (latest, {"did": unknown}),
        ("com.atproto.repo.getRecord", {"repo": "DID", "collection": POST, "rkey": "KEY"}),
        ("com.atproto.repo.getRecord", {"repo": "DID", "collection": POST, "rkey": "lain"}),
        ("com.atproto.identity.resolveHandle", {"handle": "tidak-ada.test"}),
        ("com.atproto.sync.getRecord", {"did": unknown, "collection": POST, "rkey": "KEY"}),
    ]


def _asked(wanted: Mapping[str, str], did: str, key: str) -> dict[str, str]:
    return {name: {"DID": did, "KEY": key}.get(value, value) for name, value in wanted.items()}


async def _ask(http: Http, url: str, params: Mapping[str, str]) -> tuple[int, Any]:
    answer = await http.get(url, subject="uji", params=params, expect=Expect.JSON, configured=True)
    body = json.loads(answer.body)
    named = {"error": body["error"]} if "error" in body else {}
    return answer.status, [*shape(body), *named.items()]


async def test_the_emulator_builds_the_same_tree_from_the_same_records(desk: Desk) -> None:
    """The root of the search tree depends on every key and hash: equal roots are equal trees."""
    for number in range(60):
        desk.post(desk.asn, f"Catatan {number}")
    rebuilt = Repo(desk.asn.did)
    for collection in (POST, "app.bsky.actor.profile"):
        body = desk.network.get(
            "com.atproto.repo.listRecords", repo=desk.asn.did, collection=collection, limit="100"
        )
        for record in json.loads(body)["records"]:
            path = record["uri"].removeprefix(f"at://{desk.asn.did}/")
            assert rebuilt.put(path, record["value"], "rev").block.text == record["cid"]
    proof = desk.network.get(
        "com.atproto.sync.getRecord", did=desk.asn.did, collection=POST, rkey="3kabcdefgh222"
    )
    header, blocks = libipld.decode_car(proof)
    assert blocks[header["roots"][0]]["data"] == rebuilt.tree().root.cid
