"""What is wrong with the routes of a configuration, before anything is sent."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from monitor.config_notify import Route
from monitor.errors import Fault
from monitor.model.contest import Contest
from monitor.notify.route import Facts, Lack, Reader, catches_all, plan

KEY = "notify.routes"
HINT = 'leave instansi, unit, area, level and contest empty on one route, or add "fallback = true"'


def faults(routes: Sequence[Route], where: str) -> Iterator[Fault]:
    """Yield a fault for each outcome that some case would have nobody to tell of."""
    for outcome in ("alert", "review"):
        taking = [route for route in routes if outcome in route.outcomes]
        if outcome == "alert" and not taking:
            yield Fault(where, KEY, "a route that takes alerts", "none", "docs/operations.md")
        elif taking and not any(catches_all(route) for route in taking):
            expected = f"a route for every {outcome} that no other takes"
            yield Fault(where, KEY, expected, "only routes with limits", HINT)


def warnings(
    routes: Sequence[Route],
    contests: Mapping[str, Contest],
    places: Collection[tuple[str, str]],
    readers: Mapping[str, Reader],
    today: date,
) -> Iterator[str]:
    """Yield what looks like a slip: names that are on no list, and a missing second desk.

    ``places`` are agency and unit of everybody on the register; ``readers`` are officers and
    persons on file. Empty ones are not known and warn of nothing.
    """
    known = {
        "instansi": {instansi for instansi, _ in places},
        "unit": {unit for _, unit in places},
        "contest": set(contests),
        "readers": set(readers),
    }
    lists = {"contest": "among the watchlists", "readers": "an officer or on the register"}
    for number, route in enumerate(routes, start=1):
        for key, names in known.items():
            for name in getattr(route, key):
                if names and name not in names:
                    place = lists.get(key, "on the register")
                    yield f"route {number}, {key}: {name!r} is not {place}; it will match nothing"
    if routes and not any(route.health for route in routes):
        yield "no route has health = true: alarms are told to nobody, netralitas status shows them"
    open_ = [c for c in contests.values() if any(r.selesai >= today for r in c.rounds)]
    yield from _without_second(routes, open_, readers)


def _without_second(
    routes: Sequence[Route], contests: Sequence[Contest], readers: Mapping[str, Reader]
) -> Iterator[str]:
    led = {
        target.incumbent_of: (target.id, contest.id)
        for contest in contests
        for target in contest.targets
        if target.incumbent_of
    }
    for instansi, (target, contest) in sorted(led.items()):
        case = Facts(
            outcome="alert",
            instansi=instansi,
            contests=frozenset({contest}),
            led_by=(target,),
            readers=readers,
        )
        if Lack.SECOND in plan(routes, case).lacks:
            yield (
                f"{instansi}: candidate {target} leads it, and its cases have no second chat "
                "outside it; add a route with second = true and the office of its readers"
            )
