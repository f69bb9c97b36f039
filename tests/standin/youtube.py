"""A stand-in for the YouTube Data API v3: strict about requests, and able to misbehave.

Every request is held against the API's own description, and so is every answer before it is cut
down to the ``fields`` that were asked for. What does not fit is remembered and raised at the end.

Page tokens are places in a list, so a comment that comes or goes between two pages moves the rest
by one, as it does there. A crowd of strangers is computed and never stored.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.standin import discovery
from tests.standin.youtube_forms import (
    ANSWERS,
    Json,
    bad_key,
    comment_item,
    error,
    http_date,
    place,
    quota,
    token,
    upload_item,
    video_item,
)
from tests.standin.youtube_world import (
    START,
    Channel,
    Comment,
    Crowd,
    Fault,
    Trouble,
    Video,
    channel_id,
)

__all__ = ["KEY", "START", "Channel", "Comment", "Crowd", "StandIn", "Trouble", "Video"]

KEY = "AIzaSyUjiRekaan-0123456789abcdefghijklm"
INLINE = 5


class StandIn:
    """Started with ``async with``; ``url`` is what the collector's ``server`` is set to."""

    def __init__(self, key: str = KEY, clock: Callable[[], datetime] | None = None) -> None:
        self.key = key
        self.clock = clock or (lambda: START)
        self.quota = 10_000
        self.used: Counter[str] = Counter()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.headers: list[dict[str, str]] = []
        self.channels: dict[str, Channel] = {}
        self.videos: dict[str, Video] = {}
        self.comments: dict[str, Comment] = {}
        self.crowd: Crowd | None = None
        self._under: dict[str, list[str]] = {}
        self.before: list[Callable[[str], None]] = []
        self._faults: list[Fault] = []
        self._broken: list[str] = []
        self._closing = asyncio.Event()
        app = web.Application()
        app.router.add_get("/youtube/v3/{resource}", self._serve)
        self._server = TestServer(app, host="127.0.0.1")

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        await self._server.close()
        if error is None and self._broken:
            raise AssertionError("; ".join(self._broken))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}/youtube/v3"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.port}"

    @property
    def units(self) -> int:
        return sum(self.used.values())

    # ---- the world ---------------------------------------------------------------------------

    def channel(self, handle: str) -> Channel:
        made = Channel(channel_id(handle), handle)
        self.channels[made.id] = made
        return made

    def video(self, owner: Channel, title: str, description: str = "", **more: Any) -> Video:
        number = len(self.videos)
        made = Video(
            f"video{number:06d}", owner.id, title, description,
            more.pop("published", START - timedelta(hours=1) + timedelta(minutes=number)), **more,
        )  # fmt: skip
        self.videos[made.id] = made
        return made

    def comment(self, video: Video, author: Channel | None, words: str, **more: Any) -> Comment:
        parent = more.pop("parent", None)
        number = len(self.comments)
        own = f"UgxKomentar{number:04d}"
        made = Comment(
            id=f"{parent.id}.{own}" if parent else own,
            author=author.id if author else "",
            handle=author.handle if author else "",
            words=words,
            published=more.pop("published", START + timedelta(minutes=number)),
            video=video.id,
            channel=video.channel,
            parent=parent.id if parent else "",
            **more,
        )
        self.comments[made.id] = made
        if parent:
            self._under.setdefault(parent.id, []).append(made.id)
        return made

    def edit(self, comment: Comment, words: str) -> None:
        at = comment.published + timedelta(minutes=1)
        self.comments[comment.id] = replace(comment, words=words, edited=at)

    def fail(self, trouble: Trouble, method: str, times: int = 1_000_000) -> None:
        self._faults.append(Fault(trouble, method, times))

    def mend(self) -> None:
        self._faults.clear()

    def _take(self, method: str, *troubles: Trouble) -> Trouble | None:
        for fault in self._faults:
            if fault.method == method and fault.trouble in troubles and fault.times:
                fault.times -= 1
                return fault.trouble
        return None

    # ---- requests ----------------------------------------------------------------------------

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        name = f"{request.match_info['resource']}.list"
        params = dict(request.query)
        self.asked.append((name, params))
        self.headers.append(dict(request.headers))
        for hook in self.before:
            hook(name)
        if "key" in params:
            self._broken.append("the key is in the URL")
        if request.headers.get("X-Goog-Api-Key") != self.key:
            return bad_key()
        # Every request costs, also one that is refused.
        self.used[name] += 1
        if self.units > self.quota:
            return quota()
        if name not in HANDLERS:
            return error(404, "notFound")
        if faults := discovery.request_faults(name, params):
            self._broken += [f"{name}: {fault}" for fault in faults]
            return error(400, "invalidParameter")
        return await self._instead(name, request) or self._answer(name, params, request)

    async def _instead(self, name: str, request: web.Request) -> web.StreamResponse | None:
        trouble = self._take(name, *ANSWERS, Trouble.STALL)
        if trouble is None:
            return None
        if trouble is Trouble.STALL:
            slow = web.StreamResponse(headers={"Content-Type": "application/json"})
            await slow.prepare(request)
            await slow.write(b'{"items": [')
            await self._closing.wait()
            return slow
        return ANSWERS[trouble]()

    def _answer(self, name: str, params: dict[str, str], request: web.Request) -> web.Response:
        found = HANDLERS[name](self, params)
        if isinstance(found, web.Response):
            return found
        if self._take(name, Trouble.EMPTY_PAGE):
            found = {**found, "items": [], "nextPageToken": token(place(params) + 1)}
        if "nextPageToken" in found and self._take(name, Trouble.SAME_TOKEN):
            found["nextPageToken"] = params.get("pageToken", found["nextPageToken"])
        resource = name.partition(".")[0].rstrip("s")
        whole = {
            "kind": f"youtube#{resource}ListResponse",
            "etag": hashlib.sha256(json.dumps(found).encode()).hexdigest()[:27],
            **found,
        }
        self._broken += discovery.answer_faults(name, whole)
        if request.headers.get("If-None-Match") == whole["etag"]:
            return web.Response(status=304, headers={"ETag": whole["etag"]})
        tree = discovery.select(params["fields"]) if "fields" in params else {}
        text = json.dumps(discovery.cut(whole, tree), ensure_ascii=False)
        if self._take(name, Trouble.CUT):
            text = text[: len(text) // 2]
        headers = {"ETag": whole["etag"], "Date": http_date(self.clock())}
        return web.Response(text=text, content_type="application/json", headers=headers)

    # ---- methods -----------------------------------------------------------------------------

    def _channels(self, params: dict[str, str]) -> Json:
        wanted = set(params.get("id", "").split(","))
        handle = params.get("forHandle", "").removeprefix("@").lower()
        found = [c for c in self.channels.values() if not c.closed
                 and (c.id in wanted or (handle and c.handle.lower() == handle))]  # fmt: skip
        items = [
            {
                "kind": "youtube#channel",
                "id": c.id,
                "snippet": {"title": c.handle.title(), "customUrl": f"@{c.handle}"},
                "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": c.uploads}},
            }
            for c in found
        ]
        # Where nothing is found the list is left out altogether.
        return {"pageInfo": {"totalResults": len(items), "resultsPerPage": 5},
                **({"items": items} if items else {})}  # fmt: skip

    def _uploads(self, params: dict[str, str]) -> Json | web.Response:
        owner = next((c for c in self.channels.values()
                      if c.uploads == params.get("playlistId") and not c.closed), None)  # fmt: skip
        mine = [v for v in self.videos.values() if owner and v.channel == owner.id]
        if owner is None or not mine:
            return error(404, "playlistNotFound")
        mine.sort(key=lambda v: v.published, reverse=True)
        return _page(mine, params, lambda v: upload_item(v, owner))

    def _videos(self, params: dict[str, str]) -> Json:
        wanted = params["id"].split(",")
        found = [self.videos[i] for i in wanted if i in self.videos]
        shown = [v for v in found if not v.private and not self.channels[v.channel].closed]
        return {"items": [video_item(v) for v in shown],
                "pageInfo": {"totalResults": len(shown), "resultsPerPage": len(shown)}}  # fmt: skip

    def _threads(self, params: dict[str, str]) -> Json | web.Response:
        channel = self.channels.get(params.get("allThreadsRelatedToChannelId", ""))
        if channel is None or channel.closed:
            return error(404, "channelNotFound")
        return _page(_Tops(self, channel.id), params, self._thread)

    def _replies(self, params: dict[str, str]) -> Json | web.Response:
        if "id" in params:
            found = [self.comments[i] for i in params["id"].split(",") if i in self.comments]
            shown = [c for c in found if self._shows(c)]
            return {"items": [comment_item(c) for c in shown],
                    "pageInfo": {"totalResults": len(shown),
                                 "resultsPerPage": len(shown)}}  # fmt: skip
        top = params.get("parentId", "")
        if top not in self.comments:
            return error(404, "commentNotFound")
        return _page([c for c in self._answers(top) if self._shows(c)], params, comment_item)

    def _thread(self, top: Comment) -> Json:
        answers = self._answers(top.id) if self.comments else []
        # The platform shows some answers, and not in any order that is promised.
        inline = [c for c in answers if self._shows(c)][:INLINE]
        made: Json = {
            "kind": "youtube#commentThread",
            "id": top.id,
            "snippet": {
                "channelId": top.channel, "videoId": top.video,
                "topLevelComment": comment_item(top), "canReply": True,
                "totalReplyCount": len(answers), "isPublic": True,
            },
        }  # fmt: skip
        return (
            {**made, "replies": {"comments": [comment_item(c) for c in inline]}} if inline else made
        )

    def _answers(self, top: str) -> list[Comment]:
        return [self.comments[i] for i in self._under.get(top, ()) if i in self.comments]

    def _shows(self, comment: Comment) -> bool:
        author = self.channels.get(comment.author)
        return not comment.held and not (author is not None and author.closed)


class _Tops(Sequence[Comment]):
    """The first comments on all of a channel's videos, newest first, the crowd among them."""

    def __init__(self, world: StandIn, channel: str) -> None:
        own = [c for c in world.comments.values()
               if c.channel == channel and not c.parent and world._shows(c)]  # fmt: skip
        self._own = sorted(own, key=lambda c: c.published, reverse=True)
        crowd = world.crowd
        self._crowd = crowd if crowd is not None and crowd.channel == channel else None
        # The place of each of them among all.
        self._ranks = [
            number + (self._crowd.newer_than(c.published) if self._crowd else 0)
            for number, c in enumerate(self._own)
        ]

    def __len__(self) -> int:
        return len(self._own) + (self._crowd.count if self._crowd else 0)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        before = bisect_left(self._ranks, at)
        if before < len(self._ranks) and self._ranks[before] == at:
            return self._own[before]
        if self._crowd is None:
            raise IndexError(at)
        return self._crowd[at - before]

    def __iter__(self) -> Iterator[Comment]:
        return (self[number] for number in range(len(self)))


HANDLERS: dict[str, Callable[[StandIn, dict[str, str]], Any]] = {
    "channels.list": StandIn._channels,
    "playlistItems.list": StandIn._uploads,
    "videos.list": StandIn._videos,
    "commentThreads.list": StandIn._threads,
    "comments.list": StandIn._replies,
}


def _page(
    found: Sequence[Any], params: dict[str, str], show: Callable[[Any], Json]
) -> Json | web.Response:
    at, size = place(params), int(params.get("maxResults", "20"))
    if at < 0:
        return error(400, "invalidPageToken")
    shown = found[at : at + size]
    answer: Json = {
        "pageInfo": {"totalResults": len(shown), "resultsPerPage": size},
        "items": [show(item) for item in shown],
    }
    if at + size < len(found):
        answer["nextPageToken"] = token(at + size)
    return answer
