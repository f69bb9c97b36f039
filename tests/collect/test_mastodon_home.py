"""A server that answers at another host: both hosts must say so before anything is asked there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer

from monitor.collect.gate import Attestation, Guarded
from monitor.collect.mastodon import Mastodon
from monitor.errors import ClosedError, CollectError, TransientError
from monitor.net_door import Behind
from tests.collect.mastodon_world import CALON, HOME, PARTY, WEB, Members, World, watch, world
from tests.standin.names import server_side

Say = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
LRDD = '<XRD><Link rel="lrdd" template="https://{}/.well-known/webfinger?resource={{uri}}"/></XRD>'


@dataclass
class Apex:
    """What stands behind the @: a site that is no Mastodon; ``says`` is how it answers."""

    says: Say
    asked: int = 0
    port: int = 0

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked += 1
        return await self.says(request)


def leads(*hosts: str) -> Say:
    """Redirect WebFinger from host to host, as servers' guides have it."""

    async def say(request: web.BaseRequest) -> web.StreamResponse:
        after = {HOME: hosts[0], **dict(pairwise(hosts))}
        raise web.HTTPFound(f"https://{after[request.host]}{request.path_qs}")

    return say


def names(host: str, subject: str = f"acct:Sekar@{HOME}", **more: Any) -> Say:
    """Answer WebFinger by itself."""

    async def say(request: web.BaseRequest) -> web.StreamResponse:
        links = [{"rel": "self", "href": f"https://{host}/users/sekar"}]
        return web.json_response({"subject": subject, "links": links, **more})

    return say


def points(host: str) -> Say:
    """Have no WebFinger, and a host-meta that says who does."""

    async def say(request: web.BaseRequest) -> web.StreamResponse:
        if request.path.endswith("/host-meta"):
            return web.Response(text=LRDD.format(host), content_type="application/xrd+xml")
        return web.Response(status=404)

    return say


def answers(status: int = 200, text: str = "") -> Say:
    async def say(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=status, text=text)

    return say


@asynccontextmanager
async def split(says: Say, api: str = WEB, **home: Any) -> AsyncIterator[tuple[World, Apex]]:
    """Yield a server at ``WEB`` whose accounts are named after ``HOME``, and what stands there."""
    apex = Apex(says)
    site = RawTestServer(apex, host="127.0.0.1")
    await site.start_server(ssl=server_side())
    ports = {HOME: site.port or 0, f"www.{HOME}": site.port or 0}
    given = {"api": f"https://{api}", **home}
    try:
        async with world(home=given, names=ports) as w:
            w.home.web = WEB
            yield w, apex
    finally:
        await site.close()


@pytest.mark.parametrize(
    "says",
    [leads(WEB), leads(f"www.{HOME}", WEB), names(WEB), points(WEB)],
    ids=["redirect", "redirect by www", "its own answer", "host-meta"],
)
async def test_a_server_that_answers_elsewhere_is_read(says: Say) -> None:
    async with split(says) as (w, apex):
        sekar = w.home.account("Sekar")
        w.post(sekar, "Selamat pagi")
        (act,) = await w.acts(watch())
        assert act.text == "Selamat pagi"
        heard = (apex.asked, w.home.fingered)
        w.post(sekar, "Selamat siang")
        await w.acts(watch())
        assert (apex.asked, w.home.fingered) == heard  # one account's word, once in a while
        assert w.home.fingered == 1


NOT_SAID = "does not say"
REFUSED = {
    "no WebFinger": (answers(404), WEB, NOT_SAID),
    "a refusal": (answers(403), WEB, NOT_SAID),
    "a page": (answers(text="<!doctype html><p>Selamat datang"), WEB, NOT_SAID),
    "another form": (answers(text="[1]"), WEB, NOT_SAID),
    "too long": (answers(text=" " * 70_000), WEB, NOT_SAID),
    "another host": (names("lain.example"), WEB, f"that its accounts are at {WEB}"),
    "no host": (names("", links=[{"rel": "self"}, {"href": "https://["}]), WEB, NOT_SAID),
    "another host-meta": (points("lain.example"), WEB, NOT_SAID),
    "another account": (names(WEB, f"acct:s@{WEB}"), WEB, "by another name"),
    "a foreign server that it names": (names(PARTY), PARTY, f"{PARTY} does not say"),
    "a foreign server that it leads to": (leads(PARTY), PARTY, f"{HOME} does not say"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_the_hosts_do_not_both_say_is_refused_before_anything_is_asked(
    case: str,
) -> None:
    says, api, cause = REFUSED[case]
    async with split(says, api, token="mastodon-sosial") as (w, _):
        w.post(w.home.account("sekar"), "Halo")
        with pytest.raises(ClosedError, match=cause) as refused:
            await w.poll(watch())
        assert "api in collect.mastodon.servers" in str(refused.value)
        assert "sekar" not in str(refused.value).lower()
        assert (w.home.asked, w.party.asked) == ([], [])


@pytest.mark.parametrize("says", [answers(500), answers(429)], ids=["a fault", "a wait"])
async def test_a_host_that_cannot_answer_now_is_asked_later(says: Say) -> None:
    async with split(says) as (w, apex):
        w.post(w.home.account("sekar"), "Halo")
        with pytest.raises(CollectError) as failed:
            await w.poll(watch())
        assert not isinstance(failed.value, ClosedError)
        assert w.home.asked == []
        apex.says = leads(WEB)
        if isinstance(failed.value, TransientError):
            assert len(await w.acts(watch())) == 1


async def test_only_a_contrary_word_takes_back_what_was_heard() -> None:
    async with split(leads(WEB)) as (w, apex):
        w.post(w.home.account("sekar"), "Satu")
        seen = await w.poll(watch())
        for silent in (answers(404), answers(500), answers(403)):
            apex.says = silent
            w.now.forward(seconds=w.settings.full_scan)
            asked = apex.asked
            assert (await w.poll(watch(), seen.cursor)).last.complete
            assert apex.asked > asked
        apex.says = names("lain.example")
        w.now.forward(seconds=w.settings.full_scan)
        for _ in range(2):
            with pytest.raises(ClosedError, match=NOT_SAID):
                await w.poll(watch(), seen.cursor)


async def test_a_copy_is_asked_for_where_the_server_speaks_for_itself() -> None:
    """Nobody of the server is at hand, so it is asked about its own account."""
    async with split(leads(WEB), copies_of=(PARTY,)) as (w, apex):
        servers = tuple(one for one in w.settings.servers if one.domain == HOME)
        w.mastodon = w.restarted(servers=servers)
        w.home.account("calon", PARTY)
        reached = await w.reach(Members())
        assert reached.last.last
        assert (apex.asked, w.home.fingered) == (1, 1)
        apex.says = answers(404)
        w.mastodon = w.restarted(servers=servers)
        with pytest.raises(ClosedError):
            await w.reach(Members(), target=CALON)


async def test_the_handles_host_is_asked_by_its_servers_right_and_leads_to_no_other() -> None:
    async with split(leads("lain.example")) as (w, apex):
        papers = [Attestation("Ratna", "Surat 1", "mastodon", date(2099, 1, 1), HOME)]
        door = Guarded(papers, w.now)
        made = Mastodon(Behind(w.http, door), w.settings, w.now)
        door.of(made)
        w.mastodon = made
        w.home.account("sekar")
        said = f"asking {HOME} by WebFinger: .* only the servers that it is set to ask"
        with pytest.raises(ClosedError, match=said):
            await w.poll(watch())
        papers.clear()
        asked = apex.asked
        with pytest.raises(ClosedError, match="no attestation is on record"):
            await w.poll(watch())
        assert (apex.asked, w.home.asked) == (asked, [])
