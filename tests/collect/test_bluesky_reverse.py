"""Who engaged with a candidate: only registered people's own records, nothing lost, nobody else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from monitor import config
from monitor.clock import utc_now
from monitor.collect.base import Cursor, ReadsTargets, TargetPage
from monitor.collect.bluesky import Bluesky
from monitor.collect.bluesky_appview import Engager, Listed
from monitor.collect.bluesky_reverse import Turn
from monitor.demo.atproto import Made
from monitor.demo.atproto_faults import Trouble
from monitor.errors import BlockedError, CollectError, NotFoundError, RateLimited, TransientError
from monitor.model.activity import Activity, Signal
from monitor.model.contest import AccountType, TargetAccount
from monitor.model.person import Watch
from monitor.net import Http
from tests.collect.bluesky_world import FOLLOW, LIKE, POST, REPOST, World, watch, world
from tests.standin.crowd import Crowd, stranger

LISTS = (
    "app.bsky.feed.getLikes",
    "app.bsky.feed.getRepostedBy",
    "app.bsky.feed.getQuotes",
    "app.bsky.graph.getFollowers",
)
LAYER: dict[str, Any] = {"contact": "uji@contoh.test", "requests_per_second": 10_000}
EVERY = (*LISTS, "app.bsky.feed.getAuthorFeed", "app.bsky.feed.getPostThread")


@dataclass
class People:
    """A register of DIDs; ``asked`` holds every account it was asked about."""

    lines: dict[str, Watch] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def watching(self, platform: str, accounts: Collection[str]) -> Mapping[str, Watch]:
        assert platform == "bluesky"
        self.asked += accounts
        return {one: self.lines[one] for one in accounts if one in self.lines}


@dataclass
class Read:
    """What one look gave."""

    pages: list[TargetPage] = field(default_factory=list)

    @property
    def cursor(self) -> Cursor:
        """The last cursor as the store gives it back: through JSON."""
        loaded: Cursor = json.loads(json.dumps(self.pages[-1].cursor))
        return loaded

    @property
    def last(self) -> TargetPage:
        return self.pages[-1]

    @property
    def notes(self) -> str:
        return "; ".join(page.note for page in self.pages)

    @property
    def withheld(self) -> int:
        return sum(page.withheld for page in self.pages)


@dataclass
class Scene:
    """A candidate, a registered person and a stranger, on an emulated network."""

    world: World
    people: People
    calon: str
    asn: str
    warga: str
    target: TargetAccount

    def post(self, text: str = "Ayo coblos nomor dua") -> Made:
        return self.world.post(self.calon, text)

    def engage(self, who: str, post: Made) -> None:
        """Act upon a post, and its author, in every way."""
        self.world.like(who, post)
        self.world.write(who, REPOST, subject=post.ref)
        reply = {"root": post.ref, "parent": post.ref}
        self.world.post(who, "Siap, Pak", reply=reply)
        embed = {"$type": "app.bsky.embed.record", "record": post.ref}
        self.world.post(who, "Setuju", embed=embed)
        self.world.write(who, FOLLOW, subject=self.calon)

    async def look(
        self, cursor: Cursor | None = None, pages: int = 1_000, into: Read | None = None
    ) -> Read:
        """Look to the end, or until the process "dies" after some pages."""
        read = into or Read()
        async for page in self._engagers(cursor or {}):
            read.pages.append(page)
            if len(read.pages) == pages:
                break
        return read

    def _engagers(self, cursor: Cursor) -> AsyncIterator[TargetPage]:
        return self.world.bluesky.engagers(self.target, cursor, None, self.people)

    def acts(self, read: Read) -> list[Activity]:
        normalise = self.world.bluesky.normalise
        return [normalise(raw, who) for page in read.pages for who, raw in page.items]


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with world() as made:
        calon = made.net.create_account("calon.example")
        asn = made.net.create_account("asn.example")
        warga = made.net.create_account("warga.example")
        people = People({asn: watch("asn.example", native_id=asn)})
        target = TargetAccount("bluesky", "calon.example", AccountType.TERDAFTAR_KPU)
        yield Scene(made, people, calon, asn, warga, target)


def signals(acts: Sequence[Activity]) -> list[str]:
    return sorted(act.signal.value for act in acts)


ALL_WAYS = ["follow", "like", "quote", "reply", "share"]


async def test_a_registered_persons_acts_of_every_kind_are_found(scene: Scene) -> None:
    assert isinstance(scene.world.bluesky, ReadsTargets)
    post = scene.post()
    scene.engage(scene.asn, post)
    scene.engage(scene.warga, post)
    read = await scene.look()
    acts = scene.acts(read)
    assert signals(acts) == ALL_WAYS
    assert {act.actor.native_id for act in acts} == {scene.asn}
    assert {act.target.author_id for act in acts if act.target} == {scene.calon}
    assert all(act.occurred_at for act in acts)
    assert read.last.last
    assert read.last.complete
    assert read.withheld == 0


async def test_it_is_the_same_act_as_forward_mode_sees(scene: Scene) -> None:
    scene.engage(scene.asn, scene.post())
    back = {(act.id, act.revision) for act in scene.acts(await scene.look())}
    forward = await scene.world.acts(scene.people.lines[scene.asn])
    assert back == {(act.id, act.revision) for act in forward}


async def test_an_act_is_captured_with_its_proof(scene: Scene) -> None:
    scene.engage(scene.asn, scene.post())
    for page in (await scene.look()).pages:
        for who, raw in page.items:
            act = scene.world.bluesky.normalise(raw, who)
            capture = await scene.world.bluesky.capture(act, raw, who)
            assert capture.proof == "atproto-commit-signature"
            assert not capture.partial


@pytest.mark.checklist("stranger-never-stored")
async def test_nothing_of_a_stranger_leaves_a_page(scene: Scene) -> None:
    post = scene.post()
    for number in range(150):
        who = scene.world.net.create_account(f"warga-{number}.example")
        scene.world.like(who, post)
    scene.engage(scene.asn, post)
    read = await scene.look(pages=3)
    read.pages += (await scene.look(read.cursor)).pages
    strangers = set(scene.people.asked) - {scene.asn}
    assert len(strangers) == 150
    left = repr(read.pages)
    cids = {row.cid for row in scene.world.net.view.rows(LIKE, post.uri)}
    own = {raw.body for page in read.pages for _, raw in page.items}
    mine = {cid for cid in cids if any(cid.encode() in body for body in own)}
    assert not [one for one in (strangers | cids) - mine if one in left]


async def test_a_second_look_asks_for_what_moved_only(scene: Scene) -> None:
    first, second = scene.post(), scene.post("Besok kita ke pasar")
    scene.engage(scene.asn, first)
    read = await scene.look()
    scene.world.net.asked.clear()
    again = await scene.look(read.cursor)
    assert again.last.last
    assert scene.acts(again) == []
    assert not [method for method, _ in scene.world.net.asked if method in LISTS]
    scene.world.like(scene.asn, second)
    found = scene.acts(await scene.look(again.cursor))
    assert [act.target.id for act in found if act.target] == [second.uri]


async def test_a_like_that_a_count_hides_is_found_once_a_day(scene: Scene) -> None:
    post = scene.post()
    like = scene.world.like(scene.warga, post)
    read = await scene.look()
    scene.world.net.delete_record(scene.warga, LIKE, like.key)
    scene.world.like(scene.asn, post)
    assert scene.acts(await scene.look(read.cursor)) == []
    scene.world.now.forward(days=1)
    assert signals(scene.acts(await scene.look(read.cursor))) == ["like"]


async def test_not_before_is_the_last_look_at_everything(scene: Scene) -> None:
    post = scene.post()
    began = scene.world.now()
    read = await scene.look()
    scene.world.like(scene.asn, post)
    items = [raw for page in (await scene.look(read.cursor)).pages for _, raw in page.items]
    assert [raw.not_before for raw in items] == [began]


@pytest.mark.checklist("restart-mid-page")
async def test_a_kill_after_any_page_loses_nothing(scene: Scene) -> None:
    posts = [scene.post(f"Acara ke-{number}") for number in range(3)]
    for post in posts:
        scene.engage(scene.asn, post)
    whole = {act.id for act in scene.acts(await scene.look())}
    count = len((await scene.look()).pages)
    for pages in range(1, count + 1):
        scene.world.bluesky = scene.world.restarted()
        read = await scene.look(pages=pages)
        scene.world.bluesky = scene.world.restarted()
        rest = await scene.look(read.cursor)
        found = [act.id for act in scene.acts(read) + scene.acts(rest)]
        assert set(found) == whole
        assert rest.last.last


async def test_a_long_list_goes_on_inside_where_it_was_cut(scene: Scene) -> None:
    post = scene.post()
    scene.world.like(scene.asn, post)
    row = scene.world.net.view.rows(LIKE, post.uri)[0]
    newest = row.at + 60_000
    crowd = Crowd(8_000, newest, {7_900: row})
    scene.world.net.view.crowds[LIKE, post.uri] = crowd
    read = await scene.look(pages=1)  # after fifty pages of strangers
    scene.world.net.asked.clear()
    rest = await scene.look(read.cursor)
    assert signals(scene.acts(rest)) == ["like"]
    likes = [q for method, q in scene.world.net.asked if method == "app.bsky.feed.getLikes"]
    assert len(likes) < 40
    assert likes[0]["cursor"].endswith("__a")
    assert rest.last.complete


async def test_likes_of_one_moment_are_not_lost_between_two_pages(scene: Scene) -> None:
    """Likes of one moment have one content and one hash: the server's cursor skips the rest."""
    post = scene.post()
    scene.world.like(scene.asn, post)
    row = scene.world.net.view.rows(LIKE, post.uri)[0]
    others = [replace(row, did=stranger(number)[0]) for number in range(114)]
    newer = [replace(one, at=row.at + 1, cid=f"{row.cid}x") for one in others[:95]]
    scene.world.net.view.crowds[LIKE, post.uri] = [*newer, *others[95:], row]
    read = await scene.look()
    assert signals(scene.acts(read)) == ["like"]
    assert read.withheld == 0
    assert scene.people.asked.count(scene.asn) == 1
    assert sorted(set(scene.people.asked)) == sorted(scene.people.asked)


async def test_a_moment_of_more_likes_than_a_page_holds_is_counted_as_withheld(
    scene: Scene,
) -> None:
    post = scene.post()
    scene.world.like(scene.warga, post)
    row = scene.world.net.view.rows(LIKE, post.uri)[0]
    crowd = [replace(row, did=stranger(number)[0]) for number in range(250)]
    older = [replace(row, at=row.at - 1, did=scene.asn)]
    scene.world.net.view.crowds[LIKE, post.uri] = [*crowd, *older]
    read = await scene.look()
    assert scene.asn in scene.people.asked
    assert read.withheld == 150
    assert read.last.complete


# ---- what the platform does wrong -------------------------------------------------------------


@pytest.mark.checklist("empty-page-with-cursor")
@pytest.mark.parametrize("method", LISTS)
async def test_an_empty_page_with_a_cursor_is_not_the_end(scene: Scene, method: str) -> None:
    scene.engage(scene.asn, scene.post())
    scene.world.net.faults.add(Trouble.EMPTY_PAGES, method, 2)
    read = await scene.look()
    assert signals(scene.acts(read)) == ALL_WAYS
    assert read.last.complete


@pytest.mark.checklist("empty-page-with-cursor")
@pytest.mark.parametrize("method", LISTS)
async def test_empty_pages_without_end_are_left_and_said(scene: Scene, method: str) -> None:
    scene.engage(scene.asn, scene.post())
    scene.world.net.faults.add(Trouble.EMPTY_PAGES, method)
    read = await scene.look()
    assert len(scene.acts(read)) == len(ALL_WAYS) - 1
    assert "empty pages" in read.notes
    assert not read.last.complete
    scene.world.net.faults.clear()
    rest = await scene.look(read.cursor)
    assert len(scene.acts(rest)) == 1
    assert rest.last.complete


@pytest.mark.checklist("repeated-cursor")
async def test_a_repeated_cursor_is_left_and_said(scene: Scene) -> None:
    post = scene.post()
    scene.world.net.view.crowds[LIKE, post.uri] = Crowd(450, 2_000_000_000_000, {})
    scene.world.net.faults.add(Trouble.REPEATED_CURSOR, "app.bsky.feed.getLikes")
    read = await scene.look()
    assert "repeated cursor" in read.notes
    assert not read.last.complete


@pytest.mark.checklist("last-full-page")
@pytest.mark.parametrize("count", [99, 100, 101, 200])
async def test_the_last_page_may_be_full(scene: Scene, count: int) -> None:
    post = scene.post()
    scene.world.like(scene.asn, post)
    place = {count - 1: scene.world.net.view.rows(LIKE, post.uri)[0]}
    scene.world.net.view.crowds[LIKE, post.uri] = Crowd(count, 2_000_000_000_000, place)
    read = await scene.look()
    assert signals(scene.acts(read)) == ["like"]
    assert read.last.complete


@pytest.mark.checklist("duplicate-across-pages")
async def test_an_act_that_comes_on_two_pages_is_one(scene: Scene) -> None:
    post = scene.post()
    scene.world.like(scene.asn, post)
    places = dict.fromkeys((99, 100), scene.world.net.view.rows(LIKE, post.uri)[0])
    scene.world.net.view.crowds[LIKE, post.uri] = Crowd(150, 2_000_000_000_000, places)
    acts = scene.acts(await scene.look())
    assert len({(act.id, act.revision) for act in acts}) == 1


@pytest.mark.checklist("deleted-between-pages")
async def test_a_post_that_is_deleted_meanwhile_is_no_empty_list(scene: Scene) -> None:
    post = scene.post()
    scene.world.like(scene.warga, post)
    calm = scene.people.watching

    def gone(platform: str, accounts: Collection[str]) -> Mapping[str, Watch]:
        path = f"{POST}/{post.key}"
        if path in scene.world.net.account(scene.calon).repo.records:
            scene.world.net.delete_record(scene.calon, POST, post.key)
            scene.world.net.delete_record(scene.warga, REPOST, share.key)
        return calm(platform, accounts)

    share = scene.world.write(scene.warga, REPOST, subject=post.ref)
    scene.people.watching = gone  # type: ignore[method-assign]
    read = await scene.look()
    assert "deleted while" in read.notes
    assert not read.last.complete
    assert (await scene.look(read.cursor)).last.complete


@pytest.mark.checklist("deleted-between-pages")
async def test_a_thread_that_is_gone_ends_no_look(scene: Scene) -> None:
    post = scene.post()
    scene.world.post(scene.warga, "Siap", reply={"root": post.ref, "parent": post.ref})
    other = scene.post("Acara lain")
    scene.world.like(scene.asn, other)
    scene.world.net.faults.add(Trouble.GONE, "app.bsky.feed.getPostThread", 1)
    read = await scene.look()
    assert signals(scene.acts(read)) == ["like"]
    assert "deleted while" in read.notes


async def test_what_is_counted_and_not_shown_is_said(scene: Scene) -> None:
    post = scene.post()
    scene.engage(scene.asn, post)
    scene.engage(scene.warga, post)
    scene.world.net.view.hidden.add(scene.warga)
    read = await scene.look()
    assert signals(scene.acts(read)) == ALL_WAYS
    assert read.withheld == 4  # like, share, quote, answer; followers are not counted for us


@pytest.mark.checklist("429-headers")
@pytest.mark.parametrize(
    ("method", "trouble"),
    [
        *((method, Trouble.RATELIMIT_RESET) for method in EVERY),
        (EVERY[0], Trouble.RETRY_AFTER),
        (EVERY[0], Trouble.RETRY_AFTER_DATE),
    ],
)
async def test_a_429_says_how_long_to_wait(scene: Scene, method: str, trouble: Trouble) -> None:
    scene.world.now.at = utc_now()  # the server's own Date is that of the machine
    scene.engage(scene.asn, scene.post())
    scene.world.net.faults.add(trouble, method)
    with pytest.raises(RateLimited) as caught:
        await scene.look()
    assert 5 <= caught.value.retry_after <= 20  # the clock moved on with each act


@pytest.mark.checklist("429-bare", "5xx-burst", "truncated", "slow-body")
@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble.BARE_429, RateLimited),
        (Trouble.SERVER_ERROR, TransientError),
        (Trouble.CUT_JSON, TransientError),
        (Trouble.RESET, TransientError),
        (Trouble.HTML, BlockedError),
    ],
)
async def test_a_fault_of_a_list_ends_the_look_and_loses_nothing(
    scene: Scene, trouble: Trouble, error: type[CollectError]
) -> None:
    scene.engage(scene.asn, scene.post())
    scene.world.net.faults.add(trouble, "app.bsky.feed.getQuotes")
    read = Read()
    with pytest.raises(error) as caught:
        await scene.look(into=read)
    assert scene.warga not in str(caught.value)
    scene.world.net.faults.clear()
    layer = config.Http(**LAYER, allow_private=(scene.world.net.host,))
    async with Http(layer, scene.world.now) as http:  # another process, which waits for nothing
        scene.world.bluesky = Bluesky(http, scene.world.settings, scene.world.now)
        rest = await scene.look(read.cursor)
        assert signals(scene.acts(read) + scene.acts(rest)) == ALL_WAYS


@pytest.mark.checklist("slow-body")
async def test_a_silent_list_is_given_up() -> None:
    async with world(timeout=0.2) as made:
        made.net.create_account("calon.example")
        made.net.faults.add(Trouble.STALL, "app.bsky.feed.getAuthorFeed")
        target = TargetAccount("bluesky", "calon.example", AccountType.PRIBADI)
        with pytest.raises(TransientError):
            async for _ in made.bluesky.engagers(target, {}, None, People()):
                pass


@pytest.mark.checklist("clock-skew")
@pytest.mark.parametrize("minutes", [-10, 10])
async def test_a_servers_clock_may_be_wrong(scene: Scene, minutes: int) -> None:
    scene.world.now.at = utc_now()
    scene.engage(scene.asn, scene.post())
    scene.world.net.faults.add(Trouble.RATELIMIT_RESET, "app.bsky.feed.getLikes")
    layer = config.Http(**LAYER, allow_private=(scene.world.net.host,))
    async with Http(layer, lambda: scene.world.now() + timedelta(minutes=minutes)) as http:
        scene.world.bluesky = Bluesky(http, scene.world.settings, scene.world.now)
        with pytest.raises(RateLimited) as caught:
            await scene.look()
    assert 0 < caught.value.retry_after < 30


@pytest.mark.checklist("target-gone")
async def test_a_candidates_account_that_is_gone_is_said(scene: Scene) -> None:
    read = await scene.look()
    scene.world.net.account(scene.calon).closed = "RepoTakendown"
    with pytest.raises(NotFoundError):
        await scene.look(read.cursor)
    scene.target = TargetAccount("bluesky", "tiada.example", AccountType.PRIBADI)
    with pytest.raises(NotFoundError):
        await scene.look()


@pytest.mark.checklist("handle-renamed", "handle-reused")
async def test_a_candidate_is_known_by_the_permanent_id(scene: Scene) -> None:
    post = scene.post()
    read = await scene.look()
    scene.world.net.rename(scene.calon, "calon-baru.example")
    scene.world.net.create_account("calon.example", did="did:plc:" + "q" * 24)
    scene.world.like(scene.asn, post)
    assert signals(scene.acts(await scene.look(read.cursor))) == ["like"]


async def test_a_candidate_who_asks_not_to_be_shown_is_skipped(scene: Scene) -> None:
    scene.engage(scene.asn, scene.post())
    opt_out(scene, scene.calon)
    read = await scene.look()
    assert scene.acts(read) == []
    assert not read.last.complete
    assert "asks not to be shown" in read.notes


# ---- registered people's own servers ----------------------------------------------------------


def opt_out(scene: Scene, did: str) -> None:
    labels = {"$type": "x", "values": [{"val": "!no-unauthenticated"}]}
    scene.world.net.put_record(did, "app.bsky.actor.profile", "self", {"labels": labels})


async def test_a_registered_person_who_asks_not_to_be_shown_is_skipped(scene: Scene) -> None:
    scene.engage(scene.asn, scene.post())
    opt_out(scene, scene.asn)
    assert scene.acts(await scene.look()) == []


async def test_a_closed_account_is_left_to_forward_mode(scene: Scene) -> None:
    post = scene.post()
    scene.world.like(scene.asn, post)
    row = scene.world.net.view.rows(LIKE, post.uri)[0]
    scene.world.net.view.crowds[LIKE, post.uri] = [row]
    scene.world.net.account(scene.asn).closed = "RepoDeactivated"
    read = await scene.look()
    assert scene.acts(read) == []
    assert read.last.complete


async def test_what_its_own_server_does_not_give_is_asked_for_again(scene: Scene) -> None:
    post = scene.post()
    scene.world.like(scene.asn, post)
    scene.world.net.faults.add(Trouble.SERVER_ERROR, "com.atproto.sync.getLatestCommit")
    read = await scene.look()
    assert scene.acts(read) == []
    assert "could not be read" in read.notes
    scene.world.net.faults.clear()
    assert signals(scene.acts(await scene.look(read.cursor))) == ["like"]


async def test_a_like_that_its_own_repository_does_not_hold_is_none(scene: Scene) -> None:
    post = scene.post()
    like = scene.world.like(scene.asn, post)
    rows = list(scene.world.net.view.rows(LIKE, post.uri))
    scene.world.net.delete_record(scene.asn, LIKE, like.key)
    scene.world.net.view.crowds[LIKE, post.uri] = rows
    read = await scene.look()
    assert scene.acts(read) == []
    assert read.last.complete


async def test_a_record_of_another_account_is_refused(scene: Scene) -> None:
    scene.world.like(scene.asn, scene.post())
    scene.world.net.faults.add(Trouble.OTHER_ACCOUNT, "com.atproto.repo.listRecords")
    read = await scene.look()
    assert scene.acts(read) == []
    assert not read.last.complete


async def test_a_server_that_lists_without_end_is_left(scene: Scene) -> None:
    scene.world.like(scene.asn, scene.post())
    scene.world.net.faults.add(Trouble.EMPTY_PAGES, "com.atproto.repo.listRecords")
    assert scene.acts(await scene.look()) == []


async def test_what_happened_before_monitoring_began_is_left_out(scene: Scene) -> None:
    post = scene.post()
    scene.engage(scene.asn, post)
    told = scene.world.now().date() + timedelta(days=2)
    scene.people.lines[scene.asn] = watch("asn.example", native_id=scene.asn, notice_date=told)
    assert scene.acts(await scene.look()) == []
    scene.world.now.forward(days=3)
    scene.world.like(scene.asn, scene.post("Nanti malam"))
    assert signals(scene.acts(await scene.look())) == ["like"]


async def test_an_answer_that_quotes_comes_once(scene: Scene) -> None:
    post = scene.post()
    embed = {"$type": "app.bsky.embed.record", "record": post.ref}
    reply = {"root": post.ref, "parent": post.ref}
    scene.world.post(scene.asn, "Lihat", embed=embed, reply=reply)
    acts = scene.acts(await scene.look())
    assert {(act.id, act.signal) for act in acts} == {(acts[0].id, Signal.REPLY)}


# ---- hostile answers ----------------------------------------------------------------------------

HOSTILE: tuple[object, ...] = (
    [],
    "teks",
    None,
    7,
    {},
    {"likes": None},
    {"likes": {}},
    {"likes": "x"},
    {"likes": [None]},
    {"likes": [[]]},
    {"likes": [{}]},
    {"likes": [{"actor": None}]},
    {"likes": [{"actor": {"did": 7}}]},
    {"likes": [{"actor": {"did": "x" * 100_000}}]},
    {"likes": [{"actor": {"did": "did:plc:../../x"}}]},
    {"likes": [{"actor": {"did": "\x00\u202e'; DROP TABLE source"}}]},
    {"likes": [{"actor": {"did": "did:web:127.0.0.1%3A1"}}]},
    {"likes": [], "cursor": 7},
    {"likes": [], "cursor": {"a": 1}},
    {"likes": [], "cursor": "99999999999999999999__z"},
    {"likes": [{"actor": {"did": "did:plc:" + "a" * 24}}] * 5_000},
    {"likes": [json.loads("[" * 300 + "]" * 300)]},
)


@pytest.mark.parametrize("answer", HOSTILE, ids=range(len(HOSTILE)))
async def test_a_hostile_list_breaks_nothing(scene: Scene, answer: object) -> None:
    post = scene.post()
    scene.world.like(scene.warga, post)
    scene.world.write(scene.asn, REPOST, subject=post.ref)
    scene.world.net.view.answers["app.bsky.feed.getLikes"] = answer
    read = Read()
    with suppress(TransientError):
        await scene.look(into=read)
    # The share's list comes after it: where the likes' is no list at all, the look ends before.
    assert signals(scene.acts(read)) in ([], ["share"])
    assert scene.warga not in repr(read.pages)
    scene.world.net.view.answers.clear()
    assert signals(scene.acts(await scene.look(read.cursor if read.pages else None))) in (
        [],
        ["share"],
    )


def test_a_stranger_of_the_crowd_is_always_the_same() -> None:
    assert stranger(4) == stranger(4) != stranger(5)
    assert Crowd(10, 5_000, {})[3].did == stranger(3)[0]


def test_a_list_that_begins_anew_counts_its_first_page_again() -> None:
    page = Listed((Engager(stranger(1)[0]),), "1700000000000__b")
    turn = Turn("", whole=True)
    turn.take(turn.fresh(page))
    assert turn.fresh(page).engagers == ()
    turn.restart()
    assert turn.fresh(page).engagers == page.engagers
