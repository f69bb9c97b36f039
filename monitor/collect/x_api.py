"""Questions to X's API v2, with the app's own bearer token, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from monitor.clock import Clock
from monitor.collect import x_parse as parse
from monitor.errors import (
    AuthError,
    BlockedError,
    CollectError,
    ConfigError,
    NotFoundError,
    RateLimited,
    TransientError,
)
from monitor.model.evidence import Exchange
from monitor.net import Expect, Http
from monitor.net_limits import DEFAULT_WAIT, asked_wait

SECRET = "x_bearer"  # noqa: S105 - the name of a file
PAGE_LIMIT = 100  # the most that every list below gives
LOOKUP_LIMIT = 100

NO_CREDITS = "X: no credits are left for reading (402)"
CAPPED = "X: the month's cap of posts is used up (429, usage-capped)"
_CAP = "usage-capped"
_REFUSALS = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)

Secret = Callable[[], str]


class Unavailable(NotFoundError):
    """The account is protected, suspended, withheld or gone; ``answer`` is what said so."""

    def __init__(self, subject: str, reason: str, answer: Exchange) -> None:
        self.reason = reason
        self.answer = answer
        super().__init__(subject, f"the account cannot be read: {reason}")


class StaleToken(TransientError):
    """X does not accept a page token that it gave earlier."""


@dataclass(frozen=True, slots=True)
class Account:
    """What X says of an account today."""

    id: str
    handle: str


@dataclass(frozen=True, slots=True)
class Api:
    """``subject`` is what errors name; neither an address nor the token ever is."""

    http: Http
    base: str
    secret: Secret
    clock: Clock
    subject: str

    async def account(self, native_id: str, handle: str) -> Account:
        """Find an account by its id, or at the first look by its name; raise ``Unavailable``."""
        if native_id and not parse.ID.fullmatch(native_id):
            raise NotFoundError(self.subject, "the account's id on file is none of X")
        fields = {"user.fields": "username,protected,withheld"}
        if native_id:
            answer, found = await self._ask(f"users/{native_id}", fields, "users")
        else:
            answer, found = await self._ask("users/by", {"usernames": handle, **fields}, "users")
        users = [parse.mapping(one) for one in found.posts]
        if not users and not found.errors:
            raise TransientError(self.subject, "X sent neither the account nor a reason")
        if not users:
            raise Unavailable(self.subject, reason_of(found), answer)
        user = users[0]
        for reason in ("protected", "withheld"):
            if user.get(reason):
                raise Unavailable(self.subject, reason, answer)
        ident, name = str(user.get("id", "")), str(user.get("username", ""))
        if not parse.ID.fullmatch(ident) or native_id not in ("", ident):
            raise TransientError(self.subject, "X answered with another account")
        return Account(ident, name)

    async def posts(self, user_id: str, limits: Mapping[str, str]) -> tuple[Exchange, parse.Answer]:
        """Read a page of an account's own posts, answers, quotes and reposts, newest first."""
        params = {"max_results": str(PAGE_LIMIT), **parse.FIELDS, **limits}
        answer, found = await self._ask(f"users/{user_id}/tweets", params, "timeline")
        if not found.posts and found.errors and not found.meta:
            raise Unavailable(self.subject, reason_of(found), answer)
        return answer, found

    async def engaged(self, post_id: str, kind: str, token: str) -> tuple[Exchange, parse.Answer]:
        """Read a page of a post's ``retweets`` or ``quote_tweets``, with their times."""
        params = {"max_results": str(PAGE_LIMIT), **parse.FIELDS}
        if token:
            params["pagination_token"] = token
        return await self._ask(f"tweets/{post_id}/{kind}", params, kind)

    async def search(self, query: str, limits: Mapping[str, str]) -> tuple[Exchange, parse.Answer]:
        """Search the posts of the last seven days."""
        params = {"query": query, "max_results": str(PAGE_LIMIT), **parse.FIELDS, **limits}
        return await self._ask("tweets/search/recent", params, "search")

    async def lookup(self, ids: str) -> tuple[Exchange, parse.Answer]:
        """Read up to 100 posts by their ids, separated by commas."""
        return await self._ask("tweets", {"ids": ids, **parse.FIELDS}, "lookup")

    async def _ask(
        self, path: str, params: Mapping[str, str], lane: str
    ) -> tuple[Exchange, parse.Answer]:
        answer = await self.http.get(
            f"{self.base}/2/{path}",
            subject=self.subject,
            params=params,
            headers={"Authorization": f"Bearer {self._token()}"},
            expect=Expect.JSON,
            configured=True,
            answers=_REFUSALS,
            lane=lane,
            stay=True,
        )
        if answer.status in _REFUSALS:
            raise self._refused(answer)
        if answer.status == HTTPStatus.BAD_REQUEST and _PAGED & params.keys():
            raise StaleToken(self.subject, "X does not know its page token any more")
        if answer.status != HTTPStatus.OK:
            raise TransientError(self.subject, f"X answered with {answer.status}")
        try:
            return answer, parse.answer(answer.body)
        except ValueError as error:
            raise TransientError(self.subject, str(error)) from None

    def _token(self) -> str:
        try:
            return self.secret()
        except ConfigError:  # the file was taken away while the program runs
            raise AuthError(self.subject, SECRET) from None

    def _refused(self, answer: Exchange) -> CollectError:
        kind = parse.problem(parse.mapping(answer.body))
        match answer.status:
            case HTTPStatus.UNAUTHORIZED:
                return AuthError(self.subject, SECRET)
            case HTTPStatus.PAYMENT_REQUIRED:
                return BlockedError(self.subject, NO_CREDITS)
            case HTTPStatus.FORBIDDEN:
                return BlockedError(self.subject, f"X: this app may not read that (403, {kind})")
        if kind == _CAP:
            return BlockedError(self.subject, CAPPED)
        headers = {name.lower(): value for name, value in answer.response_headers}
        wait = asked_wait(answer.status, headers, self.clock())
        return RateLimited(self.subject, DEFAULT_WAIT if wait is None else wait)


_PAGED = frozenset({"pagination_token", "next_token"})


def reason_of(found: parse.Answer) -> str:
    """Say in one word why X shows no account; its own text may name it, so it is not repeated."""
    kind = found.problem()
    if kind == parse.NOT_AUTHORIZED:
        return "protected"
    suspended = any("suspended" in str(error.get("detail", "")) for error in found.errors)
    return "suspended" if suspended else kind
