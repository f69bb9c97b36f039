"""Bluesky records read into activities: pure, bytes in and values out.

Forms: the ``app.bsky.*`` lexicons and the AT Protocol's at-URI, TID and record-key specifications.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import msgspec

from monitor.clock import from_text
from monitor.model.activity import Media, Signal, Target, TargetState
from monitor.model.evidence import Exchange

POST = "app.bsky.feed.post"
REPOST = "app.bsky.feed.repost"
LIKE = "app.bsky.feed.like"
FOLLOW = "app.bsky.graph.follow"
COLLECTIONS = (POST, REPOST, LIKE, FOLLOW)

# A phone set to the wrong time zone is off by less than a day; a claim off by more is no claim.
TOLERANCE = timedelta(days=1)

_AT_URI = re.compile(r"at://(did:[a-z]+:[A-Za-z0-9._:%-]+)/([A-Za-z0-9.-]+)/([A-Za-z0-9._:~-]+)")
_TID = re.compile(r"[234567abcdefghij][2-7a-z]{12}")
_TID_DIGITS = {c: n for n, c in enumerate("234567abcdefghijklmnopqrstuvwxyz")}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLOCK_ID_BITS = 10
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Ref:
    """A strong reference: where a record is, and the content hash it had when it was named."""

    uri: str
    cid: str = ""

    @property
    def parts(self) -> tuple[str, str, str] | None:
        """DID, collection and record key, or ``None`` where the text is no at-URI of a DID."""
        found = _AT_URI.fullmatch(self.uri)
        return (found[1], found[2], found[3]) if found else None

    @property
    def did(self) -> str:
        parts = self.parts
        return parts[0] if parts else ""


class Listing(msgspec.Struct):
    """The answer of ``com.atproto.repo.listRecords``; each record keeps its bytes as received."""

    records: list[msgspec.Raw]
    cursor: str | None = None


class Entry(msgspec.Struct):
    """One record as ``listRecords`` and ``getRecord`` give it."""

    uri: str
    cid: str
    value: dict[str, Any]

    @property
    def key(self) -> str:
        return self.uri.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Subjects:
    """What a record acts upon: ``target`` is answered, shared or liked; ``quote`` is quoted too."""

    target: Ref | None = None
    quote: Ref | None = None


def listing(body: bytes) -> Listing:
    """Read a page of records; raise ``ValueError`` where it is none."""
    try:
        return msgspec.json.decode(body, type=Listing)
    except _UNREADABLE as error:
        raise ValueError(f"not a list of records: {error}") from None


def entry(body: bytes) -> Entry:
    """Read one record; raise ``ValueError`` where it is none."""
    try:
        return msgspec.json.decode(body, type=Entry)
    except _UNREADABLE as error:
        raise ValueError(f"not a record: {error}") from None


def tid_time(key: str) -> datetime | None:
    """Return the instant in a TID (53 bits of microseconds), or ``None`` for any other key."""
    if not _TID.fullmatch(key):
        return None
    number = 0
    for character in key:
        number = number << 5 | _TID_DIGITS[character]
    return _EPOCH + timedelta(microseconds=number >> _CLOCK_ID_BITS)


def created_at(value: Mapping[str, Any]) -> datetime | None:
    """Return the client's claim of when the act happened, where it is readable."""
    try:
        return from_text(value["createdAt"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def is_older(item: Entry, since: datetime) -> bool:
    """Say whether an act happened before monitoring began.

    Both witnesses, ``createdAt`` and the TID in the key, come from the client, so either can be
    set back to hide an act. It counts as old only where every readable one says so. An archive
    imported with old keys and old dates stays unread; a date set back alone hides nothing.
    """
    claims = [when for when in (created_at(item.value), tid_time(item.key)) if when]
    return bool(claims) and max(claims) < since


def occurred_at(item: Entry, since: datetime, seen_at: datetime) -> datetime | None:
    """Return ``createdAt``, unless our own right to look or our clock contradicts it."""
    claim = created_at(item.value)
    if claim is None or claim < since or claim > seen_at + TOLERANCE:
        return None
    return claim


def signal(collection: str, value: Mapping[str, Any]) -> Signal | None:
    """Name the act. An answer that also quotes is a ``reply``; its quoted post is read as well."""
    if collection == POST:
        if isinstance(value.get("reply"), Mapping):
            return Signal.REPLY
        return Signal.QUOTE if _quoted(value) else Signal.POST
    return {REPOST: Signal.SHARE, LIKE: Signal.LIKE, FOLLOW: Signal.FOLLOW}.get(collection)


def subjects(collection: str, value: Mapping[str, Any]) -> Subjects:
    """Return the records an act refers to; a follow refers to an account, not to a record."""
    if collection in (REPOST, LIKE):
        return Subjects(target=_ref(value.get("subject")))
    if collection != POST:
        return Subjects()
    quoted = _quoted(value)
    reply = value.get("reply")
    if isinstance(reply, Mapping):
        return Subjects(target=_ref(reply.get("parent")), quote=quoted)
    return Subjects(target=quoted)


def words(value: Mapping[str, Any]) -> str:
    """Return a record's own text; feeds and lists have a name and a description instead."""
    if isinstance(value.get("text"), str):
        return str(value["text"])
    named = (value.get(key) for key in ("name", "displayName", "description"))
    return "\n".join(part for part in named if isinstance(part, str) and part)


def media(value: Mapping[str, Any]) -> tuple[Media, ...]:
    """Return pictures, videos, link previews, links behind words, and tags outside the text."""
    embed = value.get("embed")
    inner = embed.get("media") if isinstance(embed, Mapping) else None
    found = [*_embedded(embed), *_embedded(inner), *_links(value)]
    tags = tuple(tag for tag in _list(value.get("tags")) if isinstance(tag, str))
    return (*found, Media("tags", tags=tags)) if tags else tuple(found)


def target(named: Subjects, context: Mapping[str, Exchange | None], handle: str = "") -> Target:
    """Return what was acted upon, as far as the answers to ``getRecord`` in ``context`` show it.

    Its text counts only in the version that was acted upon: an author may change a post after
    somebody liked it, and nobody answers for words that came later. A post quoted inside an
    answer joins as media of kind ``quote``, without address or author: it may be a stranger's.
    """
    if named.target is None:
        raise ValueError("the act refers to no record")
    ref, parts = named.target, named.target.parts
    state, value = _state(ref, context.get("target"))
    found = media(value)
    if named.quote:
        found = (*found, Media("quote", alt=words(_state(named.quote, context.get("quote"))[1])))
    return Target(
        id=ref.uri,
        url=address(ref) if parts and parts[1] == POST else "",
        author_id=ref.did,
        author_handle=handle,
        text=words(value),
        media=found,
        state=state,
    )


def address(ref: Ref) -> str:
    """Return the page for people: a post's own, else the account's, for other records have none."""
    if ref.parts is None:
        return ""
    did, collection, key = ref.parts
    profile = f"https://bsky.app/profile/{did}"
    return f"{profile}/post/{key}" if collection == POST else profile


def _state(ref: Ref, answer: Exchange | None) -> tuple[TargetState, Mapping[str, Any]]:
    if answer is None:
        return TargetState.MISSING, {}
    if answer.status != HTTPStatus.OK:
        return TargetState.GONE, {}
    try:
        found = entry(answer.body)
    except ValueError:
        return TargetState.MISSING, {}
    if found.uri != ref.uri or (ref.cid and found.cid != ref.cid):
        return TargetState.MISSING, {}
    return TargetState.PRESENT, found.value


def _quoted(value: Mapping[str, Any]) -> Ref | None:
    embed = value.get("embed")
    if not isinstance(embed, Mapping):
        return None
    record = embed.get("record")
    if embed.get("$type") == "app.bsky.embed.recordWithMedia" and isinstance(record, Mapping):
        record = record.get("record")
    return _ref(record)


def _embedded(embed: object) -> Iterator[Media]:
    if not isinstance(embed, Mapping):
        return
    for image in (*_list(embed.get("images")), *_list(embed.get("items"))):
        if isinstance(image, Mapping):
            yield Media("image", alt=_text(image, "alt"), digest=_blob(image.get("image")))
    if "video" in embed:
        yield Media("video", alt=_text(embed, "alt"), digest=_blob(embed["video"]))
    card = embed.get("external")
    if isinstance(card, Mapping):
        said = "\n".join(t for t in (_text(card, "title"), _text(card, "description")) if t)
        yield Media("link", url=_text(card, "uri"), alt=said)


def _links(value: Mapping[str, Any]) -> Iterator[Media]:
    for facet in _list(value.get("facets")):
        for feature in _list(facet.get("features")) if isinstance(facet, Mapping) else ():
            if isinstance(feature, Mapping) and _text(feature, "uri"):
                yield Media("link", url=_text(feature, "uri"))


def _blob(value: object) -> str:
    ref = value.get("ref") if isinstance(value, Mapping) else None
    return _text(ref, "$link") if isinstance(ref, Mapping) else ""


def _ref(value: object) -> Ref | None:
    if not isinstance(value, Mapping) or not isinstance(value.get("uri"), str):
        return None
    return Ref(value["uri"], _text(value, "cid"))


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
