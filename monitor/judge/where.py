"""Where a person works against where a contest is held, and whose the account is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from monitor.model.contest import Contest
from monitor.model.finding import Match, Outcome, Reading
from monitor.model.person import EmployerType, PersonFacts

_ASK_ELSEWHERE = "Pemilihan ini di luar wilayah yang bersangkutan: apa kaitannya?"
_ASK_ADMIN = "Siapa pengelola akun ini pada hari itu, dan apakah dikoreksi dalam 24 jam?"


def contest_of(match: Match, contests: Mapping[str, Contest]) -> Contest | None:
    """Return the first contest that a match's target stands in; a pair's id begins with its own."""
    own = contests.get(match.target.rpartition("/")[0])
    if own is not None and own.target(match.target):
        return own
    return next((c for c in contests.values() if c.target(match.target)), None)


def elsewhere(match: Match, person: PersonFacts | None, contests: Mapping[str, Contest]) -> bool:
    """Say whether the target stands in another area than the person's, as far as both are known."""
    area = (person.area if person else None) or ""
    contest = contest_of(match, contests) if area else None
    return contest is not None and not contest.touches(area)


def lowered(
    reading: Reading, person: PersonFacts | None, contests: Mapping[str, Contest]
) -> tuple[Match, ...]:
    """POLICY 17: toward a pair of another area an act is a question, unless it invites others."""
    if "invites" in reading.features:
        return reading.matches
    return tuple(
        replace(match, outcome=Outcome.REVIEW)
        if match.outcome is Outcome.ALERT and elsewhere(match, person, contests)
        else match
        for match in reading.matches
    )


def questions(
    matches: Sequence[Match], person: PersonFacts | None, contests: Mapping[str, Contest]
) -> Iterator[str]:
    """Yield, in Indonesian, what to ask about the area, and about an agency's account.

    POLICY 23: no person is reported for an agency's account until somebody names one.
    """
    if any(elsewhere(match, person, contests) for match in matches):
        yield _ASK_ELSEWHERE
    if matches and person and person.employer_type is EmployerType.INSTANSI:
        yield _ASK_ADMIN
