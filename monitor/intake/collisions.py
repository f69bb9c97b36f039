"""Forms that name two targets of contests that are live together in one place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from monitor.intake.words import fold
from monitor.model.contest import Contest, ContestTarget, TargetKind


@dataclass(frozen=True, slots=True)
class Collision:
    """One form and two targets; ``strong`` where it would name each of them by itself."""

    form: str
    first: str
    second: str
    strong: bool


def find(contests: Iterable[Contest]) -> list[Collision]:
    """Return the collisions in order of form, strong ones first.

    The same ballot number in a governor's and a regent's contest is no collision: every area has
    it, and reading asks which contest is meant. The empty box is the same words everywhere.
    """
    users: dict[str, list[tuple[Contest, ContestTarget]]] = {}
    for contest in contests:
        for target in contest.targets:
            for form in forms(target) if target.kind is not TargetKind.KOSONG else ():
                users.setdefault(form, []).append((contest, target))
    found = [
        Collision(form, one.id, other.id, _strong(form, one) and _strong(form, other))
        for form, bearers in users.items()
        for (here, one), (there, other) in combinations(bearers, 2)
        if together(here, there)
    ]
    return sorted(found, key=lambda c: (not c.strong, c.form, c.first, c.second))


def forms(target: ContestTarget) -> set[str]:
    """Return every folded form by which a target is named."""
    return {fold(text) for text in (*target.names, *target.aliases, *target.ambiguous)}


def together(one: Contest, other: Contest) -> bool:
    """Say whether two contests can concern one person on one day."""
    return _overlap(one.area, other.area) and at_once(one, *span(other))


def at_once(one: Contest, begin: date, end: date) -> bool:
    """Say whether a contest is live on some day from ``begin`` to ``end``."""
    first, last = span(one)
    return first <= end and begin <= last


def span(contest: Contest) -> tuple[date, date]:
    """Return the first day of stages and the last day of the last round."""
    return contest.tahapan_mulai, max(one.selesai for one in contest.rounds)


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _strong(form: str, target: ContestTarget) -> bool:
    return form not in {fold(text) for text in target.ambiguous}
