"""Who may decide a case: a reviewer's ties to it, and the second desk where an incumbent leads.

Pure questions for the desk and for routing; nothing here looks anything up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.model.contest import Contest, Phase


class Conflict(StrEnum):
    """Why somebody may not review a case (P9)."""

    SELF = "self"
    CANDIDATE_SPOUSE = "candidate-spouse"
    ALREADY_DECIDED = "already-decided"


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody at a desk; the spouse is a target's id, and only what they declared (P6)."""

    person_ref: str
    instansi: str = ""
    candidate_spouse_of: str | None = None


def conflicts(
    reviewer: Reviewer,
    subject: str,
    contests: Mapping[str, Contest],
    at: datetime,
    decided: Iterable[str] = (),
) -> tuple[Conflict, ...]:
    """Return every reason why a reviewer may not decide the case of ``subject`` at an instant.

    ``subject`` and ``decided`` are person references: whom the case is about, and who decided it
    before, for it takes two people. A candidate's husband or wife reviews nothing until that
    contest has ended.
    """
    return tuple(_conflicts(reviewer, subject, contests, at, frozenset(decided)))


def _conflicts(
    reviewer: Reviewer,
    subject: str,
    contests: Mapping[str, Contest],
    at: datetime,
    decided: frozenset[str],
) -> Iterator[Conflict]:
    if reviewer.person_ref == subject:
        yield Conflict.SELF
    if reviewer.candidate_spouse_of and not _ended(reviewer.candidate_spouse_of, contests, at):
        yield Conflict.CANDIDATE_SPOUSE
    if reviewer.person_ref in decided:
        yield Conflict.ALREADY_DECIDED


def _ended(target: str, contests: Mapping[str, Contest], at: datetime) -> bool:
    """Say whether every contest of a target has ended; one that is not on file has not."""
    own = [contest for contest in contests.values() if contest.target(target)]
    return bool(own) and all(contest.phase_at(at) is Phase.CLOSED for contest in own)


def incumbents(instansi: str, contests: Iterable[Contest]) -> tuple[str, ...]:
    """Return the candidates of these contests who lead an instansi, or led it within the contest.

    POLICY 33: leave changes nothing, for who is on leave comes back as superior.
    """
    if not instansi:
        return ()
    led = (t for contest in contests for t in contest.targets if t.incumbent_of)
    return tuple(t.id for t in led if _same(t.incumbent_of, instansi))


def needs_other_desk(
    instansi: str, incumbent: Sequence[str], reviewers: Iterable[Reviewer]
) -> bool:
    """Say whether a case of an incumbent's instansi still wants a decision from outside it."""
    return bool(incumbent) and all(_same(one.instansi, instansi) for one in reviewers)


def _same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())
