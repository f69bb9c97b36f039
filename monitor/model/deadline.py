"""Terms of law and of the house as data: what starts one, how long it runs, what ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from monitor.model.rule import LegalBasis

KNOWN, OBJECTION, HEARING = "diketahui", "keberatan", "hari_pemeriksaan"
LETTER = "dokumen:"


class Regime(StrEnum):
    """Whose term it is: of an election's law, of discipline, of BKN's shared system, our own."""

    PEMILU = "pemilu"
    PILKADA = "pilkada"
    PP_94 = "pp-94"
    SBT = "sbt"
    HOUSE = "instansi"


class Count(StrEnum):
    """Which days count."""

    CALENDAR = "hari_kalender"
    WORKING = "hari_kerja"


@dataclass(frozen=True, slots=True)
class Deadline:
    """One term.

    ``starts`` and ``ends`` are events: ``diketahui`` (the first named acknowledgement), a step of
    the desk, ``diteruskan:<jalur>``, ``keberatan`` (a case reopened on an objection),
    ``dokumen:<jenis>`` (a letter recorded as issued) or ``hari_pemeriksaan`` (the day for which
    the newest summons calls). ``remind`` are days before the last day on which the case's owner is
    told, ``escalate`` those on which a second person is. The starting day itself does not count.
    """

    id: str
    name: str
    starts: str
    ends: frozenset[str]
    length: int
    count: Count
    regime: Regime
    legal_basis: tuple[LegalBasis, ...]
    remind: tuple[int, ...]
    escalate: int
    source: str


@dataclass(frozen=True, slots=True)
class Due:
    """A term that runs in a case: since when, and its last day (until midnight, local time).

    ``unsure`` says in Indonesian of which days it is not known whether they are days off. They
    were counted as working days, so that the last day named is never too late.
    """

    term: Deadline
    since: datetime
    last: date
    unsure: tuple[str, ...] = ()

    def left(self, today: date) -> int:
        """Return how many days are left; negative when the term is over."""
        return (self.last - today).days
