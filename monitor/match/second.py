"""A second reading: what a text's words and signs weigh together, names left out.

The first reading (stance) knows phrases and grammar. This one adds up small weights, fitted once
on labelled texts in which every target's name was masked; so no swap of names can change it. It
may raise a question, lower what the first reading made of a text, and confirm support for which
the first has phrases. It never makes an alert of its own, nor of an attack.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.match import press
from monitor.match.cues import CLASSES
from monitor.match.page import Page
from monitor.match.signs import signs, subject, words
from monitor.match.stance import ALERT, REVIEW, Evidence, Side
from monitor.match.targets import Mention
from monitor.model.finding import Span
from monitor.model.rule import Stance
from monitor.model.weights import Weight, Weights

_TOLD = 3
_LIKELY, _SURE = 0.7, 0.9
# How sure they must be of a support that the first reading found less than clear, in a text that
# speaks of a choice, and in one of which only the phrase itself does.
_CONFIRMS, _CONFIRMS_ALONE = 0.82, 0.88
# How sure, of a support that the first reading only suspects.
_KEEPS = 0.64
# From this press score on a text is a report, whose words are others'.
_REPORT = 0.7
# Evidence that people also give of office holders, at any time.
_ANY_TIME = frozenset({"praise", "emoji", "hashtag"})
# How much likelier support must be than attack where the weights see both: a missed attack on a
# person weighs more than a missed cheer.
_RATHER = 1.4
# What the weights must see to raise a question of their own: a likely side, in enough words.
_RAISES = 0.5
_RAISES_UNSAID, _RAISES_ALONE = 0.65, 0.75
# An attack needs more, as criticism of many kinds looks like it.
_RAISES_ATTACK = 0.6
_FEWEST = 5
# Texts of these lists have a meaning of their own.
_QUIET = (
    "reminder", "education", "courtesy", "rebuttal", "service", "passive", "denial",
    "before_years", "added",
)  # fmt: skip
_DEEDS = ("active_part", "party_attributes", "campaign_event")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the weights make of a text: the chance of either side toward the target.

    ``spoke`` are the places of the words that spoke most for the likelier side, ``words`` how many
    the table knows.
    """

    target: str
    support: float
    attack: float
    spoke: tuple[int, ...]
    words: int

    @property
    def stance(self) -> Stance:
        if max(self.support, self.attack) < 1 - self.support - self.attack:
            return Stance.NEUTRAL
        return Stance.SUPPORT if self.support >= self.attack else Stance.ATTACK

    @property
    def chance(self) -> float:
        """Return the chance of the likelier side."""
        return max(self.support, self.attack)


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
        one that both see stays as the first reading found it, and a mere suspicion that the
        second does not share is dropped.
        """
        target = subject(names, found, inherited)
        if not (target and self._weights.signs):
            return list(found)
        opinion = self.opinion(page, names, items, found, target)
        top = found[0] if found else None
        if opinion.stance is Stance.NEUTRAL:
            return _doubted(found, opinion)
        if top and top.stance is opinion.stance:
            return [*_agreed(page, top, opinion), *found[1:]]
        if _quiet(page) or not self._raises(page, opinion, top):
            return [replace(side, clear=False) for side in found]
        rest = [replace(side, clear=False) for side in found if side.target != target]
        return [_suspected(page, opinion), *rest]

    def guess(
        self,
        page: Page,
        names: Sequence[Mention],
        items: Sequence[Evidence],
        found: Sequence[Side],
    ) -> list[Side]:
        """Return the side of a text whose names are guesses: a question, if both readings agree.

        Where the first found none, the weights must be as sure as of a text that speaks little of
        an election.
        """
        target = subject(names, found, "")
        if not self._weights.signs or _quiet(page):
            return []
        opinion = self.opinion(page, names, items, found, target)
        agreed = bool(found) and found[0].stance is opinion.stance
        least = _RAISES if agreed else max(_least(page), _RAISES_UNSAID)
        if opinion.chance < least or opinion.words < _FEWEST - 2 * agreed:
            return []
        return [_suspected(page, opinion)]

    @staticmethod
    def _raises(page: Page, opinion: Opinion, top: Side | None) -> bool:
        """Say whether the weights are sure enough for a side that the first reading did not see."""
        if top:
            weak = top.score < ALERT and opinion.stance is Stance.SUPPORT
            return weak or opinion.chance >= _LIKELY
        least = _RAISES_ATTACK if opinion.stance is Stance.ATTACK else _RAISES
        return opinion.chance >= max(least, _least(page)) and opinion.words >= _FEWEST

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
        for name, value in signs(page, names, items, found, target).items():
            weight = self._weights.signs.get(name)
            if weight:
                support += weight.support * value
                attack += weight.attack * value
        forms, near = words(page, names, target)
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
    """Say whether a text has a meaning that sums of small weights do not see.

    One that tells of taking part oneself is read as a deed.
    """
    own = page.has("first") or 0 in page.marked("self_opening")
    told = own and any(page.has(name) for name in _DEEDS)
    return told or any(page.has(name) for name in _QUIET)


def _least(page: Page) -> float:
    """Return the chance that a question needs: more, the less of the text is about an election.

    The weights were fitted on texts about elections; of others they know nothing.
    """
    if page.handles or _outside_names(page, "politics"):
        return _RAISES
    told = any(_outside_names(page, name) for name in CLASSES)
    return _RAISES_UNSAID if told else _RAISES_ALONE


def _outside_names(page: Page, name: str) -> bool:
    """Say whether a phrase of a list stands in the text and no word of it is part of a name."""
    named = page.named
    return any(named.isdisjoint(range(a, b + 1)) for a, b in page.spots.get(name, ()))


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


def _doubted(found: Sequence[Side], opinion: Opinion) -> list[Side]:
    """Keep what the first reading is sure of, or nearly so; as a question, if weights are surer.

    A suspected attack is kept as well: people attack in more ways than any table has words for.
    """
    neutral = 1 - opinion.support - opinion.attack
    kept = [side for side in found if side.clear or _lasts(side, neutral)]
    return [replace(side, clear=side.clear and neutral < _SURE) for side in kept]


def _lasts(side: Side, neutral: float) -> bool:
    """Say whether an unclear side outlives weights that see none with this chance."""
    if side.stance is Stance.ATTACK:
        return neutral < _LIKELY
    return side.score >= ALERT and neutral < _RAISES


def _agreed(page: Page, side: Side, opinion: Opinion) -> list[Side]:
    """Return a side that both readings see: support as clear, where the weights are sure of it.

    Its reasons are the phrases of the first reading; the weights only take away what doubt is
    left. No attack is confirmed. A mere suspicion of support that the weights hardly share is none.
    """
    if side.clear or side.stance is not Stance.SUPPORT:
        return [side]
    if side.score < ALERT and opinion.support < _KEEPS:
        return []
    plain = not _quiet(page) and press.score(page) < _REPORT
    if not (side.firm and plain and opinion.support >= _enough(page, side)):
        return [side]
    told = (*side.reasons, f"confirmed by weights -> {side.target}")
    return [replace(side, clear=True, reasons=told)]


def _enough(page: Page, side: Side) -> float:
    """Return the chance that confirms: more where only the phrases speak of a choice.

    Praise alone shows none then: people praise office holders at any time.
    """
    if page.handles or _contested(page):
        return _CONFIRMS
    said = {reason.partition(" ")[0] for reason in side.reasons}
    return _CONFIRMS_ALONE if said - _ANY_TIME else math.inf


def _contested(page: Page) -> bool:
    """Say whether a text speaks of a choice, and not only of an office that somebody holds."""
    held = set(page.spots.get("office_bare", ()))
    named = page.named
    return any(
        named.isdisjoint(range(first, last + 1)) and (first, last) not in held
        for first, last in page.spots.get("politics", ())
    )


def _suspected(page: Page, opinion: Opinion) -> Side:
    """Return a side that only the weights see: a question, with the words that spoke most."""
    heard = [page.words[at] for at in opinion.spoke]
    reason = f"weights: {', '.join(repr(word.form) for word in heard) or 'signs'}"
    spans = tuple(Span(page.field, word.start, word.end) for word in heard)
    score = max(REVIEW, round(50 * opinion.chance))
    told = (f"{reason} -> {opinion.target}",)
    return Side(
        opinion.target, opinion.stance, score, clear=False, spans=spans, reasons=told, guessed=True
    )
