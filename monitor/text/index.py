"""The only ahocorasick_rs: every phrase of every list, found in one pass over a text's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Generic, NamedTuple, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation

T = TypeVar("T")

# So many finds are placed by counting spaces; for more, all places are worked out once.
_FEW = 16


# A phrase's meaning: its last word, its first, both included, and the meaning. In order, rows
# stand by their ends, longer ones first. A plain tuple, since a text makes a dozen of them.
Row = tuple[int, int, T]


class Found(NamedTuple, Generic[T]):
    """A phrase's meaning at the words ``first`` to ``last``, both included."""

    last: int
    first: int
    value: T


class PhraseIndex(Generic[T]):
    """Maps phrases (folded words joined by one space) to values; finds whole words only.

    A phrase of one word is looked up, the others are found by an automaton.
    """

    def __init__(self, phrases: Mapping[str, T]) -> None:
        self._alone = {phrase: value for phrase, value in phrases.items() if " " not in phrase}
        self._rows = [(v, phrase.count(" ")) for phrase, v in phrases.items() if " " in phrase]
        patterns = [f" {phrase} " for phrase in phrases if " " in phrase]
        # The compact automaton starts about ten times faster than the DFA, at similar speed.
        self._automaton = AhoCorasick(
            patterns, store_patterns=False, implementation=Implementation.ContiguousNFA
        )

    def alone(self, word: str) -> T | None:
        """Return the meaning of a phrase of one word."""
        return self._alone.get(word)

    def rows(self, words: Sequence[str]) -> list[Row[T]]:
        """Return all phrases of several words, overlaps included, in order."""
        haystack = f" {' '.join(words)} "
        found = self._automaton.find_matches_as_indexes(haystack, overlapping=True)
        if not found:
            return []
        if len(found) <= _FEW:
            # The spaces before a word tell its place.
            starts = [haystack.count(" ", 0, start) for _, start, _ in found]
        else:
            spaces = accumulate((len(word) + 1 for word in words), initial=0)
            at = {offset: place for place, offset in enumerate(spaces)}
            starts = [at[start] for _, start, _ in found]
        rows = self._rows
        return [
            (first + rows[pattern][1], first, rows[pattern][0])
            for first, (pattern, _, _) in zip(starts, found, strict=True)
        ]
