"""Who engaged with a target on X: only people on the register leave the page."""

from __future__ import annotations

import json
import tracemalloc
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.collect.base import Cursor
from monitor.collect.x_reverse import QUERY_LENGTH, REPEATED, UNSEEN, queries
from monitor.errors import AuthError, BlockedError, RateLimited, TransientError
from monitor.model.activity import Signal
from tests.collect.x_world import PEGAWAI, Register, Roll, Walked, World, world

NEEDLE = "warga_tak_terdaftar"


def register(w: World, kind: type[Register] = Register) -> Register:
    return kind((w.own.id, PEGAWAI))


def texts(walked: Walked) -> str:
    return repr([(p.cursor, p.note, p.items) for p in walked.pages])


async def test_reposts_and_quotes_with_their_times() -> None:
    async with world() as w:
        stranger = w.net.world.user(NEEDLE)
        first = w.post(w.calon, "Visi kami, pilih nomor 1")
        share = w.post(w.own, "RT @calon_satu: Visi", ("retweeted", first))
        quote = w.post(w.own, "Lanjutkan", ("quoted", first))
        w.post(stranger, "RT @calon_satu: Visi", ("retweeted", first))
        w.post(stranger, "Ikut", ("quoted", first))
        walked = await w.walk(register(w))
        acts = {
            raw.native_key: w.x.normalise(raw, who) for p in walked.pages for who, raw in p.items
        }
        (forward,) = [a for a in await w.acts() if a.signal is Signal.SHARE]
    assert acts.keys() == {share, quote}
    assert acts[share].id == forward.id  # the same act, whichever way it was found
    assert acts[quote].text == "Lanjutkan"
    assert acts[share].occurred_at is not None
    assert (walked.last.complete, walked.last.last) == (True, True)
    assert sum(page.listed or 0 for page in walked.pages) == 5


async def test_only_posts_whose_count_moved_are_walked_again() -> None:
    async with world() as w:
        posts = [w.post(w.calon, f"Kabar {n}") for n in range(3)]
        w.post(w.own, "RT", ("retweeted", posts[1]))
        seen = await w.walk(register(w))
        assert w.net.lanes().count("retweets") == 1
        quiet = await w.walk(register(w), seen.cursor)
        assert w.net.lanes().count("retweets") == 1
        again = w.post(w.own, "Bagus", ("quoted", posts[0]))
        third = await w.walk(register(w), quiet.cursor)
    assert third.keys == [again]
    assert w.net.lanes().count("retweets") == 1


async def test_answers_are_asked_for_by_name_and_nobody_elses_come() -> None:
    async with world() as w:
        stranger = w.net.world.user(NEEDLE)
        first = w.post(w.calon, "Visi kami")
        reply = w.post(w.own, "@calon_satu siap", ("replied_to", first))
        w.post(stranger, "@calon_satu siap", ("replied_to", first))
        walked = await w.walk(register(w, Roll))
        again = await w.walk(register(w, Roll), walked.cursor)
    assert (walked.keys, again.keys) == ([reply], [])
    asked = [query["query"] for lane, query in w.net.calls if lane == "search"]
    assert set(asked) == {"(from:pegawai_a) to:calon_satu"}


def test_queries_are_as_long_as_x_takes() -> None:
    names = [f"pegawai_{n:05}" for n in range(500)]
    found = queries(names, "calon_satu")
    assert all(len(one) <= QUERY_LENGTH for one in found)
    assert [n for n in names if not any(f"from:{n}" in one for one in found)] == []
    assert sum(one.count("from:") for one in found) == 500
    assert queries([], "calon_satu") == []


async def test_nothing_before_monitoring_began_and_nothing_withheld() -> None:
    async with world() as w:
        first = w.post(w.calon, "Visi kami")
        w.post(w.own, "RT", ("retweeted", first))
        w.now.forward(days=2)
        w.post(w.own, "Ditahan", ("quoted", first), withheld={"country_codes": ["ID"]})
        late = replace(PEGAWAI, notice_date=w.now().date())
        assert (await w.walk(Register((w.own.id, late)))).keys == []


async def test_a_line_without_an_id_is_known_by_its_name() -> None:
    async with world() as w:
        first = w.post(w.calon, "Visi kami")
        share = w.post(w.own, "RT", ("retweeted", first))
        assert (await w.walk(Register(("pegawai_a", PEGAWAI)))).keys == [share]


async def test_what_x_counts_and_does_not_list_is_told() -> None:
    async with world() as w:
        locked = w.net.world.user("terkunci", protected=True)
        first = w.post(w.calon, "Visi kami")
        w.post(locked, "RT", ("retweeted", first))
        w.post(w.own, "RT", ("retweeted", first))
        walked = await w.walk(register(w))
    assert sum(page.withheld for page in walked.pages) == 1
    assert (walked.last.complete, walked.last.note) == (False, UNSEEN)


@pytest.mark.checklist("target-gone")
async def test_a_targets_post_that_is_deleted_is_looked_at_no_more() -> None:
    async with world() as w:
        first = w.post(w.calon, "Visi kami")
        w.post(w.own, "RT", ("retweeted", first))
        seen = await w.walk(register(w), pages=1)
        w.net.world.delete(first)
        walked = await w.walk(register(w), seen.cursor)
    assert (walked.keys, walked.last.last) == ([], True)
    assert first not in json.dumps(walked.cursor["posts"])


@pytest.mark.checklist("target-gone")
@pytest.mark.parametrize("how", ["protected", "suspended"])
async def test_a_target_that_closed_is_an_error_and_no_empty_look(how: str) -> None:
    async with world() as w:
        w.post(w.calon, "Visi kami")
        setattr(w.calon, how, True)
        with pytest.raises(Exception, match=f"cannot be read: {how}"):
            await w.walk(register(w))


# ---- pages and refusals -----------------------------------------------------------------------


async def crowd(w: World, count: int) -> tuple[str, list[str]]:
    """Let many people repost and one registered person too, somewhere in the middle."""
    first = w.net.world.post(w.calon, "Visi kami")
    ours = []
    for n in range(count):
        who = w.net.world.user(f"{NEEDLE}_{n}")
        w.net.world.post(who, "RT", ("retweeted", first))
        if n == count // 2:
            ours.append(w.net.world.post(w.own, "RT", ("retweeted", first)))
    return first, ours


@pytest.mark.checklist("restart-mid-page", "last-full-page", "stranger-never-stored")
@pytest.mark.parametrize("died_after", [1, 2, 3])
async def test_a_restart_in_mid_walk_loses_nothing(died_after: int) -> None:
    async with world() as w:
        _, ours = await crowd(w, 299)  # with ours three full pages
        first = await w.walk(register(w), pages=died_after)
        rest = await w.walk(register(w), first.cursor)
    assert first.keys + rest.keys == ours
    assert rest.last.complete
    assert NEEDLE not in texts(first) + texts(rest)


@pytest.mark.checklist("duplicate-across-pages", "deleted-between-pages")
async def test_reposts_may_come_and_go_between_pages() -> None:
    async with world() as w:
        first, ours = await crowd(w, 250)
        begun = await w.walk(register(w), pages=2)
        w.net.world.delete(w.net.world.passed["retweeted", first][3])
        late = w.post(w.own, "Setuju", ("quoted", first))
        rest = await w.walk(register(w), begun.cursor)
    assert sorted(begun.keys + rest.keys) == sorted([*ours, late])


@pytest.mark.checklist("empty-page-with-cursor")
async def test_an_empty_page_with_a_token_is_read_past() -> None:
    async with world() as w:
        _, ours = await crowd(w, 20)
        await w.walk(register(w), pages=1)
        begun = await w.walk(register(w), pages=1)
        w.net.holes = 2
        walked = await w.walk(register(w), begun.cursor)
    assert walked.keys == ours


@pytest.mark.checklist("repeated-cursor")
async def test_a_repeated_token_ends_that_list(monkeypatch: pytest.MonkeyPatch) -> None:
    async with world() as w:
        await crowd(w, 250)
        page = w.net._page

        def again(query: dict[str, str], ids: list[str], least: int) -> dict[str, object]:
            found = page(query, ids, least)
            more = {"next_token": f"b{ids[-1]}"} if ids else {}
            return found | {"meta": {**found["meta"], **more}}

        begun = await w.walk(register(w), pages=1)
        monkeypatch.setattr(w.net, "_page", again)
        walked = await w.walk(register(w), begun.cursor)
    assert (walked.last.complete, walked.last.last) == (False, True)
    assert REPEATED in walked.last.note


async def test_a_long_list_is_read_over_several_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.collect.x_reverse.PAGES_PER_WALK", 2)
    async with world() as w:
        _, ours = await crowd(w, 300)
        begun = await w.walk(register(w))
        assert (begun.last.complete, begun.last.last) == (True, False)
        rest = await w.walk(register(w), begun.cursor)
    assert begun.keys + rest.keys == ours
    assert rest.last.complete


@pytest.mark.checklist("token-401-403-quota", "429-headers", "429-bare", "5xx-burst", "truncated")
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("401", AuthError),
        ("402", BlockedError),
        ("403", BlockedError),
        ("429", RateLimited),
        ("429-second", RateLimited),
        ("429-bare", RateLimited),
        ("429-cap", BlockedError),
        ("500", TransientError),
        ("cut", TransientError),
    ],
)
async def test_refusals_name_no_stranger(fault: str, error: type[Exception]) -> None:
    async with world() as w:
        await crowd(w, 150)
        begun = await w.walk(register(w), pages=2)
        w.net.fault(fault, "retweets")
        with pytest.raises(error) as caught:
            await w.walk(register(w), begun.cursor)
    assert NEEDLE not in str(caught.value)
    assert w.net.token not in str(caught.value)


@pytest.mark.checklist("slow-body")
async def test_a_list_that_stops_in_the_middle_is_no_list() -> None:
    async with world(timeout=0.3) as w:
        _, ours = await crowd(w, 20)
        w.net.fault("slow", "retweets")
        with pytest.raises(TransientError):
            await w.walk(register(w))
        assert (await w.walk(register(w))).keys == ours


@pytest.mark.checklist("clock-skew")
@pytest.mark.parametrize("skew", [-600, 600])
async def test_a_clock_that_is_wrong_waits_no_longer(skew: int) -> None:
    async with world() as w:
        await crowd(w, 20)
        w.net.skew = type(w.net.skew)(seconds=skew)
        w.net.fault("429", "retweets")
        with pytest.raises(RateLimited) as caught:
            await w.walk(register(w))
        assert caught.value.retry_after == pytest.approx(300, abs=1)


@pytest.mark.checklist("handle-renamed", "handle-reused")
async def test_who_shared_is_known_by_the_number_whoever_bears_the_name() -> None:
    async with world() as w:
        first = w.post(w.calon, "Visi kami")
        share = w.post(w.own, "RT", ("retweeted", first))
        w.own.username, name = "pegawai_lama", w.own.username
        other = w.net.world.user(name)
        w.post(other, "RT", ("retweeted", first))
        assert (await w.walk(register(w))).keys == [share]


@pytest.mark.drill
@pytest.mark.checklist("stranger-never-stored")
async def test_a_hundred_thousand_strangers_leave_nothing() -> None:
    """Memory stays flat and no page, cursor or note holds one of them."""
    async with world() as w:
        w.net._used = defaultdict(lambda: -100_000)
        _, ours = await crowd(w, 100_000)
        w.now.at += timedelta(seconds=1)
        cursor: Cursor = {}
        found: list[str] = []
        peaks: list[int] = []
        while True:
            tracemalloc.start()
            walked = await w.walk(register(w), cursor)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert NEEDLE not in texts(walked)
            found += walked.keys
            cursor = walked.cursor
            w.net.calls.clear()
            if not cursor["todo"]:
                break
    assert found == ours
    assert len(peaks) >= 25
    assert max(peaks[3:]) < 2 * min(peaks[:3])
