"""The words of the desk's log: which steps a case takes, and which of them close it.

An entry of kind ``review`` has the case (the finding's id) as its subject and says its step in
``public``; who, in what role and why stand in salted ``content``. None of these words is a verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from monitor.model.letter import Issued

REVIEW = "review"
ROLE = "role"


class Step(StrEnum):
    """One step of a case, in the law's own words."""

    TAKEN = "diambil"
    ANSWER_ASKED = "klarifikasi_diminta"
    ANSWERED = "dijawab"
    NOT_THEIRS = "bukan_akunnya"
    PERMITTED = "diperbolehkan"
    NOT_ENOUGH = "bukti_tidak_cukup"
    TO_EXAMINE = "perlu_diperiksa"
    FORWARDED = "diteruskan"
    REOPENED = "dibuka_kembali"


class CaseState(StrEnum):
    """What a case is to retention and to the people who hold it."""

    OPEN = "terbuka"
    DISMISSED = "dihentikan"
    FORWARDED = "diteruskan"


class Role(StrEnum):
    """What an officer may do at the desk, for some days."""

    REVIEWER = "penelaah"
    SECOND = "penyetuju"
    CLERK = "petugas"


class Path(StrEnum):
    """By which way a case is forwarded; always by a person, never by the program (P8)."""

    SUPERIOR = "pemeriksaan_atasan"
    SUPERVISOR = "informasi_awal_bawaslu"
    CITIZEN = "laporan_pribadi_wni"
    BKN = "bkn"


@dataclass(frozen=True, slots=True)
class Term:
    """A role with its first and last day, both included; without a last day it goes on."""

    role: Role
    first_day: date
    last_day: date | None = None

    def covers(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class Officer:
    """Somebody who decides at the desk.

    ``person_ref`` and ``spouse_of`` (a candidate) are what keeps them off a case (P9); both may be
    empty. ``telegram`` is the user id by which a press is theirs; 0: none.
    """

    id: str
    name: str
    instansi: str
    terms: tuple[Term, ...] = ()
    person_ref: str = ""
    spouse_of: str = ""
    telegram: int = 0

    def roles(self, day: date) -> frozenset[Role]:
        """Return the roles of a day."""
        return frozenset(term.role for term in self.terms if term.covers(day))


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken in a case: by which officer (id), and when.

    ``path`` is the way by which it was forwarded; ``objection`` says that it was reopened because
    the person concerned objected.
    """

    step: Step
    officer: str
    at: datetime
    path: Path | None = None
    objection: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """A finding as the desk sees it: whose it is, what it concerns, and its steps so far.

    ``led_by`` are candidates of the contests concerned who lead the person's instansi; ``zone``
    and ``area`` are the person's, ``issued`` the papers that left the office, the oldest first.
    """

    finding: str
    person_ref: str
    instansi: str
    targets: tuple[str, ...] = ()
    led_by: tuple[str, ...] = ()
    taken: tuple[Taken, ...] = ()
    zone: str = ""
    area: str = ""
    issued: tuple[Issued, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """A step somebody wants to take, with what it needs besides a reason.

    ``unanswered`` says why there is no answer of the person concerned; ``receiver``, ``letter`` and
    ``day`` are those of the letter that forwards a case; ``receipt`` is its tanda terima.
    ``objection`` are the words with which the person concerned objects, when that reopens a case.
    """

    step: Step
    why: str
    answer: str = ""
    unanswered: str = ""
    path: Path | None = None
    receiver: str = ""
    letter: str = ""
    day: date | None = None
    receipt: str = ""
    objection: str = ""


DISMISSING = frozenset({Step.NOT_THEIRS, Step.PERMITTED, Step.NOT_ENOUGH})


def last_opened(steps: Sequence[Step]) -> int:
    """Return at which place the steps begin that were taken since a case was last opened."""
    opened = [place for place, step in enumerate(steps, start=1) if step is Step.REOPENED]
    return opened[-1] if opened else 0


def state_after(steps: Iterable[Step]) -> CaseState:
    """Return the state of a case whose steps are given, the oldest first.

    A reopened case is open again, whatever it was before.
    """
    state = CaseState.OPEN
    for step in steps:
        if step in DISMISSING:
            state = CaseState.DISMISSED
        elif step is Step.FORWARDED:
            state = CaseState.FORWARDED
        elif step is Step.REOPENED:
            state = CaseState.OPEN
    return state
