"""X's answers read into single acts: pure, bytes in and values out.

A page brings its posts, and apart from them (``includes``) what they refer to and who wrote it.
``acts`` takes a page apart: each act gets its own bytes with its own pictures, and of a post that
it refers to an excerpt without its author's name. Forms: X API v2, OpenAPI document 2.167.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from monitor.clock import from_text
from monitor.model.activity import Media, Signal, Target, TargetState

FIELDS = {
    "tweet.fields": "created_at,author_id,conversation_id,in_reply_to_user_id,referenced_tweets,"
    "entities,attachments,lang,public_metrics,edit_history_tweet_ids,note_tweet,withheld",
    "expansions": "author_id,referenced_tweets.id,referenced_tweets.id.author_id,"
    "attachments.media_keys,referenced_tweets.id.attachments.media_keys",
    "user.fields": "username,protected,withheld",
    "media.fields": "type,url,alt_text",
}
NOT_FOUND = "resource-not-found"
NOT_AUTHORIZED = "not-authorized-for-resource"

ID = re.compile(r"[0-9]{1,19}")
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_PROBLEM = re.compile(r"[a-z0-9-]{1,60}")
# X puts those whom an answer is addressed to before its words; the author did not write them.
_ADDRESSED = re.compile(r"(?:@[A-Za-z0-9_]{1,30}\s+)+|(?:@[A-Za-z0-9_]{1,30}\s*)+\Z")
_SHARED, _QUOTED, _ANSWERED = "retweeted", "quoted", "replied_to"
_KINDS = {"photo": "image"}
_SIGNALS = ((_SHARED, Signal.SHARE), (_ANSWERED, Signal.REPLY), (_QUOTED, Signal.QUOTE))


class Answer(msgspec.Struct):
    """An answer of the API; each post and each picture keeps its bytes as received."""

    data: msgspec.Raw = msgspec.Raw(b"null")
    includes: dict[str, list[msgspec.Raw]] = {}
    errors: list[dict[str, Any]] = []
    meta: dict[str, Any] = {}

    @property
    def next_token(self) -> str:
        token = self.meta.get("next_token")
        return token if isinstance(token, str) else ""

    @property
    def posts(self) -> list[bytes]:
        whole = bytes(self.data)
        if whole[:1] == b"{":
            return [whole]
        found: list[msgspec.Raw] | None = _decoded(whole, list[msgspec.Raw] | None)
        return [bytes(one) for one in found or ()]

    def problem(self, parameter: str = "") -> str:
        """Name the first problem with what was asked for by ``parameter``, or an empty text."""
        for error in self.errors:
            if parameter in ("", error.get("parameter")):
                return problem(error)
        return ""


@dataclass(frozen=True, slots=True)
class Act:
    """One post alone: its bytes, who wrote it, and what it refers to.

    ``excerpts`` maps ``target`` and ``quote`` to the bytes kept of them: ``None`` where X did not
    send the post, empty where it said that it is gone. ``author_handle``, ``target_handle`` and
    ``target_author`` (an id) are for this moment's reading only.
    """

    id: str
    author_id: str
    body: bytes
    author_handle: str = ""
    target_handle: str = ""
    target_author: str = ""
    excerpts: tuple[tuple[str, bytes | None], ...] = ()


def answer(body: bytes) -> Answer:
    """Read an answer; raise ``ValueError`` where it is none."""
    found: Answer = _decoded(body, Answer)
    _ = found.posts  # a page whose list is none is no page
    return found


def problem(error: Mapping[str, Any]) -> str:
    """Return the kind of a problem: the last part of its type, in X's own words."""
    kind = str(error.get("type", "")).rstrip("/").rpartition("/")[2]
    return kind if _PROBLEM.fullmatch(kind) else "unnamed"


def acts(page: Answer) -> list[Act]:
    """Take a page apart; a post of unknown form stays, for ``normalise`` to report."""
    around = _Around(page)
    return [around.act(post) for post in page.posts]


@dataclass(frozen=True, slots=True)
class Post:
    """One post as ``normalise`` reads it."""

    value: Mapping[str, Any]
    pictures: Sequence[Mapping[str, Any]]

    @property
    def first_id(self) -> str:
        """The id before every edit: an edited post is the same act with other words."""
        history = _texts(self.value.get("edit_history_tweet_ids"))
        return history[0] if history else self.id

    @property
    def newest_id(self) -> str:
        history = _texts(self.value.get("edit_history_tweet_ids"))
        return history[-1] if history else self.id

    @property
    def id(self) -> str:
        return _text(self.value, "id")

    @property
    def signal(self) -> Signal:
        kinds = {kind for kind, _ in _references(self.value)}
        return next((signal for kind, signal in _SIGNALS if kind in kinds), Signal.POST)

    @property
    def text(self) -> str:
        """The person's own words: none where they only passed on what another wrote."""
        if self.signal is Signal.SHARE:
            return ""
        said = words(self.value)
        return _ADDRESSED.sub("", said, count=1) if _is_addressed(self, said) else said

    @property
    def media(self) -> tuple[Media, ...]:
        return () if self.signal is Signal.SHARE else (*_pictures(self.pictures), *_links(self))

    @property
    def at(self) -> datetime | None:
        try:
            return from_text(_text(self.value, "created_at"))
        except (ValueError, OverflowError):
            return None

    @property
    def is_withheld(self) -> bool:
        return isinstance(self.value.get("withheld"), Mapping)


def post(body: bytes) -> Post:
    """Read the bytes of one act; raise ``ValueError`` where they are none."""
    found = answer(body)
    value = _decoded(found.data, dict[str, Any])
    if not ID.fullmatch(_text(value, "id")) or not ID.fullmatch(_text(value, "author_id")):
        raise ValueError("expected a post with its id and its author's")
    if value.get("text") is None or _text(value, "text") != value["text"]:
        raise ValueError("expected a post with a text")
    return Post(value, [mapping(one) for one in found.includes.get("media", [])])


def target(
    one: Post, excerpts: Mapping[str, bytes | None], author: str, handle: str
) -> Target | None:
    """Return what was answered, shared or quoted, as far as X sent it; ``author`` is an id."""
    named = _named(one.value)
    if "target" not in named:
        return None
    state, value = _state(excerpts.get("target"))
    shown = _mapping_list(value.get("media"))
    media = _pictures(shown)
    if "quote" in named:
        quoted = _state(excerpts.get("quote"))[1]
        media = (*media, Media("quote", alt=_text(quoted, "text")))
    return Target(
        id=named["target"],
        url=address(named["target"]) if state is TargetState.PRESENT else "",
        author_id=author,
        author_handle=handle,
        text=_text(value, "text"),
        media=media,
        state=state,
    )


def words(value: Mapping[str, Any]) -> str:
    """Return a post's whole text: a long one stands apart from its first 280 characters."""
    note = value.get("note_tweet")
    whole = _text(note, "text") if isinstance(note, Mapping) else ""
    return whole or _text(value, "text")


def address(post_id: str) -> str:
    """Return a post's page for people; it needs no name, which may change hands."""
    return f"https://x.com/i/web/status/{post_id}"


class _Around:
    """What a page brought beside its posts, by id."""

    def __init__(self, page: Answer) -> None:
        self._media = {_text(mapping(m), "media_key"): bytes(m) for m in _part(page, "media")}
        self._posts = {_text(v, "id"): v for v in map(mapping, _part(page, "tweets"))}
        self._names = {
            _text(user, "id"): _text(user, "username")
            for user in map(mapping, _part(page, "users"))
        }
        self._gone = {
            str(error.get("resource_id", ""))
            for error in page.errors
            if problem(error) == NOT_FOUND and error.get("resource_type") == "tweet"
        }

    def act(self, body: bytes) -> Act:
        value = mapping(msgspec.Raw(body))
        keys = _media_keys(value)
        own = b",".join(self._media[key] for key in keys if key in self._media)
        named = _named(value)
        author = _text(self._posts.get(named.get("target", ""), {}), "author_id")
        author = author or _text(value, "in_reply_to_user_id")
        writer = _text(value, "author_id")
        return Act(
            id=_text(value, "id"),
            author_id=writer,
            body=b'{"data":' + body + b',"includes":{"media":[' + own + b"]}}",
            author_handle=self._names.get(writer, ""),
            target_handle=self._names.get(author, ""),
            target_author=author,
            excerpts=tuple((name, self._excerpt(key)) for name, key in named.items()),
        )

    def _excerpt(self, post_id: str) -> bytes | None:
        value = self._posts.get(post_id)
        if value is None:
            return b"" if post_id in self._gone else None
        pictures = [mapping(msgspec.Raw(self._media[k])) for k in _media_keys(value)
                    if k in self._media]  # fmt: skip
        kept = {
            "id": post_id,
            "created_at": _text(value, "created_at"),
            "text": words(value),
            "media": [{k: _text(p, k) for k in ("type", "url", "alt_text")} for p in pictures],
        }
        return json.dumps(kept, ensure_ascii=True, sort_keys=True).encode()


def _named(value: Mapping[str, Any]) -> dict[str, str]:
    """Say which post is the ``target``, and which one is quoted beside it."""
    found = dict(_references(value))
    order = [kind for kind, _ in _SIGNALS if kind in found]
    named = {"target": found[order[0]]} if order else {}
    if order[:1] == [_ANSWERED] and _QUOTED in found:
        named["quote"] = found[_QUOTED]
    return named


def _references(value: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in _mapping_list(value.get("referenced_tweets")):
        if _text(one, "type") and ID.fullmatch(_text(one, "id")):
            yield _text(one, "type"), _text(one, "id")


def _is_addressed(one: Post, said: str) -> bool:
    return one.signal is Signal.REPLY and _ADDRESSED.match(said) is not None


def _state(excerpt: bytes | None) -> tuple[TargetState, Mapping[str, Any]]:
    if excerpt is None:
        return TargetState.MISSING, {}
    if not excerpt:
        return TargetState.GONE, {}
    return TargetState.PRESENT, mapping(msgspec.Raw(excerpt))


def _pictures(found: Sequence[Mapping[str, Any]]) -> tuple[Media, ...]:
    return tuple(
        Media(
            _KINDS.get(_text(one, "type"), "video"),
            url=_text(one, "url"),
            alt=_text(one, "alt_text"),
        )
        for one in found
    )


def _links(one: Post) -> Iterator[Media]:
    entities = one.value.get("entities")
    urls = entities.get("urls") if isinstance(entities, Mapping) else None
    for link in _mapping_list(urls):
        if _text(link, "expanded_url") and not _text(link, "media_key"):
            said = (_text(link, "title"), _text(link, "description"))
            yield Media("link", url=_text(link, "expanded_url"), alt="\n".join(filter(None, said)))


def _media_keys(value: Mapping[str, Any]) -> list[str]:
    attached = value.get("attachments")
    return _texts(attached.get("media_keys")) if isinstance(attached, Mapping) else []


def _part(page: Answer, name: str) -> list[msgspec.Raw]:
    return page.includes.get(name, [])


def mapping(raw: bytes | msgspec.Raw) -> Mapping[str, Any]:
    """Read an object; what is none is an empty one."""
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except _UNREADABLE:
        return {}


def _mapping_list(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""


def _decoded(body: bytes | msgspec.Raw, kind: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=kind)
    except _UNREADABLE as error:
        raise ValueError(f"not an answer of the API: {error}") from None
