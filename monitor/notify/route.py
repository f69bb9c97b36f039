"""Which routes a case goes to, and why each other one does not get it. Pure.

The narrowest routes that take the case get it; where none does, those that catch all. Nobody gets a
case of their own, or of a contest in which their spouse stands (P9). Where a candidate leads the
agency, a second chat outside it gets the case as well (POLICY 33).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from monitor.config_notify import FILTERS, Route

# How narrow a route is: its unit, agency, longest area code, contest and level, in this order.
Rank = tuple[bool, bool, int, bool, bool]


class Because(StrEnum):
    """Why a route gets a case."""

    NARROWEST = "narrowest"
    CATCHES = "catches"
    SECOND = "second"


class Refusal(StrEnum):
    """Why a route does not get a case."""

    OUTCOME = "outcome"
    INSTANSI = "instansi"
    UNIT = "unit"
    AREA = "area"
    LEVEL = "level"
    CONTEST = "contest"
    CONCERNED = "concerned"
    SPOUSE = "spouse"
    WIDER = "wider"


class Lack(StrEnum):
    """What a plan could not give: anybody at all, or a second desk outside the agency."""

    NOBODY = "nobody"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a chat, as far as conflicts go: all may be empty."""

    person_ref: str = ""
    instansi: str = ""
    spouse_of: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """A case as routes see it. ``led_by`` are candidates who lead the agency.

    ``readers`` says who stands behind each name in a route's ``readers``; a name that is not there
    is taken as a person's reference.
    """

    outcome: str
    instansi: str = ""
    unit: str = ""
    area: str = ""
    level: str = ""
    contests: frozenset[str] = frozenset()
    person_ref: str = ""
    targets: tuple[str, ...] = ()
    led_by: tuple[str, ...] = ()
    readers: Mapping[str, Reader] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A route that gets the case; ``number`` is its place in the configuration, from 1."""

    number: int
    route: Route
    because: Because


@dataclass(frozen=True, slots=True)
class Refused:
    """A route that does not; ``than`` are the numbers of narrower ones."""

    number: int
    route: Route
    why: Refusal
    than: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a case goes and where not. ``fallback``: no route with limits took it."""

    chosen: tuple[Chosen, ...]
    refused: tuple[Refused, ...]
    fallback: bool
    lacks: tuple[Lack, ...] = ()

    @property
    def ways(self) -> list[tuple[str, str]]:
        """Return each (notifier, destination) once, in the order of the configuration."""
        return list(dict.fromkeys(one.route.way for one in self.chosen))


def plan(routes: Sequence[Route], facts: Facts) -> Plan:
    """Say for each route whether it gets a case, and why."""
    numbered = list(enumerate(routes, start=1))
    refused = {n: Refused(n, r, why) for n, r in numbered if (why := _refusal(r, facts))}
    able = {n: r for n, r in numbered if n not in refused and limited(r)}
    best = max((rank(route, facts) for route in able.values()), default=None)
    chosen = [Chosen(n, r, Because.NARROWEST) for n, r in able.items() if rank(r, facts) == best]
    told = chosen or [Chosen(n, r, Because.CATCHES) for n, r in _catching(numbered, facts)]
    told += _second(numbered, facts, told)
    got = {one.number for one in told}
    wider = tuple(one.number for one in chosen)
    for number, route in numbered:
        refused.setdefault(number, Refused(number, route, Refusal.WIDER, wider))
    return Plan(
        tuple(sorted(told, key=lambda one: one.number)),
        tuple(refused[number] for number, _ in numbered if number not in got),
        fallback=not chosen and bool(told),
        lacks=tuple(_lacks(told, facts)),
    )


def limited(route: Route) -> bool:
    """Say whether a route takes only some cases."""
    return any(getattr(route, name) for name in FILTERS)


def catches_all(route: Route) -> bool:
    """Say whether a route gets what no narrower one takes."""
    return route.fallback or not limited(route)


def rank(route: Route, facts: Facts) -> Rank:
    """Return how narrow a route is for a case that it takes; the greatest is the narrowest."""
    matching = [len(_code(a)) for a in route.area if _code(facts.area).startswith(_code(a))]
    return (
        bool(route.unit),
        bool(route.instansi),
        max(matching, default=0),
        bool(route.contest),
        bool(route.level),
    )


def outside(route: Route, facts: Facts) -> bool | None:
    """Say whether a chat's readers serve outside the agency; ``None`` where nothing says so."""
    if route.office:
        return route.office != facts.instansi
    offices = {reader.instansi for reader in _readers(route, facts) if reader.instansi}
    if offices:
        return facts.instansi not in offices
    return facts.instansi not in route.instansi if route.instansi else None


def conflict(route: Route, facts: Facts) -> Refusal | None:
    """Say which conflict of interest keeps a case from a chat, if any."""
    contests = {_contest(target) for target in facts.targets}
    for reader in _readers(route, facts):
        if reader.person_ref and reader.person_ref == facts.person_ref:
            return Refusal.CONCERNED
        if reader.spouse_of and _contest(reader.spouse_of) in contests:
            return Refusal.SPOUSE
    return None


def _refusal(route: Route, facts: Facts) -> Refusal | None:
    if facts.outcome not in route.outcomes:
        return Refusal.OUTCOME
    return _limited(route, facts) or conflict(route, facts)


def _limited(route: Route, facts: Facts) -> Refusal | None:
    if route.instansi and facts.instansi not in route.instansi:
        return Refusal.INSTANSI
    if route.unit and facts.unit not in route.unit:
        return Refusal.UNIT
    area = _code(facts.area)
    if route.area and not any(area.startswith(_code(wanted)) for wanted in route.area):
        return Refusal.AREA
    if route.level and facts.level not in route.level:
        return Refusal.LEVEL
    if route.contest and facts.contests.isdisjoint(route.contest):
        return Refusal.CONTEST
    return None


def _catching(numbered: Sequence[tuple[int, Route]], facts: Facts) -> Iterator[tuple[int, Route]]:
    """Yield the routes that take what no narrower one does; their limits do not count then."""
    for number, route in numbered:
        takes = facts.outcome in route.outcomes and catches_all(route)
        if takes and not conflict(route, facts):
            yield number, route


def _second(
    numbered: Sequence[tuple[int, Route]], facts: Facts, told: Sequence[Chosen]
) -> list[Chosen]:
    """Return whom a case in an agency that a candidate leads goes to besides."""
    if not told or _two_desks(told, facts):
        return []
    ways = {one.route.way for one in told}
    may = [
        (number, route)
        for number, route in numbered
        if facts.outcome in route.outcomes
        and route.way not in ways
        and outside(route, facts) is not False
        and not conflict(route, facts)
    ]
    # First those meant for it, then who is known to serve elsewhere, then whoever catches all.
    meant = [(n, r) for n, r in may if r.second]
    catching = [(n, r) for n, r in may if catches_all(r)]
    known = [(n, r) for n, r in catching if outside(r, facts)]
    return [Chosen(n, r, Because.SECOND) for n, r in meant or known or catching]


def _two_desks(told: Sequence[Chosen], facts: Facts) -> bool:
    """Say whether a case needs no further desk: nobody leads the agency, or two chats have it."""
    if not facts.led_by:
        return True
    several = len({one.route.way for one in told}) > 1
    return several and any(outside(one.route, facts) for one in told)


def _lacks(told: Sequence[Chosen], facts: Facts) -> Iterator[Lack]:
    if not told:
        yield Lack.NOBODY
    elif facts.led_by and not _seconded(told, facts):
        yield Lack.SECOND


def _seconded(told: Sequence[Chosen], facts: Facts) -> bool:
    # A chat that nothing is said about counts where it was asked as the second.
    return _two_desks(told, facts) or any(one.because is Because.SECOND for one in told)


def _readers(route: Route, facts: Facts) -> Iterator[Reader]:
    for name in route.readers:
        yield facts.readers.get(name, Reader(person_ref=name))


def _code(area: str) -> str:
    return area.replace(".", "")


def _contest(target: str) -> str:
    return target.partition("/")[0]
