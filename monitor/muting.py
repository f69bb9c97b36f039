"""``netralitas mute``, ``unmute`` and ``mutes``: messages held back by a named person's order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor import app, console
from monitor.clock import utc_now
from monitor.config import Config
from monitor.config_notify import Route
from monitor.errors import ConfigError, Fault
from monitor.model.mute import Flaw, Scope, flaws, way
from monitor.store import about, holds, mutes, register_read
from monitor.store.db import Connection

COMMAND = "mute"
SAID: Mapping[Flaw, tuple[str, str]] = {
    Flaw.VALUE: ("", "what to mute: --route, --person, --instansi or --rule"),
    Flaw.WHO: ("--by", "a named person"),
    Flaw.WHY: ("--why", "a reason"),
    Flaw.PAST: ("--days", "an end in the future: --days, --hours"),
    Flaw.LONG: ("--days", "at most notify.mute_days, {most} days"),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the options name; one of them is a text."""

    route: str
    person: str
    instansi: str
    rule: str


def mute(path: Path, chosen: Chosen, days: int, hours: int, by: str, why: str) -> int:
    """Hold messages back until then."""
    now = utc_now()
    until = (now + timedelta(days=days, hours=hours)).replace(second=0, microsecond=0)
    with app.desk(path) as (config, writer), writer.transaction() as tx:
        scope, value = _what(config, tx, chosen)
        longest = timedelta(days=config.notify.mute_days)
        found = list(flaws(value, by, why, until, now, longest))
        if found:
            raise ConfigError(list(_faults(found, config)))
        made = mutes.add(tx, scope, value, until=until, who=by, why=why, at=now)
    console.plain(f"Mute {made.number}: {scope} {value}, until {_shown(until)}")
    console.say("Findings are recorded and wait in the queue; netralitas unmute ends it.")
    return 0


def unmute(path: Path, number: int, by: str, why: str) -> int:
    """End a mute; its messages go out with the next look."""
    with app.desk(path) as (config, writer), writer.transaction() as tx:
        lacking = [flaw for flaw, text in ((Flaw.WHO, by), (Flaw.WHY, why)) if not text.strip()]
        if lacking:
            raise ConfigError(list(_faults(lacking, config)))
        ended = mutes.lift(tx, number, who=by, why=why, at=utc_now())
    console.plain(f"Mute {number} ({ended.scope} {ended.value}) is over.")
    return 0


def listing(path: Path) -> int:
    """Print the mutes in force, and how many messages wait."""
    now = utc_now()
    with app.desk(path) as (_, writer):
        found = mutes.active(writer.reader(), now)
        held = holds.count(writer.reader(), now.timestamp())
    if found:
        rows = [
            (str(m.number), m.scope.value, m.value, _shown(m.until), m.who, m.why) for m in found
        ]
        console.table("Mutes", ("number", "of", "what", "until", "ordered by", "why"), rows)
    else:
        console.say("No mute is in force.")
    console.say(f"Messages held back by mutes and quiet hours: {held}")
    return 0


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _what(config: Config, conn: Connection, chosen: Chosen) -> tuple[Scope, str]:
    """Return what is muted; a name that is on no list would mute nothing and is refused."""
    given = [(scope, text) for scope, text in zip(Scope, astuple(chosen), strict=True) if text]
    if len(given) != 1:
        expected = "one of --route, --person, --instansi, --rule"
        raise ConfigError([Fault(COMMAND, "", expected, f"{len(given)}")])
    scope, text = given[0]
    if scope is Scope.ROUTE:
        return scope, way(*_route(config, text).way)
    if scope is Scope.PERSON and not _is_known(conn, text):
        raise ConfigError([Fault(COMMAND, "--person", "a reference on the register", repr(text))])
    if scope is Scope.INSTANSI and not register_read.listed(conn, "", text, 1)[0]:
        raise ConfigError([Fault(COMMAND, "--instansi", "an agency on the register", repr(text))])
    if scope is Scope.RULE:
        _need_rule(config, text)
    return scope, text


def _route(config: Config, text: str) -> Route:
    for number, route in enumerate(config.notify.routes, start=1):
        if text in (route.name, str(number), route.destination):
            return route
    known = ", ".join(r.name or r.destination for r in config.notify.routes)
    raise ConfigError([Fault(COMMAND, "--route", f"one of {known}", repr(text))])


def _is_known(conn: Connection, person_ref: str) -> bool:
    return bool(register_read.line_of(conn, person_ref) or about.findings_of(conn, person_ref))


def _need_rule(config: Config, text: str) -> None:
    known = {rule.id for rule in app.load_ruleset(config).rules}
    if text not in known:
        raise ConfigError([Fault(COMMAND, "--rule", "a rule: netralitas rules list", repr(text))])


def _faults(found: list[Flaw], config: Config) -> Iterator[Fault]:
    for flaw in found:
        option, expected = SAID[flaw]
        yield Fault(COMMAND, option, expected.format(most=config.notify.mute_days))
