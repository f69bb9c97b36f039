"""Splits hashtags: by capitals where the writer set them, else by known words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

_CAMEL = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]|\d+|[^\W\d_A-Za-z]+")
_DELIBERATE = re.compile(r"#?(?:[A-Z][a-z]{2,}\d*){2,}")
MAX_WORD = 24
_MEMO_LIMIT = 50_000
_KNOWN_COST = 2
_EVERYDAY_COST = 3
_SHORT_COST = 5
_UNKNOWN_COST = 4
_SHORT = 2
_BRIEF = 3
# As many first letters tell known words apart; shorter ones are always looked up.
_HEAD = 3
_BRIEFEST = (1, 2)
_FAR = 1 << 30
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
        self._longest = min(MAX_WORD, max(map(len, self._price), default=1))
        lengths: dict[str, set[int]] = defaultdict(lambda: set(_BRIEFEST))
        for word in self._price:
            if len(word) <= MAX_WORD:
                lengths[word[:_HEAD]].add(len(word))
        # What known words with these first letters may measure: most letters begin few words.
        self._lengths = {head: tuple(sorted(found)) for head, found in lengths.items()}
        self._memo: dict[str, tuple[str, ...]] = {}

    def split(self, word: str) -> tuple[str, ...]:
        """Return the parts in order; joined they are the word again."""
        if word not in self._memo:
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[word] = self._cut(word)
        return self._memo[word]

    def _cut(self, word: str) -> tuple[str, ...]:
        size, price, lengths = len(word), self._price, self._lengths
        # For the first i letters: the cost, the start of the last part, and whether it is known.
        costs, starts, known = [_FAR] * (size + 1), [0] * (size + 1), [True] * (size + 1)
        costs[0] = 0
        digits = any(map(str.isdigit, word))
        for begin in range(size):
            cost = costs[begin]
            if cost + _UNKNOWN_COST <= costs[begin + 1]:
                costs[begin + 1], starts[begin + 1] = cost + _UNKNOWN_COST, begin
                known[begin + 1] = False
            for length in lengths.get(word[begin : begin + _HEAD], _BRIEFEST):
                end = begin + length
                if end > size:
                    break
                part = price.get(word[begin:end])
                if part and cost + part < costs[end]:
                    costs[end], starts[end], known[end] = cost + part, begin, True
            if digits and word[begin].isdigit():
                for end in self._numbers(word, begin):
                    if cost + _KNOWN_COST < costs[end]:
                        costs[end], starts[end], known[end] = cost + _KNOWN_COST, begin, True
        return self._without_crumbs(_walk_back(word, starts, known))

    def _numbers(self, word: str, begin: int) -> Iterator[int]:
        """Yield where each number that begins at a place ends, but those of the list."""
        for end in range(begin + 1, min(len(word), begin + self._longest) + 1):
            if not word[end - 1].isdigit():
                return
            if word[begin:end] not in self._price:
                yield end

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


def _walk_back(word: str, starts: list[int], known: list[bool]) -> tuple[str, ...]:
    parts: list[str] = []
    end, loose_end = len(word), 0
    while end > 0:
        start = starts[end]
        if known[end]:
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
