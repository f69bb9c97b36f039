"""The gate: a platform whose terms ask for it is not read without a recorded right to do so.

There is no switch beside it: neither an environment variable nor a setting opens a gated
collector, only an attestation that a named person answers for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from monitor.collect.base import Info, Requirement

_ASKS = {
    Requirement.SERVER_ALLOWLIST: "the server's permission",
    Requirement.CONSENT: "the account owner's consent",
    Requirement.AGREEMENT: "a written agreement with the platform",
}


@dataclass(frozen=True, slots=True)
class Attestation:
    """A named person's word that the platform's terms are met.

    ``document`` is a reference to the paper, ``scope`` the collector's name, ``expires`` the last
    day on which it counts.
    """

    who: str
    document: str
    scope: str
    expires: date

    @property
    def is_complete(self) -> bool:
        return all(text.strip() for text in (self.who, self.document, self.scope))


def check(info: Info, attestations: Iterable[Attestation], today: date) -> str | None:
    """Return why a collector must not start, or ``None`` where it may."""
    if info.requires is Requirement.NONE:
        return None
    asks = f"collector {info.name!r} needs {_ASKS[info.requires]}"
    found = [entry for entry in attestations if entry.scope == info.name]
    if not found:
        return f"{asks}; no attestation is on record"
    complete = [entry for entry in found if entry.is_complete]
    if not complete:
        return f"{asks}; the attestation on record does not name who and which document"
    latest = max(entry.expires for entry in complete)
    if latest < today:
        return f"{asks}; the attestation on record ended on {latest.isoformat()}"
    return None
