"""Telegram's HTML style as its documentation states it, read strictly and without our code.

https://core.telegram.org/bots/api#html-style: only these tags; ``<``, ``>`` and ``&`` that are no
part of a tag or entity must be escaped; four named entities and every numeric one are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

LIMIT = 4096
CAPTION_LIMIT = 1024
TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
TOKEN = re.compile(
    r"<(/?)([a-z][a-z0-9-]*)>|&(?:(#\d{1,7}|#x[0-9a-f]{1,6})|([a-z]+));|([^<&]+)", re.IGNORECASE
)


class Refused(ValueError):
    """What Telegram answers with 400."""


@dataclass(frozen=True, slots=True)
class Parsed:
    text: str
    entities: list[dict[str, Any]]


def parse(markup: str) -> Parsed:
    """Return visible text and entities (offsets in UTF-16 units), or raise ``Refused``."""
    text: list[str] = []
    entities: list[dict[str, Any]] = []
    opened: list[tuple[str, int]] = []
    at = offset = 0
    while at < len(markup):
        token = TOKEN.match(markup, at)
        if token is None:
            raise Refused(f"can't parse entities: unexpected character at offset {at}")
        closing, tag, number, name, plain = token.groups()
        if tag:
            _tag(tag.lower(), bool(closing), offset, opened, entities)
        else:
            shown = plain or _character(number, name)
            text.append(shown)
            offset += utf16(shown)
        at = token.end()
    if opened:
        raise Refused(f"can't parse entities: can't find end tag of {opened[-1][0]}")
    return Parsed("".join(text), sorted(entities, key=lambda e: (e["offset"], -e["length"])))


def check_length(text: str) -> None:
    if not text.strip():
        raise Refused("message text is empty")
    if utf16(text) > LIMIT:
        raise Refused("message is too long")


def utf16(text: str) -> int:
    return sum(2 if ord(c) > 0xFFFF else 1 for c in text)


def _tag(
    tag: str,
    closing: bool,
    offset: int,
    opened: list[tuple[str, int]],
    entities: list[dict[str, Any]],
) -> None:
    if tag not in TYPES:
        raise Refused(f"can't parse entities: unsupported start tag {tag}")
    if not closing:
        if opened and TYPES[opened[-1][0]] in ("code", "pre"):
            raise Refused("can't parse entities: code holds no other entity")
        opened.append((tag, offset))
        return
    if not opened or opened[-1][0] != tag:
        raise Refused(f"can't parse entities: unexpected end tag {tag}")
    _, start = opened.pop()
    if offset > start:
        entities.append({"type": TYPES[tag], "offset": start, "length": offset - start})


def _character(number: str | None, name: str | None) -> str:
    if number:
        hexadecimal = number[1] in "xX"
        return chr(int(number[2:] if hexadecimal else number[1:], 16 if hexadecimal else 10))
    if name not in NAMED:
        raise Refused(f"can't parse entities: unknown entity {name}")
    return NAMED[name]
