"""Cuts a feed into its entries, each a small document of its own.

What is kept of a feed is one entry at a time, never the page: so an entry's bytes are cut out as
the publisher wrote them, inside the feed's own root tag (which holds the name spaces). Cutting
also keeps a DTD from every parser: entities are never expanded.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from monitor.collect.feeds_text import decode

# Feeds list the newest first; a longer one is read up to here and said to be incomplete.
MAX_ENTRIES = 1_000
MAX_ENTRY = 500_000

_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DOCTYPE = re.compile(r"<!doctype([^\[>]*)([\[>])", re.IGNORECASE)
_ROOT = re.compile(r"<(?P<prefix>[\w.-]+:)?(?P<name>[\w.-]+)(?=[\s/>])[^<>]*>")
_CHANNEL = re.compile(r"<channel(?=[\s>])[^<>]*>", re.IGNORECASE)
_TTL = re.compile(r"<ttl>\s*(\d{1,6})\s*</ttl>", re.IGNORECASE)
_SKIP_HOURS = re.compile(r"<skiphours>(.{0,2000}?)</skiphours>", re.IGNORECASE | re.DOTALL)
_HOUR = re.compile(r"<hour>\s*(\d{1,2})\s*</hour>", re.IGNORECASE)
# An unclosed comment or CDATA section runs to the end, so that scanning stays linear.
_PIECES = (
    r"<!--(?:.*?-->|.*\Z)|<!\[CDATA\[(?:.*?\]\]>|.*\Z)|"
    r"<(?P<end>/?)(?P<entry>{name})(?=[\s/>])[^<>]*>"
)
_ANY_PREFIX = r"(?:[\w.-]+:)?"


class NotAFeed(ValueError):
    """The document is something else; its text says what."""


class CutFeed(ValueError):
    """The document is a feed, but broken off before one whole entry."""


@dataclass(frozen=True, slots=True)
class Document:
    """A feed taken apart. ``ttl`` is in seconds, ``skip_hours`` are hours of the day in UTC."""

    entries: tuple[bytes, ...]
    whole: bool = True
    notes: tuple[str, ...] = ()
    ttl: float | None = None
    skip_hours: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands around every entry: the root tag, a channel where the form has one."""

    opening: str
    closing: str
    root: str
    entry: str


def split(body: bytes, charset: str) -> Document:
    """Take a feed apart; raise ``NotAFeed`` or ``CutFeed``."""
    text, note = decode(body, charset)
    start = _PROLOG.match(text)
    rest = text[start.end() if start else 0 :].lstrip("\ufeff \t\r\n")
    notes = (note,) if note else ()
    if rest[:1] == "{":
        try:
            return _split_json(rest, notes)
        except RecursionError:
            raise NotAFeed("its JSON is nested too deeply") from None
    if rest[:1] != "<":
        raise NotAFeed("it is neither XML nor JSON" if rest else "it is empty")
    return _split_xml(rest, notes)


def _split_json(text: str, notes: tuple[str, ...]) -> Document:
    feed = _loaded(text)
    items = feed.get("items")
    if "jsonfeed.org" not in str(feed.get("version", "")) or not isinstance(items, list):
        raise NotAFeed("its JSON is no JSON Feed")
    return _document([_json_bytes(item) for item in items if isinstance(item, dict)], notes)


def _loaded(text: str) -> dict[str, Any]:
    try:
        return dict(json.loads(text))
    except json.JSONDecodeError as error:
        raise CutFeed(f"its JSON is broken at line {error.lineno}, column {error.colno}") from None
    except ValueError:
        raise NotAFeed("its JSON holds a number beyond all bounds") from None


def _json_bytes(item: dict[str, Any]) -> bytes:
    # A lone surrogate has no UTF-8; its JSON escape says the same.
    return json.dumps(item, ensure_ascii=False).encode("utf-8", "backslashreplace")


def _split_xml(text: str, notes: tuple[str, ...]) -> Document:
    text = _without_doctype(text)
    frame = _frame(text)
    slices, cut = _slices(text, frame)
    whole = f"</{frame.root}" in text[-500:].lower() or _is_empty_tag(text)
    if not slices and (cut or not whole):
        raise CutFeed("it is cut short before its first whole entry")
    if cut or not whole:
        notes = (*notes, "the feed is cut short: only its whole entries were read")
    around = text[: slices[0][0]] + text[slices[-1][1] :] if slices else text
    entries = [(frame.opening + text[a:b] + frame.closing).encode() for a, b in slices]
    return _document(entries, notes, whole=whole and not cut, around=around)


def _document(
    entries: list[bytes], notes: tuple[str, ...], *, whole: bool = True, around: str = ""
) -> Document:
    small = [entry for entry in entries[:MAX_ENTRIES] if len(entry) <= MAX_ENTRY]
    if len(small) < len(entries):
        left = len(entries) - len(small)
        notes = (*notes, f"{left} entries over the bounds of number or size were left out")
    ttl = _TTL.search(around)
    skip = _SKIP_HOURS.search(around)
    return Document(
        tuple(small),
        whole and len(small) == len(entries),
        notes,
        float(ttl[1]) * 60 if ttl else None,
        frozenset(int(hour) % 24 for hour in _HOUR.findall(skip[1])) if skip else frozenset(),
    )


def _without_doctype(text: str) -> str:
    found = _DOCTYPE.match(text)
    if not found:
        return text
    if found[1].split()[:1] and found[1].split()[0].lower() == "html":
        raise NotAFeed("it is an HTML page")
    if found[2] == "[":
        raise NotAFeed("it declares entities of its own (DTD), which are never expanded")
    after = text[found.end() :]
    prolog = _PROLOG.match(after)
    return after[prolog.end() :] if prolog else after


def _frame(text: str) -> _Frame:
    root = _ROOT.match(text)
    if not root:
        raise NotAFeed("its root element cannot be read")
    kind, prefix, name = root["name"].lower(), root["prefix"] or "", root["name"]
    tag = root[0].removesuffix("/>") + ">" if root[0].endswith("/>") else root[0]
    opening, closing = f'<?xml version="1.0" encoding="utf-8"?>\n{tag}', f"</{prefix}{name}>"
    shut = f"{prefix}{name}".lower()
    if kind == "feed":
        return _Frame(opening, closing, shut, re.escape(prefix) + "entry")
    if kind == "rdf":
        return _Frame(opening, closing, shut, _ANY_PREFIX + "item")
    if kind != "rss":
        shown = "an HTML page" if kind == "html" else f"XML with root element <{kind[:40]}>"
        raise NotAFeed(f"it is {shown}")
    channel = _CHANNEL.search(text, root.end(), root.end() + 100_000)
    inner = channel[0] if channel else "<channel>"
    return _Frame(opening + inner, "</channel>" + closing, shut, "item")


def _slices(text: str, frame: _Frame) -> tuple[list[tuple[int, int]], bool]:
    """Return the whole entries' places, and whether one was left open."""
    found: list[tuple[int, int]] = []
    opened, cut = -1, False
    token = re.compile(_PIECES.format(name=frame.entry), re.IGNORECASE | re.DOTALL)
    for match in token.finditer(text):
        if match["entry"] is None or match[0].endswith("/>"):
            continue
        if match["end"]:
            if opened >= 0:
                found.append((opened, match.end()))
            opened = -1
        else:
            cut = cut or opened >= 0
            opened = match.start()
    return found, cut or opened >= 0


def _is_empty_tag(text: str) -> bool:
    root = _ROOT.match(text)
    return root is not None and root[0].endswith("/>")
