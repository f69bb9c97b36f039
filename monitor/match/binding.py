"""Which target a stance word speaks of: the nearest it may reach in its clause, or the only one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.match.cues import Cue
from monitor.match.page import Page
from monitor.match.targets import Mention
from monitor.text.tokens import Kind

_NEIGHBOURS = 3
_ROW_GAP = 2
_OBJECT_AFTER = frozenset({"vote", "vote_formal", "make_win"})
_CHARGES = frozenset({"hard", "soft"})
_LOOSE = frozenset({"praise", "soft", "win"})
_OF_ONE = frozenset({"praise", "win", "soft", "hard", "unpraise", "office"})
# How much of a cue's weight reaches a target at that many words' distance.
# The same across clauses: in the target's own but far off, in the next one.
_APART = {0: 0.55, 1: 0.65}
_SHARES = ((2, 1.0), (4, 0.85), (1_000, 0.7))


@dataclass(frozen=True, slots=True)
class Bound:
    """A cue tied to a target; ``how`` says by what: ``clause``, ``only``, ``parent``
    or ``account``: the account answered is the target's own."""

    cue: Cue
    target: str
    factor: float
    how: str
    mention: Mention | None


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
        elif len(targets) == 1 and (clause not in clauses or _far(page, cue, here)):
            result += _fallback(page, cue, around or names[:1])
    return result


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
    if cue.name in _CHARGES and _at_others(page, cue, mention):
        return near * 0.45
    return near * (0.85 if backward else 1.0) * (0.9 if parted else 1.0)


def _at_others(page: Page, cue: Cue, mention: Mention) -> bool:
    """Say whether an insult lands on supporters, spokesmen or the person spoken to."""
    others = page.marked("others")
    low = min(cue.first, mention.first)
    return any(i in others for i in range(max(0, low - 2), max(cue.last, mention.last) + 1))


def _distance(page: Page, cue: Cue, mention: Mention) -> int | None:
    """Return the words between cue and target if the class may reach that far, else ``None``."""
    kind = cue.kind
    if cue.last < mention.first:
        # "Pak", "Partai", "nomor" before a name are part of it: they make nobody farther.
        titles = page.either("honorific", "party_word", "number_word")
        between = range(cue.last + 1, mention.first)
        gap, limit = sum(i not in titles for i in between), kind.before
        if cue.name == "reject" and cue.first in page.marked("reject_near"):
            limit = 0
    elif mention.last < cue.first:
        gap, limit = cue.first - mention.last - 1, kind.after
        if cue.name in _OBJECT_AFTER and _has_object(page, cue, mention):
            return None
    else:
        return 0
    return gap if limit is not None and gap <= limit else None


def _has_object(page: Page, cue: Cue, mention: Mention) -> bool:
    """Say whether a choice verb after a name goes on in its clause: the name is who chooses.

    A first person between the two makes the name the choice again ("X kami pilih lagi").
    """
    if cue.turned or cue.last + 1 == len(page.words):
        return False
    after = page.words[cue.last + 1]
    goes_on = after.clause == page.words[cue.last].clause and not after.barrier
    own = page.marked("first") & set(range(mention.last + 1, cue.first + 1))
    return goes_on and after.kind in (Kind.WORD, Kind.NUMBER) and not own


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


def _far(page: Page, cue: Cue, here: Sequence[Mention]) -> bool:
    """Say whether a cue stands in the target's clause, on the right side but beyond its reach."""
    kind = cue.kind
    return all(
        (kind.before if cue.last < m.first else kind.after) is not None
        and not _blocked(page, cue, m, here)
        and not (m.last < cue.first and cue.name in _OBJECT_AFTER and _has_object(page, cue, m))
        for m in here
    )


def _fallback(page: Page, cue: Cue, names: Sequence[Mention]) -> list[Bound]:
    """Tie a cue in a clause without targets to the only target of the field."""
    if cue.name in ("rally", "lean", "office_bare", "office"):
        return []
    if cue.name == "reject" and cue.first in page.marked("reject_near"):
        return []
    mention = names[0]
    apart = min(abs(page.words[m.first].clause - page.words[cue.first].clause) for m in names)
    factor = _APART.get(apart, 0.45)
    if cue.name in _LOOSE:
        factor *= 0.7
    return [Bound(cue, mention.target, cue.factor * factor, "only", mention)]
