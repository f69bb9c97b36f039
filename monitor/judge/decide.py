"""One activity, its reading and the facts about its person become a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from monitor.judge import where
from monitor.judge.caps import Cap, caps
from monitor.judge.case import Case
from monitor.judge.desk import incumbents
from monitor.judge.exculpations import EXCULPATIONS, look_for
from monitor.judge.law import dated
from monitor.judge.moment import act_days
from monitor.judge.person import concerns, in_place, stand_in
from monitor.model.activity import Activity
from monitor.model.contest import Phase
from monitor.model.finding import Exculpation, Finding, Match, Outcome, Reading, Result
from monitor.model.person import PersonFacts
from monitor.model.rule import BESIDE, Level, Rule, RuleSet, Stance

_LAST = {Level.SINYAL: 3, Level.PIDANA: 2, Level.DISIPLIN: 1}
_PHOTOS = frozenset({"photo-with-target", "props-in-photo", "team-in-photo", "attributes-in-photo"})
_OPEN = Phase.UNKNOWN.value
_RANK = {Outcome.NONE: 0, Outcome.REVIEW: 1, Outcome.ALERT: 2}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the act: the person, and which keys of the line were stated.

    The daemon states every key; a replayed line may leave some out, and what is left out caps
    nothing.
    """

    person: PersonFacts | None
    stated: frozenset[str]


def decide(
    activity: Activity,
    reading: Reading,
    facts: Facts,
    ruleset: RuleSet,
    asleep: frozenset[str] = frozenset(),
) -> Finding:
    """Return the finding: outcome, what was looked for in the person's favour, what to ask.

    ``asleep`` are rules that lead to nothing now, though the reading may be of more.
    """
    rules = ruleset.by_id
    own = stand_in(ruleset.rules, facts.person, asleep)
    reading = _concerning(reading, facts.person, ruleset, own)
    excuses = _excuses(Case(activity, reading, facts.person, ruleset.contests, ruleset.days), rules)
    # Most acts match nothing, and then there is nothing to limit.
    limits = tuple(caps(activity, reading, facts.person, facts.stated)) if reading.matches else ()
    matches = _judged(
        where.lowered(reading, facts.person, ruleset.contests), excuses, limits, rules
    )
    if matches:
        matches = dated(in_place(matches, own), act_days(activity, facts.person), ruleset)
    outcome = max((m.outcome for m in matches), key=_RANK.__getitem__, default=Outcome.NONE)
    top = _top(matches)
    elsewhere = where.questions(matches, facts.person, ruleset.contests)
    return Finding(
        activity=activity,
        outcome=outcome,
        stance=top.stance if top else reading.stance or Stance.NEUTRAL,
        targets=_targets(matches, reading),
        score=reading.score,
        level=top.level if top and outcome is not Outcome.NONE else None,
        phase=_phase(top, reading, ruleset, rules),
        facts=_stated(facts),
        ruleset=ruleset.digest,
        matches=matches,
        exculpations=excuses,
        questions=_questions(limits, excuses, reading, outcome, elsewhere),
        derivation=(*reading.derivation, *_why_nothing(reading, excuses, limits, outcome)),
        incumbents=_incumbents(matches, facts.person, ruleset),
    )


def _incumbents(
    matches: Sequence[Match], person: PersonFacts | None, ruleset: RuleSet
) -> tuple[str, ...]:
    concerned = {c.id: c for m in matches if (c := where.contest_of(m, ruleset.contests))}
    return incumbents((person.instansi if person else None) or "", concerned.values())


def _concerning(
    reading: Reading, person: PersonFacts | None, ruleset: RuleSet, own: Rule | None
) -> Reading:
    """Keep the matches of rules that concern this person."""
    if not reading.matches:
        return reading
    rules, contests = ruleset.by_id, ruleset.contests
    kept = tuple(m for m in reading.matches if concerns(rules[m.rule], m, person, contests, own))
    return replace(reading, matches=kept)


def _excuses(case: Case, rules: Mapping[str, Rule]) -> tuple[Exculpation, ...]:
    listed = {e for match in case.reading.matches for e in rules[match.rule].exculpations}
    return look_for(case, frozenset(listed))


def _judged(
    matches: Sequence[Match],
    excuses: Sequence[Exculpation],
    limits: Sequence[Cap],
    rules: Mapping[str, Rule],
) -> tuple[Match, ...]:
    """Lower each match as far as excuses and caps say; drop those that come to nothing."""
    capped = [limit.outcome for limit in limits]
    found = []
    for match in matches:
        lower = [*capped, *_left_by(excuses, rules[match.rule])]
        outcome = min([match.outcome, *lower], key=_RANK.__getitem__)
        if outcome is not Outcome.NONE:
            found.append(replace(match, outcome=outcome))
    return tuple(m for m in map(partial(_beside, found, rules), found) if m)


def _left_by(excuses: Sequence[Exculpation], rule: Rule) -> Iterator[Outcome]:
    for excuse in excuses:
        known = EXCULPATIONS[excuse.id]
        if not known.everyone and excuse.id not in rule.exculpations:
            continue
        if excuse.result is Result.MET:
            yield known.leaves
        elif excuse.result is Result.CANNOT_BE_CHECKED:
            yield Outcome.REVIEW


def _beside(matches: Sequence[Match], rules: Mapping[str, Rule], match: Match) -> Match | None:
    """Let a rule that only raises others stand beside one of them, at most as sure."""
    if BESIDE not in rules[match.rule].needs:
        return match
    others = [m.outcome for m in matches if m.target == match.target and m.rule != match.rule]
    if not others:
        return None
    return replace(match, outcome=max(others, key=_RANK.__getitem__))


def _top(matches: Sequence[Match]) -> Match | None:
    """Return the match that stands for all: of the highest outcome, and there the mildest level.

    A mere sign comes last, a crime after discipline, discipline after ethics (POLICY 22); else the
    order of files counts.
    """
    return max(matches, key=lambda m: (_RANK[m.outcome], -_LAST.get(m.level, 0)), default=None)


def _targets(matches: Sequence[Match], reading: Reading) -> tuple[str, ...]:
    top = _top(matches)
    if top is None:
        return reading.targets
    same = [m for m in matches if m.outcome is top.outcome and m.stance is top.stance]
    return tuple(dict.fromkeys(m.target for m in same if m.target))


def _phase(top: Match | None, reading: Reading, ruleset: RuleSet, rules: Mapping[str, Rule]) -> str:
    """Return the phase in the contest of what was matched.

    An act toward nobody (seeking a candidacy) names a party of another contest, whose phase says
    nothing unless the rule is about it.
    """
    phases = dict(reading.phases)
    for contest_id, phase in phases.items():
        contest = ruleset.contests.get(contest_id)
        if top and contest and contest.target(top.target):
            return phase
    if top and rules[top.rule].in_place_of_others:
        return ""
    fitting = rules[top.rule].phases if top else frozenset()
    return next((p for p in phases.values() if not fitting or p in fitting or p == _OPEN), "")


def _stated(facts: Facts) -> str:
    whole = facts.person is not None and "occurred_at" in facts.stated
    return "stated" if whole else "not stated"


def _why_nothing(
    reading: Reading, excuses: Sequence[Exculpation], limits: Sequence[Cap], outcome: Outcome
) -> Iterator[str]:
    """Yield what removed every match; an outcome ``none`` is never written anywhere."""
    if outcome is not Outcome.NONE or not reading.matches:
        return
    yield from (f"none: {limit.reason}" for limit in limits if limit.reason)
    met = (e for e in excuses if e.result is Result.MET)
    yield from (f"none: {e.id} met, {e.fact} ({e.as_of})" for e in met)


def _questions(
    limits: Sequence[Cap],
    excuses: Sequence[Exculpation],
    reading: Reading,
    outcome: Outcome,
    elsewhere: Iterable[str],
) -> tuple[str, ...]:
    """Return, in Indonesian, what a person should clear up first."""
    if outcome is Outcome.NONE:
        return ()
    open_ = (e.id for e in excuses if _asks(e))
    asked = [limit.question for limit in limits] + [EXCULPATIONS[e].question for e in open_]
    asked = [question for question in asked if question] + list(elsewhere)
    if "neutral-content" in reading.features:
        asked.append("Isi yang ditanggapi netral: apa maksud tanggapan ini?")
    if not _PHOTOS.isdisjoint(reading.features):
        asked.append("Kapan dan dalam rangka apa foto ini diambil?")
    if "added-by-others" in reading.features:
        asked.append("Apakah yang bersangkutan bergabung sendiri atau ditambahkan orang lain?")
    if outcome is Outcome.REVIEW and not asked:
        # What would have excused the act is asked for, before what it meant.
        shut = (e.id for e in excuses if e.result is Result.NOT_MET and e.fact)
        asked = [question for e in shut if (question := EXCULPATIONS[e].question)]
    if outcome is Outcome.REVIEW and not asked:
        asked.append("Apa maksud yang bersangkutan dengan unggahan ini?")
    return tuple(dict.fromkeys(asked))


def _asks(excuse: Exculpation) -> bool:
    """Say whether an excuse leaves something to clear up: open, or met and still for a person."""
    if excuse.result is Result.CANNOT_BE_CHECKED:
        return True
    return excuse.result is Result.MET and EXCULPATIONS[excuse.id].leaves is Outcome.REVIEW
