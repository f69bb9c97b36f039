"""What the HTTP layer refuses: addresses that are not public, and pages that are not the answer."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import urlsplit

# RFC 4291: global unicast. Everything else in IPv6 is local, reserved or carries an IPv4 address.
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
# RFC 6052: the well-known prefix under which a network reaches IPv4 through translation.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SNIFFED = 65_536

_HTML = re.compile(rb"<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)
_FEED_ROOT = re.compile(rb"<(?:rss|rdf:rdf|feed|atom:feed)[\s>]", re.IGNORECASE)
_LOGIN = re.compile(rb"""type\s*=\s*["']?password""", re.IGNORECASE)
_CHALLENGE = re.compile(
    rb"/cdn-cgi/challenge-platform|cf[-_]chl|<title>just a moment|captcha|"
    rb"checking your browser|_incapsula_resource|ddos-guard",
    re.IGNORECASE,
)


class Expect(StrEnum):
    """What an answer must be; an HTML page in its place is a block, never an empty answer."""

    ANY = "a page"
    JSON = "JSON"
    FEED = "a feed"
    CAR = "a CAR file"


class Guard:
    """Decides which addresses may be connected to.

    ``allowed`` lists ``host:port`` that may lie on a private or loopback address.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = frozenset(entry.lower() for entry in allowed)

    def fault(self, url: str, *, configured: bool) -> str:
        """Return why this URL is refused before any look-up, or an empty text."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)
        except ValueError:
            return "the address is not a valid URL"
        if parts.scheme not in _DEFAULT_PORTS or not host:
            return "the address is not http or https"
        if parts.username is not None or parts.password is not None:
            return "the address carries a user name or password"
        if self.listed(host, port):
            return ""
        if parts.scheme == "http" and not configured:
            return "an address learned from data must be https"
        if _is_literal(host) and not is_public(host):
            return "the address is not public"
        return ""

    def listed(self, host: str, port: int) -> bool:
        shown = f"[{host}]" if ":" in host else host
        return f"{shown.lower()}:{port}" in self._allowed

    def may_connect(self, host: str, port: int, address: str) -> bool:
        """Say whether ``host`` may be reached at the address that it resolved to."""
        return self.listed(host, port) or is_public(address)


def is_public(text: str) -> bool:
    """Say whether an address is reachable on the public Internet, also after translation."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in _NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    if inner is not None:
        return inner.is_global and not inner.is_multicast
    return address in _GLOBAL_UNICAST and address.is_global


def misfit(expect: Expect, body: bytes) -> str:
    """Return what came instead of the expected form, or an empty text.

    Media types are not trusted: many publishers send feeds as ``text/html``.
    """
    if expect is Expect.ANY:
        return ""
    head = body[:_SNIFFED]
    html = _HTML.search(head)
    if not html:
        return ""
    feed = _FEED_ROOT.search(head)
    if expect is Expect.FEED and feed and feed.start() < html.start():
        return ""
    if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"<":
        return ""
    return f"{page_kind(head)} came instead of {expect.value}"


def page_kind(body: bytes) -> str:
    """Name an HTML page by what it asks of its reader."""
    if _LOGIN.search(body):
        return "a login page"
    return "a challenge page" if _CHALLENGE.search(body) else "an HTML page"


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
