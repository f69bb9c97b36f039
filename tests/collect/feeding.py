"""A registered feed, read by the real collector through a real server on loopback.

The server stands as the proxy, so that a feed keeps its own address in every run.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from aiohttp import web

from monitor import config
from monitor.collect.base import Page
from monitor.collect.feeds import Feeds
from monitor.model.person import EmployerType, Ownership, Watch
from tests.net.serving import NOW, Handler, client, serving

ADDRESS = "http://blog.example/feed"
WATCH = Watch(
    watch_id="w-001",
    person_ref="ref-001",
    name="Sekar Ayu Pramesti",
    platform="feed",
    address=ADDRESS,
    instansi="Dinas Contoh Provinsi Nusa Raya",
    unit="Bidang Umum",
    ownership=Ownership.VERIFIED,
    legal_ground="SKB 2022",
    notice_date=date(2024, 8, 1),
    registered_on=date(2024, 7, 15),
    employer_type=EmployerType.PNS,
)


@asynccontextmanager
async def feeds(handler: Handler, **settings: Any) -> AsyncIterator[Feeds]:
    async with serving(handler) as base, client(base, proxy=base, **settings) as http:
        yield Feeds(http, config.Feeds(), lambda: NOW)


async def look(
    handler: Handler,
    cursor: Mapping[str, object] | None = None,
    last_look: datetime | None = None,
    watch: Watch = WATCH,
    **settings: Any,
) -> Page:
    """Look once; a feed is one page."""
    async with feeds(handler, **settings) as collector:
        pages = [page async for page in collector.fetch(watch, cursor or {}, last_look)]
    assert len(pages) == 1
    return pages[0]


def answering(body: bytes | str, status: int = 200, **headers: str) -> Handler:
    data = body.encode() if isinstance(body, str) else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        return web.Response(status=status, body=data, headers=named)

    return handle


def rss(*items: str, before: str = "") -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0"><channel><title>Blog</title>{before}{inner}</channel></rss>'


def at(address: str, **changes: Any) -> Watch:
    return replace(WATCH, address=address, **changes)
