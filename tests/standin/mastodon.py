"""One Mastodon server in memory, on loopback: it answers what a visitor may read, and no more.

Forms, orders, places and limits are those of Mastodon 4.6 (docs.joinmastodon.org, and the source of
its controllers and throttles); ``tests/network/test_mastodon_judge.py`` has Mastodon.py read them
back. It is stricter than a real server: an unknown parameter is refused with 422. ``crowd`` adds
100,000 strangers to a status in an instant: they are made only when a page shows them.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from monitor.clock import Clock, utc_now
from tests.standin.mastodon_faults import Faults, Trouble, error, instead
from tests.standin.mastodon_limits import Throttles
from tests.standin.mastodon_shapes import account_json, edit_json, instance_json, status_json
from tests.standin.names import server_side

VISITOR_DESCENDANTS = 60
VISITOR_DEPTH = 20
CROWD = 900_000_000  # ids from here on are strangers made on demand
_PUBLIC = ("public", "unlisted")
_STATUS_PARAMS = {"limit", "max_id", "since_id", "min_id", "exclude_replies", "exclude_reblogs",
                  "only_media", "pinned", "tagged"}  # fmt: skip
_LIST_PARAMS = {"limit", "max_id", "since_id", "min_id"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Account:
    """An account; ``domain`` is empty for one that is at home here."""

    id: str
    username: str
    uri: str
    url: str
    domain: str = ""
    created_at: datetime | None = None
    suspended: bool = False
    gone: bool = False
    hides: bool = False
    moved: Account | None = None
    follows: list[tuple[int, str]] = field(default_factory=list)

    @property
    def acct(self) -> str:
        return f"{self.username}@{self.domain}" if self.domain else self.username


@dataclass
class Status:
    """A status; ``likes`` are (place, account id) in the order in which they came."""

    id: str
    author: str
    uri: str
    url: str
    at: datetime
    content: str = ""
    spoiler: str = ""
    visibility: str = "public"
    parent: str = ""
    parent_author: str = ""
    reblog: str = ""
    quote: str = ""
    quote_state: str = "accepted"
    media: Sequence[Mapping[str, Any]] = ()
    poll: Sequence[str] = ()
    mentions: Sequence[str] = ()
    versions: list[tuple[datetime, str]] = field(default_factory=list)
    likes: list[tuple[int, str]] = field(default_factory=list)
    crowd: int = 0
    uncounted: int = 0


class Mastodon:
    """Write through its methods, read through HTTP at ``url``; ``asked`` lists what was read.

    ``token_only`` refuses visitors; ``tokens`` are those that are known, and the accounts in
    ``blocked`` block whoever holds one. ``before`` maps a path to what happens just before it is
    answered, once: how things change between two pages. ``answers_with`` is an account and a name
    that every look-up is answered with. ``leaks`` shows what was meant for followers, as to a
    token of one; ``places`` is whether favourites have a ``Link``, which some servers leave out.
    ``web`` is the host that it answers at where that is not ``domain`` (WEB_DOMAIN), and
    ``fingered`` counts WebFinger's questions. It is at loopback's ``port`` with TLS, behind the
    names of ``standin.names``, and at ``url`` without.
    """

    def __init__(self, domain: str, clock: Clock = utc_now) -> None:
        self.domain = domain
        self.clock = clock
        self.accounts: dict[str, Account] = {}
        self.statuses: dict[str, Status] = {}
        self.faults = Faults()
        self.throttles = Throttles()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.before: dict[str, Callable[[], object]] = {}
        self.tokens: set[str] = set()
        self.token_only = False
        self.blocked: set[str] = set()
        self.fetching = False
        self.leaks = False
        self.places = True
        self.answers_with: tuple[Account, str] | None = None
        self.url, self.port = "", 0
        self.web = domain
        self.fingered = 0
        # An id means nothing elsewhere: no two servers have the same ones here.
        self._number = itertools.count(sum(domain.encode()) * 1_000)
        self._place = itertools.count(53_000_000)
        self._last = 0
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/api/{version}/{path:.*}", self._serve)
        app.router.add_get("/.well-known/webfinger", self._webfinger)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        for context in (None, server_side()):
            await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=context).start()
        plain, secure = (address[1] for address in self._runner.addresses)
        self.url, self.port = f"http://127.0.0.1:{plain}", secure
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        cause: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    # ---- writing ------------------------------------------------------------------------------

    def account(self, username: str, domain: str = "") -> Account:
        """Open an account here, or let one of another server become known."""
        home = domain or self.domain
        number = str(next(self._number))
        uri, url = f"https://{home}/users/{username}", f"https://{home}/@{username}"
        made = Account(number, username, uri, url, domain, self.clock())
        self.accounts[number] = made
        return made

    def post(self, author: Account, content: str = "", **more: Any) -> Status:
        """Publish a status; ``at``, ``uri`` and ``url`` may be given for one from elsewhere."""
        number = self._snowflake()
        home = author.domain or self.domain
        given = {
            "uri": f"https://{home}/users/{author.username}/statuses/{number}",
            "url": f"https://{home}/@{author.username}/{number}",
            "at": self.clock(),
            **more,
        }
        made = Status(number, author.id, content=content, **given)
        self.statuses[number] = made
        return made

    def reply(self, author: Account, parent: Status, content: str, **more: Any) -> Status:
        given = {"parent": parent.id, "parent_author": parent.author, "mentions": [parent.author]}
        return self.post(author, content, **{**given, **more})

    def boost(self, author: Account, status: Status, **more: Any) -> Status:
        made = self.post(author, reblog=status.id, **more)
        made.uri, made.url = f"{made.uri}/activity", f"{made.uri}/activity"
        return made

    def favourite(self, account: Account, status: Status) -> None:
        status.likes.append((next(self._place), account.id))

    def crowd(self, status: Status, number: int) -> None:
        """Let strangers favour a status, below everyone who did so by ``favourite``."""
        status.crowd = number

    def follow(self, account: Account, followed: Account) -> None:
        account.follows.append((next(self._place), followed.id))

    def edit(self, status: Status, content: str) -> None:
        if not status.versions:
            status.versions.append((status.at, status.content))
        status.versions.append((self.clock(), content))
        status.content = content

    def delete(self, status: Status) -> None:
        """Take a status down: its answers stay, without saying what they answered."""
        del self.statuses[status.id]
        for other in list(self.statuses.values()):
            if other.reblog == status.id:
                del self.statuses[other.id]
            elif other.parent == status.id:
                other.parent = ""

    def stranger(self, number: int) -> Account:
        """Return the nth of a crowd."""
        name, home = f"orang{number:06d}", "jauh.example"
        uri, url = f"https://{home}/users/{name}", f"https://{home}/@{name}"
        return Account(str(CROWD + number), name, uri, url, home, self.clock())

    def _snowflake(self) -> str:
        now = int(self.clock().timestamp() * 1_000) << 16
        self._last = max(now, self._last + 1)
        return str(self._last)

    async def _webfinger(self, request: web.Request) -> web.Response:
        """Answer about accounts of this server, under either of its names; about no other's."""
        self.fingered += 1
        name, _, domain = request.query.get("resource", "").removeprefix("acct:").partition("@")
        here = domain in (self.domain, self.web)
        own = [a.username for a in self.accounts.values() if not a.domain and not a.gone]
        if not here or name.lower() not in [*(n.lower() for n in own), self.domain]:
            return web.Response(status=404)
        shown = next((n for n in own if n.lower() == name.lower()), name)
        links = [{"rel": "http://webfinger.net/rel/profile-page", "type": "text/html",
                  "href": f"https://{self.web}/@{shown}"},
                 {"rel": "self", "type": "application/activity+json",
                  "href": f"https://{self.web}/users/{shown}"},
                 {"rel": "http://ostatus.org/schema/1.0/subscribe",
                  "template": f"https://{self.web}/authorize_interaction?uri={{uri}}"}]  # fmt: skip
        body = {"subject": f"acct:{shown}@{self.domain}", "links": links}
        return web.json_response(body, content_type="application/jrd+json")

    # ---- answering ----------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        self.asked.append((path, dict(request.query)))
        if path in self.before:
            self.before.pop(path)()
        late = self.throttles.take(request, self.clock())
        answer = late or await instead(self.faults, path, request, self.clock, self._closing)
        if answer is None:
            answer = self._allowed(request, path) or self._answer(request, path)
            self.throttles.mark(answer, request, self.clock())
        if not answer.prepared:
            self.faults.dated(answer, self.clock())
        return self.faults.bent(path, answer)

    def _allowed(self, request: web.Request, path: str) -> web.Response | None:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if given and given not in self.tokens:
            return error("The access token is invalid", 401)
        if not given and (self.token_only or path.endswith("/quotes")):
            return error("This API requires an authenticated user", 401)
        return None

    def _answer(self, request: web.Request, path: str) -> web.Response:
        match request.match_info["version"], *path.split("/"):
            case "v2", "instance":
                return web.json_response(instance_json(self))
            case "v1", "accounts", "lookup":
                return self._lookup(request)
            case "v1", "accounts", number:
                return self._account(self.accounts.get(number))
            case "v1", "accounts", number, "statuses":
                return self._account_statuses(request, number)
            case "v1", "accounts", number, "following":
                return self._following(request, number)
            case "v1", "statuses", number, *what:
                status = self._visible(number)
                if status is None or self._blocks(request, status):
                    return error("Record not found", 404)
                return self._status(request, status, what)
        return error("Record not found", 404)

    def _status(self, request: web.Request, status: Status, what: Sequence[str]) -> web.Response:
        match what:
            case []:
                return web.json_response(status_json(self, status))
            case ["context"]:
                return self._context(status)
            case ["history"]:
                return web.json_response(edit_json(self, status))
            case ["favourited_by"]:
                return self._favourited(request, status)
            case ["reblogged_by"]:
                return self._reblogged(request, status)
            case ["quotes"]:
                return self._quotes(request, status)
        return error("Record not found", 404)

    def _blocks(self, request: web.Request, status: Status) -> bool:
        return "Authorization" in request.headers and status.author in self.blocked

    def _visible(self, number: str) -> Status | None:
        status = self.statuses.get(number)
        if status is None or (status.visibility not in _PUBLIC and not self.leaks):
            return None
        author = self.accounts[status.author]
        return None if author.suspended or author.gone else status

    def _lookup(self, request: web.Request) -> web.Response:
        if self.answers_with is not None:
            account, name = self.answers_with
            return self._account(replace(account, username=name))
        acct = request.query.get("acct", "").lower().removesuffix(f"@{self.domain}")
        found = (a for a in self.accounts.values() if a.acct.lower() == acct and not a.gone)
        return self._account(next(found, None))

    def _account(self, account: Account | None) -> web.Response:
        if account is None or account.gone:
            return error("Record not found", 404)
        return web.json_response(account_json(self, account))

    def _account_statuses(self, request: web.Request, number: str) -> web.Response:
        account = self.accounts.get(number)
        if account is None or account.gone:
            return error("Record not found", 404)
        every = self.faults.take("/statuses", Trouble.OTHER_ACCOUNT)
        mine = [s for s in self.statuses.values() if every or s.author == number]
        own = [s for s in mine if self._visible(s.id)]
        if request.query.get("exclude_reblogs") == "true":
            own = [s for s in own if not s.reblog]
        places = [(int(s.id), s) for s in own]
        return self._page(request, places, 20, self._shown, _STATUS_PARAMS)

    def _following(self, request: web.Request, number: str) -> web.Response:
        account = self.accounts.get(number)
        if account is None or account.gone:
            return error("Record not found", 404)
        places = [] if account.hides else [(p, self.accounts[n]) for p, n in account.follows]
        return self._page(request, places, 40, self._listed, _LIST_PARAMS)

    def _favourited(self, request: web.Request, status: Status) -> web.Response:
        if not self.places:
            shown = [self._listed(self._known(n)) for _, n in status.likes]
            return web.json_response(shown)
        likes = _Crowd(status)
        return self._page(request, likes, 40, lambda n: self._listed(self._known(n)), _LIST_PARAMS)

    def _known(self, number: str) -> Account:
        return self.accounts.get(number) or self.stranger(int(number) - CROWD)

    def _reblogged(self, request: web.Request, status: Status) -> web.Response:
        boosts = [(int(s.id), s.author) for s in self.statuses.values() if s.reblog == status.id]
        return self._page(
            request, boosts, 40, lambda n: self._listed(self.accounts[n]), _LIST_PARAMS
        )

    def _quotes(self, request: web.Request, status: Status) -> web.Response:
        found = [s for s in self.statuses.values() if s.quote == status.id]
        accepted = [(int(s.id), s) for s in found if s.quote_state == "accepted"]
        return self._page(request, accepted, 20, self._shown, _LIST_PARAMS)

    def _context(self, status: Status) -> web.Response:
        above, at = [], status
        while at.parent and at.parent in self.statuses:
            at = self.statuses[at.parent]
            above.append(at)
        below = self._below(status.id, 0)[:VISITOR_DESCENDANTS]
        value = {
            "ancestors": [status_json(self, s) for s in reversed(above[:40])],
            "descendants": [status_json(self, s) for s in below],
        }
        waiting = 'id="x", retry=5, result_count=2'
        headers = {"Mastodon-Async-Refresh": waiting} if self.fetching else {}
        return web.json_response(value, headers=headers)

    def _below(self, number: str, depth: int) -> list[Status]:
        if depth >= VISITOR_DEPTH:
            return []
        found = []
        for status in [s for s in self.statuses.values() if s.parent == number]:
            if self._visible(status.id):
                found += [status, *self._below(status.id, depth + 1)]
        return found

    def _shown(self, status: Status) -> dict[str, Any]:
        return status_json(self, status)

    def _listed(self, account: Account) -> dict[str, Any]:
        return account_json(self, account)

    def _page(
        self,
        request: web.Request,
        places: Sequence[tuple[int, Any]],
        usual: int,
        shows: Callable[[Any], dict[str, Any]],
        known: set[str],
    ) -> web.Response:
        """Return a page, newest place first, as Mastodon's ``paginate_by_id`` cuts it."""
        query = request.query
        if set(query) - known or not all(query[k].isdigit() for k in _LIST_PARAMS & set(query)):
            return error("Validation failed", 422)
        limit = min(int(query.get("limit", usual)), usual * 2)
        top, low = int(query.get("max_id", 1 << 63)), int(query.get("since_id", -1))
        found = _cut(places, low, top, limit)
        found = self.faults.doubled(request.match_info["path"], places, found)
        body = json.dumps([shows(value) for _, value in found]).encode()
        etag = f'W/"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
        headers = {"ETag": etag, "Content-Type": "application/json; charset=utf-8"}
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers=headers)
        link = self._link(request, found, limit)
        return web.Response(body=body, headers={**headers, **({"Link": link} if link else {})})

    def _link(self, request: web.Request, found: Sequence[tuple[int, Any]], limit: int) -> str:
        """Name the next page wherever this one is full: a full last page leads to an empty one."""
        kept = {k: v for k, v in request.query.items() if k not in ("max_id", "since_id", "min_id")}
        links = []
        if len(found) == limit:
            links.append(("next", {**kept, "max_id": str(found[-1][0])}))
        if found:
            name = "min_id" if request.path.endswith("/statuses") else "since_id"
            links.append(("prev", {**kept, name: str(found[0][0])}))
        base = f"https://{self.domain}{request.path}"
        shown = [f'<{base}?{_encoded(query)}>; rel="{rel}"' for rel, query in links]
        return ", ".join(shown)


class _Crowd(Sequence[tuple[int, str]]):
    """The favourites of a status: a crowd at the places from 1, then those who were named."""

    def __init__(self, status: Status) -> None:
        self._status = status

    def __len__(self) -> int:
        return self._status.crowd + len(self._status.likes)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        if index < self._status.crowd:
            return index + 1, str(CROWD + index)
        return self._status.likes[index - self._status.crowd]


def _cut(
    places: Sequence[tuple[int, Any]], low: int, top: int, limit: int
) -> list[tuple[int, Any]]:
    """Take the newest ``limit`` places below ``top`` and above ``low``; ``places`` ascend."""
    first, last = 0, len(places)
    while first < last:
        middle = (first + last) // 2
        if places[middle][0] < top:
            first = middle + 1
        else:
            last = middle
    newest = list(reversed(places[max(0, first - limit) : first]))
    return [pair for pair in newest if pair[0] > low]


def _encoded(query: Mapping[str, str]) -> str:
    return "&".join(f"{name}={value}" for name, value in query.items())


__all__ = ["Account", "Mastodon", "Status", "Trouble"]
