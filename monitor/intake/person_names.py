"""A person's name as election bodies print it: titles, degrees and nicknames taken apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Titles before a name, without dots and in lower case: religious, academic, military, noble.
_TITLES = frozenset({
    "h", "hj", "hi", "hm", "haji", "hajjah", "kh", "tgk", "tgh", "ust", "ustad", "ustadz",
    "ustadzah", "habib", "kyai", "kiai", "dr", "drs", "dra", "drg", "drh", "ir", "prof", "hc",
    "apt", "ns", "ars", "pdt", "pnt", "pastor", "capt", "letjen", "mayjen", "brigjen", "jenderal",
    "komjen", "irjen", "kombes", "akbp", "kompol", "kol", "kolonel", "letkol", "letda", "tni",
    "pol", "polri", "ad", "al", "au", "ckm", "inf", "mar", "purn", "p", "c", "rd", "rr", "r", "t",
    "tr", "pt",
})  # fmt: skip
# Titles by which people call somebody in talk, and how they write them.
SPOKEN = {
    "tgk": "Tgk", "tgh": "TGH", "kh": "KH", "ust": "Ustadz", "ustadz": "Ustadz", "habib": "Habib",
    "prof": "Prof", "dr": "dr", "drg": "drg", "capt": "Capt", "letjen": "Letjen",
    "mayjen": "Mayjen", "brigjen": "Brigjen", "jenderal": "Jenderal", "komjen": "Komjen",
    "irjen": "Irjen", "pdt": "Pendeta",
}  # fmt: skip
_AFTER_RANK = frozenset({"al", "ad", "au", "inf", "mar"})
# Inside a name these begin what the person is called by, as do words in brackets.
_CALLED = frozenset({"alias", "gus"})
# Degrees that follow a name without the comma that belongs between.
_DEGREES = re.compile(r"(?:\s+[SMAB]\.\s?(?:[A-Z]{1,2}|[A-Z][a-z]{1,4})\.?)+\s*$")
_SPELT = (("TUAN GURU", "TGH"), ("K.H.", "KH"), ("K. H.", "KH"))
_BRACKETS = re.compile(r"\(([^()]*)\)")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_ALLOWED = re.compile(r"[^\W\d_]|[\s.,()'-]")
_VOWELS = re.compile("[aeiouy]", re.IGNORECASE)
_SHORT = 3
_NICKNAME = 4


class BadName(ValueError):
    """A name cannot be read; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class PersonName:
    """``words`` are the name's parts without titles and leading initials.

    ``titles`` are those used in talk; ``called`` are nicknames that the list itself prints.
    """

    words: tuple[str, ...]
    titles: tuple[str, ...] = ()
    called: tuple[str, ...] = ()

    @property
    def full(self) -> str:
        return " ".join(self.words)


def read(text: str) -> PersonName:
    """Return one person of a ballot row. Raises ``BadName``."""
    text = text.replace("’", "'").replace("`", "'").replace("\xa0", " ")
    if wrong := next((c for c in text if not _ALLOWED.match(c)), None):
        raise BadName(f"letters in a name, not {wrong!r}")
    called = [found for found in _BRACKETS.findall(text) if _is_nickname(found)]
    head = _DEGREES.sub("", _BRACKETS.sub(" ", text).partition(",")[0])
    for long, short in _SPELT:
        head = head.replace(long, short)
    parts = [part for part in head.replace(".", ". ").split() if part != "."]
    words, titles = _without_titles(parts)
    words, more = _without_nickname(words)
    while words and len(words[0]) == 1:
        words = words[1:]
    if not words or max(map(len, words)) < _SHORT:
        raise BadName("a name beside the titles")
    nicknames = tuple(_written(name.split()) for name in [*called, *more])
    return PersonName(tuple(_word(word) for word in words), titles, nicknames)


def _is_nickname(found: str) -> bool:
    return len(found) >= _NICKNAME and found.strip(". ").lower() not in {"purn", "hons", "h.c"}


def _without_titles(parts: list[str]) -> tuple[list[str], tuple[str, ...]]:
    spoken: list[str] = []
    rest = list(parts)
    while rest and (bare := rest[0].rstrip(".").lower()) in _TITLES:
        # Ranks and arms are titles only after another; "Al" alone begins a name.
        if bare in _AFTER_RANK and not spoken:
            break
        # A physician is "dr.", a doctor of letters "Dr."; only the first is said of somebody.
        if rest[0] == "dr." or (bare != "dr" and bare in SPOKEN):
            spoken.append(SPOKEN[bare])
        rest = rest[1:]
    words = [found for part in rest for found in _WORD.findall(part)]
    while words and words[-1].lower() in {"se", "sh", "mm", "mh"}:
        words.pop()
    return words, tuple(dict.fromkeys(spoken))


def _without_nickname(words: list[str]) -> tuple[list[str], list[str]]:
    for place, word in enumerate(words[:-1]):
        if place and word.lower() in _CALLED:
            begin = place + 1 if word.lower() == "alias" else place
            return words[:place], [" ".join(words[begin:])]
    return words, []


def _written(words: list[str]) -> str:
    return " ".join(_word(word) for word in words)


def _word(word: str) -> str:
    """Return one part in the usual spelling: ``MAS'UD`` is ``Mas'ud``, ``SF`` stays."""
    if len(word) <= _SHORT and not _VOWELS.search(word):
        return word.upper()
    return "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))
