"""What the second reading looks at: signs of a text and its words, with every name left out."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice, pairwise

from monitor.match import press
from monitor.match.page import Page
from monitor.match.stance import Evidence, Side
from monitor.match.targets import Mention
from monitor.model.rule import Stance
from monitor.text.tokens import EMOJI, HANDLE

BEFORE, AFTER = "before ", "after "
_NEAR = 6
_BESIDE = 4
_BESIDE_WEIGHT = 2.0
# How far to look for them past other names: a text of nothing but names would cost its square.
_FARTHEST = 40
_TWO = 2
_LONG = 60
_LINK = "http"
_CAPS = {"for": 6.0, "against": 6.0, "others for": 4.0, "others against": 4.0}
_MOOD = ("press", "asked", "tagged", "first", "several")


def subject(names: Sequence[Mention], found: Sequence[Side], inherited: str) -> str:
    """Return the target a text is mostly about: of its first side, else the most often named.

    Names beside each other, or with one word between them, name their bearer once.
    """
    if found:
        return found[0].target
    told = [m for i, m in enumerate(names) if not (i and _one_name(names[i - 1], m))]
    named = Counter(m.target for m in told)
    return max(named, key=named.__getitem__) if named else inherited


def signs(
    page: Page,
    names: Sequence[Mention],
    items: Sequence[Evidence],
    found: Sequence[Side],
    target: str,
    taken: frozenset[int],
) -> dict[str, float]:
    """Return the signs of a text by name, each between 0 and about 2; ``taken`` are its blanks."""
    first = _first_reading(items, found, target)
    mood = _mood(page, names)
    result = {**first, **mood, **_shape(page, names, taken)}
    for name in _MOOD:
        for sign in ("for", "against", "support", "attack", "is support", "is attack"):
            if mood.get(name) and first.get(sign):
                result[f"{name} * {sign}"] = mood[name] * first[sign]
    for item in items:
        side = "own" if item.target == target else "other"
        result[f"{side} {item.name}"] = 1.0
    for name, places in page.spots.items():
        own = (True for a, b in places if taken.isdisjoint(range(a, b + 1)))
        count = sum(islice(own, _TWO))
        if count:
            result[f"list {name}"] = count / _TWO
    result |= _beside(page, names, target, taken)
    return {name: value for name, value in result.items() if value}


def _beside(
    page: Page, names: Sequence[Mention], target: str, taken: frozenset[int]
) -> dict[str, float]:
    """Return the words right before and right after the target's names, in their clause."""
    found: dict[str, set[str]] = {BEFORE: set(), AFTER: set()}
    for mention in names:
        if mention.target == target:
            found[BEFORE].update(_neighbours(page, mention.first, -1, taken))
            found[AFTER].update(_neighbours(page, mention.last, 1, taken))
    return {
        f"{side}{form}": _BESIDE_WEIGHT / math.sqrt(len(forms))
        for side, forms in found.items()
        for form in forms
    }


def _neighbours(page: Page, start: int, step: int, taken: frozenset[int]) -> Iterator[str]:
    """Yield the nearest words on one side of a name; other names there count as one word."""
    clause, left, at = page.words[start].clause, _BESIDE, start + step
    end = min(len(page.words), start + _FARTHEST)
    while left and max(0, start - _FARTHEST) <= at < end and page.words[at].clause == clause:
        word = page.words[at]
        if at in taken:
            left -= at - step not in taken
        else:
            left -= 1
            if word.kind is not HANDLE and not word.form.isdigit():
                yield word.form
        at += step


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


def _shape(page: Page, names: Sequence[Mention], taken: frozenset[int]) -> dict[str, float]:
    """Return signs of form; a name counts as one word and its letters not at all."""
    others = [w for i, w in enumerate(page.words) if i not in taken]
    count = len(others) + sum(i - 1 not in taken for i in taken)
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


def words(
    page: Page, names: Sequence[Mention], target: str, taken: frozenset[int]
) -> tuple[dict[str, int], set[str]]:
    """Return each known form outside names with its first place, and those near the target."""
    steps = _steps(len(page.words), taken)
    ends = ((m.first, m.last) for m in names if m.target == target)
    reach = {
        place
        for pair in ends
        for end in pair
        for place in range(steps[end] - _NEAR, steps[end] + _NEAR + 1)
    }
    near: set[str] = set()
    forms: dict[str, int] = {}
    for index, word in enumerate(page.words):
        form = word.form
        if index in taken or form.isdigit() or word.kind is HANDLE:
            continue
        if form not in forms:
            forms[form] = index
        if steps[index] in reach:
            near.add(form)
    return forms, near


def _steps(count: int, taken: frozenset[int]) -> Sequence[int]:
    """Return how many words stand before each, a name of several counted as one.

    So a long name beside the target's does not push words out of reach.
    """
    if not taken:
        return range(count)
    inside = (i in taken and i - 1 in taken for i in range(count))
    return [i - n for i, n in enumerate(accumulate(inside))]


def _one_name(one: Mention, other: Mention) -> bool:
    return one.target == other.target and other.first <= one.last + 2


def blanks(page: Page, names: Sequence[Mention]) -> frozenset[int]:
    """Return the words that no weight may see: names, with all that is written as part of them.

    That is a title or "Partai" before a name, one word between two names of one pair, and a ballot
    number shown by hand. Some lists and some writers have it, others do not.
    """
    titles = page.either("honorific", "party_word")
    found = {i for m in names for i in range(m.first, m.last + 1)}
    found |= {m.first - 1 for m in names if m.first - 1 in titles}
    found |= {
        b.first - 1 for a, b in pairwise(names) if (a.target, a.last + 2) == (b.target, b.first)
    }
    poses = page.marked("gesture")
    return frozenset(found | {i for i in poses if page.words[i].kind is EMOJI})
