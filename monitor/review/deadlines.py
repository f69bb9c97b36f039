"""Which terms run in a case, and when each is over. Pure.

The clocks of the law start at the first named acknowledgement (``diketahui``, P16), never at the
moment when a program saw something. A day of which nobody knows whether it is a day off counts as
a working day, so that the last day named is never too late, and it is said (POLICY 32).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

from monitor.model.contest import ZONES
from monitor.model.day import Days, local_day
from monitor.model.deadline import HEARING, KNOWN, LETTER, OBJECTION, Count, Deadline, Due, Regime
from monitor.model.letter import SUMMONSES, Issued
from monitor.model.review import Case, Step, Taken, last_opened
from monitor.review.decisions import known_since

# P22: an article that is only remembered is not shown to people.
FROM_MEMORY = "M"
_ONE_DAY = timedelta(days=1)
_DEFAULT_ZONE = "WIB"
_OF_REGIME = {
    Regime.PEMILU: ("pilpres", "pemilu", "partai"),
    Regime.PILKADA: ("pilgub", "pilbup", "pilwako", "partai"),
}


def due(case: Case, terms: Iterable[Deadline], calendar: Days) -> list[Due]:
    """Return the terms that run in a case, the one that ends first at the head.

    A term that was ended is not among them, however late that was.
    """
    running = [one for term in terms if (one := _running(case, term, calendar))]
    return sorted(running, key=lambda one: (one.last, one.term.id))


def today(case: Case, now: datetime) -> date:
    """Return the day at the place of the case."""
    return local_day(now, zone_of(case))


def working_days(first: date, last: date, calendar: Days, area: str) -> int:
    """Count the working days after one day and before another; a day not known counts."""
    between = (first + _ONE_DAY * step for step in range(1, (last - first).days))
    return sum(calendar.kind(day, area).off is not True for day in between)


def zone_of(case: Case) -> str:
    return case.zone if case.zone in ZONES else _DEFAULT_ZONE


def _running(case: Case, term: Deadline, calendar: Days) -> Due | None:
    if not _concerns(case, term.regime):
        return None
    since = _start(case, term.starts)
    if since is None or _ended(case, term, since):
        return None
    first = local_day(since, zone_of(case))
    if term.count is Count.CALENDAR:
        return Due(term, since, first + term.length * _ONE_DAY)
    last, unsure = _working(first, term.length, calendar, case.area)
    return Due(term, since, last, unsure)


def _concerns(case: Case, regime: Regime) -> bool:
    """Say whether a regime's terms are the case's; where no contest is named, they may be."""
    words = _OF_REGIME.get(regime)
    return not words or not case.targets or any(t.startswith(words) for t in case.targets)


def _start(case: Case, event: str) -> datetime | None:
    if event == KNOWN:
        known = known_since(case)
        return known.at if known else None
    if event == HEARING:
        return _hearing(case)
    return max(_happened(case, event), default=None)


def _hearing(case: Case) -> datetime | None:
    """Return the day for which the newest summons calls, as its first moment there."""
    called = [one for one in _letters(case) if one.kind in SUMMONSES]
    if not called or called[-1].hearing is None:
        return None
    return datetime.combine(called[-1].hearing, time(), ZONES[zone_of(case)])


def _ended(case: Case, term: Deadline, since: datetime) -> bool:
    # What was forwarded in time stays so when the case is opened again.
    sent = [taken.at for taken in case.taken if taken.step is Step.FORWARDED]
    if term.starts == KNOWN and Step.FORWARDED.value in term.ends and sent:
        return True
    if term.starts == HEARING:
        # The hearing lies after the summons that named it; a record of it may be made before.
        called = [one.at for one in _letters(case) if one.kind in SUMMONSES]
        since = called[-1]
    return any(at >= since for end in term.ends for at in _happened(case, end))


def _happened(case: Case, event: str) -> Iterator[datetime]:
    """Yield when an event happened since the case was last opened."""
    if event.startswith(LETTER):
        kind = event.removeprefix(LETTER)
        yield from (one.at for one in _letters(case) if one.kind == kind)
        return
    step, _, path = event.partition(":")
    for taken in _current(case):
        if event == OBJECTION:
            if taken.objection:
                yield taken.at
        elif taken.step == step and (not path or taken.path == path):
            yield taken.at


def _current(case: Case) -> Sequence[Taken]:
    """Return the steps since the case was last opened, with the step that opened it."""
    opened = last_opened([taken.step for taken in case.taken])
    return case.taken[max(0, opened - 1) :]


def _letters(case: Case) -> list[Issued]:
    opened = [taken.at for taken in case.taken if taken.step is Step.REOPENED]
    return [one for one in case.issued if not opened or one.at >= opened[-1]]


def _working(first: date, length: int, calendar: Days, area: str) -> tuple[date, tuple[str, ...]]:
    """Return the last of so many working days after a day, and why a day is not known."""
    day, left, unsure = first, length, dict[str, None]()
    while left:
        day += _ONE_DAY
        found = calendar.kind(day, area)
        if found.off is None:
            unsure[found.why] = None
        left -= found.off is not True
    return day, tuple(unsure)
