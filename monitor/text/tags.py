"""Splits hashtags: by capitals where the writer set them, else by known words."""

from __future__ import annotations

import re

_CAMEL = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]|\d+|[^\W\d_A-Za-z]+")
_DELIBERATE = re.compile(r"#?(?:[A-Z][a-z]{2,}\d*){2,}")
_MAX_WORD = 24
_MEMO_LIMIT = 50_000
_KNOWN_COST = 2
_EVERYDAY_COST = 3
_SHORT_COST = 5
_UNKNOWN_COST = 4
_SHORT = 2
_BRIEF = 3
# A known word with strange letters beside it was meant only if it is about this long.
_SURE = 5


def camel_parts(tag: str) -> list[tuple[int, int]] | None:
    """Return the parts' ranges in a tag written with capitals, or ``None`` for one case only."""
    body = tag.lstrip("#")
    if body.islower() or body.isupper() or not any(c.isalpha() for c in body):
        return None
    shift = len(tag) - len(body)
    return [(m.start() + shift, m.end() + shift) for m in _CAMEL.finditer(body)]


def deliberate(tag: str) -> bool:
    """Say whether every word of a tag is written with a capital of its own."""
    return _DELIBERATE.fullmatch(tag) is not None


class Splitter:
    """Cuts a word into the fewest known words; letters that fit none stay together.

    Words of ``everyday`` writing are known too, but give way to the rest; short ones are left
    out, because almost any letters hold them.
    """

    def __init__(self, known: frozenset[str], everyday: frozenset[str] = frozenset()) -> None:
        common = [word for word in everyday if len(word) > _BRIEF and word not in known]
        self._price = dict.fromkeys(common, _EVERYDAY_COST) | {w: _price(w) for w in known}
        self._longest = min(_MAX_WORD, max(map(len, self._price), default=1))
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
        price, longest = self._price, self._longest
        for end in range(1, len(word) + 1):
            choice = (best[end - 1][0] + _UNKNOWN_COST, end - 1, False)
            for begin in range(max(0, end - longest), end):
                part = word[begin:end]
                cost = price.get(part) or (_KNOWN_COST if digits and part.isdigit() else 0)
                if cost and best[begin][0] + cost < choice[0]:
                    choice = (best[begin][0] + cost, begin, True)
            best.append(choice)
        return self._without_crumbs(_walk_back(word, best))

    def _without_crumbs(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """Give a letter or two that fit nowhere back to a short part beside them.

        A short form is no word of a tag when crumbs are left of the rest: "jk" in "jkt48"; nor is
        any word between two strange ones: "madri" in "pajamadrivejkt48".
        """
        whole: list[str] = []
        for part in self._without_islands(parts):
            if whole and self._is_torn(whole[-1], part):
                whole[-1] += part
            else:
                whole.append(part)
        return tuple(whole)

    def _without_islands(self, parts: tuple[str, ...]) -> list[str]:
        strange = [not self._is_word(part) for part in ("0", *parts, "0")]
        whole: list[str] = []
        for place, part in enumerate(parts, start=1):
            sides = strange[place - 1] + strange[place + 1]
            doubted = sides > 1 or (sides == 1 and len(part) < _SURE)
            if doubted and not part.isdigit():
                strange[place] = True
            if whole and strange[place] and strange[place - 1]:
                whole[-1] += part
            else:
                whole.append(part)
        return whole

    def _is_word(self, part: str) -> bool:
        return part in self._price or part.isdigit()

    def _is_torn(self, left: str, right: str) -> bool:
        if left[-1].isdigit() or right[0].isdigit():
            return False
        # Initials are known letters, but one letter alone says nothing about a tag.
        crumbs = [p for p in (left, right) if len(p) == 1 or p not in self._price]
        lone = min(len(left), len(right)) == 1
        return bool(crumbs) and (lone or max(len(left), len(right)) <= _BRIEF)


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
