"""Reverse mode, and the emulated query server's faithfulness, against a real query server."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from monitor import app, config
from monitor.clock import utc_now
from monitor.collect import bluesky_reverse
from monitor.collect.base import Cursor, TargetPage
from monitor.collect.bluesky import Bluesky
from monitor.collect.bluesky_appview import resting, resumed
from monitor.collect.bluesky_capture import PROOF
from monitor.demo.atproto import Atproto
from monitor.model.activity import Activity
from monitor.model.contest import AccountType, TargetAccount
from monitor.net import Expect, Http
from tests import needle
from tests.collect.bluesky_world import FOLLOW, LIKE, POST, REPOST, watch
from tests.collect.test_bluesky_reverse import ALL_WAYS, People, signals
from tests.installation import TOKEN, Installation
from tests.network.appview import AppView
from tests.network.servers import Account, Made, Network
from tests.scenes import Scene
from tests.standin.telegram import StandIn

pytestmark = pytest.mark.network

CROWD = 105  # more than one page of each list


@dataclass
class Desk:
    """A candidate's post on the real network, and a collector that reads who engaged."""

    network: Network
    view: AppView
    http: Http
    asn: Account
    calon: Account
    campaign: Made
    people: People = field(default_factory=People)

    @property
    def settings(self) -> config.Bluesky:
        return config.Bluesky(
            directory=self.network.plc, resolver=self.network.pds, appview=self.view.url
        )

    def engage(self, who: Account, post: Made) -> None:
        """Act upon a post and its author in every way."""
        write, embed = self.network.create_record, "app.bsky.embed.record"
        write(who.did, LIKE, {"subject": post.ref})
        write(who.did, REPOST, {"subject": post.ref})
        reply = {"root": post.ref, "parent": post.ref}
        write(who.did, POST, {"text": "Siap, Pak", "reply": reply})
        write(who.did, POST, {"text": "Setuju", "embed": {"$type": embed, "record": post.ref}})
        write(who.did, FOLLOW, {"subject": self.calon.did})

    async def look(self, cursor: Cursor, bluesky: Bluesky | None = None) -> list[TargetPage]:
        """Look once with a collector that remembers nothing, unless one is given."""
        target = TargetAccount("bluesky", self.calon.handle, AccountType.TERDAFTAR_KPU)
        reader = bluesky or Bluesky(self.http, self.settings)
        return [page async for page in reader.engagers(target, cursor, None, self.people)]

    def acts(self, pages: list[TargetPage]) -> list[Activity]:
        reader = Bluesky(self.http, self.settings)
        return [reader.normalise(raw, who) for page in pages for who, raw in page.items]


@asynccontextmanager
async def opened(network: Network, appview: AppView) -> AsyncIterator[Desk]:
    layer = config.Http(
        contact="uji@contoh.test",
        allow_private=(*network.hosts, appview.host),
        requests_per_second=1_000,
    )
    mark = secrets.token_hex(3)
    asn = network.create_account(f"sekar-{mark}.test")
    calon = network.create_account(f"calon-{mark}.test")
    campaign = network.create_record(calon.did, POST, {"text": "Ayo pilih nomor dua"})
    async with Http(layer) as http:
        desk = Desk(network, appview, http, asn, calon, campaign)
        desk.people.lines[asn.did] = watch(asn.handle, native_id=asn.did)
        yield desk


@pytest.fixture
async def desk(network: Network, appview: AppView) -> AsyncIterator[Desk]:
    async with opened(network, appview) as made:
        yield made


async def test_every_act_of_a_registered_person_is_found_with_its_proof(desk: Desk) -> None:
    warga = desk.network.create_account(f"warga-{secrets.token_hex(3)}.test")
    for who in (desk.asn, warga):
        desk.engage(who, desk.campaign)
    desk.view.wait_for(desk.campaign.uri, likeCount=2, repostCount=2, replyCount=2, quoteCount=2)
    reader = Bluesky(desk.http, desk.settings)
    pages = await desk.look({}, reader)
    acts = desk.acts(pages)
    assert signals(acts) == ALL_WAYS
    assert {act.actor.native_id for act in acts} == {desk.asn.did}
    assert pages[-1].last
    for page in pages:
        for line, raw in page.items:
            shot = await reader.capture(reader.normalise(raw, line), raw, line)
            assert (shot.proof, shot.partial) == (PROOF, False)
    assert warga.did in desk.people.asked
    assert warga.did not in repr(pages)


async def test_of_a_post_that_does_not_exist_it_lists_nobody_and_does_not_refuse(
    desk: Desk,
) -> None:
    """The reason why an empty list is looked into: a server says 200 for what is not there."""
    nowhere = f"at://{desk.calon.did}/{POST}/3kzzzzzzzzz2a"
    assert desk.view.get("app.bsky.feed.getLikes", uri=nowhere)["likes"] == []
    assert desk.view.get("app.bsky.feed.getPosts", uris=nowhere)["posts"] == []


async def test_a_kept_time_takes_a_list_up_again(desk: Desk) -> None:
    """What is stored of a cursor is a time; the list goes on from there and leaves nobody out."""
    names = [f"warga-{secrets.token_hex(3)}.test" for _ in range(3)]
    people = [desk.asn, *map(desk.network.create_account, names)]
    for who in people:
        desk.network.create_record(who.did, LIKE, {"subject": desk.campaign.ref})
    desk.view.wait_for(desk.campaign.uri, likeCount=4)
    first = desk.view.get("app.bsky.feed.getLikes", uri=desk.campaign.uri, limit="2")
    kept = resting(first["cursor"])
    rest = desk.view.get("app.bsky.feed.getLikes", uri=desk.campaign.uri, cursor=resumed(kept))
    shown = [like["actor"]["did"] for like in first["likes"] + rest["likes"]]
    assert {who.did for who in people} <= set(shown)


async def test_restarts_in_mid_list_lose_nothing_and_tell_nothing_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look gives up after one question, and the next one knows only the stored cursor."""
    for number in range(CROWD):
        who = desk.network.create_account(f"w{number}-{secrets.token_hex(3)}.test")
        desk.network.create_record(who.did, LIKE, {"subject": desk.campaign.ref})
        if number == 3:
            desk.engage(desk.asn, desk.campaign)
    desk.view.wait_for(
        desk.campaign.uri, likeCount=CROWD + 1, repostCount=1, replyCount=1, quoteCount=1
    )
    at_once = await desk.look({})
    assert sum(page.withheld for page in at_once) == 0
    whole = {act.id for act in desk.acts(at_once)}
    monkeypatch.setattr(bluesky_reverse, "PAGES_PER_LOOK", 2)
    cursor: Cursor = {}
    found: list[Activity] = []
    for _ in range(60):
        pages = await desk.look(cursor)
        found += desk.acts(pages)
        cursor = json.loads(json.dumps(pages[-1].cursor))
        if pages[-1].last:
            break
    assert pages[-1].last
    assert {act.id for act in found} == whole
    assert len(whole) == len(ALL_WAYS)
    assert len({(act.id, act.revision) for act in found}) == len(whole)


async def test_the_whole_program_tells_each_act_once(
    network: Network, appview: AppView, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Reverse before forward, forward before reverse: one finding each, and no stranger left."""
    async with StandIn(TOKEN) as telegram:
        place = Installation(
            tmp_path / "pasang",
            hosts=(*network.hosts, appview.host),
            directory=network.plc,
            resolver=network.pds,
            telegram=telegram.url,
        )
        scene = Scene(network, f"-{secrets.token_hex(3)}.test")
        for name in ("calon1", "calon2", "warga", "asn1", "asn2"):
            scene.open(name)
        place.candidates = [scene.accounts["calon1"], scene.accounts["calon2"]]
        for name in ("asn1", "asn2"):
            place.person(name, scene.accounts[name][0])
        place.write()
        await place.once()  # finds the accounts' permanent ids
        place.appview = appview.url
        place.write()
        campaign = scene.post("calon2", "Ayo coblos nomor 2, menangkan Prakasita-Anggrek!")
        for name in ("asn1", "asn2", "warga"):
            scene.like(name, campaign)
            scene.reply(name, campaign, "Siap, kami menangkan Prakasita-Anggrek!")
        appview.wait_for(campaign.uri, likeCount=3, replyCount=3)
        async with app.opened(place.settings) as running:
            await running.daemon.reverse.once()
        assert len(place.findings()) == 4
        await place.once()
        await place.once()
        assert len(place.findings()) == 4
        assert place.verified().fault_count == 0
    (place.folder / "captured.log").write_text("".join(capfd.readouterr()))
    assert needle.found(place.folder, list(scene.accounts["warga"])) == []


# ---- the emulator ------------------------------------------------------------------------------


async def test_the_emulated_query_server_answers_as_the_real_one(desk: Desk) -> None:
    """Status, error name, keys, their order and types are the same for the same questions."""
    desk.engage(desk.asn, desk.campaign)
    other = desk.network.create_account(f"lain-{secrets.token_hex(3)}.test")
    desk.engage(other, desk.campaign)
    desk.view.wait_for(desk.campaign.uri, likeCount=2, repostCount=2, replyCount=2, quoteCount=2)
    async with Atproto(utc_now) as net:
        calon = net.create_account(desk.calon.handle)
        now = utc_now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
        post = net.create_record(calon, POST, {"text": "Ayo", "createdAt": now})
        for name in (desk.asn.handle, other.handle):
            emulated_engagement(net, net.create_account(name), post.ref, calon, now)
        layer = config.Http(contact="uji@contoh.test", allow_private=(net.host, desk.view.host))
        async with Http(layer) as http:
            for method, asked in questions():
                theirs = filled(asked, desk.calon.did, desk.campaign.uri)
                ours = filled(asked, calon, post.uri)
                one = await answer(http, f"{desk.view.url}/xrpc/{method}", theirs)
                two = await answer(http, f"{net.url}/xrpc/{method}", ours)
                assert one == two, (method, asked)


def emulated_engagement(
    net: Atproto, who: str, ref: Mapping[str, str], calon: str, now: str
) -> None:
    when = {"createdAt": now}
    net.create_record(who, LIKE, {"subject": ref, **when})
    net.create_record(who, REPOST, {"subject": ref, **when})
    net.create_record(who, POST, {"text": "a", "reply": {"root": ref, "parent": ref}, **when})
    embed = {"$type": "app.bsky.embed.record", "record": ref}
    net.create_record(who, POST, {"text": "b", "embed": embed, **when})
    net.create_record(who, FOLLOW, {"subject": calon, **when})


def questions() -> list[tuple[str, dict[str, str]]]:
    nowhere = {"uri": "at://DID/app.bsky.feed.post/3kzzzzzzzzz2a"}
    nobody = {"actor": "did:plc:" + "a" * 24}
    lists = ("app.bsky.feed.getLikes", "app.bsky.feed.getRepostedBy", "app.bsky.feed.getQuotes")
    thread = {"depth": "1", "parentHeight": "0"}
    return [
        *((method, {"uri": "URI"}) for method in lists[:2]),
        *((method, {"uri": "URI", "limit": "1"}) for method in lists[:2]),
        *((method, nowhere) for method in lists),
        ("app.bsky.graph.getFollowers", {"actor": "DID"}),
        ("app.bsky.graph.getFollowers", {"actor": "DID", "limit": "1"}),
        ("app.bsky.graph.getFollowers", nobody),
        ("app.bsky.feed.getAuthorFeed", {"actor": "DID"}),
        ("app.bsky.feed.getAuthorFeed", nobody),
        ("app.bsky.feed.getPosts", {"uris": "URI"}),
        ("app.bsky.feed.getPosts", {"uris": nowhere["uri"]}),
        ("app.bsky.feed.getPostThread", {"uri": "URI", **thread}),
        ("app.bsky.feed.getPostThread", {**nowhere, **thread}),
    ]


def filled(asked: Mapping[str, str], did: str, uri: str) -> dict[str, str]:
    return {k: v.replace("URI", uri).replace("DID", did) for k, v in asked.items()}


async def answer(http: Http, url: str, params: Mapping[str, str]) -> tuple[int, Any]:
    got = await http.get(url, subject="uji", params=params, expect=Expect.JSON, configured=True)
    body = json.loads(got.body)
    if "error" in body:
        return got.status, body["error"]
    return got.status, shape(body)


def shape(value: Any) -> Any:
    """Return the keys and types of an answer, in order, without its values.

    Records are the client's own, and a quote's view repeats the post: both are left out.
    """
    if isinstance(value, Mapping):
        return [(k, shape(v)) for k, v in value.items() if k not in ("record", "embed")]
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__
