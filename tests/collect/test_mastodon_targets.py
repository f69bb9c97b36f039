"""Reverse mode on Mastodon: only registered people of a target's lists, each once, none lost."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.collect.base import TargetPage
from monitor.collect.mastodon import UNLISTED
from monitor.collect.mastodon_targets import CUT_LIST, FETCHING, PARTIAL, SHORT_LIST
from monitor.errors import BlockedError, NotFoundError, RateLimited, TransientError
from monitor.model.activity import Signal, TimeSource
from monitor.model.contest import AccountType, TargetAccount
from tests.collect.mastodon_world import (
    CALON,
    HOME,
    PARTY,
    Members,
    Reached,
    World,
    known_at,
    listed,
    watch,
    world,
)
from tests.standin.mastodon import Status
from tests.standin.mastodon_faults import Trouble

LIKES = "/favourited_by"


class Scene:
    """A candidate's post, and the registered Sekar as the candidate's server knows her."""

    def __init__(self, w: World) -> None:
        self.w = w
        self.calon = w.party.account("calon")
        self.sekar = w.home.account("sekar")
        self.seen = known_at(w.party, self.sekar, HOME)
        self.post = w.post(self.calon, "Coblos nomor 1")

    def strangers(self, number: int) -> None:
        for n in range(number):
            self.w.party.favourite(self.w.party.account(f"asing{n}", "jauh.example"), self.post)

    def engage(self) -> Status:
        """Let her favour, boost and answer; her own server has the last two as well."""
        self.w.tick()
        self.w.party.favourite(self.seen, self.post)
        copy = self.w.home.post(
            known_at(self.w.home, self.calon, PARTY), self.post.content, uri=self.post.uri
        )
        boost = self.w.home.boost(self.sekar, copy)
        self.w.party.boost(self.seen, self.post)
        answer = self.w.home.reply(self.sekar, copy, "<p>Siap menang</p>")
        self.w.party.reply(self.seen, self.post, answer.content, uri=answer.uri, url=answer.url)
        return boost


def rendered(page: TargetPage) -> str:
    """All that leaves the collector with a page, but for the target in an act's context."""
    items = [(raw.native_key, raw.body, raw.hints, raw.page.url) for _, raw in page.items]
    return json.dumps([repr(items), page.note, dict(page.cursor)])


async def test_registered_people_of_every_list_are_found_and_nobody_else() -> None:
    async with world() as w:
        scene = Scene(w)
        scene.strangers(5)
        boost = scene.engage()
        w.party.reply(w.party.account("asing_lain"), scene.post, "<p>Bohong</p>")
        found = await w.reach(Members(watch()))
        acts = {act.signal: act for act in w.reached(found)}
    assert set(acts) == {Signal.LIKE, Signal.SHARE, Signal.REPLY}
    for act in acts.values():
        assert (act.actor.native_id, act.actor.handle) == (scene.sekar.uri, f"sekar@{HOME}")
        assert act.target is not None
        assert (act.target.id, act.target.text) == (scene.post.uri, "Coblos nomor 1")
        assert act.target.author_handle == f"calon@{PARTY}"
    assert acts[Signal.LIKE].occurred_at is None
    assert acts[Signal.LIKE].not_before == scene.post.at
    # The booster's own server is listed, and tells when.
    assert acts[Signal.SHARE].occurred_at == boost.at
    assert acts[Signal.SHARE].object.id == boost.uri
    assert acts[Signal.REPLY].occurred_at_source is TimeSource.CLIENT_CLAIM
    assert acts[Signal.REPLY].text == "Siap menang"
    assert "asing" not in "".join(map(rendered, found.pages))
    assert found.last.complete
    assert found.withheld == 0


@pytest.mark.parametrize("fault", ["down", "unlisted", "hidden", "another"])
async def test_a_boost_whose_own_server_does_not_tell_stays_without_a_time(fault: str) -> None:
    async with world() as w:
        scene = Scene(w)
        scene.engage()
        if fault == "down":
            w.home.faults.add(Trouble.SERVER_ERROR, "")
        if fault == "unlisted":
            w.mastodon = w.restarted(servers=w.settings.servers[1:])
        if fault == "hidden":
            w.home.statuses.clear()
        if fault == "another":
            scene.sekar.uri = f"https://{HOME}/ap/users/2"
        acts = {
            a.signal: a for a in w.reached(await w.reach(Members(watch(native_id=scene.seen.uri))))
        }
    share = acts[Signal.SHARE]
    assert (share.occurred_at, share.not_before) == (None, scene.post.at)
    assert share.object.url == scene.post.url


async def test_both_ways_find_the_same_acts() -> None:
    async with world() as w:
        scene = Scene(w)
        scene.engage()
        forward = {(a.id, a.revision) for a in await w.acts(watch())}
        back = w.reached(await w.reach(Members(watch(native_id=scene.sekar.uri))))
    reverse = {(a.id, a.revision) for a in back if a.signal is not Signal.LIKE}
    assert len(reverse) == 2
    assert reverse <= forward


async def test_only_what_is_new_is_asked_for_and_its_time_is_bounded_by_the_last_look() -> None:
    async with world() as w:
        scene = Scene(w)
        scene.strangers(3)
        w.tick()
        looked = w.now()
        first = await w.reach(Members(watch()))
        w.now.forward(hours=1)
        w.party.asked.clear()
        same = await w.reach(Members(watch()), first.cursor)
        assert [path.rpartition("/")[2] for path, _ in w.party.asked] == ["statuses"]
        assert same.items == []
        w.now.forward(hours=1)
        w.party.favourite(scene.seen, scene.post)
        new = await w.reach(Members(watch()), same.cursor)
        (item,) = w.reached(new)
    assert item.not_before == looked > scene.post.at
    likes = [query for path, query in w.party.asked if path.endswith(LIKES)]
    assert likes == [{"limit": "80", "since_id": likes[0]["since_id"]}]


async def test_an_untimed_act_on_an_old_post_is_left_to_what_the_last_look_knew() -> None:
    async with world() as w:
        scene = Scene(w)
        w.party.favourite(scene.seen, scene.post)
        w.now.forward(days=10)
        who = watch(notice_date=w.now().date() - timedelta(days=1))
        (old,) = w.reached(await w.reach(Members(who)))
        assert old.not_before is None
        last = w.now()
        (again,) = w.reached(await w.reach(Members(who), last_look=last))
        assert again.not_before == last
        w.party.reply(scene.seen, scene.post, "<p>Dulu</p>", at=scene.post.at)
        assert len((await w.reach(Members(who))).items) == 1  # a dated act of before is none


async def test_a_line_that_is_new_is_found_at_the_next_whole_round() -> None:
    async with world() as w:
        scene = Scene(w)
        w.party.favourite(scene.seen, scene.post)
        first = await w.reach(Members())
        assert first.items == []
        soon = await w.reach(Members(watch()), first.cursor)
        assert soon.items == []
        w.now.forward(days=1)
        later = await w.reach(Members(watch()), soon.cursor)
        assert len(later.items) == 1


@pytest.mark.checklist("handle-renamed")
async def test_an_account_is_known_by_its_id_under_whatever_name() -> None:
    async with world() as w:
        scene = Scene(w)
        w.party.favourite(scene.seen, scene.post)
        scene.seen.username = "sekar_baru"
        (found,) = (await w.reach(Members(watch(native_id=scene.sekar.uri)))).items
        assert found[0].address == f"sekar@{HOME}"


@pytest.mark.checklist("handle-reused")
async def test_a_name_whose_id_is_known_to_be_another_is_a_stranger() -> None:
    async with world() as w:
        scene = Scene(w)
        w.party.favourite(scene.seen, scene.post)
        other = watch(native_id=f"https://{HOME}/ap/users/1")

        class Named(Members):
            def watching(self, platform: str, accounts: object) -> dict[str, object]:  # type: ignore[override]
                return {f"sekar@{HOME}": other}

        assert (await w.reach(Named())).items == []


@pytest.mark.checklist("stranger-never-stored", "restart-mid-page")
async def test_a_crowd_leaves_nothing_and_a_restart_in_it_loses_and_doubles_nothing() -> None:
    async with world() as w:
        scene = Scene(w)
        w.party.crowd(scene.post, 2_000)
        names = ["sekar", "wulan", "tari"]
        seen = [scene.seen, *(w.party.account(n, HOME) for n in names[1:])]
        members = Members(*(watch(f"{n}@{HOME}", watch_id=f"asn-{n}") for n in names))
        for account in seen:
            w.party.favourite(account, scene.post)
            w.party.favourite(w.party.account(f"asing{account.username}"), scene.post)
        told: list[str] = []
        cut = await w.reach(members, pages=9, keep=lambda page: told.append(rendered(page)))
        w.mastodon = w.restarted()
        w.party.asked.clear()
        rest = await w.reach(members, cut.cursor, keep=lambda page: told.append(rendered(page)))
        likes = [query for path, query in w.party.asked if path.endswith(LIKES)]
    found = [raw.native_key for _, raw in (*cut.items, *rest.items)]
    assert sorted(found) == sorted(f"{a.uri} like {scene.post.uri}" for a in seen)
    assert "max_id" in likes[0]  # it went on from its place
    assert len(likes) < 26
    assert not [text for text in told if "orang0" in text or "asing" in text]
    assert members.asked >= 4_000


@pytest.mark.checklist("stranger-never-stored")
async def test_no_strangers_status_is_named_by_a_place() -> None:
    async with world(party={"token": "mastodon-sosial"}) as w:
        w.party.tokens.add("kunci-rahasia")
        scene = Scene(w)
        others = [w.party.account(f"asing{n}", "jauh.example") for n in range(200)]
        theirs = []
        for account in others:
            w.now.forward(milliseconds=7)
            theirs += [
                w.party.boost(account, scene.post),
                w.party.post(account, "<p>Ya</p>", quote=scene.post.id),
            ]
            if account is others[50]:
                w.party.boost(scene.seen, scene.post)
        pages: list[TargetPage] = []
        found = await w.reach(Members(watch()), pages=2)
        while not found.last.last:  # a restart after every page of a list
            pages += found.pages
            w.mastodon = w.restarted()
            found = await w.reach(Members(watch()), found.cursor, pages=2)
        pages += found.pages
    stored = json.dumps([dict(page.cursor) for page in pages])
    stored += repr([replace(raw, context=()) for page in pages for _, raw in page.items])
    assert not [status.id for status in theirs if status.id in stored]
    shares = {raw.native_key for page in pages for _, raw in page.items}
    assert len(shares) == 1


async def test_a_post_taken_down_in_between_stops_nothing() -> None:
    async with world() as w:
        scene = Scene(w)
        w.party.favourite(scene.seen, scene.post)
        second = w.post(scene.calon, "Coblos lagi")
        w.party.favourite(scene.seen, second)
        w.party.before[f"statuses/{scene.post.id}{LIKES}"] = lambda: w.party.delete(scene.post)
        found = await w.reach(Members(watch()))
        assert [raw.native_key for _, raw in found.items] == [
            f"{scene.sekar.uri} like {second.uri}"
        ]
        assert not found.last.complete
        after = await w.reach(Members(watch()), found.cursor)
        assert scene.post.id not in json.dumps(after.cursor)
        assert after.last.complete


async def test_lists_that_show_fewer_than_are_counted_are_told() -> None:
    async with world() as w:
        scene = Scene(w)
        scene.strangers(2)
        scene.post.uncounted = 7
        found = await w.reach(Members(watch()))
        assert found.withheld == 7
        assert SHORT_LIST in found.last.note
        assert not found.last.complete


async def test_a_copy_on_another_server_is_read_only_where_listed_and_told_as_partial() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        calon = w.home.account("calon", "jauh.example")
        post = w.home.post(calon, "<p>Coblos nomor 1</p>")
        w.home.favourite(sekar, post)
        target = TargetAccount("mastodon", "calon@jauh.example", AccountType.PRIBADI)
        nobody = await w.reach(Members(watch()), target=target)
        assert (nobody.items, nobody.last.complete, nobody.last.note) == ([], False, UNLISTED)
        assert w.home.asked == w.party.asked == []
        servers = (listed(w.home, copies_of=("jauh.example",)), w.settings.servers[1])
        w.mastodon = w.restarted(servers=servers)
        found = await w.reach(Members(watch()), target=target)
        (act,) = w.reached(found)
        assert not act.complete
        assert not found.last.complete
        assert PARTIAL in found.last.note


async def test_quotes_are_asked_for_only_with_a_token() -> None:
    async with world(party={"token": "mastodon-sosial"}) as w:
        w.party.tokens.add("kunci-rahasia")
        scene = Scene(w)
        quote = w.party.post(scene.seen, "<p>Setuju</p>", quote=scene.post.id)
        w.party.post(w.party.account("asing"), "<p>Tidak</p>", quote=scene.post.id)
        (act,) = w.reached(await w.reach(Members(watch())))
        assert (act.signal, act.object.id) == (Signal.QUOTE, quote.uri)
        assert act.target is not None
        assert act.target.id == scene.post.uri
    async with world() as w:
        scene = Scene(w)
        w.party.post(scene.seen, "<p>Setuju</p>", quote=scene.post.id)
        assert (await w.reach(Members(watch()))).items == []


async def test_answers_in_the_thread_of_a_stranger_keep_their_own_parent() -> None:
    async with world() as w:
        scene = Scene(w)
        asing = w.party.account("asing")
        middle = w.party.reply(asing, scene.post, "<p>Bohong</p>")
        w.tick()
        w.party.reply(scene.seen, middle, "<p>Benar kok</p>")
        w.party.fetching = True
        found = await w.reach(Members(watch()))
        (act,) = w.reached(found)
    assert act.target is not None
    assert (act.target.text, act.target.author_id) == ("Bohong", asing.uri)
    assert act.target.is_stranger
    assert FETCHING in found.last.note


async def test_a_server_without_places_is_read_whole_each_time() -> None:
    async with world() as w:
        scene = Scene(w)
        w.party.places = False
        w.party.favourite(scene.seen, scene.post)
        first = await w.reach(Members(watch()))
        scene.strangers(1)
        again = await w.reach(Members(watch()), first.cursor)
        assert len(first.items) == len(again.items) == 1  # the store knows it by its id
        assert again.items[0][1].not_before == scene.post.at


@pytest.mark.checklist("clock-skew")
@pytest.mark.parametrize("minutes", [-10, 10])
async def test_a_wrong_clock_changes_no_wait(minutes: int) -> None:
    async with world(timeout=1) as w:
        scene = Scene(w)
        scene.strangers(3)
        w.party.throttles.skew = w.party.faults.skew = timedelta(minutes=minutes)
        w.party.throttles.set("api", 2)
        with pytest.raises(RateLimited) as caught:
            await w.reach(Members(watch()))
    assert 0 < caught.value.retry_after <= 300


@pytest.mark.checklist("deleted-between-pages")
async def test_an_act_that_goes_between_two_pages_takes_no_other_with_it() -> None:
    async with world() as w:
        scene = Scene(w)
        w.party.favourite(scene.seen, scene.post)  # the oldest: on the last page
        scene.strangers(100)
        kept = Reached()

        def one_goes(page: TargetPage) -> None:
            kept.pages.append(page)
            if len(kept.pages) == 2:
                del scene.post.likes[60]  # taken back while the list is read

        await w.reach(Members(watch()), keep=one_goes)
    assert len(kept.pages) > 2
    assert len(kept.items) == 1
    assert kept.last.complete


@pytest.mark.checklist("duplicate-across-pages", "last-full-page")
async def test_what_two_full_pages_show_is_one_act() -> None:
    async with world() as w:
        scene = Scene(w)
        scene.strangers(79)
        w.party.favourite(scene.seen, scene.post)  # two pages of forty, and no third
        w.party.faults.add(Trouble.DOUBLED, LIKES)
        found = await w.reach(Members(watch()))
        assert len({raw.native_key for _, raw in found.items}) == 1
        assert found.last.complete


@pytest.mark.checklist("repeated-cursor", "empty-page-with-cursor")
@pytest.mark.parametrize("trouble", [Trouble.REPEATED_PLACE, Trouble.EMPTY_PAGES])
async def test_a_list_without_an_end_is_left_and_told(trouble: Trouble) -> None:
    async with world() as w:
        scene = Scene(w)
        scene.strangers(3)
        w.party.faults.add(trouble, LIKES)
        found = await w.reach(Members(watch()))
        assert CUT_LIST in found.last.note
        assert not found.last.complete
        assert len(found.pages) < 10


@pytest.mark.checklist("429-headers", "429-bare", "5xx-burst", "slow-body", "truncated")
@pytest.mark.checklist("token-401-403-quota")
@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble.ISO_429, RateLimited),
        (Trouble.BARE_429, RateLimited),
        (Trouble.SERVER_ERROR, TransientError),
        (Trouble.SLOW, TransientError),
        (Trouble.CUT_JSON, TransientError),
        (Trouble.FORBIDDEN, BlockedError),
    ],
)
async def test_a_refusal_in_the_middle_goes_on_from_its_place(
    trouble: Trouble, error: type[Exception]
) -> None:
    async with world(timeout=1) as w:
        scene = Scene(w)
        w.party.favourite(scene.seen, scene.post)
        scene.strangers(170)
        kept = Reached()

        def third(page: TargetPage) -> None:
            kept.pages.append(page)
            if len(kept.pages) == 2:
                w.party.faults.add(trouble, LIKES, times=1)

        with pytest.raises(error):
            await w.reach(Members(watch()), keep=third)
        w.http._limits._hosts.clear()
        w.party.asked.clear()
        rest = await w.reach(Members(watch()), kept.cursor)
        likes = [query for path, query in w.party.asked if path.endswith(LIKES)]
    assert "max_id" in likes[0]
    assert len([*kept.items, *rest.items]) == 1


@pytest.mark.checklist("target-gone")
async def test_a_target_that_is_closed_or_another_is_not_read() -> None:
    async with world() as w:
        scene = Scene(w)
        wrong = TargetAccount("mastodon", CALON.handle, CALON.type, "https://lain.example/1")
        with pytest.raises(NotFoundError, match="another account"):
            await w.reach(Members(), target=wrong)
        scene.calon.suspended = True
        with pytest.raises(NotFoundError):
            await w.reach(Members())


async def test_only_the_newest_posts_are_watched() -> None:
    async with world() as w:
        scene = Scene(w)
        for n in range(60):
            w.post(scene.calon, f"Kabar {n}")
        w.party.favourite(scene.seen, scene.post)
        w.mastodon = w.restarted(target_posts=50)
        few = await w.reach(Members(watch()))
        assert few.items == []
        assert len(json.dumps(few.cursor)) < 60_000
        w.mastodon = w.restarted(target_posts=61)
        assert len((await w.reach(Members(watch()))).items) == 1
