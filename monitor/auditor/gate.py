"""What stands before every page: who may come in, what may be asked for, and a line for each.

It is an ASGI middleware and knows nothing of what is behind it. Loopback is shared by everybody
who has an account on the machine, so the address alone opens nothing: the first visit brings a
key, printed to whoever started the server, and a cookie takes its place.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import parse_qsl, urlencode

from monitor.clock import Clock, to_text

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

COOKIE, KEY = "netralitas-audit", "kunci"
OURS = ("/-/temuan/", "/-/kartu/", "/-/bukti/", "/-/gaya.css")
HOSTS = frozenset({"127.0.0.1", "localhost"})
PAGE_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
_REFUSED = {
    400: "Alamat ini tidak dikenal oleh pintu auditor.",
    403: "Buka lewat alamat lengkap yang dicetak saat pintu auditor dibuka.",
    404: "Halaman ini tidak ada di pintu auditor.",
    405: "Di sini hanya dapat dibaca.",
}


class AccessLog:
    """One line of JSON per request, in a file that only its owner may read."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._file = os.fdopen(handle, "a", encoding="utf-8")
        self._counts: Counter[str] = Counter()

    def write(self, path: str, query: str, status: int, milliseconds: int) -> None:
        """Note one request with its question, whether it was answered or not."""
        given = parse_qsl(query, keep_blank_values=True)
        asked = {name: value for name, value in given if name != KEY}
        line = {
            "at": to_text(self._clock()),
            "path": path,
            "query": asked,
            "status": status,
            "ms": milliseconds,
        }
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()
        self._counts["sql" if "sql" in asked else "page"] += 1
        self._counts["refused"] += status in _REFUSED

    def close(self) -> dict[str, int | str]:
        """Close it and return its sum: requests, own questions, refusals, SHA-256 of the file."""
        self._file.close()
        digest = hashlib.sha256(self.path.read_bytes()).hexdigest()
        return {
            "requests": self._counts["sql"] + self._counts["page"],
            "own_sql": self._counts["sql"],
            "refused": self._counts["refused"],
            "access_log": digest,
        }


class Gate:
    """Lets in who has the key, to our pages, for reading."""

    def __init__(self, app: App, log: AccessLog, key: str) -> None:
        self._app = app
        self._log = log
        self._key = key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        started, status = perf_counter(), 500
        path, query = scope["path"], scope.get("query_string", b"").decode("latin-1")

        async def answered(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": _with_ours(message.get("headers", []))}
            await send(message)

        try:
            await self._enter(scope, receive, answered, path, query)
        finally:
            self._log.write(path, query, status, round((perf_counter() - started) * 1000))

    async def _enter(
        self, scope: Scope, receive: Receive, send: Send, path: str, query: str
    ) -> None:
        headers = {name.decode("latin-1"): value for name, value in scope["headers"]}
        given = dict(parse_qsl(query)).get(KEY, "")
        if given and self._is_key(given):
            await _redirect(send, path, query, self._key)
        elif refused := self._refused(scope["method"], path, headers):
            await _refuse(send, refused)
        else:
            await self._app(scope, receive, send)

    def _refused(self, method: str, path: str, headers: Mapping[str, bytes]) -> int:
        host = headers.get("host", b"").decode("latin-1").rpartition(":")[0]
        if host not in HOSTS:
            return 400  # a name that somebody else points at this machine
        if not self._is_key(_cookie(headers.get("cookie", b"").decode("latin-1"))):
            return 403
        if method not in {"GET", "HEAD"}:
            return 405
        # Cells that begin a formula are a spreadsheet's trap, and the copy is not for downloading.
        closed = path.endswith((".csv", ".db")) or (path.startswith("/-/"))
        return 404 if closed and not path.startswith(OURS) else 0

    def _is_key(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._key.encode())


def _with_ours(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    there = {name.lower() for name, _ in headers}
    ours = [(n.encode(), v.encode()) for n, v in HEADERS.items() if n.encode() not in there]
    return [*headers, *ours]


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


async def _redirect(send: Send, path: str, query: str, key: str) -> None:
    rest = urlencode([(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if k != KEY])
    # A path that begins with two slashes would be another host.
    to = "/" + path.lstrip("/") + (f"?{rest}" if rest else "")
    cookie = f"{COOKIE}={key}; Path=/; HttpOnly; SameSite=Strict"
    headers = [(b"location", to.encode("ascii", "ignore")), (b"set-cookie", cookie.encode())]
    await _send(send, 303, headers, b"")


async def _refuse(send: Send, status: int) -> None:
    text = _REFUSED[status].encode()
    await _send(send, status, [(b"content-type", b"text/plain; charset=utf-8")], text)


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
