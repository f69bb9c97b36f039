"""The state machine of a case: what may follow what, by whom, and with what on record. Pure.

Its rules: one officer owns a case; the person concerned is heard, or it is recorded why not, before
anything is forwarded (P10); two persons forward (P9); nobody decides about themselves, or about a
contest in which their spouse stands (P9); where a candidate leads the agency, a desk outside it
closes the case (POLICY 33).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum

from monitor.model.review import DISMISSING, Case, Officer, Role, Step, Taken, Wanted, last_opened


class Refusal(StrEnum):
    """Why a step may not be taken."""

    ORDER = "order"
    ROLE = "role"
    OWNER = "owner"
    CONCERNED = "concerned"
    SPOUSE = "spouse"
    OUTSIDE = "outside"
    SECOND = "second"
    WHY = "why"
    ANSWER = "answer"
    UNANSWERED = "unanswered"
    LETTER = "letter"


NEW = None
_OPEN = frozenset({Step.TAKEN, Step.ANSWER_ASKED, Step.ANSWERED})
_CLOSED = DISMISSING | {Step.FORWARDED}
AFTER: Mapping[Step, frozenset[Step | None]] = {
    Step.TAKEN: frozenset({NEW, Step.REOPENED}),
    Step.ANSWER_ASKED: frozenset({Step.TAKEN, Step.ANSWERED}),
    Step.ANSWERED: _OPEN | {Step.TO_EXAMINE},
    **{step: _OPEN | {Step.TO_EXAMINE} for step in DISMISSING},
    Step.TO_EXAMINE: _OPEN,
    Step.FORWARDED: frozenset({Step.TO_EXAMINE}),
    Step.REOPENED: _CLOSED,
}
BY: Mapping[Step, frozenset[Role]] = {
    Step.ANSWERED: frozenset({Role.REVIEWER, Role.CLERK}),
    Step.FORWARDED: frozenset({Role.SECOND}),
    Step.REOPENED: frozenset({Role.SECOND, Role.REVIEWER}),
}
_REVIEWERS = frozenset({Role.REVIEWER})
# Steps that anybody with the role may take; the others are the owner's.
_SHARED = frozenset({Step.TAKEN, Step.ANSWERED, Step.FORWARDED, Step.REOPENED})


def status(case: Case) -> Step | None:
    """Return where a case stands; ``None`` is new.

    An answer that comes after ``perlu_diperiksa`` is heard and does not undo that decision.
    """
    at: Step | None = NEW
    for taken in case.taken:
        if not (taken.step is Step.ANSWERED and at is Step.TO_EXAMINE):
            at = taken.step
    return at


def owner(case: Case) -> str:
    """Return the id of the officer who took the case last, or ""."""
    return next((t.officer for t in reversed(_current(case)) if t.step is Step.TAKEN), "")


def known_since(case: Case) -> Taken | None:
    """Return the first named acknowledgement: there the terms of PP 94/2021 begin (P16)."""
    return next((taken for taken in case.taken if taken.step is Step.TAKEN), None)


def able(officer: Officer, step: Step, day: date) -> frozenset[Role]:
    """Return the roles of an officer's by which the step may be taken that day."""
    return officer.roles(day) & BY.get(step, _REVIEWERS)


def refusals(case: Case, wanted: Wanted, officer: Officer, day: date) -> list[Refusal]:
    """Return every reason why this officer may not take this step now; none if they may."""
    return [*_order(case, wanted), *_person(case, wanted, officer, day), *_record(case, wanted)]


def _order(case: Case, wanted: Wanted) -> Iterator[Refusal]:
    if status(case) not in AFTER[wanted.step]:
        yield Refusal.ORDER


def _person(case: Case, wanted: Wanted, officer: Officer, day: date) -> Iterator[Refusal]:
    if not able(officer, wanted.step, day):
        yield Refusal.ROLE
    if officer.person_ref and officer.person_ref == case.person_ref:
        yield Refusal.CONCERNED
    if officer.spouse_of and _contest(officer.spouse_of) in map(_contest, case.targets):
        yield Refusal.SPOUSE
    inside = officer.instansi == case.instansi
    if wanted.step in DISMISSING and case.led_by and inside:
        yield Refusal.OUTSIDE
    elif wanted.step not in _SHARED and officer.id != owner(case) and (inside or not case.led_by):
        yield Refusal.OWNER
    if wanted.step is Step.FORWARDED and officer.id in _deciders(case):
        yield Refusal.SECOND
    if wanted.step is Step.REOPENED and case.taken and officer.id == case.taken[-1].officer:
        yield Refusal.SECOND


def _record(case: Case, wanted: Wanted) -> Iterator[Refusal]:
    if not wanted.why.strip():
        yield Refusal.WHY
    if wanted.step is Step.ANSWERED and not wanted.answer.strip():
        yield Refusal.ANSWER
    if wanted.step is Step.FORWARDED:
        heard = any(t.step is Step.ANSWERED for t in _current(case))
        if not heard and not wanted.unanswered.strip():
            yield Refusal.UNANSWERED
        letter = wanted.receiver.strip() and wanted.letter.strip()
        if not (wanted.path and letter and wanted.day):
            yield Refusal.LETTER


def _current(case: Case) -> tuple[Taken, ...]:
    """Return the steps since the case was last opened."""
    return case.taken[last_opened([taken.step for taken in case.taken]) :]


def _deciders(case: Case) -> set[str]:
    """Return who owns the case, and who decided that it is to be examined."""
    return {t.officer for t in _current(case) if t.step in (Step.TAKEN, Step.TO_EXAMINE)}


def _contest(target: str) -> str:
    return target.partition("/")[0]
