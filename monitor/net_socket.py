"""Web sockets of the HTTP layer: text frames of a bounded size, kept alive by pings.

A socket may stay open for days, so it takes no place among the connections of ordinary requests.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse, WSMsgType
from yarl import URL

from monitor import __version__, config
from monitor.errors import BlockedError, TransientError
from monitor.net_connect import PublicOnly, resolver_guard, tls

# A peer that answers no ping within half of this is gone (RFC 6455, 5.5.2).
HEARTBEAT = 30.0
CLOSING = 2.0
_ASKED = b"read so far"
_SAFE = {"wss": "https", "ws": "http"}
_REDIRECTION = 3


Inner = aiohttp.ClientWebSocketResponse[bool]


class Refused(Exception):
    """The handshake was answered with another status than 101."""

    def __init__(self, status: int, headers: dict[str, str]) -> None:
        self.status = status
        self.headers = headers
        super().__init__(f"status {status}")


class Socket:
    """One open web socket. ``TransientError`` says that it ended."""

    def __init__(self, inner: Inner, subject: str, still: Callable[[], None]) -> None:
        self._inner = inner
        self._subject = subject
        self.still = still  # raises ``ClosedError`` once the host must not be asked any more

    async def send(self, text: str) -> None:
        """Send a text frame."""
        await self._out(self._inner.send_str(text))

    async def receive(self) -> bytes:
        """Return the next text frame, not decoded; an empty one answers ``ask``.

        Raises ``BlockedError`` for a binary frame, which is of no known form. It may be cancelled
        without a frame being lost.
        """
        while True:
            frame = await self._inner.receive()
            if frame.type is WSMsgType.TEXT:
                data: bytes = frame.data
                if data:
                    return data
            elif frame.type is WSMsgType.PING:
                await self._out(self._inner.pong(frame.data))
            elif frame.type is WSMsgType.PONG:
                if frame.data == _ASKED:
                    return b""
            elif frame.type is WSMsgType.BINARY:
                raise BlockedError(self._subject, "a binary frame came, which was not asked for")
            else:
                raise TransientError(self._subject, self._ending(frame))

    async def ask(self) -> None:
        """Send a ping; ``receive`` says when the peer has read all that was sent before it."""
        await self._out(self._inner.ping(_ASKED))

    async def _out(self, sending: Awaitable[None]) -> None:
        try:
            await sending
        except (aiohttp.ClientError, OSError):
            raise TransientError(self._subject, "the socket was closed") from None

    def _ending(self, frame: object) -> str:
        code = self._inner.close_code
        if isinstance(getattr(frame, "data", None), aiohttp.ServerTimeoutError):
            return "the peer answers no ping"
        return f"the socket was closed (code {code})"


class Sockets:
    """Opens web sockets; the session behind them is made with the first."""

    def __init__(self, settings: config.Http) -> None:
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def shake(self, url: URL, max_bytes: int) -> Inner:
        """Open a socket; raise ``Refused``, or aiohttp's own errors."""
        if self._session is None:
            self._session = self._made()
        try:
            return await self._session.ws_connect(
                url,
                autoping=False,
                decode_text=False,
                heartbeat=HEARTBEAT,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSING),
                max_msg_size=max_bytes,
                proxy=self._settings.proxy or None,
            )
        except aiohttp.WSServerHandshakeError as error:
            given = error.headers.items() if error.headers else ()
            raise Refused(error.status, {k.lower(): v for k, v in given}) from None

    def _made(self) -> aiohttp.ClientSession:
        timeout = self._settings.timeout
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                ssl=tls(self._settings),
                resolver=PublicOnly(resolver_guard(self._settings)),
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=timeout, sock_read=timeout),
            headers={"User-Agent": f"Netralitas/{__version__} (+{self._settings.contact})"},
            middlewares=(_no_redirect,),
        )


def plain(url: URL) -> URL:
    """Return the address as one of ordinary requests, which is what the guard reads."""
    return url.with_scheme(_SAFE[url.scheme]) if url.scheme in _SAFE else url


@asynccontextmanager
async def closing(inner: Inner, subject: str, still: Callable[[], None]) -> AsyncIterator[Socket]:
    """Close the socket at the end, whatever ended it."""
    try:
        yield Socket(inner, subject, still)
    finally:
        await inner.close()


async def _no_redirect(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    # aiohttp would follow it, also to an address that no resolver sees.
    response = await handler(request)
    if response.status // 100 == _REDIRECTION and response.status != HTTPStatus.NOT_MODIFIED:
        response.close()
        raise Refused(response.status, {})
    return response
