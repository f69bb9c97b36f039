"""The only RapidFuzz: names written with one slip of the finger."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import OSA

MIN_LETTERS = 6
_MEMO_LIMIT = 100_000
_NO_NAMES: tuple[str, ...] = ()


class NearNames:
    """Finds the one name that lies one edit (or one swap) from a word of six letters or more.

    The first letter must be right, and the word must be near exactly one name: a slip that could
    be two people is nobody.

    Two words within one edit or swap share a form with at most one letter left out, so an index
    of these forms proposes the few names to measure; nothing that the rule allows is missed.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name for name in names if len(name) >= MIN_LETTERS)
        self._by_gap: dict[int, tuple[str, ...]] = {}
        self._memo: dict[str, tuple[str, ...]] = {}
        for name in sorted(self._names):
            for form in _gaps(name):
                # A key's number is kept, not its letters: a clash only proposes a name in vain.
                key = hash(form)
                self._by_gap[key] = (*self._by_gap.get(key, _NO_NAMES), name)

    def find(self, word: str) -> str | None:
        """Return the name meant by ``word``, or ``None``; an exact name is its own answer."""
        if word in self._names:
            return word
        if len(word) < MIN_LETTERS:
            return None
        near = [name for name in self.all(word) if name[0] == word[0]]
        return near[0] if len(near) == 1 else None

    def all(self, word: str) -> tuple[str, ...]:
        """Return every other name one edit or swap away, in order, whatever its first letter.

        These are guesses: take one only where its neighbours in the text vouch for it.
        """
        known = self._memo.get(word)
        if known is None:
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[word] = known = self._search(word)
        return known

    def _search(self, word: str) -> tuple[str, ...]:
        # As ``_gaps``, without a list of the forms: most words end here.
        keys = [hash(word[:place] + word[place + 1 :]) for place in range(len(word))]
        keys.append(hash(word))
        if self._by_gap.keys().isdisjoint(keys):
            return _NO_NAMES
        proposed = {name for key in keys for name in self._by_gap.get(key, _NO_NAMES)}
        proposed.discard(word)
        return tuple(sorted(n for n in proposed if OSA.distance(word, n, score_cutoff=1) <= 1))


def _gaps(word: str) -> list[str]:
    """Return the word and each form of it without one letter."""
    return [word, *[word[:place] + word[place + 1 :] for place in range(len(word))]]
