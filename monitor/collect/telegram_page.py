"""The public preview of a Telegram channel, read into messages: pure, bytes in and values out.

A page is cut into its messages before it is parsed, so that each keeps its own bytes as received.
The class names are those of t.me's widget; counts of views and reactions are left alone, since
they change by themselves and name nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree, html

from monitor.clock import from_text
from monitor.model.activity import Media, Signal, Target, TargetState
from monitor.text.markup import html_to_text, links

NAME = re.compile(r"[a-z][a-z0-9_]{3,31}", re.IGNORECASE)
# What the widget says of one message that is not there (any more).
NOT_FOUND = "Post not found"

_POST = re.compile(r"(?P<channel>[A-Za-z][A-Za-z0-9_]{3,31})/(?P<number>[0-9]{1,10})")
_BEGIN = re.compile(rb'<div\s+class="tgme_widget_message_wrap[\s"]')
_END = re.compile(rb'</section>|<div\s+class="tgme_widget_message_wrap[\s"]|<!--\s*$')
_ALONE = re.compile(rb'<div\s+class="tgme_widget_message[\s"]')
_ALONE_END = re.compile(rb"<script|</body>", re.IGNORECASE)
_PREVIEW = re.compile(rb'class="[^"]*\btgme_channel_(?:info|history)\b')
_KINDS = {
    "photo_wrap": "image",
    "video_player": "video",
    "roundvideo_player": "video",
    "voice_player": "audio",
    "document_wrap": "document",
    "sticker_wrap": "sticker",
    "poll": "poll",
}
_SERVICE = "service_message"
_WIDGET = "tgme_widget_message"


@dataclass(frozen=True, slots=True)
class Element:
    """One message's own bytes, its channel (lower case), number and time."""

    channel: str
    number: int
    body: bytes
    at: datetime | None
    is_service: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A page's messages, oldest first. ``malformed`` are those without a readable number."""

    elements: tuple[Element, ...]
    malformed: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is shown; ``target`` is what it answers or passes on."""

    channel: str
    number: int
    signal: Signal
    text: str
    media: tuple[Media, ...]
    at: datetime | None
    target: Target | None


def listing(body: bytes) -> Listing:
    """Cut a page into messages; raise ``ValueError`` where it is no channel's preview."""
    starts = [found.start() for found in _BEGIN.finditer(body)]
    if not starts and not _PREVIEW.search(body):
        raise ValueError("the page is no preview of a channel")
    elements, malformed = [], []
    for start in starts:
        end = _END.search(body, start + 1)
        part = body[start : end.start() if end else len(body)].rstrip()
        found = _element(part)
        if found is None:
            malformed.append(part)
        else:
            elements.append(found)
    return Listing(tuple(elements), tuple(malformed))


def single(body: bytes) -> Element | None:
    """Cut the message out of its own widget (``?embed=1``); ``None`` where it shows none."""
    start = _ALONE.search(body)
    if start is None:
        return None
    end = _ALONE_END.search(body, start.end())
    part = body[start.start() : end.start() if end else len(body)].rstrip()
    return _element(part)


def message(body: bytes) -> Message:
    """Read the bytes of one message; raise ``ValueError`` where they are none."""
    root = _tree(body)
    found_at, shown = _place(root), _first(root, _WIDGET)
    if found_at is None or shown is None:
        raise ValueError("expected a message with its channel and number")
    words = _first(shown, f"{_WIDGET}_text", "js-message_text")
    text, addresses = _words(words)
    found = (*_media(shown), *addresses)
    answered, passed_on = _answered(shown), _passed_on(shown)
    made = Message(
        channel=found_at[0],
        number=found_at[1],
        signal=Signal.REPLY if answered else Signal.POST,
        text=text,
        media=found,
        at=_at(shown),
        target=answered,
    )
    if passed_on is None:
        return made
    # The words of a message that was passed on are its author's, not this channel's.
    target = replace(passed_on, text=text, media=found)
    return replace(made, signal=Signal.SHARE, text="", media=(), target=target)


def fault(body: bytes) -> str:
    """Return what the widget of one message says instead of it, or an empty text."""
    try:
        found = _first(_tree(body), f"{_WIDGET}_error")
    except ValueError:
        return ""
    return " ".join(found.text_content().split()) if found is not None else ""


def place(url: str) -> tuple[str, int] | None:
    """Return channel and number of a message's address on t.me, else ``None``."""
    parts = urlsplit(url) if "//" in url else None
    found = _POST.fullmatch(parts.path.strip("/").removeprefix("s/")) if parts else None
    return (found["channel"].lower(), int(found["number"])) if found else None


def _tree(body: bytes) -> Any:
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise ValueError("expected the HTML of a message") from None


def _element(part: bytes) -> Element | None:
    try:
        root = _tree(part)
    except ValueError:
        return None
    found = _place(root)
    if found is None:
        return None
    shown = _first(root, _WIDGET)
    return Element(*found, part, _at(shown), _is_service(shown))


def _is_service(shown: Any) -> bool:
    return _SERVICE in shown.get("class", "").split()


def _place(root: Any) -> tuple[str, int] | None:
    shown = _first(root, _WIDGET)
    found = _POST.fullmatch(shown.get("data-post", "")) if shown is not None else None
    return (found["channel"].lower(), int(found["number"])) if found else None


def _first(root: Any, *classes: str) -> Any:
    return next(_every(root, classes), None)


def _all(root: Any, *classes: str) -> list[Any]:
    """Return what bears all these classes, in the order of the page."""
    return list(_every(root, classes))


def _every(root: Any, classes: tuple[str, ...]) -> Iterator[Any]:
    wanted = set(classes)
    for one in root.iter(etree.Element):
        if wanted <= set(one.get("class", "").split()):
            yield one


def _words(element: Any) -> tuple[str, tuple[Media, ...]]:
    if element is None:
        return "", ()
    source = etree.tostring(element, encoding="unicode", method="html", with_tail=False)
    text, _ = html_to_text(source)
    outside = (url for url, _ in links(source) if urlsplit(url).scheme in ("http", "https"))
    return text, tuple(Media("link", url=url) for url in dict.fromkeys(outside))


def _media(shown: Any) -> tuple[Media, ...]:
    found = [
        Media(kind, alt=_said(one, kind))
        for name, kind in _KINDS.items()
        for one in _all(shown, f"{_WIDGET}_{name}")
    ]
    for card in _all(shown, f"{_WIDGET}_link_preview"):
        parts = ("link_preview_title", "link_preview_description")
        said = [_text(_first(card, part)) for part in parts]
        found.append(Media("link", url=card.get("href", ""), alt="\n".join(filter(None, said))))
    return tuple(found)


def _said(element: Any, kind: str) -> str:
    """Return a document's name, or a poll's question and choices."""
    if kind == "document":
        return _text(_first(element, f"{_WIDGET}_document_title"))
    if kind != "poll":
        return ""
    asked = _text(_first(element, f"{_WIDGET}_poll_question"))
    options = [_text(one) for one in _all(element, f"{_WIDGET}_poll_option_text")]
    return "\n".join(filter(None, (asked, *options)))


def _answered(shown: Any) -> Target | None:
    found = _first(shown, f"{_WIDGET}_reply")
    if found is None:
        return None
    said = _first(found, "js-message_reply_text")
    if said is None:
        said = _first(found, f"{_WIDGET}_metatext")
    return replace(_to(found.get("href", "")), text=_text(said))


def _passed_on(shown: Any) -> Target | None:
    named = _first(shown, f"{_WIDGET}_forwarded_from_name")
    return None if named is None else _to(named.get("href", ""))


def _to(url: str) -> Target:
    """Say whose message an address leads to; a person's has no address, and stays unnamed."""
    found = place(url)
    if found is None:
        return Target(state=TargetState.PRESENT)
    channel, number = found
    return Target(
        id=f"{channel}/{number}",
        url=f"https://t.me/{channel}/{number}",
        author_id=channel,
        author_handle=channel,
    )


def _at(shown: Any) -> datetime | None:
    date = _first(shown, f"{_WIDGET}_date")
    times = date.iter("time") if date is not None else iter(())
    for one in times:
        try:
            return from_text(one.get("datetime", ""))
        except (ValueError, OverflowError):
            return None
    return None


def _text(element: Any) -> str:
    return " ".join(element.text_content().split()) if element is not None else ""
