"""A paper as data for ``paper.typ``: sections of paragraphs, fields, tables and told blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Item = dict[str, Any]
Section = dict[str, Any]
Row = Sequence[object]

NOTHING = "tidak ada"


def paper(title: str, house: str, foot: str, sections: Sequence[Section]) -> dict[str, Any]:
    """Return a whole paper, fit for JSON; ``foot`` stands at the foot of each page."""
    return {"title": title, "house": house, "foot": foot, "sections": list(sections)}


def section(title: str, *items: Item, level: int = 1) -> Section:
    return {"title": title, "level": level, "items": list(items)}


def para(text: str) -> Item:
    return {"kind": "para", "text": text}


def fields(rows: Iterable[tuple[str, object]]) -> Item:
    """Return names and values; a value that is not there is said so."""
    shown = [(name, NOTHING if value in (None, "") else str(value)) for name, value in rows]
    return {"kind": "fields", "rows": shown}


def table(head: Sequence[str], widths: Sequence[int], rows: Iterable[Row]) -> Item:
    """Return a table, or the sentence that there is nothing; widths are shares of the page."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if not cells:
        return para(f"{NOTHING.capitalize()}.")
    return {"kind": "table", "head": list(head), "widths": list(widths), "rows": cells}


def told(blocks: Sequence[Any]) -> Item:
    """Return what a message said, as blocks of lines of runs."""
    return {"kind": "blocks", "blocks": list(blocks)}
