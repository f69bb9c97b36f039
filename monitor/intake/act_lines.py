"""What a reader of a file hands on: rows, and rows that cannot be read, each with its number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# Characters of one row. The longest posts of any platform are a hundredth of it.
LONGEST = 4 << 20
_ENDS = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``number`` is as a spreadsheet counts it, or the element's place from 1.

    ``text`` is what stood in the file; ``around`` are the objects that hold the row's list, the
    outermost first, with what had been read of them so far.
    """

    number: int
    values: Mapping[str, Any]
    text: str
    around: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that cannot be read. It may be anybody's, so nothing of what it holds is repeated."""

    number: int
    expected: str
    hint: str = ""
    column: str = ""


class Unreadable(ValueError):
    """A file, or the rest of one, cannot be read; the text says what was expected."""

    def __init__(self, expected: str, got: str = "", hint: str = "") -> None:
        self.expected, self.got, self.hint = expected, got, hint
        super().__init__(expected)


def lines(pieces: Iterable[str]) -> Iterator[str | None]:
    """Yield each line with its end; ``None`` stands for one that is too long to be a row."""
    rest, over = "", False
    for piece in pieces:
        rest += piece
        # A carriage return at the very end may be half of a line's end.
        at, last = 0, len(rest) - 1
        for end in _ENDS.finditer(rest):
            if end.start() == last and end[0] == "\r":
                break
            line = rest[at : end.end()]
            at = end.end()
            yield None if over or len(line) > LONGEST else line
            over = False
        rest = rest[at:]
        if len(rest) > LONGEST:
            rest, over = "", True
    if over:
        yield None
    elif rest:
        yield rest
