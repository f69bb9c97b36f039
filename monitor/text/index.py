"""Every phrase of every list, found in one pass over a text's words (Aho and Corasick, 1975).

The automaton goes from word to word, not from letter to letter: the words are known by then, and
a phrase is found in whole words only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

# A phrase's meaning: its last word, its first, both included, and the meaning. In order, rows
# stand by their ends, longer ones first. A plain tuple, since a text makes a dozen of them.
Row = tuple[int, int, T]


class Found(NamedTuple, Generic[T]):
    """A phrase's meaning at the words ``first`` to ``last``, both included."""

    last: int
    first: int
    value: T


class Path(Generic[T]):
    """The words of a phrase as far as a text has come.

    ``more`` are the paths by the word that may follow; ``rest`` is the longest other path that
    ends in the same words, taken where none follows; ``ends`` are the phrases that end here, the
    longest first: how many words each has before its last, and its meaning.
    """

    __slots__ = ("ends", "more", "rest")

    def __init__(self) -> None:
        self.more: dict[str, Path[T]] = {}
        self.rest: Path[T] | None = None
        self.ends: tuple[tuple[int, T], ...] = ()

    def then(self, word: str, begins: Path[T] | None) -> Path[T] | None:
        """Return the path after one more word; ``begins`` is the one that begins with it.

        Over a text this costs one step a word: each step back undoes one forward.
        """
        path: Path[T] | None = self
        while path is not None:
            longer = path.more.get(word)
            if longer is not None:
                return longer
            path = path.rest
        return begins


class PhraseIndex(Generic[T]):
    """Maps phrases (folded words joined by one space) to values; finds whole words only.

    A phrase of one word is looked up, the others are found by an automaton.
    """

    def __init__(self, phrases: Mapping[str, T]) -> None:
        self._alone: dict[str, T] = {}
        root: Path[T] = Path()
        for phrase, value in phrases.items():
            words = phrase.split(" ")
            if len(words) == 1:
                self._alone[phrase] = value
                continue
            path = root
            for word in words:
                path = path.more.setdefault(word, Path())
            path.ends = ((len(words) - 1, value),)
        self._begins = root.more
        self._join()

    def _join(self) -> None:
        """Give every path its rest and all phrases that end there, the shorter paths first."""
        begins = self._begins
        waiting = deque(begins.values())
        while waiting:
            path = waiting.popleft()
            for word, longer in path.more.items():
                rest = path.rest.then(word, begins.get(word)) if path.rest else begins.get(word)
                longer.rest = rest
                if rest is not None:
                    longer.ends += rest.ends
                waiting.append(longer)

    def alone(self, word: str) -> T | None:
        """Return the meaning of a phrase of one word."""
        return self._alone.get(word)

    def begins(self, word: str) -> Path[T] | None:
        """Return the path of the phrases of several words that begin with a word."""
        return self._begins.get(word)

    def rows(self, words: Sequence[str]) -> list[Row[T]]:
        """Return all phrases of several words, overlaps included, in order."""
        found: list[Row[T]] = []
        path: Path[T] | None = None
        for place, word in enumerate(words):
            begins = self._begins.get(word)
            path = path.then(word, begins) if path is not None else begins
            if path is not None and path.ends:
                found += [(place, place - before, value) for before, value in path.ends]
        return found
