"""Cuts a folded text into marks: words, numbers, hashtags, handles, emoji and punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

import msgspec

from monitor.text.fold import Folded


class Kind(Enum):
    WORD = "word"
    SPACED = "spaced"
    NUMBER = "number"
    TAG = "tag"
    HANDLE = "handle"
    EMOJI = "emoji"
    STOP = "stop"
    BARRIER = "barrier"


# Bound once: in this Python a member of an enum is slow to look up.
WORD, TAG, HANDLE, EMOJI = Kind.WORD, Kind.TAG, Kind.HANDLE, Kind.EMOJI


class Mark(NamedTuple):
    """One mark. ``form`` is its folded text; ``start`` and ``end`` are offsets in the source."""

    kind: Kind
    form: str
    start: int
    end: int


# A struct, since a text makes one for each of its words and structs are made fastest.
class Token(msgspec.Struct, gc=False):
    """One word. ``form`` is what was meant; ``start`` and ``end`` are offsets in the source.

    ``clause`` numbers the clause, ``barrier`` tells that a comma, colon or quotation mark stands
    right before it, ``quoted`` that it stands between quotation marks,
    ``asked`` that its clause ends in a question mark. ``upper`` and ``title`` tell of the source's
    letters: all capitals (two at least), a capital first. ``tag`` numbers the hashtag that the
    token was cut from, -1 for none; ``slip`` that the form is a guess at a slip of the finger.
    """

    kind: Kind
    form: str
    start: int
    end: int
    clause: int
    barrier: bool = False
    upper: bool = False
    title: bool = False
    slip: bool = False
    quoted: bool = False
    asked: bool = False
    tag: int = -1


# Bounded repeats keep every alternative linear on hostile input.
_TOKEN = re.compile(
    r"""
    (?P<link>(?:https?://|www\.)\S{1,2000})
  | (?P<handle>(?<!\w)@\w[\w.]{0,100})
  | (?P<tag>\#\w{1,200})
  | (?P<spaced>(?<![^\W_])[a-z][ .\-_](?:[a-z0-9'][ .\-_]){2,40}[a-z0-9](?![^\W_]))
  | (?P<number>\d{1,30}(?:[./,:-]\d{1,30}){0,10}(?![^\W_]|[@!$*'|+][^\W_]))
  | (?P<word>[^\W_]{1,64}(?:[@!$*'|+][^\W_]{1,64}){0,20})
  | (?P<stop>[.!?;\n…]+)
  | (?P<barrier>[,:"(){}\[\]])
  | (?P<emoji>[\u2190-\u2bff\U0001f000-\U0001faff])
    """,
    re.VERBOSE,
)
_KINDS = {kind.value: kind for kind in Kind}
_GAP = re.compile(r"[ .\-_]")
# The beginning of every run of spaced letters: four or more. It begins with what is rare.
_LOOSE = re.compile(
    r"[ .\-_](?<=[\W_][A-Za-z].)[A-Za-z0-9'][ .\-_][A-Za-z0-9'][ .\-_][A-Za-z0-9](?![^\W_])"
)


def marks(folded: Folded) -> Iterator[Mark]:
    """Yield the marks in order; links are left out, the form of spaced letters has no gaps."""
    for match in _TOKEN.finditer(folded.text):
        kind, form = match.lastgroup or "", match.group()
        if kind == "link":
            continue
        start, end = match.span()
        if folded.origin is not None:
            start, end = folded.span(start, end)
        yield Mark(_KINDS[kind], _GAP.sub("", form) if kind == "spaced" else form, start, end)


def may_be_spaced(text: str) -> bool:
    """Say whether letters may stand apart in a folded or plain text, so that spaces part no words.

    Where this is false, no mark reaches over a space.
    """
    return _LOOSE.search(f" {text}") is not None
