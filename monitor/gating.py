"""``netralitas gate`` and ``netralitas platform``: rights to read platforms, and their switch."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from monitor import app, config, console
from monitor.clock import utc_now
from monitor.collect import gate
from monitor.collect import registry as collectors
from monitor.collect.base import Info, Requirement
from monitor.errors import ConfigError, Fault
from monitor.run.doors import ends, scope_of, valid
from monitor.store import rights
from monitor.store.rights import Attested
from monitor.watch.toml import near

COLUMNS = (
    "number",
    "collector",
    "server or group",
    "state",
    "until",
    "recorded",
    "who",
    "document",
    "why",
)
_SERVER = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
# As ``config_gated.GroupId`` has it, and as Telegram writes it.
_GROUP = re.compile(r"-[1-9][0-9]{0,14}")
_FORMS = {
    "server": (_SERVER, "the server's name, as behind the @ of its accounts"),
    "group": (_GROUP, "the group's number with its minus, as in collect.telegram.groups"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """What one right opens: a collector, or one server or group (``part``) of it.

    ``reason`` says why it must not be read, and is empty where it may be.
    """

    name: str
    part: str
    subject: str
    reason: str

    @property
    def scope(self) -> str:
        return _scope(self.name, self.subject)

    @property
    def key(self) -> str:
        """The setting that turns it on."""
        if not self.part:
            return f"collect.{self.name}.enabled"
        listed = f"collect.{self.name}.{self.part}s"
        return f"{listed}.{self.subject}" if self.part == "server" else listed

    @property
    def mended(self) -> str:
        """What to do where it must not be read."""
        if not self.part:
            return f"netralitas gate record {self.name}, or turn it off"
        asked = f"netralitas gate record {self.name} --{self.part} {self.subject}"
        return f"{asked}, or take it out of collect.{self.name}.{self.part}s"


def record(
    path: Path,
    name: str,
    document: str,
    until: date,
    server: str,
    by: str,
    why: str,
    group: str = "",
) -> int:
    """Record a named person's word that a platform's terms are met."""
    _need("gate record", ("--document", document), ("--by", by), ("--why", why))
    with app.desk(path) as (settings, writer):
        now = utc_now()
        info = _gated(settings, name)
        subject = _subject(info, server, group)
        if until < (day := gate.today(now)):
            raise _refused("gate record", "--until", f"{day} or later", str(until))
        with writer.transaction() as tx:
            number = rights.record(
                tx, collector=name, expires=until, who=by, document=document, subject=subject,
                why=why, at=now,
            )  # fmt: skip
        on = getattr(settings.collect, name).enabled
        known = collectors.shut(name, settings, utc_now)
    console.plain(f"Attestation {number}: {_scope(name, subject)} may be read until {until}.")
    if subject and subject not in gate.subjects(known):
        listed = f"collect.{name}.{gate.part(info)}s"
        console.plain(f"{subject} is not among {listed}: it is not read until it is.")
    if not on:
        console.say(f"It is not on: set collect.{name}.enabled = true and restart.")
    return 0


def end(path: Path, number: int, by: str, why: str) -> int:
    """Take an attestation back; a collector that runs by it stops with the next tick."""
    _need("gate end", ("--by", by), ("--why", why))
    with app.desk(path) as (_, writer), writer.transaction() as tx:
        ended = rights.end(tx, number, who=by, why=why, at=utc_now())
        left = ends(rights.attested(tx)).get(scope_of(ended.collector, ended.subject))
    console.plain(f"Attestation {number} of {_scope(ended.collector, ended.subject)} has ended.")
    if left and left >= gate.today(utc_now()):
        console.say(f"Another one still counts, until {left}.")
    return 0


def listing(path: Path) -> int:
    """Print every attestation and who asks for one; 1 where a collector that is on has none."""
    with app.desk(path) as (settings, writer):
        found = rights.attested(writer.reader())
    day = gate.today(utc_now())
    known = {name: collectors.info(name, settings, utc_now) for name in collectors.COLLECTORS}
    parts = {name: gate.part(info) for name, info in known.items()}
    rows = [
        (str(one.number), one.collector, one.subject,
         _state(one, day, parts.get(one.collector, "")), one.expires.isoformat(),
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
    papers, shut = valid(found), False
    for name in sorted(collectors.COLLECTORS):
        on = getattr(settings.collect, name).enabled
        for way in _doors(name, settings, papers, day):
            said = f"{way.scope}: {'on' if on else 'off'} in the configuration"
            console.plain(f"{said}; {way.reason or 'open'}")
            shut = shut or (on and bool(way.reason))
    return 1 if shut else 0


def check(settings: config.Config) -> None:
    """Raise ``ConfigError`` with every platform and server that is on and must not be read."""
    faults = [
        Fault("config", one.key, "a recorded right to read", one.reason, one.mended)
        for one in closed(settings, _attested(settings))
    ]
    if faults:
        raise ConfigError(faults)


def closed(settings: config.Config, attested: Collection[Attested]) -> Iterator[Way]:
    """Yield what is on in the configuration and must not be read by what is on record."""
    papers, day = valid(attested), gate.today(utc_now())
    for name in collectors.COLLECTORS:
        if getattr(settings.collect, name).enabled:
            yield from (one for one in _doors(name, settings, papers, day) if one.reason)


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


def _doors(
    name: str, settings: config.Config, papers: Collection[gate.Attestation], day: date
) -> Iterator[Way]:
    """Yield what a gated collector is set to read; a right for one server or group opens no other.

    A platform that is read as a whole is one.
    """
    made = collectors.shut(name, settings, utc_now)
    if made.info.requires is Requirement.NONE:
        return
    for subject in gate.subjects(made) or [""]:
        reason = gate.check(made.info, papers, day, subject) or ""
        yield Way(name, gate.part(made.info) if subject else "", subject, reason)


def _gated(settings: config.Config, name: str) -> Info:
    known = collectors.COLLECTORS
    if name not in known:
        expected = "one of " + ", ".join(sorted(known))
        raise _refused("gate record", "collector", expected, repr(name), near(name, known))
    info = collectors.info(name, settings, utc_now)
    if info.requires is Requirement.NONE:
        raise _refused("gate record", "collector", "one that needs a right", f"{name}, open to all")
    return info


def _subject(info: Info, server: str, group: str) -> str:
    """Return the server or group that a right is about, as rights have it."""
    given = {"server": server.strip().lower().rstrip("."), "group": group.strip()}
    wanted = gate.part(info)
    for other in given.keys() - {wanted}:
        if given[other]:
            each = f"a right for each {wanted}" if wanted else "one right for all of it"
            expected = f"no {other}: {info.name} needs {each}"
            raise _refused("gate record", f"--{other}", expected, repr(given[other]))
    form, expected = _FORMS.get(wanted, (None, ""))
    if form and not form.fullmatch(given[wanted]):
        got = repr(given[wanted]) if given[wanted] else "nothing"
        raise _refused("gate record", f"--{wanted}", expected, got)
    return given.get(wanted, "")


def _platform(command: str, name: str) -> str:
    """Return the register's word for a platform, also where its collector was named."""
    platform = collectors.PLATFORMS.get(name, name)
    if platform not in collectors.PLATFORMS.values():
        known = sorted(collectors.PLATFORMS.values())
        expected = "one of " + ", ".join(known)
        raise _refused(command, "platform", expected, repr(name), near(name, known))
    return platform


def _state(one: Attested, day: date, part: str) -> str:
    """Say how an attestation stands; ``part`` is what one of its collector's opens, if not all."""
    if not one.sound:
        return "does not hold: netralitas verify"
    if one.ended_at:
        return f"taken back {one.ended_at:%Y-%m-%d}"
    if one.expires < day:
        return "over"
    if part and not one.subject:
        return f"covers no {part}"
    return "counts" if one.who and one.document else "erased"


def _scope(name: str, subject: str) -> str:
    if _GROUP.fullmatch(subject):
        return f"{name}, group {subject}"
    return f"{name} at {subject}" if subject else name


def _need(command: str, *given: tuple[str, str]) -> None:
    empty = [key for key, value in given if not value.strip()]
    if empty:
        expected = "a text that is not empty"
        raise ConfigError([_fault(command, key, expected, "nothing") for key in empty])


def _refused(command: str, key: str, expected: str, got: str, hint: str = "") -> ConfigError:
    return ConfigError([_fault(command, key, expected, got, hint)])


def _fault(command: str, key: str, expected: str, got: str, hint: str = "") -> Fault:
    return Fault(f"netralitas {command}", key, expected, got, hint)
