"""Where a value stands in a row: the paths of import profiles.

``a.b`` steps into objects, ``a[0]`` takes one of a list, ``a[label=URL|Tautan]`` the first of a
list whose ``label`` is one of these words, ``'a.b'`` is a name with a dot in it, ``^a`` a value of
the object around the list that holds the row (``^^a`` one further out). In ``rows`` ``[]`` is every
element of a list and ``*`` every name of an object. docs/imports.md explains them to people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_STEP = re.compile(
    r"\.?(?:'(?P<quoted>[^']+)'|(?P<name>[^.\[\]'^]+)|\[(?P<index>\d{1,4})\]|(?P<every>\[\])|"
    r"\[(?P<key>[^\[\]=]+)=(?P<words>[^\[\]]+)\])"
)
EVERY, ANY = "[]", "*"

Step = str | int | tuple[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Where:
    """A parsed path; ``out`` is how many objects further out it begins."""

    steps: tuple[Step, ...]
    out: int = 0

    def find(self, row: Any, around: Sequence[Mapping[str, Any]]) -> Any:
        """Return what stands there, ``None`` where nothing does; never raises."""
        if not self.out:
            return _down(row, self.steps)
        return _down(around[-self.out], self.steps) if self.out <= len(around) else None


def parse(text: str) -> Where:
    """Read a path of a column; ``ValueError`` says what is wrong with it."""
    bare = text.lstrip("^")
    steps = _steps(bare)
    if EVERY in steps:
        raise ValueError("[] belongs into rows; take one of a list with [0]")
    return Where(steps, len(text) - len(bare))


def parse_rows(text: str) -> tuple[str, ...]:
    """Read a path of ``rows``: names, ``*`` and ``[]`` only; ``.`` is the document itself."""
    steps = _steps(text) if text != "." else ()
    plain = tuple(step for step in steps if isinstance(step, str))
    if len(plain) != len(steps):
        raise ValueError("names, * and [] only")
    return plain


def _steps(text: str) -> tuple[Step, ...]:
    found: list[Step] = []
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            raise ValueError(f"a path such as data.comment[0].text, unclear from {text[at:]!r}")
        found.append(_step(step))
        at = step.end()
    if not found:
        raise ValueError("a path that is not empty")
    return tuple(found)


def _step(found: re.Match[str]) -> Step:
    if found["index"] is not None:
        return int(found["index"])
    if found["every"]:
        return EVERY
    if found["key"]:
        return found["key"], frozenset(found["words"].split("|"))
    return found["quoted"] or found["name"]


def _down(value: Any, steps: Sequence[Step]) -> Any:
    for step in steps:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, Mapping) else None
        elif not isinstance(value, list):
            return None
        elif isinstance(step, int):
            value = value[step] if step < len(value) else None
        else:
            key, words = step
            named = (v for v in value if isinstance(v, Mapping) and v.get(key) in words)
            value = next(named, None)
        if value is None:
            return None
    return value


def without(value: Any, paths: Sequence[tuple[str, ...]]) -> Any:
    """Return a row without what stands at some paths: what other people did to this act."""
    for path in paths:
        value = _cut(value, path)
    return value


def _cut(value: Any, path: tuple[str, ...]) -> Any:
    first, *rest = path
    if isinstance(value, list):
        return [_cut(one, tuple(rest)) for one in value] if first == EVERY and rest else value
    if not isinstance(value, Mapping) or first not in value:
        return value
    if not rest:
        return {key: one for key, one in value.items() if key != first}
    return {key: _cut(one, tuple(rest)) if key == first else one for key, one in value.items()}
