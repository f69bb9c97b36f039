"""Words of others, made safe to show: escaped, masked, and cut around what matched.

The author's own characters are kept. What is replaced: control and bidirectional characters (they
could rewrite the line), numbers shaped like a NIP, NIK or telephone number, and names and links
of other accounts, because an account that is not registered stands in no message.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

ELLIPSIS = "…"
LEAST_CONTEXT = 8
# A cut is moved off an accent or a joined emoji, but not for ever: "Zalgo" texts never end.
MOST_SHIFT = 16
JOINER = "\u200d"
SKIN_TONES = range(0x1F3FB, 0x1F400)
VARIANTS = range(0xFE00, 0xFE10)

# NIK has 16 digits and NIP 18, often written in groups.
NUMBER = re.compile(r"(?<!\d)(?:\d[ .]?){15,}\d|(?<!\d)(?:\+?62|0)[ .-]?8(?:[ .-]?\d){8,11}(?!\d)")
LINK = re.compile(r"(?:https?://|www\.)\S+|\bdid:[a-z]+:\S+", re.IGNORECASE)
# Each pattern can begin only where a run begins, so a hostile text costs no more than its length.
ACCOUNT = re.compile(
    r"(?:(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+|(?<![\w@])@\w(?:[\w.-]*\w)?)"
    r"(?:@\w(?:[\w.-]*\w)?)*"  # a name with its server, as on Mastodon, is one
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a quotation. ``kind`` is ``text``, ``mark`` (it matched), or what was replaced."""

    kind: str
    text: str = ""


Range = tuple[int, int]
Mask = tuple[int, int, str]
R = TypeVar("R", Range, Mask)


def utf16(text: str) -> int:
    """Return the length in UTF-16 code units, in which Telegram counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str, limit: int) -> str:
    """Return one line of at most ``limit`` characters, safe to show, with numbers masked."""
    # The tail is dropped before masking, so that a long text costs no more than a short one.
    shown = _printable(NUMBER.sub(ELLIPSIS, text[: limit * 2]).strip())
    return shown if len(shown) <= limit else shown[: limit - 1] + ELLIPSIS


def excerpt(text: str, spans: Sequence[Range], budget: int) -> tuple[Piece, ...]:
    """Return about ``budget`` characters of a text around its spans (code points, half-open).

    A link or account that a span touches is what matched, so it is shown.
    """
    marks = _merged((max(0, a), min(b, len(text))) for a, b in spans)
    masks = _masks(text, marks)
    pieces: list[Piece] = []
    end = 0
    for start, end in _merged(_whole(masks, a, b) for a, b in _windows(text, marks, budget)):
        if start > 0:
            pieces.append(Piece("text", ELLIPSIS))
        pieces += _pieces(text, start, end, marks, masks)
    if end < len(text):
        pieces.append(Piece("text", ELLIPSIS))
    return tuple(pieces)


def others(text: str) -> list[Range]:
    """Return where a text has links and names of accounts, which a mark would show."""
    return _merged(found.span() for kind in (LINK, ACCOUNT) for found in kind.finditer(text))


def touches(ranges: Sequence[Range], start: int, end: int) -> bool:
    """Say whether ranges, sorted and apart from each other, share a character with one."""
    return bool(_within(ranges, start, end))


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(_show(character) for character in text)


def _show(character: str) -> str:
    if character.isprintable() or character == JOINER:
        return character
    if character == "\n":
        return " ⏎ "
    if character == "\t" or unicodedata.category(character) == "Zs":
        return " "
    return f"\\u{ord(character):04x}"


def _masks(text: str, marks: Sequence[Range]) -> list[Mask]:
    links = _apart(LINK, text, marks)
    accounts = _before(links, _apart(ACCOUNT, text, marks))
    numbers = _apart(NUMBER, text, _merged((*links, *accounts)))
    kinds = (("link", links), ("account", accounts), ("number", numbers))
    return sorted((a, b, kind) for kind, found in kinds for a, b in found)


def _apart(pattern: re.Pattern[str], text: str, taken: Sequence[Range]) -> list[Range]:
    found = (match.span() for match in pattern.finditer(text))
    return [(a, b) for a, b in found if not _within(taken, a, b)]


def _windows(text: str, marks: Sequence[Range], budget: int) -> list[Range]:
    if len(text) <= budget:
        return [(0, len(text))]
    if not marks:
        return [(0, _boundary(text, budget))]
    spare = budget - sum(b - a for a, b in marks)
    context = max(LEAST_CONTEXT, spare // (2 * len(marks)))
    windows: list[Range] = []
    left = budget
    for start, end in _merged((max(0, a - context), b + context) for a, b in marks):
        if left <= 0:
            break
        stop = min(end, start + left, len(text))
        left -= stop - start
        windows.append((_boundary(text, start), max(_boundary(text, stop), start)))
    return windows


def _before(links: Sequence[Range], accounts: Iterable[Range]) -> list[Range]:
    """Cut what runs on into a link; what lies in one goes with it."""
    ends = ((a, b, _within(links, a, b)) for a, b in accounts)
    cut = ((a, min(b, inside[0][0]) if inside else b) for a, b, inside in ends)
    return [(a, b) for a, b in cut if a < b]


def _whole(masks: Sequence[Mask], start: int, end: int) -> Range:
    """Widen a window around what is replaced at its edges: it is said once, and not cut."""
    hidden = _within(masks, start, end)
    return min([start, *(a for a, _, _ in hidden)]), max([end, *(b for _, b, _ in hidden)])


def _boundary(text: str, at: int) -> int:
    for shift in range(MOST_SHIFT):
        here = at - shift
        if not 0 < here < len(text) or not _joined(text[here - 1], text[here]):
            return max(here, 0)
    return at


def _joined(before: str, after: str) -> bool:
    return (
        JOINER in (before, after)
        or unicodedata.category(after).startswith("M")
        or ord(after) in SKIN_TONES
        or ord(after) in VARIANTS
    )


def _pieces(
    text: str, start: int, end: int, marks: Sequence[Range], masks: Sequence[Mask]
) -> Iterator[Piece]:
    shown = _within(marks, start, end)
    hidden = _within(masks, start, end)
    borders = [*shown, *((a, b) for a, b, _ in hidden)]
    edges = sorted({end, *(x for border in borders for x in border if start < x < end)})
    here = start
    for edge in edges:
        mask = next(iter(_within(hidden, here, edge)), None)
        if mask is None:
            kind = "mark" if _within(shown, here, edge) else "text"
            yield Piece(kind, _printable(text[here:edge]))
        elif here == max(mask[0], start):
            yield Piece(mask[2])
        here = edge


def _merged(ranges: Iterable[Range]) -> list[Range]:
    merged: list[Range] = []
    for start, end in sorted(r for r in ranges if r[0] < r[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _within(ranges: Sequence[R], start: int, end: int) -> Sequence[R]:
    """Return the ranges, sorted and apart from each other, that share a character with one."""
    first = bisect_right(ranges, start, key=lambda r: r[1])
    return ranges[first : bisect_left(ranges, end, key=lambda r: r[0])]
