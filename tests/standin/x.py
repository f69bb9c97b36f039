"""X's API v2 on loopback: the seven questions that the collector asks, with faults.

It is as strict as the OpenAPI document about parameters, their bounds and the bearer token.
tweepy's ``AsyncClient``, which is written against X itself, is its judge (``test_x_standin``).
Faults are ordered by ``fault``; headers and times are X's own.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any, Self

from aiohttp import web

PROBLEMS = "https://api.twitter.com/2/problems/"
_TWEET = (
    "attachments author_id context_annotations conversation_id created_at edit_controls "
    "edit_history_tweet_ids entities id in_reply_to_user_id lang note_tweet public_metrics "
    "referenced_tweets reply_settings source text withheld"
)
_EXPANSIONS = (
    "attachments.media_keys author_id edit_history_tweet_ids entities.mentions.username "
    "in_reply_to_user_id referenced_tweets.id referenced_tweets.id.author_id "
    "referenced_tweets.id.attachments.media_keys"
)
_USER = "created_at description id name protected username withheld"
_MEDIA = "alt_text height media_key preview_image_url type url width"
FIELDS = {
    "tweet.fields": frozenset(_TWEET.split()),
    "expansions": frozenset(_EXPANSIONS.split()),
    "user.fields": frozenset(_USER.split()),
    "media.fields": frozenset(_MEDIA.split()),
}
LISTS = frozenset({"max_results", "pagination_token", "next_token", *FIELDS})
TIMELINE = LISTS | {"since_id", "until_id", "start_time", "end_time", "exclude"}
# The requests in 15 minutes that one app may make.
LIMITS = {"users": 300, "timeline": 10_000, "retweets": 75, "quote_tweets": 75, "search": 450,
          "lookup": 3_500}  # fmt: skip
ALWAYS = ("id", "text", "edit_history_tweet_ids")
REACH = 3_200
WINDOW = 900


@dataclass(slots=True)
class User:
    id: str
    username: str
    protected: bool = False
    suspended: bool = False
    withheld: bool = False

    def shown(self) -> dict[str, Any]:
        found: dict[str, Any] = {"id": self.id, "username": self.username, "name": self.username}
        found["protected"] = self.protected
        return found | ({"withheld": {"country_codes": ["ID"]}} if self.withheld else {})


@dataclass(slots=True)
class Fault:
    """One ordered fault, used up after ``times`` requests to a lane; an empty lane is any."""

    kind: str
    lane: str = ""
    times: int = 1


@dataclass(slots=True)
class World:
    """Accounts and posts; ids grow with time, as X's do."""

    now: Callable[[], datetime]
    users: dict[str, User] = field(default_factory=dict)
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    media: dict[str, dict[str, Any]] = field(default_factory=dict)
    by: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    passed: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    last: int = 1_990_000_000_000_000_000

    def user(self, username: str, **more: Any) -> User:
        made = User(str(1_000 + len(self.users)), username, **more)
        self.users[made.id] = made
        return made

    def post(self, author: User, text: str, *refs: tuple[str, str], **more: Any) -> str:
        """Write a post now; ``refs`` are pairs of kind and id."""
        self.last += 1
        ident = str(self.last)
        made: dict[str, Any] = {
            "id": ident,
            "author_id": author.id,
            "text": text,
            "created_at": self.now().strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "edit_history_tweet_ids": [ident],
            "conversation_id": ident,
            "lang": "in",
        }
        if refs:
            made["referenced_tweets"] = [{"type": kind, "id": to} for kind, to in refs]
        for kind, to in refs:
            self.passed[kind, to].append(ident)
            if kind == "replied_to" and to in self.posts:
                made["in_reply_to_user_id"] = self.posts[to]["author_id"]
        self.posts[ident] = made | more
        self.by[author.id].append(ident)
        return ident

    def picture(self, alt: str) -> dict[str, Any]:
        """Return what attaches a new picture to a post."""
        key = f"3_{len(self.media) + 1}"
        address = f"https://pbs.example/{key}.jpg"
        self.media[key] = {"media_key": key, "type": "photo", "url": address, "alt_text": alt}
        return {"attachments": {"media_keys": [key]}}

    def edit(self, ident: str, text: str) -> str:
        """Write the next version of a post: it has an id of its own, the old one stays behind."""
        old = self.posts[ident]
        new = self.post(self.users[old["author_id"]], text)
        history = [*old["edit_history_tweet_ids"], new]
        for one in history:
            self.posts[one]["edit_history_tweet_ids"] = history
        self.by[old["author_id"]].remove(ident)
        return new

    def delete(self, ident: str) -> None:
        made = self.posts.pop(ident)
        if ident in self.by[made["author_id"]]:
            self.by[made["author_id"]].remove(ident)
        for ref in made.get("referenced_tweets", ()):
            self.passed[ref["type"], ref["id"]].remove(ident)

    def visible(self, ident: str) -> bool:
        made = self.posts.get(ident)
        return made is not None and not self.locked(self.users[made["author_id"]])

    @staticmethod
    def locked(user: User) -> bool:
        return user.protected or user.suspended


class Refused(Exception):
    """A request that X would answer with 400."""


class StandIn:
    """The server; an async context manager. ``url`` is what ``collect.x.api`` is set to."""

    def __init__(self, now: Callable[[], datetime], token: str = "AAAA-uji") -> None:
        self.token = token
        self.world = World(now)
        self.faults: list[Fault] = []
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.skew = timedelta(0)
        self.url = ""
        self.holes = 0
        self._used: dict[str, int] = defaultdict(int)
        app = web.Application()
        routes = (
            ("/2/users/by", "users", self._by_name),
            ("/2/users/{id:[0-9]+}", "users", self._user),
            ("/2/users/{id:[0-9]+}/tweets", "timeline", self._timeline),
            ("/2/tweets", "lookup", self._lookup),
            ("/2/tweets/search/recent", "search", self._search),
            ("/2/tweets/{id:[0-9]+}/retweets", "retweets", self._passed_on),
            ("/2/tweets/{id:[0-9]+}/quote_tweets", "quote_tweets", self._passed_on),
        )
        for path, lane, answer in routes:
            app.router.add_get(path, self._handler(lane, answer))
        self._closing = asyncio.Event()
        self._runner = web.AppRunner(app, shutdown_timeout=1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._runner.cleanup()

    def fault(self, kind: str, lane: str = "", times: int = 1) -> None:
        self.faults.append(Fault(kind, lane, times))

    def lanes(self) -> list[str]:
        return [lane for lane, _ in self.calls]

    def _handler(self, lane: str, answer: Any) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.calls.append((lane, dict(request.query)))
            fault = next((f for f in self.faults if f.times and f.lane in ("", lane)), None)
            if fault:
                fault.times -= 1
            if request.headers.get("Authorization") != f"Bearer {self.token}":
                return self._json(lane, 401, _problem("unauthorized", "Unauthorized"))
            if fault and fault.kind not in ("cut", "slow"):
                return self._broken(lane, fault.kind)
            self._used[lane] += 1
            if self._used[lane] > LIMITS[lane]:
                return self._broken(lane, "429")
            try:
                found = answer(request, lane)
            except (Refused, ValueError) as error:
                return self._json(lane, 400, _problem("invalid-request", str(error)))
            whole = self._json(lane, 200, found)
            return await self._partly(request, whole, fault) if fault else whole

        return handle

    async def _partly(
        self, request: web.Request, whole: web.Response, fault: Fault
    ) -> web.StreamResponse:
        body = whole.body
        assert isinstance(body, bytes)
        if fault.kind == "cut":
            return web.Response(body=body[: len(body) // 2], content_type="application/json")
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(body[: len(body) // 2])
        await self._closing.wait()
        return response

    def _broken(self, lane: str, kind: str) -> web.Response:
        status = int(kind[:3])
        if kind == "429":
            codes = {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}
            self._used[lane] = LIMITS[lane]
            return self._json(lane, status, codes)
        if kind == "429-bare":
            return web.Response(status=429)
        titles = {
            "429-second": ("about:blank", "Too Many Requests"),
            "429-cap": (f"{PROBLEMS}usage-capped", "UsageCapExceeded"),
            "401": (f"{PROBLEMS}unauthorized", "Unauthorized"),
            "402": (f"{PROBLEMS}credits", "Payment Required"),
            "403": (f"{PROBLEMS}client-forbidden", "Forbidden"),
        }
        if kind not in titles:
            return web.Response(status=status, text="<html>Over capacity</html>")
        typ, title = titles[kind]
        body = {"type": typ, "title": title, "detail": title, "status": status}
        return self._json(lane, status, body)

    def _json(self, lane: str, status: int, body: Any) -> web.Response:
        server = self.world.now() + self.skew
        reset = int(server.timestamp()) + WINDOW // 3
        headers = {
            "Date": format_datetime(server, usegmt=True),
            "x-rate-limit-limit": str(LIMITS[lane]),
            "x-rate-limit-remaining": str(max(0, LIMITS[lane] - self._used[lane])),
            "x-rate-limit-reset": str(reset),
        }
        return web.json_response(body, status=status, headers=headers)

    # ---- the questions -----------------------------------------------------------------------

    def _by_name(self, request: web.Request, lane: str) -> dict[str, Any]:
        query = _checked(request, {"usernames", *FIELDS})
        found, errors = [], []
        for name in _listed(query.get("usernames", ""), 100):
            user = next(
                (u for u in self.world.users.values() if u.username.lower() == name.lower()), None
            )
            if user is None or user.suspended:
                errors.append(_absent("user", "usernames", name, suspended=user is not None))
            else:
                found.append(user.shown())
        return _answer(found, errors)

    def _user(self, request: web.Request, lane: str) -> dict[str, Any]:
        _checked(request, FIELDS)
        ident = request.match_info["id"]
        user = self.world.users.get(ident)
        if user is None or user.suspended:
            return {"errors": [_absent("user", "id", ident, suspended=user is not None)]}
        return {"data": user.shown()}

    def _timeline(self, request: web.Request, lane: str) -> dict[str, Any]:
        query = _checked(request, TIMELINE)
        ident = request.match_info["id"]
        user = self.world.users.get(ident)
        if user is None or user.suspended:
            return {"errors": [_absent("user", "id", ident, suspended=user is not None)]}
        if user.protected:
            return {"errors": [_unseen("user", "id", ident)]}
        newest = self.world.by[ident][-REACH:]
        if "retweets" in query.get("exclude", ""):
            newest = [i for i in newest if i not in self._shares(newest)]
        return self._page(query, self._limited(query, newest), 5)

    def _lookup(self, request: web.Request, lane: str) -> dict[str, Any]:
        query = _checked(request, {"ids", *FIELDS})
        found, errors = [], []
        for ident in _listed(query.get("ids", ""), 100):
            if self.world.visible(ident):
                found.append(ident)
            elif ident in self.world.posts:
                errors.append(_unseen("tweet", "ids", ident))
            else:
                errors.append(_absent("tweet", "ids", ident))
        return self._shown(query, found, errors)

    def _passed_on(self, request: web.Request, lane: str) -> dict[str, Any]:
        query = _checked(request, LISTS)
        ident = request.match_info["id"]
        if not self.world.visible(ident):
            return {"errors": [_absent("tweet", "id", ident)]}
        kind = "retweeted" if lane == "retweets" else "quoted"
        listed = self.world.passed[kind, ident]
        return self._page(query, listed, 1 if lane == "retweets" else 10)

    def _search(self, request: web.Request, lane: str) -> dict[str, Any]:
        query = _checked(request, TIMELINE | {"query"})
        text = query.get("query", "")
        if not 1 <= len(text) <= 512:
            raise Refused("query: 1 to 512 characters")
        senders, _, to = text.partition(") to:")
        names = {one.removeprefix("from:").lower() for one in senders.strip("(").split(" OR ")}
        target = next(u.id for u in self.world.users.values() if u.username.lower() == to.lower())
        since = self.world.now() - timedelta(days=7)
        found = [
            ident
            for user in self.world.users.values()
            if user.username.lower() in names
            for ident in self.world.by[user.id]
            if self.world.posts[ident].get("in_reply_to_user_id") == target
            and self.world.posts[ident]["created_at"] >= since.strftime("%Y-%m-%dT%H:%M:%S")
        ]
        return self._page(query, self._limited(query, sorted(found, key=int)), 10)

    # ---- their answers -----------------------------------------------------------------------

    def _limited(self, query: dict[str, str], ids: list[str]) -> list[str]:
        since = query.get("since_id", "")
        if since:
            return [ident for ident in ids if int(ident) > int(since)]
        start = query.get("start_time", "")
        return [ident for ident in ids if self.world.posts[ident]["created_at"] >= start]

    def _page(self, query: dict[str, str], ids: list[str], least: int) -> dict[str, Any]:
        """Show the page before the id that the token names; ids come in, and grow, with time."""
        size = int(query.get("max_results", "10"))
        if not least <= size <= 100:
            raise Refused(f"max_results: {least} to 100")
        token = query.get("pagination_token") or query.get("next_token") or ""
        if token and not token.startswith("b"):
            raise Refused("pagination_token: invalid")
        end = bisect_left(ids, int(token.partition("-")[0][1:]), key=int) if token else len(ids)
        if self.holes and end:
            self.holes -= 1
            return {
                "meta": {"result_count": 0, "next_token": f"b{int(ids[end - 1]) + 1}-{self.holes}"}
            }
        page = ids[max(0, end - size) : end][::-1]
        found = self._shown(query, [i for i in page if self.world.visible(i)], [])
        found["meta"] = {"result_count": len(found.get("data", []))}
        if found.get("data"):
            found["meta"] |= {"newest_id": page[0], "oldest_id": page[-1]}
        if end > size:
            found["meta"]["next_token"] = f"b{page[-1]}"
        return found

    def _shown(
        self, query: dict[str, str], ids: Iterable[str], errors: list[dict[str, Any]]
    ) -> dict[str, Any]:
        wanted = {*ALWAYS, *filter(None, query.get("tweet.fields", "").split(","))}
        expand = set(query.get("expansions", "").split(","))
        data = [self._post(ident, wanted) for ident in ids]
        around: dict[str, Any] = {}
        users: dict[str, None] = {}
        keys: dict[str, None] = {}
        posts = self.world.posts
        for one in data:
            for ref in posts[one["id"]].get("referenced_tweets", ()):
                if "referenced_tweets.id" not in expand:
                    continue
                if not self.world.visible(ref["id"]):
                    absent = _unseen if ref["id"] in self.world.posts else _absent
                    errors.append(absent("tweet", "referenced_tweets.id", ref["id"]))
                    continue
                around[ref["id"]] = self._post(ref["id"], wanted)
        for one in (posts[shown["id"]] for shown in (*data, *around.values())):
            users[one["author_id"]] = None
            keys |= dict.fromkeys(one.get("attachments", {}).get("media_keys", ()))
        includes = {
            "users": [self.world.users[u].shown() for u in users] if "author_id" in expand else [],
            "tweets": list(around.values()),
            "media": [self.world.media[k] for k in keys] if "media.fields" in query else [],
        }
        shown = {name: found for name, found in includes.items() if found}
        return _answer(data, errors) | ({"includes": shown} if shown else {})

    def _post(self, ident: str, wanted: set[str]) -> dict[str, Any]:
        made = self.world.posts[ident]
        shown = {name: value for name, value in made.items() if name in wanted}
        if "public_metrics" in wanted and "public_metrics" not in made:
            passed = self.world.passed
            counts = {
                "retweet_count": len(passed.get(("retweeted", ident), ())),
                "quote_count": len(passed.get(("quoted", ident), ())),
            }
            shown["public_metrics"] = counts | {"reply_count": 0, "like_count": 0}
        return shown

    def _shares(self, ids: Iterable[str]) -> set[str]:
        posts = self.world.posts
        return {
            i for i in ids
            if any(r["type"] == "retweeted" for r in posts[i].get("referenced_tweets", ()))
        }  # fmt: skip


def _checked(request: web.Request, known: Iterable[str]) -> dict[str, str]:
    query = dict(request.query)
    for name, value in query.items():
        if name not in known:
            raise Refused(f"{name}: unknown parameter")
        if name in FIELDS and not set(value.split(",")) <= FIELDS[name]:
            raise Refused(f"{name}: unknown value")
    return query


def _listed(text: str, most: int) -> list[str]:
    found = [one for one in text.split(",") if one]
    if not 1 <= len(found) <= most:
        raise Refused(f"1 to {most} values")
    return found


def _answer(data: list[Any], errors: list[dict[str, Any]]) -> dict[str, Any]:
    return ({"data": data} if data else {}) | ({"errors": errors} if errors else {})


def _absent(kind: str, parameter: str, value: str, *, suspended: bool = False) -> dict[str, Any]:
    detail = f"Could not find {kind} with {parameter}: [{value}]."
    return {
        "value": value,
        "detail": f"User has been suspended: [{value}]." if suspended else detail,
        "title": "Forbidden" if suspended else "Not Found Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "type": f"{PROBLEMS}resource-not-found",
    }


def _unseen(kind: str, parameter: str, value: str) -> dict[str, Any]:
    return {
        "detail": f"Sorry, you are not authorized to see the {kind} with {parameter}: [{value}].",
        "title": "Authorization Error",
        "resource_type": kind,
        "parameter": parameter,
        "resource_id": value,
        "value": value,
        "type": f"{PROBLEMS}not-authorized-for-resource",
    }


def _problem(kind: str, detail: str) -> dict[str, Any]:
    errors = [{"message": detail}] if kind == "invalid-request" else []
    body = {"title": kind, "detail": detail, "type": f"{PROBLEMS}{kind}"}
    return body | ({"errors": errors} if errors else {})
