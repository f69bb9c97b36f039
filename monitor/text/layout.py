"""Lays the chunks of a text out as words: clauses, barriers, quotation, questions, hashtags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from monitor.text.chunks import Act, Chunk, Part, Step, shortens
from monitor.text.index import Path, Row
from monitor.text.tokens import TAG, Token

T = TypeVar("T")

# One word as it was meant, with its place in the field as received.
Word = Token
# Bound once: in this Python a member of an enum is slow to look up.
_WORDS, _TAGS, _LAST_WORDY = Act.WORDS, Act.TAG, Act.HANDLE
_STOP, _BARRIER = Act.STOP, Act.BARRIER


@dataclass(frozen=True, slots=True)
class Tag:
    """A hashtag: its folded body and the words it was split into (both ends included)."""

    body: str
    first: int
    last: int


class Layout(Generic[T]):
    """A text's words and what was seen on the way.

    ``rows`` are the phrases, in order; none reaches over a clause. ``guessed`` are the words that
    may be a slip; ``handles`` the folded handles of others; ``asked`` says that some clause is a
    question.
    """

    def __init__(self, chunks: Sequence[Chunk[T]]) -> None:
        self.words: list[Word] = []
        self.tags: list[Tag] = []
        self.handles: list[str] = []
        self.rows: list[Row[T]] = []
        self.guessed: list[int] = []
        self.asked = False
        self._chunks = chunks
        self._clause = 0
        self._path: Path[T] | None = None
        self._barrier = False
        self._after_tag = False
        self._sentence = 0
        self._quotes: list[int] = []
        self._before = ""
        self._lay()
        if self._quotes:
            self._mark_quoted()

    def _lay(self) -> None:
        at, words, rows, guessed = 0, self.words, self.rows, self.guessed
        here = told = clause = 0
        barrier = False
        path: Path[T] | None = None
        for place, chunk in enumerate(self._chunks):
            part = chunk.word
            if part is not None:
                if path is None or part.opens:
                    # A contrast begins a clause; no phrase reaches over its beginning.
                    clause += part.opens
                    path = part.begins
                else:
                    path = path.more.get(part.form) or (
                        part.begins if path.rest is None else path.rest.then(part.form, part.begins)
                    )
                    if path is not None:
                        for before, value in path.ends:
                            rows.append((here, here - before, value))
                meaning = part.meaning
                if meaning is not None:
                    rows.append((here, here, meaning))
                if part.guessed:
                    guessed.append(here)
                words.append(
                    Token(
                        part.kind, part.form, at + part.start, at + part.end, clause, barrier,
                        part.upper, part.title, part.slip,
                    )
                )  # fmt: skip
                barrier = False
                here += 1
            steps = chunk.steps
            if steps:
                self._clause, self._barrier, self._path = clause, barrier, path
                self._follow(steps, place, at, worded=here > told)
                clause, barrier, path = self._clause, self._barrier, self._path
                here = told = len(words)
            at += chunk.size + 1

    def _follow(self, steps: Sequence[Step[T]], place: int, at: int, *, worded: bool) -> None:
        if worded:
            # A plain word came last, which is none that a stop shortens.
            self._after_tag, self._before = False, ""
        for number, step in enumerate(steps):
            self._act(step, place, number, at)

    def _said(self, form: str) -> None:
        """Note that a word or a handle came last."""
        self._barrier = self._after_tag = False
        self._before = form

    def _parted(self) -> None:
        """Begin a clause; no phrase reaches over its beginning."""
        self._clause += 1
        self._path = None

    def _meant(self, part: Part[T]) -> None:
        """Note the phrases that end with the next word, and whether it may be a slip."""
        here, path = len(self.words), self._path
        path = part.begins if path is None else path.then(part.form, part.begins)
        if path is not None:
            self.rows.extend((here, here - before, value) for before, value in path.ends)
        self._path = path
        if part.meaning is not None:
            self.rows.append((here, here, part.meaning))
        if part.guessed:
            self.guessed.append(here)

    def _words(self, step: Step[T], at: int) -> None:
        words, barrier = self.words, self._barrier
        for part in step.parts:
            if part.opens:
                self._parted()
            self._meant(part)
            start, end = at + part.start, at + part.end
            word = Token(part.kind, part.form, start, end, self._clause, barrier, part.upper)
            word.title, word.slip = part.title, part.slip
            words.append(word)
        self._said(step.form)

    def _act(self, step: Step[T], place: int, number: int, at: int) -> None:
        act = step.act
        if act is _WORDS:
            self._words(step, at)
        elif act is _STOP:
            self._stop()
        elif act is _BARRIER:
            self._barrier = True
        elif act is _TAGS:
            self._tag(place, number, at)
        elif act is Act.HANDLE:
            self._handle(step.form)
        elif act is Act.QUOTE:
            self._barrier = True
            self._quotes.append(len(self.words))
        elif act is Act.QUESTION:
            self._question()
        elif not shortens(self._before):
            # A full stop that begins a chunk.
            self._stop()

    def _tag(self, place: int, number: int, at: int) -> None:
        step, words, tag = self._chunks[place].steps[number], self.words, len(self.tags)
        alone = self._after_tag or self._hangs(place, number)
        if alone:
            self._parted()
        first = len(words)
        for part in step.parts:
            self._meant(part)
            start, end = at + part.start, at + part.end
            word = Token(TAG, part.form, start, end, self._clause, upper=part.upper, tag=tag)
            word.slip = part.slip
            words.append(word)
        if alone:
            self._parted()
        if len(words) > first:
            self.tags.append(Tag(step.form.lstrip("#"), first, len(words) - 1))
        self._barrier, self._after_tag, self._before = False, True, step.form

    def _hangs(self, place: int, number: int) -> bool:
        """Say whether a hashtag hangs on the text instead of standing for a word in a sentence.

        It does at the text's end and beside another hashtag.
        """
        chunks, steps = self._chunks, self._chunks[place].steps
        for later in range(number + 1, len(steps)):
            if steps[later].act <= _LAST_WORDY:
                return steps[later].act is _TAGS
        for later in range(place + 1, len(chunks)):
            is_tag = chunks[later].is_tag
            if is_tag is not None:
                return is_tag
        return True

    def _handle(self, form: str) -> None:
        self.handles.append(form)
        self._said(form)

    def _stop(self) -> None:
        self._parted()
        self._sentence = len(self.words)

    def _question(self) -> None:
        for word in self.words[self._sentence :]:
            if word.tag < 0:
                word.asked = self.asked = True
        self._stop()

    def _mark_quoted(self) -> None:
        """Mark the words between pairs of quotation marks; a mark without its partner is none."""
        for opened, closed in zip(self._quotes[::2], self._quotes[1::2], strict=False):
            for word in self.words[opened:closed]:
                word.quoted = word.tag < 0
