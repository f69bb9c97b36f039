"""What stands between two spaces, read once and remembered: its words, their meanings, its stops.

Writers repeat themselves: most chunks of a text were read before, and a text is then laid out
from what is known (``layout``).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from string import ascii_lowercase
from typing import Generic, TypeVar

import msgspec

from monitor.text.fold import fold, fold_word
from monitor.text.forms import Forms, stretched
from monitor.text.index import Path, PhraseIndex
from monitor.text.memo import Memo
from monitor.text.tags import camel_parts, deliberate
from monitor.text.tokens import TAG, WORD, Kind, Mark, marks, may_be_spaced

T = TypeVar("T")

_MEMO_LIMIT = 80_000
# What is longer was hardly written twice.
_KEPT_LETTERS = 40
_CAPITALS_MIN = 2
# Punctuation that may surround a word and is no part of it.
_EDGES = '.,!?;:"()'
_EDGES_LIMIT = 1_000
# After these a full stop shortens a word; it does not end a sentence.
_SHORTENED = frozenset(
    ("no", "nmr", "nmer", "dr", "drs", "ir", "prof", "h", "hj", "kh", "st", "jl", "kab", "tgk")
)
# Words that a stop behind them may not end, letters that may stand apart, and what begins a link.
_UNSURE = _SHORTENED | frozenset((*ascii_lowercase, "www"))


class Act(IntEnum):
    """What a step does to the layout; the first three bring a word, a hashtag or a handle."""

    WORDS = 0
    TAG = 1
    HANDLE = 2
    BARRIER = 3
    QUOTE = 4
    STOP = 5
    QUESTION = 6
    # A lone full stop that begins a chunk: what stands before it says whether it is one.
    DOT = 7


class Part(msgspec.Struct, Generic[T], gc=False):
    """One word as it was meant; ``start`` and ``end`` count from the chunk's beginning.

    ``opens``: it opens a clause. ``guessed``: there are names one slip away. ``meaning`` is that
    of the phrase that is this word alone; ``begins`` is the path of those that begin with it.
    """

    kind: Kind
    form: str
    start: int
    end: int
    guessed: bool
    meaning: T | None
    begins: Path[T] | None
    upper: bool
    title: bool = False
    slip: bool = False
    opens: bool = False


class Step(msgspec.Struct, Generic[T], gc=False):
    """A mark of a chunk: what to do, with which words; ``form`` is the mark's folded text."""

    act: Act
    parts: tuple[Part[T], ...] = ()
    form: str = ""


class Chunk(msgspec.Struct, Generic[T], gc=False):
    """A chunk's steps, its length in the source, and its text, folded unless it is plain letters.

    ``is_tag`` tells whether its first word is a hashtag; ``None`` where it has none. Most chunks
    begin with one word that no full stop shortens: ``word`` is that one, and ``steps`` are what
    follows it.
    """

    steps: tuple[Step[T], ...]
    size: int
    folded: str
    is_tag: bool | None = False
    word: Part[T] | None = None


_WORDS = Act.WORDS


class ChunkReader(Generic[T]):
    """Reads chunks with one set of forms and phrases; keeps a bounded memory of them."""

    def __init__(
        self,
        forms: Forms,
        index: PhraseIndex[T],
        names: frozenset[str],
        contrast: frozenset[str],
    ) -> None:
        """``names`` are handles that are words; a word of ``contrast`` opens a clause."""
        self._forms = forms
        self._index = index
        self._names = names
        self._contrast = contrast
        self._memo: Memo[str, Chunk[T]] = Memo(_MEMO_LIMIT)
        self._edges: Memo[tuple[str, bool], tuple[Step[T], ...]] = Memo(_EDGES_LIMIT)

    def read(self, text: str) -> list[Chunk[T]]:
        """Return a text's chunks; one only, where its letters may be spaced."""
        known = self._memo.recent.get
        chunks = [known(raw) or self._chunk(raw) for raw in text.split(" ")]
        plain = (
            text if text.isascii() and text.isprintable() else " ".join([c.folded for c in chunks])
        )
        return [self._make(text)] if may_be_spaced(plain) else chunks

    def _chunk(self, raw: str) -> Chunk[T]:
        if len(raw) > _KEPT_LETTERS:
            return self._make(raw)
        return self._memo.get(raw) or self._memo.put(raw, self._make(raw))

    def _make(self, raw: str) -> Chunk[T]:
        if raw.isascii() and len(raw) <= _KEPT_LETTERS:
            body = raw.strip(_EDGES)
            if body.isalpha() and body.lower() not in _UNSURE:
                # Most chunks are one word, perhaps with a comma or a stop, and need no cutting.
                return self._plain(raw, body)
        folded = fold(raw)
        steps = tuple(self._steps(raw, marks(folded), None))
        first_act = next((step.act for step in steps if step.act <= Act.HANDLE), None)
        is_tag = None if first_act is None else first_act is Act.TAG
        if steps and steps[0].act is _WORDS:
            parts, form = steps[0].parts, steps[0].form
            if len(parts) == 1 and form not in _SHORTENED:
                return Chunk(steps[1:], len(raw), folded.text, is_tag, parts[0])
        return Chunk(steps, len(raw), folded.text, is_tag)

    def _plain(self, raw: str, body: str) -> Chunk[T]:
        """Return the chunk of one word of plain letters, with what stands around it."""
        form, size = body.lower(), len(raw)
        first = 0 if raw.startswith(body) else raw.index(body)
        last = first + len(body)
        parts = self._parts(WORD, body, form, first, last)
        after = self._edge(raw[last:], form) if last < size else ()
        if len(parts) == 1 and not first:
            return Chunk(after, size, raw, word=parts[0])
        before = self._edge(raw[:first], None)
        return Chunk((*before, Step(_WORDS, parts, form), *after), size, raw)

    def _edge(self, edge: str, before: str | None) -> tuple[Step[T], ...]:
        """Return the steps of punctuation before or after a word."""
        key = edge, before is None
        known = self._edges.get(key)
        if known is None:
            known = tuple(self._steps(edge, marks(fold(edge)), before))
            self._edges.put(key, known)
        return known

    def _steps(self, raw: str, found: Iterator[Mark], before: str | None) -> Iterator[Step[T]]:
        for mark in found:
            if mark.kind is Kind.STOP:
                act = _stop(mark.form, before)
                if act is not None:
                    yield Step(act)
            elif mark.kind is Kind.BARRIER:
                yield Step(Act.QUOTE if mark.form == '"' else Act.BARRIER)
            else:
                before = mark.form
                yield self._step(raw, mark)

    def _step(self, raw: str, mark: Mark) -> Step[T]:
        if mark.kind is TAG:
            return Step(Act.TAG, tuple(self._tag(raw[mark.start : mark.end], mark)), mark.form)
        if mark.kind is Kind.HANDLE and mark.form not in self._names:
            return Step(Act.HANDLE, (), mark.form)
        return self._word(raw, *mark)

    def _word(self, raw: str, kind: Kind, form: str, start: int, end: int) -> Step[T]:
        return Step(_WORDS, self._parts(kind, raw[start:end], form, start, end), form)

    def _parts(
        self, kind: Kind, source: str, form: str, start: int, end: int
    ) -> tuple[Part[T], ...]:
        upper = end - start >= _CAPITALS_MIN and source.isupper()
        title = source[:1].isupper()
        if kind is WORD:
            known = self._memo.get(form) if form.isalpha() and form.isascii() else None
            if known is not None and known.word is not None:
                # The same word, written alone and in small letters.
                p = known.word
                same = Part(
                    kind, p.form, start, end, p.guessed, p.meaning, p.begins,
                    upper, title, p.slip, p.opens,
                )  # fmt: skip
                return (same,)
            forms = self._forms.of(form)
        elif kind is Kind.SPACED:
            kind, forms = WORD, self._forms.spelt(form)
        else:
            forms = (form,)
        slip = forms[0] != form and self._forms.slipped(form)
        near, meaning, contrast = self._forms.near, self._index.alone, self._contrast
        begins = self._index.begins
        if form != forms[0] and stretched(form):
            near = self._forms.loosely
        return tuple(
            [
                Part(
                    kind, meant, start, end, bool(near(meant)), meaning(meant),
                    begins(meant), upper, title, slip, meant in contrast,
                )
                for meant in forms
            ]
        )  # fmt: skip

    def _tag(self, raw: str, mark: Mark) -> Iterator[Part[T]]:
        near, meaning, begins = self._forms.near, self._index.alone, self._index.begins
        for word, first, last, forms in self._tag_parts(mark.form.lstrip("#"), raw):
            start, end, upper = mark.start + first, mark.start + last, raw[first:last].isupper()
            slip = self._forms.slipped(word)
            for form in forms:
                yield Part(
                    TAG, form, start, end, bool(near(form)), meaning(form), begins(form), upper,
                    slip=slip,
                )  # fmt: skip

    def _tag_parts(self, body: str, raw: str) -> Iterator[tuple[str, int, int, tuple[str, ...]]]:
        """Yield the parts of a hashtag, their offsets in it, and what is meant by each.

        The writer's capitals say where words begin. Where they are not one to a word, leave
        letters that are no word, and the whole tag can be cut into words, they are not trusted.
        """
        ranges = None if self._forms.means(body, self._names) else camel_parts(raw)
        if ranges is not None:
            said = [fold_word(raw[a:b]) for a, b in ranges]
            cut = [self._forms.in_tag(word) for word in said]
            if all(cut) or deliberate(raw) or not self._forms.all_words(body):
                for word, forms, (a, b) in zip(said, cut, ranges, strict=True):
                    yield word, a, b, forms or self._forms.of(word)
                return
        pieces = self._forms.split(body)
        at, mapped = 1, sum(map(len, pieces)) + 1 == len(raw)
        for piece in pieces:
            end = at + len(piece)
            yield piece, *((at, end) if mapped else (0, len(raw))), self._forms.of(piece)
            at = end


def _stop(form: str, before: str | None) -> Act | None:
    """Return what a stop does; ``None`` where a full stop only shortens the word before it."""
    if form == "." and before is None:
        return Act.DOT
    if form == "." and before in _SHORTENED:
        return None
    return Act.QUESTION if "?" in form else Act.STOP


def shortens(form: str) -> bool:
    """Say whether a full stop after this word only shortens it."""
    return form in _SHORTENED
