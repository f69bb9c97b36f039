"""Whether a rule concerns the person: employer, position, and facts with a name.

A fact that is not stated, or not known, is read as the ordinary one: a PNS, staff, nobody's
husband or wife. So a rule for few never falls on somebody of whom nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from monitor.judge.where import contest_of
from monitor.model.contest import Contest
from monitor.model.finding import Match, Outcome
from monitor.model.person import EmployerType, PersonFacts
from monitor.model.rule import Level, PersonFlag, Rule

_STAFF = "staff"


def stand_in(
    rules: Iterable[Rule], person: PersonFacts | None, asleep: frozenset[str]
) -> Rule | None:
    """Return the rule that stands in place of all others for this person, if there is one.

    SE MenPANRB 1/2023: the forms of a breach follow those for civil servants; POLICY 11: soldiers
    and police officers are referred under their own law.
    """
    employer = person.employer_type if person else None
    if employer is None:
        return None
    own = (r for r in rules if r.in_place_of_others and employer in r.employer_types)
    return next((r for r in own if r.id not in asleep), None)


def in_place(matches: Sequence[Match], own: Rule | None) -> tuple[Match, ...]:
    """Return the matches under the person's own law, one for each target; mere signs stay."""
    if own is None:
        return tuple(matches)
    found: dict[tuple[str, str], Match] = {}
    for match in matches:
        moved = match if match.level is Level.SINYAL else _under(match, own)
        known = found.setdefault((moved.rule, moved.target), moved)
        if known.outcome is not Outcome.ALERT:
            found[moved.rule, moved.target] = moved
    return tuple(found.values())


def _under(match: Match, own: Rule) -> Match:
    return replace(
        match, rule=own.id, revision=own.revision, level=own.level, legal_basis=own.legal_basis
    )


def concerns(
    rule: Rule,
    match: Match,
    person: PersonFacts | None,
    contests: Mapping[str, Contest],
    own: Rule | None = None,
) -> bool:
    """Say whether a rule is about this person and this target, or its deed would be a PNS's."""
    employer = (person.employer_type if person else None) or EmployerType.PNS
    position = (person.position if person else None) or _STAFF
    if rule.employer_types and employer not in rule.employer_types and not _lent(rule, own):
        return False
    if rule.positions and position not in rule.positions:
        return False
    return all(_FLAGS[flag](match, person, contests) for flag in rule.person_flags)


def _lent(rule: Rule, own: Rule | None) -> bool:
    """Say whether a rule's deed is asked of those whom another rule binds in its place.

    Not what rests on leave that only civil servants have, and no mere sign.
    """
    if own is None or EmployerType.PNS not in rule.employer_types:
        return False
    return PersonFlag.CANDIDATE_SPOUSE not in rule.person_flags and rule.level is not Level.SINYAL


def _is_spouse(match: Match, person: PersonFacts | None, _: Mapping[str, Contest]) -> bool:
    spouse_of = person.candidate_spouse_of if person else None
    return bool(spouse_of) and match.target in ("", spouse_of)


def _own_area(match: Match, person: PersonFacts | None, contests: Mapping[str, Contest]) -> bool:
    """A pose means a number only to those who have that number on their own ballot."""
    area, contest = (person.area if person else None) or "", contest_of(match, contests)
    return not area or contest is None or contest.covers(area)


_FLAGS: Mapping[PersonFlag, Callable[[Match, PersonFacts | None, Mapping[str, Contest]], bool]] = {
    PersonFlag.CANDIDATE_SPOUSE: _is_spouse,
    PersonFlag.OWN_AREA: _own_area,
}
