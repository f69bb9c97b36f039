"""A second reading: what a text's words and signs weigh together, names left out.

The first reading (stance) knows phrases and grammar. This one adds up small weights, fitted once
on labelled texts in which every target's name was masked; so no swap of names can change it. It
may raise a question, lower what the first reading made of a text, and confirm support for which
the first has phrases. It never makes an alert of its own, nor of an attack.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitor.match import certainty
from monitor.match.certainty import Opinion
from monitor.match.page import Page
from monitor.match.signs import blanks, signs, subject, words
from monitor.match.stance import REVIEW, Evidence, Side
from monitor.match.targets import Mention
from monitor.model.finding import Span
from monitor.model.weights import Weight, Weights

_TOLD = 3
# Sides that are weighed each by themselves; a text with more is a list.
_WEIGHED = 4
# Texts of these lists have a meaning of their own.
_QUIET = (
    "reminder", "education", "courtesy", "rebuttal", "service", "passive", "denial",
    "before_years", "added",
)  # fmt: skip
# Of these, what may be taken back: "saya netral, tapi ...".
_TAKEN_BACK = ("reminder", "denial")
_DEEDS = ("active_part", "party_attributes", "campaign_event")


class SecondReader:
    """Weighs texts by one fitted table; without a table it changes nothing."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights

    def heed(
        self,
        page: Page,
        names: Sequence[Mention],
        items: Sequence[Evidence],
        found: Sequence[Side],
        inherited: str = "",
    ) -> list[Side]:
        """Return the sides of a text after the second reading.

        ``found`` are the sides of the first. A side that only one of the two sees is a question,
        one that both see is as sure as both are of it, and a mere suspicion that the second does
        not share is dropped.
        """
        target = subject(names, found, inherited)
        if not (target and self._weights.signs):
            return list(found)
        opinion = self.opinion(page, names, items, found, target)
        quiet = _quiet(page)
        if not found:
            asks = not _mute(page) and certainty.raises(page, opinion)
            return [_suspected(page, opinion)] if asks else []
        if not quiet and certainty.turns(found[0], opinion):
            rest = [replace(side, clear=False) for side in found if side.target != target]
            return [_suspected(page, opinion), *rest]
        confirms = not quiet and _plain(page, names)
        kept: list[Side] = []
        for side in found[:_WEIGHED]:
            if side.target != target:
                opinion = self.opinion(page, names, items, found, side.target)
            kept += certainty.weighed(page, side, opinion, confirms=confirms)
        return kept + [replace(side, clear=False) for side in found[_WEIGHED:]]

    def guess(
        self,
        page: Page,
        names: Sequence[Mention],
        items: Sequence[Evidence],
        found: Sequence[Side],
    ) -> list[Side]:
        """Return the side of a text whose names are guesses: a question, if it is sure enough."""
        target = subject(names, found, "")
        if not self._weights.signs or _mute(page):
            return []
        opinion = self.opinion(page, names, items, found, target)
        return [_suspected(page, opinion)] if certainty.guesses(page, found, opinion) else []

    def opinion(
        self,
        page: Page,
        names: Sequence[Mention],
        items: Sequence[Evidence],
        found: Sequence[Side],
        target: str,
    ) -> Opinion:
        """Return what the weights make of a text toward ``target``."""
        support = attack = 0.0
        taken = blanks(page, names)
        for name, value in signs(page, names, items, found, target, taken).items():
            weight = self._weights.signs.get(name)
            if weight:
                support += weight.support * value
                attack += weight.attack * value
        forms, near = words(page, names, target, taken)
        spoken = _shares(forms, near, self._weights.words)
        support += sum(share for share, _, _ in spoken)
        attack += sum(share for _, share, _ in spoken)
        for_it, against = math.exp(min(support, 30)), math.exp(min(attack, 30))
        whole = 1 + for_it + against
        column = 0 if for_it >= against else 1
        heavy = sorted(spoken, key=lambda row: (-row[column], row[2]))[:_TOLD]
        spoke = tuple(row[2] for row in heavy if row[column] > 0)
        return Opinion(target, for_it / whole, against / whole, spoke, len(spoken))


def _quiet(page: Page) -> bool:
    """Say whether a text has a meaning that sums of small weights do not see."""
    return _tells_deed(page) or any(page.has(name) for name in _QUIET)


def _mute(page: Page) -> bool:
    """Say whether a quiet text may not even be asked about: not where "but" takes it back."""
    kept = (n for n in _QUIET if page.has(n) and not (n in _TAKEN_BACK and page.taken_back(n) >= 0))
    return _tells_deed(page) or any(kept)


def _tells_deed(page: Page) -> bool:
    """Say whether a text tells of taking part oneself: that is read as a deed."""
    own = page.has("first") or 0 in page.marked("self_opening")
    return own and any(page.has(name) for name in _DEEDS)


def _shares(
    forms: Mapping[str, int], near: set[str], table: Mapping[str, Weight]
) -> list[tuple[float, float, int]]:
    """Return what each known word adds to support and attack, with its place."""
    known = [(form, table[form], at) for form, at in forms.items() if form in table]
    beside = sum(1 for form, _, _ in known if form in near)
    scale, near_scale = 1 / math.sqrt(max(1, len(known))), 1 / math.sqrt(max(1, beside))
    found = []
    for form, weight, at in known:
        support, attack = weight.support * scale, weight.attack * scale
        if form in near:
            support += weight.near_support * near_scale
            attack += weight.near_attack * near_scale
        found.append((support, attack, at))
    return found


def _plain(page: Page, names: Sequence[Mention]) -> bool:
    """Say whether names mean whom they seem to, and no mocking face stands by the words."""
    return not page.has("mock_emoji") and not any(m.rivals or m.unsure for m in names)


def _suspected(page: Page, opinion: Opinion) -> Side:
    """Return a side that only the weights see: a question, with the words that spoke most."""
    heard = [page.words[at] for at in opinion.spoke]
    reason = f"weights: {', '.join(repr(word.form) for word in heard) or 'signs'}"
    spans = tuple(Span(page.field, word.start, word.end) for word in heard)
    score = max(REVIEW, round(50 * opinion.chance))
    told = (f"{reason} -> {opinion.target}",)
    side = Side(opinion.target, opinion.likelier, score, clear=False, spans=spans, reasons=told)
    return replace(side, guessed=True, chance=opinion.chance)
