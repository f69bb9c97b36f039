"""The gate: a platform whose terms ask for it is not read without a recorded right to do so.

There is no switch beside it: neither an environment variable nor a setting opens a gated
collector, only an attestation that a named person answers for. It is asked when a collector is
made and before each of its requests, so that a right that ends closes what runs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.clock import Clock
from monitor.collect.base import Collector, Info, PerGroup, PerServer, Requirement
from monitor.model.day import local_day

# Days of papers are those of the capital.
OFFICE = "WIB"
_ASKS = {
    Requirement.SERVER_ALLOWLIST: "the server's permission",
    Requirement.CONSENT: "the group administrators' consent",
    Requirement.AGREEMENT: "a written agreement with the platform",
}
# What each right is about, where more than one person has a say over a platform.
_PARTS = {Requirement.SERVER_ALLOWLIST: "server", Requirement.CONSENT: "group"}


@dataclass(frozen=True, slots=True)
class Attestation:
    """A named person's word that the platform's terms are met.

    ``document`` is a reference to the paper, ``scope`` the collector's name, ``expires`` the last
    day on which it counts, in the capital's zone. ``subject`` is what it is about where others
    than the platform have a say: a server's host (``Requirement.SERVER_ALLOWLIST``) or a group's
    number (``Requirement.CONSENT``). It is empty elsewhere.
    """

    who: str
    document: str
    scope: str
    expires: date
    subject: str = ""

    @property
    def is_complete(self) -> bool:
        return all(text.strip() for text in (self.who, self.document, self.scope))


def today(now: datetime) -> date:
    """Return the day on which papers are counted."""
    return local_day(now, OFFICE)


def part(info: Info) -> str:
    """Return what one right opens, ``server`` or ``group``; empty where it opens everything."""
    return _PARTS.get(info.requires, "")


def is_per_server(info: Info) -> bool:
    return info.requires is Requirement.SERVER_ALLOWLIST


def subjects(collector: Collector) -> list[str]:
    """Return the servers or groups that a collector is set to read, each with a right of its own.

    Empty where one right opens everything.
    """
    if isinstance(collector, PerServer):
        return sorted(set(collector.servers.values()))
    return list(collector.groups) if isinstance(collector, PerGroup) else []


def refusal(collector: Collector, attestations: Collection[Attestation], day: date) -> str | None:
    """Return why a collector must not be made on a day, or ``None`` where it may.

    One group's consent is enough, if it is a group that the collector is set to read; each
    request and each group is asked about by itself.
    """
    info = collector.info
    reason = check(info, attestations, day)
    if reason or not isinstance(collector, PerGroup):
        return reason
    faults = [check(info, attestations, day, group) for group in collector.groups]
    return faults[0] if faults and all(faults) else None


def check(
    info: Info, attestations: Collection[Attestation], day: date, subject: str = ""
) -> str | None:
    """Return why a collector must not run on a day, or ``None`` where it may.

    ``subject`` is the server or group to be read, for a collector of many; without it, the right
    for any of them is enough to be made, and for no request.
    """
    if info.requires is Requirement.NONE:
        return None
    asks = f"collector {info.name!r} needs {_ASKS[info.requires]}{_for(info, subject)}"
    own = [entry for entry in attestations if entry.scope == info.name]
    found = [entry for entry in own if _is_about(entry, info, subject)]
    if not found:
        return f"{asks}; {_lacking(own, info)}"
    complete = [entry for entry in found if entry.is_complete]
    if not complete:
        return f"{asks}; the attestation on record does not name who and which document"
    latest = max(entry.expires for entry in complete)
    if latest < day:
        return f"{asks}; the attestation on record ended on {latest.isoformat()}"
    return None


def _for(info: Info, subject: str) -> str:
    if not subject or not part(info):
        return ""
    return f" for {subject}" if is_per_server(info) else f" for {part(info)} {subject}"


def _lacking(own: Collection[Attestation], info: Info) -> str:
    nameless = part(info) and any(not entry.subject for entry in own)
    if nameless and not any(entry.subject for entry in own):
        # What was listed when it was recorded cannot be known: it covers none.
        return f"the attestation on record names no {part(info)}, so it covers none"
    return "no attestation is on record"


def _is_about(entry: Attestation, info: Info, subject: str) -> bool:
    if bool(entry.subject) is not bool(part(info)):
        return False
    return not (subject and part(info)) or entry.subject == subject


class Guarded:
    """What stands between a collector and the network: the gate, asked before each request.

    ``attestations`` is asked again each time: what is taken out of it counts no more.
    """

    def __init__(self, attestations: Collection[Attestation], clock: Clock) -> None:
        self._attestations = attestations
        self._clock = clock
        self._info: Info | None = None
        self._servers: Mapping[str, str] = {}
        self._groups: Sequence[str] = ()

    def of(self, collector: Collector) -> None:
        """Say whose door this is; until then it is shut."""
        self._info = collector.info
        self._servers = collector.servers if isinstance(collector, PerServer) else {}
        if isinstance(collector, PerGroup):
            self._groups = collector.groups
            collector.admit(self.about)

    def about(self, subject: str) -> str:
        """Return why a server or group must not be read now; empty where it may be."""
        if self._info is None:
            return "a collector that is being made asks nothing"
        return check(self._info, self._attestations, today(self._clock()), subject) or ""

    def __call__(self, host: str) -> str:
        """Return why a host must not be asked now; empty where it may be."""
        info = self._info
        if info is None:
            return "a collector that is being made asks nothing"
        if info.requires is Requirement.NONE:
            return ""
        if self._groups:  # one bot, one address: asked while a single group may be read
            faults = [self.about(group) for group in self._groups]
            return faults[0] if all(faults) else ""
        server = self._servers.get(host, "")
        if is_per_server(info) and not server:
            return f"collector {info.name!r} asks only the servers that it is set to ask"
        return self.about(server)
