"""One field of an activity, read into words, clauses, names and cue phrases."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise

from monitor.match.lexicon import Lexicon
from monitor.match.names import Alias, Place
from monitor.text.fold import fold, fold_word
from monitor.text.forms import Forms
from monitor.text.index import Found, PhraseIndex
from monitor.text.tags import camel_parts, deliberate
from monitor.text.tokens import Kind, Token, tokens

# One word as it was meant, with its place in the field as received.
Word = Token
Meaning = Alias | Place | str
# A form in a hashtag, its range there, and whether it is a guess at a slip.
_Part = tuple[str, int, int, bool]
_TITLE_MIN = 2
_MEMO_LIMIT = 20_000
_GUESS_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class Tag:
    """A hashtag: its folded body and the words it was split into (both ends included)."""

    body: str
    first: int
    last: int


@dataclass
class Page:
    """A field's words and every phrase of the lists found in them.

    ``spots`` maps a list's name to word ranges, in order; ``names`` are aliases of targets;
    ``handles`` are the parts of other accounts' handles; ``places`` are the contests whose area is
    named.
    """

    field: str
    text: str
    words: list[Word]
    tags: list[Tag]
    handles: list[tuple[str, ...]] = dataclasses.field(default_factory=list)
    names: list[Found[Alias]] = dataclasses.field(default_factory=list)
    spots: dict[str, list[tuple[int, int]]] = dataclasses.field(default_factory=dict)
    places: frozenset[str] = frozenset()

    def has(self, name: str) -> bool:
        return name in self.spots

    def marked(self, name: str) -> frozenset[int]:
        """Return the indices of all words inside phrases of a list."""
        if name not in self._marks:
            ranges = self.spots.get(name, ())
            self._marks[name] = frozenset(i for a, b in ranges for i in range(a, b + 1))
        return self._marks[name]

    @cached_property
    def _marks(self) -> dict[str, frozenset[int]]:
        return {}

    @cached_property
    def named(self) -> frozenset[int]:
        """Return the indices of all words that belong to a target's name."""
        return frozenset(i for _, a, b in self.names for i in range(a, b + 1))

    @cached_property
    def negating(self) -> frozenset[int]:
        """Return the words that negate or forbid."""
        found = self.marked("negators") | self.marked("prohibitors")
        return found - self.marked("not_negation")

    @cached_property
    def shouting(self) -> bool:
        """Say whether the text is mostly capitals, so that capitals tell nothing."""
        letters = [w for w in self.words if w.kind is Kind.WORD and w.end - w.start > 1]
        return bool(letters) and sum(w.upper for w in letters) * 2 > len(letters)


class PageReader:
    """Reads fields with one set of lists and names; keeps only bounded memories of words."""

    def __init__(
        self,
        lexicon: Lexicon,
        aliases: Iterable[tuple[str, Alias]],
        places: Iterable[tuple[str, Place]] = (),
    ) -> None:
        phrases: dict[str, list[Meaning]] = {}
        for name, entries in lexicon.phrases.items():
            for entry in entries:
                phrases.setdefault(entry, []).append(name)
        for entry in lexicon.gestures:
            phrases.setdefault(entry, []).append("gesture")
        for entry in lexicon.namesakes:
            phrases.setdefault(entry, []).append("namesake")
        name_words: set[str] = set()
        all_words: set[str] = set()
        pairs: set[str] = set()
        plain = lexicon.vocabulary()
        for entry, alias in aliases:
            phrases.setdefault(entry, []).append(alias)
            all_words.update(entry.split())
            if not alias.ambiguous:
                words = entry.split()
                name_words.update(words)
                pairs.update(map(" ".join, pairwise(w for w in words if w not in plain)))
        for entry, place in places:
            phrases.setdefault(entry, []).append(place)
        known = plain | {word for phrase in phrases for word in phrase.split()}
        kept = {k: v for k, v in lexicon.short.items() if k not in all_words}
        self._names = name_words
        self._pairs = frozenset(pairs)
        self._guesses: dict[str, tuple[str, ...]] = {}
        self._tags: dict[str, list[_Part]] = {}
        self._contrast = lexicon.phrases["contrast"]
        self._index: PhraseIndex[Meaning] = PhraseIndex(phrases)
        slips = name_words - lexicon.common
        whole = frozenset(known) - frozenset(kept)
        self._forms = Forms(whole, kept, slips, lexicon.everyday)

    def read(self, name: str, text: str) -> Page:
        """Return the page of a field; time is linear in the text's length."""
        page = Page(name, text, [], [])
        self._fill(page, tokens(fold(text)))
        words, spots, places = page.words, page.spots, set()
        self._settle(words)
        for found in self._index.find([w.form for w in words], _clause_starts(words)):
            value, first, last = found
            if isinstance(value, str):
                spots.setdefault(value, []).append((first, last))
            elif isinstance(value, Place):
                places.add(value.contest)
            else:
                page.names.append(Found(value, first, last))
        page.places = frozenset(places)
        return page

    def _settle(self, words: Sequence[Word]) -> None:
        """Take a word for the name one slip away that makes a listed name with its neighbour.

        A slip that lies between several names, or is itself a name, is settled so; a word with
        a meaning of its own never is.
        """
        guesses = self._guesses
        for index, word in enumerate(words):
            near = guesses.get(word.form)
            if near is None:
                near = self._guess(word.form)
            if near:
                before = words[index - 1].form if index else ""
                after = words[index + 1].form if index + 1 < len(words) else ""
                if not self._paired(before, word.form, after):
                    fits = [name for name in near if self._paired(before, name, after)]
                    word.form = fits[0] if len(fits) == 1 else word.form

    def _guess(self, form: str) -> tuple[str, ...]:
        if len(self._guesses) >= _GUESS_LIMIT:
            self._guesses.clear()
        self._guesses[form] = near = self._forms.near(form)
        return near

    def _paired(self, before: str, word: str, after: str) -> bool:
        return f"{before} {word}" in self._pairs or f"{word} {after}" in self._pairs

    def _fill(self, page: Page, found: Sequence[Token]) -> None:
        shift = 0
        capitals = not page.text.islower()
        for index, token in enumerate(found):
            token.clause += shift
            if token.kind is Kind.WORD:
                forms = self._forms.of(token.form)
                shift += self._add(page, token, forms[0], capitals=capitals)
                for form in forms[1:]:
                    shift += self._add(page, replace(token), form, capitals=capitals)
            elif token.kind is Kind.TAG:
                alone = _stands_in_row(found, index)
                token.clause += alone
                self._add_tag(page, token)
                shift += 2 * alone
            elif token.kind is not Kind.HANDLE or token.form in self._names:
                shift += self._add(page, token, token.form, capitals=capitals)
            else:
                self._address(page, token)

    def _add(self, page: Page, token: Token, form: str, *, capitals: bool) -> int:
        """Append a token as a word; a contrast opens a clause, returned as one more."""
        if form != token.form:
            token.slip = self._forms.slipped(token.form)
            token.form = form
        if capitals:
            raw = page.text[token.start : token.end]
            token.upper = raw.isupper() and len(raw) >= _TITLE_MIN
            token.title = raw[:1].isupper()
        page.words.append(token)
        if form in self._contrast:
            token.clause += 1
            return 1
        return 0

    def _address(self, page: Page, token: Token) -> None:
        """Keep the parts of a handle that is on no list: it may spell who is spoken to."""
        body = token.form.lstrip("@")
        pieces = [p for part in re.split(r"[\W_]+", body) for p in self._forms.split(part)]
        page.handles.append(tuple(pieces))

    def _add_tag(self, page: Page, token: Token) -> None:
        raw = page.text[token.start : token.end]
        first = len(page.words)
        parts = self._tags.get(raw)
        if parts is None:
            if len(self._tags) >= _MEMO_LIMIT:
                self._tags.clear()
            self._tags[raw] = parts = self._tag_parts(token.form.lstrip("#"), raw)
        at, place = token.start, len(page.tags)
        for form, start, end, slip in parts:
            word = Word(Kind.TAG, form, at + start, at + end, token.clause, tag=place)
            word.upper, word.slip = raw[start:end].isupper(), slip
            page.words.append(word)
        if len(page.words) > first:
            page.tags.append(Tag(token.form.lstrip("#"), first, len(page.words) - 1))

    def _tag_parts(self, body: str, raw: str) -> list[_Part]:
        """Return the words of a hashtag with their offsets in it.

        The writer's capitals say where words begin. Where they are not one to a word, leave
        letters that are no word, and the whole tag can be cut into words, they are not trusted.
        """
        whole = self._forms.of(body)
        pieces = self._forms.split(body)
        ranges = camel_parts(raw) if len(whole) > 1 or whole[0] not in self._names else None
        if ranges is not None:
            said = [fold_word(raw[a:b]) for a, b in ranges]
            cut = [self._forms.in_tag(word) for word in said]
            if all(cut) or deliberate(raw) or not all(map(self._forms.in_tag, pieces)):
                return [
                    part
                    for word, forms, (a, b) in zip(said, cut, ranges, strict=True)
                    for part in self._parts(word, a, b, forms)
                ]
        if sum(map(len, pieces)) + 1 != len(raw):
            return [part for piece in pieces for part in self._parts(piece, 0, len(raw))]
        ends = accumulate(map(len, pieces), initial=1)
        return [
            part
            for piece, (a, b) in zip(pieces, pairwise(ends), strict=True)
            for part in self._parts(piece, a, b)
        ]

    def _parts(
        self, word: str, start: int, end: int, forms: tuple[str, ...] | None = None
    ) -> list[_Part]:
        slip = self._forms.slipped(word)
        return [(form, start, end, slip) for form in forms or self._forms.of(word)]


def _stands_in_row(found: Sequence[Token], index: int) -> bool:
    """Say whether a hashtag hangs on the text instead of standing for a word in a sentence."""
    after = found[index + 1] if index + 1 < len(found) else None
    before = found[index - 1] if index else None
    return after is None or after.kind is Kind.TAG or (before and before.kind is Kind.TAG) is True


def _clause_starts(words: Sequence[Word]) -> frozenset[int]:
    return frozenset(i for i in range(1, len(words)) if words[i].clause != words[i - 1].clause)
