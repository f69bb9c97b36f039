"""``netralitas gate`` and ``netralitas platform``: rights to read platforms, and their switch."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date
from pathlib import Path

from monitor import app, config, console
from monitor.clock import utc_now
from monitor.collect import gate
from monitor.collect import registry as collectors
from monitor.collect.base import Info, PerServer, Requirement
from monitor.errors import ConfigError, Fault
from monitor.run.doors import ends, scope_of, valid
from monitor.store import rights
from monitor.store.rights import Attested
from monitor.watch.toml import near

COLUMNS = ("number", "collector", "server", "state", "until", "recorded", "who", "document", "why")
_SERVER = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


def record(
    path: Path, name: str, document: str, until: date, server: str, by: str, why: str
) -> int:
    """Record a named person's word that a platform's terms are met."""
    _need("gate record", ("--document", document), ("--by", by), ("--why", why))
    with app.desk(path) as (settings, writer):
        now = utc_now()
        server = _server(_gated(settings, name), server)
        if until < (day := gate.today(now)):
            raise _refused("gate record", "--until", f"{day} or later", str(until))
        with writer.transaction() as tx:
            number = rights.record(
                tx, collector=name, expires=until, who=by, document=document, server=server,
                why=why, at=now,
            )  # fmt: skip
        on = getattr(settings.collect, name).enabled
        known = collectors.shut(name, settings, utc_now)
    console.plain(f"Attestation {number}: {_scope(name, server)} may be read until {until}.")
    if isinstance(known, PerServer) and server not in known.servers.values():
        console.plain(f"{server} is not among collect.{name}.servers: it is not read until it is.")
    if not on:
        console.say(f"It is not on: set collect.{name}.enabled = true and restart.")
    return 0


def end(path: Path, number: int, by: str, why: str) -> int:
    """Take an attestation back; a collector that runs by it stops with the next tick."""
    _need("gate end", ("--by", by), ("--why", why))
    with app.desk(path) as (_, writer), writer.transaction() as tx:
        ended = rights.end(tx, number, who=by, why=why, at=utc_now())
        left = ends(rights.attested(tx)).get(scope_of(ended.collector, ended.server))
    console.plain(f"Attestation {number} of {_scope(ended.collector, ended.server)} has ended.")
    if left and left >= gate.today(utc_now()):
        console.say(f"Another one still counts, until {left}.")
    return 0


def listing(path: Path) -> int:
    """Print every attestation and who asks for one; 1 where a collector that is on has none."""
    with app.desk(path) as (settings, writer):
        found = rights.attested(writer.reader())
    day = gate.today(utc_now())
    rows = [
        (str(one.number), one.collector, one.server, _state(one, day), one.expires.isoformat(),
         f"{one.at:%Y-%m-%d}", one.who, one.document, one.why)
        for one in found
    ]  # fmt: skip
    console.table("Attestations", COLUMNS, rows)
    for one in found:
        if one.ended_at:
            day_of = f"{one.ended_at:%Y-%m-%d}"
            console.plain(
                f"{one.number} was taken back on {day_of} by {one.ended_by}: {one.ended_why}"
            )
    papers, faults = valid(found), []
    for name in sorted(collectors.COLLECTORS):
        on = getattr(settings.collect, name).enabled
        for scope, reason in _reasons(name, settings, papers, day):
            console.plain(
                f"{scope}: {'on' if on else 'off'} in the configuration; {reason or 'open'}"
            )
            faults += [reason] if reason and on else []
    return 1 if faults else 0


def check(settings: config.Config) -> None:
    """Raise ``ConfigError`` with every platform and server that is on and must not be read."""
    papers = valid(_attested(settings))
    day, faults = gate.today(utc_now()), []
    hint = "netralitas gate record, or turn it off"
    for name in collectors.COLLECTORS:
        if not getattr(settings.collect, name).enabled:
            continue
        for scope, reason in _reasons(name, settings, papers, day):
            _, _, server = scope.partition(" at ")
            key = f"collect.{name}.servers.{server}" if server else f"collect.{name}.enabled"
            if reason:
                faults.append(Fault("config", key, "a recorded right to read", reason, hint))
    if faults:
        raise ConfigError(faults)


def warnings(settings: config.Config) -> Iterator[str]:
    """Yield the servers that answer at an address which does not show that it is theirs."""
    for name in collectors.COLLECTORS:
        if not getattr(settings.collect, name).enabled:
            continue
        made = collectors.shut(name, settings, utc_now)
        for host, server in made.servers.items() if isinstance(made, PerServer) else ():
            if host != server and not host.endswith(f".{server}"):
                yield (
                    f"collect.{name}.servers: {server} is asked at {host}. The right on record "
                    f"is for {server}: be sure that both have one owner"
                )


def switch(path: Path, name: str, by: str, why: str, *, off: bool) -> int:
    """Switch a platform off or on; the running daemon follows with its next tick."""
    command = f"platform {'off' if off else 'on'}"
    _need(command, ("--by", by), ("--reason", why))
    platform = _platform(command, name)
    with app.desk(path) as (_, writer), writer.transaction() as tx:
        done = rights.switch(tx, platform, off=off, who=by, why=why, at=utc_now())
    state = "off" if off else "on"
    console.plain(f"{platform} is {state}." if done else f"{platform} was {state} already.")
    return 0


def platforms(path: Path) -> int:
    """Print every platform: what the configuration and the switch say, who switched it and why."""
    with app.desk(path) as (settings, writer):
        switched = rights.switches(writer.reader())
    rows = []
    for name, platform in sorted(collectors.PLATFORMS.items()):
        said = switched.get(platform)
        rows.append(
            (
                platform,
                "on" if getattr(settings.collect, name).enabled else "off",
                "off" if said and said.off else "on",
                f"{said.at:%Y-%m-%d %H:%M} UTC" if said else "",
                said.who if said else "",
                said.why if said else "",
            )
        )
    heads = ("platform", "configuration", "switch", "since", "who", "why")
    console.table("Platforms", heads, rows)
    return 0


def _attested(settings: config.Config) -> list[Attested]:
    if not settings.database.exists():
        return []
    return rights.read(settings.database)


def _reasons(
    name: str, settings: config.Config, papers: Collection[gate.Attestation], day: date
) -> Iterator[tuple[str, str]]:
    """Yield what of a gated collector a right opens, and why it must not be read, if so.

    Where each server's owner has a say, that is each server: a right for one opens no other.
    """
    made = collectors.shut(name, settings, utc_now)
    if made.info.requires is Requirement.NONE:
        return
    servers = sorted(set(made.servers.values())) if isinstance(made, PerServer) else []
    for server in servers or [""]:
        yield _scope(name, server), gate.check(made.info, papers, day, server) or ""


def _gated(settings: config.Config, name: str) -> Info:
    known = collectors.COLLECTORS
    if name not in known:
        expected = "one of " + ", ".join(sorted(known))
        raise _refused("gate record", "collector", expected, repr(name), near(name, known))
    info = collectors.info(name, settings, utc_now)
    if info.requires is Requirement.NONE:
        raise _refused("gate record", "collector", "one that needs a right", f"{name}, open to all")
    return info


def _server(info: Info, server: str) -> str:
    given = server.strip().lower().rstrip(".")
    if not gate.is_per_server(info):
        if given:
            expected = f"no server: {info.name} needs one right for all of it"
            raise _refused("gate record", "--server", expected, repr(server))
    elif not _SERVER.fullmatch(given):
        expected = "the server's name, as behind the @ of its accounts"
        raise _refused("gate record", "--server", expected, repr(server) if server else "nothing")
    return given


def _platform(command: str, name: str) -> str:
    """Return the register's word for a platform, also where its collector was named."""
    platform = collectors.PLATFORMS.get(name, name)
    if platform not in collectors.PLATFORMS.values():
        known = sorted(collectors.PLATFORMS.values())
        expected = "one of " + ", ".join(known)
        raise _refused(command, "platform", expected, repr(name), near(name, known))
    return platform


def _state(one: Attested, day: date) -> str:
    if not one.sound:
        return "does not hold: netralitas verify"
    if one.ended_at:
        return f"taken back {one.ended_at:%Y-%m-%d}"
    if one.expires < day:
        return "over"
    return "counts" if one.who and one.document else "erased"


def _scope(name: str, server: str) -> str:
    return f"{name} at {server}" if server else name


def _need(command: str, *given: tuple[str, str]) -> None:
    empty = [key for key, value in given if not value.strip()]
    if empty:
        expected = "a text that is not empty"
        raise ConfigError([_fault(command, key, expected, "nothing") for key in empty])


def _refused(command: str, key: str, expected: str, got: str, hint: str = "") -> ConfigError:
    return ConfigError([_fault(command, key, expected, got, hint)])


def _fault(command: str, key: str, expected: str, got: str, hint: str = "") -> Fault:
    return Fault(f"netralitas {command}", key, expected, got, hint)
