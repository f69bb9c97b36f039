"""The word that was meant: leet, stretching, censoring, chat spelling, clitics, glued words.

A form is only changed towards a word that is known, so that nothing is read into foreign words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter

from monitor.text.fuzzy import NearNames
from monitor.text.tags import MAX_WORD, Splitter

_MEMO_LIMIT = 200_000
_RUN = re.compile(r"(.)\1{2,}")
_PAIR = re.compile(r"(.)\1")
_DOUBLE = re.compile(r"([a-z])\1")
_SYMBOL = re.compile(r"[@!$*'|+]+")
_LEET = str.maketrans("0345789@!$|+", "oeastbgaislt")
_GLUED_FROM = 11
# Shorter words lie in almost any letters.
_GLUED_PART = 3
# Clitics that leave the sense: -nya, -lah, -ku, -mu, chat -in, Javanese -e, -ne.
_SUFFIXES = ("nya", "lah", "kah", "pun", "ku", "mu", "in", "ne", "e")
_PREFIXES = ("ku", "se", "nge", "tak")
_MIN_STEM = 4
_MOST_INITIALS = 3
_DOUBLES_FROM = 5
_MIN_SLIP = 5
# What a run of one letter becomes; a template would be expanded in Python for each run.
_once: Callable[[re.Match[str]], str] = itemgetter(1)


class Forms:
    """Resolves folded words to known ones and remembers each, in bounded memory.

    ``vocabulary`` are words that stand for themselves; ``short`` maps chat spellings to words;
    ``names`` are the words of names, the only ones that may be found by a typing slip; a word of
    ``everyday`` writing is never a slip.
    """

    def __init__(
        self,
        vocabulary: frozenset[str],
        short: Mapping[str, str],
        names: Iterable[str],
        everyday: frozenset[str] = frozenset(),
    ) -> None:
        self._known = vocabulary | frozenset(short)
        self._short = short
        slips = frozenset(names)
        self._plain = (self._known | everyday) - slips
        self._everyday = everyday
        self._slipped: set[str] = set()
        self._near = NearNames(slips)
        self._splitter = Splitter(self._known, everyday)
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(vocabulary):
            self._by_length.setdefault(len(word), []).append(word)
        self._memo: dict[str, tuple[str, ...]] = {}

    def of(self, word: str) -> tuple[str, ...]:
        """Return the form of a folded word; several where words were glued together."""
        known = self._memo.get(word)
        if known is None:
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
                self._slipped.clear()
            self._memo[word] = known = self._resolve(word)
        return known

    def spelt(self, letters: str) -> tuple[str, ...]:
        """Return the words of letters that stood apart; initials may stand beside a known word."""
        for initials in range(_MOST_INITIALS + 1):
            for before in range(initials + 1):
                end = len(letters) - initials + before
                word = letters[before:end]
                if len(word) >= _MIN_STEM and word in self._known:
                    return *letters[:before], self._short.get(word, word), *letters[end:]
        return self.of(letters)

    def near(self, word: str) -> tuple[str, ...]:
        """Return the names one slip away from a word that has no meaning but as a name."""
        if len(word) < _MIN_SLIP or word in self._plain:
            return ()
        return self._near.all(word)

    def loosely(self, word: str) -> tuple[str, ...]:
        """Return the names one slip away, else those that differ in letters written twice.

        Of a stretched letter nobody knows whether one or two were meant: "Muhammmad".
        """
        near = self.near(word)
        if near:
            return near
        single = _DOUBLE.sub(_once, word)
        return tuple(n for n in self._near.all(word) if _DOUBLE.sub(_once, n) == single)

    def means(self, word: str, names: frozenset[str]) -> bool:
        """Say whether letters and digits are one of these names, as ``of`` says it.

        ``names`` are known words. Of what is near no name, glued words need not be looked for.
        """
        if word not in self._memo and not word.isdigit():
            plain = self._known_form(word) or self._stemmed(word)
            if plain is None and self._near.find(_RUN.sub(_once, word)) is None:
                return False
        forms = self.of(word)
        return len(forms) == 1 and forms[0] in names

    def split(self, tag: str) -> tuple[str, ...]:
        """Return the parts of a folded hashtag (without ``#``) that is written in one case."""
        return self._splitter.split(tag)

    def in_tag(self, part: str) -> tuple[str, ...] | None:
        """Return the words of a hashtag's part, or ``None`` where some letters are no word."""
        forms = self.of(part)
        if len(forms) > 1 or forms[0] in self._known or self._is_plain(part):
            return forms
        return self._unglued(part)

    def all_words(self, tag: str) -> bool:
        """Say whether a folded hashtag can be cut into words without a rest."""
        return all(map(self.in_tag, self.split(tag)))

    def _unglued(self, word: str) -> tuple[str, ...] | None:
        """Return the words that were written as one; all must be known, and none short."""
        if not self._may_be_glued(word):
            return None
        parts = self._splitter.split(word)
        if all(map(self._is_plain, parts)):
            return tuple(" ".join(self._short.get(part, part) for part in parts).split())
        return None

    def _may_be_glued(self, word: str) -> bool:
        """Say whether plain parts follow each other through a word: cheaper than cutting it."""
        known, everyday, size = self._known, self._everyday, len(word)
        reached = [0]
        for begin in reached:
            if word[begin].isdigit():
                ends = [begin + 1]
            else:
                lengths = range(begin + _GLUED_PART, min(size, begin + MAX_WORD) + 1)
                ends = [e for e in lengths if (p := word[begin:e]) in known or p in everyday]
            if size in ends:
                return True
            reached += [end for end in ends if end not in reached]
        return False

    def _is_plain(self, part: str) -> bool:
        if part.isdigit():
            return True
        return len(part) >= _GLUED_PART and (part in self._known or part in self._everyday)

    def _resolve(self, word: str) -> tuple[str, ...]:
        if word.isdigit():
            return (word,)
        plain = self._known_form(word)
        if plain is None and not word.isalpha():
            if "'" in word:
                plain = self._known_form(word.replace("'", ""))
            if plain is None and _SYMBOL.search(word):
                return self._with_symbols(word)
        if plain is None:
            plain = self._stemmed(word)
        if plain is None:
            common = word in self._everyday
            if not common and len(word) >= _GLUED_FROM:
                parts = self._unglued(word)
                if parts:
                    return parts
            single = _RUN.sub(_once, word) if _PAIR.search(word) else word
            plain = None if common else self._near.find(single)
            if plain is None:
                return (single,)
            self._slipped.add(word)
        # One chat spelling may stand for two words.
        return tuple(plain.split())

    def slipped(self, word: str) -> bool:
        """Say whether the form of a word was found by a slip."""
        return word in self._slipped

    def _with_symbols(self, word: str) -> tuple[str, ...]:
        censored = self._censored(word) if "*" in word else None
        if censored:
            return (censored,)
        return tuple(form for part in _SYMBOL.split(word) if part for form in self.of(part))

    def _known_form(self, word: str) -> str | None:
        if word in self._known:
            return self._short.get(word, word)
        if word.isalpha() and not _PAIR.search(word):
            # Nothing in it can be written otherwise.
            return None
        for candidate in _spellings(word):
            if candidate in self._known:
                return self._short.get(candidate, candidate)
        return None

    def _stemmed(self, word: str) -> str | None:
        for stem in _stems(word):
            form = self._known_form(stem)
            if form:
                return form
        return None

    def _censored(self, word: str) -> str | None:
        """Return the only known word that fits a starred one; two are none."""
        if len(word) < _MIN_STEM:
            return None
        pattern = re.compile(re.escape(word).replace(r"\*", "[a-z]"))
        fits = [w for w in self._by_length.get(len(word), ()) if pattern.fullmatch(w)]
        return fits[0] if len(fits) == 1 else None


def _spellings(word: str) -> list[str]:
    """Return the word, unstretched, without leet, and with single letters, in that order."""
    found = [word]
    if not word.isalpha():
        found += [_leet(word, "i"), _leet(word, "l")]
        if word.endswith("2") and word[:-1].isalpha():
            found.append(word[:-1])
    if not any(map(_PAIR.search, found)):
        return found
    if any(map(_RUN.search, found)):
        found += [_RUN.sub(_twice, w) for w in found] + [_RUN.sub(_once, w) for w in found]
    if len(word) < _DOUBLES_FROM:
        # Short names differ by a doubled letter (PSI, PSSI).
        return list(dict.fromkeys(found))
    singles = [_DOUBLE.sub(_once, _RUN.sub(_once, w)) for w in found]
    return list(dict.fromkeys(found + singles))


def stretched(word: str) -> bool:
    """Say whether a folded word holds a letter three times running."""
    return _RUN.search(word) is not None


def _twice(run: re.Match[str]) -> str:
    return run[1] * 2


def _leet(word: str, one: str) -> str:
    return word.translate(_LEET).replace("1", one)


def _stems(word: str) -> list[str]:
    bare = []
    if word.endswith(_SUFFIXES):
        bare += [word.removesuffix(s) for s in _SUFFIXES if word.endswith(s)]
    if word.startswith(_PREFIXES):
        bare += [word.removeprefix(p) for p in _PREFIXES if word.startswith(p)]
    return [stem for stem in bare if len(stem) >= _MIN_STEM]
