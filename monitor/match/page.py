"""One field of an activity, read into words, clauses, names and cue phrases."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import itemgetter

from monitor.match.lexicon import NAMESAKE, SMALL_NUMBER, Lexicon
from monitor.match.names import Alias, Place
from monitor.text.chunks import ChunkReader
from monitor.text.forms import Forms
from monitor.text.index import PhraseIndex, Row
from monitor.text.layout import Layout, Tag, Word
from monitor.text.memo import once
from monitor.text.tokens import WORD

_PLACE = itemgetter(0, 1)
_NONE: frozenset[int] = frozenset()
_NOWHERE: frozenset[str] = frozenset()
# What a phrase may call for.
_NAMES, _PLACES, _NUMBERS, _NAMESAKES, _HELP = 1, 2, 4, 8, 16
# Lists whose words are parts of some names and not of others.
_OF_NAMES = (
    *("third", "reporter", "formal", "education", "list_word"),
    *("first", "chat", "others", "wished"),
)


@dataclass(slots=True, eq=False)
class Meaning:
    """What a phrase stands for: lists that hold it, targets' names, contests of its area.

    ``help`` says that some of its names mean their bearer only with help; ``capitals``, that some
    ask for capital letters.
    """

    lists: tuple[str, ...] = ()
    names: tuple[Alias, ...] = ()
    places: tuple[str, ...] = ()
    help: bool = False
    capitals: bool = False
    calls: int = 0

    def settle(self) -> None:
        """Work out ``calls``, what a page is asked of all its phrases at once."""
        self.calls = (
            (_NAMES if self.names else 0)
            | (_PLACES if self.places else 0)
            | (_NUMBERS if SMALL_NUMBER in self.lists else 0)
            | (_NAMESAKES if NAMESAKE in self.lists else 0)
            | (_HELP if self.help else 0)
        )


class Page:
    """A field's words and every phrase of the lists found in them.

    ``names`` are the phrases that name targets; ``numbered`` and ``namesakes`` tell whether small
    numbers and other bearers of names are there, ``helped`` whether some names mean somebody only
    with help; ``handles`` are other accounts' handles, folded;
    ``asked`` says that some clause is a question. ``press`` is kept by ``press.score``.
    """

    def __init__(
        self, field: str, text: str, laid: Layout[Meaning], rows: list[Row[Meaning]]
    ) -> None:
        """``rows`` are all phrases found, in order."""
        self.field, self.text = field, text
        self.words: list[Word] = laid.words
        self.tags: list[Tag] = laid.tags
        self.handles, self.asked = laid.handles, laid.asked
        calls = 0
        for _, _, meaning in rows:
            calls |= meaning.calls
        self.names = [row for row in rows if row[2].names] if calls & _NAMES else []
        self.numbered = calls & _NUMBERS != 0
        self.namesakes = calls & _NAMESAKES != 0
        self.helped = calls & _HELP != 0
        self._placed = calls & _PLACES != 0
        self.press: float | None = None
        self._rows = rows
        self._marks: dict[str, frozenset[int]] = {}
        self._either: dict[tuple[str, ...], frozenset[int]] = {}
        self._named: frozenset[int] | None = None

    @once
    def spots(self) -> dict[str, list[tuple[int, int]]]:
        """Map each list found to its phrases' word ranges, in order."""
        spots: dict[str, list[tuple[int, int]]] = {}
        for last, first, meaning in self._rows:
            if meaning.lists:
                place = (first, last)
                for name in meaning.lists:
                    known = spots.get(name)
                    if known is None:
                        spots[name] = [place]
                    else:
                        known.append(place)
        if self.names:
            _free_names(spots, [(first, last) for last, first, _ in self.names if last > first])
        return spots

    @once
    def places(self) -> frozenset[str]:
        """Return the contests whose area is named."""
        if not self._placed:
            return _NOWHERE
        return _NOWHERE.union(*(meaning.places for _, _, meaning in self._rows))

    def has(self, name: str) -> bool:
        return name in self.spots

    def taken_back(self, name: str) -> int:
        """Return the place of the "but" after a phrase of a list, or -1: "saya netral, tapi"."""
        said = self.spots.get(name)
        buts = (first for first, _ in self.spots.get("but", ()) if said and first > said[0][1])
        return next(buts, -1)

    def marked(self, name: str) -> frozenset[int]:
        """Return the indices of all words inside phrases of a list."""
        known = self._marks.get(name)
        if known is None:
            ranges = self.spots.get(name)
            known = frozenset(i for a, b in ranges for i in range(a, b + 1)) if ranges else _NONE
            self._marks[name] = known
        return known

    def either(self, *names: str) -> frozenset[int]:
        """Return the indices of all words inside phrases of any of these lists.

        Worked out once a text: a union for each cue would cost the square of its length.
        """
        known = self._either.get(names)
        if known is None:
            self._either[names] = known = _NONE.union(*map(self.marked, names))
        return known

    @property
    def named(self) -> frozenset[int]:
        """Return the indices of all words that belong to a target's name."""
        if not self.names:
            return _NONE
        if self._named is None:
            self._named = frozenset(
                i for last, first, _ in self.names for i in range(first, last + 1)
            )
        return self._named

    @once
    def negating(self) -> frozenset[int]:
        """Return the words that negate or forbid."""
        found = self.marked("negators") | self.marked("prohibitors")
        return found - self.marked("not_negation")

    @once
    def shouting(self) -> bool:
        """Say whether the text is mostly capitals, so that capitals tell nothing."""
        letters = [w for w in self.words if w.kind is WORD and w.end - w.start > 1]
        return bool(letters) and sum(w.upper for w in letters) * 2 > len(letters)


class PageReader:
    """Reads fields with one set of lists and names; keeps only bounded memories of words."""

    def __init__(
        self,
        lexicon: Lexicon,
        aliases: Iterable[tuple[str, Alias]],
        places: Iterable[tuple[str, Place]] = (),
    ) -> None:
        phrases: dict[str, Meaning] = defaultdict(Meaning)
        for name, entries in lexicon.lists():
            for entry in entries:
                phrases[entry].lists += (name,)
        name_words: set[str] = set()
        all_words: set[str] = set()
        pairs: set[str] = set()
        plain = lexicon.vocabulary()
        for entry, alias in aliases:
            meaning = phrases[entry]
            meaning.names += (alias,)
            meaning.help |= alias.ambiguous
            meaning.capitals |= alias.capitals
            words = entry.split()
            all_words.update(words)
            if not alias.ambiguous:
                name_words.update(words)
                pairs.update(map(" ".join, pairwise(w for w in words if w not in plain)))
        for entry, place in places:
            phrases[entry].places += (place.contest,)
        for meaning in phrases.values():
            meaning.settle()
        known = plain | {word for phrase in phrases for word in phrase.split()}
        kept = {k: v for k, v in lexicon.short.items() if k not in all_words}
        slips = name_words - lexicon.common
        whole = frozenset(known) - frozenset(kept)
        self.forms = Forms(whole, kept, slips, lexicon.everyday)
        self._pairs = frozenset(pairs)
        self._index: PhraseIndex[Meaning] = PhraseIndex(phrases)
        self._chunks = ChunkReader(
            self.forms, self._index, frozenset(name_words), lexicon.phrases["contrast"]
        )

    def read(self, name: str, text: str) -> Page:
        """Return the page of a field; time is linear in the text's length."""
        laid = Layout(self._chunks.read(text))
        if laid.guessed and self._settle(laid.words, laid.guessed):
            return Page(name, text, laid, self._rows(laid.words))
        return Page(name, text, laid, laid.rows)

    def _rows(self, words: Sequence[Word]) -> list[Row[Meaning]]:
        """Return all phrases of words that were settled; none reaches over a clause."""
        said = enumerate(words)
        alone = [(n, n, m) for n, word in said if (m := self._index.alone(word.form)) is not None]
        found = self._index.rows([word.form for word in words])
        inside = [row for row in found if words[row[1]].clause == words[row[0]].clause]
        return sorted(alone + inside, key=_PLACE)

    def _settle(self, words: Sequence[Word], guessed: Sequence[int]) -> bool:
        """Take a word for the name one slip away that makes a listed name with its neighbour.

        A slip that lies between several names, or is itself a name, is settled so; a word with
        a meaning of its own never is. Says whether any word was changed.
        """
        changed = False
        for index in guessed:
            word = words[index]
            before, after = _beside(words, index - 1, word), _beside(words, index + 1, word)
            if self._paired(before, word.form, after):
                continue
            near = self.forms.loosely(word.form)
            fits = [name for name in near if self._paired(before, name, after)]
            if len(fits) == 1:
                word.form, changed = fits[0], True
        return changed

    def _paired(self, before: str, word: str, after: str) -> bool:
        return f"{before} {word}" in self._pairs or f"{word} {after}" in self._pairs


def _beside(words: Sequence[Word], index: int, word: Word) -> str:
    """Return the form at a place beside a word, if it stands in the word's clause."""
    if not 0 <= index < len(words) or words[index].clause != word.clause:
        return ""
    return words[index].form


class Cover:
    """Ranges of words (both ends included), asked whether one of them holds another range."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(ranges)
        self._firsts = [first for first, _ in ordered]
        self._reach = list(accumulate((last for _, last in ordered), max))

    def holds(self, first: int, last: int) -> bool:
        """Say whether a range lies inside one of these."""
        at = bisect_right(self._firsts, first)
        return at > 0 and self._reach[at - 1] >= last


def _free_names(spots: dict[str, list[tuple[int, int]]], longer: list[tuple[int, int]]) -> None:
    """Let no word inside a longer name say what it says elsewhere ("Hati Nurani Rakyat")."""
    if not longer:
        return
    names = Cover(longer)
    for name in _OF_NAMES:
        ranges = spots.get(name)
        if ranges:
            kept = [(a, b) for a, b in ranges if not names.holds(a, b)]
            if kept:
                spots[name] = kept
            else:
                del spots[name]
