"""Whether a rule concerns the person: employer, position, and facts with a name.

A fact that is not stated, or not known, is read as the ordinary one: a PNS, staff, nobody's
husband or wife. So a rule for few never falls on somebody of whom nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from monitor.judge.where import contest_of
from monitor.model.contest import Contest
from monitor.model.finding import Match
from monitor.model.person import EmployerType, PersonFacts
from monitor.model.rule import PersonFlag, Rule

_STAFF = "staff"


def concerns(
    rule: Rule, match: Match, person: PersonFacts | None, contests: Mapping[str, Contest]
) -> bool:
    """Say whether a rule is about this person and this target."""
    employer = (person.employer_type if person else None) or EmployerType.PNS
    position = (person.position if person else None) or _STAFF
    if rule.employer_types and employer not in rule.employer_types:
        return False
    if rule.positions and position not in rule.positions:
        return False
    return all(_FLAGS[flag](match, person, contests) for flag in rule.person_flags)


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
