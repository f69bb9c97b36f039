"""A publisher of Atom feeds on loopback: one feed a name, conditional requests, and a fault."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self
from xml.sax.saxutils import escape

from aiohttp import web

from monitor.clock import Clock, to_text, utc_now


@dataclass(slots=True)
class _Feed:
    entries: list[tuple[str, datetime]] = field(default_factory=list)
    failing: bool = False


class Feeds:
    """Serves ``http://host/<name>.xml`` while the block runs."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._feeds: dict[str, _Feed] = {}
        self._runner: web.AppRunner | None = None
        self.host = ""

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/{name}.xml", self._serve)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.host = f"127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner:
            await self._runner.cleanup()

    def open(self, name: str) -> str:
        """Make an empty feed and return its address."""
        self._feeds[name] = _Feed()
        return f"http://{self.host}/{name}.xml"

    def publish(self, name: str, text: str) -> None:
        """Add an entry; a feed that fails works again from now on."""
        feed = self._feeds[name]
        feed.entries.insert(0, (text, self._clock()))
        feed.failing = False

    def fail(self, name: str) -> None:
        """Answer 503 until something is published."""
        self._feeds[name].failing = True

    async def _serve(self, request: web.Request) -> web.Response:
        feed = self._feeds.get(request.match_info["name"])
        if feed is None:
            raise web.HTTPNotFound
        if feed.failing:
            raise web.HTTPServiceUnavailable
        body = self._document(request.match_info["name"], feed).encode()
        etag = hashlib.sha256(body).hexdigest()[:16]
        if request.headers.get("If-None-Match", "").strip('"') == etag:
            raise web.HTTPNotModified
        return web.Response(
            body=body, content_type="application/atom+xml", headers={"ETag": f'"{etag}"'}
        )

    def _document(self, name: str, feed: _Feed) -> str:
        entries = "".join(
            f"<entry><id>http://{self.host}/{name}/{number}</id>"
            f"<title>{escape(text[:40])}</title>"
            f'<link href="http://{self.host}/{name}/{number}"/>'
            f"<published>{to_text(at)}</published><updated>{to_text(at)}</updated>"
            f'<content type="text">{escape(text)}</content></entry>'
            for number, (text, at) in _numbered(feed)
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>'
            f'<feed xmlns="http://www.w3.org/2005/Atom"><id>http://{self.host}/{name}</id>'
            f"<title>{escape(name)}</title><updated>{to_text(self._clock())[:10]}T00:00:00Z</updated>"
            f"{entries}</feed>"
        )


def _numbered(feed: _Feed) -> list[tuple[int, tuple[str, datetime]]]:
    count = len(feed.entries)
    return [(count - position, entry) for position, entry in enumerate(feed.entries)]
