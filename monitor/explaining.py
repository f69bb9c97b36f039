"""``netralitas route``: where a case goes and why, without sending anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from monitor import app, console
from monitor.clock import utc_now
from monitor.config_notify import Route
from monitor.errors import UnknownError
from monitor.model.mute import About, covers, way
from monitor.notify.quiet import quiet_until
from monitor.notify.route import Because, Facts, Lack, Plan, Refusal, plan
from monitor.run.gather import FINDING
from monitor.run.routing import facts_of
from monitor.store import findings, log, mutes, outbox, readings
from monitor.store.db import Connection, connect

COMMAND = "route"
BECAUSE = {
    Because.NARROWEST: "it fits, and no narrower route does",
    Because.CATCHES: "no limited route takes the case, this one catches all",
    Because.SECOND: "second desk: a candidate leads the agency",
}
REFUSED = {
    Refusal.OUTCOME: "it does not take {case.outcome}",
    Refusal.INSTANSI: "only {route.instansi}; the case is of {case.instansi}",
    Refusal.UNIT: "only unit {route.unit}; the case is of {case.unit}",
    Refusal.AREA: "only area {route.area}; the case is of {case.area}",
    Refusal.LEVEL: "only level {route.level}; the case has {case.level}",
    Refusal.CONTEST: "only {route.contest}; the case concerns {contests}",
    Refusal.CONCERNED: "conflict: the person concerned reads there",
    Refusal.SPOUSE: "conflict: a reader's spouse stands in the contest",
    Refusal.WIDER: "a narrower route takes the case: {than}",
}
LACKS = {
    Lack.NOBODY: "Nobody gets this case: add a route that catches all, read by nobody in conflict.",
    Lack.SECOND: "A candidate leads the agency and there is no second chat outside it: "
    "add a route with second = true.",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Facts asked about instead of the case's own; ``None`` and () leave those."""

    instansi: str | None
    unit: str | None
    area: str | None
    level: str | None
    contests: tuple[str, ...]
    outcome: str | None
    led_by: str | None

    def over(self, facts: Facts) -> Facts:
        """Return the facts with what is asked about in their place."""
        given: dict[str, Any] = {
            name: getattr(self, name) for name in ("instansi", "unit", "area", "level", "outcome")
        }
        given["contests"] = frozenset(self.contests) or None
        given["led_by"] = (self.led_by,) if self.led_by else None
        return replace(facts, **{name: value for name, value in given.items() if value is not None})


def route(path: Path, finding: str, wanted: Wanted, by: str, why: str) -> int:
    """Print for each route whether it gets the case; the look itself is logged."""
    with app.desk(path) as (config, writer):
        routes = config.notify.routes
        with closing(connect(config.database, read_only=True)) as conn:
            content, line = _contents(conn, finding)
            own = facts_of(conn, routes, content, line, content["outcome"])
            told = set(outbox.told(conn, finding))
            rules = frozenset(match["rule"] for match in content["matches"])
            notes = _waiting(conn, routes, own, rules)
        with writer.transaction() as tx:
            readings.note(tx, at=utc_now(), command=COMMAND, subject=finding, who=by, why=why)
    facts = wanted.over(own)
    _print_case(finding, facts, asked=facts != own)
    made = plan(routes, facts)
    console.table(
        "Routes",
        ("no", "route", "card", "gets it", "because", "told"),
        list(_rows(routes, made, facts, told, notes)),
    )
    for lack in made.lacks:
        console.complain(LACKS[lack])
    return 1 if made.lacks else 0


def _contents(conn: Connection, finding: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    seq = findings.last_entry(conn, finding)
    content, line = log.content(conn, seq, FINDING), log.content(conn, seq, "watch")
    if content is None or line is None:
        raise UnknownError(f"{finding}: its content was erased; nothing says where it would go")
    return content, line


def _waiting(
    conn: Connection, routes: tuple[Route, ...], facts: Facts, rules: frozenset[str]
) -> dict[tuple[str, str], str]:
    """Return what holds a message to a chat back now."""
    now, found = utc_now(), {}
    muted = mutes.active(conn, now)
    for one in routes:
        what = About(way(*one.way), facts.person_ref, facts.instansi, rules)
        numbers = [str(mute.number) for mute in muted if covers(mute, what)]
        notes = [f"waits: mute {', '.join(numbers)}"] if numbers else []
        if end := quiet_until(one, now):
            notes.append(f"quiet until {end:%H:%M} {one.zone}")
        found[one.way] = "; ".join(notes)
    return found


def _print_case(finding: str, facts: Facts, *, asked: bool) -> None:
    parts = {
        "outcome": facts.outcome,
        "agency": facts.instansi,
        "unit": facts.unit,
        "area": facts.area,
        "level": facts.level,
        "contests": ", ".join(sorted(facts.contests)),
        "led by": ", ".join(facts.led_by),
    }
    said = "; ".join(f"{name} {text}" for name, text in parts.items() if text)
    console.plain(f"{finding}{' (what if)' if asked else ''}: {said}")


def _rows(
    routes: tuple[Route, ...],
    made: Plan,
    facts: Facts,
    told: set[tuple[str, str]],
    notes: Mapping[tuple[str, str], str],
) -> Iterator[tuple[str, ...]]:
    chosen = {one.number: BECAUSE[one.because] for one in made.chosen}
    refused = {one.number: one for one in made.refused}
    for number, one in enumerate(routes, start=1):
        if number in chosen:
            said = "; ".join(filter(None, (chosen[number], notes[one.way])))
        else:
            no = refused[number]
            said = _refusal(no.why, one, facts, no.than)
        name = one.name or f"{one.notifier} {one.destination}"
        got = "yes" if number in chosen else "no"
        yield str(number), name, one.card, got, said, "yes" if one.way in told else "no"


def _refusal(why: Refusal, one: Route, facts: Facts, than: tuple[int, ...]) -> str:
    shown = {
        name: ", ".join(getattr(one, name)) for name in ("instansi", "unit", "area", "contest")
    }
    shown["level"] = ", ".join(level.value for level in one.level)
    limits = one.model_copy(update=shown)
    concerned = ", ".join(sorted(facts.contests)) or "none"
    narrower = ", ".join(map(str, than))
    return REFUSED[why].format(route=limits, case=facts, contests=concerned, than=narrower)
