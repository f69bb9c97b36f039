"""Which platforms may be read now: what is on, what a person switched off, what a right opens.

Looked at with every tick: a right that was recorded opens its platform, one that ended closes it,
and so does ``netralitas platform off``. What is under way ends at its next request, since each
request passes the same doors (``net_door``).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime

from monitor.clock import Clock
from monitor.collect import gate, registry
from monitor.collect.base import Collector, Metered, PerGroup
from monitor.collect.gate import Attestation
from monitor.collect.registry import Refused
from monitor.config import Config
from monitor.errors import ConfigError
from monitor.log import logger
from monitor.model.person import Watch
from monitor.net import Http
from monitor.net_door import Behind, Door
from monitor.run.health import Health
from monitor.store import rights
from monitor.store.rights import Attested
from monitor.store.spending import Ledger
from monitor.store.writer import Writer

SHUT, OFF, SOON = "gate", "off", "gate-soon"
# How many days before its end a right is told of, each once.
WARNINGS = (3, 14)
# Why a platform is not read, for those who are told; the log has the whole reason.
NO_RIGHT = "tidak ada hak yang tercatat dan masih berlaku"
UNMADE = "pengaturan atau berkas rahasianya belum lengkap, lihat netralitas check"

# Makes a collector by its name, behind a door of ours; refuses as ``registry.make`` does.
Make = Callable[[str, Collection[Attestation], Door], Collector]


class Doors:
    """Opens and closes platforms, and makes a platform's collector once it may be read.

    ``collectors`` (by platform) is the same mapping for as long as this lives, and grows.
    """

    def __init__(
        self, names: Mapping[str, str], make: Make, writer: Writer, health: Health, clock: Clock
    ) -> None:
        """``names`` gives the collector of each platform that the configuration turns on."""
        self.collectors: dict[str, Collector] = {}
        self._names = names
        self._make = make
        self._writer = writer
        self._health = health
        self._clock = clock
        self._papers: list[Attestation] = []
        self._off: Collection[str] = ()
        self._shut: dict[str, str] = {}
        self._unmade: set[str] = set()
        self._known: tuple[tuple[int, int], date] | None = None

    def look(self) -> None:
        """Follow what was recorded since, and the day.

        Raises ``ConfigError`` at the first look where a collector cannot be made for another
        reason than the gate: a person must mend that before anything runs.
        """
        conn, day = self._writer.reader(), gate.today(self._clock())
        known = rights.version(conn), day
        # What a person must mend outside the log, such as a secret's file, is tried again.
        if known == self._known and not self._unmade:
            return
        first = self._known is None
        attested, switches = rights.attested(conn), rights.switches(conn)
        # In place: every collector's door asks this very list before each request.
        self._papers[:] = valid(attested)
        self._off = {name for name, switch in switches.items() if switch.off}
        for platform in self._names:
            self._follow(platform, day, first=first)
            self._groups(platform, day)
        self._warn(attested, day)
        if first:
            self._tidy()
        self._known = known

    def fault(self, watch: Watch, now: datetime) -> str:
        """Return why a source must not be read now; empty where it may be."""
        reason = self._shut.get(watch.platform, "")
        collector, server = self.collectors.get(watch.platform), server_of(watch.address)
        if reason or not server or collector is None or not gate.is_per_server(collector.info):
            return reason
        refused = gate.check(collector.info, self._papers, gate.today(now), server)
        if refused:
            self._tell(SHUT, f"{collector.info.name}@{server}", cause=NO_RIGHT)
        return refused or ""

    def is_open(self, platform: str) -> bool:
        """Say whether a platform is on, made and not closed; a server of it may still be."""
        return platform in self.collectors and platform not in self._shut

    def door(self, platform: str) -> Door:
        """Return what shuts all of a platform's requests while it is switched off."""
        return lambda _: "switched off by command" if platform in self._off else ""

    def _follow(self, platform: str, day: date, *, first: bool) -> None:
        name = self._names[platform]
        reason = self._gate(platform, name, day, first=first)
        was = self._shut.pop(platform, "")
        if reason:
            self._shut[platform] = reason
            self._tell(SHUT, name, cause=UNMADE if platform in self._unmade else NO_RIGHT)
        else:
            self._health.clear(SHUT, name)
        if platform in self._off:
            self._shut[platform] = self._shut.get(platform) or "switched off by command"
            self._tell(OFF, platform)
        else:
            self._health.clear(OFF, platform)
        if bool(was) is not (platform in self._shut) or (first and platform in self._shut):
            logger.info("{}: {}", platform, self._shut.get(platform) or "read again")

    def _groups(self, platform: str, day: date) -> None:
        """Tell of each group that is set to be read and whose administrators' consent is missing.

        Where the whole platform is shut, that is what is told.
        """
        made = self.collectors.get(platform)
        if made is None or platform in self._shut or not isinstance(made, PerGroup):
            return
        name = made.info.name
        lacking = {
            scope_of(name, group)
            for group in made.groups
            if gate.check(made.info, self._papers, day, group)
        }
        for scope in sorted(lacking):
            self._tell(SHUT, scope, cause=NO_RIGHT)
        for scope in self._health.subjects(SHUT):
            if scope.startswith(f"{name}@") and scope not in lacking:
                self._health.clear(SHUT, scope)

    def _gate(self, platform: str, name: str, day: date, *, first: bool) -> str:
        made = self.collectors.get(platform)
        self._unmade.discard(platform)
        if made is not None:
            return gate.refusal(made, self._papers, day) or ""
        try:
            opened = self._make(name, self._papers, self.door(platform))
        except Refused as error:
            return error.faults[0].got
        except ConfigError as error:
            if first:
                raise
            self._unmade.add(platform)
            return str(error)
        if isinstance(opened, Metered):
            opened.meter(Ledger(self._writer))
        self.collectors[platform] = opened
        return ""

    def _warn(self, attested: Collection[Attested], day: date) -> None:
        """Tell of rights that end soon; the nearer warning is another alarm than the farther."""
        open_ = self._health.subjects(SOON)
        told = set()
        for scope, until in ends(attested).items():
            left = (until - day).days
            told |= {f"{scope}:{days}" for days in WARNINGS if 0 <= left <= days}
            nearest = next((days for days in WARNINGS if 0 <= left <= days), None)
            if nearest is not None and self._is_used(scope):
                self._tell(SOON, f"{scope}:{nearest}", scope=scope, until=until.isoformat())
            elif left < 0:
                told |= {f"{scope}:{days}" for days in WARNINGS}
            self._servers(scope, over=left < 0)
        for subject in open_ - told:
            self._health.clear(SOON, subject)

    def _tidy(self) -> None:
        """End what was told of a platform that the configuration has turned off since."""
        used = {SHUT: set(self._names.values()), OFF: set(self._names)}
        for kind, names in used.items():
            for subject in self._health.subjects(kind):
                if subject.partition("@")[0] not in names:
                    self._health.clear(kind, subject)

    def _servers(self, scope: str, *, over: bool) -> None:
        if "@" not in scope or not self._is_used(scope):
            return
        if over:
            self._tell(SHUT, scope, cause=NO_RIGHT)
        else:
            self._health.clear(SHUT, scope)

    def _is_used(self, scope: str) -> bool:
        """Say whether what a right is about is set to be read, as far as that is known."""
        name, _, subject = scope.partition("@")
        made = next((one for one in self.collectors.values() if one.info.name == name), None)
        if made is not None and gate.part(made.info):
            return subject in gate.subjects(made)  # a right without a group covers none
        return name in self._names.values()

    def _tell(self, kind: str, subject: str, **values: str) -> None:
        # Asked first: an alarm that is open already would be written anew with every look.
        if subject not in self._health.subjects(kind):
            self._health.alarm(kind, subject, **values)


def made(
    config: Config,
    on: Collection[str],
    http: Http,
    writer: Writer,
    told: Health,
    clock: Clock,
) -> Doors:
    """Make the collector of each platform that is on and may be read: lines come at any time."""

    def make(name: str, papers: Collection[Attestation], door: Door) -> Collector:
        behind = Behind(http, door)
        return registry.make(name, config, behind, clock, attestations=papers)

    names = {platform: name for name, platform in registry.PLATFORMS.items() if platform in on}
    doors = Doors(names, make, writer, told, clock)
    doors.look()
    return doors


def valid(attested: Collection[Attested]) -> list[Attestation]:
    """Return the attestations that count while their days last."""
    return [
        Attestation(one.who, one.document, one.collector, one.expires, one.subject)
        for one in attested
        if one.sound and one.ended_at is None
    ]


def ends(attested: Collection[Attested]) -> dict[str, date]:
    """Return the last day of each scope's right, as ``scope_of`` names it."""
    found: dict[str, date] = {}
    for one in valid(attested):
        scope = scope_of(one.scope, one.subject)
        found[scope] = max(one.expires, found.get(scope, one.expires))
    return found


def scope_of(collector: str, subject: str) -> str:
    """Return what a right is about in one word: the collector, or with its server or group."""
    return f"{collector}@{subject}" if subject else collector


def server_of(address: str) -> str:
    """Return the server behind the @ of a register line's address; empty where there is none."""
    name, at, server = address.rpartition("@")
    return server.strip().lower() if at and name.strip("@") else ""
