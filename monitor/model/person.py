"""What the register says about a person and an account, each fact set with its date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Ownership(StrEnum):
    """How sure it is that the person runs the account (P4: the last two cap at ``review``)."""

    DECLARED = "declared"
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    CONTESTED = "contested"


class EmployerType(StrEnum):
    PNS = "PNS"
    CPNS = "CPNS"
    PPPK = "PPPK"
    PPPK_PW = "PPPK_PW"
    PPNPN = "PPNPN"
    INSTANSI = "INSTANSI"
    TNI = "TNI"
    POLRI = "POLRI"


NEVER_POLLED = frozenset({EmployerType.TNI, EmployerType.POLRI})


@dataclass(frozen=True, slots=True)
class Interval:
    """A dated state: ``CLTN``, ``resignation``, ``duty``, ``adhoc``, ``suspension`` and so on."""

    kind: str
    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """The facts about a person that judging may use.

    ``stated`` holds the keys that were given at all. A key that is not stated caps nothing; a
    stated key whose value is ``None`` is the fact "unknown", and caps at ``review``.
    """

    stated: frozenset[str]
    employer_type: EmployerType | None = None
    position: str | None = None
    area: str | None = None
    zone: str | None = None
    ownership: Ownership | None = None
    notice_date: date | None = None
    intervals: tuple[Interval, ...] | None = None
    candidate_spouse_of: str | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Watch:
    """One register line: the right to look at one account of one person or agency.

    ``person_ref`` is a keyed digest or an office's own reference, never a NIP or NIK in clear.
    ``address`` is what the collector starts from: a handle, or a feed's URL. ``native_id`` is the
    platform's permanent id once it has been resolved.
    """

    watch_id: str
    person_ref: str
    name: str
    platform: str
    address: str
    instansi: str
    unit: str
    ownership: Ownership
    legal_ground: str
    notice_date: date
    registered_on: date
    employer_type: EmployerType
    position: str = "staff"
    area: str = ""
    zone: str = "WIB"
    native_id: str = ""
    as_of: date | None = None
    route: str = ""

    @property
    def monitored_from(self) -> date:
        """The later of registration and notice (POLICY 12); older acts are not looked at."""
        return max(self.notice_date, self.registered_on)

    def facts(self) -> PersonFacts:
        keys = ("employer_type", "position", "area", "zone", "ownership", "notice_date", "as_of")
        return PersonFacts(
            stated=frozenset(keys),
            employer_type=self.employer_type,
            position=self.position,
            area=self.area or None,
            zone=self.zone,
            ownership=self.ownership,
            notice_date=self.notice_date,
            as_of=self.as_of,
        )
