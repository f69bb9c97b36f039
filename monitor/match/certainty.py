"""How sure is sure: what becomes of a side, given the chance that the second reading gives it.

The weights are fitted so that a chance can be taken at its word: of unseen texts to which they give
70 %, about seven in ten have that side (docs/weights.md). So each step has one number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.match import press
from monitor.match.cues import CLASSES
from monitor.match.page import Page
from monitor.match.stance import Side
from monitor.model.rule import Stance

# A side that the phrases are sure of is a question below this. An explicit rejection ("jangan
# pilih") needs less than an insult, which may hit somebody else.
_STANDS = {Stance.SUPPORT: 0.2, Stance.ATTACK: 0.7}
_STANDS_REJECTED = 0.35
# A support that the phrases leave in doubt is clear from here on: in a text that speaks of a
# choice, in one of which only the phrase itself does, and one not said right of the target.
_CONFIRMS, _CONFIRMS_ALONE, _CONFIRMS_FAR = 0.82, 0.88, 0.92
# A side that the phrases only suspect is dropped below this.
_KEEPS = {Stance.SUPPORT: 0.57, Stance.ATTACK: 0.45}
# A side that only the weights see is asked about from here on: in a text about an election, in one
# that says little of an election, and in one that says nothing. An attack needs less, as people
# attack in more ways than any list has phrases for.
_RAISES = {Stance.SUPPORT: 0.57, Stance.ATTACK: 0.45}
_RAISES_UNSAID = {Stance.SUPPORT: 0.6, Stance.ATTACK: 0.5}
_RAISES_ALONE = {Stance.SUPPORT: 0.7, Stance.ATTACK: 0.6}
# Support in a text that tells what others say.
_RAISES_TOLD = 0.7
# One toward somebody whom only a common name may mean, where the phrases suspect nothing.
_GUESSES = 0.65
# The other side than the one that the phrases suspect, or are sure of.
_TURNS, _TURNS_CLEAR = 0.6, 0.8
# In fewer known words than this the weights see nothing of their own; the second number is for
# those that are this sure.
_FEWEST, _FEWEST_SURE, _SURE = 5, 2, 0.85
# From this press score on a text is a report, whose words are others'.
_REPORT = 0.7
# Evidence that people also give of office holders, at any time.
_ANY_TIME = frozenset({"praise", "emoji", "hashtag"})
# What is often said of somebody else, unless it stands right by the name.
_FROM_AFAR = frozenset({"praise", "emoji", "win", "lean", "pick"})


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
    def likelier(self) -> Stance:
        """Return the likelier of the two sides, be it ever so unlikely."""
        return Stance.SUPPORT if self.support >= self.attack else Stance.ATTACK

    @property
    def chance(self) -> float:
        """Return the chance of the likelier side."""
        return max(self.support, self.attack)

    def of(self, stance: Stance) -> float:
        """Return the chance of one side."""
        return self.support if stance is Stance.SUPPORT else self.attack


def raises(page: Page, opinion: Opinion) -> bool:
    """Say whether the weights alone are sure enough to ask about a side."""
    return opinion.chance >= _least(page, opinion.likelier) and _told_enough(opinion)


def guesses(page: Page, found: Sequence[Side], opinion: Opinion) -> bool:
    """Say whether to ask about a side toward somebody whom only a common name may mean.

    "Mantap!" is said of many a neighbour; few are called what candidates are called.
    """
    stance = opinion.likelier
    if stance is Stance.SUPPORT and not (_contested(page) or _chosen(found)):
        return False
    if found and found[0].stance is stance:
        return opinion.chance >= _RAISES[stance]
    return opinion.chance >= max(_least(page, stance), _GUESSES) and _told_enough(opinion)


def turns(top: Side, opinion: Opinion) -> bool:
    """Say whether the weights see the other side, surely enough to ask about it instead."""
    least = _TURNS_CLEAR if top.clear else _TURNS
    return opinion.likelier is not top.stance and opinion.chance >= least


def weighed(page: Page, side: Side, opinion: Opinion, *, confirms: bool) -> list[Side]:
    """Return a side of the first reading as sure as both are of it; one hardly suspected is none.

    ``confirms`` says that nothing in the text forbids to take away what doubt the phrases leave.
    """
    chance = opinion.of(side.stance)
    if side.clear:
        return [replace(side, clear=chance >= _stands(side), chance=chance)]
    if chance < _KEEPS[side.stance]:
        return []
    clear = confirms and chance >= _enough(page, side)
    told = (f"confirmed by weights -> {side.target}",) if clear else ()
    return [replace(side, clear=clear, chance=chance, reasons=side.reasons + told)]


def _stands(side: Side) -> float:
    return _STANDS_REJECTED if "reject" in _said(side) else _STANDS[side.stance]


def _enough(page: Page, side: Side) -> float:
    """Return the chance that confirms: more where little but the phrases speaks of a choice.

    No attack is confirmed, nor what a report tells, nor praise alone or at a distance.
    """
    if side.stance is not Stance.SUPPORT or press.score(page) >= _REPORT:
        return math.inf
    contested = bool(page.handles) or _contested(page)
    if not side.firm:
        return _CONFIRMS_FAR if contested and _said(side) - _FROM_AFAR else math.inf
    if contested:
        return _CONFIRMS
    return _CONFIRMS_ALONE if _chosen([side]) else math.inf


def _least(page: Page, stance: Stance) -> float:
    """Return the chance that a question needs: more, the less of the text is about an election.

    The weights were fitted on texts about elections; of others they know little.
    """
    if stance is Stance.SUPPORT and page.has("reporter") and not page.has("first"):
        return _RAISES_TOLD
    if page.handles or _outside_names(page, "politics"):
        return _RAISES[stance]
    told = any(_outside_names(page, name) for name in CLASSES)
    return (_RAISES_UNSAID if told else _RAISES_ALONE)[stance]


def _told_enough(opinion: Opinion) -> bool:
    """Say whether enough known words spoke: few are enough where they leave hardly a doubt."""
    return opinion.words >= (_FEWEST if opinion.chance < _SURE else _FEWEST_SURE)


def _chosen(sides: Sequence[Side]) -> bool:
    """Say whether more than what people say of any office holder speaks for the first side."""
    return any(_said(side) - _ANY_TIME for side in sides[:1])


def _said(side: Side) -> set[str]:
    """Return the kinds of evidence for a side."""
    return {reason.partition(" ")[0] for reason in side.reasons}


def _contested(page: Page) -> bool:
    """Say whether a text speaks of a choice, and not only of an office that somebody holds."""
    held = set(page.spots.get("office_bare", ()))
    named = page.named
    return any(
        named.isdisjoint(range(first, last + 1)) and (first, last) not in held
        for first, last in page.spots.get("politics", ())
    )


def _outside_names(page: Page, name: str) -> bool:
    """Say whether a phrase of a list stands in the text and no word of it is part of a name."""
    named = page.named
    return any(named.isdisjoint(range(a, b + 1)) for a, b in page.spots.get(name, ()))
