"""Ways in which the emulated Mastodon misbehaves on request, each as a real server was seen to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Any

from aiohttp import web

from monitor.clock import Clock

WAIT = 7  # seconds that a refusal asks for


class Trouble(StrEnum):
    """Before an answer; then inside one."""

    BARE_429 = "429 without a header"
    ISO_429 = "429 with X-RateLimit-Reset as Mastodon writes it"
    EPOCH_429 = "429 with X-RateLimit-Reset in unix seconds"
    SERVER_ERROR = "503 of a server that is being restarted"
    STALL = "an answer that never comes"
    SLOW = "a body that stops in the middle"
    RESET = "a connection that is reset"
    HTML = "an HTML page for JSON"
    CUT_JSON = "JSON that ends in the middle"
    FORBIDDEN = "403 for everything"
    REDIRECT = "a redirect to another server"
    BAD_PLACE = "400 for a place in a list"
    OTHER_FORM = "an object for a list"
    REPEATED_PLACE = "a place that comes again"
    EMPTY_PAGES = "empty pages that go on"
    DOUBLED = "the last entry of a page again at the top of the next"
    OTHER_LINK = "a next page on another server"
    ODD_LINK = "a next page without a place"
    BROKEN_LINK = "a next page whose address is none"
    OTHER_ACCOUNT = "statuses of other accounts in an account's list"


_INSIDE = frozenset(
    {
        Trouble.REPEATED_PLACE,
        Trouble.EMPTY_PAGES,
        Trouble.OTHER_LINK,
        Trouble.ODD_LINK,
        Trouble.BROKEN_LINK,
    }
)


@dataclass
class Fault:
    """``path`` is what the asked path ends with; ``times`` counts down to nothing."""

    trouble: Trouble
    path: str
    times: int = 1_000_000


class Faults:
    """What is to go wrong next. ``skew`` is how far the server's own clock is off."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._pages = 0
        self.skew = timedelta()

    def add(self, trouble: Trouble, path: str, times: int = 1_000_000) -> None:
        self._faults.append(Fault(trouble, path, times))

    def clear(self) -> None:
        self._faults.clear()

    def take(self, path: str, *troubles: Trouble) -> Trouble | None:
        for fault in self._faults:
            if path.endswith(fault.path) and fault.trouble in troubles and fault.times:
                fault.times -= 1
                return fault.trouble
        return None

    def dated(self, answer: web.StreamResponse, now: datetime) -> None:
        """Let the answer bear this server's time."""
        answer.headers["Date"] = format_datetime((now + self.skew).astimezone(UTC), usegmt=True)

    def doubled(
        self, path: str, places: Sequence[tuple[int, Any]], found: list[tuple[int, Any]]
    ) -> list[tuple[int, Any]]:
        """Show an entry on two pages, as when something new came in between."""
        if not found or not self.take(path, Trouble.DOUBLED):
            return found
        above = [pair for pair in places if pair[0] > found[0][0]]
        return [*above[:1], *found]

    def bent(self, path: str, answer: web.StreamResponse) -> web.StreamResponse:
        """Bend what a list says of its next page."""
        trouble = self.take(path, *_INSIDE)
        if trouble is None or not isinstance(answer, web.Response):
            return answer
        self._pages += 1
        place = "1" if trouble is Trouble.REPEATED_PLACE else str(10**17 - self._pages)
        shown = {
            Trouble.OTHER_LINK: '<https://lain.example/api/v1/x?max_id=2>; rel="next"',
            Trouble.BROKEN_LINK: '<https://[sosial.example/api/v1/x?max_id=1>; rel="next"',
            Trouble.ODD_LINK: '<https://sosial.example/api/v1/x?page=2>; rel="next"',
        }
        usual = f'<https://sosial.example/api/v1/x?max_id={place}>; rel="next"'
        answer.headers["Link"] = shown.get(trouble, usual)
        if trouble is Trouble.EMPTY_PAGES:
            answer.body = b"[]"
        return answer


async def instead(
    faults: Faults, path: str, request: web.Request, clock: Clock, closing: asyncio.Event
) -> web.StreamResponse | None:
    """Return the wrong answer that was asked for, or ``None`` to go on as usual."""
    paged = "max_id" in request.query or "since_id" in request.query
    if paged and faults.take(path, Trouble.BAD_PLACE):
        return error("Malformed place", 400)
    trouble = faults.take(path, *_ANSWERS, Trouble.STALL, Trouble.RESET, Trouble.SLOW)
    if trouble is None:
        return None
    if trouble is Trouble.SLOW:
        return await _slow(request, closing)
    if trouble is Trouble.STALL:
        await closing.wait()
    elif trouble is Trouble.RESET and request.transport is not None:
        request.transport.abort()
    return _ANSWERS.get(trouble, _restarting)(clock)


def error(text: str, status: int, **headers: str) -> web.Response:
    """Return an error in Mastodon's form."""
    shown = {key.replace("_", "-"): value for key, value in headers.items()}
    return web.json_response({"error": text}, status=status, headers=shown)


async def _slow(request: web.Request, closing: asyncio.Event) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    await answer.write(b'[{"id":"1"')
    await closing.wait()
    return answer


def _too_many(**headers: str) -> web.Response:
    return error("Too many requests", 429, **headers)


def _iso(clock: Clock) -> web.Response:
    when = clock() + timedelta(seconds=WAIT)
    text = when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return _too_many(X_RateLimit_Limit="300", X_RateLimit_Remaining="0", X_RateLimit_Reset=text)


def _epoch(clock: Clock) -> web.Response:
    when = str(int(clock().timestamp()) + WAIT)
    return _too_many(X_RateLimit_Limit="300", X_RateLimit_Remaining="0", X_RateLimit_Reset=when)


def _restarting(_: Clock) -> web.Response:
    return web.Response(
        status=503, text="<html>Mastodon is starting</html>", content_type="text/html"
    )


def _html(_: Clock) -> web.Response:
    page = '<!doctype html><html><form><input type="password"></form></html>'
    return web.Response(text=page, content_type="text/html")


def _cut(_: Clock) -> web.Response:
    return web.Response(body=b'[{"id":"1","uri":"https://so', content_type="application/json")


def _forbidden(_: Clock) -> web.Response:
    return error("This action is not allowed", 403)


def _redirect(_: Clock) -> web.Response:
    return web.Response(status=302, headers={"Location": "https://lain.example/api/v1/x"})


def _object(_: Clock) -> web.Response:
    return web.json_response({"error": None})


_ANSWERS: dict[Trouble, Callable[[Clock], web.Response]] = {
    Trouble.BARE_429: lambda _: _too_many(),
    Trouble.ISO_429: _iso,
    Trouble.EPOCH_429: _epoch,
    Trouble.SERVER_ERROR: _restarting,
    Trouble.HTML: _html,
    Trouble.CUT_JSON: _cut,
    Trouble.FORBIDDEN: _forbidden,
    Trouble.REDIRECT: _redirect,
    Trouble.OTHER_FORM: _object,
}
