"""How connections are made: names to public addresses only, TLS with the operator's extra CAs."""

from __future__ import annotations

import socket
import ssl
from functools import cache

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from monitor import config
from monitor.errors import ConfigError, Fault
from monitor.net_guard import Guard


class RefusedAddress(OSError):
    """A name resolved to an address that the guard forbids."""


class PublicOnly(AbstractResolver):
    """Resolves a name; one forbidden address among the answers refuses the whole name."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if not all(self._guard.may_connect(host, port, entry["host"]) for entry in found):
            raise RefusedAddress
        return found

    async def close(self) -> None:
        await self._inner.close()


def resolver_guard(settings: config.Http) -> Guard:
    """Return the guard for names; the operator's own proxy may lie in a private network."""
    if not settings.proxy:
        return Guard(settings.allow_private)
    proxy = URL(settings.proxy)
    return Guard((*settings.allow_private, f"{proxy.host}:{proxy.port}"))


def tls(settings: config.Http) -> ssl.SSLContext:
    if settings.ca_file is None:
        return _of_the_system()
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(settings.ca_file)
    except (OSError, ssl.SSLError):
        fault = Fault(str(settings.ca_file), "", "a readable file of CA certificates (PEM)")
        raise ConfigError([fault]) from None
    return context


@cache
def _of_the_system() -> ssl.SSLContext:
    # Reading the system's certificates takes longer than most requests do.
    return ssl.create_default_context()
