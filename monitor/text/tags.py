"""Splits hashtags: by capitals where the writer set them, else by known words."""

from __future__ import annotations

import re

_CAMEL = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]|\d+|[^\W\d_A-Za-z]+")
_MAX_WORD = 24
_MEMO_LIMIT = 50_000
_KNOWN_COST = 2
_SHORT_COST = 5
_UNKNOWN_COST = 3
_SHORT = 2
_BRIEF = 3


def camel_parts(tag: str) -> list[tuple[int, int]] | None:
    """Return the parts' ranges in a tag written with capitals, or ``None`` for one case only."""
    body = tag.lstrip("#")
    if body.islower() or body.isupper() or not any(c.isalpha() for c in body):
        return None
    shift = len(tag) - len(body)
    return [(m.start() + shift, m.end() + shift) for m in _CAMEL.finditer(body)]


class Splitter:
    """Cuts a word into the fewest known words; letters that fit none stay together."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._longest = min(_MAX_WORD, max(map(len, known), default=1))
        self._memo: dict[str, tuple[str, ...]] = {}

    def split(self, word: str) -> tuple[str, ...]:
        """Return the parts in order; joined they are the word again."""
        if word not in self._memo:
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[word] = self._cut(word)
        return self._memo[word]

    def _cut(self, word: str) -> tuple[str, ...]:
        # best[i] = (cost, start of the last part, is it known) for the first i letters.
        best: list[tuple[int, int, bool]] = [(0, 0, True)]
        digits = any(map(str.isdigit, word))
        known, longest = self._known, self._longest
        for end in range(1, len(word) + 1):
            choice = (best[end - 1][0] + _UNKNOWN_COST, end - 1, False)
            for begin in range(max(0, end - longest), end):
                part = word[begin:end]
                if part in known or (digits and part.isdigit()):
                    cost = best[begin][0] + _price(part)
                    if cost < choice[0]:
                        choice = (cost, begin, True)
            best.append(choice)
        return self._without_crumbs(_walk_back(word, best))

    def _without_crumbs(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """Give a letter or two that fit nowhere back to a short part beside them.

        A short form is no word of a tag when crumbs are left of the rest: "jk" in "jkt48".
        """
        whole: list[str] = []
        for part in parts:
            if whole and self._is_torn(whole[-1], part):
                whole[-1] += part
            else:
                whole.append(part)
        return tuple(whole)

    def _is_torn(self, left: str, right: str) -> bool:
        if left[-1].isdigit() or right[0].isdigit():
            return False
        # Initials are known letters, but one letter alone says nothing about a tag.
        crumbs = [p for p in (left, right) if len(p) == 1 or p not in self._known]
        return bool(crumbs) and max(len(left), len(right)) <= _BRIEF


def _price(part: str) -> int:
    return _SHORT_COST if len(part) <= _SHORT and not part.isdigit() else _KNOWN_COST


def _walk_back(word: str, best: list[tuple[int, int, bool]]) -> tuple[str, ...]:
    parts: list[str] = []
    end, loose_end = len(word), 0
    while end > 0:
        _, start, known = best[end]
        if known:
            if loose_end:
                parts.append(word[end:loose_end])
                loose_end = 0
            parts.append(word[start:end])
        elif not loose_end:
            loose_end = end
        end = start
    if loose_end:
        parts.append(word[:loose_end])
    return tuple(reversed(parts))
