"""The guard itself: what it refuses, what it lets through, and that a swallowed refusal counts."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import aiodns
import pytest

from tests import guard


@pytest.fixture
def refused() -> Iterator[list[str]]:
    """The attempts of a test that makes them on purpose."""
    yield guard.attempts
    guard.attempts.clear()


@pytest.mark.parametrize("host", ["203.0.113.7", "2001:db8::1", "10.0.0.1", "169.254.169.254"])
def test_an_outside_address_is_refused(refused: list[str], host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as sock, pytest.raises(guard.NetworkRefused, match=host):
        sock.connect((host, 80))
    with socket.socket(family, socket.SOCK_DGRAM) as sock, pytest.raises(guard.NetworkRefused):
        sock.sendto(b"", (host, 53))
    assert len(refused) == 2


def test_a_name_is_not_looked_up(refused: list[str]) -> None:
    with pytest.raises(guard.NetworkRefused):
        socket.getaddrinfo("example.org", 80)
    assert refused == ["socket.getaddrinfo example.org"]


async def test_the_resolver_written_in_c_is_closed_too(refused: list[str]) -> None:
    resolver = aiodns.DNSResolver()
    with contextlib.suppress(guard.NetworkRefused, aiodns.error.DNSError):
        await resolver.getaddrinfo("example.org", family=socket.AF_INET)
    await resolver.close()
    assert refused == ["pycares example.org"]


def test_a_reserved_name_fails_without_being_a_fault(refused: list[str]) -> None:
    with pytest.raises(guard.NetworkRefused):
        socket.getaddrinfo("tidak-ada.invalid", 80)
    assert refused == []


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    assert socket.getaddrinfo("localhost", 80)
    assert guard.attempts == []
