"""Which words of an act may be searched for: all but those that name a candidate or a party.

Someone who could search for a candidate's name would have a list of persons by candidate. So
names, aliases, slogans, hashtags and numbers are left out of the index, as are all hashtags and
mentions, which are where campaigns name themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from monitor.model.contest import ContestTarget
from monitor.model.rule import RuleSet
from monitor.text.fold import fold

_WORD = re.compile(r"[#@]?\w+")
_LEAST = 5  # a shorter name inside another word is chance
_MEMO = 100_000
_NUMBERS = frozenset({
    "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh",
    "kesatu", "pertama", "kedua", "ketiga", "keempat", "kelima",
})  # fmt: skip


def searchable(ruleset: RuleSet) -> Callable[[str | None], str]:
    """Return what makes of an act's text the words that may be searched for."""
    names = frozenset(_names(ruleset, _texts))
    hidden = names | _NUMBERS | frozenset(_names(ruleset, lambda target: target.slogans))
    inside = tuple(sorted(word for word in names if len(word) >= _LEAST))

    @lru_cache(_MEMO)
    def kept(word: str) -> bool:
        if word[0] in "#@" or word in hidden or any(map(str.isdigit, word)):
            return False
        # A name glued to other words, as in a hashtag without its sign.
        return len(word) < _LEAST * 2 or not any(name in word for name in inside)

    def shown(text: str | None) -> str:
        return " ".join(filter(kept, _words(text or "")))

    return shown


def _names(ruleset: RuleSet, texts: Callable[[ContestTarget], Iterable[str]]) -> Iterator[str]:
    for contest in ruleset.contests.values():
        for target in contest.targets:
            for text in texts(target):
                yield from _words(text.replace("#", " ").replace("@", " "))


def _texts(target: ContestTarget) -> Iterable[str]:
    return (
        target.label,
        *target.names,
        *target.aliases,
        *target.ambiguous,
        *target.derogatory,
        *target.hashtags,
        *(account.handle for account in target.accounts),
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text).text)
