"""Ways in which the emulated server misbehaves on request, each as a real one was seen to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from enum import StrEnum
from typing import Any

from aiohttp import web

from monitor.clock import Clock

WAIT = 7  # seconds that a rate limit asks for


class Trouble(StrEnum):
    """Before an answer; inside a list; inside a proof; in that order."""

    BARE_429 = "429 without a header"
    RETRY_AFTER = "429 with Retry-After in seconds"
    RETRY_AFTER_DATE = "429 with Retry-After as a date"
    RATELIMIT_RESET = "429 with RateLimit-Reset in unix seconds"
    SERVER_ERROR = "502 from a broken upstream"
    STALL = "an answer that never comes"
    RESET = "a connection that is reset"
    HTML = "an HTML page for JSON"
    CUT_JSON = "JSON that ends in the middle"
    BAD_CURSOR = "400 for a cursor"
    GONE = "400 for a thread whose post was deleted"
    REPEATED_CURSOR = "a cursor that comes again"
    EMPTY_PAGES = "empty pages with ever new cursors"
    OTHER_ACCOUNT = "records of another account"
    NO_PROOF = "404 for a proof"
    BAD_SIGNATURE = "a signature over other bytes"
    HIGH_S = "a signature with high S"
    WRONG_KEY = "a commit signed by another key"
    OTHER_COMMIT = "a commit of another account"
    RECORD_SWAPPED = "another record under the same key"
    BLOCK_CHANGED = "a block that does not have its hash"
    PATH_MISSING = "a proof without its tree"


@dataclass
class Fault:
    """``method`` is an XRPC method or ``directory``; ``times`` counts down to nothing."""

    trouble: Trouble
    method: str
    times: int = 1_000_000


class Faults:
    """What is to go wrong next; handlers ask for what concerns them."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, trouble: Trouble, method: str, times: int = 1_000_000) -> None:
        self._faults.append(Fault(trouble, method, times))

    def clear(self) -> None:
        self._faults.clear()

    def take(self, method: str, *troubles: Trouble) -> Trouble | None:
        for fault in self._faults:
            if fault.method == method and fault.trouble in troubles and fault.times:
                fault.times -= 1
                return fault.trouble
        return None


async def instead(
    faults: Faults, method: str, request: web.Request, clock: Clock, closing: asyncio.Event
) -> web.StreamResponse | None:
    """Return the wrong answer that was asked for, or ``None`` to go on as usual."""
    trouble = faults.take(method, *_ANSWERS, Trouble.STALL, Trouble.RESET)
    if trouble is None:
        return None
    if trouble is Trouble.STALL:
        await closing.wait()
    elif trouble is Trouble.RESET and request.transport is not None:
        request.transport.abort()
    return _ANSWERS.get(trouble, _upstream)(clock)


def error(name: str, message: str, status: int = 400, **headers: str) -> web.Response:
    """Return an XRPC error."""
    shown = {key.replace("_", "-"): value for key, value in headers.items()}
    return web.json_response({"error": name, "message": message}, status=status, headers=shown)


def _too_many(**headers: str) -> web.Response:
    return error("RateLimitExceeded", "Rate Limit Exceeded", 429, **headers)


def _date(clock: Clock) -> web.Response:
    when = clock() + timedelta(seconds=WAIT)
    return _too_many(Retry_After=format_datetime(when, usegmt=True))


def _reset(clock: Clock) -> web.Response:
    when = int(clock().timestamp()) + WAIT
    policy = {"RateLimit_Limit": "3000", "RateLimit_Policy": "3000;w=300"}
    return _too_many(RateLimit_Remaining="0", RateLimit_Reset=str(when), **policy)


def _upstream(_: Clock) -> web.Response:
    return error("UpstreamFailure", "Upstream Failure", 502)


def _page(_: Clock) -> web.Response:
    text = "<!doctype html><html><body><form><input type=password></form></body></html>"
    return web.Response(text=text, content_type="text/html")


def _cut(_: Clock) -> web.Response:
    return web.Response(text='{"records":[{"uri":"at://did', content_type="application/json")


_ANSWERS: dict[Trouble, Callable[[Any], web.Response]] = {
    Trouble.BARE_429: lambda _: _too_many(),
    Trouble.RETRY_AFTER: lambda _: _too_many(Retry_After=str(WAIT)),
    Trouble.RETRY_AFTER_DATE: _date,
    Trouble.RATELIMIT_RESET: _reset,
    Trouble.SERVER_ERROR: _upstream,
    Trouble.HTML: _page,
    Trouble.CUT_JSON: _cut,
}
