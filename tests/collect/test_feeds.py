"""Looking at a feed: what is asked, what is left out, what each fault is called."""

from __future__ import annotations

import asyncio
import hashlib
import json
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web

from monitor import config
from monitor.collect.base import Page
from monitor.collect.feeds import Feeds
from monitor.errors import BlockedError, CollectError, NormaliseError, RateLimited, TransientError
from monitor.model.activity import Activity, Signal, TimeSource
from monitor.model.evidence import RawItem
from tests.collect.feeding import ADDRESS, WATCH, answering, at, look, rss
from tests.net.serving import NOW, Handler, client

POST = "<guid>https://blog.example/1</guid><title>Halo</title>"
FRIDAY = "<pubDate>Fri, 11 Oct 2024 10:00:00 +0700</pubDate>"


async def activities(page: Page) -> list[Activity]:
    async with client() as http:
        collector = Feeds(http, config.Feeds(), lambda: NOW)
        return [collector.normalise(raw, WATCH) for raw in page.items]


async def fault(handler: Handler, **settings: Any) -> CollectError:
    with pytest.raises(CollectError) as caught:
        await look(handler, **settings)
    return caught.value


# ---- conditional requests --------------------------------------------------------------------


async def test_validators_come_back_and_304_is_no_news() -> None:
    asked: list[tuple[str | None, str | None]] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        etag = request.headers.get("If-None-Match")
        asked.append((etag, request.headers.get("If-Modified-Since")))
        if etag:
            return web.Response(status=304)
        headers = {"ETag": '"v1"', "Last-Modified": "Fri, 11 Oct 2024 03:00:00 GMT"}
        return web.Response(text=rss(POST), headers=headers)

    first = await look(handle)
    assert json.loads(json.dumps(first.cursor)) == first.cursor
    second = await look(handle, first.cursor, NOW)
    assert asked == [(None, None), ('"v1"', "Fri, 11 Oct 2024 03:00:00 GMT")]
    assert (second.items, second.complete, second.last) == ((), True, True)
    assert second.cursor == first.cursor


async def test_validators_of_another_address_are_not_sent() -> None:
    asked: list[str | None] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(request.headers.get("If-None-Match"))
        return web.Response(text=rss(POST), headers={"ETag": '"v1"'})

    first = await look(handle)
    await look(handle, first.cursor, watch=at("http://blog.example/other"))
    assert asked == [None, None]


async def test_a_304_that_nobody_asked_for_is_not_no_posts() -> None:
    error = await fault(answering("", 304))
    assert isinstance(error, TransientError)
    assert error.cause == "the feed answered 304 to an unconditional request"


@pytest.mark.checklist("truncated", "restart-mid-page")
async def test_a_feed_that_was_cut_is_read_again_whole() -> None:
    cut = rss(POST).removesuffix("</channel></rss>") + "<item><title>Terpo"
    page = await look(answering(cut, ETag='"cut"'))
    assert len(page.items) == 1
    assert not page.complete
    assert page.cursor == {}


async def test_an_endless_validator_is_not_kept() -> None:
    page = await look(answering(rss(POST), ETag='"' + "x" * 600 + '"'))
    assert page.cursor == {}


# ---- what the publisher says about itself ----------------------------------------------------


@pytest.mark.parametrize(
    ("before", "control", "wish"),
    [
        ("", "", None),
        ("", "max-age=60", 900.0),
        ("", "public, Max-Age=3600", 3_600.0),
        ("<ttl>120</ttl>", "max-age=3600", 7_200.0),
        ("<ttl>999999</ttl>", "", 21_600.0),
        ("<skipHours><hour>2</hour><hour>3</hour></skipHours>", "", 5_400.0),
        (
            "<skipHours>" + "".join(f"<hour>{h}</hour>" for h in range(24)) + "</skipHours>",
            "",
            None,
        ),
    ],
)
async def test_the_publishers_wish_for_the_next_look(
    before: str, control: str, wish: float | None
) -> None:
    page = await look(answering(rss(POST, before=before), Cache_Control=control))
    assert page.next_in == wish


async def test_a_wish_in_an_entry_is_not_the_feeds() -> None:
    page = await look(answering(rss(POST + "<description><ttl>600</ttl></description>")))
    assert page.next_in is None


@pytest.mark.checklist("handle-renamed")
async def test_a_permanent_move_is_told_and_the_account_stays_the_same() -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/feed":
            return web.Response(status=301, headers={"Location": "http://blog.example/baru"})
        return web.Response(text=rss("<guid>7</guid><title>Halo</title>"))

    page = await look(handle)
    assert page.moved_to == "http://blog.example/baru"
    assert page.native_id == ADDRESS
    moved = at("http://blog.example/baru", native_id=ADDRESS)
    again = await look(handle, watch=moved)
    assert again.native_id == ADDRESS
    assert [i.native_key for i in again.items] == [i.native_key for i in page.items]


async def test_a_temporary_move_is_not_told() -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/feed":
            return web.Response(status=302, headers={"Location": "/sementara"})
        return web.Response(text=rss(POST))

    assert (await look(handle)).moved_to == ""


@pytest.mark.checklist("target-gone")
async def test_410_is_one_unavailable_act() -> None:
    page = await look(answering("bye", 410), last_look=NOW - timedelta(days=1))
    (gone,) = await activities(page)
    assert gone.signal is Signal.UNAVAILABLE
    assert gone.not_before == NOW - timedelta(days=1)
    assert page.complete
    assert page.next_in == 86_400


# ---- bad input, each with its message --------------------------------------------------------


async def test_a_login_page_is_never_no_posts() -> None:
    error = await fault(answering("<!doctype html><html><input type=password></html>"))
    assert isinstance(error, BlockedError)
    assert str(error) == "w-001: a login page came instead of a feed"


async def test_fifty_megabytes() -> None:
    error = await fault(answering(rss("<title>" + "x" * 50_000_000)))
    assert isinstance(error, BlockedError)
    assert str(error) == "w-001: the answer is larger than 5000000 bytes"


@pytest.mark.checklist("truncated")
async def test_a_truncated_feed() -> None:
    error = await fault(answering("<rss version='2.0'><channel><item><title>Ter"))
    assert isinstance(error, TransientError)
    assert str(error) == ("w-001: the feed is broken: it is cut short before its first whole entry")


async def test_an_entity_bomb() -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + rss("<title>&b;</title>")
    error = await fault(answering(bomb))
    assert isinstance(error, BlockedError)
    assert str(error) == (
        "w-001: not a feed: it declares entities of its own (DTD), which are never expanded"
    )


async def test_entities_inside_a_post_about_them_are_only_words() -> None:
    post = (
        '<guid>g</guid><description><![CDATA[tulis <!DOCTYPE r [ <!ENTITY a "x"> ]]]></description>'
    )
    (made,) = await activities(await look(answering(rss(post))))
    assert made.text.startswith("tulis")


async def test_a_wrong_charset_is_repaired_and_told() -> None:
    body = '<?xml version="1.0" encoding="utf-8"?>' + rss("<guid>g</guid><title>Café</title>")
    page = await look(answering(body.encode("latin-1")))
    assert page.note == "charset utf-8 is wrong, read as windows-1252"
    assert [made.text for made in await activities(page)] == ["Café"]


@pytest.mark.parametrize("codec", ["utf-16", "utf-8-sig", "iso-8859-1"])
async def test_a_right_charset_is_not_told(codec: str) -> None:
    declared = codec.removesuffix("-sig")
    body = f'<?xml version="1.0" encoding="{declared}"?>' + rss("<guid>g</guid><title>é</title>")
    page = await look(answering(body.encode(codec), Content_Type="application/rss+xml"))
    assert page.note == ""
    assert [made.text for made in await activities(page)] == ["é"]


async def test_a_date_in_the_future_is_no_time_of_the_act() -> None:
    ahead = "<guid>g</guid><pubDate>Sun, 13 Oct 2030 00:00:00 +0700</pubDate>"
    (made,) = await activities(await look(answering(rss(ahead))))
    assert (made.occurred_at, made.occurred_at_source) == (None, TimeSource.NONE)
    assert made.first_seen_at == NOW


@pytest.mark.checklist("429-bare", "5xx-burst", "token-401-403-quota")
@pytest.mark.parametrize(
    ("status", "kind", "cause"),
    [
        (400, TransientError, "the feed answered with 400"),
        (404, TransientError, "the feed answered with 404"),
        (500, TransientError, "the server answered with status 500"),
        (403, BlockedError, "refused with status 403"),
        (429, RateLimited, "rate limited, wait 60 s"),
    ],
)
async def test_refusals(status: int, kind: type[CollectError], cause: str) -> None:
    error = await fault(answering("", status), attempts=1)
    assert isinstance(error, kind)
    assert error.cause == cause


@pytest.mark.checklist("stranger-never-stored")
@pytest.mark.checklist("429-headers", "clock-skew")
@pytest.mark.parametrize("minutes", [-10, 0, 10])
async def test_a_wait_is_counted_by_the_servers_own_clock(minutes: int) -> None:
    theirs = NOW + timedelta(minutes=minutes)
    said = {"Date": _stamp(theirs), "Retry_After": _stamp(theirs + timedelta(seconds=90))}
    error = await fault(answering("", 429, **said), attempts=1)
    assert isinstance(error, RateLimited)
    assert error.retry_after == 90


@pytest.mark.checklist("slow-body")
async def test_a_feed_that_drips() -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        body = web.StreamResponse()
        await body.prepare(request)
        with suppress(ConnectionError):
            for letter in rss(POST):
                await body.write(letter.encode())
                await asyncio.sleep(0.05)
        return body

    error = await fault(handle, attempts=1, timeout=0.4)
    assert isinstance(error, TransientError)
    assert error.cause == "no complete answer in time"


def _stamp(at: datetime) -> str:
    return format_datetime(at, usegmt=True)


@pytest.mark.parametrize(
    "path", ["/comments/feed/", "/feeds/comments/default", "/feeds/7/comments/default"]
)
async def test_a_feed_of_other_peoples_comments_is_not_fetched(path: str) -> None:
    with pytest.raises(BlockedError, match="a comment feed lists other people"):
        await look(answering(rss(POST)), watch=at(f"http://blog.example{path}"))


# ---- entries ---------------------------------------------------------------------------------


async def test_only_its_own_entry_is_kept_of_a_page() -> None:
    first = f"<guid>a</guid><title>Pertama</title>{FRIDAY}"
    second = f"<guid>b</guid><title>Kedua</title>{FRIDAY}"
    body = rss(first, second)
    page = await look(answering(body))
    one, other = page.items
    assert b"Pertama" in one.body
    assert b"Kedua" not in one.body
    assert b"Pertama" not in other.body
    assert first.encode() in one.body
    assert one.page.body == b""
    assert one.page_digest == hashlib.sha256(body.encode()).hexdigest()


async def test_an_edited_entry_is_the_same_act_in_another_revision() -> None:
    before = await activities(
        await look(answering(rss(f"<guid>a</guid><title>Netral</title>{FRIDAY}")))
    )
    after = await activities(
        await look(answering(rss(f"<guid>a</guid><title>Pilih 2</title>{FRIDAY}")))
    )
    assert before[0].id == after[0].id
    assert before[0].revision != after[0].revision


async def test_the_same_id_in_two_feeds_is_two_acts() -> None:
    page = await look(answering(rss("<guid>1</guid><title>Halo</title>")))
    async with client() as http:
        collector = Feeds(http, config.Feeds(), lambda: NOW)
        mine = collector.normalise(page.items[0], WATCH)
        other = collector.normalise(page.items[0], at("http://lain.example/feed"))
    assert mine.id != other.id


async def test_entries_from_before_monitoring_are_left_out() -> None:
    start = date(2024, 10, 12)
    items = [
        f"<guid>{guid}</guid><pubDate>{when}</pubDate>"
        for guid, when in [
            ("kemarin", "Fri, 11 Oct 2024 14:59:59 +0000"),
            ("tengah-malam-wit", "Fri, 11 Oct 2024 15:00:00 +0000"),
        ]
    ]
    watch = replace(WATCH, notice_date=start, zone="WIT")
    page = await look(answering(rss(*items, "<guid>tanpa-tanggal</guid>")), watch=watch)
    kept = [item.native_key.rpartition("/")[2] for item in page.items]
    assert kept == ["tengah-malam-wit", "tanpa-tanggal"]


async def test_last_look_is_the_earliest_time_of_an_act() -> None:
    last = NOW - timedelta(hours=1)
    (item,) = (await look(answering(rss(POST)), last_look=last)).items
    assert (item.not_before, item.seen_at) == (last, NOW)
    (first,) = (await look(answering(rss(POST)))).items
    assert first.not_before is None


@pytest.mark.checklist("stranger-never-stored")
async def test_readers_comments_are_left_out() -> None:
    comment = '<guid>k</guid><title>Orang lain</title><thr:in-reply-to ref="1"/>'
    body = rss(POST, comment).replace(
        "<rss ", '<rss xmlns:thr="http://purl.org/syndication/thread/1.0" '
    )
    page = await look(answering(body))
    assert len(page.items) == 1
    assert "Orang lain" not in repr(page)
    assert page.note == "comments by readers left out: 1"


async def test_an_over_long_feed_is_incomplete() -> None:
    page = await look(answering(rss(*(f"<guid>{n}</guid>" for n in range(1_001)))))
    assert len(page.items) == 1_000
    assert not page.complete
    assert page.note == "1 entries over the bounds of number or size were left out"


async def test_an_id_that_is_no_address_gives_no_link() -> None:
    (made,) = await activities(await look(answering(rss("<guid>posting-7</guid>"))))
    assert made.object.url == ""
    linked = rss("<guid>https://blog.example/?a=1&amp;b=2</guid>")
    (made,) = await activities(await look(answering(linked)))
    assert made.object.url == "https://blog.example/?a=1&b=2"


async def test_a_dangerous_link_is_not_shown() -> None:
    (made,) = await activities(
        await look(answering(rss("<guid isPermaLink='false'>1</guid><link>javascript:x()</link>")))
    )
    assert made.object.url == ""


async def test_what_every_activity_says() -> None:
    (made,) = await activities(await look(answering(rss(POST + FRIDAY))))
    assert (made.platform, made.signal, made.actor.native_id) == ("feed", Signal.POST, ADDRESS)
    assert (made.basis, made.collector, made.watch_id) == ("publisher-feed", "feeds", "w-001")
    assert made.occurred_at_source is TimeSource.PUBLISHER


def _raw(body: bytes, page: Page) -> RawItem:
    return replace(page.items[0], body=body)


@pytest.mark.parametrize("body", [b"", b"<rss>", b"{", b"[]", b"\xff\xfe", b'{"id": '])
async def test_an_entry_that_cannot_be_read(body: bytes) -> None:
    page = await look(answering(rss(POST)))
    async with client() as http:
        collector = Feeds(http, config.Feeds(), lambda: NOW)
        with pytest.raises(NormaliseError, match=r"^w-001: entry: "):
            collector.normalise(_raw(body, page), WATCH)


async def test_capture_keeps_the_entry_and_where_it_came_from() -> None:
    asked: list[str] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(text=rss(POST), headers={"ETag": '"v1"'})

    page = await look(handle)
    async with client() as http:
        collector = Feeds(http, config.Feeds(), lambda: NOW)
        (raw,) = page.items
        capture = await collector.capture(collector.normalise(raw, WATCH), raw, WATCH)
    assert asked == ["/feed"]
    assert (capture.partial, capture.proof, capture.notes) == (False, "", ())
    record, headers = capture.parts
    assert (record.name, record.media_type, record.data) == ("record", "application/xml", raw.body)
    seen = json.loads(headers.data)
    assert seen["page"]["body_sha256"] == raw.page_digest
    assert seen["page"]["url"] == ADDRESS
    assert ["ETag", '"v1"'] in seen["page"]["response_headers"]
