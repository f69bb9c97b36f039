"""One Mastodon act looked at again and captured, follows, and who a name leads to."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from monitor.collect.mastodon_again import local_id
from monitor.collect.mastodon_capture import CHANGED, LISTED
from monitor.collect.mastodon_home import Homes
from monitor.collect.mastodon_poll import NO_FOLLOWS
from monitor.collect.mastodon_server import Server
from monitor.errors import BlockedError, RateLimited
from monitor.model.activity import Activity, Signal
from monitor.model.evidence import Capture, RawItem
from monitor.model.state import ActState, Again, Known, Reason
from tests.collect.mastodon_world import HOME, PARTY, Members, World, known_at, watch, world
from tests.standin.mastodon import Status
from tests.standin.mastodon_faults import Trouble


def known(act: Activity) -> Known:
    return Known(
        act.id, act.signal, act.actor.native_id, act.object.id, act.object.url, act.revision
    )


async def on_file(w: World, status: Status) -> Known:
    """Return an act as the log would have it."""
    acts = await w.acts(watch())
    return known(next(act for act in acts if act.object.id == status.uri))


async def again(w: World, act: Known) -> Again:
    return await w.mastodon.look_again(act, watch())


async def test_acts_that_stand_are_there_and_one_that_was_edited_is_edited() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        theirs = w.post(w.home.account("calon", PARTY), "Coblos nomor 1")
        made = [
            w.post(sekar, "Selamat pagi"),
            w.home.reply(sekar, theirs, "<p>Siap</p>"),
            w.home.boost(sekar, theirs),
            w.post(sekar, "Setuju", quote=theirs.id),
        ]
        for status in made:
            act = await on_file(w, status)
            w.mastodon = w.restarted()
            found = await again(w, act)
            assert found.state is ActState.THERE
        w.home.edit(made[0], "<p>Dukung nomor 1</p>")
        found = await again(w, replace(await on_file(w, made[3]), signal=Signal.QUOTE))
        assert found.state is ActState.THERE
        w.mastodon = w.restarted()
        first = known((await w.acts(watch()))[-1])
        changed = await again(w, replace(first, revision="0" * 64))
        assert changed.state is ActState.EDITED
        assert changed.activity is not None
        assert changed.raw is not None


async def test_an_act_whose_target_went_is_not_an_edited_one() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        theirs = w.post(w.home.account("calon", PARTY), "Coblos nomor 1")
        answer = w.home.reply(sekar, theirs, "<p>Siap</p>")
        quote = w.post(sekar, "Setuju", quote=theirs.id)
        acts = [await on_file(w, answer)]
        w.mastodon = w.restarted()
        acts.append(await on_file(w, quote))
        w.home.delete(theirs)
        assert [(await again(w, act)).state for act in acts] == [ActState.THERE] * 2
        w.home.edit(answer, "<p>Tidak jadi</p>")
        assert (await again(w, acts[0])).state is ActState.EDITED


async def test_only_the_servers_own_word_of_this_one_status_is_a_deletion() -> None:
    async with world(timeout=1) as w:
        sekar = w.home.account("sekar")
        theirs = w.post(w.home.account("calon", PARTY), "Coblos nomor 1")
        post, boost = w.post(sekar, "Selamat pagi"), w.home.boost(sekar, theirs)
        said = await on_file(w, post)
        w.mastodon = w.restarted()
        shared = await on_file(w, boost)
        w.home.delete(post)
        gone = await again(w, said)
        assert (gone.state, gone.reason) == (ActState.DELETED, Reason.RECORD_GONE)
        assert [part.name for part in gone.parts] == ["answer", "headers"]
        w.home.delete(boost)
        taken = await again(w, shared)
        assert taken.state is ActState.WITHDRAWN
        w.tick()
        w.home.boost(sekar, theirs)
        given = await again(w, shared)
        assert given.state is ActState.THERE
        assert given.activity is not None
        assert given.activity.id == shared.activity_id
        sekar.suspended = True
        closed = await again(w, shared)
        assert (closed.state, closed.reason) == (ActState.HIDDEN, Reason.ACCOUNT_CLOSED)
        sekar.suspended = False
        w.home.faults.add(Trouble.FORBIDDEN, f"statuses/{post.id}", times=1)
        refused = await again(w, said)
        assert (refused.state, refused.reason) == (ActState.HIDDEN, Reason.REFUSED)
        w.home.faults.add(Trouble.ISO_429, f"statuses/{post.id}", times=1)
        with pytest.raises(RateLimited):
            await again(w, said)


async def test_a_404_that_only_the_token_sees_is_no_deletion() -> None:
    async with world(home={"token": "mastodon-sosial"}) as w:
        w.home.tokens.add("kunci-rahasia")
        sekar = w.home.account("sekar")
        post = w.post(sekar, "Selamat pagi")
        said = await on_file(w, post)
        w.home.blocked.add(sekar.id)
        assert (await again(w, said)).state is ActState.THERE
        w.home.token_only = True
        assert (await again(w, said)).reason is Reason.REFUSED


async def test_acts_without_a_status_and_names_that_passed_on_say_nothing() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        said = await on_file(w, w.post(sekar, "Selamat pagi"))
        for address in ("", "https://lain.example/@sekar/1", "https://sosial.example/", "x://["):
            unknown = replace(said, url=address, object_id=address)
            assert (await again(w, unknown)).state is None
        away = await w.mastodon.look_again(said, watch("sekar@lain.example"))
        assert away.state is None
        sekar.username = "lama"
        assert (await again(w, said)).state is ActState.THERE  # renamed, and still there
        w.home.account("sekar").uri = "https://sosial.example/ap/users/2"
        assert (await again(w, said)).state is ActState.THERE
        w.home.statuses.clear()
        assert (await again(w, said)).state is None


@pytest.mark.parametrize(
    ("address", "native"),
    [
        (f"https://{HOME}/@sekar/116043772365067560", "116043772365067560"),
        (f"https://{HOME}/users/sekar/statuses/116043/activity", "116043"),
        (f"https://{HOME}/@sekar/statuses/01HZX", "01HZX"),
        (f"https://{HOME}/notice/9jR1aaaaaa", "9jR1aaaaaa"),
        (f"https://{HOME}/@sekar/..%2f..%2fx", ""),
        (f"https://{HOME}.lain.example/@sekar/1", ""),
    ],
)
async def test_a_statuss_address_ends_with_its_id(address: str, native: str) -> None:
    async with world() as w:
        homes = Homes(w.http, w.now, 1.0)
        server = Server(w.http, w.settings.servers[0], "uji", homes)
        assert local_id(address, server) == native


async def captured(w: World, status: Status | None = None, **role: Any) -> Capture:
    seen = await w.poll(watch())
    wanted = (i for i in seen.items if status is None or i.native_key == status.uri)
    item = next(wanted)
    return await capture(w, item, **role)


async def capture(w: World, item: RawItem, **role: Any) -> Capture:
    act = w.mastodon.normalise(item, watch())
    if role and act.target is not None:
        act = replace(act, target=replace(act.target, **role))
    return await w.mastodon.capture(act, item, watch())


def part(found: Capture, name: str) -> Any:
    return json.loads(next(p.data for p in found.parts if p.name == name))


async def test_a_capture_holds_the_status_its_versions_and_the_ground_for_reading() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        post = w.post(sekar, "Jalan pagi")
        w.tick()
        w.home.edit(post, "<p>Dukung nomor 1</p>")
        found = await captured(w, post)
    assert not found.partial
    assert part(found, "record")["content"] == "<p>Dukung nomor 1</p>"
    assert [v["content"] for v in part(found, "history")] == [
        "<p>Jalan pagi</p>",
        "<p>Dukung nomor 1</p>",
    ]
    ground = part(found, "headers")["server"]
    assert (ground["domain"], ground["read_by"], ground["read_on"]) == (
        HOME, "Ratna Dewanti", "2024-08-01",
    )  # fmt: skip


async def test_a_status_that_was_changed_meanwhile_is_kept_as_it_was_judged() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        post = w.post(sekar, "Dukung nomor 1")
        (item,) = (await w.poll(watch())).items
        w.home.edit(post, "<p>Selamat pagi</p>")
        edited = await capture(w, item)
        w.home.delete(post)
        deleted = await capture(w, item)
        w.home.faults.add(Trouble.SERVER_ERROR, f"statuses/{post.id}")
        failed = await capture(w, item)
    for found in (edited, deleted):
        assert (found.partial, found.notes) == (True, (CHANGED,))
        assert part(found, "record")["content"] == "<p>Dukung nomor 1</p>"
    assert failed.partial
    assert "503" in failed.notes[0]


@pytest.mark.checklist("stranger-never-stored")
async def test_a_strangers_name_is_in_no_snapshot_and_a_candidates_is() -> None:
    async with world() as w:
        sekar, asing = w.home.account("sekar"), w.home.account("orang_asing")
        theirs = w.post(asing, "Coblos nomor 1")
        w.tick()
        made = [
            w.home.boost(sekar, theirs),
            w.post(sekar, "Setuju", quote=theirs.id),
            w.home.reply(sekar, theirs, "<p>Siap</p>", mentions=[]),
        ]
        for status in made:
            w.mastodon = w.restarted()
            named = await captured(w, status, role="candidate", of="pilgub-35-2024/1")
            assert any(b"orang_asing" in p.data for p in named.parts)
            w.mastodon = w.restarted()
            found = await captured(w, status)
            assert not [p.name for p in found.parts if b"orang_asing" in p.data]
            assert any(b"Coblos nomor 1" in p.data for p in found.parts)


async def test_a_like_from_a_list_is_kept_as_its_entry_with_what_was_liked() -> None:
    async with world() as w:
        post = w.post(w.party.account("calon"), "Coblos nomor 1")
        seen = known_at(w.party, w.home.account("sekar"), HOME)
        w.party.favourite(w.party.account("orang_asing"), post)
        w.party.favourite(seen, post)
        ((_, item),) = (await w.reach(Members(watch()))).items
        w.party.asked.clear()
        found = await capture(w, item, role="candidate", of="pilgub-35-2024/1")
    assert w.party.asked == []
    assert (found.partial, found.notes) == (False, (LISTED,))
    assert part(found, "record")["acct"] == f"sekar@{HOME}"
    assert part(found, "target")["content"] == "<p>Coblos nomor 1</p>"
    assert not any(b"orang_asing" in p.data for p in found.parts)


async def test_follows_are_new_only_above_the_place_of_the_first_look() -> None:
    async with world() as w:
        sekar, calon = w.home.account("sekar"), w.home.account("calon", PARTY)
        w.home.follow(sekar, w.home.account("lama"))
        first = await w.poll(watch())
        assert first.items == []
        looked = w.now()
        w.now.forward(days=1, seconds=1)
        w.home.follow(sekar, calon)
        second = await w.poll(watch(), first.cursor)
        (act,) = [w.mastodon.normalise(i, watch()) for i in second.items]
        assert (act.signal, act.occurred_at, act.not_before) == (Signal.FOLLOW, None, looked)
        assert act.target is not None
        assert (act.target.author_id, act.target.author_handle) == (calon.uri, f"calon@{PARTY}")
        assert "lama" not in json.dumps(second.cursor)
        w.now.forward(days=1, seconds=1)
        assert (await w.poll(watch(), second.cursor)).items == []


async def test_the_first_follow_of_all_is_new_and_one_of_a_hidden_list_is_not() -> None:
    async with world() as w:
        sekar, calon = w.home.account("sekar"), w.home.account("calon", PARTY)
        first = await w.poll(watch())
        w.home.follow(sekar, calon)
        w.now.forward(days=1, seconds=1)
        assert len((await w.poll(watch(), first.cursor)).items) == 1
        sekar.hides = True
        hidden = await w.poll(watch())
        assert (hidden.last.complete, hidden.last.note) == (True, NO_FOLLOWS)
        sekar.hides = False
        w.now.forward(days=1, seconds=1)
        shown = await w.poll(watch(), hidden.cursor)
        assert shown.items == []  # nobody can say when that was


async def test_whom_one_follows_is_asked_of_the_whole_list() -> None:
    async with world() as w:
        sekar = w.home.account("sekar")
        for n in range(100):
            w.home.follow(sekar, w.home.account(f"asing{n}"))
        w.home.follow(sekar, w.home.account("calon", PARTY))
        wanted = [f"calon@{PARTY}", f"lawan@{PARTY}", f"https://{HOME}/users/asing3"]
        found = await w.mastodon.follows(watch(), wanted)
        assert (found.accounts, found.complete) == (frozenset(wanted[::2]), True)
        sekar.hides = True
        hidden = await w.mastodon.follows(watch(), wanted)
        assert (hidden.accounts, hidden.complete) == (frozenset(), False)
        with pytest.raises(BlockedError, match="another account's"):
            await w.mastodon.follows(watch(native_id="https://sosial.example/ap/users/2"), wanted)
