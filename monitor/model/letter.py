"""The papers of a case: which there are, and what is recorded of one that was issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

DOCUMENT = "document"
SCAN = "scan"


class Kind(StrEnum):
    """One kind of paper, by the word that the command line takes."""

    MEMO = "nota-dinas"
    TEAM = "tim-pemeriksa"
    SUMMONS = "panggilan-1"
    SECOND_SUMMONS = "panggilan-2"
    QUESTIONS = "daftar-pertanyaan"
    MINUTES = "bap"
    REPORT = "lhp"
    CLOSING = "penutupan"
    FORWARDING = "penerusan"
    REPLY = "tanggapan"


SUMMONSES = frozenset({Kind.SUMMONS, Kind.SECOND_SUMMONS})


@dataclass(frozen=True, slots=True)
class Issued:
    """A paper as it left the office (``tanggapan``: as it came): its number and date.

    ``hearing`` is the day for which a summons calls; ``at`` is when this was recorded.
    """

    kind: Kind
    number: str
    day: date
    at: datetime
    hearing: date | None = None
