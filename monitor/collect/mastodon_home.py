"""Whose server answers: where ``api`` is another host than stands behind the @, both must say so.

A server may answer elsewhere than its accounts are named after (Mastodon's WEB_DOMAIN,
GoToSocial's account-domain). Servers learn that from WebFinger (RFC 7033), and so do we: the
handle's host names the actor's address, by itself or by a redirect, or its ``host-meta`` (RFC 6415)
names who does. That alone would let a personal domain stand for somebody else's server, so the
host that answers must call the account by the same name: a server knows its own accounts alone.
The rights and rules on the operator's list are the handle's server's, and count nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec

from monitor.clock import Clock
from monitor.config_mastodon import MastodonServer
from monitor.errors import BlockedError, ClosedError, CollectError
from monitor.model.evidence import Exchange
from monitor.net import Http

WEBFINGER, HOST_META = "/.well-known/webfinger", "/.well-known/host-meta"
HELP = "so nothing was read; is api in collect.mastodon.servers right? (docs/mastodon.md)"
MAX_BYTES = 65_536

_LINK = re.compile(rb"<(?:\w+:)?Link\b[^>]{0,1024}>", re.IGNORECASE)
_LRDD = re.compile(rb"""\brel\s*=\s*["']lrdd["']""", re.IGNORECASE)
_TEMPLATE = re.compile(rb"""\btemplate\s*=\s*["']https://([^/"'?#@:]{1,253})[/:?]""", re.IGNORECASE)


class Link(msgspec.Struct):
    """One link of a WebFinger answer; RFC 7033 lets either be left out."""

    rel: str = ""
    href: str = ""


class Finger(msgspec.Struct):
    """A WebFinger answer: whom it is about, and where that account is found."""

    subject: str = ""
    links: list[Link] = msgspec.field(default_factory=list)


class _SilentError(ClosedError):
    """A host does not answer WebFinger for an account: it says neither yes nor no."""


@dataclass(slots=True)
class Homes:
    """What was heard of servers that answer elsewhere; one account's word is enough for a server.

    It is asked again after ``lasts`` seconds. Once heard, only a contrary word takes it back: a
    host that is silent for a while, as of an account that was closed, has changed nothing.
    """

    http: Http
    clock: Clock
    lasts: float
    _heard: dict[tuple[str, str], datetime] = field(default_factory=dict)

    async def admit(self, place: MastodonServer, handle: str, subject: str) -> None:
        """Return once a server may be asked where its settings say; ``handle`` is an account's.

        Raises ``ClosedError`` where the hosts do not both say so, ``TransientError`` where one of
        them did not answer.
        """
        host = urlsplit(place.address).hostname or ""
        if host == place.domain:
            return
        key, now = (place.domain, place.address), self.clock()
        heard = self._heard.get(key)
        if heard is not None and abs(now - heard) < timedelta(seconds=self.lasts):
            return
        try:
            await self._hear(place, host, _account(place, handle), subject)
        except CollectError as error:
            contrary = isinstance(error, ClosedError) and not isinstance(error, _SilentError)
            if contrary or heard is None:
                self._heard.pop(key, None)
                raise
        self._heard[key] = now

    async def _hear(self, place: MastodonServer, host: str, account: str, subject: str) -> None:
        """Ask the handle's host, and the host of the settings unless it was that which answered."""
        answered = ""
        try:
            found, answered = await self._finger(f"https://{place.domain}", account, subject)
            _need(found, account, host, place.domain, subject)
        except _SilentError:
            if not await self._is_pointed_at(place.domain, host, subject):
                raise
        if answered != host:
            found, _ = await self._finger(place.address, account, subject)
            _need(found, account, host, host, subject)

    async def _finger(self, base: str, account: str, subject: str) -> tuple[Finger, str]:
        """Return what is said of an account, and which host said it after all redirects."""
        asked = urlsplit(base).hostname or ""
        answer = await self._get(base + WEBFINGER, subject, {"resource": account})
        if answer is None or answer.status != HTTPStatus.OK:
            raise _silent(subject, asked)
        try:
            found = msgspec.json.decode(answer.body, type=Finger)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise _silent(subject, asked) from None
        return found, urlsplit(answer.url).hostname or ""

    async def _is_pointed_at(self, domain: str, host: str, subject: str) -> bool:
        """Say whether a domain's ``host-meta`` has WebFinger asked at ``host``."""
        answer = await self._get(f"https://{domain}{HOST_META}", subject, {})
        if answer is None or answer.status != HTTPStatus.OK:
            return False
        links = [link for link in _LINK.findall(answer.body) if _LRDD.search(link)]
        named = [
            found[1].decode("latin-1").lower() for found in map(_TEMPLATE.search, links) if found
        ]
        return host in named

    async def _get(self, url: str, subject: str, params: Mapping[str, str]) -> Exchange | None:
        """Ask; ``None`` where that was refused. Only hosts that are on the list are ever asked."""
        try:
            return await self.http.get(
                url, subject=subject, params=params, configured=True, max_bytes=MAX_BYTES
            )
        except BlockedError:
            return None
        except ClosedError as closed:
            asked = urlsplit(url).hostname
            raise ClosedError(subject, f"asking {asked} by WebFinger: {closed.cause}") from None


def _account(place: MastodonServer, handle: str) -> str:
    """Return whom to ask about: an account of the server, else the server's own (Mastodon's)."""
    name, _, domain = handle.rpartition("@")
    return f"acct:{name if name and domain == place.domain else place.domain}@{place.domain}"


def _need(found: Finger, account: str, host: str, asked: str, subject: str) -> None:
    """Raise ``ClosedError`` unless an answer is about the account and has it at ``host``."""
    if found.subject.lower() != account:
        cause = f"{asked} calls the account by another name, {HELP}"
        raise ClosedError(subject, cause)
    if host not in {_host(link.href) for link in found.links if link.rel == "self"}:
        raise ClosedError(subject, f"{asked} does not say that its accounts are at {host}, {HELP}")


def _silent(subject: str, asked: str) -> _SilentError:
    return _SilentError(subject, f"{asked} does not say where its accounts are, {HELP}")


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
