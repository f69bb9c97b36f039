"""The one HTTP layer and the only aiohttp: polite, bounded, and closed to private networks.

Hosts learned from data must not lead us into our own network, so every address is checked where
it is connected to, not where it was looked up first. Behind a proxy the proxy looks names up:
then only literal addresses can be refused here, and the rest is the proxy's to refuse.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

from monitor import __version__, config
from monitor.clock import Clock, utc_now
from monitor.errors import BlockedError, RateLimited, TransientError
from monitor.model.evidence import Exchange
from monitor.net_answer import FAULTS, Response, by_name, exchanged, header, told, without_secrets
from monitor.net_connect import PublicOnly, resolver_guard, tls
from monitor.net_guard import Expect, Guard, misfit, page_kind
from monitor.net_limits import TOO_MANY, UNAVAILABLE, Limits, Sleep
from monitor.net_socket import Inner, Refused, Socket, Sockets, closing, plain

__all__ = ["Expect", "Http"]

MAX_HOPS = 5
# Full jitter: the n-th retry waits between 0 and BASE_DELAY * 2^n seconds, at most LONGEST_DELAY.
BASE_DELAY = 1.0
LONGEST_DELAY = 30.0
# A server that sends nothing for a third of the time a whole answer may take has stalled.
STALL_SHARE = 3

_OK, _SERVER_FAULT = 2, 5
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ANSWERS = frozenset({304, 400, 404, 410})
_TRY_LATER = frozenset({408, 425})
_MAY_BE_CHALLENGE = frozenset({403, TOO_MANY, UNAVAILABLE})
_KEPT_ORIGINS = 4_096
_CHANCE = random.SystemRandom().random


@dataclass(frozen=True, slots=True)
class _Call:
    """What stays the same over retries and redirects of one request."""

    subject: str
    expect: Expect
    max_bytes: int
    headers: Mapping[str, str]
    body: bytes | None = None
    answers: Collection[int] = ()
    lane: str = ""
    stay: bool = False


class Http:
    """One shared session. Errors name ``subject`` and never a URL, so strangers stay unnamed."""

    def __init__(
        self,
        settings: config.Http,
        clock: Clock = utc_now,
        *,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = _CHANCE,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._guard = Guard(settings.allow_private)
        # Only scheme and authority count, and most requests go where others went before.
        self._fault = lru_cache(_KEPT_ORIGINS)(partial(_fault, self._guard))
        self._limits = Limits(
            rate=settings.requests_per_second,
            at_once=settings.connections_per_host,
            overall=settings.connections,
            patience=settings.timeout,
            sleep=sleep,
        )
        self._session: aiohttp.ClientSession | None = None
        self._sockets = Sockets(settings)

    async def __aenter__(self) -> Self:
        timeout = self._settings.timeout
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._settings.connections,
                ssl=tls(self._settings),
                resolver=PublicOnly(resolver_guard(self._settings)),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=timeout, sock_read=timeout / STALL_SHARE),
            headers={"User-Agent": f"Netralitas/{__version__} (+{self._settings.contact})"},
            response_class=Response,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
        await self._sockets.close()

    async def get(
        self,
        url: str,
        *,
        subject: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        expect: Expect = Expect.ANY,
        configured: bool = False,
        max_bytes: int | None = None,
        answers: Collection[int] = (),
        lane: str = "",
        stay: bool = False,
        attempts: int | None = None,
    ) -> Exchange:
        """Fetch a page; redirects are followed and every hop is checked.

        ``configured`` says that the host comes from the operator's settings or register; one
        learned from data must be https. ``max_bytes`` (default: the setting) bounds the body
        after decompression. Conditional headers are the caller's; a 304 is returned.
        ``answers`` are further statuses that the caller reads by itself. ``lane`` names requests
        that the platform counts apart: what it says of their quota holds up no others. ``stay``
        refuses a redirect to another host. ``attempts`` (default: the setting) is for a platform
        where each try has a price.

        Returns 2xx, 304, 400, 404 and 410. Raises ``RateLimited``; ``BlockedError`` for a
        refusal, a challenge or login page, a refused address, a body over the bound; and
        ``TransientError`` for what may pass by itself, after retries.
        """
        most = max_bytes or self._settings.max_bytes
        call = _Call(subject, expect, most, headers or {}, answers=answers, lane=lane, stay=stay)
        target = _parse(url, subject, params)
        tries, attempt = attempts or self._settings.attempts, 0
        while True:
            try:
                return await self._follow(target, call, configured=configured)
            except TransientError:
                if attempt + 1 >= tries:
                    raise
            await self._sleep(self._chance() * min(LONGEST_DELAY, BASE_DELAY * 2**attempt))
            attempt += 1

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        subject: str,
        media_type: str,
        answers: Collection[int] = (),
        lane: str = "",
    ) -> Exchange:
        """Send bytes to a host of the operator's settings: once, and not through a redirect.

        Returns and raises as ``get`` does; the caller tries again when it suits.
        """
        headers, most = {"Content-Type": media_type}, self._settings.max_bytes
        call = _Call(subject, Expect.ANY, most, headers, body, answers, lane)
        target = _parse(url, subject)
        fault = self._guard.fault(str(target), configured=True)
        if fault:
            raise BlockedError(subject, fault)
        return self._judged(await self._in_turn(target, call), call)

    @asynccontextmanager
    async def socket(self, url: str, *, subject: str, max_bytes: int) -> AsyncIterator[Socket]:
        """Open a web socket to a host of the operator's settings; no redirect is followed.

        ``max_bytes`` bounds a frame. Raises as ``get`` does, and tries once.
        """
        target = _parse(url, subject)
        fault = self._guard.fault(str(plain(target)), configured=True)
        if fault:
            raise BlockedError(subject, fault)
        inner = await self._shaken(target, subject, max_bytes)
        async with closing(
            inner, subject, lambda: self.admit(target.raw_host or "", subject)
        ) as it:
            yield it

    async def _shaken(self, url: URL, subject: str, max_bytes: int) -> Inner:
        host = url.host or ""
        self.admit(url.raw_host or "", subject)
        try:
            async with self._limits.turn(host, subject):
                return await self._sockets.shake(url, max_bytes)
        except Refused as refusal:
            status, headers = refusal.status, refusal.headers
        except FAULTS as error:
            raise told(error, subject) from None
        wait = self._limits.learn(host, status, headers, self._clock())
        if status in (TOO_MANY, UNAVAILABLE) and wait is not None:
            raise RateLimited(subject, wait)
        if status // 100 == _SERVER_FAULT:
            raise TransientError(subject, f"the server answered with status {status}")
        raise BlockedError(subject, f"refused with status {status}")

    async def _follow(self, url: URL, call: _Call, *, configured: bool) -> Exchange:
        permanent = True
        for hop in range(MAX_HOPS + 1):
            fault = self._fault(url.scheme, url.raw_authority, configured)
            if fault:
                raise BlockedError(call.subject, fault)
            exchange = await self._in_turn(url, call)
            location = header(exchange, "location") if exchange.status in _REDIRECTS else ""
            if not location:
                moved = hop and permanent
                found = replace(exchange, moved_to=exchange.url) if moved else exchange
                return self._judged(found, call)
            permanent = permanent and exchange.status in _PERMANENT
            target = _parse(location, call.subject, base=url)
            if target.host != url.host:
                if call.stay:
                    raise BlockedError(call.subject, "a redirect leads to another server")
                call = replace(call, headers=without_secrets(call.headers))
            if url.scheme == "https" and target.scheme != "https":
                raise BlockedError(call.subject, "a redirect leads from https to http")
            # What began as the operator's plain http may stay plain; nothing else may become so.
            url, configured = target, url.scheme == "http"
        raise BlockedError(call.subject, f"more than {MAX_HOPS} redirects")

    def admit(self, host: str, subject: str) -> None:
        """Raise ``ClosedError`` where a host must not be asked now; see ``net_door``."""

    async def _in_turn(self, url: URL, call: _Call) -> Exchange:
        self.admit(url.raw_host or "", call.subject)
        host = url.host or ""
        lane = f"{host} {call.lane}".rstrip()  # no host's name holds a space
        async with self._limits.turn(host, call.subject, lane):
            try:
                exchange = await self._ask(url, call)
            except FAULTS as error:
                raise told(error, call.subject) from None
        names = by_name(exchange)
        wait = self._limits.learn(lane, exchange.status, names, self._clock())
        if _is_challenge(exchange, names):
            raise BlockedError(call.subject, "a challenge page came, not an answer")
        refused = exchange.status in (TOO_MANY, UNAVAILABLE) and exchange.status not in call.answers
        if refused and wait is not None:
            raise RateLimited(call.subject, wait)
        return exchange

    async def _ask(self, url: URL, call: _Call) -> Exchange:
        if self._session is None:
            raise RuntimeError("Http is used outside its context")
        started = self._clock()
        async with self._session.request(
            "GET" if call.body is None else "POST",
            url,
            data=call.body,
            headers=call.headers,
            allow_redirects=False,
            proxy=self._settings.proxy or None,
        ) as response:
            if not isinstance(response, Response):
                raise TypeError("the session makes another kind of response")
            body = await _read(response, call)
            return exchanged(response, body, started, self._clock())

    def _judged(self, exchange: Exchange, call: _Call) -> Exchange:
        status, kind = exchange.status, exchange.status // 100
        if kind == _OK:
            wrong = misfit(call.expect, exchange.body)
            if wrong:
                raise BlockedError(call.subject, wrong)
            return exchange
        if status in _ANSWERS or status in call.answers:
            return exchange
        if kind == _SERVER_FAULT or status in _TRY_LATER:
            raise TransientError(call.subject, f"the server answered with status {status}")
        raise BlockedError(call.subject, f"refused with status {status}")


def _fault(guard: Guard, scheme: str, authority: str, configured: bool) -> str:  # noqa: FBT001
    return guard.fault(f"{scheme}://{authority}", configured=configured)


def _parse(
    text: str, subject: str, params: Mapping[str, str] | None = None, base: URL | None = None
) -> URL:
    # One parser for checking and for connecting: two would disagree on odd spellings of a host.
    try:
        url = URL(text) if base is None else base.join(URL(text))
        return url.update_query(params) if params else url
    except (ValueError, TypeError):
        raise BlockedError(subject, "the address is not a valid URL") from None


async def _read(response: aiohttp.ClientResponse, call: _Call) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > call.max_bytes:
            response.close()
            raise BlockedError(call.subject, f"the answer is larger than {call.max_bytes} bytes")
    return bytes(body)


def _is_challenge(exchange: Exchange, names: Mapping[str, str]) -> bool:
    if names.get("cf-mitigated", "").lower() == "challenge":
        return True
    return exchange.status in _MAY_BE_CHALLENGE and page_kind(exchange.body) == "a challenge page"
