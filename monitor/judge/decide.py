"""One activity, its reading and the facts about its person become a finding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.judge.caps import Cap, caps
from monitor.judge.exculpations import Case, look_for
from monitor.model.activity import Activity
from monitor.model.finding import Exculpation, Finding, Match, Outcome, Reading, Result
from monitor.model.person import NEVER_POLLED, PersonFacts
from monitor.model.rule import Level, RuleSet, Stance

_RANK = {Outcome.NONE: 0, Outcome.REVIEW: 1, Outcome.ALERT: 2}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the act: the person, and which keys of the line were stated.

    The daemon states every key; a replayed line may leave some out, and what is left out caps
    nothing.
    """

    person: PersonFacts | None
    stated: frozenset[str]


def decide(activity: Activity, reading: Reading, facts: Facts, ruleset: RuleSet) -> Finding:
    """Return the finding: outcome, what was looked for in the person's favour, what to ask."""
    reading = _in_own_area(reading, facts.person, ruleset)
    excuses = _excuses(activity, reading, facts.person, ruleset)
    limits = tuple(caps(activity, reading, facts.person, facts.stated))
    outcome = _outcome(reading.matches, excuses, limits)
    matches = _matches(reading.matches, outcome, facts.person)
    top = _top(matches)
    return Finding(
        activity=activity,
        outcome=outcome,
        stance=top.stance if top else reading.stance or Stance.NEUTRAL,
        targets=_targets(matches, reading),
        score=reading.score,
        level=top.level if top and outcome is not Outcome.NONE else None,
        phase=_phase(top, reading, ruleset),
        facts=_stated(facts),
        ruleset=ruleset.digest,
        matches=matches if outcome is not Outcome.NONE else (),
        exculpations=excuses,
        questions=_questions(limits, reading, outcome),
        derivation=reading.derivation,
    )


def _in_own_area(reading: Reading, person: PersonFacts | None, ruleset: RuleSet) -> Reading:
    """Drop signals of a number from a race that is not the person's own.

    A pose counts only where its number stands in the person's own electoral area.
    """
    area = person.area if person else None
    if not area:
        return reading
    kept = [m for m in reading.matches if not _is_foreign_signal(m, area, ruleset)]
    return replace(reading, matches=tuple(kept))


def _is_foreign_signal(match: Match, area: str, ruleset: RuleSet) -> bool:
    if match.level is not Level.SINYAL:
        return False
    contest = next((c for c in ruleset.contests.values() if c.target(match.target)), None)
    wide = contest.area.replace(".", "") if contest else ""
    return not area.replace(".", "").startswith(wide)


def _excuses(
    activity: Activity, reading: Reading, person: PersonFacts | None, ruleset: RuleSet
) -> tuple[Exculpation, ...]:
    matched = {match.rule for match in reading.matches}
    listed = {e for rule in ruleset.rules if rule.id in matched for e in rule.exculpations}
    return look_for(Case(activity, reading, person), frozenset(listed))


def _outcome(
    matches: Sequence[Match], excuses: Sequence[Exculpation], limits: Sequence[Cap]
) -> Outcome:
    if not matches or any(e.result is Result.MET for e in excuses):
        return Outcome.NONE
    highest = max((m.outcome for m in matches), key=_RANK.__getitem__)
    unchecked = any(e.result is Result.CANNOT_BE_CHECKED for e in excuses)
    allowed = [limit.outcome for limit in limits] + [Outcome.REVIEW] * unchecked
    return min([highest, *allowed], key=_RANK.__getitem__)


def _matches(
    matches: Sequence[Match], outcome: Outcome, person: PersonFacts | None
) -> tuple[Match, ...]:
    """Cap each match at the outcome; acts of TNI and Polri carry the level of a referral."""
    referral = person is not None and person.employer_type in NEVER_POLLED
    found = []
    for match in matches:
        lower = min(match.outcome, outcome, key=_RANK.__getitem__)
        level = Level.RUJUKAN if referral else match.level
        basis = () if referral else match.legal_basis
        found.append(replace(match, outcome=lower, level=level, legal_basis=basis))
    return tuple(found)


def _top(matches: Sequence[Match]) -> Match | None:
    """Return the first match of the highest outcome; rules come in the order of their files."""
    return max(matches, key=lambda m: _RANK[m.outcome], default=None)


def _targets(matches: Sequence[Match], reading: Reading) -> tuple[str, ...]:
    top = _top(matches)
    if top is None:
        return reading.targets
    same = [m for m in matches if m.outcome is top.outcome and m.stance is top.stance]
    return tuple(dict.fromkeys(m.target for m in same))


def _phase(top: Match | None, reading: Reading, ruleset: RuleSet) -> str:
    phases = dict(reading.phases)
    for contest_id, phase in phases.items():
        contest = ruleset.contests.get(contest_id)
        if top and contest and contest.target(top.target):
            return phase
    return next(iter(phases.values()), "")


def _stated(facts: Facts) -> str:
    whole = facts.person is not None and "occurred_at" in facts.stated
    return "stated" if whole else "not stated"


def _questions(limits: Sequence[Cap], reading: Reading, outcome: Outcome) -> tuple[str, ...]:
    """Return, in Indonesian, what a person should clear up first."""
    if outcome is Outcome.NONE:
        return ()
    asked = [limit.question for limit in limits if limit.question]
    if "neutral-content" in reading.features:
        asked.append("Isi yang ditanggapi netral: apa maksud tanggapan ini?")
    if "photo-with-target" in reading.features:
        asked.append("Kapan dan dalam rangka apa foto ini diambil?")
    if "added-by-others" in reading.features:
        asked.append("Apakah yang bersangkutan bergabung sendiri atau ditambahkan orang lain?")
    if outcome is Outcome.REVIEW and not asked:
        asked.append("Apa maksud yang bersangkutan dengan unggahan ini?")
    return tuple(dict.fromkeys(asked))
