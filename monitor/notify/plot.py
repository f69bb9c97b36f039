"""Bars as a small SVG: the figures of a table's column, drawn and nothing added."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from monitor.log import printable

WIDTH, LABELS, NUMBERS = 640, 250, 60
BAR, STEP, TOP = 16, 24, 6
MOST, LETTERS = 20, 34
FILL, INK, RULE = "#3b6ea5", "#222222", "#b5b5b0"
SVG = "http://www.w3.org/2000/svg"
FACES = "Noto Sans, DejaVu Sans, sans-serif"

Bar = tuple[str, int]


def bars(rows: Sequence[Bar]) -> str:
    """Draw rows of a name and a count, the first on top; at most ``MOST`` of them.

    A bar's length is its share of the longest one's; the count stands behind it.
    """
    drawn = rows[:MOST]
    height = TOP * 2 + STEP * max(1, len(drawn))
    longest = max((count for _, count in drawn), default=0)
    parts = [
        f'<svg xmlns="{SVG}" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
        f'<g font-family="{FACES}" font-size="12" fill="{INK}">',
        f'<line x1="{LABELS}" y1="{TOP}" x2="{LABELS}" y2="{height - TOP}" stroke="{RULE}"/>',
    ]
    for place, (name, count) in enumerate(drawn):
        parts += _bar(TOP + place * STEP, name, count, longest)
    return "".join([*parts, "</g></svg>"])


def left_out(rows: Sequence[Bar]) -> str:
    """Say which rows are not drawn, or "" where all are."""
    if len(rows) <= MOST:
        return ""
    return f"{MOST} dari {len(rows)} baris yang teratas; semuanya ada dalam tabel."


def length(count: int, longest: int) -> float:
    """Return how long a bar is, in the picture's own units."""
    return round((WIDTH - LABELS - NUMBERS) * count / longest, 2) if longest else 0.0


def _bar(top: int, name: str, count: int, longest: int) -> list[str]:
    middle = top + BAR - 3
    said = printable(name)
    label = said if len(said) <= LETTERS else said[: LETTERS - 1] + "…"
    wide = length(count, longest)
    return [
        f'<text x="{LABELS - 8}" y="{middle}" text-anchor="end">{escape(label)}</text>',
        f'<rect x="{LABELS}" y="{top}" width="{wide}" height="{BAR}" fill="{FILL}"/>',
        f'<text x="{LABELS + wide + 6}" y="{middle}">{count}</text>',
    ]
