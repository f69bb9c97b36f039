"""Questions to the query server (AppView): a public account's posts, and who engaged with them.

Its lists are full of strangers. A page lives in memory until the register was asked about it; no
error, log line or cursor names anybody in it. Forms: the ``app.bsky.*`` lexicons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec

from monitor.collect.bluesky_identity import fields
from monitor.errors import NotFoundError, TransientError
from monitor.net import Expect, Http

T = TypeVar("T")
R = TypeVar("R")

PAGE = 100  # the most that each list gives
# A cursor is a time in milliseconds and the hash of the last record shown, a stranger's.
_CURSOR = re.compile(r"([0-9]{10,15})__[A-Za-z0-9]+")
_SHOWN = 40


class Kind(StrEnum):
    """The lists of a post, and the list of an account's followers."""

    LIKES = "likes"
    REPOSTS = "reposts"
    QUOTES = "quotes"
    REPLIES = "replies"
    FOLLOWERS = "followers"


METHODS = {
    Kind.LIKES: "app.bsky.feed.getLikes",
    Kind.REPOSTS: "app.bsky.feed.getRepostedBy",
    Kind.QUOTES: "app.bsky.feed.getQuotes",
    Kind.REPLIES: "app.bsky.feed.getPostThread",
    Kind.FOLLOWERS: "app.bsky.graph.getFollowers",
}
# Where the answer holds the list, and where an element names who it is.
_FIELD = {
    Kind.LIKES: "likes",
    Kind.REPOSTS: "repostedBy",
    Kind.QUOTES: "posts",
    Kind.FOLLOWERS: "followers",
}


class Profile(msgspec.Struct):
    did: str


class Post(msgspec.Struct, rename="camel"):
    """A post as the query server shows it, with how often each kind of act was counted."""

    uri: str
    author: Profile
    like_count: int = 0
    repost_count: int = 0
    quote_count: int = 0
    reply_count: int = 0

    @property
    def key(self) -> str:
        return self.uri.rpartition("/")[2]

    @property
    def counts(self) -> dict[str, int]:
        return {
            Kind.LIKES: self.like_count,
            Kind.REPOSTS: self.repost_count,
            Kind.QUOTES: self.quote_count,
            Kind.REPLIES: self.reply_count,
        }


class _Like(msgspec.Struct):
    actor: Profile


class _Node(msgspec.Struct):
    post: Post


class _Item(msgspec.Struct):
    post: Post


@dataclass(frozen=True, slots=True)
class Engager:
    """Who acted; ``uri`` is the act's own record where the list names it."""

    did: str
    uri: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of engagers; ``unread`` elements were of unknown form or not shown."""

    engagers: Sequence[Engager]
    cursor: str
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of an account's own posts, newest first; its cursor names its own records only."""

    posts: Sequence[Post]
    cursor: str
    unread: int = 0


def read_feed(body: Mapping[str, Any], did: str) -> Feed:
    """Read an account's own posts, without what it shared; ``ValueError`` where it is no list."""
    found, unread = _elements(body, "feed", _Item)
    own = [item.post for item in found if item.post.author.did == did]
    return Feed(own, _cursor(body), unread)


def read_list(kind: Kind, body: Mapping[str, Any]) -> Listed:
    """Read a page of engagers; raise ``ValueError`` where the answer is no such list."""
    if kind is Kind.REPLIES:
        return _replies(body)
    if kind is Kind.LIKES:
        likes, unread = _elements(body, _FIELD[kind], _Like)
        return Listed([Engager(like.actor.did) for like in likes], _cursor(body), unread)
    if kind is Kind.QUOTES:
        posts, unread = _elements(body, _FIELD[kind], Post)
        return Listed([Engager(p.author.did, p.uri) for p in posts], _cursor(body), unread)
    people, unread = _elements(body, _FIELD[kind], Profile)
    return Listed([Engager(one.did) for one in people], _cursor(body), unread)


def _replies(body: Mapping[str, Any]) -> Listed:
    thread = body.get("thread")
    if not isinstance(thread, dict) or "post" not in thread:
        return Listed((), "", 1)
    nodes, unread = _elements({"replies": [], **thread}, "replies", _Node)
    return Listed([Engager(node.post.author.did, node.post.uri) for node in nodes], "", unread)


def _elements(body: Mapping[str, Any], name: str, form: type[T]) -> tuple[list[T], int]:
    """Return the readable elements of a list, and how many were none."""
    given = body.get(name)
    listed: list[Any] | None = given if isinstance(given, list) else None
    if listed is None:
        raise ValueError(f"the answer has no list of {name}")
    found = []
    for element in listed:
        try:
            found.append(msgspec.convert(element, form))
        except msgspec.ValidationError:
            continue
    return found, len(listed) - len(found)


@dataclass(frozen=True, slots=True)
class AppView:
    """``subject`` is what errors name: the public account whose engagers are read."""

    http: Http
    host: str
    subject: str

    async def feed(self, did: str, cursor: str) -> Feed:
        """Return a page of an account's posts; raise ``NotFoundError`` where there is none."""
        body = await self._ask("app.bsky.feed.getAuthorFeed", {"actor": did}, cursor)
        return self._read(lambda: read_feed(body, did))

    async def engagers(self, kind: Kind, of: str, cursor: str) -> Listed:
        """Return a page of who acted upon a post (``of`` is its address) or an account (DID).

        A thread comes whole, it has no pages: its direct answers are one.
        """
        if kind is Kind.REPLIES:
            params = {"uri": of, "depth": "1", "parentHeight": "0"}
            body = await self._ask(METHODS[kind], params, "", page=False)
        else:
            name = "actor" if kind is Kind.FOLLOWERS else "uri"
            body = await self._ask(METHODS[kind], {name: of}, cursor)
        return self._read(lambda: read_list(kind, body))

    async def exists(self, uri: str) -> bool:
        """Say whether a post is there: of one that is not, the lists are empty and not refused."""
        body = await self._ask("app.bsky.feed.getPosts", {"uris": uri}, "", page=False)
        posts, _ = self._read(lambda: _elements(body, "posts", Post))
        return any(post.uri == uri for post in posts)

    def _read(self, read: Callable[[], R]) -> R:
        try:
            return read()
        except ValueError as error:
            raise TransientError(self.subject, str(error)) from None

    async def _ask(
        self, method: str, params: dict[str, str], cursor: str, *, page: bool = True
    ) -> dict[str, Any]:
        asked = {**params, **({"limit": str(PAGE)} if page else {})}
        if cursor:
            asked["cursor"] = cursor
        answer = await self.http.get(
            f"{self.host}/xrpc/{method}",
            subject=self.subject,
            params=asked,
            expect=Expect.JSON,
            configured=True,
        )
        body = dict(fields(answer, self.subject))
        if answer.status == HTTPStatus.OK:
            return body
        name = str(body.get("error", ""))[:_SHOWN]
        if name == "NotFound" or str(body.get("message", "")).startswith("Profile not found"):
            raise NotFoundError(self.subject, f"{method}: it is not there")
        raise StaleView(self.subject, f"{method} answered {answer.status} {name}")


class StaleView(TransientError):
    """The query server refused the question, which may be for its cursor."""


def resting(cursor: str) -> str:
    """Return what of a cursor may be kept: its time, without the stranger's hash."""
    found = _CURSOR.fullmatch(cursor)
    return found[1] if found else ""


def resumed(kept: str) -> str:
    """Return a cursor from before all acts of the kept millisecond: some are listed twice."""
    return f"{int(kept) + 1}__a" if kept else ""


def _cursor(body: Mapping[str, Any]) -> str:
    found = body.get("cursor")
    return found if isinstance(found, str) else ""
