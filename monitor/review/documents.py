"""Which paper belongs to which place of a case. Pure.

A paper that comes too early would say that something was done which was not: a report on an
examination before its minutes, a second summons before the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from monitor.model.letter import Kind
from monitor.model.review import DISMISSING, Case, Path, Step
from monitor.review.decisions import status

_HANDLED = frozenset({Step.TAKEN, Step.ANSWER_ASKED, Step.ANSWERED, Step.TO_EXAMINE})
_EXAMINED = frozenset({Step.TO_EXAMINE})
# Where a case must stand for a paper to be drafted. Papers of an examination are also drafted
# after the case went to the superior who examines (EXAMINATION).
WHERE: Mapping[Kind, frozenset[Step]] = {
    Kind.MEMO: _HANDLED,
    Kind.TEAM: _EXAMINED,
    Kind.SUMMONS: _EXAMINED,
    Kind.SECOND_SUMMONS: _EXAMINED,
    Kind.QUESTIONS: _HANDLED,
    Kind.MINUTES: _EXAMINED,
    Kind.REPORT: _EXAMINED,
    Kind.CLOSING: DISMISSING,
    Kind.FORWARDING: frozenset({Step.TO_EXAMINE, Step.FORWARDED}),
    Kind.REPLY: frozenset({Step.FORWARDED}),
}
EXAMINATION = frozenset(
    {Kind.TEAM, Kind.SUMMONS, Kind.SECOND_SUMMONS, Kind.QUESTIONS, Kind.MINUTES, Kind.REPORT}
)
# Any one of these papers must have been issued before.
AFTER: Mapping[Kind, tuple[Kind, ...]] = {
    Kind.SECOND_SUMMONS: (Kind.SUMMONS,),
    Kind.MINUTES: (Kind.SUMMONS, Kind.SECOND_SUMMONS),
    Kind.REPORT: (Kind.MINUTES,),
}


def lacking(case: Case, kind: Kind, *, issued: bool = False) -> Iterator[str]:
    """Yield what the case lacks for a paper, in words; nothing if it may be drafted.

    A paper that was ``issued`` may be recorded later, when the case stands elsewhere.
    """
    if kind is Kind.REPLY and not issued:
        yield "a paper of this office: a reply is only recorded, with dokumen terbit"
    if not _stands(case, kind, ever=issued):
        places = ", ".join(sorted(step.value for step in WHERE[kind]))
        more = f" or {Step.FORWARDED}:{Path.SUPERIOR}" if kind in EXAMINATION else ""
        yield f"a case at {places}{more}"
    earlier = AFTER.get(kind, ())
    if earlier and not {one.kind for one in case.issued} & set(earlier):
        names = " or ".join(earlier)
        yield f"{names} on record first: netralitas dokumen terbit {case.finding} {earlier[0]}"


def _stands(case: Case, kind: Kind, *, ever: bool) -> bool:
    at = status(case)
    places = [(at, case.taken[-1].path)] if at and case.taken else []
    if ever:
        places = [(taken.step, taken.path) for taken in case.taken]
    return any(
        step in WHERE[kind]
        or (kind in EXAMINATION and step is Step.FORWARDED and path is Path.SUPERIOR)
        for step, path in places
    )
