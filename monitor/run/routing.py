"""Routing: from what a finding's entry says to who is owed a message about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitor.config_notify import Route
from monitor.notify.route import Facts, Lack, Plan, Reader, plan
from monitor.run.health import Health
from monitor.store import register_read, reviews
from monitor.store.db import Connection

PARTIES = "partai/"
# What each lack is called among the alarms.
ALARMS = {Lack.NOBODY: "unrouted", Lack.SECOND: "second-desk"}


class Router:
    """Says who is owed a message, and tells the operators where nobody is."""

    def __init__(self, routes: Sequence[Route], health: Health) -> None:
        self._routes = routes
        self._health = health

    def owed(
        self,
        tx: Connection,
        finding: Mapping[str, Any],
        watch: Mapping[str, Any],
        outcomes: Iterable[str],
    ) -> list[tuple[str, str]]:
        """Return each (notifier, destination) that a case is owed to.

        ``finding`` and ``watch`` are the contents of its entry. Of ``outcomes`` the first counts
        that any route takes: an alert that quarantine made a review goes, where nobody gets
        reviews, where alerts go.
        """
        found = taken(self._routes, outcomes)
        if not found:
            return []
        facts = facts_of(tx, self._routes, finding, watch, found)
        made = plan(self._routes, facts)
        self._tell(tx, made, facts)
        return made.ways

    def _tell(self, tx: Connection, made: Plan, facts: Facts) -> None:
        for lack, alarm in ALARMS.items():
            if lack in made.lacks:
                self._health.alarm_in(tx, alarm, facts.instansi)
            elif lack is Lack.NOBODY or facts.led_by:
                self._health.clear_in(tx, alarm, facts.instansi)


def taken(routes: Sequence[Route], outcomes: Iterable[str]) -> str:
    """Return the first outcome that any route takes, or ""."""
    every = {outcome for route in routes for outcome in route.outcomes}
    return next((outcome for outcome in outcomes if outcome in every), "")


def facts_of(
    conn: Connection,
    routes: Sequence[Route],
    finding: Mapping[str, Any],
    watch: Mapping[str, Any],
    outcome: str,
) -> Facts:
    """Read what routes look at from the contents of a finding's entry."""
    targets = tuple(finding["targets"])
    contests = {contest["id"] for contest in finding.get("contests", ())}
    contests |= {t.partition("/")[0] for t in targets if not t.startswith(PARTIES)}
    return Facts(
        outcome=outcome,
        instansi=watch["instansi"],
        unit=watch["unit"],
        area=watch["area"],
        level=finding["level"] or "",
        contests=frozenset(contests),
        person_ref=watch["person_ref"],
        targets=targets,
        led_by=tuple(finding.get("incumbents", ())),
        readers=readers(conn, routes),
    )


def known_readers(conn: Connection, routes: Sequence[Route]) -> dict[str, Reader]:
    """Return those of the routes' readers who are officers or on the register."""
    officers = reviews.officers(conn)
    return {
        name: reader
        for name, reader in readers(conn, routes).items()
        if name in officers or register_read.line_of(conn, name)
    }


def readers(conn: Connection, routes: Sequence[Route]) -> dict[str, Reader]:
    """Return who stands behind each name in the routes' ``readers``.

    An officer's id comes first. A reference that is on the register brings what the person
    declared about a spouse; one that is not stands for itself.
    """
    names = {name for route in routes for name in route.readers}
    officers = reviews.officers(conn) if names else {}
    found = {}
    for name in names:
        officer = officers.get(name)
        ref = officer.person_ref if officer else name
        line = register_read.line_of(conn, ref) if ref else None
        declared = line["candidate_spouse_of"] if line else ""
        office = officer.instansi if officer else line["instansi"] if line else ""
        spouse = (officer.spouse_of if officer else "") or declared
        found[name] = Reader(ref, office, spouse)
    return found
