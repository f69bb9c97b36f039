"""Stance words: what each class weighs, and how it binds to a target in its clause.

The weights order the classes; they are not probabilities. Only two thresholds were set on labels.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.match.page import Page
from monitor.match.targets import Mention
from monitor.model.rule import Stance


@dataclass(frozen=True, slots=True)
class CueClass:
    """A class of words. ``before`` and ``after`` are how many words may stand between cue and
    target when the cue stands before or after it; ``None``: it does not bind that way.

    ``alone`` classes may make an alert by themselves; ``clear`` ones show a side beyond doubt.
    """

    stance: Stance
    weight: float
    before: int | None
    after: int | None
    clear: bool = False


CLASSES: dict[str, CueClass] = {
    "vote": CueClass(Stance.SUPPORT, 2.8, 5, 2),
    "make_win": CueClass(Stance.SUPPORT, 3.0, 5, 2, clear=True),
    "rally": CueClass(Stance.SUPPORT, 1.9, 1, 0),
    "own": CueClass(Stance.SUPPORT, 3.0, 4, 4, clear=True),
    "office": CueClass(Stance.SUPPORT, 2.5, None, 1, clear=True),
    "office_bare": CueClass(Stance.SUPPORT, 1.8, None, 0),
    "praise": CueClass(Stance.SUPPORT, 2.0, 4, 5),
    "win": CueClass(Stance.SUPPORT, 2.4, 1, 4),
    "wish": CueClass(Stance.SUPPORT, 2.5, 8, None, clear=True),
    "first": CueClass(Stance.SUPPORT, 2.5, 6, 3, clear=True),
    "reject": CueClass(Stance.ATTACK, 3.2, 4, None, clear=True),
    "cheer": CueClass(Stance.SUPPORT, 3.0, None, None),
    "refuse": CueClass(Stance.ATTACK, 2.4, 5, 2),
    "hard": CueClass(Stance.ATTACK, 2.6, 5, 7, clear=True),
    "soft": CueClass(Stance.ATTACK, 1.7, 4, 5),
    "unpraise": CueClass(Stance.ATTACK, 1.2, 4, 5),
}
_COVERING = (
    "hard",
    "soft",
    "reject",
    "own",
    "office",
    "win",
    "praise",
    "courtesy",
    "denial",
    "education",
    "reminder",
)
# In a picture's description these only describe; the rest are words shown in it.
_SHOWN_WORDS = frozenset({"vote", "make_win", "own", "office", "win", "wish", "reject", "hard"})
_LOOK_BACK = 4
_NEIGHBOURS = 3
_WISH_REACH = 12
_LONG_REACH = 10
_ROW_GAP = 2
# How much of a cue's weight reaches a target at that many words' distance.
_SHARES = ((2, 1.0), (4, 0.85), (1_000, 0.7))
_OF_ONE = frozenset({"praise", "win", "soft", "hard", "unpraise", "office"})
_FRAME = 3
_STAND = 3


@dataclass(frozen=True, slots=True)
class Cue:
    """One stance word in place; ``turned`` names what turned or weakened it."""

    name: str
    first: int
    last: int
    factor: float = 1.0
    turned: str = ""

    @property
    def kind(self) -> CueClass:
        return CLASSES[self.name]


@dataclass(frozen=True, slots=True)
class Bound:
    """A cue tied to a target; ``how`` says by what: ``clause``, ``only`` or ``parent``."""

    cue: Cue
    target: str
    factor: float
    how: str
    mention: Mention | None


def cues(page: Page, names: Sequence[Mention]) -> list[Cue]:
    """Return the page's cues in order, after negation, frames and reported speech."""
    taken = frozenset(i for m in names for i in range(m.first, m.last + 1))
    longer = _longer(page)
    found = [turn(page, cue) for cue in _raw(page, taken) if not _inside(longer, cue)]
    return sorted((c for c in found if c.factor > 0), key=lambda c: (c.first, -c.last))


def bind(page: Page, found: Sequence[Cue], names: Sequence[Mention]) -> list[Bound]:
    """Tie each cue to the nearest target that it may reach in its clause, or to the only one."""
    targets = {m.target for m in names}
    places = [m.first for m in names]
    clauses = {page.words[m.first].clause for m in names}
    result = []
    for cue in found:
        clause = page.words[cue.first].clause
        at = bisect_right(places, cue.first)
        around = names[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]
        here = [m for m in around if page.words[m.first].clause == clause]
        best = _nearest(page, cue, here)
        if best:
            result.append(best)
        elif clause not in clauses and len(targets) == 1:
            result += _fallback(page, cue, around or names[:1])
    return result


def _raw(page: Page, taken: frozenset[int]) -> Iterator[Cue]:
    """Yield the phrases of each class, outside names; in pictures only words shown in them."""
    allowed = _SHOWN_WORDS if page.field.startswith("media") else CLASSES.keys()
    for name in CLASSES:
        for first, last in page.spots.get(name, ()) if name in allowed else ():
            named = all(i in taken for i in range(first, last + 1))
            if named or _in_name_tag(page, first, taken):
                continue
            end = _end(page, name, first, last)
            if end is not None:
                yield Cue(name, first, end)


def _end(page: Page, name: str, first: int, last: int) -> int | None:
    """Return where the cue ends; a wish needs a wished state, a first person a declaration."""
    if name == "wish":
        return last if _wishes(page, first) else None
    return _stands(page, first, last) if name == "first" else last


def _wishes(page: Page, first: int) -> bool:
    """Say whether a wished state stands in the clause of a wish."""
    clause = page.words[first].clause
    wished = page.marked("wished")
    reach = range(max(0, first - 1), min(len(page.words), first + _WISH_REACH))
    return any(i in wished and page.words[i].clause == clause for i in reach)


def _stands(page: Page, first: int, last: int) -> int | None:
    """Return where a first person's declaration ends, or ``None`` where none follows."""
    stand = page.marked("stand")
    clause = page.words[first].clause
    for index in range(last + 1, min(len(page.words), last + 1 + _STAND)):
        if page.words[index].clause != clause or index in page.negating:
            return None
        if index in stand:
            return index
    return None


def _in_name_tag(page: Page, index: int, taken: frozenset[int]) -> bool:
    """Say whether a word stands in a hashtag with a target: that is read as a whole."""
    place = page.words[index].tag
    if place < 0:
        return False
    tag = page.tags[place]
    return any(i in taken for i in range(tag.first, tag.last + 1))


def _longer(page: Page) -> dict[int, tuple[int, int]]:
    """Map each word to the longest phrase over it, so that "tidak layak" covers "layak"."""
    found: dict[int, tuple[int, int]] = {}
    for name in _COVERING:
        for first, last in page.spots.get(name, ()):
            for index in range(first, last + 1):
                known = found.get(index, (index, index))
                if last - first > known[1] - known[0]:
                    found[index] = (first, last)
    return found


def _inside(longer: dict[int, tuple[int, int]], cue: Cue) -> bool:
    first, last = longer.get(cue.first, (cue.first, cue.last))
    return first <= cue.first and cue.last <= last and last - first > cue.last - cue.first


def turn(page: Page, cue: Cue) -> Cue:
    """Apply what stands around a cue: negation, double negation, frames, quoting, conditions."""
    turned = _negated(page, cue)
    if turned is not cue:
        return turned
    if cue.name in ("hard", "soft") and _framed(page, cue):
        return Cue(cue.name, cue.first, cue.last, 0.0, "frame")
    if page.words[cue.first].quoted and page.has("reporter"):
        return Cue(cue.name, cue.first, cue.last, 0.0, "reported speech")
    if cue.kind.stance is Stance.SUPPORT and _denied(page, cue):
        return Cue(cue.name, cue.first, cue.last, 0.0, "rebuttal")
    factor = _weakened(page, cue)
    return Cue(cue.name, cue.first, cue.last, factor, cue.turned) if factor < 1 else cue


def _denied(page: Page, cue: Cue) -> bool:
    """Say whether the clause refutes what it reports, or speaks of nobody ("siapa pun")."""
    clause = page.words[cue.first].clause
    before = range(max(0, cue.first - _LONG_REACH), cue.first)
    refuted = page.marked("rebuttal")
    if any(i in refuted and page.words[i].clause == clause for i in before):
        return True
    after = page.words[cue.last + 1 : cue.last + 2]
    return bool(after) and after[0].form in page.nobody


def _weakened(page: Page, cue: Cue) -> float:
    word = page.words[cue.first]
    factor = 1.0
    before = range(max(0, cue.first - 8), cue.first)
    same = [i for i in before if page.words[i].clause == word.clause]
    if page.marked("conditional") & set(same):
        factor *= 0.45
    if word.asked and cue.kind.stance is Stance.SUPPORT and cue.name not in ("rally", "own"):
        factor *= 0.5
    return factor


def _negated(page: Page, cue: Cue) -> Cue:
    if cue.name == "reject":
        return _except(page, cue)
    at = _negator_before(page, cue.first)
    if at is None:
        return cue
    if _negator_before(page, at) is not None:
        return Cue(cue.name, cue.first, cue.last, 1.0, "double negation")
    if cue.name in ("vote", "make_win", "first", "rally"):
        forbids = at in page.marked("prohibitors")
        name = "reject" if forbids and cue.name in ("vote", "make_win") else "refuse"
        return Cue(name, at, cue.last, 1.0, "negation")
    if cue.name in ("praise", "own", "office", "win", "office_bare"):
        return Cue("unpraise", at, cue.last, 1.0, "negation")
    return Cue(cue.name, cue.first, cue.last, 0.0, "negation")


def _except(page: Page, cue: Cue) -> Cue:
    """Turn "jangan pilih selain X" into support of X."""
    after = {cue.last + 1, cue.last + 2}
    inside = cue.first in page.marked("except")
    if not inside and after & page.marked("except"):
        return Cue("vote", cue.first, cue.last, 1.0, "exception")
    if inside and {cue.first - 1, cue.first - 2} & page.marked("reject"):
        return Cue("reject", cue.first, cue.last, 0.0, "exception")
    return cue


def _negator_before(page: Page, index: int) -> int | None:
    """Return the negator that reaches the word at ``index`` over light words, if any."""
    negators = page.negating
    light = page.marked("light")
    clause = page.words[index].clause
    for at in range(index - 1, max(-1, index - 1 - _LOOK_BACK), -1):
        if page.words[at].clause != clause or page.words[at + 1].barrier:
            return None
        if at in negators:
            return at
        if at not in light:
            return None
    return None


def _framed(page: Page, cue: Cue) -> bool:
    """Say whether the bad word is what someone fights, or what was done to the target."""
    clause = page.words[cue.first].clause
    before = {
        i for i in range(max(0, cue.first - _FRAME), cue.first) if page.words[i].clause == clause
    }
    if page.marked("fights") & before:
        return True
    return cue.first in page.marked("victim")


def _nearest(page: Page, cue: Cue, here: Sequence[Mention]) -> Bound | None:
    best: Bound | None = None
    for mention in here:
        distance = _distance(page, cue, mention)
        if distance is None or _blocked(page, cue, mention, here):
            continue
        factor = cue.factor * _closeness(page, cue, mention, distance)
        if best is None or factor > best.factor:
            best = Bound(cue, mention.target, factor, "clause", mention)
    return best


def _closeness(page: Page, cue: Cue, mention: Mention, distance: int) -> float:
    """Return how well a cue fits a target in reach: near, in its usual order, without a comma."""
    near = next(share for reach, share in _SHARES if distance <= reach)
    kind = cue.kind
    backward = mention.last < cue.first and (kind.before or 0) > (kind.after or 0)
    low, high = (cue.last, mention.first) if cue.last < mention.first else (mention.last, cue.first)
    parted = any(page.words[i].barrier for i in range(low + 1, high + 1))
    return near * (0.85 if backward else 1.0) * (0.9 if parted else 1.0)


def _distance(page: Page, cue: Cue, mention: Mention) -> int | None:
    """Return the words between cue and target if the class may reach that far, else ``None``."""
    kind = cue.kind
    if cue.last < mention.first:
        gap, limit = mention.first - cue.last - 1, kind.before
        if cue.name == "reject" and cue.first in page.marked("reject_near"):
            limit = 1
    elif mention.last < cue.first:
        gap, limit = cue.first - mention.last - 1, kind.after
    else:
        return 0
    return gap if limit is not None and gap <= limit else None


def _blocked(page: Page, cue: Cue, mention: Mention, here: Sequence[Mention]) -> bool:
    """Say whether another target, or people who are not the target, stand in between."""
    low, high = (
        sorted((cue.last, mention.first))
        if cue.last < mention.first
        else (
            mention.last,
            cue.first,
        )
    )
    for other in here:
        if other.target != mention.target and low < other.first and other.last < high:
            return True
    if cue.first > mention.last and cue.name in _OF_ONE and _in_row(mention, here):
        return True
    victims = page.marked("victim")
    if cue.name in ("hard", "soft"):
        return any(i in victims for i in range(max(0, mention.first - 2), mention.first))
    return False


def _in_row(mention: Mention, here: Sequence[Mention]) -> bool:
    """Say whether a name ends a row of rivals: what follows is said of all or of none."""
    return any(
        other.contest == mention.contest
        and other.target != mention.target
        and 0 < mention.first - other.last <= _ROW_GAP
        for other in here
    )


def _fallback(page: Page, cue: Cue, names: Sequence[Mention]) -> list[Bound]:
    """Tie a cue in a clause without targets to the only target of the field."""
    if cue.name in ("rally", "office_bare", "office"):
        return []
    mention = names[0]
    apart = min(abs(page.words[m.first].clause - page.words[cue.first].clause) for m in names)
    factor = 0.65 if apart == 1 else 0.45
    return [Bound(cue, mention.target, cue.factor * factor, "only", mention)]
