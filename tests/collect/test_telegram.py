"""A bot in Telegram groups: registered users' acts are kept, everybody else's end in memory."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor import config
from monitor import watch as watchlists
from monitor.collect.base import Page, Requirement
from monitor.collect.telegram import BEHIND, BLIND_SPOTS, Telegram
from monitor.collect.telegram_bot import CONFLICT, HIDDEN, SECRET, clean
from monitor.config_gated import Telegram as Settings
from monitor.errors import (
    AuthError,
    BlockedError,
    ClosedError,
    CollectError,
    ConfigError,
    Fault,
    NotFoundError,
    RateLimited,
    TransientError,
)
from monitor.model.activity import Activity, Signal, TargetState
from monitor.net import Http
from tests.collect.bluesky_world import Now
from tests.collect.telegram_lines import OTHER, OWN, REGISTER, TOKEN, WHO
from tests.collect.x_world import Register, Walked
from tests.net.serving import Sleeper
from tests.standin.groups import CHANNEL, Group
from tests.standin.telegram import StandIn

NEEDLE = "WargaTakTerdaftar"
ELSEWHERE = -1005555555555


@dataclass
class World:
    net: StandIn
    http: Http
    telegram: Telegram
    now: Now
    group: Group
    agreed: set[str]

    async def walk(
        self,
        cursor: Mapping[str, object] | None = None,
        pages: int = 1_000,
        members: Register = REGISTER,
        last_look: datetime | None = None,
    ) -> Walked:
        walked = Walked()
        place = self.telegram.places[0]
        async for page in self.telegram.engagers(place, cursor or {}, last_look, members):
            walked.pages.append(page)
            if len(walked.pages) == pages:
                break
        return walked

    def acts(self, walked: Walked) -> list[Activity]:
        found = [pair for page in walked.pages for pair in page.items]
        return [self.telegram.normalise(raw, who) for who, raw in found]

    async def look(self) -> Page:
        (page,) = [page async for page in self.telegram.fetch(WHO, {}, None)]
        return page

    def updates(self) -> int:
        return [name for name, _ in self.net.calls].count("getUpdates")


@asynccontextmanager
async def world(*others: int, **http: Any) -> AsyncIterator[World]:
    now = Now(datetime(2024, 10, 12, 2, 30, tzinfo=UTC))
    async with StandIn(TOKEN) as net:
        given = {"contact": "uji@contoh.test", "attempts": 1, "requests_per_second": 10_000}
        layer = config.Http(**{**given, "allow_private": (net.url[7:],), **http})
        async with Http(layer, now, sleep=Sleeper()) as client:
            group = Group(net.people, now)
            net.chats[str(group.id)] = group.chat
            settings = Settings(api=net.url, groups=(group.id, *others))
            collector = Telegram(client, settings, now, lambda: net.token)
            agreed = {str(group.id)}
            collector.admit(lambda number: "" if number in agreed else "no consent on record")
            yield World(net, client, collector, now, group, agreed)


async def test_each_kind_of_act() -> None:
    async with world() as w:
        poster = w.group.post_of_channel("Pilih nomor 1")
        w.group.say(OWN, "Selamat pagi", entities=[])
        w.group.reply(OWN, poster, "Siap pak")
        w.group.forward_channel(OWN, "Visi kami")
        w.group.forward_person(OWN, "Titipan", NEEDLE)
        w.group.react(OWN, poster, "👍", "❤")
        w.group.join(OWN)
        post, reply, share, titip, reaction, joined = w.acts(await w.walk())
    assert (post.signal, post.text, post.target) == (Signal.POST, "Selamat pagi", None)
    assert post.actor.native_id == str(OWN)
    assert post.object.url == "https://t.me/grup_relawan/2"
    assert post.occurred_at == datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
    assert (reply.signal, reply.text) == (Signal.REPLY, "Siap pak")
    assert reply.target is not None
    assert (reply.target.text, reply.target.author_id) == ("Pilih nomor 1", str(CHANNEL["id"]))
    assert reply.target.author_handle == "calon_satu"
    assert (share.signal, share.text) == (Signal.SHARE, "")
    assert share.target is not None
    assert (share.target.text, share.target.author_handle) == ("Visi kami", "calon_satu")
    assert share.target.url == "https://t.me/calon_satu/7"
    assert titip.target is not None
    assert (titip.target.text, titip.target.author_id) == ("Titipan", "")
    assert (reaction.signal, reaction.text) == (Signal.REACTION, "👍❤")
    assert reaction.target is not None
    assert (reaction.target.text, reaction.target.author_handle) == ("Pilih nomor 1", "calon_satu")
    assert (joined.signal, joined.text) == (Signal.MEMBERSHIP, "")
    assert joined.target is not None
    assert joined.target.author_id == str(w.group.id)


async def test_an_edit_is_the_same_act_with_other_words() -> None:
    async with world() as w:
        message = w.group.say(OWN, "Pilih nomer 1")
        w.group.edit(message, "Pilih nomor 1")
        before, after = w.acts(await w.walk())
    assert before.id == after.id
    assert before.revision != after.revision


async def test_a_reaction_says_nothing_of_a_message_that_came_earlier() -> None:
    async with world() as w:
        poster = w.group.post_of_channel("Pilih nomor 1")
        seen = await w.walk()
        w.group.react(OWN, poster, "👍")
        (act,) = w.acts(await w.walk(seen.cursor))
    assert act.target is not None
    assert (act.target.state, act.target.author_id) == (TargetState.MISSING, "")


async def test_what_others_do_is_no_act_of_ones_own() -> None:
    async with world() as w:
        message = w.group.say(OWN, "Halo")
        w.group.join(OWN, by=OTHER)
        w.group.leave(OWN)
        w.group.react(OWN, message, before="👍")
        w.group.anonymous("Pilih nomor 1")
        w.group.say(OWN, "", new_chat_members=[w.group.user(OTHER)])
        w.group.join(OWN, by=OTHER, via_join_request=True)
        acts = w.acts(await w.walk())
    assert [act.signal for act in acts] == [Signal.POST, Signal.MEMBERSHIP]


async def test_only_the_groups_of_the_settings_are_read() -> None:
    async with world() as w:
        Group(w.net.people, w.now, id=ELSEWHERE).say(OWN, "Grup lain")
        w.net.say(OWN, "Pesan pribadi")
        assert (await w.walk()).keys == []


async def test_a_closed_group_is_not_read_and_that_is_said() -> None:
    async with world() as w:
        w.net.standing.put(str(w.group.id), "administrator")
        assert (await w.look()).complete
        w.group.username = ""
        w.net.chats[str(w.group.id)] = w.group.chat
        w.group.say(OWN, "Di antara kita")
        assert (await w.walk()).keys == []
        w.now.forward(hours=1)
        page = await w.look()
    assert (page.complete, "closed" in page.note) == (False, True)


async def test_a_line_with_a_name_is_known_by_it() -> None:
    async with world() as w:
        w.group.names[OWN] = "Pegawai_A"
        w.group.say(OWN, "Halo")
        assert len((await w.walk(members=Register(("pegawai_a", WHO)))).keys) == 1


# ---- whose administrators agreed ---------------------------------------------------------------


async def test_a_group_is_read_by_its_own_consent_alone() -> None:
    async with world(ELSEWHERE) as w:
        other = Group(w.net.people, w.now, id=ELSEWHERE)
        other.say(OWN, "Di grup yang belum setuju")
        w.group.say(OWN, "Di grup yang setuju")
        seen = await w.walk()
        assert [act.text for act in w.acts(seen)] == ["Di grup yang setuju"]
        w.agreed.add(str(ELSEWHERE))
        other.say(OWN, "Sesudah setuju")
        seen = await w.walk(seen.cursor)
        assert [act.text for act in w.acts(seen)] == ["Sesudah setuju"]
        w.agreed.discard(str(ELSEWHERE))
        other.say(OWN, "Sesudah ditarik")
        assert (await w.walk(seen.cursor)).keys == []


async def test_a_group_without_consent_is_neither_looked_into_nor_silent() -> None:
    async with world(ELSEWHERE) as w:
        w.net.standing.put(str(w.group.id), "administrator")
        page = await w.look()
        assert (page.complete, "1 of 2 groups are not read" in page.note) == (False, True)
        assert str(ELSEWHERE) not in repr(w.net.calls)
        _, closed = w.telegram.places
        asked = w.updates()
        with pytest.raises(ClosedError, match="no consent on record"):
            await anext(aiter(w.telegram.engagers(closed, {}, None, REGISTER)))
        assert w.updates() == asked
        w.agreed.add(str(ELSEWHERE))
        w.net.standing.put(str(ELSEWHERE), "administrator")
        w.net.chats[str(ELSEWHERE)] = {**w.group.chat, "id": ELSEWHERE}
        assert (await w.look()).complete  # at once, not after an interval


async def test_until_somebody_says_who_agreed_nothing_is_kept() -> None:
    async with world() as w:
        fresh = Telegram(w.http, Settings(groups=(w.group.id,)), w.now, lambda: w.net.token)
        with pytest.raises(ClosedError):
            await anext(aiter(fresh.engagers(fresh.places[0], {}, None, REGISTER)))


# ---- strangers --------------------------------------------------------------------------------


@pytest.mark.checklist("stranger-never-stored")
async def test_of_others_only_the_words_that_were_answered_stay() -> None:
    async with world() as w:
        w.group.names[OTHER] = NEEDLE
        w.group.say(OTHER, f"Saya {NEEDLE}")
        asked = w.group.say(OTHER, "Pilih siapa?")
        w.group.reply(OWN, asked, "Nomor 1")
        w.group.forward_person(OWN, "Titipan", NEEDLE)
        mention = {"type": "text_mention", "offset": 0, "length": 4, "user": w.group.user(OTHER)}
        w.group.say(OWN, "Lihat ini", entities=[mention])
        w.group.react(OWN, asked, "👍")
        w.group.join(OTHER)
        walked = await w.walk()
        found = [pair for page in walked.pages for pair in page.items]
        captures = [
            await w.telegram.capture(w.telegram.normalise(raw, who), raw, who) for who, raw in found
        ]
    assert len(found) == 4
    kept = repr(
        (captures, walked.cursor, [p.note for p in walked.pages], [r.body for _, r in found])
    )
    assert NEEDLE not in kept
    assert str(OTHER) not in kept
    assert "Pilih siapa?" in kept


@pytest.mark.drill
@pytest.mark.checklist("stranger-never-stored")
async def test_a_hundred_thousand_strangers_leave_nothing() -> None:
    async with world() as w:
        for n in range(100_000):
            w.group.names[10_000 + n] = f"{NEEDLE}_{n}"
            w.group.say(10_000 + n, NEEDLE)
            if n == 50_000:
                w.group.say(OWN, "Di tengah")
        cursor: Mapping[str, object] = {}
        keys: list[str] = []
        while w.net.people.queue:
            walked = await w.walk(cursor)
            keys += walked.keys
            cursor = walked.cursor
            assert NEEDLE not in repr(walked.pages)
            await w.walk(cursor, pages=1)
    assert len(keys) == 1


# ---- the queue --------------------------------------------------------------------------------


@pytest.mark.checklist("restart-mid-page", "last-full-page", "duplicate-across-pages")
@pytest.mark.parametrize("died_after", [1, 2])
async def test_a_restart_loses_nothing(died_after: int) -> None:
    async with world() as w:
        for n in range(200):  # two full pages
            w.group.say(OWN, f"Ke-{n}")
        first = await w.walk(pages=died_after)
        # The process dies after the page was stored, and before Telegram was asked again.
        w.group.say(OWN, "Sementara itu")
        rest = await w.walk(first.cursor)
    assert len(first.keys + rest.keys) == len({*first.keys, *rest.keys}) == 201


async def test_what_was_not_stored_comes_again() -> None:
    async with world() as w:
        w.group.say(OWN, "Halo")
        lost = await w.walk()  # the process dies before it could store the page
        again = await w.walk()
    assert lost.keys == again.keys != []


async def test_a_second_group_reads_the_same_queue_and_loses_nothing() -> None:
    async with world() as w:
        w.group.say(OWN, "Satu")
        first = await w.walk()
        second = await w.walk()  # another group's row, which has stored nothing yet
        third = await w.walk(first.cursor)
        w.group.say(OWN, "Dua")
        late = await w.walk(second.cursor)
    assert first.keys == second.keys
    assert third.keys == []
    assert len(late.keys) == 1


@pytest.mark.checklist("clock-skew")
async def test_a_number_that_begins_anew_after_a_quiet_week_is_not_passed_over() -> None:
    async with world() as w:
        w.group.say(OWN, "Lama")
        seen = await w.walk()
        assert len((await w.walk(seen.cursor)).keys) == 0
        w.now.forward(days=8)
        w.net.people._numbers = itertools.count(5)  # lower than what was stored
        w.group.say(OWN, "Baru")
        fresh = await w.walk(seen.cursor)
        assert len(fresh.keys) == 1
        w.now.forward(minutes=-10)  # our clock was set back
        w.group.say(OWN, "Lagi")
        assert len((await w.walk(fresh.cursor)).keys) == 2


async def test_being_away_for_longer_than_telegram_keeps_is_told() -> None:
    async with world() as w:
        then = w.now()
        w.now.forward(hours=25)
        walked = await w.walk(last_look=then)
        assert (walked.last.complete, walked.last.note) == (False, BEHIND)
        soon = await w.walk(last_look=w.now() - timedelta(hours=1))
        assert soon.last.complete


async def test_an_update_of_unknown_form_holds_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async with world() as w:
        monkeypatch.setattr(w.net.people, "queue", [{"update_id": 9, "message": {"chat": 1}}])
        seen = await w.walk()
    assert (seen.keys, seen.cursor["offset"]) == ([], 10)


# ---- refusals ---------------------------------------------------------------------------------


@pytest.mark.checklist(
    "429-headers", "429-bare", "5xx-burst", "truncated", "token-401-403-quota", "slow-body"
)
@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        ("too_many", RateLimited, "wait 3 s"),
        ("busy", RateLimited, "wait 60 s"),
        ("error", TransientError, ""),
        ("page", TransientError, ""),
        ("reset", TransientError, ""),
        ("cut", TransientError, ""),
        ("lost", TransientError, ""),
        ("unauthorized", AuthError, SECRET),
        ("conflict", BlockedError, CONFLICT),
        ("blocked", NotFoundError, "refused"),
    ],
)
async def test_refusals_never_show_the_token(
    fault: str, error: type[CollectError], said: str
) -> None:
    async with world(timeout=0.3) as w:
        w.group.say(OWN, "Halo")
        w.net.fault(fault, method="getUpdates")
        with pytest.raises(error) as caught:
            await w.walk()
        assert said in str(caught.value)
        assert TOKEN not in repr(caught.value)
        assert caught.value.__cause__ is None
        w.http._limits._hosts.clear()
        assert len((await w.walk()).keys) == 1


async def test_a_webhook_is_told_as_what_it_is() -> None:
    async with world() as w:
        w.net.standing.webhook = "https://lain.example/"
        with pytest.raises(BlockedError, match="webhook"):
            await w.walk()


@pytest.mark.parametrize("token", ["", "a/../b", "1:a b", "1:" + "x" * 200, "1:é", "1:a\n"])
async def test_a_token_of_another_form_goes_into_no_address(token: str) -> None:
    async with world() as w:
        w.net.token = token
        with pytest.raises(AuthError):
            await w.walk()
        assert w.net.calls == []


async def test_a_token_file_that_is_gone_is_told() -> None:
    def gone() -> str:
        raise ConfigError([Fault("secrets", "", "a file with the secret")])

    async with world() as w:
        w.telegram._secret = gone
        with pytest.raises(AuthError, match=SECRET):
            await w.walk()


async def test_the_token_is_on_no_record() -> None:
    async with world() as w:
        w.group.say(OWN, f"Ini {TOKEN}")
        walked = await w.walk()
        ((who, raw),) = walked.pages[0].items
        taken = await w.telegram.capture(w.telegram.normalise(raw, who), raw, who)
    kept = repr((raw, taken, walked.cursor))
    assert TOKEN not in kept
    assert HIDDEN in raw.page.url
    assert TOKEN.encode() not in clean(raw.page, TOKEN).body


# ---- whether the bot sees ---------------------------------------------------------------------


@pytest.mark.checklist("empty-page-with-cursor", "target-gone")
@pytest.mark.parametrize(
    ("status", "reads_all", "sees"),
    [
        ("administrator", False, True),
        ("member", True, True),
        ("member", False, False),
        ("left", True, False),
        ("restricted", True, False),
    ],
)
async def test_privacy_mode_is_no_silence(status: str, reads_all: bool, sees: bool) -> None:
    async with world() as w:
        w.net.standing.put(str(w.group.id), status)
        w.net.standing.reads_all = reads_all
        page = await w.look()
        assert (page.complete, page.note == "") == (sees, sees)
        assert page.native_id == str(OWN)
        asked = len(w.net.calls)
        await w.look()
        assert len(w.net.calls) == asked  # once an interval, however many lines there are


async def test_a_group_that_the_bot_was_thrown_out_of_is_not_seen() -> None:
    async with world() as w:
        w.net.fault("blocked", method="getChatMember")
        page = await w.look()
    assert not page.complete
    assert "1 of 1 groups" in page.note


@pytest.mark.checklist("handle-renamed", "handle-reused")
async def test_a_user_is_known_by_the_number() -> None:
    async with world() as w:
        w.group.names[OWN] = "lama"
        w.group.say(OWN, "Satu")
        seen = await w.walk()
        w.group.names[OWN], w.group.names[OTHER] = "baru", "lama"
        w.group.say(OWN, "Dua")
        w.group.say(OTHER, "Bukan saya")
        after = await w.walk(seen.cursor)
    assert [act.text for act in w.acts(after)] == ["Dua"]


async def test_it_says_what_it_is() -> None:
    async with world() as w:
        info = w.telegram.info
        assert [place.native_id for place in w.telegram.places] == [str(w.group.id)]
    assert info.requires is Requirement.CONSENT
    assert any("privacy mode" in spot for spot in BLIND_SPOTS)


async def test_an_act_has_the_id_that_an_import_gives_it() -> None:
    profile = (watchlists.shipped() / "profiles" / "telegram.toml").read_text("utf-8")
    (form,) = re.findall(r'object_id = \{ template = "(.+?)" \}', profile)
    async with world() as w:
        message = w.group.say(OWN, "Halo")
        (act,) = w.acts(await w.walk())
    bare = str(w.group.id).removeprefix("-100")
    imported = form.replace("{^id}", bare).replace("{id}", str(message["message_id"]))
    assert act.object.id == imported
