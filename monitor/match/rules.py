"""Rules as data meet an act: signal x stance x target kind and role x phase, then exclusions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.match.phase import target_phase
from monitor.match.stance import Side
from monitor.model.activity import Activity
from monitor.model.contest import Contest, Phase
from monitor.model.finding import Match, Outcome
from monitor.model.rule import Rule, Status


@dataclass(frozen=True, slots=True)
class Reached:
    """The matches of an act, the reasons for and against them, and the phase per contest."""

    matches: tuple[Match, ...]
    reasons: tuple[str, ...]
    phases: tuple[tuple[str, str], ...]


def apply(
    rules: Iterable[Rule],
    activity: Activity,
    sides: Iterable[Side],
    features: frozenset[str],
    contests: Mapping[str, Contest],
) -> Reached:
    """Return every rule that an act fits toward each side's target.

    Rules in ``shadow`` or ``retired`` make no match. An unknown phase is read as the stricter
    *calon* phases and capped at ``review``.
    """
    live = [r for r in rules if r.status is Status.LIVE and activity.signal in r.signals]
    matches: list[Match] = []
    reasons: list[str] = []
    phases: dict[str, str] = {}
    for side in sides:
        contest = contest_of(contests, side.target)
        if contest is None:
            continue
        phase = target_phase(contest, side.target, activity)
        phases[contest.id] = phase.value
        for rule in live:
            if not _fits(rule, activity, side, phase, contest):
                continue
            excluded = next(_excluded(rule, features), None)
            if excluded:
                reasons.append(f"{rule.id}: excluded, {excluded}")
            elif rule.needs <= features:
                matches.append(_match(rule, side, phase, features))
    return Reached(tuple(matches), tuple(dict.fromkeys(reasons)), tuple(phases.items()))


def contest_of(contests: Mapping[str, Contest], target: str) -> Contest | None:
    """Return the contest that a target stands in; the first given one where it stands in two."""
    return next((c for c in contests.values() if c.target(target)), None)


def _fits(rule: Rule, activity: Activity, side: Side, phase: Phase, contest: Contest) -> bool:
    if rule.stances and side.stance not in rule.stances:
        return False
    known = contest.target(side.target)
    if rule.target_kinds and (known is None or known.kind not in rule.target_kinds):
        return False
    role = activity.target.role if activity.target else ""
    if rule.target_roles and role not in rule.target_roles:
        return False
    assumed = Phase.CAMPAIGN if phase is Phase.UNKNOWN else phase
    return not rule.phases or assumed in rule.phases


def _excluded(rule: Rule, features: frozenset[str]) -> Iterator[str]:
    for exclusion in rule.exclusions:
        if exclusion.when in features:
            yield exclusion.reason


def _match(rule: Rule, side: Side, phase: Phase, features: frozenset[str]) -> Match:
    capped = rule.caps & features or phase is Phase.UNKNOWN
    clear = side.clear and not capped
    return Match(
        rule=rule.id,
        revision=rule.revision,
        target=side.target,
        stance=side.stance,
        level=rule.level,
        outcome=Outcome.ALERT if clear else Outcome.REVIEW,
        spans=side.spans,
        legal_basis=rule.legal_basis,
    )
