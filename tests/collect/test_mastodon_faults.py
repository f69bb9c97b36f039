"""What a Mastodon server may do to a look, and that nothing is lost, doubled or made up."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from monitor.collect import mastodon_poll
from monitor.collect.mastodon import UNLISTED
from monitor.collect.mastodon_poll import CIRCLE, CUT, HOLLOW, MOVED, RENAMED, REUSED
from monitor.errors import (
    AuthError,
    BlockedError,
    CollectError,
    NotFoundError,
    RateLimited,
    TransientError,
)
from monitor.model.activity import Signal, TargetState
from monitor.model.evidence import RawItem
from tests.collect.bluesky_world import Seen
from tests.collect.mastodon_world import HOME, World, watch, world
from tests.standin.mastodon import Account
from tests.standin.mastodon_faults import WAIT, Trouble

STATUSES = "/statuses"


def keys(items: list[RawItem]) -> list[str]:
    return [item.native_key for item in items]


def written(w: World, author: Account, number: int) -> list[str]:
    return [w.post(author, f"Catatan {n}").uri for n in range(number)]


async def refused(trouble: Trouble, *, epoch: bool = False, **http: Any) -> CollectError:
    """Return what a look raises where the list of statuses is answered like this."""
    async with world(**http) as w:
        w.home.throttles.epoch = epoch
        written(w, w.home.account("sekar"), 3)
        w.home.faults.add(trouble, STATUSES)
        with pytest.raises(CollectError) as caught:
            await w.poll(watch())
    assert HOME not in str(caught.value)
    assert "sekar" not in str(caught.value)
    return caught.value


@pytest.mark.checklist("429-headers")
@pytest.mark.parametrize("trouble", [Trouble.ISO_429, Trouble.EPOCH_429])
async def test_a_refusal_is_kept_until_the_time_that_the_server_names(trouble: Trouble) -> None:
    error = await refused(trouble, timeout=1)
    assert isinstance(error, RateLimited)
    assert error.retry_after == pytest.approx(WAIT, abs=1)


@pytest.mark.checklist("429-bare")
async def test_a_refusal_without_a_time_waits_a_minute() -> None:
    error = await refused(Trouble.BARE_429)
    assert isinstance(error, RateLimited)
    assert error.retry_after == 60


@pytest.mark.checklist("clock-skew")
@pytest.mark.parametrize("minutes", [-10, 10])
@pytest.mark.parametrize("epoch", [False, True])
async def test_a_wrong_clock_changes_no_wait(minutes: int, epoch: bool) -> None:
    async with world(timeout=1) as w:
        w.home.throttles.epoch = epoch
        w.home.throttles.skew = w.home.faults.skew = timedelta(minutes=minutes)
        w.home.throttles.set("api", 2)
        written(w, w.home.account("sekar"), 3)
        with pytest.raises(RateLimited) as caught:
            await w.poll(watch())
    assert 0 < caught.value.retry_after <= 300


async def test_both_throttles_are_kept_and_the_tighter_one_holds_up_no_other() -> None:
    async with world(timeout=1) as w:
        written(w, w.home.account("sekar"), 130)
        w.home.throttles.set("paging", 2)
        seen = Seen()
        with pytest.raises(RateLimited) as caught:
            await w.poll(watch(), into=seen)
        assert 80 <= len(seen.items) < 130
        assert 300 < caught.value.retry_after <= 900
        # What does not page is asked meanwhile, and nothing was asked in vain.
        assert (await w.mastodon.follows(watch(), [])).complete
        assert w.home.throttles.refused == {}
    async with world() as other:
        other.home.throttles.set("paging", 0)
        written(other, other.home.account("sekar"), 130)
        kept = Seen()
        with pytest.raises(RateLimited):
            await other.poll(watch(), into=kept)
        assert other.home.throttles.refused == {"paging": 1}
        other.home.throttles.set("paging", 300_000_000)
        other.http._limits._hosts.clear()
        rest = await other.poll(watch(), kept.cursor)
        assert len({*keys(kept.items), *keys(rest.items)}) == 130


@pytest.mark.checklist("5xx-burst")
async def test_a_server_that_is_restarted_is_asked_again() -> None:
    error = await refused(Trouble.SERVER_ERROR)
    assert isinstance(error, TransientError)
    async with world() as w:
        (one,) = written(w, w.home.account("sekar"), 1)
        w.home.faults.add(Trouble.SERVER_ERROR, STATUSES, times=1)
        with pytest.raises(TransientError):
            await w.poll(watch())
        assert keys((await w.poll(watch())).items) == [one]


@pytest.mark.checklist("slow-body")
@pytest.mark.parametrize("trouble", [Trouble.SLOW, Trouble.STALL])
async def test_a_server_that_stalls_is_left(trouble: Trouble) -> None:
    assert isinstance(await refused(trouble, timeout=0.3), TransientError)


@pytest.mark.checklist("truncated")
@pytest.mark.parametrize("trouble", [Trouble.CUT_JSON, Trouble.OTHER_FORM, Trouble.RESET])
async def test_half_an_answer_is_no_answer(trouble: Trouble) -> None:
    assert isinstance(await refused(trouble), TransientError)


async def test_blocked_is_not_empty() -> None:
    assert isinstance(await refused(Trouble.HTML), BlockedError)


async def test_no_answer_leads_to_another_server() -> None:
    error = await refused(Trouble.REDIRECT)
    assert isinstance(error, BlockedError)
    assert error.cause == "a redirect leads to another server"
    async with world() as w:
        w.home.account("sekar")
        with pytest.raises(BlockedError) as caught:
            await w.poll(watch("sekar@lain.example"))
        assert caught.value.cause == UNLISTED
        assert w.home.asked == w.party.asked == []


@pytest.mark.checklist("empty-page-with-cursor")
async def test_empty_pages_that_go_on_are_left_and_told() -> None:
    async with world() as w:
        wanted = written(w, w.home.account("sekar"), 3)
        w.home.faults.add(Trouble.EMPTY_PAGES, STATUSES, times=2)
        seen = await w.poll(watch())
        assert sorted(keys(seen.items)) == []  # the third page is below everything
        assert seen.last.complete
        w.home.faults.add(Trouble.EMPTY_PAGES, STATUSES)
        w.mastodon = w.restarted()
        hollow = await w.poll(watch())
        assert (hollow.last.complete, hollow.last.note) == (False, HOLLOW)
        w.home.faults.clear()
        assert sorted(keys((await w.poll(watch(), hollow.cursor)).items)) == sorted(wanted)


@pytest.mark.checklist("repeated-cursor")
async def test_a_place_that_comes_again_ends_the_look_and_is_told() -> None:
    async with world() as w:
        wanted = written(w, w.home.account("sekar"), 50)
        w.home.faults.add(Trouble.REPEATED_PLACE, STATUSES)
        seen = await w.poll(watch())
        assert (seen.last.complete, seen.last.note) == (False, CIRCLE)
        w.home.faults.clear()
        rest = await w.poll(watch(), seen.cursor)
    assert set(keys([*seen.items, *rest.items])) == set(wanted)


async def test_a_next_page_elsewhere_is_asked_here_and_one_without_a_place_is_refused() -> None:
    async with world() as w:
        written(w, w.home.account("sekar"), 3)
        w.home.faults.add(Trouble.OTHER_LINK, STATUSES, times=1)
        assert len((await w.poll(watch())).items) == 3
        assert w.party.asked == []
        w.home.faults.add(Trouble.ODD_LINK, STATUSES, times=1)
        with pytest.raises(TransientError, match="in a way that is not known"):
            await w.poll(watch())


async def test_a_place_that_the_server_forgot_begins_the_look_anew() -> None:
    async with world() as w:
        wanted = written(w, w.home.account("sekar"), 90)
        cut = await w.poll(watch(), pages=1)
        w.home.faults.add(Trouble.BAD_PLACE, STATUSES, times=1)
        w.mastodon = w.restarted()
        rest = await w.poll(watch(), cut.cursor)
    assert set(keys(rest.items)) == set(wanted)
    assert rest.last.complete


@pytest.mark.checklist("last-full-page")
async def test_a_full_last_page_leads_to_an_empty_one() -> None:
    async with world() as w:
        wanted = written(w, w.home.account("sekar"), 80)
        seen = await w.poll(watch())
        asked = [query for path, query in w.home.asked if path.endswith(STATUSES)]
    assert sorted(keys(seen.items)) == sorted(wanted)
    assert seen.last.complete
    assert len(asked) == 3


@pytest.mark.checklist("deleted-between-pages", "restart-mid-page")
async def test_a_restart_in_the_middle_loses_and_doubles_nothing() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        made = [w.post(sekar, f"Catatan {n}") for n in range(100)]
        cut = await w.poll(watch(), pages=1)
        assert len(cut.items) == 40
        w.home.delete(made[60])  # the last one of the page that was read
        w.home.delete(made[30])
        late = w.post(sekar, "Sesudah putus").uri
        w.mastodon = w.restarted()
        w.home.asked.clear()
        rest = await w.poll(watch(), cut.cursor)
        places = [q.get("max_id") for path, q in w.home.asked if path.endswith(STATUSES)]
        done = await w.poll(watch(), rest.cursor)
    found = keys([*cut.items, *rest.items])
    assert set(found) == {s.uri for s in made if s is not made[30]} | {late}
    assert places[0] == made[60].id
    assert done.items == []
    # The newest page is passed on again after a restart; the store knows it by id and revision.
    assert len(found) - len(set(found)) <= 40


@pytest.mark.checklist("duplicate-across-pages")
async def test_what_two_pages_show_is_one_act() -> None:
    async with world() as w:
        written(w, w.home.account("sekar"), 60)
        w.home.faults.add(Trouble.DOUBLED, STATUSES)
        seen = await w.poll(watch())
        acts = [w.mastodon.normalise(item, watch()) for item in seen.items]
    assert len(acts) == 61  # the store knows the second by its id and revision
    assert len({(act.id, act.revision) for act in acts}) == 60


async def test_what_memory_knows_and_the_store_does_not_is_read_again() -> None:
    async with world() as w:
        wanted = written(w, w.home.account("sekar"), 3)
        await w.poll(watch())
        anew = await w.poll(watch())  # the line was erased and registered again
    assert sorted(keys(anew.items)) == sorted(wanted)


async def test_the_page_cap_cuts_a_look_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as w:
        wanted = written(w, w.home.account("sekar"), 60)
        monkeypatch.setattr(mastodon_poll, "PAGES_PER_POLL", 1)
        cut = await w.poll(watch())
        assert (cut.last.complete, cut.last.note) == (False, CUT)
        monkeypatch.undo()
        rest = await w.poll(watch(), cut.cursor)
    assert sorted(keys([*cut.items, *rest.items])) == sorted(wanted)


@pytest.mark.checklist("target-gone")
async def test_what_was_answered_and_is_gone_is_gone_and_not_empty() -> None:
    async with world() as w:
        sekar, lain = w.home.account("sekar"), w.home.account("lain")
        for fate in ("deleted", "suspended", "unseen"):
            parent = w.post(lain, "Kabar")
            w.tick()
            w.home.reply(sekar, parent, f"<p>{fate}</p>")
            if fate == "deleted":
                w.home.delete(parent)
            if fate == "unseen":
                w.home.before[f"statuses/{parent.id}"] = partial(w.home.delete, parent)
        acts = {act.text: act for act in await w.acts(watch())}
    for fate in ("deleted", "unseen"):
        target = acts[fate].target
        assert target is not None
        assert (target.state, target.text) == (TargetState.GONE, "")
        assert target.author_handle == f"lain@{HOME}"


@pytest.mark.parametrize("fate", ["gone", "suspended"])
async def test_an_account_that_is_closed_is_one_unavailable_act(fate: str) -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        written(w, sekar, 2)
        first = await w.poll(watch())
        setattr(sekar, fate, True)
        seen = await w.poll(watch(), first.cursor)
        (act,) = [w.mastodon.normalise(item, watch()) for item in seen.items]
        assert act.signal is Signal.UNAVAILABLE
        assert act.actor.native_id == sekar.uri
        assert not seen.last.complete
        assert "cannot be read" in seen.last.note
        # An account that nobody ever saw is a wrong register line, not a closed account.
        with pytest.raises(NotFoundError):
            await w.poll(watch("salah@sosial.example"))


@pytest.mark.checklist("handle-renamed")
async def test_a_renamed_account_is_followed_by_its_id() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        written(w, sekar, 1)
        first = await w.poll(watch())
        sekar.username = "sekar_baru"
        late = w.post(sekar, "Masih saya").uri
        w.now.forward(days=2)
        seen = await w.poll(watch(), first.cursor)
        assert keys(seen.items)[0] == late
        assert RENAMED in seen.last.note
        assert seen.last.handle == f"sekar_baru@{HOME}"
        assert seen.last.native_id == sekar.uri


@pytest.mark.checklist("handle-reused")
async def test_a_name_that_passed_to_somebody_else_is_not_followed() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        written(w, sekar, 1)
        first = await w.poll(watch())
        sekar.username = "sekar_lama"
        other = w.home.account("sekar")
        other.uri = f"https://{HOME}/ap/users/2"
        theirs = w.post(other, "Bukan Sekar").uri
        mine = w.post(sekar, "Saya Sekar").uri
        w.now.forward(days=2)
        seen = await w.poll(watch(), first.cursor)
        assert mine in keys(seen.items)
        assert theirs not in keys(seen.items)
        assert REUSED in seen.last.note
        # A line whose id is known does not begin with the wrong account either.
        with pytest.raises(NotFoundError, match="another account"):
            await w.poll(watch(native_id=sekar.uri))


async def test_an_owner_who_moved_is_told_and_not_followed() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        written(w, sekar, 1)
        sekar.moved = w.home.account("sekar_pindah")
        w.post(sekar.moved, "Di tempat baru")
        seen = await w.poll(watch())
        assert len(seen.items) == 1
        assert seen.last.note == MOVED
        assert seen.last.complete
        assert all(page.moved_to for page in seen.pages)
        assert "sekar_pindah" not in json.dumps([dict(page.cursor) for page in seen.pages])


@pytest.mark.checklist("token-401-403-quota")
async def test_each_refusal_is_told_by_its_own_name() -> None:
    error = await refused(Trouble.FORBIDDEN)
    assert isinstance(error, BlockedError)
    async with world() as w:
        w.home.account("sekar")
        w.home.token_only = True
        with pytest.raises(BlockedError, match="without a token"):
            await w.poll(watch())
    async with world(home={"token": "mastodon-sosial"}) as w:
        w.home.account("sekar")
        with pytest.raises(AuthError) as caught:
            await w.poll(watch())
        assert caught.value.secret == "mastodon-sosial"
        assert "kunci-rahasia" not in str(caught.value)
        w.home.tokens.add("kunci-rahasia")
        w.home.throttles.set("api", 0)
        w.http._limits._hosts.clear()
        with pytest.raises(RateLimited):
            await w.poll(watch())
        w.secrets.clear()  # the file is taken away while the program runs
        with pytest.raises(AuthError, match="mastodon-sosial"):
            await w.poll(watch())


async def test_a_server_that_sends_another_accounts_acts_is_not_believed() -> None:
    async with world() as w:
        w.post(w.home.account("sekar"), "Saya")
        w.post(w.home.account("lain"), "Dia")
        w.home.faults.add(Trouble.OTHER_ACCOUNT, STATUSES)
        with pytest.raises(BlockedError, match="another account's acts"):
            await w.poll(watch())


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("https://lain.example/users/sekar", "sekar"),
        ("https://sosial.example.lain.example/users/sekar", "sekar"),
        ("https://[sosial.example/users/sekar", "sekar"),
        ("", "sekar"),
        ("https://sosial.example/users/sekar", "orang_lain"),
    ],
)
async def test_a_server_speaks_only_for_its_own_accounts_and_of_who_was_asked(
    uri: str, name: str
) -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        w.post(sekar, "Saya")
        sekar.uri, sekar.url = uri, uri
        w.home.before["accounts/lookup"] = lambda: setattr(w.home, "answers_with", (sekar, name))
        with pytest.raises((BlockedError, NotFoundError)):
            await w.poll(watch())


async def test_an_edit_is_the_same_act_in_a_new_form_near_and_far() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        deep = w.post(sekar, "Jalan pagi")
        written(w, sekar, 60)
        near = w.post(sekar, "Jalan sore")
        first = await w.poll(watch())
        before = {i.native_key: w.mastodon.normalise(i, watch()) for i in first.items}
        w.tick()
        w.home.edit(near, "<p>Dukung dua</p>")
        w.home.edit(deep, "<p>Dukung dua</p>")
        soon = await w.poll(watch(), first.cursor)
        assert keys(soon.items) == [near.uri]
        after = w.mastodon.normalise(soon.items[0], watch())
        assert (before[near.uri].id, after.text) == (after.id, "Dukung dua")
        assert before[near.uri].revision != after.revision
        w.now.forward(days=1)
        later = await w.poll(watch(), soon.cursor)
        assert keys(later.items) == [deep.uri]


async def test_acts_before_monitoring_are_not_looked_at() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        old = written(w, sekar, 50)
        w.now.forward(days=30)
        fresh = written(w, sekar, 5)
        who = watch(notice_date=w.now().date() - timedelta(days=5))
        seen = await w.poll(who)
        asked = [query for path, query in w.home.asked if path.endswith(STATUSES)]
    assert sorted(keys(seen.items)) == sorted(fresh)
    assert not set(keys(seen.items)) & set(old)
    assert len(asked) <= 2


async def test_a_status_of_unknown_form_is_kept_without_anybody_beside_it() -> None:
    async with world() as w:
        sekar, lain = w.home.account("sekar"), w.home.account("orang_asing")
        theirs = w.post(lain, "Kabar")
        w.tick()
        boost = w.home.boost(sekar, theirs)
        boost.spoiler = 7  # type: ignore[assignment]
        seen = await w.poll(watch())
    (item,) = seen.items
    assert b"orang_asing" not in item.body
    assert boost.uri.encode() in item.body


async def test_a_next_page_that_is_no_address_is_refused() -> None:
    async with world() as w:
        written(w, w.home.account("sekar"), 3)
        w.home.faults.add(Trouble.BROKEN_LINK, STATUSES, times=1)
        assert len((await w.poll(watch())).items) == 3
