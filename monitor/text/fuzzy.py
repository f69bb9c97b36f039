"""The only RapidFuzz: names written with one slip of the finger."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import OSA

MIN_LETTERS = 6
_MEMO_LIMIT = 100_000


class NearNames:
    """Finds the one name that lies one edit (or one swap) from a word of six letters or more.

    The first letter must be right, and the word must be near exactly one name: a slip that could
    be two people is nobody.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_start: dict[tuple[str, int], list[str]] = {}
        for name in sorted(set(names)):
            if len(name) >= MIN_LETTERS:
                self._by_start.setdefault((name[0], len(name)), []).append(name)
        self._memo: dict[str, str | None] = {}

    def find(self, word: str) -> str | None:
        """Return the name meant by ``word``, or ``None``; an exact name is its own answer."""
        if len(word) < MIN_LETTERS:
            return None
        if word not in self._memo:
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[word] = self._search(word)
        return self._memo[word]

    def _search(self, word: str) -> str | None:
        lengths = range(len(word) - 1, len(word) + 2)
        choices = [n for size in lengths for n in self._by_start.get((word[0], size), ())]
        if not choices:
            return None
        near = process.extract(word, choices, scorer=OSA.distance, score_cutoff=1, limit=2)
        if len(near) == 1 or (near and near[0][1] == 0):
            return near[0][0]
        return None
