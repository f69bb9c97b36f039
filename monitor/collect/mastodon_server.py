"""What is asked of one Mastodon server, and which servers may be asked at all.

Only addresses under a listed server's own are built here: of a ``Link`` header nothing but the
place in the list is taken, so that no answer can send us elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import parse_qs, quote, urlsplit

from monitor.collect import mastodon_parse as parse
from monitor.collect.mastodon_home import Homes
from monitor.config_mastodon import MastodonServer
from monitor.errors import (
    AuthError,
    BlockedError,
    CollectError,
    ConfigError,
    NotFoundError,
    TransientError,
)
from monitor.model.evidence import Exchange
from monitor.net import Expect, Http

STATUSES_LIMIT = 40
ACCOUNTS_LIMIT = 80
# Requests that page through a list are counted apart, and more tightly (300 in 15 minutes).
PAGING = "paging"
_PAGED = frozenset({"max_id", "since_id", "min_id"})
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_LINK = re.compile(r'<([^<>]{1,2048})>\s*;\s*rel="?(next|prev)"?')
_PLACE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_ASYNC = "mastodon-async-refresh"

T = TypeVar("T")
Secret = Callable[[str], str]


class Unavailable(NotFoundError):
    """The account is closed or suspended; ``answer`` is what said so, ``reason`` in a few words."""

    def __init__(self, subject: str, reason: str, answer: Exchange) -> None:
        self.reason = reason
        self.answer = answer
        super().__init__(subject, reason)


class StalePlace(CollectError):
    """The server does not know the place in a list that it gave before."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, and the places of the next page and of what is newer than this one."""

    answer: Exchange
    elements: tuple[bytes, ...]
    older: str = ""
    newest: str = ""


@dataclass(frozen=True, slots=True)
class Server:
    """Asks one listed server; ``subject`` is what errors say.

    ``handle`` is the account that it is asked about; ``homes`` are asked before anything else
    whether the server answers where the settings say.
    """

    http: Http
    place: MastodonServer
    subject: str
    homes: Homes
    handle: str = ""
    secret: Secret | None = None

    @property
    def domain(self) -> str:
        return self.place.domain

    def is_home_of(self, account: parse.Account) -> bool:
        """Say whether an account is at home here: no server speaks for another's accounts."""
        own = {self.domain, urlsplit(self.place.address).hostname}
        return account.is_local and _host(account.native_id) in own

    @property
    def has_token(self) -> bool:
        return bool(self.place.token)

    async def lookup(self, handle: str) -> tuple[parse.Account, Exchange]:
        """Find an account by ``name@server``; raise ``Unavailable`` where there is none."""
        name, _, domain = handle.partition("@")
        acct = name if domain == self.domain else handle
        found, answer = await self._account("accounts/lookup", {"acct": acct})
        if found.handle(self.domain) != handle:
            raise NotFoundError(self.subject, "the server answered with an account of another name")
        return found, answer

    async def account(self, native: str) -> tuple[parse.Account, Exchange]:
        """Read an account by this server's own id; raise ``Unavailable`` where it is closed."""
        return await self._account(f"accounts/{_segment(native)}", {})

    async def status(self, native: str, *, token: bool = True) -> Exchange:
        """Ask for one status by this server's own id; 404 and 410 are returned."""
        return await self._get(f"statuses/{_segment(native)}", {}, token=token)

    async def history(self, native: str) -> Exchange:
        """Ask for the versions of one status."""
        return await self._get(f"statuses/{_segment(native)}/history", {})

    async def thread(self, native: str) -> tuple[Exchange, parse.Thread, bool]:
        """Read what answers a status; the last value says that the server is still fetching."""
        answer = self._there(await self._get(f"statuses/{_segment(native)}/context", {}))
        found = self._read(parse.thread, answer)
        return answer, found, bool(header(answer, _ASYNC))

    async def listing(
        self, path: str, params: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> Listing:
        """Read a page of ``path``; raise ``NotFoundError`` where what it belongs to is gone."""
        answer = await self._get(path, params, headers=headers)
        if answer.status == HTTPStatus.NOT_MODIFIED and headers:
            return Listing(answer, ())
        if answer.status == HTTPStatus.BAD_REQUEST and _PAGED & params.keys():
            raise StalePlace(self.subject, "the server refused the place that it had given")
        found = self._read(parse.elements, self._there(answer))
        return Listing(answer, tuple(found), *self._places(answer))

    def _there(self, answer: Exchange) -> Exchange:
        if answer.status in _GONE:
            raise NotFoundError(self.subject, f"what was asked for is gone ({answer.status})")
        if answer.status != HTTPStatus.OK:
            raise TransientError(self.subject, f"the server answered with {answer.status}")
        return answer

    async def _account(
        self, path: str, params: Mapping[str, str]
    ) -> tuple[parse.Account, Exchange]:
        answer = await self._get(path, params)
        if answer.status in _GONE:
            raise Unavailable(self.subject, f"no such account ({answer.status})", answer)
        found = self._read(parse.account, self._there(answer))
        if found.suspended:
            raise Unavailable(self.subject, "the account is suspended", answer)
        return found, answer

    def _read(self, reads: Callable[[bytes], T], answer: Exchange) -> T:
        try:
            return reads(answer.body)
        except ValueError:
            raise TransientError(
                self.subject, "the answer is not of the form it should be"
            ) from None

    async def _get(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        headers: Mapping[str, str] | None = None,
        token: bool = True,
    ) -> Exchange:
        await self.homes.admit(self.place, self.handle, self.subject)
        answer = await self.http.get(
            f"{self.place.address}/api/v1/{path}",
            subject=self.subject,
            params=params,
            headers={**(headers or {}), **(self._credentials() if token else {})},
            expect=Expect.JSON,
            configured=True,
            answers=(HTTPStatus.UNAUTHORIZED,),
            lane=PAGING if _PAGED & params.keys() else "",
            stay=True,
        )
        if answer.status == HTTPStatus.UNAUTHORIZED:
            self._refused()
        return answer

    def _refused(self) -> None:
        if self.has_token:
            raise AuthError(self.subject, self.place.token)
        raise BlockedError(self.subject, "the server answers nobody without a token")

    def _credentials(self) -> dict[str, str]:
        if not self.has_token or self.secret is None:
            return {}
        try:
            return {"Authorization": f"Bearer {self.secret(self.place.token)}"}
        except ConfigError:  # the file was taken away while the program runs
            raise AuthError(self.subject, self.place.token) from None

    def _places(self, answer: Exchange) -> tuple[str, str]:
        """Return ``max_id`` of the next page and ``since_id`` of this one, as the server has them.

        They are places in the list, not ids of what is in it, and are never computed.
        """
        found = {rel: parse_qs(url.partition("?")[2]) for url, rel in _LINK.findall(_link(answer))}
        newer = found.get("prev", {})
        older = found.get("next", {}).get("max_id", [""])[0]
        newest = (newer.get("since_id") or newer.get("min_id") or [""])[0]
        if "next" in found and not _PLACE.fullmatch(older):
            raise TransientError(self.subject, "the list goes on in a way that is not known")
        return older, newest if _PLACE.fullmatch(newest) else ""


def header(answer: Exchange, name: str) -> str:
    """Return one header of an answer, by its lower-case name."""
    return next((value for key, value in answer.response_headers if key.lower() == name), "")


def listed(
    servers: Sequence[MastodonServer], handle: str, *, copies: bool = False
) -> MastodonServer | None:
    """Return the listed server to ask about an account: its own, or one that has a copy of it."""
    domain = handle.rpartition("@")[2]
    own = next((server for server in servers if server.domain == domain), None)
    if own is not None or not copies:
        return own
    return next((server for server in servers if domain in server.copies_of), None)


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:
        return None


def _link(answer: Exchange) -> str:
    return ", ".join(v for key, v in answer.response_headers if key.lower() == "link")[:8_192]


def _segment(native: str) -> str:
    return quote(native, safe="")
