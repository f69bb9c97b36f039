"""JSON and JSON Lines, row by row: only one row and its surroundings are in memory at a time.

A list of a gigabyte is walked from the outside to its elements; an element is read by the
standard library, which is in C. What is not wanted is passed over by its brackets alone. A broken
element costs that element, as long as its brackets are whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from monitor.intake.act_lines import LONGEST, Row, Unread, Unreadable, lines
from monitor.intake.act_paths import ANY, EVERY

Paths = Sequence[tuple[str, ...]]

# Numbers stay as written: ids have more digits than a float holds, and no number is ever too long.
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_SPACE = re.compile(r"[ \t\r\n]*")
_MARK = re.compile(r'["\[\]{}]')
_INSIDE = re.compile(r'["\\]')
_SCALAR = re.compile(r"[^\s,\]}]+")
_SURE = 32  # characters before the end of the window from which an error is none of the window
AROUND = 100  # values kept of an object that holds a list of rows
_BAD = "a row of valid JSON, nested less than some hundred deep"
_LONG = f"a row of at most {LONGEST >> 20} million characters"
_CUT = "the whole file: it ends in the middle"


def json_lines(pieces: Iterable[str]) -> Iterator[Row | Unread]:
    """Yield the object of each line; blank lines are passed over."""
    for number, line in enumerate(lines(pieces), start=1):
        if line is None:
            yield Unread(number, _LONG)
        elif line.strip("\ufeff \t\r\n\0"):
            try:
                value = _DECODER.decode(line.strip("\ufeff \t\r\n\0"))
            except (ValueError, RecursionError):
                yield Unread(number, "one JSON object a line")
                continue
            yield _row(number, value, line, ())


def rows(pieces: Iterable[str], paths: Paths, prefix: str = "") -> Iterator[Row | Unread]:
    """Yield what stands at any of the paths; ``()`` is the document itself.

    ``prefix`` is a pattern of what stands before the JSON, such as a JavaScript assignment.
    Raises ``Unreadable`` where the rest cannot be read.
    """
    walk = _Walk(iter(pieces))
    walk.pass_over(prefix)
    numbers = iter(range(1, 1 << 62))
    if not walk.peek():
        raise Unreadable("JSON", "an empty file")
    if walk.peek() not in "[{":
        raise Unreadable("JSON", "another kind of file", "choose another --profile")
    while walk.peek():
        yield from _node(walk, list(paths), (), numbers)
        while walk.peek() == ";":
            walk.step()


def _row(number: int, value: Any, text: str, around: tuple[Mapping[str, Any], ...]) -> Row:
    return Row(number, value if isinstance(value, dict) else {"value": value}, text, around)


def _inside(
    value: Any, path: tuple[str, ...], around: tuple[Mapping[str, Any], ...], numbers: Iterator[int]
) -> Iterator[Row]:
    """Yield rows within a row: the answers to a comment stand in it."""
    if not path:
        yield _row(next(numbers), value, json.dumps(value), around)
        return
    if path[0] == EVERY:
        inner = value if isinstance(value, list) else []
    else:
        inner = [value[path[0]]] if isinstance(value, dict) and path[0] in value else []
    for one in inner:
        yield from _inside(one, path[1:], around, numbers)


def _node(
    walk: _Walk, live: Paths, around: tuple[Mapping[str, Any], ...], numbers: Iterator[int]
) -> Iterator[Row | Unread]:
    if () in live:
        number = next(numbers)
        found = walk.element()
        if isinstance(found, str):
            yield Unread(number, found)
            return
        row = _row(number, *found, around)
        yield row
        for path in filter(None, live):
            yield from _inside(found[0], path, (*around, row.values), numbers)
    elif walk.peek() == "{":
        yield from _object(walk, live, around, numbers)
    elif walk.peek() == "[" and (inner := [path[1:] for path in live if path[0] == EVERY]):
        for _ in walk.items("]"):
            yield from _node(walk, inner, around, numbers)
    else:
        walk.skip()


def _object(
    walk: _Walk, live: Paths, around: tuple[Mapping[str, Any], ...], numbers: Iterator[int]
) -> Iterator[Row | Unread]:
    seen: dict[str, Any] = {}
    for _ in walk.items("}"):
        name = walk.name()
        inner = [path[1:] for path in live if path[0] in (name, ANY)]
        if inner:
            yield from _node(walk, inner, (*around, seen), numbers)
        elif walk.peek() in "[{":
            walk.skip()
        else:
            found = walk.element()
            if not isinstance(found, str) and len(seen) < AROUND:
                seen[name] = found[0]


class _Walk:
    """A window on a JSON text that moves forward only."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._text, self._at = "", 0

    def pass_over(self, pattern: str) -> None:
        """Pass over what stands before the JSON, and over the mark of its encoding."""
        self._more()
        self._at = len(self._text) - len(self._text.lstrip("\ufeff \t\r\n\0"))
        found = re.compile(pattern).match(self._text, self._at) if pattern else None
        if found:
            self._at = found.end()

    def peek(self) -> str:
        """Return the next character that is no blank, "" at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def step(self) -> None:
        self._at += 1

    def items(self, end: str) -> Iterator[None]:
        """Stop at each item of the list or object that begins here, and pass its end."""
        self.step()
        if self.peek() == end:
            self.step()
            return
        while True:
            if not self.peek():
                raise Unreadable(_CUT)
            yield
            sign = self.peek()
            self.step()
            if sign == end:
                return
            if sign != ",":
                raise Unreadable(f"a comma or {end}" if sign else _CUT)
            if self.peek() == end:  # a comma too many harms nobody
                self.step()
                return

    def name(self) -> str:
        """Return an item's name and stop at its value."""
        found = self.element() if self.peek() == '"' else ""
        if isinstance(found, str) or self.peek() != ":":
            raise Unreadable('"name": value')
        self.step()
        if not self.peek():
            raise Unreadable(_CUT)
        return str(found[0])

    def element(self) -> tuple[Any, str] | str:
        """Return the value that begins here and its text, or what was expected, and pass it."""
        while True:
            start = self._at
            try:
                value, end = _DECODER.raw_decode(self._text, start)
            except json.JSONDecodeError as error:
                unsure = error.msg.startswith("Unterminated") or error.pos > (
                    len(self._text) - _SURE
                )
                if unsure and len(self._text) - start <= LONGEST and self._more():
                    continue
                return self._refused(_LONG if len(self._text) - start > LONGEST else _BAD)
            except (ValueError, RecursionError):
                return self._refused(_BAD)
            # A number may go on behind the window.
            if end == len(self._text) and self._text[start] not in '"[{' and self._more():
                continue
            if end - start > LONGEST:
                self._at = end
                return _LONG
            self._at = end
            return value, self._text[start:end]

    def _refused(self, expected: str) -> str:
        self.skip()
        return expected

    def skip(self) -> None:
        """Pass over the value that begins here by its brackets, whatever is in it."""
        if self._text[self._at] not in '"[{':
            self._skip_scalar()
            return
        depth = 0
        while True:
            mark = self._next(_MARK)
            if mark == '"':
                self._skip_string()
            else:
                depth += 1 if mark in "[{" else -1
            if depth <= 0:
                return

    def _skip_scalar(self) -> None:
        while True:
            found = _SCALAR.match(self._text, self._at)
            if found is None:
                self._at += 1 if self._at < len(self._text) else 0
                return
            self._at = found.end()
            if self._at < len(self._text) or not self._more():
                return

    def _skip_string(self) -> None:
        while self._next(_INSIDE) == "\\":
            if self._at >= len(self._text) and not self._more():
                raise Unreadable(_CUT)
            self._at += 1

    def _next(self, pattern: re.Pattern[str]) -> str:
        while True:
            found = pattern.search(self._text, self._at)
            if found:
                self._at = found.end()
                return found[0]
            self._at = len(self._text)
            if not self._more():
                raise Unreadable(_CUT)

    def _more(self) -> bool:
        """Take in the next piece and let go of what was passed; false at the end."""
        piece = next((one for one in self._pieces if one), None)
        if piece is None:
            return False
        self._text, self._at = self._text[self._at :] + piece, 0
        return True
