"""Cuts a folded text into tokens with clauses; every token knows its place in the source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from monitor.text.fold import Folded


class Kind(Enum):
    WORD = "word"
    NUMBER = "number"
    TAG = "tag"
    HANDLE = "handle"
    EMOJI = "emoji"


@dataclass(slots=True)
class Token:
    """One token. ``form`` is its folded text; ``start`` and ``end`` are offsets in the source.

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
    quoted: bool = False
    asked: bool = False
    upper: bool = False
    title: bool = False
    tag: int = -1
    slip: bool = False


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
_KINDS = {
    "handle": Kind.HANDLE,
    "tag": Kind.TAG,
    "number": Kind.NUMBER,
    "word": Kind.WORD,
    "emoji": Kind.EMOJI,
}
_GAP = re.compile(r"[ .\-_]")
# After these a full stop shortens a word; it does not end a sentence.
_SHORTENED = frozenset(
    ("no", "nmr", "nmer", "dr", "drs", "ir", "prof", "h", "hj", "kh", "st", "jl", "kab", "tgk")
)


def tokens(folded: Folded) -> list[Token]:
    """Return the tokens in order; links are left out, punctuation becomes clauses and barriers."""
    found: list[Token] = []
    clause = 0
    barrier = False
    quotes: list[int] = []
    origin = folded.origin
    for match in _TOKEN.finditer(folded.text):
        kind, form = match.lastgroup, match.group()
        if kind == "stop":
            if form == "." and found and found[-1].form in _SHORTENED:
                continue
            if "?" in form:
                _mark_asked(found, clause)
            clause += 1
        elif kind == "barrier":
            barrier = True
            if form == '"':
                quotes.append(len(found))
        elif kind and kind != "link":
            start, end = match.span()
            if origin is not None:
                start, end = folded.span(start, end)
            if kind == "spaced":
                form, kind = _GAP.sub("", form), "word"
            found.append(Token(_KINDS[kind], form, start, end, clause, barrier))
            barrier = False
    _mark_quoted(found, quotes)
    return found


def _mark_asked(found: list[Token], clause: int) -> None:
    for token in reversed(found):
        if token.clause != clause:
            break
        token.asked = True


def _mark_quoted(found: list[Token], quotes: list[int]) -> None:
    """Mark the tokens between pairs of quotation marks; a mark without its partner is none."""
    for opened, closed in zip(quotes[::2], quotes[1::2], strict=False):
        for token in found[opened:closed]:
            token.quoted = True
