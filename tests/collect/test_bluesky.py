"""The Bluesky collector against the emulated network, through the real HTTP layer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor import config, log
from monitor.clock import utc_now
from monitor.collect import bluesky_context, bluesky_poll
from monitor.collect.bluesky import Bluesky
from monitor.demo.atproto import Atproto
from monitor.demo.atproto_faults import Trouble
from monitor.errors import (
    BlockedError,
    CollectError,
    NormaliseError,
    NotFoundError,
    RateLimited,
    TransientError,
)
from monitor.model.activity import Signal, TargetState, TimeSource
from monitor.net import Http
from tests.collect.bluesky_world import FOLLOW, LIKE, POST, REPOST, waiting, watch, world

LIST = "com.atproto.repo.listRecords"
LATEST = "com.atproto.sync.getLatestCommit"


async def test_every_kind_of_act_with_what_it_acts_upon() -> None:
    async with world() as w:
        sekar, calon = w.net.create_account("sekar.test"), w.net.create_account("calon.test")
        campaign = w.post(calon, "Pilih nomor 2")
        other = w.post(calon, "Jalan baru")
        w.post(sekar, "Selamat pagi")
        w.post(sekar, "Siap", reply={"root": campaign.ref, "parent": campaign.ref})
        quote = {"$type": "app.bsky.embed.record", "record": campaign.ref}
        w.post(sekar, "Setuju", embed=quote)
        w.write(sekar, REPOST, subject=campaign.ref)
        w.like(sekar, other)
        w.write(sekar, FOLLOW, subject=calon)
        acts = {a.signal: a for a in await w.acts(watch("@Sekar.test"))}
    assert set(acts) == {
        Signal.POST,
        Signal.REPLY,
        Signal.QUOTE,
        Signal.SHARE,
        Signal.LIKE,
        Signal.FOLLOW,
    }
    reply = acts[Signal.REPLY]
    assert (reply.text, reply.actor.handle, reply.actor.native_id) == ("Siap", "sekar.test", sekar)
    assert reply.object.url == f"https://bsky.app/profile/{sekar}/post/{reply.object.id[-13:]}"
    assert reply.target is not None
    assert (reply.target.id, reply.target.text) == (campaign.uri, "Pilih nomor 2")
    assert (reply.target.author_id, reply.target.author_handle) == (calon, "calon.test")
    assert reply.occurred_at_source is TimeSource.CLIENT_CLAIM
    like = acts[Signal.LIKE].target
    assert like is not None
    assert (like.text, like.state) == ("Jalan baru", TargetState.PRESENT)
    follow = acts[Signal.FOLLOW].target
    assert follow is not None
    assert (follow.id, follow.author_id, follow.author_handle) == ("", calon, "calon.test")
    quoted = acts[Signal.QUOTE].target
    shared = acts[Signal.SHARE].target
    assert quoted is not None
    assert shared is not None
    assert quoted.text == shared.text == "Pilih nomor 2"


async def test_an_answer_that_quotes_reads_both_and_names_only_the_answered() -> None:
    async with world() as w:
        sekar, calon = w.net.create_account("sekar.test"), w.net.create_account("calon.test")
        parent, quoted = w.post(calon, "Kabar"), w.post(calon, "Coblos dua")
        embed = {"$type": "app.bsky.embed.record", "record": quoted.ref}
        w.post(sekar, "Lihat", reply={"root": parent.ref, "parent": parent.ref}, embed=embed)
        (act,) = await w.acts(watch("sekar.test"))
    assert act.signal is Signal.REPLY
    assert act.target is not None
    assert act.target.text == "Kabar"
    assert [(m.kind, m.alt, m.url) for m in act.target.media] == [("quote", "Coblos dua", "")]


async def test_nothing_new_costs_one_question() -> None:
    async with world() as w:
        sekar = w.net.create_account("sekar.test")
        w.post(sekar, "Satu")
        first = await w.poll(watch("sekar.test"))
        w.net.asked.clear()
        again = await w.poll(watch("sekar.test"), first.cursor)
        assert [method for method, _ in w.net.asked] == [LATEST]
        assert again.items == []
        assert (again.last.complete, again.last.last) == (True, True)
        assert (again.last.native_id, again.last.handle) == (sekar, "sekar.test")
        w.post(sekar, "Dua")
        third = await w.poll(watch("sekar.test"), again.cursor)
        assert [i.native_key[-13:] for i in third.items] != []
        assert len(third.items) == 1


async def test_a_restart_reads_the_newest_page_again_and_an_edit_is_seen() -> None:
    async with world() as w:
        sekar = w.net.create_account("sekar.test")
        who, made = watch("sekar.test"), w.post(sekar, "Jalan pagi")
        first = await w.poll(who)
        (before,) = [w.bluesky.normalise(i, who) for i in first.items]
        w.bluesky = w.restarted()
        w.net.put_record(sekar, POST, made.key, {"text": "Dukung dua", "createdAt": w.text})
        (after,) = await w.acts(who, first.cursor)
    assert before.id == after.id
    assert before.revision != after.revision


async def test_a_like_taken_back_and_given_again_is_the_same_act() -> None:
    async with world() as w:
        sekar, calon = w.net.create_account("sekar.test"), w.net.create_account("calon.test")
        post, who = w.post(calon, "Pilih dua"), watch("sekar.test")
        old = w.like(sekar, post)
        (before,) = await w.acts(who)
        w.net.delete_record(sekar, LIKE, old.key)
        new = w.like(sekar, post)
        (after,) = await w.acts(who)
    assert old.uri != new.uri
    assert (before.id, before.revision) == (after.id, after.revision)


@pytest.mark.checklist("restart-mid-page")
async def test_a_walk_cut_in_the_middle_goes_on_and_loses_nothing() -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        wanted = {w.post(sekar, f"Catatan {n}").uri for n in range(250)}
        cut = await w.poll(who, pages=2)
        assert len(cut.items) == 200
        late = w.post(sekar, "Sesudah putus").uri
        w.bluesky = w.restarted()
        w.net.asked.clear()
        rest = await w.poll(who, cut.cursor)
        cursors = [query.get("cursor") for method, query in w.net.asked if method == LIST]
        done = await w.poll(who, rest.cursor)
    found = [i.native_key for i in (*cut.items, *rest.items)]
    assert set(found) == {*wanted, late}
    assert cursors[0] is not None
    assert done.items == []


async def test_the_page_cap_cuts_a_poll_and_the_next_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        for n in range(150):
            w.post(sekar, f"Catatan {n}")
        monkeypatch.setattr(bluesky_poll, "PAGES_PER_POLL", 1)
        cut = await w.poll(who)
        assert not cut.last.complete
        assert cut.last.note == bluesky_poll.CUT
        monkeypatch.undo()
        rest = await w.poll(who, cut.cursor)
        assert len(rest.items) == 50
        assert rest.last.complete


async def test_a_full_listing_finds_an_edit_far_down() -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        deep = w.post(sekar, "Jalan pagi")
        for n in range(120):
            w.post(sekar, f"Catatan {n}")
        first = await w.poll(who)
        w.net.put_record(sekar, POST, deep.key, {"text": "Dukung dua", "createdAt": w.text})
        soon = await w.poll(who, first.cursor)
        assert deep.uri not in [i.native_key for i in soon.items]
        w.now.forward(days=1)
        later = await w.poll(who, soon.cursor)
        assert [i.native_key for i in later.items] == [deep.uri]


async def test_acts_before_monitoring_are_not_looked_at() -> None:
    async with world() as w:
        sekar, calon = w.net.create_account("sekar.test"), w.net.create_account("calon.test")
        theirs = w.post(calon, "Pilih dua")
        w.like(sekar, theirs)
        w.now.forward(days=30)
        backdated = w.post(sekar, "Tanggal diundur", createdAt="2020-01-01T00:00:00Z")
        fresh = w.post(sekar, "Baru")
        who = watch("sekar.test", notice_date=w.now().date() - timedelta(days=5))
        w.net.asked.clear()
        seen = await w.poll(who)
        acts = {i.native_key: w.bluesky.normalise(i, who) for i in seen.items}
        assert set(acts) == {backdated.uri, fresh.uri}
        assert acts[backdated.uri].occurred_at is None
        assert acts[backdated.uri].occurred_at_source is TimeSource.NONE
        assert ("directory", {"did": calon}) not in w.net.asked


async def test_a_key_in_the_future_hides_nothing() -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        w.net.create_record(sekar, POST, {"text": "x", "createdAt": w.text}, rkey="bzzzzzzzzzzzz")
        first = await w.poll(who)
        made = {w.post(sekar, f"Catatan {n}").uri for n in range(110)}
        after = await w.poll(who, first.cursor)
        assert made <= {i.native_key for i in after.items}


@pytest.mark.checklist("empty-page-with-cursor", "repeated-cursor", "duplicate-across-pages")
@pytest.mark.parametrize("trouble", [Trouble.REPEATED_CURSOR, Trouble.EMPTY_PAGES])
async def test_a_server_that_loops_ends_incomplete_and_is_read_again(trouble: Trouble) -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        for n in range(210):
            w.post(sekar, f"Catatan {n}")
        w.net.faults.add(trouble, LIST, times=3)
        seen = await w.poll(who)
        assert not seen.last.complete
        assert "app.bsky.feed.post" in seen.last.note
        again = await w.poll(who, seen.cursor)
        assert again.last.complete
        assert len({i.native_key for i in (*seen.items, *again.items)}) == 210


@pytest.mark.checklist("last-full-page")
async def test_a_last_page_that_is_full_is_not_taken_for_one_of_more() -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        wanted = {w.post(sekar, f"Catatan {n}").uri for n in range(200)}
        seen = await w.poll(who)
        assert seen.last.complete
        assert [i.native_key for i in seen.items].count(min(wanted)) == 1
        assert {i.native_key for i in seen.items} == wanted
        assert (await w.poll(who, seen.cursor)).items == []


@pytest.mark.checklist("deleted-between-pages")
async def test_an_act_that_goes_between_two_pages_takes_no_other_with_it() -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        made = [w.post(sekar, f"Catatan {n}") for n in range(250)]
        cut = await w.poll(who, pages=1)
        # The last act of the page that was read, the first of the next one, and one further on.
        for gone in (made[150], made[149], made[100]):
            w.net.delete_record(sekar, POST, gone.key)
        rest = await w.poll(who, cut.cursor)
        found = {i.native_key for i in (*cut.items, *rest.items)}
        assert {one.uri for one in made} - found == {made[149].uri, made[100].uri}
        assert rest.last.complete


@pytest.mark.checklist("clock-skew")
@pytest.mark.parametrize("minutes", [-10, 10])
async def test_a_clock_that_is_wrong_by_minutes_waits_no_longer(minutes: int) -> None:
    async with world() as w:
        w.now.at = utc_now()  # the server's own Date is that of the machine
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        w.post(sekar, "Satu")
        w.net.faults.add(Trouble.RATELIMIT_RESET, LIST)
        layer = config.Http(contact="uji@contoh.test", allow_private=(w.net.host,))
        async with Http(layer, lambda: w.now() + timedelta(minutes=minutes)) as http:
            w.bluesky = Bluesky(http, w.settings, w.now)
            with pytest.raises(RateLimited) as caught:
                await w.poll(who)
    assert 0 < caught.value.retry_after < 30


async def test_a_cursor_that_expired_begins_a_new_look() -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        for n in range(150):
            w.post(sekar, f"Catatan {n}")
        cut = await w.poll(who, pages=1)
        w.net.faults.add(Trouble.BAD_CURSOR, LIST, times=1)
        rest = await w.poll(who, cut.cursor)
        assert len({i.native_key for i in rest.items}) == 150


@pytest.mark.checklist("429-headers", "429-bare", "5xx-burst", "slow-body", "truncated")
@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble.RETRY_AFTER, RateLimited),
        (Trouble.RETRY_AFTER_DATE, RateLimited),
        (Trouble.RATELIMIT_RESET, RateLimited),
        (Trouble.BARE_429, RateLimited),
        (Trouble.SERVER_ERROR, TransientError),
        (Trouble.RESET, TransientError),
        (Trouble.STALL, TransientError),
        (Trouble.HTML, BlockedError),
        (Trouble.CUT_JSON, TransientError),
        (Trouble.OTHER_ACCOUNT, BlockedError),
    ],
)
async def test_trouble_is_never_an_empty_account(
    trouble: Trouble, error: type[CollectError]
) -> None:
    async with world(timeout=waiting(trouble)) as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        w.post(sekar, "Satu")
        w.net.faults.add(trouble, LIST)
        with pytest.raises(error) as caught:
            await w.poll(who)
    assert caught.value.subject == "bluesky asn-1"


@pytest.mark.checklist("target-gone")
@pytest.mark.parametrize("closed", ["RepoDeactivated", "RepoTakendown"])
async def test_a_closed_account_is_an_act_of_its_own(closed: str) -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        w.post(sekar, "Satu")
        first = await w.poll(who)
        w.net.account(sekar).closed = closed
        seen = await w.poll(who, first.cursor)
        (act,) = [w.bluesky.normalise(i, who) for i in seen.items]
        capture = await w.bluesky.capture(act, seen.items[0], who)
    assert (act.signal, act.object.id) == (Signal.UNAVAILABLE, sekar)
    assert closed in seen.last.note
    assert not seen.last.complete
    assert not capture.partial


async def test_a_deleted_identity_is_an_unavailable_account() -> None:
    async with world() as w:
        sekar = w.net.create_account("sekar.test")
        w.net.account(sekar).gone = True
        (act,) = await w.acts(watch("sekar.test", native_id=sekar))
    assert act.signal is Signal.UNAVAILABLE
    assert act.actor.native_id == sekar


async def test_an_account_that_moved_to_another_server_is_followed_there() -> None:
    async with world() as w, Atproto(w.now) as old:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        w.post(sekar, "Satu")
        moved = {**(await w.poll(who)).cursor, "pds": old.url}
        allowed = (w.net.host, old.host)
        async with Http(config.Http(contact="uji@contoh.test", allow_private=allowed)) as http:
            w.bluesky = Bluesky(http, w.settings, w.now)
            seen = await w.poll(who, moved)
    assert seen.last.cursor["pds"] == w.net.url
    assert [m for m, _ in old.asked] == [LATEST]


@pytest.mark.checklist("handle-renamed", "handle-reused")
async def test_a_reused_handle_is_never_followed() -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        w.post(sekar, "Milik Sekar")
        first = await w.poll(who)
        w.net.rename(sekar, "sekar-baru.test")
        orang = w.net.create_account("sekar.test", did="did:plc:" + "7" * 24)
        w.post(orang, "Milik orang lain")
        w.now.forward(days=1)
        seen = await w.poll(who, first.cursor)
        assert (seen.last.native_id, seen.last.handle) == (sekar, "sekar-baru.test")
        assert seen.last.note == bluesky_poll.REUSED
        by_register = await w.poll(replace(who, native_id=sekar))
        assert [i.native_key.split("/")[2] for i in by_register.items] == [sekar]
        assert orang not in str((seen.pages, by_register.pages))


async def test_a_handle_that_the_account_does_not_confirm_is_refused() -> None:
    async with world() as w:
        sekar = w.net.create_account("sekar.test")
        w.net.account(sekar).handle = "lain.test"
        with pytest.raises(NotFoundError, match="does not confirm"):
            await w.poll(watch("sekar.test"))
        with pytest.raises(NotFoundError, match="leads to no account"):
            await w.poll(watch("tidak-ada.test"))


async def test_a_did_on_the_register_and_did_web() -> None:
    async with world() as w:
        port = w.net.host.rpartition(":")[2]
        web = w.net.create_account("sekar.test", did=f"did:web:localhost%3A{port}")
        w.net.account(web).pds = w.net.url
        w.post(web, "Halo")
        (act,) = await w.acts(watch(web))
    assert act.actor.native_id == web
    assert act.actor.handle == "sekar.test"


async def test_a_profile_that_opts_out_is_skipped_and_said_so() -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        w.post(sekar, "Satu")
        label = {
            "$type": "com.atproto.label.defs#selfLabels",
            "values": [{"val": "!no-unauthenticated"}],
        }
        w.net.put_record(sekar, "app.bsky.actor.profile", "self", {"labels": label})
        seen = await w.poll(who)
        again = await w.poll(who, seen.cursor)
        assert (seen.items, again.items) == ([], [])
        assert seen.last.note == again.last.note == bluesky_poll.HIDDEN
        assert not again.last.complete
        w.net.put_record(sekar, "app.bsky.actor.profile", "self", {})
        assert len((await w.poll(who, again.cursor)).items) == 1


@pytest.mark.checklist("target-gone")
async def test_targets_gone_changed_or_unreachable_are_told_apart() -> None:
    async with world() as w:
        sekar, calon = w.net.create_account("sekar.test"), w.net.create_account("calon.test")
        gone, changed = w.post(calon, "Dihapus"), w.post(calon, "Netral")
        w.like(sekar, gone)
        w.like(sekar, changed)
        w.net.delete_record(calon, POST, gone.key)
        w.net.put_record(calon, POST, changed.key, {"text": "Pilih dua", "createdAt": w.text})
        invented = {"uri": "at://did:plc:" + "a" * 24 + f"/{POST}/3kabcdefgh222", "cid": gone.cid}
        w.write(sekar, LIKE, subject=invented)
        acts = {a.target.id: a.target for a in await w.acts(watch("sekar.test")) if a.target}
    assert acts[gone.uri].state is TargetState.GONE
    assert (acts[changed.uri].state, acts[changed.uri].text) == (TargetState.MISSING, "")
    assert acts[invented["uri"]].state is TargetState.MISSING


async def test_a_target_whose_server_cannot_be_reached_is_missing() -> None:
    async with world() as w:
        sekar, calon = w.net.create_account("sekar.test"), w.net.create_account("calon.test")
        w.like(sekar, w.post(calon, "Pilih dua"))
        w.net.account(calon).pds = "https://10.1.2.3"
        (act,) = await w.acts(watch("sekar.test"))
    assert act.target is not None
    assert act.target.state is TargetState.MISSING


async def test_a_directory_out_of_order_delays_and_loses_nothing() -> None:
    async with world() as w:
        sekar, calon = w.net.create_account("sekar.test"), w.net.create_account("calon.test")
        who = watch("sekar.test")
        first = await w.poll(who)
        for n in range(8):
            w.like(sekar, w.post(calon, f"Pilih dua {n}"))
        w.net.faults.add(Trouble.SERVER_ERROR, "directory")
        with pytest.raises(TransientError) as caught:
            await w.poll(who, first.cursor)
        w.net.faults.clear()
        seen = await w.poll(who, first.cursor)
    assert calon not in str(caught.value)
    assert len(seen.items) == 8


async def test_a_known_account_is_read_without_directory_and_resolver() -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        first = await w.poll(who)
        w.now.forward(days=1)
        w.post(sekar, "Hari berikutnya")
        for asked in ("directory", "com.atproto.identity.resolveHandle"):
            w.net.faults.add(Trouble.SERVER_ERROR, asked)
            seen = await w.poll(who, first.cursor)
            assert [i.native_key.split("/")[2] for i in seen.items] == [sekar]


async def test_a_clock_set_back_stops_nothing() -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        w.post(sekar, "Satu")
        first = await w.poll(who)
        w.now.forward(days=-40)
        w.post(sekar, "Dua")
        seen = await w.poll(who, first.cursor)
        assert seen.last.complete
        assert len({i.native_key for i in (*first.items, *seen.items)}) == 2


async def test_a_resolver_out_of_order_leaves_the_act_to_a_person() -> None:
    async with world() as w:
        sekar, calon = w.net.create_account("sekar.test"), w.net.create_account("calon.test")
        who = watch("sekar.test")
        first = await w.poll(who)
        w.like(sekar, w.post(calon, "Pilih dua"))
        w.write(sekar, FOLLOW, subject=calon)
        w.net.faults.add(Trouble.SERVER_ERROR, "com.atproto.identity.resolveHandle")
        for act in await w.acts(who, first.cursor):
            assert act.target is not None
            assert (act.target.author_id, act.target.author_handle) == (calon, "")
            assert act.target.state is TargetState.MISSING


async def test_servers_that_stall_take_a_bounded_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bluesky_context, "PATIENCE", 0.3)
    async with world() as w, Atproto(w.now) as slow:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        for n in range(30):
            did = w.net.create_account(f"warga{n}.test")
            made = w.post(did, "Kabar")
            w.net.account(did).pds = slow.url
            w.like(sekar, made)
        slow.faults.add(Trouble.STALL, "com.atproto.repo.getRecord")
        layer = config.Http(
            contact="uji@contoh.test",
            allow_private=(w.net.host, slow.host),
            requests_per_second=10_000,
        )
        async with Http(layer) as http:
            w.bluesky = Bluesky(http, w.settings, w.now)
            acts = await w.acts(who)
    asked = [method for method, _ in slow.asked]
    assert len(asked) == bluesky_context.AT_ONCE
    assert {act.target.state for act in acts if act.target} == {TargetState.MISSING}
    assert len(acts) == 30


@pytest.mark.checklist("stranger-never-stored")
async def test_strangers_are_in_no_error_log_line_or_cursor(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.set_up("DEBUG")
    try:
        await _engage_with_a_stranger(capsys)
    finally:
        log.logger.remove()


async def _engage_with_a_stranger(capsys: pytest.CaptureFixture[str]) -> None:
    log.logger.info("collecting begins")
    async with world() as w:
        sekar, warga = w.net.create_account("sekar.test"), w.net.create_account("warga.test")
        kept = w.post(warga, "Kata-kata warga")
        w.like(sekar, kept)
        w.write(sekar, FOLLOW, subject=warga)
        w.net.account(warga).pds = "https://10.1.2.3"
        seen = await w.poll(watch("sekar.test"))
    shown = str([page.cursor for page in seen.pages]) + "".join(p.note for p in seen.pages)
    said = capsys.readouterr()
    assert "collecting begins" in said.err
    for needle in (warga, "warga.test", kept.key, "Kata-kata"):
        assert needle not in shown + said.out + said.err


async def test_a_malformed_record_is_kept_for_the_operator_and_the_rest_is_read() -> None:
    async with world() as w:
        sekar, who = w.net.create_account("sekar.test"), watch("sekar.test")
        w.post(sekar, "Baik")
        w.write(sekar, LIKE, subject="bukan rujukan")
        seen = await w.poll(who)
        bad = next(i for i in seen.items if LIKE in i.native_key)
        with pytest.raises(NormaliseError) as caught:
            w.bluesky.normalise(bad, who)
        assert len(seen.items) == 2
        assert caught.value.field == "value"
