"""Public Telegram channels by their preview: paging, what is passed on, and what is no preview."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from monitor import config
from monitor.collect import telegram_page
from monitor.collect.base import Requirement
from monitor.collect.telegram_channel import CUT, NO_PREVIEW, REPEATED, TelegramChannel
from monitor.config_gated import TelegramChannel as Settings
from monitor.errors import BlockedError, NotFoundError, RateLimited, TransientError
from monitor.model.activity import Activity, Signal, TargetState
from monitor.model.state import ActState, Known, Reason
from monitor.net import Http
from tests.collect.bluesky_world import Now, Seen, watch
from tests.net.serving import Sleeper
from tests.standin import telegram_web as web
from tests.standin.telegram_web import Channel, StandIn

WHO = watch("kanal_dinas", platform="telegram-channel", watch_id="asn-1")


@dataclass
class World:
    net: StandIn
    telegram: TelegramChannel
    now: Now
    own: Channel

    def write(self, text: str, **more: Any) -> int:
        self.now.forward(seconds=60)
        return self.own.write(text, self.now(), **more)

    async def poll(self, cursor: Mapping[str, object] | None = None, pages: int = 1_000) -> Seen:
        seen = Seen()
        async for page in self.telegram.fetch(WHO, cursor or {}, None):
            seen.pages.append(page)
            if len(seen.pages) == pages:
                break
        return seen

    async def acts(self) -> list[Activity]:
        return [self.telegram.normalise(raw, WHO) for raw in (await self.poll()).items]


@asynccontextmanager
async def world(pages: int = 20, **http: Any) -> AsyncIterator[World]:
    now = Now(datetime(2024, 10, 12, 2, 30, tzinfo=UTC))
    async with StandIn(now) as net:
        given = {"contact": "uji@contoh.test", "attempts": 1, "requests_per_second": 10_000}
        layer = config.Http(**{**given, "allow_private": (net.url[7:],), **http})
        async with Http(layer, now, sleep=Sleeper()) as client:
            collector = TelegramChannel(client, Settings(site=net.url, pages=pages), now)
            yield World(net, collector, now, net.channel("kanal_dinas"))


def numbers(seen: Seen) -> list[int]:
    return [int(raw.native_key.rpartition("/")[2]) for raw in seen.items]


async def test_each_kind_of_message() -> None:
    async with world() as w:
        w.write("Selamat pagi\nsemua", behind=web.PHOTO)
        w.write("Pilih nomor 1", before=web.forwarded("calon_satu", 7))
        w.write("Bagus", before=web.forwarded_from_person("Warga Biasa"))
        w.write("Siap", before=web.answering("kanal_dinas", 1, "Selamat pagi"))
        link = (
            '<b>Baca</b> <a href="https://berita.example/a">ini</a> <a href="?q=%23satu">#satu</a>'
        )
        w.write("", html=link, behind=web.CARD)
        w.write("", behind=web.POLL)
        w.write("Foto kanal diganti", service=True)
        poll, linked, reply, person, share, post = await w.acts()
    assert (post.signal, post.text) == (Signal.POST, "Selamat pagi\nsemua")
    assert [m.kind for m in post.media] == ["image"]
    assert (post.actor.native_id, post.object.url) == ("kanal_dinas", "https://t.me/kanal_dinas/1")
    assert post.occurred_at is not None
    assert (share.signal, share.text) == (Signal.SHARE, "")
    assert share.target is not None
    assert (share.target.id, share.target.author_id) == ("calon_satu/7", "calon_satu")
    assert share.target.text == "Pilih nomor 1"
    assert person.target is not None
    assert (person.target.author_id, person.target.text) == ("", "Bagus")
    assert person.id != share.id
    assert (reply.signal, reply.text) == (Signal.REPLY, "Siap")
    assert reply.target is not None
    assert (reply.target.text, reply.target.state) == ("Selamat pagi", TargetState.PRESENT)
    assert linked.text == "Baca ini #satu"
    assert [(m.url, m.alt) for m in linked.media] == [
        ("https://berita.example/1", "Kampanye\nDi alun-alun"),
        ("https://berita.example/a", ""),
    ]
    assert [(m.kind, m.alt) for m in poll.media] == [("poll", "Pilih siapa?\nSatu\nDua")]


async def test_an_edit_is_new_words_and_a_count_is_none() -> None:
    async with world() as w:
        w.write("Pilih nomer 1")
        (before,) = await w.acts()
        w.own.notes[1].views = 900
        (viewed,) = await w.acts()
        w.own.notes[1].words, w.own.notes[1].edited = "Pilih nomor 1", True
        (after,) = await w.acts()
    assert before.revision == viewed.revision != after.revision
    assert before.id == after.id


async def test_a_look_goes_on_where_the_last_one_ended() -> None:
    async with world() as w:
        for n in range(45):
            w.write(f"Ke-{n}")
        seen = await w.poll()
        assert numbers(seen) == list(range(45, 0, -1))
        assert (seen.last.complete, seen.last.last) == (True, True)
        w.write("Baru")
        again = await w.poll(seen.cursor)
        assert numbers(again) == list(range(46, 26, -1))  # the newest page, for edits
        assert len(again.pages) == 1


async def test_nothing_before_monitoring_began() -> None:
    async with world() as w:
        for n in range(30):
            w.write(f"Lama {n}")
        w.now.forward(days=2)
        late = replace(WHO, notice_date=w.now().date())
        new = w.write("Baru")
        seen = Seen([page async for page in w.telegram.fetch(late, {}, None)])
    assert numbers(seen) == [new]
    assert len(seen.pages) == 1


@pytest.mark.checklist("restart-mid-page", "last-full-page", "duplicate-across-pages")
@pytest.mark.parametrize("died_after", [1, 2])
async def test_a_restart_between_pages_loses_nothing(died_after: int) -> None:
    async with world() as w:
        for n in range(60):  # three full pages
            w.write(f"Ke-{n}")
        first = await w.poll(pages=died_after)
        late = w.write("Sementara itu")
        rest = await w.poll(first.cursor)
        after = await w.poll(rest.cursor)
    assert numbers(first) + numbers(rest) == list(range(60, 0, -1))
    assert late in numbers(after)


async def test_a_long_channel_is_read_over_several_looks() -> None:
    async with world(pages=2) as w:
        for n in range(90):
            w.write(f"Ke-{n}")
        first = await w.poll()
        assert (first.last.complete, first.last.note) == (False, CUT)
        second = await w.poll(first.cursor)
        third = await w.poll(second.cursor)
    assert numbers(first) + numbers(second) + numbers(third) == list(range(90, 0, -1))
    assert third.last.complete


@pytest.mark.checklist("deleted-between-pages")
async def test_messages_may_go_between_pages() -> None:
    async with world() as w:
        for n in range(45):
            w.write(f"Ke-{n}")
        first = await w.poll(pages=1)
        for number in range(10, 26):
            del w.own.notes[number]
        rest = await w.poll(first.cursor)
    assert numbers(rest) == list(range(9, 0, -1))


@pytest.mark.checklist("repeated-cursor")
async def test_a_page_that_comes_again_ends_the_look(monkeypatch: pytest.MonkeyPatch) -> None:
    async with world() as w:
        for n in range(45):
            w.write(f"Ke-{n}")
        page = web.page
        monkeypatch.setattr(web, "page", lambda channel, before: page(channel, channel.last + 1))
        seen = await w.poll()
        assert (seen.last.complete, seen.last.note, len(seen.pages)) == (False, REPEATED, 2)
        monkeypatch.undo()
        assert len(set(numbers(await w.poll(seen.cursor)))) == 45


@pytest.mark.checklist("empty-page-with-cursor")
async def test_an_empty_channel_is_a_preview_and_an_empty_page_the_end() -> None:
    async with world() as w:
        empty = await w.poll()
        assert (empty.items, empty.last.complete) == ([], True)
        for n in range(25):
            w.write(f"Ke-{n}")
        first = await w.poll(pages=1)
        for number in range(1, 6):
            del w.own.notes[number]
        rest = await w.poll(first.cursor)
        assert (rest.items, rest.last.complete) == ([], True)


@pytest.mark.checklist("target-gone", "handle-renamed")
async def test_a_channel_without_preview_is_blocked_and_not_empty() -> None:
    async with world() as w:
        w.write("Halo")
        seen = await w.poll()
        w.own.open = False
        with pytest.raises(BlockedError, match="no preview") as caught:
            await w.poll(seen.cursor)
        assert str(caught.value).endswith(NO_PREVIEW)
        w.own.open = True
        assert len((await w.poll(seen.cursor)).items) == 1


@pytest.mark.checklist("handle-reused")
async def test_another_channels_messages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async with world() as w:
        other = w.net.channel("kanal_lain")
        other.write("Bukan dia", w.now())
        monkeypatch.setitem(w.net.channels, "kanal_dinas", other)
        with pytest.raises(BlockedError, match="another channel"):
            await w.poll()


async def test_an_address_that_is_no_channel_is_asked_of_nobody() -> None:
    async with world() as w:
        with pytest.raises(NotFoundError):
            _ = [p async for p in w.telegram.fetch(replace(WHO, address="../s/x"), {}, None)]
        assert w.net.calls == []


@pytest.mark.checklist("429-bare", "5xx-burst", "slow-body", "truncated", "token-401-403-quota")
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("429", RateLimited),
        ("403", BlockedError),
        ("502", TransientError),
        ("slow", TransientError),
    ],
)
async def test_refusals(fault: str, error: type[Exception]) -> None:
    async with world(timeout=0.3) as w:
        w.write("Halo")
        w.net.faults.append(fault)
        with pytest.raises(error):
            await w.poll()


@pytest.mark.checklist("truncated")
async def test_a_page_that_was_cut_is_not_the_end_of_the_channel() -> None:
    async with world() as w:
        for n in range(45):
            w.write(f"Ke-{n}")
        w.net.faults.append("cut")
        with pytest.raises(TransientError, match="cut"):
            await w.poll()
        assert len((await w.poll()).items) == 45


# ---- one message alone ------------------------------------------------------------------------


async def test_a_capture_is_the_message_alone() -> None:
    async with world() as w:
        w.write("Tetangga")
        w.write("Pilih nomor 1")
        raw = (await w.poll()).items[0]
        act = w.telegram.normalise(raw, WHO)
        taken = await w.telegram.capture(act, raw, WHO)
    assert (taken.partial, [p.name for p in taken.parts]) == (False, ["record", "headers"])
    assert b"Pilih nomor 1" in taken.parts[0].data
    assert b"Tetangga" not in b"".join(part.data for part in taken.parts)


@pytest.mark.parametrize("how", ["deleted", "edited", "refused"])
async def test_a_capture_that_comes_too_late_is_partial(how: str) -> None:
    async with world() as w:
        w.write("Pilih nomor 1")
        (raw,) = (await w.poll()).items
        act = w.telegram.normalise(raw, WHO)
        if how == "deleted":
            w.own.notes.clear()
        elif how == "edited":
            w.own.notes[1].words = "Selamat pagi"
        else:
            w.net.faults.append("403")
        taken = await w.telegram.capture(act, raw, WHO)
    assert taken.partial
    assert taken.parts[0].data == raw.body


@pytest.mark.parametrize(
    ("how", "state", "reason"),
    [
        ("there", ActState.THERE, Reason.SEEN),
        ("edited", ActState.EDITED, Reason.SEEN),
        ("deleted", ActState.DELETED, Reason.PAGE_GONE),
        ("closed", None, Reason.SEEN),
        ("403", ActState.HIDDEN, Reason.REFUSED),
    ],
)
async def test_looked_at_again(how: str, state: ActState | None, reason: Reason) -> None:
    async with world() as w:
        w.write("Pilih nomor 1")
        (act,) = await w.acts()
        known = Known(act.id, act.signal, "kanal_dinas", act.object.id, "", act.revision)
        if how == "edited":
            w.own.notes[1].words = "Selamat pagi"
        elif how == "deleted":
            w.own.notes.clear()
        elif how == "closed":
            w.own.open = False
        elif how == "403":
            w.net.faults.append("403")
        found = await w.telegram.look_again(known, WHO)
    assert (found.state, found.reason) == (state, reason)


async def test_it_says_what_it_is() -> None:
    async with world() as w:
        info = w.telegram.info
    assert info.requires is Requirement.AGREEMENT
    assert any("reactions" in spot for spot in info.blind_spots)


# ---- a second parser --------------------------------------------------------------------------


class Plain(HTMLParser):
    """Reads number, words and time of each message, with none of the program's means."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        classes = given.get("class", "").split()
        if "tgme_widget_message" in classes:
            self.found.append({"post": given["data-post"], "text": "", "at": ""})
        if tag == "time" and self.found:
            self.found[-1]["at"] = given["datetime"]
        if self.depth and tag == "div":
            self.depth += 1
        elif "js-message_text" in classes:
            self.depth = 1
        if tag == "br" and self.depth:
            self.found[-1]["text"] += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self.depth:
            self.depth -= 1

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.found[-1]["text"] += data


async def test_two_parsers_read_the_same() -> None:
    channel = Channel("kanal_dinas")
    at = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
    odd = ("a < b & c", "<b>tebal</b>", "satu\ndua", "🙏 amin", "</div></section>", '"kutip"')
    for text in odd:
        channel.write(text, at, before=web.answering("kanal_dinas", 1, text))
    channel.write("", at, html='<i class="emoji"><b>😀</b></i> <tg-spoiler>rahasia</tg-spoiler>')
    body = web.page(channel, 100)
    plain = Plain()
    plain.feed(body)
    ours = [
        telegram_page.message(one.body) for one in telegram_page.listing(body.encode()).elements
    ]
    assert [f"{m.channel}/{m.number}" for m in ours] == [one["post"] for one in plain.found]
    assert [m.text for m in ours] == [one["text"] for one in plain.found]
    assert [m.text for m in ours[: len(odd)]] == list(odd)
    assert [m.at for m in ours] == [datetime.fromisoformat(one["at"]) for one in plain.found]
