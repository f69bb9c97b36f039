"""What the desk did in a span of the log, counted once over; nobody is named in it. Pure.

The span is given in entries of the log and not in times: the same entries give the same figures,
whenever they are counted. A case is counted once in a column, however often that happened in the
span; where things stand (open, waiting, overdue) is told as of the span's last entry.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.clock import from_text
from monitor.measure.figures import (
    ERASED,
    LEAST,
    Column,
    Dimension,
    Entry,
    Figures,
    Flow,
    Side,
    Span,
    Wait,
)
from monitor.model.erasure import ERASURE
from monitor.model.finding import Outcome
from monitor.model.review import DISMISSING, REVIEW, CaseState, Step, state_after

FINDING, DELIVERY, REMINDER = "finding", "delivery", "reminder"
# A reminder that a term is over; that nobody took a case in time is a term of no law.
OVER, QUEUE = "lewat", "antrean"
ACCEPTED = "accepted"
_OUTCOMES = {Outcome.ALERT: Column.ALERTS, Outcome.REVIEW: Column.REVIEWS}
CLOSING = DISMISSING | {Step.FORWARDED}
_STANDS = {
    CaseState.OPEN: Flow.AFTER,
    CaseState.DISMISSED: Flow.DISMISSED,
    CaseState.FORWARDED: Flow.FORWARDED,
}
_NEITHER: Mapping[str, Side] = {}


@dataclass(slots=True)
class _Case:
    """One case while its entries pass by.

    ``at`` are the first times of what waits end with, ``before`` is how the case stood when the
    span began.
    """

    rules: Sequence[str] = ()
    platform: str = ""
    instansi: str = ERASED
    level: str = ERASED
    targets: Sequence[str] = ()
    person: str | None = None
    begun: bool = False
    corrected: bool = False
    erased: bool = False
    late: bool = False
    steps: list[Step] = field(default_factory=list)
    did: set[Column] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    closing: Step | None = None
    seen: str = ""
    at: dict[Wait, str] = field(default_factory=dict)
    waits: list[tuple[Wait, float]] = field(default_factory=list)
    before: Flow | None = None
    inside: bool = False

    def enter(self) -> None:
        """Note how the case stood when the span began, before the first entry in it."""
        if not self.inside:
            self.before = self.stands if self.begun else None
            self.inside = True

    @property
    def stands(self) -> Flow:
        """How the case stands; ``AFTER`` is open."""
        if self.erased:
            return Flow.ERASED
        return Flow.CORRECTED if self.corrected else _STANDS[state_after(self.steps)]


def count(entries: Iterable[Entry], span: Span, sides: Mapping[str, Side] = _NEITHER) -> Figures:
    """Count cases; ``entries`` come case by case, each case's in the order of the log.

    ``sides`` says of targets on which side they stand. Entries behind the span change nothing.
    One case at a time is held, and the length of each wait.
    """
    figures = Figures()
    for _, of_case in itertools.groupby(entries, key=lambda entry: entry.case):
        case = _Case()
        for entry in itertools.takewhile(lambda one: one.seq <= span.last, of_case):
            figures.read += 1
            if entry.seq >= span.first:
                case.enter()
            _pass(case, entry)
        case.enter()
        if case.begun and span.instansi in ("", case.instansi):
            _add(figures, case, sides)
    return figures


def _pass(case: _Case, entry: Entry) -> None:
    """Let one entry of a case pass by."""
    if entry.kind == ERASURE:
        case.erased = True
    columns = list(_BY_KIND.get(entry.kind, _nothing)(case, entry))
    if case.inside:
        case.did.update(columns)


def _finding(case: _Case, entry: Entry) -> Iterator[Column]:
    public, outcome = entry.public, Outcome(entry.public["outcome"])
    case.corrected = outcome is Outcome.NONE
    if case.corrected:
        yield Column.CORRECTED
        return
    case.rules = sorted({rule["id"] for rule in public["rules"]})
    case.platform = public["platform"]
    case.instansi, case.level = entry.instansi or ERASED, entry.level or ERASED
    case.targets, case.person = entry.targets, entry.person
    if not case.begun:
        case.begun, case.seen = True, public["first_seen_at"]
        yield Column.INDICATIONS
        yield _OUTCOMES[outcome]


def _delivery(case: _Case, entry: Entry) -> Iterator[Column]:
    if entry.public["result"] == ACCEPTED and Wait.TOLD not in case.at:
        yield Column.TOLD
        _wait(case, Wait.TOLD, case.seen, entry.public["accepted_at"])


def _review(case: _Case, entry: Entry) -> Iterator[Column]:
    step = Step(entry.public["step"])
    case.steps.append(step)
    yield Column(step.value)
    case.late = case.late and step is not Step.REOPENED
    if step is Step.TAKEN:
        _wait(case, Wait.TAKEN, case.at.get(Wait.TOLD, ""), entry.at)
    elif step is Step.ANSWERED:
        _wait(case, Wait.ANSWERED, case.at.get(Wait.TAKEN, ""), entry.at)
    elif step in CLOSING:
        _wait(case, Wait.CLOSED, case.seen, entry.at)
        if case.inside:
            case.closing = step
            if step is Step.FORWARDED:
                case.paths.add(entry.public["path"])


def _reminder(case: _Case, entry: Entry) -> Iterator[Column]:
    over = entry.public["stage"] == OVER and entry.public["term"] != QUEUE
    case.late = case.late or over
    yield from ()


def _nothing(_case: _Case, _entry: Entry) -> Iterator[Column]:
    yield from ()


_BY_KIND: Mapping[str, Callable[[_Case, Entry], Iterator[Column]]] = {
    FINDING: _finding,
    DELIVERY: _delivery,
    REVIEW: _review,
    REMINDER: _reminder,
}


def _wait(case: _Case, wait: Wait, since: str, until: str) -> None:
    """Note how long it took until something happened first, where both times are on record."""
    if wait in case.at:
        return
    case.at[wait] = until
    if since and case.inside:
        # A platform's clock may lie behind ours: no wait is shorter than nothing.
        seconds = (from_text(until) - from_text(since)).total_seconds()
        case.waits.append((wait, max(0.0, seconds)))


def _add(figures: Figures, case: _Case, sides: Mapping[str, Side]) -> None:
    """Add a case that passed by to the figures."""
    stands = case.stands
    if stands is Flow.AFTER:
        case.did.add(Column.OPEN)
        if (case.steps[-1] if case.steps else Step.REOPENED) is Step.REOPENED:
            case.did.add(Column.WAITING)
        if case.late:
            case.did.add(Column.OVERDUE)
    figures.total.update(case.did)
    for dimension, values in _values(case).items():
        for value in values:
            figures.by[dimension].setdefault(value, Counter()).update(case.did)
    figures.paths.update(case.paths)
    figures.flow.update(_moves(case.before, stands))
    for wait, seconds in case.waits:
        figures.waits[wait].append(seconds)
    if case.closing:
        figures.closings[case.closing] += 1
    for side in {sides[target] for target in case.targets if target in sides}:
        figures.sides[side].counts.update(case.did)
        persons = figures.sides[side].persons
        if Column.INDICATIONS in case.did and case.person and len(persons) < LEAST:
            persons.add(case.person)


def _moves(before: Flow | None, stands: Flow) -> Iterator[Flow]:
    """Tell how one case moves the number of open ones; one that closes and opens again does not."""
    if before in (None, Flow.AFTER):
        yield Flow.BEFORE if before else Flow.NEW
        yield stands
    elif stands is Flow.AFTER:
        yield from (Flow.REOPENED, stands)


def _values(case: _Case) -> Mapping[Dimension, Sequence[str]]:
    return {
        Dimension.INSTANSI: (case.instansi,),
        Dimension.RULE: case.rules,
        Dimension.LEVEL: (case.level,),
        Dimension.PLATFORM: (case.platform,),
    }
