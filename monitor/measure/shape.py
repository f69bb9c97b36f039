"""The look of a written form: letter case, hashtags, number forms, gestures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from monitor.text.fold import fold_word

_WORDS = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_DIGITS = re.compile(r"\d+")


def pairs(entries: Sequence[str]) -> dict[str, str]:
    """Read a word list of ``form<TAB>meaning`` entries."""
    return {a: b for a, _, b in (entry.partition("\t") for entry in entries)}


def shouting(text: str) -> bool:
    """Say whether a text is mostly written in capitals."""
    words = _LETTERS.findall(text)
    return bool(words) and sum(word.isupper() for word in words) * 2 > len(words)


def in_text(form: str, raw: str, *, shouted: bool, capitals: bool) -> str:
    """Write a form in the case of what it replaces; ``capitals`` must stay as they are."""
    if capitals:
        return form.upper()
    if raw.islower():
        return form.lower()
    return form.upper() if shouted and raw.isupper() else form


def in_tag(form: str, raw: str) -> str:
    """Write a form without spaces, in the case of a hashtag's part."""
    words = _WORDS.findall(form)
    if raw.islower():
        return "".join(words).lower()
    if raw.isupper():
        return "".join(words).upper()
    return "".join(word[:1].upper() + word[1:] for word in words)


def number(raw: str, value: int, numerals: Mapping[str, str]) -> str:
    """Write a number as another was written: bare, padded, as an emoji's digit, or in words."""
    folded = fold_word(raw)
    if folded in numerals:
        said = next((word for word, meant in numerals.items() if meant == str(value)), str(value))
        return said.upper() if raw.isupper() else said.title() if raw.istitle() else said
    written = f"0{value}" if folded.startswith("0") else str(value)
    return _DIGITS.sub(written, raw) if _DIGITS.search(raw) else written


def poses(text: str, gestures: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Yield the gestures in a text, in emoji or words, the longest at each place."""
    known = sorted(gestures, key=len, reverse=True)
    if not known:
        return
    bounded = [rf"\b{re.escape(g)}\b" if g[0].isalpha() else re.escape(g) for g in known]
    for match in re.finditer("|".join(bounded), text, re.IGNORECASE):
        yield match.start(), match.end(), match.group().lower()


def pose_like(pose: str, value: str, gestures: Mapping[str, str]) -> str:
    """Return a gesture of another number, the likest: emoji for emoji, words for words."""
    same = [g for g, v in gestures.items() if v == value and g[0].isalpha() == pose[0].isalpha()]
    return max(same, key=lambda g: len(set(g.split()) & set(pose.split())), default="")
