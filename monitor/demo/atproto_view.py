"""The emulated network's query server: who engaged with a post or an account, newest first.

Its answers have the keys, order, cursors and errors of the real one (``@atproto/bsky``), which
``tests/network`` compares. Of a post that does not exist it lists nobody and does not refuse.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from monitor.clock import from_text
from monitor.demo.atproto_faults import Trouble, error

if TYPE_CHECKING:
    from monitor.demo.atproto import Account, Atproto

LIST_DEFAULT = 50
LIST_MAX = 100
LIKE = "app.bsky.feed.like"
REPOST = "app.bsky.feed.repost"
FOLLOW = "app.bsky.graph.follow"
POST = "app.bsky.feed.post"
REPLY, QUOTE = "reply", "quote"
LATEST = "9999999999999"
Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Row:
    """One act in a list: who, the act's own record, and the milliseconds it is sorted by."""

    did: str
    handle: str
    uri: str
    cid: str
    at: int
    value: Mapping[str, Any]


class View:
    """``crowds`` puts ready lists in the place of what the repositories say, newest first.

    ``hidden`` accounts are counted and not shown, as those that somebody blocked. ``answers``
    are sent instead, by method.
    """

    def __init__(self, net: Atproto) -> None:
        self._net = net
        self._known: tuple[object, dict[tuple[str, str], list[Row]]] = (None, {})
        self.crowds: dict[tuple[str, str], Sequence[Row]] = {}
        self.hidden: set[str] = set()
        self.answers: dict[str, object] = {}

    def methods(self) -> dict[str, Handler]:
        return {name: self._or_instead(name, one) for name, one in self._handlers().items()}

    def _or_instead(self, name: str, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.Response:
            if name in self.answers:
                return web.json_response(self.answers[name])
            return await handler(request)

        return answer

    def _handlers(self) -> dict[str, Handler]:
        return {
            "app.bsky.feed.getAuthorFeed": self._feed,
            "app.bsky.feed.getPosts": self._posts,
            "app.bsky.feed.getPostThread": self._thread,
            "app.bsky.feed.getLikes": self._likes,
            "app.bsky.feed.getRepostedBy": self._reposts,
            "app.bsky.feed.getQuotes": self._quotes,
            "app.bsky.graph.getFollowers": self._followers,
        }

    def rows(self, kind: str, of: str) -> Sequence[Row]:
        """Return who acted in one way upon a post or an account, newest first."""
        crowd = self.crowds.get((kind, of))
        return self._index().get((kind, of), ()) if crowd is None else crowd

    async def _likes(self, request: web.Request) -> web.Response:
        rows, cursor = self._page(request, LIKE, request.query["uri"])
        likes = [
            {"actor": _profile(row), "createdAt": _iso(row.at), "indexedAt": _iso(row.at)}
            for row in rows
        ]
        return _answer({"likes": likes, **cursor, "uri": request.query["uri"]})

    async def _reposts(self, request: web.Request) -> web.Response:
        rows, cursor = self._page(request, REPOST, request.query["uri"])
        people = [_profile(row) for row in rows]
        return _answer({"repostedBy": people, **cursor, "uri": request.query["uri"]})

    async def _quotes(self, request: web.Request) -> web.Response:
        rows, cursor = self._page(request, QUOTE, request.query["uri"])
        posts = [self._view(row) for row in rows]
        return _answer({"posts": posts, **cursor, "uri": request.query["uri"]})

    async def _followers(self, request: web.Request) -> web.Response:
        account = self._account(request.query["actor"])
        if account is None:
            return error("InvalidRequest", f"Actor not found: {request.query['actor']}")
        rows, cursor = self._page(request, FOLLOW, account.repo.did)
        subject = {"did": account.repo.did, "handle": account.handle, **_SHOWN}
        people = [_profile(row) for row in rows]
        return _answer({"followers": people, "subject": subject, **cursor})

    async def _feed(self, request: web.Request) -> web.Response:
        account = self._account(request.query["actor"])
        if account is None:
            return error("InvalidRequest", "Profile not found")
        rows, cursor = self._page(request, POST, account.repo.did)
        return _answer({"feed": [{"post": self._view(row)} for row in rows], **cursor})

    async def _posts(self, request: web.Request) -> web.Response:
        asked = request.query.getall("uris")
        found = [row for uri in asked if (row := self._post(uri)) is not None]
        return _answer({"posts": [self._view(row) for row in found]})

    async def _thread(self, request: web.Request) -> web.Response:
        uri = request.query["uri"]
        row = self._post(uri)
        if row is None or self._net.faults.take("app.bsky.feed.getPostThread", Trouble.GONE):
            return error("NotFound", f"Post not found: {uri}")
        node = "app.bsky.feed.defs#threadViewPost"
        replies = [
            {"post": self._view(reply), "threadContext": {}, "$type": node}
            for reply in self.rows(REPLY, uri)
            if reply.did not in self.hidden
        ]
        thread = {"post": self._view(row), "replies": replies, "threadContext": {}, "$type": node}
        return _answer({"thread": thread})

    def _page(
        self, request: web.Request, kind: str, of: str
    ) -> tuple[Sequence[Row], dict[str, str]]:
        """Return a page of rows, and its cursor where more are to come."""
        method, cursor = request.match_info["method"], request.query.get("cursor", "")
        limit = min(int(request.query.get("limit", LIST_DEFAULT)), LIST_MAX)
        trouble = self._net.faults.take(method, Trouble.EMPTY_PAGES, Trouble.REPEATED_CURSOR)
        if trouble is Trouble.EMPTY_PAGES:
            # The place stays, and the text of the cursor is always new.
            return (), {"cursor": f"{cursor or f'{LATEST}__a'}0"}
        rows = self.rows(kind, of)
        start = _start(rows, cursor)
        shown = rows[start : start + limit]
        more = start + limit < len(rows)
        end = {"cursor": f"{shown[-1].at}__{shown[-1].cid}"} if more and shown else {}
        if trouble and cursor:
            end = {"cursor": cursor}
        return [row for row in shown if row.did not in self.hidden], end

    def _view(self, row: Row) -> dict[str, Any]:
        return {
            "uri": row.uri,
            "cid": row.cid,
            "author": _profile(row),
            "record": dict(row.value),
            "bookmarkCount": 0,
            "replyCount": len(self.rows(REPLY, row.uri)),
            "repostCount": len(self.rows(REPOST, row.uri)),
            "likeCount": len(self.rows(LIKE, row.uri)),
            "quoteCount": len(self.rows(QUOTE, row.uri)),
            "indexedAt": _iso(row.at),
            "labels": [],
        }

    def _account(self, name: str) -> Account | None:
        return self._net.find(name)

    def _post(self, uri: str) -> Row | None:
        did = uri.removeprefix("at://").partition("/")[0]
        return next((row for row in self.rows(POST, did) if row.uri == uri), None)

    def _index(self) -> dict[tuple[str, str], list[Row]]:
        """Return every list; they are built once for each state of the network."""
        state, known = self._known
        if state == self._net.state:
            return known
        found: dict[tuple[str, str], list[Row]] = {}
        for account in self._net.open_accounts():
            for path, record in account.repo.records.items():
                row = _row(account, path, record.value, record.block.text)
                for kind, of in _subjects(path.partition("/")[0], account.repo.did, record.value):
                    found.setdefault((kind, of), []).append(row)
        for rows in found.values():
            rows.sort(key=lambda row: (row.at, row.cid), reverse=True)
        self._known = (self._net.state, found)
        return found


_SHOWN: dict[str, Any] = {
    "associated": {"activitySubscription": {"allowSubscriptions": "followers"}},
    "labels": [],
}


def _row(account: Account, path: str, value: Mapping[str, Any], cid: str) -> Row:
    try:
        at = from_text(str(value.get("createdAt"))).timestamp()
    except ValueError:
        at = 0.0
    uri = f"at://{account.repo.did}/{path}"
    return Row(account.repo.did, account.handle, uri, cid, int(at * 1000), value)


def _subjects(collection: str, own: str, value: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return in which lists a record stands."""
    subject = value.get("subject")
    if collection in (LIKE, REPOST) and isinstance(subject, Mapping):
        return [(collection, str(subject.get("uri")))]
    if collection == FOLLOW:
        return [(FOLLOW, str(subject))]
    if collection != POST:
        return []
    found = [(POST, own)]
    reply, embed = value.get("reply"), value.get("embed")
    if isinstance(reply, Mapping):
        found.append((REPLY, str(reply["parent"]["uri"])))
    if isinstance(embed, Mapping) and isinstance(embed.get("record"), Mapping):
        found.append((QUOTE, str(embed["record"].get("uri"))))
    return found


def _start(rows: Sequence[Row], cursor: str) -> int:
    """Return where a page begins: after everything up to the cursor, by time and hash."""
    if not cursor:
        return 0
    at, _, cid = cursor.partition("__")
    low, high = 0, len(rows)
    while low < high:
        middle = (low + high) // 2
        row = rows[middle]
        if (row.at, row.cid) < (int(at), cid):
            high = middle
        else:
            low = middle + 1
    return low


def _profile(row: Row) -> dict[str, Any]:
    return {"did": row.did, "handle": row.handle, **_SHOWN}


def _iso(at: int) -> str:
    when = datetime.fromtimestamp(at / 1000, UTC)
    return f"{when:%Y-%m-%dT%H:%M:%S}.{at % 1000:03}Z"


def _answer(body: Mapping[str, Any]) -> web.Response:
    return web.json_response(body)
