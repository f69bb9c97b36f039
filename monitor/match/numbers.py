"""Ballot numbers: a number is a candidate only with a contest and a voting word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from monitor.match.lexicon import SMALL_NUMBER, Lexicon
from monitor.match.live import Live
from monitor.match.page import Page
from monitor.model.contest import Contest, TargetKind
from monitor.text.tokens import WORD

_PADDED = re.compile(r"0[1-9]")
# More contests than this leave a number open: it names nobody.
_MOST_RIVALS = 6
_WINDOW = 3
_WIDE = 8
# A padded number beside one of these is spoken of as a candidate.
_SIDES = ("hard", "soft", "win", "own", "praise", "vote")
# Two padded numbers within so many words are two candidates.
_PAIRED = 3
_OTHERS = 2

Number = tuple[str, str, int, int, tuple[str, ...]]
# The words that name each level of contest in a text, by ``Contest.level``.
_LEVEL_WORDS: Mapping[str, frozenset[str]] = {
    "pilpres": frozenset({"pilpres", "presiden", "capres", "cawapres", "wapres"}),
    "pilgub": frozenset({"pilgub", "gubernur", "cagub", "cawagub"}),
    "pilbup": frozenset({"pilbup", "bupati", "cabup", "cawabup"}),
    "pilwako": frozenset({"pilwako", "pilwalkot", "walikota", "cawalkot"}),
}


class NumberReader:
    """Reads ballot numbers of pairs; a party's number needs the party's name beside it."""

    def __init__(self, contests: Mapping[str, Contest], lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._small = lexicon.small_numbers
        self._levels = {contest.id: contest.level for contest in contests.values()}
        self._ballots = {
            contest.id: {
                target.number: target.id
                for target in contest.targets
                if target.number is not None and target.kind is TargetKind.PASLON
            }
            for contest in contests.values()
        }

    def read(self, page: Page, live: Live, named: Sequence[str]) -> list[Number]:
        """Return (target, contest, first word, last word, rivals) for every ballot number."""
        spots = page.spots.get(SMALL_NUMBER)
        if not spots or not live.by_number:
            return []
        found: list[Number] = []
        offices = {page.words[i].form for i in page.marked("contest_word")}
        homes = {live.home[target].id for target in named if target in live.home}
        # One number means the same all through a text.
        meant: dict[int, Sequence[str]] = {}
        for index, _ in spots:
            value = self._value(page, index)
            if value and self._is_ballot(page, index, named=bool(named), close=live.few):
                fits = meant.get(value)
                if fits is None:
                    fits = self._narrowed(live, value, homes, offices, page.places)
                    meant[value] = fits
                if 0 < len(fits) <= _MOST_RIVALS:
                    found.append(self._resolve(index, value, fits))
        return found

    def _value(self, page: Page, index: int) -> int | None:
        word = page.words[index]
        if word.kind is not WORD and not word.form.isdigit():
            return None
        return self._small[word.form]

    def _is_ballot(self, page: Page, index: int, *, named: bool, close: bool) -> bool:
        word = page.words[index]
        if word.tag >= 0:
            return self._in_tag(page, index)
        if self._other_sense(page, index):
            return False
        before = self._near(page, index, "number_word", back=1)
        cued = self._near(page, index, "number_cue", back=_WINDOW, ahead=2)
        wide = self._near(page, index, "politics", back=_WIDE, ahead=_WIDE)
        if _PADDED.fullmatch(word.form):
            if close and page.marked("politics"):
                return True
            said = any(self._near(page, index, name, back=2, ahead=2) for name in _SIDES)
            return before or cued or wide or named or said or self._in_company(page, index)
        if before:
            return cued or wide or named
        return cued and self._right_after_vote(page, index) and self._stands_alone(page, index)

    def _in_company(self, page: Page, index: int) -> bool:
        """Say whether one or two other padded numbers stand near: "02 dan 03 sama saja"."""
        words, other = page.words, page.marked("number_other")
        if index + 1 in other:
            return False
        near = range(max(0, index - _PAIRED), min(len(words), index + _PAIRED + 1))
        forms = {words[i].form for i in near if i != index and words[i].form.isdigit()}
        return 0 < len(forms) <= _OTHERS and all(
            _PADDED.fullmatch(form) and form != words[index].form for form in forms
        )

    def _right_after_vote(self, page: Page, index: int) -> bool:
        """A bare number counts right after a voting verb, or under a word for a pair."""
        cues, words = page.marked("number_cue"), page.marked("number_word")
        if index - 1 in cues or index - 1 in words:
            return True
        return page.words[index - 1].form == "yang" and (index - 2 in cues or index - 2 in words)

    def _stands_alone(self, page: Page, index: int) -> bool:
        """Say whether no noun follows that the number would count ("pilih 2 kampus")."""
        after = page.words[index + 1] if index + 1 < len(page.words) else None
        if after is None or after.clause != page.words[index].clause or after.barrier:
            return True
        return after.kind is not WORD or index + 1 in page.marked("after_number")

    def _other_sense(self, page: Page, index: int) -> bool:
        other = page.marked("number_other")
        after = page.words[index + 1] if index + 1 < len(page.words) else None
        if index - 1 in other or (index - 2 in other and page.words[index - 1].form == "nomor"):
            return True
        same = after is not None and after.clause == page.words[index].clause and not after.barrier
        return same and index + 1 in other and page.words[index].form[0] != "0"

    def _in_tag(self, page: Page, index: int) -> bool:
        tag = page.tags[page.words[index].tag]
        forms = {page.words[i].form for i in range(tag.first, tag.last + 1) if i != index}
        return bool(forms & self._lexicon.phrases["number_cue"])

    def _near(self, page: Page, index: int, name: str, back: int, ahead: int = 0) -> bool:
        marks = page.marked(name)
        clause = page.words[index].clause
        near = range(max(0, index - back), min(len(page.words), index + ahead + 1))
        return any(i in marks and i != index and page.words[i].clause == clause for i in near)

    def _resolve(self, index: int, value: int, fits: Sequence[str]) -> Number:
        ids = [self._ballots[c][value] for c in fits]
        return ids[0], fits[0], index, index, tuple(ids[1:])

    def _narrowed(
        self,
        live: Live,
        value: int,
        homes: set[str],
        offices: set[str],
        places: AbstractSet[str],
    ) -> Sequence[str]:
        """Leave the contests that the text's other targets, places or office words point to.

        Among several, the contests that the writer votes in are meant.
        """
        fits = live.by_number.get(value, [])
        by_name = [c for c in fits if c in homes] if homes else []
        if by_name:
            return by_name
        if places:
            fits = [c for c in fits if c in places] or fits
        levels = {level for level, words in _LEVEL_WORDS.items() if offices & words}
        if levels:
            fits = [c for c in fits if self._levels[c] in levels] or fits
        return [c for c in fits if c in live.own] or fits if live.own else fits
