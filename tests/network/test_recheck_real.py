"""Later states against a real personal data server: what it says when an act is gone."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator

import pytest

from monitor import config
from monitor.collect.bluesky import Bluesky
from monitor.collect.bluesky_again import ABSENCE
from monitor.model.activity import Activity
from monitor.model.state import ActState, Again, Known, Reason
from monitor.net import Http
from tests.collect.bluesky_world import LIKE, POST, watch
from tests.network.servers import Account, Made, Network
from tests.run.rechecking import case_of, look_again, of, waiting
from tests.whole import Stage

pytestmark = pytest.mark.network


class Desk:
    """A collector that looks again at one registered account's acts on the real network."""

    def __init__(self, network: Network, http: Http) -> None:
        name = secrets.token_hex(4)
        self.network = network
        self.asn: Account = network.create_account(f"sekar-{name}.test")
        self.calon: Account = network.create_account(f"calon-{name}.test")
        places = config.Bluesky(directory=network.plc, resolver=network.pds)
        self.bluesky = Bluesky(http, places)
        self.who = watch(self.asn.handle)

    def write(self, collection: str, **record: object) -> Made:
        return self.network.create_record(self.asn.did, collection, record)

    def delete(self, made: Made) -> None:
        self.network.delete_record(self.asn.did, made.uri.split("/")[3], made.key)

    async def on_file(self, made: Made) -> Known:
        pages = [page async for page in self.bluesky.fetch(self.who, {}, None)]
        acts = [self.bluesky.normalise(i, self.who) for page in pages for i in page.items]
        return _known(next(act for act in acts if act.object.id == made.uri))

    async def again(self, act: Known) -> Again:
        return await self.bluesky.look_again(act, self.who)


def _known(act: Activity) -> Known:
    return Known(
        act.id, act.signal, act.actor.native_id, act.object.id, act.object.url, act.revision
    )


@pytest.fixture
async def desk(network: Network) -> AsyncIterator[Desk]:
    settings = config.Http(
        contact="uji@contoh.test", allow_private=network.hosts, requests_per_second=1_000
    )
    async with Http(settings) as http:
        yield Desk(network, http)


async def test_a_post_there_edited_and_deleted(desk: Desk) -> None:
    made = desk.write(POST, text="Jalan pagi")
    desk.write(POST, text="Catatan lain")
    act = await desk.on_file(made)
    assert (await desk.again(act)).state is ActState.THERE
    desk.network.put_record(desk.asn.did, POST, made.key, {"text": "Jalan sore"})
    edited = await desk.again(act)
    assert edited.state is ActState.EDITED
    assert edited.activity is not None
    assert edited.activity.text == "Jalan sore"
    desk.delete(made)
    found = await desk.again(act)
    assert (found.state, found.reason, found.proof) == (
        ActState.DELETED,
        Reason.RECORD_GONE,
        ABSENCE,
    )


async def test_the_only_post_deleted_leaves_a_tree_that_proves_it(desk: Desk) -> None:
    made = desk.write(POST, text="Jalan pagi")
    act = await desk.on_file(made)
    desk.delete(made)
    found = await desk.again(act)
    assert (found.state, found.proof) == (ActState.DELETED, ABSENCE)


async def test_a_like_withdrawn_and_given_again(desk: Desk) -> None:
    theirs = desk.network.create_record(desk.calon.did, POST, {"text": "Ayo pilih nomor dua"})
    made = desk.write(LIKE, subject=theirs.ref)
    act = await desk.on_file(made)
    desk.delete(made)
    found = await desk.again(act)
    assert (found.state, found.proof) == (ActState.WITHDRAWN, ABSENCE)
    new = desk.write(LIKE, subject=theirs.ref)
    again = await desk.again(act)
    assert again.state is ActState.THERE
    assert again.activity is not None
    assert again.activity.object.id == new.uri


async def test_a_deactivated_account_is_not_a_deletion(desk: Desk) -> None:
    act = await desk.on_file(desk.write(POST, text="Jalan pagi"))
    desk.network.deactivate(desk.asn.did)
    found = await desk.again(act)
    assert (found.state, found.reason) == (ActState.HIDDEN, Reason.ACCOUNT_CLOSED)


async def test_the_whole_program_records_and_tells_each_change_once(stage: Stage) -> None:
    await stage.once()
    like, post = case_of(stage, "asn3", "like"), case_of(stage, "asn1", "post")
    key = next(
        f["activity"]["object"]["id"].rpartition("/")[2]
        for f in stage.place.findings()
        if f["entry"]["subject"] == post
    )
    await look_again(stage)
    stage.scene.unlike("asn3", stage.acts.like)
    stage.scene.server.put_record(
        stage.scene.did("asn1"), POST, key, {"text": "Ayo ke pasar!", "langs": ["id"]}
    )
    await look_again(stage)
    stage.scene.server.delete_record(stage.scene.did("asn1"), POST, key)
    for _ in range(2):
        await look_again(stage)
    assert [s["public"]["state"] for s in of(stage, like)] == ["masih_ada", "ditarik"]
    assert [s["public"]["state"] for s in of(stage, post)] == ["masih_ada", "disunting", "dihapus"]
    assert {s["public"]["proof"] for s in of(stage, like)[1:] + of(stage, post)[2:]} == {ABSENCE}
    assert {w.finding_id for w in waiting(stage)} == {like, post}
    assert sum("Kabar keadaan" in text for text in stage.telegram.texts()) == 3
    assert stage.place.verified().fault_count == 0
