"""Updates of a Telegram group read into acts of one user each: pure, bytes in and values out.

A Bot API message names many people beside its author: whom it answers, whom it was forwarded
from, who was mentioned. What ``own`` returns has the author alone, what they wrote, and the words
(not the name) that they answered or passed on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from monitor.model.activity import Media, Signal, Target, TargetState

MESSAGE, EDITED, REACTION, MEMBER = ("message", "edited_message", "message_reaction", "chat_member")
KINDS = (MESSAGE, EDITED, REACTION, MEMBER)

_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_OUTSIDE = frozenset({"left", "kicked"})
_INSIDE = frozenset({"member", "administrator", "creator"})
_WORDS = ("text", "caption")
_MEDIA = {
    "photo": "image", "animation": "video", "video": "video", "video_note": "video",
    "audio": "audio", "voice": "audio", "document": "document", "sticker": "sticker",
}  # fmt: skip
_KEPT = ("message_id", "date", "edit_date", "message_thread_id", *_WORDS)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{3,31}")
# Years that a date may have; another one is no date.
_EARLIEST, _LATEST = 1_000_000_000, 4_000_000_000


@dataclass(frozen=True, slots=True)
class Update:
    """One update of a group: its number, kind, chat, and who acted (0 where that is no person).

    ``is_public`` says that the group has a public name, so that anybody can read it.
    """

    number: int
    kind: str
    chat: int
    is_public: bool
    user: int
    username: str
    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """One act as ``normalise`` reads it."""

    signal: Signal
    user: int
    username: str
    key: str
    url: str
    text: str
    media: tuple[Media, ...]
    at: datetime | None
    target: Target | None


def update(body: bytes) -> Update | None:
    """Read an update; ``None`` where it is of a kind that tells of no person's act."""
    whole = mapping(body)
    number = whole.get("update_id")
    kind = next((name for name in KINDS if name in whole), "")
    value = _object(whole, kind) if kind else {}
    place = _object(value, "chat")
    chat, public = _number(place, "id"), is_public(place)
    if type(number) is not int or not value or not chat:
        return None
    who = _actor(kind, value)
    return Update(number, kind, chat, public, _number(who, "id"), _text(who, "username"), value)


def number_of(body: bytes) -> int:
    """Return an update's number, also where nothing else of it can be read; 0 without one."""
    number = mapping(body).get("update_id")
    return number if type(number) is int and number > 0 else 0


def own(one: Update, around: Mapping[int, Mapping[str, Any]]) -> tuple[bytes, dict[str, str]]:
    """Return the act's own bytes, and the hints about what it was done to.

    ``around`` has the messages of the same page by number: a reaction names a message and says
    nothing about it. The hints are for reading alone and are never kept.
    """
    value = one.value
    kept: dict[str, Any] = {
        "chat": _chat(_object(value, "chat")),
        "from": {"id": one.user, "username": one.username},
    }
    hints: dict[str, str] = {}
    if one.kind == REACTION:
        kept |= {k: value.get(k) for k in ("message_id", "date")}
        kept["new_reaction"] = [_reaction(r) for r in _list(value, "new_reaction")]
        subject: Mapping[str, Any] | None = around.get(_number(value, "message_id"))
    elif one.kind == MEMBER:
        kept |= {"date": value.get("date"), "joined": True}
        subject = None
    else:
        kept |= _message(value)
        subject = _object(value, "reply_to_message") or None
    if subject is not None:
        kept["about"] = {k: subject[k] for k in ("message_id", *_WORDS) if k in subject}
        author = _author(subject)
        hints = {"author": str(_number(author, "id") or ""), "handle": _text(author, "username")}
    body = json.dumps({one.kind: kept}, ensure_ascii=True, sort_keys=True).encode()
    return body, hints


def is_act(one: Update) -> bool:
    """Say whether somebody did something: service messages and withdrawn reactions are none.

    Only who joined by themselves joined: being added is another person's act (POLICY 24).
    """
    if one.kind == REACTION:
        return bool(_list(one.value, "new_reaction"))
    if one.kind != MEMBER:
        return any(key in one.value for key in (*_WORDS, *_MEDIA, "poll"))
    before, after = (_object(one.value, f"{w}_chat_member") for w in ("old", "new"))
    inside = _text(after, "status") in _INSIDE or after.get("is_member") is True
    outside = _text(before, "status") in _OUTSIDE or before.get("is_member") is False
    by = _number(_object(one.value, "from"), "id")
    return outside and inside and (by == one.user or one.value.get("via_join_request") is True)


def act(body: bytes, hints: Mapping[str, str]) -> Act:
    """Read the bytes of one act; raise ``ValueError`` where they are none."""
    whole = mapping(body)
    kind = next((name for name in KINDS if name in whole), "")
    value = _object(whole, kind)
    chat, who = _object(value, "chat"), _object(value, "from")
    message = _number(value, "message_id")
    if not _number(chat, "id") or not _number(who, "id") or not (message or kind == MEMBER):
        raise ValueError("expected an act with its group, its author and its message")
    signal = _signal(kind, value)
    target = _target(kind, value, chat, hints)
    shared = signal is Signal.SHARE
    return Act(
        signal=signal,
        user=_number(who, "id"),
        username=_text(who, "username"),
        key=_key(kind, chat, who, message),
        url=address(chat, message),
        text="" if shared else _said(kind, value),
        media=() if shared else _media(value),
        at=_at(value),
        target=target,
    )


def is_public(chat: Mapping[str, Any]) -> bool:
    """Say whether a group has a public name; what is said in a closed one is no act in public."""
    return _NAME.fullmatch(_text(chat, "username")) is not None


def address(chat: Mapping[str, Any], message: int) -> str:
    """Return a message's page, or the group's own; a chat without a public name has none."""
    if not is_public(chat):
        return ""
    page = f"https://t.me/{_text(chat, 'username')}"
    return f"{page}/{message}" if message else page


def mapping(body: bytes | msgspec.Raw) -> Mapping[str, Any]:
    """Read an object; what is none is an empty one."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except _UNREADABLE:
        return {}


def _actor(kind: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return who acted; a bot, and who writes as the group or as a channel, is no person here."""
    if kind == REACTION:
        who = _object(value, "user")
    elif kind == MEMBER:
        who = _object(_object(value, "new_chat_member"), "user")
    else:
        who = {} if "sender_chat" in value else _object(value, "from")
    return {} if who.get("is_bot") is not False else who


def _message(value: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {key: value[key] for key in _KEPT if key in value}
    kept["media"] = list(_files(value))
    kept["links"] = list(_links(value))
    origin = _object(value, "forward_origin")
    if origin:
        kept["forwarded"] = _origin(origin)
    poll = _object(value, "poll")
    if poll:
        options = [_text(o, "text") for o in _list(poll, "options") if isinstance(o, Mapping)]
        kept["poll"] = {"question": _text(poll, "question"), "options": options}
    return kept


def _origin(origin: Mapping[str, Any]) -> dict[str, Any]:
    """Say where a message came from: a channel by name, a person without one."""
    chat = _object(origin, "chat")
    if _text(origin, "type") != "channel" or not chat:
        return {"type": "other"}
    return {"type": "channel", "chat": _chat(chat), "message_id": origin.get("message_id")}


def _files(value: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for name, kind in _MEDIA.items():
        if name in value:
            yield {"kind": kind, "name": _text(_object(value, name), "file_name")}


def _links(value: Mapping[str, Any]) -> Iterator[str]:
    for name in ("entities", "caption_entities"):
        for one in _list(value, name):
            if isinstance(one, Mapping) and _text(one, "url"):
                yield _text(one, "url")


def _chat(chat: Mapping[str, Any]) -> dict[str, Any]:
    return {key: chat[key] for key in ("id", "type", "title", "username") if key in chat}


def _author(message: Mapping[str, Any]) -> Mapping[str, Any]:
    return _object(message, "sender_chat") or _object(message, "from")


def _reaction(given: object) -> str:
    emoji = given.get("emoji") if isinstance(given, Mapping) else None
    return emoji if isinstance(emoji, str) else "other"


def _signal(kind: str, value: Mapping[str, Any]) -> Signal:
    if kind in (REACTION, MEMBER):
        return Signal.REACTION if kind == REACTION else Signal.MEMBERSHIP
    if "forwarded" in value:
        return Signal.SHARE
    return Signal.REPLY if "about" in value else Signal.POST


def _target(
    kind: str, value: Mapping[str, Any], chat: Mapping[str, Any], hints: Mapping[str, str]
) -> Target | None:
    number = str(_number(chat, "id"))
    if kind == MEMBER:
        url = address(chat, 0)
        return Target(author_id=number, author_handle=_text(chat, "username").lower(), url=url)
    if "forwarded" in value:
        return _passed_on(value)
    about = _object(value, "about")
    reacted = _number(value, "message_id") if kind == REACTION else 0
    if not about and not reacted:
        return None
    message = _number(about, "message_id") or reacted
    return Target(
        id=f"{number}/{message}",
        author_id=hints.get("author", ""),
        author_handle=hints.get("handle", "").lower(),
        text=_text(about, "text") or _text(about, "caption"),
        state=TargetState.PRESENT if about else TargetState.MISSING,
    )


def _passed_on(value: Mapping[str, Any]) -> Target:
    """What was forwarded: its words are another's, whose name is known of a channel alone."""
    origin = _object(value, "forwarded")
    chat, message = _object(origin, "chat"), _number(origin, "message_id")
    return Target(
        id=f"{_number(chat, 'id')}/{message}" if chat else "",
        url=address(chat, message) if chat else "",
        author_id=str(_number(chat, "id")) if chat else "",
        author_handle=_text(chat, "username").lower(),
        text=_said(MESSAGE, value),
        media=_media(value),
    )


def _said(kind: str, value: Mapping[str, Any]) -> str:
    if kind == REACTION:
        return "".join(r for r in _list(value, "new_reaction") if isinstance(r, str))
    return _text(value, "text") or _text(value, "caption")


def _media(value: Mapping[str, Any]) -> tuple[Media, ...]:
    files = [one for one in _list(value, "media") if isinstance(one, Mapping)]
    found = [Media(_text(one, "kind"), alt=_text(one, "name")) for one in files]
    found += [Media("link", url=one) for one in _list(value, "links") if isinstance(one, str)]
    poll = _object(value, "poll")
    if poll:
        said = [_text(poll, "question"), *(o for o in _list(poll, "options") if isinstance(o, str))]
        found.append(Media("poll", alt="\n".join(said)))
    return tuple(found)


def _key(kind: str, chat: Mapping[str, Any], who: Mapping[str, Any], message: int) -> str:
    place = f"{_number(chat, 'id')}/{message}"
    if kind in (REACTION, MEMBER):
        return f"{place}/{_number(who, 'id')}"
    return place


def _at(value: Mapping[str, Any]) -> datetime | None:
    seconds = _number(value, "date")
    inside = _EARLIEST <= seconds <= _LATEST
    return datetime.fromtimestamp(seconds, UTC) if inside else None


def _object(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    return found if isinstance(found, Mapping) else {}


def _list(value: Mapping[str, Any], key: str) -> list[Any]:
    found = value.get(key)
    return found if isinstance(found, list) else []


def _number(value: Mapping[str, Any], key: str) -> int:
    found = value.get(key)
    return found if type(found) is int else 0


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
