"""Calls of the YouTube Data API v3: the key, what each call costs, and what a refusal means.

The key goes in a header, never in a URL, so that no error, log line or recorded address can hold
it; ``monitor.net`` takes the header out of what is recorded. What the platform says in words is
never repeated: only reasons that are known here are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from monitor.collect import youtube_parse as parse
from monitor.collect.youtube_quota import Budget
from monitor.errors import (
    AuthError,
    BlockedError,
    ConfigError,
    NotFoundError,
    RateLimited,
    TransientError,
)
from monitor.model.evidence import Exchange
from monitor.net import Expect, Http

SECRET = "youtube_api_key"  # noqa: S105 - a file's name
HEADER = "X-Goog-Api-Key"
# Every try costs units, so there are two of them and not the four that other platforms get.
TRIES = 2
# Empty pages in a row after which a list that goes on is not followed any further.
EMPTY_PAGES = 5
ENDLESS = "the list does not end; reading stopped"
STALE = "the platform dropped its place in the list; it is read again"
# The API names no wait for its limits of the minute.
MINUTE = 60.0

_ANSWERS = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
# Reasons as the API documents them (global and method errors) and as google.rpc.ErrorInfo does.
_DAY_OVER = frozenset({"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"})
_TOO_FAST = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
_KEY = frozenset({
    "keyInvalid", "keyExpired", "accessNotConfigured", "ipRefererBlocked", "accountDisabled",
    "required", "authError", "API_KEY_INVALID", "SERVICE_DISABLED", "API_KEY_SERVICE_BLOCKED",
    "API_KEY_IP_ADDRESS_BLOCKED", "API_KEY_HTTP_REFERRER_BLOCKED", "CONSUMER_SUSPENDED",
    "CONSUMER_INVALID", "BILLING_DISABLED",
})  # fmt: skip
_CLOSED = frozenset({
    "commentsDisabled", "forbidden", "channelClosed", "channelSuspended", "channelForbidden",
    "playlistItemsNotAccessible", "videoForbidden",
})  # fmt: skip
_TOKEN = frozenset({"invalidPageToken", "processingFailure"})
# An answer at one of these levels names what is not there; any other is about the request itself.
_ABSENT = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class ClosedError(BlockedError):
    """The channel, video or playlist may not be read by anybody with a key: ``reason`` says why."""

    def __init__(self, subject: str, reason: str) -> None:
        self.reason = reason
        super().__init__(subject, f"the platform keeps this closed ({reason})")


class StaleTokenError(TransientError):
    """A page token is no longer accepted: the list must be read from its beginning."""


@dataclass(frozen=True, slots=True)
class Api:
    """Calls on behalf of one register line or target, which ``subject`` names in errors.

    ``walk`` says that comments are read: such calls leave a part of the allowance to others.
    """

    http: Http
    server: str
    secret: Callable[[], str]
    budget: Budget
    subject: str
    walk: bool = False

    async def ask(
        self, method: str, params: Mapping[str, str], etag: str = ""
    ) -> tuple[Exchange, parse.Listing | None]:
        """Make one call of a ``list`` method; ``None`` where nothing changed since ``etag``.

        Raises ``ClosedError``, ``StaleTokenError``, ``NotFoundError``, ``AuthError``,
        ``RateLimited``, and ``TransientError`` for what may pass by itself.
        """
        for left in reversed(range(TRIES)):
            try:
                answer = await self._get(method, params, etag)
                break
            except TransientError:
                if not left:
                    raise
        if answer.status == HTTPStatus.NOT_MODIFIED and etag:
            return answer, None
        if answer.status != HTTPStatus.OK:
            raise self._refusal(answer)
        try:
            return answer, parse.listing(answer.body)
        except ValueError:
            raise TransientError(self.subject, f"the answer to {method} is broken") from None

    async def one(self, method: str, **params: str) -> tuple[Exchange, bytes | None]:
        """Ask for one item by its id; ``None`` where the platform shows none."""
        answer, found = await self.ask(method, params)
        if found is None or len(found.items) > 1:
            raise TransientError(self.subject, f"the answer to {method} is broken")
        return answer, found.items[0] if found.items else None

    async def channel(self, name: str) -> tuple[Exchange, parse.Channel | None]:
        """Find a channel by its id or handle; ``None`` where the id leads to nothing.

        Raises ``NotFoundError`` for a handle that nobody bears: it says nothing of an account.
        """
        by = "id" if parse.CHANNEL_ID.fullmatch(name) else "forHandle"
        parts = {"part": "id,snippet,contentDetails"}
        answer, item = await self.one("channels.list", **parts, **{by: name})
        if item is None and by == "forHandle":
            raise NotFoundError(self.subject, "no channel bears this handle")
        try:
            found = parse.channel(item) if item is not None else None
        except ValueError:
            raise TransientError(self.subject, "the answer to channels.list is broken") from None
        if found is not None and by == "id" and found.id != name:
            raise TransientError(self.subject, "the platform answered with another channel")
        return answer, found

    async def _get(self, method: str, params: Mapping[str, str], etag: str) -> Exchange:
        self.budget.take(method, self.subject, walk=self.walk)
        headers = {HEADER: self._key(), "Accept": "application/json"}
        return await self.http.get(
            f"{self.server}/{method.partition('.')[0]}",
            params={**params, "fields": parse.FIELDS[method]},
            subject=self.subject,
            headers={**headers, "If-None-Match": etag} if etag else headers,
            expect=Expect.JSON,
            configured=True,
            answers=_ANSWERS,
            stay=True,
            attempts=1,
        )

    def _key(self) -> str:
        try:
            key = self.secret()
        except ConfigError:
            key = ""
        if not key.isascii() or not key.isprintable() or not key:
            # What is no key must not reach a header, and aiohttp's complaint would quote it.
            raise AuthError(self.subject, SECRET)
        return key

    def _refusal(self, answer: Exchange) -> Exception:
        """Return what an answer that is no list means."""
        subject, given = self.subject, parse.reasons(answer.body)
        found = frozenset(given)
        if found & _DAY_OVER:
            return self.budget.exhausted(subject)
        if found & _TOO_FAST:
            return RateLimited(subject, MINUTE)
        if found & _KEY or answer.status == HTTPStatus.UNAUTHORIZED:
            return AuthError(subject, SECRET)
        if found & _TOKEN:
            return StaleTokenError(subject, "a page token is no longer accepted")
        if answer.status in _ABSENT:
            return NotFoundError(subject, "the platform does not know it")
        if closed := sorted(found & _CLOSED):
            return ClosedError(subject, closed[0])
        if answer.status == HTTPStatus.FORBIDDEN:
            return BlockedError(subject, "refused with status 403")
        return TransientError(subject, f"the API answered with {answer.status}")
