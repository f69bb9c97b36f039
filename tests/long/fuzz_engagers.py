"""Broken answers of Bluesky's query server, for ``fuzz``: an error of ours, or values of ours."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import msgspec

from monitor.collect.base import Cursor
from monitor.collect.bluesky_appview import Kind, read_feed, read_list, resting, resumed
from monitor.collect.bluesky_place import State, load

CALON, WARGA = "did:plc:" + "c" * 24, "did:plc:" + "w" * 24
_ACTOR = {"did": WARGA, "handle": "warga.example", "labels": []}
_POST = {
    "uri": f"at://{WARGA}/app.bsky.feed.post/3kaaaaaaaaa2a",
    "cid": "bafyreiaaaa",
    "author": _ACTOR,
    "record": {"$type": "app.bsky.feed.post", "text": "Setuju"},
    "replyCount": 1,
    "repostCount": 2,
    "likeCount": 3,
    "quoteCount": 4,
}
_CURSOR = "1795287698139__bafyreicr7gxh2z"
SAMPLES = {
    Kind.LIKES: {"likes": [{"actor": _ACTOR, "createdAt": "x"}], "cursor": _CURSOR},
    Kind.REPOSTS: {"repostedBy": [_ACTOR, _ACTOR], "cursor": _CURSOR},
    Kind.QUOTES: {"posts": [_POST], "cursor": _CURSOR},
    Kind.FOLLOWERS: {"followers": [_ACTOR], "subject": _ACTOR, "cursor": _CURSOR},
    Kind.REPLIES: {"thread": {"post": _POST, "replies": [{"post": _POST}]}},
}
FEED = {"feed": [{"post": {**_POST, "author": {**_ACTOR, "did": CALON}}}], "cursor": _CURSOR}
PLACE = State(did=CALON, counts={"3kaaaaaaaaa2a": {"likes": 1}}).cursor()

Broken = Callable[[random.Random, bytes], bytes]


def engagers(rng: random.Random, broken: Broken) -> None:
    """Break a page of engagers, a page of posts or a stored place, and read it."""
    kind = rng.choice((*SAMPLES, None, "place"))
    sample = PLACE if kind == "place" else SAMPLES[kind] if isinstance(kind, Kind) else FEED
    try:
        body = msgspec.json.decode(broken(rng, json.dumps(sample).encode()), type=dict)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return  # the caller's layer refuses what is no JSON object
    if kind == "place":
        _resumes(body)
        return
    try:
        page = read_list(kind, body) if isinstance(kind, Kind) else read_feed(body, CALON)
    except ValueError as error:
        said = str(error)
    else:
        kept = resting(page.cursor)
        said = resumed(kept)
        assert kept == "" or kept.isdigit()
    assert WARGA not in said
    assert "bafy" not in said


def _resumes(body: Cursor) -> None:
    assert json.dumps(load(body).cursor())
