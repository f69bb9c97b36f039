"""A real Chromium in front of real pages on loopback: what it shows, and what it cannot reach."""

from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from monitor import config
from monitor.browser import (
    FRAME_HEIGHT,
    MOST_HEIGHT,
    MOST_REQUESTS,
    SHOWN,
    WIDTH,
    Answer,
    Browser,
    Fetch,
)
from monitor.errors import CollectError, TransientError
from monitor.net import Http
from tests import atom
from tests.browser import executable
from tests.installation import TOKEN, Installation
from tests.run.ruling import until
from tests.standin.telegram import StandIn

pytestmark = pytest.mark.network

FRAME = f'<meta charset="utf-8"><body style="margin:0"><img src="{SHOWN}" width="100%"><p>Batas'
PATIENCE = 60.0


class Site:
    """Pages by path, and every path that was asked for."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        app = web.Application()
        app.router.add_get("/{path:.*}", self._page)
        self.server = TestServer(app, host="127.0.0.1")

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    async def _page(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        if request.path == "/diam":
            await asyncio.Event().wait()
        if request.path not in self.pages:
            return web.Response(status=404, text="tidak ada")
        kind = "text/css" if request.path.endswith(".css") else "text/html"
        return web.Response(text=self.pages[request.path], content_type=kind)


@asynccontextmanager
async def standing(pages: dict[str, str]) -> AsyncIterator[Site]:
    site = Site(pages)
    await site.server.start_server()
    yield site
    await site.server.close()


@asynccontextmanager
async def fetching(*sites: Site, patience: float = 5.0) -> AsyncIterator[Fetch]:
    """The house's own HTTP layer, which may reach these sites and nothing else that is private."""
    hosts = tuple(site.host for site in sites)
    settings = config.Http(
        contact="uji@contoh.test", allow_private=hosts, attempts=1, timeout=patience,
        requests_per_second=500,
    )  # fmt: skip
    async with Http(settings) as http:

        async def fetch(url: str) -> Answer:
            got = await http.get(url, subject="w-1")
            kind = {name.lower(): value for name, value in got.response_headers}
            return Answer(got.status, kind.get("content-type", ""), got.body)

        yield fetch


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    opened = Browser(executable(), PATIENCE)
    yield opened
    await opened.close()


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


async def test_a_page_is_shown_with_its_pictures_and_without_its_scripts(browser: Browser) -> None:
    page = (
        '<link rel="stylesheet" href="/gaya.css"><h1>Halo 🔥</h1>'
        '<script>new Image().src="/dari-skrip"</script><script src="/skrip.js"></script>'
        '<noscript><img src="/tanpa-skrip"></noscript>'
        """<img src="/gambar" onerror="fetch('/lagi')">"""
    )
    async with standing({"/p": page, "/gaya.css": "h1{color:red}"}) as site, fetching(site) as get:
        plain = await browser.picture(site.url("/p"), get, FRAME)
        assert {"/p", "/gaya.css", "/tanpa-skrip", "/gambar"} <= set(site.asked)
        assert not {"/dari-skrip", "/lagi"} & set(site.asked)
        site.pages["/gaya.css"] = "h1{color:blue;height:3000px}"
        other = await browser.picture(site.url("/p"), get, FRAME)
    assert size(plain)[0] == WIDTH
    assert size(other)[1] > size(plain)[1]


async def test_a_page_leads_nowhere_else(browser: Browser) -> None:
    """Whatever a page names that is private is not asked, in any of the ways a page can name it."""
    async with standing({"/x": "rahasia"}) as inside, standing({}) as site, fetching(site) as get:
        there = inside.url("/x")
        site.pages["/p"] = (
            f'<link rel="preconnect" href="{there}"><link rel="dns-prefetch" href="{there}">'
            f'<link rel="prefetch" href="{there}"><link rel="stylesheet" href="{there}">'
            f'<link rel="icon" href="{there}"><img src="{there}"><iframe src="{there}"></iframe>'
            f'<object data="{there}"></object><embed src="{there}"><video src="{there}" autoplay>'
            f'</video><iframe srcdoc="<img src={there}>"></iframe><style>@import "{there}";'
            f"body{{background:url({there})}}@font-face{{font-family:f;src:url({there})}}"
            "p{font-family:f}</style><p>kata<a ping='" + there + "' href=/>tautan</a>"
        )
        await browser.picture(site.url("/p"), get, FRAME)
        assert site.asked[0] == "/p"
        assert inside.asked == []


async def test_a_page_that_sends_away_is_shown_itself(browser: Browser) -> None:
    long = '<p style="height:2000px">kata'
    async with standing({"/p": long, "/lain": "lain"}) as site, fetching(site) as get:
        for there in (site.url("/lain"), "https://127.0.0.1:9/x", "data:text/html,lain"):
            site.pages["/p"] = f'<meta http-equiv="refresh" content="0;url={there}">{long}'
            assert size(await browser.picture(site.url("/p"), get, FRAME))[1] > 2000
        assert "/lain" not in site.asked


async def test_a_page_that_is_not_there_gives_no_picture(browser: Browser) -> None:
    async with standing({"/ada": "<p>ada"}) as site, fetching(site) as get:
        with pytest.raises(TransientError, match="status 404"):
            await browser.picture(site.url("/tidak-ada"), get, FRAME)
        assert size(await browser.picture(site.url("/ada"), get, FRAME))[0] == WIDTH


async def test_a_page_of_a_private_address_is_never_asked_for(browser: Browser) -> None:
    async with standing({"/p": "<p>dalam"}) as inside, fetching() as get:
        with pytest.raises(CollectError):
            await browser.picture(inside.url("/p"), get, FRAME)
        assert inside.asked == []


async def test_a_page_without_end_is_bounded(browser: Browser) -> None:
    many = "".join(f'<img src="/{n}">' for n in range(300))
    page = many + '<p style="height:90000px">kata'
    async with standing({"/p": page}) as site, fetching(site) as get:
        made = await browser.picture(site.url("/p"), get, FRAME)
    assert len(site.asked) <= MOST_REQUESTS
    # Cut, but never the words under it.
    assert MOST_HEIGHT < size(made)[1] <= MOST_HEIGHT + FRAME_HEIGHT


async def test_what_never_comes_is_left_out(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.browser.LOAD_SECONDS", 0.5)
    async with standing({"/p": '<p>kata<img src="/diam">'}) as site, fetching(site) as get:
        assert size(await browser.picture(site.url("/p"), get, FRAME))[0] == WIDTH
        assert "/diam" in site.asked


async def test_a_page_that_never_comes_is_given_up_and_the_browser_ended() -> None:
    hasty = Browser(executable(), 3.0)
    async with standing({}) as site, fetching(site, patience=60.0) as get:
        with pytest.raises(TransientError, match="no picture within 3 s"):
            await hasty.picture(site.url("/diam"), get, FRAME)
        assert hasty._wire is None
    await hasty.close()


async def test_a_browser_that_died_is_started_again(browser: Browser) -> None:
    async with standing({"/p": "<p>ada"}) as site, fetching(site) as get:
        await browser.picture(site.url("/p"), get, FRAME)
        assert browser._wire
        os.killpg(browser._wire._process.pid, 9)
        with pytest.raises(TransientError, match="the browser failed"):
            await browser.picture(site.url("/p"), get, FRAME)
        assert size(await browser.picture(site.url("/p"), get, FRAME))[0] == WIDTH


def living(folder: str) -> list[int]:
    """Return the processes that were started with this folder and have not ended."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and folder in " ".join(process.cmdline()):
                found.append(process.pid)
    return found


async def test_closing_leaves_no_process_and_no_folder(browser: Browser) -> None:
    async with standing({"/p": "<p>ada"}) as site, fetching(site) as get:
        await browser.picture(site.url("/p"), get, FRAME)
    assert browser._wire
    folder = browser._wire._folder.name
    assert living(folder)
    await browser.close()
    await until(lambda: not living(folder) and not os.path.lexists(folder))


async def test_the_whole_program_keeps_the_picture_with_the_finding(tmp_path: Path) -> None:
    async with StandIn(TOKEN) as telegram, standing({}) as site:
        entry = site.url("/1")
        feed = atom.document(site.url("/umpan"), entry)
        site.pages |= {"/umpan": feed, "/1": f"<h1>Catatan</h1><p>{atom.TEXT}"}
        nowhere = "http://127.0.0.1:9"
        place = Installation(tmp_path / "pasang", [site.host], nowhere, nowhere, telegram.url)
        place.candidates = [(f"calon{n}.rekaan.example", f"did:plc:calon{n}") for n in (1, 2)]
        place.person("laman1", site.url("/umpan"), platform="feed")
        place.write()
        path = place.folder / "config.toml"
        capture = f'[capture]\nscreenshot = true\nbrowser = "{executable()}"\n\n[health]'
        path.write_text(path.read_text().replace("[health]", capture))
        (report,) = await place.once()
        assert report.error == ""
        (finding,) = place.findings()
        assert {"record", "headers", "page", "card"} <= set(finding["entry"]["files"])
        assert finding["entry"]["files"]["page"]["media_type"] == "image/png"
        assert finding["entry"]["public"]["capture_notes"] == []
        assert "/1" in site.asked
        assert finding["activity"]["object"]["url"] == entry
        assert place.verified().fault_count == 0
