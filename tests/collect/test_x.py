"""X read as its API v2 answers: the account's own list, refusals, and pages that break."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from monitor.collect.base import Requirement
from monitor.collect.x_api import CAPPED, NO_CREDITS, SECRET
from monitor.collect.x_poll import BEYOND, EMPTY, REACH, REPEATED, WITHHELD
from monitor.errors import (
    AuthError,
    BlockedError,
    CollectError,
    NotFoundError,
    RateLimited,
    TransientError,
)
from monitor.model.activity import Signal, TargetState, TimeSource
from tests.collect.x_world import PEGAWAI, world


async def test_each_kind_of_act() -> None:
    async with world() as w:
        first = w.post(w.calon, "Visi kami, pilih nomor 1", **w.net.world.picture("Baliho"))
        tetangga = w.net.world.user("tetangga")
        other = w.post(tetangga, "Sepakat?")
        w.post(w.own, "Selamat pagi", **w.net.world.picture("Foto kantor"))
        w.post(w.own, "@calon_satu @tetangga siap pak", ("replied_to", first), ("quoted", other))
        w.post(w.own, "Lanjutkan", ("quoted", first))
        w.post(w.own, "RT @calon_satu: Visi kami, pil…", ("retweeted", first))
        share, quote, reply, post = await w.acts()
    signals = [act.signal for act in (post, reply, quote, share)]
    assert signals == [Signal.POST, Signal.REPLY, Signal.QUOTE, Signal.SHARE]
    assert (post.text, post.target) == ("Selamat pagi", None)
    assert [m.alt for m in post.media] == ["Foto kantor"]
    assert post.occurred_at_source is TimeSource.PLATFORM
    assert post.actor.native_id == w.own.id
    assert reply.text == "siap pak"
    assert reply.target is not None
    assert [m.alt for m in reply.target.media] == ["Baliho", "Sepakat?"]
    assert quote.text == "Lanjutkan"
    assert share.text == ""
    assert share.target is not None
    assert (share.target.text, share.target.author_id) == ("Visi kami, pilih nomor 1", w.calon.id)
    assert share.target.author_handle == "calon_satu"
    assert share.target.state is TargetState.PRESENT


async def test_a_look_goes_on_where_the_last_one_ended() -> None:
    async with world() as w:
        old = w.post(w.own, "Lama")
        seen = await w.poll()
        assert [i.native_key for i in seen.items] == [old]
        assert (seen.last.complete, seen.last.last, seen.last.native_id) == (True, True, w.own.id)
        assert (await w.poll(seen.cursor)).items == []
        new = w.post(w.own, "Baru")
        assert [i.native_key for i in (await w.poll(seen.cursor)).items] == [new]
    assert w.net.lanes().count("users") == 1  # a name is asked for once a day: it costs money


async def test_nothing_before_monitoring_began() -> None:
    async with world() as w:
        w.now.at = w.now.at.replace(year=2023)
        w.post(w.own, "Tahun lalu")
        w.now.at = w.now.at.replace(year=2024)
        new = w.post(w.own, "Sekarang")
        assert [i.native_key for i in (await w.poll()).items] == [new]


async def test_an_edited_post_is_the_same_act_with_other_words() -> None:
    async with world() as w:
        first = w.post(w.own, "Pilih nomer 1")
        (before,) = await w.acts()
        w.now.forward(seconds=60)
        w.net.world.edit(first, "Pilih nomor 1")
        (after,) = await w.acts()
    assert before.id == after.id
    assert before.revision != after.revision


@pytest.mark.checklist("target-gone")
@pytest.mark.parametrize("how", ["deleted", "protected", "suspended"])
async def test_what_was_shared_may_be_gone(how: str) -> None:
    async with world() as w:
        first = w.post(w.calon, "Visi kami")
        w.post(w.own, "Setuju", ("quoted", first))
        if how == "deleted":
            w.net.world.delete(first)
        else:
            setattr(w.calon, how, True)
        (act,) = await w.acts()
    assert act.target is not None
    assert act.target.text == ""
    wanted = TargetState.GONE if how == "deleted" else TargetState.MISSING
    assert act.target.state is wanted


@pytest.mark.checklist("handle-renamed")
async def test_a_renamed_account_is_followed_by_its_id() -> None:
    async with world() as w:
        seen = await w.poll()
        w.own.username = "pegawai_baru"
        w.now.forward(days=2)
        w.post(w.own, "Halo")
        again = await w.poll(seen.cursor)
    assert (again.last.native_id, again.last.handle) == (w.own.id, "pegawai_baru")
    assert len(again.items) == 1


@pytest.mark.checklist("handle-reused")
async def test_a_reused_name_leads_to_nobody_else() -> None:
    async with world() as w:
        seen = await w.poll()
        w.own.username = "pegawai_baru"
        stranger = w.net.world.user("pegawai_a")
        w.now.forward(days=2)
        w.post(stranger, "Bukan saya")
        again = await w.poll(seen.cursor, who=replace(PEGAWAI, native_id=w.own.id))
        assert again.items == []
        assert again.last.native_id == w.own.id


@pytest.mark.checklist("target-gone")
@pytest.mark.parametrize("how", ["protected", "suspended", "withheld", "gone"])
async def test_a_closed_account_is_unavailable_and_comes_back(how: str) -> None:
    async with world() as w:
        seen = await w.poll()
        w.now.forward(days=2)
        if how == "gone":
            del w.net.world.users[w.own.id]
        else:
            setattr(w.own, how, True)
        closed = await w.poll(seen.cursor)
        (raw,) = closed.items
        act = w.x.normalise(raw, PEGAWAI)
        assert (act.signal, act.actor.native_id) == (Signal.UNAVAILABLE, w.own.id)
        assert not closed.last.complete
        assert (await w.x.capture(act, raw, PEGAWAI)).parts
        w.net.world.users[w.own.id] = w.own
        w.own.protected = w.own.suspended = w.own.withheld = False
        new = w.post(w.own, "Kembali")
        known = replace(PEGAWAI, native_id=w.own.id)
        back = await w.poll(closed.cursor, who=known)
    assert [i.native_key for i in back.items] == [new]


async def test_an_account_that_was_never_found_is_no_act() -> None:
    async with world() as w:
        del w.net.world.users[w.own.id]
        with pytest.raises(NotFoundError):
            await w.poll()


async def test_an_id_of_another_form_goes_into_no_address() -> None:
    async with world() as w:
        with pytest.raises(NotFoundError):
            await w.poll(who=replace(PEGAWAI, native_id="../tweets"))
        assert w.net.calls == []


async def test_a_lock_between_two_pages_is_an_unavailable_account() -> None:
    async with world() as w:
        seen = await w.poll()
        w.own.protected = True
        closed = await w.poll(seen.cursor)
    assert dict(closed.items[0].hints)["unavailable"] == "protected"


async def test_withheld_posts_are_left_out_and_told() -> None:
    async with world() as w:
        w.post(w.own, "Ditahan", withheld={"country_codes": ["ID"], "copyright": False})
        kept = w.post(w.own, "Terlihat")
        seen = await w.poll()
    assert [i.native_key for i in seen.items] == [kept]
    assert (seen.last.complete, seen.last.note) == (False, WITHHELD)


# ---- pages ------------------------------------------------------------------------------------


@pytest.mark.checklist("restart-mid-page", "last-full-page")
@pytest.mark.parametrize("died_after", [1, 2])
async def test_a_restart_between_pages_loses_nothing_and_repeats_nothing(died_after: int) -> None:
    async with world() as w:
        wrote = [w.post(w.own, f"Ke-{n}") for n in range(300)]  # three full pages
        first = await w.poll(pages=died_after)
        newer = w.post(w.own, "Sementara itu")
        rest = await w.poll(first.cursor)
        after = await w.poll(rest.cursor)
    found = [i.native_key for seen in (first, rest) for i in seen.items]
    assert found == wrote[::-1]
    assert [i.native_key for i in after.items] == [newer]


@pytest.mark.checklist("deleted-between-pages", "duplicate-across-pages")
async def test_posts_may_go_and_come_between_pages() -> None:
    async with world() as w:
        wrote = [w.post(w.own, f"Ke-{n}") for n in range(150)]
        first = await w.poll(pages=1)
        w.net.world.delete(wrote[49])
        w.post(w.own, "Baru")
        rest = await w.poll(first.cursor)
    found = [i.native_key for seen in (first, rest) for i in seen.items]
    assert found == [one for one in wrote[::-1] if one != wrote[49]]


@pytest.mark.checklist("empty-page-with-cursor")
@pytest.mark.parametrize(("holes", "complete"), [(2, True), (3, False)])
async def test_empty_pages_with_a_token(holes: int, complete: bool) -> None:
    async with world() as w:
        w.post(w.own, "Ada")
        w.net.holes = holes
        seen = await w.poll()
        assert (seen.last.complete, EMPTY in seen.last.note) == (complete, not complete)
        assert len(seen.items) == complete
        assert len((await w.poll(seen.cursor)).items) == (not complete)  # the look is repeated


@pytest.mark.checklist("repeated-cursor")
async def test_a_repeated_token_ends_the_look_and_it_is_repeated(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as w:
        for n in range(150):
            w.post(w.own, f"Ke-{n}")
        page = w.net._page

        def again(query: dict[str, str], ids: list[str], least: int) -> dict[str, object]:
            found = page(query, ids, least)
            found["meta"]["next_token"] = f"b{ids[-1]}"
            return found

        monkeypatch.setattr(w.net, "_page", again)
        seen = await w.poll()
        assert (seen.last.complete, seen.last.note) == (False, REPEATED)
        monkeypatch.undo()
        assert len((await w.poll(seen.cursor)).items) == 150


async def test_a_token_that_x_forgot_begins_the_look_anew() -> None:
    async with world() as w:
        wrote = [w.post(w.own, f"Ke-{n}") for n in range(150)]
        first = await w.poll(pages=1)
        stale = json.loads(json.dumps(first.cursor))
        stale["look"]["token"] = "forgotten"
        rest = await w.poll(stale)
    assert {i.native_key for i in rest.items} == set(wrote)


async def test_the_reach_of_x_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.standin.x.REACH", 120)
    monkeypatch.setattr("monitor.collect.x_poll.REACH", 120)
    assert REACH == 3_200
    async with world() as w:
        for n in range(130):
            w.post(w.own, f"Ke-{n}")
        seen = await w.poll()
        assert (len(seen.items), seen.last.complete, seen.last.note) == (120, False, BEYOND)
        assert (await w.poll(seen.cursor)).last.complete


async def test_another_accounts_posts_are_refused() -> None:
    async with world() as w:
        w.net.world.by[w.own.id].append(w.post(w.calon, "Bukan dia"))
        with pytest.raises(BlockedError, match="another account"):
            await w.poll()


# ---- refusals ---------------------------------------------------------------------------------


@pytest.mark.checklist("token-401-403-quota")
@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        ("401", AuthError, SECRET),
        ("402", BlockedError, NO_CREDITS),
        ("403", BlockedError, "may not read that (403, client-forbidden)"),
        ("429-cap", BlockedError, CAPPED),
    ],
)
async def test_refusals_are_told_apart(fault: str, error: type[CollectError], said: str) -> None:
    async with world() as w:
        w.net.fault(fault, "timeline")
        with pytest.raises(error) as caught:
            await w.poll()
        assert said in str(caught.value)
        assert w.net.token not in str(caught.value)
        assert w.own.username not in str(caught.value)


@pytest.mark.checklist("429-headers", "429-bare", "clock-skew")
@pytest.mark.parametrize("skew", [-600, 0, 600])
@pytest.mark.parametrize(("fault", "wait"), [("429", 300), ("429-second", 10), ("429-bare", 60)])
async def test_each_429_is_waited_for(fault: str, wait: float, skew: int) -> None:
    async with world() as w:
        seen = await w.poll()
        w.net.skew = type(w.net.skew)(seconds=skew)
        w.net.fault(fault, "timeline")
        with pytest.raises(RateLimited) as caught:
            await w.poll(seen.cursor)
        assert caught.value.retry_after == pytest.approx(wait, abs=1)


@pytest.mark.checklist("429-headers")
async def test_a_used_up_list_holds_up_no_other() -> None:
    async with world() as w:
        w.post(w.own, "Halo")
        (raw,) = (await w.poll()).items
        w.net.fault("429", "timeline")
        with pytest.raises(RateLimited):
            await w.poll()
        with pytest.raises(RateLimited):
            await w.poll()
        assert w.net.lanes().count("timeline") == 2  # the second was not even asked
        assert not (await w.x.capture(w.x.normalise(raw, PEGAWAI), raw, PEGAWAI)).partial


@pytest.mark.checklist("5xx-burst")
async def test_a_burst_of_server_faults_passes() -> None:
    async with world(attempts=4) as w:
        w.post(w.own, "Halo")
        w.net.fault("503", times=3)
        assert len((await w.poll()).items) == 1
        w.net.fault("500", times=4)
        with pytest.raises(TransientError):
            await w.poll()


@pytest.mark.checklist("truncated", "slow-body")
@pytest.mark.parametrize("fault", ["cut", "slow"])
async def test_half_an_answer_is_no_answer(fault: str) -> None:
    async with world(timeout=0.3) as w:
        w.post(w.own, "Halo")
        w.net.fault(fault, "timeline")
        with pytest.raises(TransientError):
            await w.poll()
        assert len((await w.poll()).items) == 1


async def test_the_token_is_read_at_each_request_and_is_on_no_record() -> None:
    async with world() as w:
        w.post(w.own, "Pilih nomor 1")
        (raw,) = (await w.poll()).items
        taken = await w.x.capture(w.x.normalise(raw, PEGAWAI), raw, PEGAWAI)
        token, w.net.token = w.net.token, "AAAA-baru"
        assert len((await w.poll()).items) == 1
        kept = repr((raw, taken))
    assert token not in kept
    assert w.net.token not in kept


# ---- capture ----------------------------------------------------------------------------------


async def test_a_capture_holds_the_post_alone_and_names_no_other_author() -> None:
    async with world() as w:
        tetangga = w.net.world.user("tetangga_sebelah")
        other = w.post(tetangga, "Pilih nomor 1 ya")
        w.post(w.own, "@tetangga_sebelah siap", ("replied_to", other))
        (raw,) = (await w.poll()).items
        act = w.x.normalise(raw, PEGAWAI)
        taken = await w.x.capture(act, raw, PEGAWAI)
    assert (taken.partial, [p.name for p in taken.parts]) == (
        False,
        ["record", "target", "headers"],
    )
    target = json.loads(taken.parts[1].data)
    assert target["text"] == "Pilih nomor 1 ya"
    rest = b"".join(part.data for part in taken.parts[1:])
    assert b"tetangga_sebelah" not in rest
    assert tetangga.id.encode() not in taken.parts[1].data


@pytest.mark.parametrize("how", ["deleted", "refused"])
async def test_a_capture_that_comes_too_late_is_partial(how: str) -> None:
    async with world() as w:
        post = w.post(w.own, "Pilih nomor 1")
        (raw,) = (await w.poll()).items
        act = w.x.normalise(raw, PEGAWAI)
        if how == "deleted":
            w.net.world.delete(post)
        else:
            w.net.fault("403", "lookup")
        taken = await w.x.capture(act, raw, PEGAWAI)
    assert taken.partial
    assert taken.parts[0].data == raw.body


async def test_it_says_what_it_is() -> None:
    async with world() as w:
        info = w.x.info
    assert info.requires is Requirement.AGREEMENT
    assert info.retractions.hours == 24
    assert any("likes" in spot for spot in info.blind_spots)
