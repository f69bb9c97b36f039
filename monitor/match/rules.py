"""Rules as data meet an act: signal x stance x target kind and role x phase, then exclusions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from monitor.match.live import Live
from monitor.match.phase import target_phase
from monitor.match.stance import Side
from monitor.model.activity import Activity, Signal
from monitor.model.contest import ZONES, Contest, Phase
from monitor.model.finding import Match, Outcome, Span
from monitor.model.rule import BESIDE, Rule, Stance, Status

NOBODY: Mapping[str, Span] = MappingProxyType({})
# An act of unknown time is read by the stricter rules on *calon*, and by those on one's own
# candidacy, which have no twin there.
_MAY_BE = {Phase.UNKNOWN: frozenset({Phase.CAMPAIGN, Phase.BEFORE})}
NO_TARGET = Side("", Stance.NEUTRAL, 0, clear=True, spans=(), reasons=())


@dataclass(frozen=True, slots=True)
class Reached:
    """The matches of an act, the reasons for and against them, and the phase per contest."""

    matches: tuple[Match, ...]
    reasons: tuple[str, ...]
    phases: tuple[tuple[str, str], ...]


class Shelf:
    """The live rules of a set by the kind of act they hear; each act sees only its own."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        live = [rule for rule in rules if rule.status is Status.LIVE]
        self._sided = {s: [r for r in live if s in r.signals and not _open(r)] for s in Signal}
        self._open = {s: [r for r in live if s in r.signals and _open(r)] for s in Signal}

    def sided(self, signal: Signal, features: frozenset[str]) -> list[Rule]:
        """Return the rules that ask which side an act takes."""
        return [rule for rule in self._sided[signal] if rule.needs <= features]

    def open(self, signal: Signal, features: frozenset[str]) -> list[Rule]:
        """Return the rules for which an act's features are enough."""
        return [rule for rule in self._open[signal] if rule.needs <= features]


def _open(rule: Rule) -> bool:
    return Stance.NEUTRAL in rule.stances


def apply(
    shelf: Shelf,
    activity: Activity,
    sides: Sequence[Side],
    features: frozenset[str],
    live: Live,
    named: Mapping[str, Span] = NOBODY,
) -> Reached:
    """Return every rule that an act fits toward each side's target.

    Rules in ``shadow`` or ``retired`` make no match. An unknown phase is read as the stricter
    *calon* phases and capped at ``review``. ``named`` are the targets of the act's own words: a
    rule that needs no side is asked for each of them, or without target where that gives nothing.
    """
    given = features | {BESIDE}
    found = _Found(activity, features, live)
    if sides:
        sided = shelf.sided(activity.signal, given)
        for side in sides:
            found.ask(sided, side)
    opened = shelf.open(activity.signal, given)
    meant = _open_sides(sides, named) if opened else []
    for rule in opened:
        found.ask_open(rule, meant)
    for target in named:
        found.note(target)
    return Reached(
        tuple(found.matches), tuple(dict.fromkeys(found.reasons)), tuple(found.phases.items())
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """One act, and what was found of it so far."""

    activity: Activity
    features: frozenset[str]
    live: Live
    matches: list[Match] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    phases: dict[str, str] = field(default_factory=dict)

    def ask(self, rules: Iterable[Rule], side: Side) -> None:
        """Add the matches of these rules toward one side's target."""
        contest = self.live.home.get(side.target)
        if contest is None:
            return
        phase = target_phase(contest, side.target, self.activity)
        self.phases[contest.id] = phase.value
        for rule in rules:
            self._ask_one(rule, side, phase, contest)

    def ask_open(self, rule: Rule, sides: Sequence[Side]) -> None:
        """Add a rule that needs no side, toward whom the act names.

        Where that gives nothing and the rule can do without a name (an approach to a party is
        about another contest than the party's), the first live contest that it fits counts.
        """
        hits = [self._ask_in(rule, side, self.live.home.get(side.target)) for side in sides]
        if any(hits) or Stance.SUPPORT in rule.stances:
            return
        for contest in self.live.values():
            if self._ask_in(rule, NO_TARGET, contest):
                return

    def note(self, target: str) -> None:
        """Remember the phase toward a target that is named, though no side was taken."""
        contest = self.live.home.get(target)
        if contest is not None and contest.id not in self.phases:
            self.phases[contest.id] = target_phase(contest, target, self.activity).value

    def _ask_in(self, rule: Rule, side: Side, contest: Contest | None) -> bool:
        if contest is None:
            return False
        phase = target_phase(contest, side.target, self.activity)
        if side.target:
            self.phases[contest.id] = phase.value
        return self._ask_one(rule, side, phase, contest)

    def _ask_one(self, rule: Rule, side: Side, phase: Phase, contest: Contest) -> bool:
        """Return whether the rule is about this side; an exclusion is a reason, not a match."""
        if not _fits(rule, self.activity, side, phase, contest):
            return False
        excluded = next(_excluded(rule, self.features), None)
        if excluded:
            self.reasons.append(f"{rule.id}: excluded, {excluded}")
        else:
            self.matches.append(_match(rule, side, phase, self.features))
        return True


def _open_sides(sides: Sequence[Side], named: Mapping[str, Span]) -> list[Side]:
    """Return one side for each target meant, clear by itself: the features are the act."""
    known = {side.target: side for side in reversed(sides) if not side.guessed}
    spans: dict[str, tuple[Span, ...]] = {target: (span,) for target, span in named.items()}
    spans |= {target: side.spans for target, side in known.items()}
    return [
        Side(
            t, known[t].stance if t in known else Stance.NEUTRAL, 0, clear=True, spans=s, reasons=()
        )
        for t, s in spans.items()
    ]


def _fits(rule: Rule, activity: Activity, side: Side, phase: Phase, contest: Contest) -> bool:
    if not _takes(rule, side):
        return False
    if rule.contest_levels and contest.level not in rule.contest_levels:
        return False
    if rule.target_kinds:
        known = contest.target(side.target)
        if known is None or known.kind not in rule.target_kinds:
            return False
    role = activity.target.role if activity.target else ""
    if rule.target_roles and role not in rule.target_roles:
        return False
    if rule.phases and phase is Phase.BEFORE and not _has_begun(contest, activity):
        return False
    return not rule.phases or not _MAY_BE.get(phase, {phase}).isdisjoint(rule.phases)


def _has_begun(contest: Contest, activity: Activity) -> bool:
    """POLICY 2: acts about one's own candidacy count from the start of the contest's stages."""
    when = activity.occurred_at
    return when is None or when.astimezone(ZONES[contest.zone]).date() >= contest.tahapan_mulai


def _takes(rule: Rule, side: Side) -> bool:
    """Say whether a rule is about this side.

    One that needs no side takes any but an attack; where its deed is support, somebody must be
    named.
    """
    if not _open(rule):
        return not rule.stances or side.stance in rule.stances
    named = bool(side.target) or Stance.SUPPORT not in rule.stances
    return named and (side.stance is not Stance.ATTACK or Stance.ATTACK in rule.stances)


def _excluded(rule: Rule, features: frozenset[str]) -> Iterator[str]:
    for exclusion in rule.exclusions:
        if exclusion.when in features:
            yield exclusion.reason


def _match(rule: Rule, side: Side, phase: Phase, features: frozenset[str]) -> Match:
    capped = rule.caps & features or phase is Phase.UNKNOWN
    clear = side.clear and not capped
    deed = side.stance is Stance.NEUTRAL and Stance.SUPPORT in rule.stances
    return Match(
        rule=rule.id,
        revision=rule.revision,
        target=side.target,
        stance=Stance.SUPPORT if deed else side.stance,
        level=rule.level,
        outcome=Outcome.ALERT if clear else Outcome.REVIEW,
        spans=side.spans,
        legal_basis=rule.legal_basis,
    )
