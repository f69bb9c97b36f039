"""The only feedparser: one entry's document to its fields. It runs on one entry at a time."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlsplit

import feedparser

from monitor.model.activity import Media
from monitor.text.markup import html_to_text

# What feedparser and its SGML reader raise on documents made to break them.
_PARSER_FAULTS = (
    ArithmeticError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)
_MRSS = re.compile(r"""xmlns:([\w.-]+)\s*=\s*["']http://search\.yahoo\.com/mrss/?["']""")
_MEDIA_TAG = (
    r"<{0}:(?:(?P<thing>content|thumbnail)(?=[\s/>])(?P<given>[^<>]*)>|"
    r"(?P<words>description|title)(?=[\s>])[^<>]*>(?P<said>[^<]*|<!\[CDATA\[.*?\]\]>)"
    r"</{0}:(?P=words)\s*>)"
)
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_CLIPPED = ("…", "...", "[…]", "[...]")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry's fields, as text. ``date`` is as written; ``answers`` marks a reader's comment."""

    guid: str
    link: str
    title: str
    text: str
    date: str
    media: tuple[Media, ...]
    tags: tuple[str, ...]
    answers: bool = False

    @property
    def key(self) -> str:
        """The publisher's id, else a digest of link and title (docs/add-a-platform.md)."""
        return self.guid or _digest(self.link, self.title or self.text)

    @property
    def long_key(self) -> str:
        """A key for feeds that give the same id to different entries."""
        return _digest(self.guid, self.link, self.title or self.text)

    @property
    def words(self) -> str:
        """Title and text; a title that only repeats the text's beginning is left out."""
        start = self.title
        for mark in _CLIPPED:
            start = start.removesuffix(mark).rstrip()
        flat = " ".join(self.text.split())
        if flat.startswith(" ".join(start.split())):
            return self.text
        return f"{self.title}\n\n{self.text}" if self.text else self.title


def read_entry(document: bytes, address: str) -> Entry:
    """Read what ``feeds_split`` cut out; raise ``ValueError`` naming the field at fault.

    Relative links are resolved against ``address``, the feed's own.
    """
    if document[:1] == b"{":
        return _read_json(json.loads(document))
    text, media = _take_media(document.decode())
    try:
        parsed = feedparser.parse(
            io.BytesIO(text.encode()),
            response_headers={
                "content-type": "application/xml; charset=utf-8",
                "content-location": address,
            },
            resolve_relative_uris=True,
            sanitize_html=False,
        )
    except _PARSER_FAULTS as fault:
        raise ValueError(f"the entry cannot be parsed ({type(fault).__name__})") from None
    if not parsed.entries:
        raise ValueError("the entry cannot be parsed (no entry found)")
    return _read_xml(parsed.entries[0], media, text)


def _read_xml(found: Mapping[str, Any], media: tuple[Media, ...], document: str) -> Entry:
    title, _ = _words(found.get("title_detail") or {})
    bodies = found.get("content") or [found.get("summary_detail") or {}]
    text, pictures = _words(max(bodies, key=lambda body: len(body.get("value") or "")))
    enclosed = [
        Media(_kind(link.get("type", "")), _web(link.get("href", "")), link.get("title", ""))
        for link in found.get("links", ())
        if link.get("rel") == "enclosure"
    ]
    tags = (tag.get("label") or tag.get("term") for tag in found.get("tags", ()))
    link = _web(found.get("link"))
    if found.get("guidislink") and link == found.get("id") and escape(link) not in document:
        link = ""  # an id that is no address was only resolved to look like one
    return Entry(
        guid=_clean(found.get("id")),
        link=link,
        title=title,
        text=text,
        date=_clean(found.get("published") or found.get("updated") or found.get("created")),
        media=_merged([*media, *enclosed, *pictures]),
        tags=tuple(_clean(tag) for tag in tags if tag),
        answers="thr_in-reply-to" in found,
    )


def _read_json(item: Mapping[str, Any]) -> Entry:
    html = _clean(item.get("content_html"))
    text, pictures = html_to_text(html) if html else (_clean(item.get("content_text")), ())
    attached = [
        Media(_kind(_clean(a.get("mime_type"))), _web(a.get("url")), _clean(a.get("title")))
        for a in _objects(item.get("attachments"))
    ]
    images = [Media("image", _web(item.get(k))) for k in ("image", "banner_image") if item.get(k)]
    tags = item.get("tags")
    return Entry(
        guid=_clean(item.get("id")),
        link=_web(item.get("url") or item.get("external_url")),
        title=_clean(item.get("title")),
        text=text or _clean(item.get("summary")),
        date=_clean(item.get("date_published") or item.get("date_modified")),
        media=_merged([*attached, *images, *pictures]),
        tags=tuple(_clean(tag) for tag in tags if tag) if isinstance(tags, list) else (),
    )


def _take_media(text: str) -> tuple[str, tuple[Media, ...]]:
    """Read Media RSS elements and take them out: feedparser would mix them with the entry's own.

    Words count for the picture before them, or for the first one where they stand above it.
    """
    name = _MRSS.search(text)
    if not name:
        return text, ()
    pattern = re.compile(_MEDIA_TAG.format(re.escape(name[1])), re.DOTALL)
    found: list[Media] = []
    waiting: list[str] = []
    for match in pattern.finditer(text):
        if match["thing"]:
            given = {m[1]: _plain(m[2] or m[3] or "") for m in _ATTRIBUTE.finditer(match["given"])}
            kind = given.get("medium") or _kind(given.get("type", "image/"))
            found.append(Media(kind, _web(given.get("url")), "\n".join(waiting)))
            waiting = []
        elif found:
            last = found[-1]
            alt = "\n".join(part for part in (last.alt, _said(match)) if part)
            found[-1] = Media(last.kind, last.url, alt)
        else:
            waiting.append(_said(match))
    return pattern.sub("", text), tuple(found)


def _said(match: re.Match[str]) -> str:
    return _plain(_CDATA.sub(r"\1", match["said"]))


def _plain(text: str) -> str:
    return html_to_text(text)[0]


def _words(detail: Mapping[str, Any]) -> tuple[str, tuple[Media, ...]]:
    value = _clean(detail.get("value"))
    if detail.get("type") == "text/plain":
        return value, ()
    return html_to_text(value)


def _merged(media: list[Media]) -> tuple[Media, ...]:
    """Keep one of each address, with the longest words: feeds name a picture in several places."""
    best: dict[str, Media] = {}
    for one in media:
        kept = best.get(one.url)
        if kept is None or len(one.alt) > len(kept.alt):
            best[one.url] = one
    return tuple(best.values())


def _kind(media_type: str) -> str:
    kind = media_type.partition("/")[0].lower()
    return kind if kind in ("image", "video", "audio") else "file"


def _web(value: object) -> str:
    """Return an address only if it is of the web: ``javascript:`` and the like are not shown."""
    text = _clean(value)
    try:
        return text if urlsplit(text).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _clean(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return str(value).strip().encode("utf-8", "replace").decode()


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
