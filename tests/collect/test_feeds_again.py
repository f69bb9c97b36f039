"""One feed entry looked at again: only its own page says that it is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from aiohttp import web

from monitor.collect.base import LooksAgain
from monitor.errors import TransientError
from monitor.model.activity import Signal
from monitor.model.state import ActState, Again, Known, Reason
from tests.collect.feeding import WATCH, feeds, look, rss
from tests.net.serving import Handler

PAGE = "http://blog.example/2024/jalan"
ENTRY = f"<guid>a-1</guid><link>{PAGE}</link><title>Jalan pagi</title>"
OTHER = "<guid>a-2</guid><link>http://blog.example/2024/sore</link><title>Jalan sore</title>"


def site(feed: str, status: int = 200, page: int = 200, **headers: str) -> Handler:
    """Serve the feed at its address and answer any other address with ``page``."""

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        if request.rel_url.path == "/feed":
            return web.Response(status=status, text=feed)
        return web.Response(status=page, text="<html>halaman</html>", headers=headers)

    return handle


async def on_file(entry: str = ENTRY) -> Known:
    page = await look(site(rss(entry)))
    async with feeds(site("")) as collector:
        act = collector.normalise(page.items[0], WATCH)
    return Known(
        act.id, act.signal, act.actor.native_id, act.object.id, act.object.url, act.revision
    )


async def again(handler: Handler, known: Known | None = None) -> Again:
    async with feeds(handler, allow_private=("blog.example:80",)) as collector:
        return await collector.look_again(known or await on_file(), WATCH)


async def test_an_entry_in_the_feed_is_there() -> None:
    found = await again(site(rss(OTHER, ENTRY), page=500))
    assert found.state is ActState.THERE
    assert found.raw is not None
    assert b"a-2" not in found.raw.body


async def test_other_words_in_the_feed_are_an_edit() -> None:
    found = await again(site(rss(ENTRY.replace("pagi", "malam"))))
    assert found.state is ActState.EDITED
    assert found.activity is not None
    assert "Jalan malam" in found.activity.text


@pytest.mark.parametrize("status", [404, 410])
async def test_only_the_entrys_own_page_says_that_it_is_gone(status: int) -> None:
    found = await again(site(rss(OTHER), page=status))
    assert (found.state, found.reason) == (ActState.DELETED, Reason.PAGE_GONE)
    assert [part.name for part in found.parts] == ["headers"]
    assert b"halaman" not in found.parts[0].data


@pytest.mark.checklist("deleted-between-pages")
@pytest.mark.parametrize("status", [200, 401, 403, 429, 500])
async def test_an_entry_that_rolled_off_says_nothing(status: int) -> None:
    if status == 429:
        with pytest.raises(Exception, match="rate limited"):
            await again(site(rss(OTHER), page=status))
    else:
        assert (await again(site(rss(OTHER), page=status))).state is None


async def test_somebody_elses_page_is_not_asked_for() -> None:
    entry = ENTRY.replace("blog.example", "koran.example")
    asked = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(request.rel_url.path)
        return web.Response(text=rss(OTHER))

    assert (await again(handle, await on_file(entry))).state is None
    assert asked == ["/feed"]


async def test_a_page_that_leads_elsewhere_says_nothing() -> None:
    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        if request.rel_url.path == "/feed":
            return web.Response(text=rss(OTHER))
        if request.rel_url.path == "/tiada":
            return web.Response(status=404)
        raise web.HTTPFound("http://lain.example/tiada")

    assert (await again(handle)).state is None


@pytest.mark.parametrize("status", [404, 410])
async def test_a_feed_that_is_gone_is_not_a_deletion(status: int) -> None:
    found = await again(site("", status=status, page=404))
    assert (found.state, found.reason) == (ActState.HIDDEN, Reason.FEED_GONE)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_feed_is_neither_there_nor_gone(status: int) -> None:
    found = await again(site("", status=status, page=404))
    assert (found.state, found.reason) == (ActState.HIDDEN, Reason.REFUSED)


async def test_a_login_page_for_a_feed_is_a_refusal() -> None:
    page = "<!doctype html><html><body><form><input type=password></form></body></html>"
    found = await again(site(page, page=404))
    assert (found.state, found.reason) == (ActState.HIDDEN, Reason.REFUSED)


@pytest.mark.parametrize("status", [400, 500])
async def test_a_feed_that_fails_says_nothing(status: int) -> None:
    with pytest.raises(TransientError):
        await again(site("", status=status, page=404))


async def test_a_broken_feed_says_nothing() -> None:
    with pytest.raises(TransientError):
        await again(site('<rss version="2.0"><channel><item><guid>a-1', page=404))


async def test_an_entry_without_an_address_says_nothing() -> None:
    known = replace(await on_file(), url="")
    assert (await again(site(rss(OTHER), page=404), known)).state is None


async def test_it_looks_again_at_posts() -> None:
    async with feeds(site("")) as collector:
        assert isinstance(collector, LooksAgain)
        assert collector.info.looks_again == {Signal.POST}
