"""No test leaves this machine: an audit hook refuses every address that is not loopback.

The hook sits below ``socket``, so no library can pass it by; ``pycares`` asks name servers from C
and is closed separately. A refusal that the program swallows still fails the test, because
``conftest`` looks at ``attempts`` afterwards.
"""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Callable
from typing import Any, Never

import pycares

attempts: list[str] = []

# ``.invalid`` and ``.test`` are reserved (RFC 6761): asking for them is how a test gets "no such
# host". They are refused like the rest, but are no fault of the test.
RESERVED = (".invalid", ".test")


class NetworkRefused(OSError):
    """A test tried to leave the machine."""


def install() -> None:
    """Close the network for the rest of this process; an audit hook cannot be taken back."""
    sys.addaudithook(_hook)
    for name in ("getaddrinfo", "gethostbyaddr", "query", "search"):
        if hasattr(pycares.Channel, name):
            setattr(pycares.Channel, name, _closed(getattr(pycares.Channel, name)))


def is_local(host: object) -> bool:
    """Say whether a host names this machine: empty, ``localhost``, loopback, or unspecified."""
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or host == "":
        return True
    name = str(host).rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = args[1]
        if isinstance(address, tuple) and not is_local(address[0]):
            _refuse(f"{event} {address[0]}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and _needs_server(args[0]):
        _refuse(f"{event} {args[0]}")


def _needs_server(host: object) -> bool:
    """Say whether looking a host up would ask a name server: not for an address or our own."""
    try:
        ipaddress.ip_address(str(host))
    except ValueError:
        return not is_local(host)
    return False


def _refuse(what: str) -> Never:
    if not what.endswith(RESERVED):
        attempts.append(what)
    raise NetworkRefused(f"no network in tests: {what}")


def _closed(method: Callable[..., Any]) -> Callable[..., Any]:
    def checked(self: pycares.Channel, name: Any, *args: Any, **kwargs: Any) -> Any:
        if _needs_server(name):
            _refuse(f"pycares {name}")
        return method(self, name, *args, **kwargs)

    return checked
