"""A picture of the act's own public page, where the operator wants one (``capture.screenshot``).

Only of an entry on the registered account's own site: there the publisher shows the act to anybody
and asks nobody in. Pages of platforms show other people around the act, and their records are
signed or whole without them. A picture is no condition of a finding.
"""

from __future__ import annotations

import html
from dataclasses import replace
from typing import Protocol
from urllib.parse import urlsplit

from monitor.browser import SHOWN, Answer, Browser
from monitor.errors import CollectError
from monitor.log import logger
from monitor.model.activity import Activity
from monitor.model.evidence import Capture, Exchange, Part
from monitor.model.person import Watch
from monitor.notify import words
from monitor.run.health import Health

ALARM = "page"
NAME = "page"
MISSING = "no picture of the page could be taken"
FEED = "feed"
LIMITS = (
    "Gambar halaman {url}, tanpa skrip, diamati oleh kami pada {seen}. Ini indikasi untuk dinilai "
    "manusia, bukan putusan. Orang lain yang tampak di halaman ini bukan pihak."
)
FRAME = (
    '<!doctype html><meta charset="utf-8"><body style="margin:0">'
    '<img src="{shown}" style="display:block;width:100%">'
    '<p style="font:15px/1.4 sans-serif;margin:0;padding:12px;border-top:2px solid #555;'
    'background:#fff;overflow-wrap:anywhere">{limits}</p>'
)


class Gets(Protocol):
    """The part of ``net.Http`` that pages are fetched through."""

    async def get(self, url: str, *, subject: str, configured: bool = False) -> Exchange: ...


class Pages:
    """Adds the picture of a page to a capture, or the note that there is none."""

    def __init__(self, browser: Browser, http: Gets, health: Health) -> None:
        self._browser = browser
        self._http = http
        self._health = health

    async def added(self, activity: Activity, watch: Watch, capture: Capture) -> Capture:
        """Return a capture with the page's picture, if the act has a page of its own."""
        url = own_page(activity, watch)
        if not url:
            return capture
        seen = words.moment(activity.first_seen_at, watch.zone, "id")
        try:
            png = await self._browser.picture(url, self._fetcher(watch), _frame(url, seen))
        except CollectError as error:
            logger.warning("{}: no picture of a page: {}", watch.watch_id, error.cause)
            self._health.alarm(ALARM)
            return replace(capture, notes=(*capture.notes, MISSING))
        self._health.clear(ALARM)
        return replace(capture, parts=(*capture.parts, Part(NAME, "image/png", png)))

    def _fetcher(self, watch: Watch) -> _Fetcher:
        return _Fetcher(self._http, watch)


class _Fetcher:
    """Answers a page's requests; only its own host counts as one that the operator named."""

    def __init__(self, http: Gets, watch: Watch) -> None:
        self._http = http
        self._watch = watch

    async def __call__(self, url: str) -> Answer:
        own = _host(url) == _host(self._watch.address)
        got = await self._http.get(url, subject=self._watch.watch_id, configured=own)
        kinds = [value for name, value in got.response_headers if name.lower() == "content-type"]
        return Answer(got.status, kinds[0] if kinds else "application/octet-stream", got.body)


def own_page(activity: Activity, watch: Watch) -> str:
    """Return the address of the act's page on the account's own site, "" where it has none."""
    url = activity.object.url
    web = url.startswith(("https://", "http://"))
    own = watch.platform == FEED and web and _host(url) == _host(watch.address)
    return url if own else ""


def _frame(url: str, seen: str) -> str:
    limits = LIMITS.format(url=url, seen=seen)
    return FRAME.format(shown=SHOWN, limits=html.escape(limits))


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
