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


class IntervalKind(StrEnum):
    """What may hold of a person from a day on, or for some days.

    ``RESIGNATION`` begins on the effective date, ``RESIGNATION_SUBMITTED`` on the letter's;
    ``CONTRACT_END``, ``RETIREMENT`` and ``DEATH`` on the first day without service.
    """

    CLTN = "CLTN"
    RESIGNATION_SUBMITTED = "resignation_submitted"
    RESIGNATION = "resignation"
    DUTY = "duty"
    ADHOC = "adhoc"
    SUSPENSION = "suspension"
    TRANSFER = "transfer"
    RETIREMENT = "retirement"
    DEATH = "death"
    CONTRACT_END = "contract_end"


# From such a day on the person is no civil servant, and the account is not looked at.
LEAVING = frozenset(
    {
        IntervalKind.RESIGNATION,
        IntervalKind.RETIREMENT,
        IntervalKind.DEATH,
        IntervalKind.CONTRACT_END,
    }
)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a person serves, and under whom."""

    instansi: str
    unit: str
    superior: str = ""
    position: str = "staff"
    area: str = ""
    zone: str = "WIB"


@dataclass(frozen=True, slots=True)
class Interval:
    """A dated state, both days included; without ``end`` it goes on.

    ``kind`` is an ``IntervalKind`` on the register; a replayed line may use other words.
    ``reference`` names the letter. A transfer (*mutasi*) keeps both placements.
    """

    kind: str
    start: date
    end: date | None = None
    reference: str = ""
    before: Placement | None = None
    after: Placement | None = None

    def covers(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True, slots=True)
class Follows:
    """The targets whose accounts a person follows, as one poll read them; never stored.

    ``complete`` says that the whole list was read (POLICY 15).
    """

    targets: frozenset[str]
    complete: bool = False


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """The facts about a person that judging may use.

    ``stated`` holds the keys that were given at all. A key that is not stated caps nothing; a
    stated key whose value is ``None`` is the fact "unknown", and caps at ``review``.
    ``as_of`` is the date of the fact set (*per tanggal*), ``source`` where it is from.
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
    instansi: str | None = None
    unit: str | None = None
    superior: str | None = None
    source: str | None = None
    follows: Follows | None = None


# The list of follows is no fact of the register: who polled it states it.
EVERY_FACT = frozenset(PersonFacts.__slots__) - {"stated", "follows"}


@dataclass(frozen=True, slots=True)
class Watch:
    """One register line: the right to look at one account of one person or agency.

    ``person_ref`` is a keyed digest or an office's own reference, never a NIP or NIK in clear.
    ``address`` is what the collector starts from: a handle, or a feed's URL. ``native_id`` is the
    platform's permanent id once it has been resolved. ``notice_date`` is the day the person was
    told, or the day ``notice_exemption`` was decided. ``candidate_spouse_of`` is a target's id and
    only ever what the person declared (P6).
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
    superior: str = ""
    candidate_spouse_of: str = ""
    source: str = ""
    ownership_evidence: str = ""
    notice_exemption: str = ""
    intervals: tuple[Interval, ...] = ()

    @property
    def monitored_from(self) -> date:
        """The later of registration and notice (POLICY 12); older acts are not looked at."""
        return max(self.notice_date, self.registered_on)

    def serves_on(self, day: date) -> bool:
        """Say whether the person is in service: retired, resigned and dead are not looked at."""
        return not any(i.kind in LEAVING and i.covers(day) for i in self.intervals)

    def placement_on(self, day: date | None) -> Placement:
        """Return instansi, unit and superior as of a day; the present ones without a day.

        The line itself holds as of ``as_of``; transfers say what was before and what came after.
        """
        here = Placement(
            self.instansi, self.unit, self.superior, self.position, self.area, self.zone
        )
        moves = [i for i in self.intervals if i.kind == IntervalKind.TRANSFER]
        if day is None or not moves:
            return here
        moves.sort(key=lambda move: move.start)
        later = next((move for move in moves if move.start > day), None)
        if later is not None:
            return later.before or here
        newer = self.as_of is None or moves[-1].start > self.as_of
        return (moves[-1].after or here) if newer else here

    def facts(self, on: date | None = None) -> PersonFacts:
        """State every fact as of the day of the act; what is not on file is stated as unknown."""
        place = self.placement_on(on)
        return PersonFacts(
            stated=EVERY_FACT,
            employer_type=self.employer_type,
            position=place.position,
            area=place.area or None,
            zone=place.zone,
            ownership=self.ownership,
            notice_date=self.notice_date,
            intervals=self.intervals,
            candidate_spouse_of=self.candidate_spouse_of or None,
            as_of=self.as_of,
            instansi=place.instansi,
            unit=place.unit,
            superior=place.superior or None,
            source=self.source or None,
        )
