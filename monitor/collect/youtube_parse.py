"""Answers of the YouTube Data API v3 read into values: pure, bytes in and values out.

Forms: the API's discovery document (revision 20261104). Only what is asked for with ``fields`` is
ever received: no counts, no pictures of faces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec

from monitor.clock import from_text

T = TypeVar("T")

CHANNEL_ID = re.compile(r"UC[A-Za-z0-9_-]{22}")
_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_LONGEST_TOKEN = 4_096
# There was no YouTube before; an earlier time is none.
FIRST_YEAR = 2005

# What is asked for of each kind of item (the API's "partial response").
COMMENT = (
    "id,snippet(authorChannelId,authorDisplayName,textDisplay,publishedAt,updatedAt,"
    "channelId,videoId,parentId)"
)
FIELDS = {
    "channels.list": "items(id,snippet(customUrl),contentDetails(relatedPlaylists(uploads)))",
    "playlistItems.list": "etag,nextPageToken,items(snippet(channelId,videoOwnerChannelId,title,"
    "description),contentDetails(videoId,videoPublishedAt))",
    "videos.list": "items(id,snippet(channelId,title,description,publishedAt))",
    "commentThreads.list": "nextPageToken,items(id,snippet(channelId,videoId,totalReplyCount,"
    f"topLevelComment({COMMENT})),replies(comments({COMMENT})))",
    "comments.list": f"nextPageToken,items({COMMENT})",
}


class Odd(ValueError):
    """What was read has a form that is not known; says where, and quotes nothing."""


class _Listing(msgspec.Struct, rename="camel"):
    items: list[msgspec.Raw] = []
    next_page_token: str = ""
    etag: str = ""


class _ThreadSnippet(msgspec.Struct, rename="camel"):
    top_level_comment: msgspec.Raw
    channel_id: str = ""
    video_id: str = ""
    total_reply_count: Annotated[int, msgspec.Meta(ge=0)] = 0


class _Replies(msgspec.Struct, frozen=True):
    comments: list[msgspec.Raw] = []


class _Thread(msgspec.Struct):
    id: str
    snippet: _ThreadSnippet
    replies: _Replies = _Replies()


_LISTING = msgspec.json.Decoder(_Listing)
_THREAD = msgspec.json.Decoder(_Thread)
_OBJECT = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, slots=True)
class Listing:
    """One page: each item's own bytes as received, the token of the next page, and its etag."""

    items: tuple[bytes, ...]
    token: str
    etag: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel: its permanent id, its handle without ``@``, and the playlist of its uploads."""

    id: str
    handle: str
    uploads: str


@dataclass(frozen=True, slots=True)
class Video:
    """A video, from a playlist or by itself. ``words`` are its title and description."""

    id: str
    owner: str
    words: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment or a reply; ``author`` is empty where the account is gone."""

    id: str
    author: str
    handle: str
    words: str
    published: datetime | None
    video: str
    parent: str
    channel: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment with those of its replies that came with it, and how many there are in all.

    ``top`` and ``replies`` are the comments' own bytes as received.
    """

    id: str
    channel: str
    video: str
    total: int
    top: bytes
    replies: tuple[bytes, ...]


def listing(body: bytes) -> Listing:
    """Read a page of a list; raise ``ValueError`` where it is none."""
    found = _decoded(_LISTING, body)
    if len(found.next_page_token) > _LONGEST_TOKEN:
        raise Odd("nextPageToken: expected a shorter text")
    return Listing(tuple(map(bytes, found.items)), found.next_page_token, found.etag)


def channel(item: bytes) -> Channel:
    """Read a channel; raise ``ValueError`` where it is none."""
    value = _object(item)
    found = _text(value, "id")
    if not CHANNEL_ID.fullmatch(found):
        raise Odd("id: expected a channel's id")
    playlists = _inner(_inner(value, "contentDetails"), "relatedPlaylists")
    handle = _text(_inner(value, "snippet"), "customUrl").removeprefix("@").lower()
    return Channel(found, handle, _id(playlists, "uploads", empty=True))


def video(item: bytes) -> Video:
    """Read a video of either form; raise ``ValueError`` where it is none."""
    value = _object(item)
    snippet, details = _inner(value, "snippet"), _inner(value, "contentDetails")
    in_playlist = bool(details)
    title, description = _text(snippet, "title"), _text(snippet, "description")
    when = details.get("videoPublishedAt") if in_playlist else snippet.get("publishedAt")
    return Video(
        id=_id(details if in_playlist else value, "videoId" if in_playlist else "id"),
        owner=_text(snippet, "videoOwnerChannelId") or _text(snippet, "channelId"),
        words="\n".join(filter(None, (title, description))),
        published=_instant(when),
    )


def comment(item: bytes) -> Comment:
    """Read a comment; raise ``ValueError`` where it is none."""
    value = _object(item)
    snippet = _inner(value, "snippet")
    author = _text(_inner(snippet, "authorChannelId"), "value")
    if author and not CHANNEL_ID.fullmatch(author):
        raise Odd("authorChannelId: expected a channel's id")
    return Comment(
        id=_id(value, "id"),
        author=author,
        handle=_text(snippet, "authorDisplayName").removeprefix("@").lower(),
        words=_text(snippet, "textDisplay"),
        published=_instant(snippet.get("publishedAt")),
        video=_id(snippet, "videoId", empty=True),
        parent=_id(snippet, "parentId", empty=True) or _before_dot(value["id"]),
        channel=_text(snippet, "channelId"),
    )


def thread(item: bytes) -> Thread:
    """Read a thread; raise ``ValueError`` where it is none."""
    found = _decoded(_THREAD, item)
    if not _ID.fullmatch(found.id):
        raise Odd("id: expected an id")
    snippet = found.snippet
    return Thread(
        id=found.id,
        channel=snippet.channel_id,
        video=snippet.video_id if _ID.fullmatch(snippet.video_id) else "",
        total=snippet.total_reply_count,
        top=bytes(snippet.top_level_comment),
        replies=tuple(map(bytes, found.replies.comments)),
    )


def parent(own: Comment, *, named: bool) -> bytes:
    """Return what was answered as a snapshot keeps it: its words, and its author only if named.

    Whoever wrote it is a stranger unless the channel itself did (POLICY 29).
    """
    author = {"authorChannelId": {"value": own.author}} if named and own.author else {}
    return msgspec.json.encode(
        {"id": own.id, "snippet": {"textDisplay": own.words, "videoId": own.video, **author}}
    )


def reasons(body: bytes) -> tuple[str, ...]:
    """Return the reasons that an error answer gives, in either of the API's two forms.

    They are for comparing, never for printing.
    """
    try:
        value = msgspec.json.decode(body)
    except _UNREADABLE:
        return ()
    error = value.get("error") if isinstance(value, dict) else None
    if not isinstance(error, dict):
        return ()
    found = []
    for name in ("errors", "details"):
        entries = error.get(name)
        for entry in entries if isinstance(entries, list) else ():
            reason = entry.get("reason") if isinstance(entry, dict) else None
            if isinstance(reason, str):
                found.append(reason)
    return tuple(found)


def _before_dot(own: str) -> str:
    # An answer's id is its thread's id, a dot and its own.
    before, dot, _ = own.partition(".")
    return before if dot else ""


def _object(item: bytes) -> dict[str, Any]:
    return _decoded(_OBJECT, item)


def _decoded(decoder: msgspec.json.Decoder[T], body: bytes) -> T:
    try:
        return decoder.decode(body)
    except _UNREADABLE:
        # msgspec quotes keys of what it read, and those may be a stranger's words.
        raise Odd("not of the expected form") from None


def _inner(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key, {})
    if not isinstance(found, dict):
        raise Odd(f"{key}: expected an object")
    return found


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key, "")
    if not isinstance(found, str):
        raise Odd(f"{key}: expected a text")
    return found


def _id(value: Mapping[str, Any], key: str, *, empty: bool = False) -> str:
    found = _text(value, key)
    if not _ID.fullmatch(found) and not (empty and not found):
        raise Odd(f"{key}: expected an id")
    return found


def _instant(text: object) -> datetime | None:
    try:
        found = from_text(text) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None
    return found if found and found.year >= FIRST_YEAR else None
