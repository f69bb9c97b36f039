"""The conversation in which the person concerned answers in a private chat. Pure.

One question after the other: excuses, own words, who helps, attachments, and once more everything
before it is sent. What is typed is kept only in the draft; nothing is on record before ``SEND``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from monitor.model.answer import MOST_ATTACHMENTS, MOST_COUNSEL, MOST_TEXT, Answer

NEXT, SEND, AGAIN = "lanjut", "kirim", "ulang"
NONE = frozenset({"0", "-", "tidak", "tidak ada"})
_NUMBERS = re.compile(r"[0-9]{1,2}(?:[\s,;]+[0-9]{1,2})*")


class At(StrEnum):
    """Which question is open."""

    CLAIMS = "alasan"
    TEXT = "penjelasan"
    COUNSEL = "pendamping"
    ATTACHMENTS = "lampiran"
    CONFIRM = "periksa"


class Said(StrEnum):
    """What is said back before the question: a fault in what was typed, or that it was added."""

    NUMBERS = "angka"
    TOO_LONG = "panjang"
    ADDED = "ditambah"
    EMPTY = "kosong"


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed so far; ``receipt`` is the number that the answer will get, once."""

    receipt: str
    at: At = At.CLAIMS
    answer: Answer = field(default_factory=Answer)

    def body(self) -> dict[str, Any]:
        """Return it as the conversation keeps it."""
        return {"receipt": self.receipt, "at": self.at.value, **self.answer.content()}


def drafted(body: Mapping[str, Any]) -> Draft:
    """Read a draft back."""
    answer = Answer(
        tuple(body["claims"]), str(body["text"]), str(body["counsel"]), int(body["attachments"])
    )
    return Draft(str(body["receipt"]), At(body["at"]), answer)


@dataclass(frozen=True, slots=True)
class Turn:
    """What follows a message: the draft after it, what is said back, and whether it is sent."""

    draft: Draft
    said: Said | None = None
    send: bool = False


def turn(draft: Draft, text: str, excuses: Sequence[str], *, press: bool = False) -> Turn:
    """Take a message or a button; one that does not belong to the open question changes nothing."""
    word = text.strip().casefold()
    if press and word not in _BUTTONS[draft.at]:
        return Turn(draft)
    return _TAKEN[draft.at](draft, text, word, excuses)


def _claims(draft: Draft, _: str, word: str, excuses: Sequence[str]) -> Turn:
    numbers = [] if word in NONE else [int(one) for one in re.findall(r"\d+", word)]
    listed = word in NONE or _NUMBERS.fullmatch(word)
    if not listed or not all(1 <= number <= len(excuses) for number in numbers):
        return Turn(draft, Said.NUMBERS)
    chosen = tuple(excuses[number - 1] for number in sorted(set(numbers)))
    return _to(draft, At.TEXT, claims=chosen)


def _text(draft: Draft, text: str, word: str, _: Sequence[str]) -> Turn:
    if word in {NEXT, "-"}:
        return _to(draft, At.COUNSEL)
    whole = f"{draft.answer.text}\n{text.strip()}".strip()
    if len(whole) > MOST_TEXT:
        return Turn(draft, Said.TOO_LONG)
    return Turn(replace(draft, answer=replace(draft.answer, text=whole)), Said.ADDED)


def _counsel(draft: Draft, text: str, word: str, _: Sequence[str]) -> Turn:
    name = "" if word in NONE else " ".join(text.split())
    if len(name) > MOST_COUNSEL:
        return Turn(draft, Said.TOO_LONG)
    return _to(draft, At.ATTACHMENTS, counsel=name)


def _attachments(draft: Draft, _: str, word: str, __: Sequence[str]) -> Turn:
    count = "0" if word in NONE else word
    if not (count.isascii() and count.isdigit() and len(count) <= len(str(MOST_ATTACHMENTS))):
        return Turn(draft, Said.NUMBERS)
    if int(count) > MOST_ATTACHMENTS:
        return Turn(draft, Said.NUMBERS)
    done = _to(draft, At.CONFIRM, attachments=int(count))
    if done.draft.answer.empty:
        return Turn(replace(draft, at=At.CLAIMS), Said.EMPTY)
    return done


def _confirm(draft: Draft, _: str, word: str, __: Sequence[str]) -> Turn:
    if word == SEND:
        return Turn(draft, send=True)
    if word == AGAIN:
        return Turn(Draft(draft.receipt))
    return Turn(draft)


def _to(draft: Draft, at: At, **changes: Any) -> Turn:
    return Turn(replace(draft, at=at, answer=replace(draft.answer, **changes)))


_TAKEN = {
    At.CLAIMS: _claims,
    At.TEXT: _text,
    At.COUNSEL: _counsel,
    At.ATTACHMENTS: _attachments,
    At.CONFIRM: _confirm,
}
_BUTTONS: Mapping[At, frozenset[str]] = {
    At.CLAIMS: frozenset({"0"}),
    At.TEXT: frozenset({NEXT}),
    At.COUNSEL: frozenset({"-"}),
    At.ATTACHMENTS: frozenset({"0"}),
    At.CONFIRM: frozenset({SEND, AGAIN}),
}
