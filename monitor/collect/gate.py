"""The gate: a platform whose terms ask for it is not read without a recorded right to do so.

There is no switch beside it: neither an environment variable nor a setting opens a gated
collector, only an attestation that a named person answers for. It is asked when a collector is
made and before each of its requests, so that a right that ends closes what runs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from monitor.clock import Clock
from monitor.collect.base import Collector, Info, PerServer, Requirement
from monitor.model.day import local_day

# Days of papers are those of the capital.
OFFICE = "WIB"
_ASKS = {
    Requirement.SERVER_ALLOWLIST: "the server's permission",
    Requirement.CONSENT: "the group administrators' consent",
    Requirement.AGREEMENT: "a written agreement with the platform",
}


@dataclass(frozen=True, slots=True)
class Attestation:
    """A named person's word that the platform's terms are met.

    ``document`` is a reference to the paper, ``scope`` the collector's name, ``expires`` the last
    day on which it counts, in the capital's zone. ``server`` is the host that it is about where
    each server's owner has a say (``Requirement.SERVER_ALLOWLIST``), and empty elsewhere.
    """

    who: str
    document: str
    scope: str
    expires: date
    server: str = ""

    @property
    def is_complete(self) -> bool:
        return all(text.strip() for text in (self.who, self.document, self.scope))


def today(now: datetime) -> date:
    """Return the day on which papers are counted."""
    return local_day(now, OFFICE)


def is_per_server(info: Info) -> bool:
    return info.requires is Requirement.SERVER_ALLOWLIST


def check(
    info: Info, attestations: Collection[Attestation], day: date, server: str = ""
) -> str | None:
    """Return why a collector must not run on a day, or ``None`` where it may.

    ``server`` is the host to be asked, for a collector of many servers; without it, one server's
    permission is enough to be made, and for no request.
    """
    if info.requires is Requirement.NONE:
        return None
    at = f" for {server}" if server and is_per_server(info) else ""
    asks = f"collector {info.name!r} needs {_ASKS[info.requires]}{at}"
    found = [entry for entry in attestations if _is_about(entry, info, server)]
    if not found:
        return f"{asks}; no attestation is on record"
    complete = [entry for entry in found if entry.is_complete]
    if not complete:
        return f"{asks}; the attestation on record does not name who and which document"
    latest = max(entry.expires for entry in complete)
    if latest < day:
        return f"{asks}; the attestation on record ended on {latest.isoformat()}"
    return None


def _is_about(entry: Attestation, info: Info, server: str) -> bool:
    if entry.scope != info.name or bool(entry.server) is not is_per_server(info):
        return False
    return not (server and is_per_server(info)) or entry.server == server


class Guarded:
    """What stands between a collector and the network: the gate, asked before each request.

    ``attestations`` is asked again each time: what is taken out of it counts no more.
    """

    def __init__(self, attestations: Collection[Attestation], clock: Clock) -> None:
        self._attestations = attestations
        self._clock = clock
        self._info: Info | None = None
        self._servers: Mapping[str, str] = {}

    def of(self, collector: Collector) -> None:
        """Say whose door this is; until then it is shut."""
        self._info = collector.info
        self._servers = collector.servers if isinstance(collector, PerServer) else {}

    def __call__(self, host: str) -> str:
        """Return why a host must not be asked now; empty where it may be."""
        if self._info is None:
            return "a collector that is being made asks nothing"
        if self._info.requires is Requirement.NONE:
            return ""
        server = self._servers.get(host, "")
        if is_per_server(self._info) and not server:
            return f"collector {self._info.name!r} asks only the servers that it is set to ask"
        return check(self._info, self._attestations, today(self._clock()), server) or ""
