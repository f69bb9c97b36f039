"""A second reading: what a text's words and signs weigh together, names left out.

The first reading (stance) knows phrases and grammar. This one adds up small weights, fitted once
on labelled texts in which every target's name was masked; so no swap of names can change it. It
may raise a question and lower what the first reading made of a text. It never makes an alert.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from monitor.match import press
from monitor.match.cues import CLASSES
from monitor.match.page import Page
from monitor.match.stance import ALERT, REVIEW, Evidence, Side
from monitor.match.targets import Mention
from monitor.model.finding import Span
from monitor.model.rule import Stance
from monitor.model.weights import Weight, Weights
from monitor.text.tokens import EMOJI, HANDLE

_NEAR = 6
_TWO = 2
_LONG = 60
_TOLD = 3
_LIKELY, _SURE = 0.7, 0.9
# What the weights must see to raise a question of their own: a likely side, in enough words.
_RAISES = 0.5
_RAISES_UNSAID, _RAISES_ALONE = 0.65, 0.75
_FEWEST = 5
# Texts of these lists have a meaning of their own.
_QUIET = (
    "reminder", "education", "courtesy", "rebuttal", "service", "passive", "denial",
    "before_years", "added",
)  # fmt: skip
_DEEDS = ("active_part", "party_attributes", "campaign_event")
_LINK = "http"
_CAPS = {"for": 6.0, "against": 6.0, "others for": 4.0, "others against": 4.0}
_MOOD = ("press", "asked", "tagged", "first", "several")


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


def subject(names: Sequence[Mention], found: Sequence[Side], inherited: str) -> str:
    """Return the target a text is mostly about: of its first side, else the most often named."""
    if found:
        return found[0].target
    named = Counter(m.target for m in names)
    return max(named, key=named.__getitem__) if named else inherited


def signs(
    page: Page,
    names: Sequence[Mention],
    items: Sequence[Evidence],
    found: Sequence[Side],
    target: str,
) -> dict[str, float]:
    """Return the signs of a text by name, each between 0 and about 2."""
    first = _first_reading(items, found, target)
    mood = _mood(page, names)
    result = {**first, **mood, **_shape(page, names)}
    for name in _MOOD:
        for sign in ("for", "against", "support", "attack", "is support", "is attack"):
            if mood.get(name) and first.get(sign):
                result[f"{name} * {sign}"] = mood[name] * first[sign]
    for item in items:
        side = "own" if item.target == target else "other"
        result[f"{side} {item.name}"] = 1.0
    taken = _taken(page, names)
    for name, places in page.spots.items():
        own = (True for a, b in places if a not in taken or not taken.issuperset(range(a, b + 1)))
        count = sum(islice(own, _TWO))
        if count:
            result[f"list {name}"] = count / _TWO
    return {name: value for name, value in result.items() if value}


def _first_reading(
    items: Sequence[Evidence], found: Sequence[Side], target: str
) -> dict[str, float]:
    sums: defaultdict[str, float] = defaultdict(float)
    for item in items:
        name = "for" if item.stance is Stance.SUPPORT else "against"
        sums[name if item.target == target else f"others {name}"] += item.weight
    result = {name: min(sums[name], cap) * 2 / cap for name, cap in _CAPS.items()}
    for stance in (Stance.SUPPORT, Stance.ATTACK):
        scores = [side.score for side in found if side.stance is stance]
        result[stance.value] = max(scores, default=0) / 50
    if found:
        result[f"is {found[0].stance.value}"] = 1.0
    result["only tags"] = float(bool(items) and all(item.tag for item in items))
    result["reasons"] = min(len(items), 5) / 3
    return result


def _mood(page: Page, names: Sequence[Mention]) -> dict[str, float]:
    return {
        "press": press.score(page),
        "asked": float("?" in page.text),
        "tagged": min(len(page.tags), 3) / 3,
        "first": float(page.has("first")),
        "several": float(len({m.target for m in names}) > 1),
    }


def _shape(page: Page, names: Sequence[Mention]) -> dict[str, float]:
    """Return signs of form; a name counts as one word and its letters not at all."""
    taken = _taken(page, names)
    others = [w for i, w in enumerate(page.words) if i not in taken]
    count = len(others) + len(names)
    titled = sum(w.title for w in others) / max(1, len(others))
    return {
        "bias": 1.0,
        "nobody": float(not names),
        "targets 1": float(len({m.target for m in names}) == 1),
        "targets 3": float(len({m.target for m in names}) > _TWO),
        "exclaimed": float("!" in page.text),
        "link": float(_LINK in page.text),
        "emoji": min(sum(w.kind is EMOJI for w in others), _TWO),
        "long": min(count, _LONG) / 30,
        "stopped": float(page.text.strip()[-1:] in (".", "!", "?")),
        "titled": titled,
        "name calling": float(any(m.form.value == "derogatory" for m in names)),
        "slogan": float(any(m.form.value == "slogan" for m in names)),
        "party": float(any(m.party for m in names)),
    }


def words(page: Page, names: Sequence[Mention], target: str) -> tuple[dict[str, int], set[str]]:
    """Return each known form outside names with its first place, and those near the target."""
    taken = _taken(page, names)
    titles = page.marked("honorific")
    ends = (
        (m.first + (m.first in titles and m.first < m.last), m.last)
        for m in names
        if m.target == target
    )
    spots = sorted(i for pair in ends for i in pair)
    near: set[str] = set()
    forms: dict[str, int] = {}
    reach = {i for s in spots for i in range(s - _NEAR, s + _NEAR + 1)}
    for index, word in enumerate(page.words):
        form = word.form
        if index in taken or form.isdigit() or word.kind is HANDLE:
            continue
        if form not in forms:
            forms[form] = index
        if index in reach:
            near.add(form)
    return forms, near


def _taken(page: Page, names: Sequence[Mention]) -> frozenset[int]:
    """Return the words of names, with a title before them: some lists hold it, others not."""
    titles = page.marked("honorific")
    found = {i for m in names for i in range(m.first, m.last + 1)}
    return frozenset(found | {m.first - 1 for m in names if m.first - 1 in titles})


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
            return list(found)
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
        return opinion.chance >= _least(page) and opinion.words >= _FEWEST

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
    """Say whether a phrase of a list stands in the text without being part of a name."""
    named = page.named
    return any(first not in named for first, _ in page.spots.get(name, ()))


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
    open_ = neutral < _LIKELY
    near = [s for s in found if s.score >= ALERT or s.stance is Stance.ATTACK] if open_ else []
    kept = [s for s in found if s.clear or s in near]
    return [replace(side, clear=side.clear and neutral < _SURE) for side in kept]


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
