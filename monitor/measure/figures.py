"""The figures of a report: what is counted, by what it is told apart, and how long things took."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from monitor.measure.score import Range, ratio, wilson
from monitor.model.review import Step

# From so many persons on, two sides may be shown beside each other without pointing at anybody.
LEAST = 10
ERASED = ""


class Entry(NamedTuple):
    """One entry of a case as the log has it; the last four are what a finding's content says.

    They are ``None`` or empty where the entry is no finding, or its content was erased.
    """

    case: str
    seq: int
    at: str
    kind: str
    public: Mapping[str, Any]
    instansi: str | None = None
    level: str | None = None
    targets: Sequence[str] = ()
    person: str | None = None


class Column(StrEnum):
    """What is counted of cases. Those named like a step count the cases that took it."""

    INDICATIONS = "indikasi"
    ALERTS = "peringatan"
    REVIEWS = "tinjauan"
    TOLD = "disampaikan"
    TAKEN = "diambil"
    ANSWER_ASKED = "klarifikasi_diminta"
    ANSWERED = "dijawab"
    NOT_THEIRS = "bukan_akunnya"
    PERMITTED = "diperbolehkan"
    NOT_ENOUGH = "bukti_tidak_cukup"
    TO_EXAMINE = "perlu_diperiksa"
    FORWARDED = "diteruskan"
    REOPENED = "dibuka_kembali"
    CORRECTED = "dikoreksi"
    OPEN = "terbuka"
    WAITING = "menunggu"
    OVERDUE = "lewat_tenggat"


class Dimension(StrEnum):
    """By what cases are told apart."""

    INSTANSI = "instansi"
    RULE = "aturan"
    LEVEL = "tingkat"
    PLATFORM = "platform"


class Flow(StrEnum):
    """How the number of open cases came from the span's beginning to its end.

    A case counts once, by how it stood then and stands now.
    """

    BEFORE = "terbuka_awal"
    NEW = "baru"
    REOPENED = "dibuka_kembali"
    DISMISSED = "dihentikan"
    FORWARDED = "diteruskan"
    CORRECTED = "dikoreksi"
    ERASED = "isi_dihapus"
    AFTER = "terbuka_akhir"


class Wait(StrEnum):
    """Times that are measured, by what ends them."""

    TOLD = "teramati_sampai_disampaikan"
    TAKEN = "disampaikan_sampai_diambil"
    ANSWERED = "diambil_sampai_dijawab"
    CLOSED = "teramati_sampai_ditutup"


class Side(StrEnum):
    """A candidate who leads an agency, and those who stand against one."""

    INCUMBENT = "petahana"
    CHALLENGER = "penantang"


SIGNS = {Flow.BEFORE: 1, Flow.NEW: 1, Flow.REOPENED: 1, Flow.DISMISSED: -1, Flow.FORWARDED: -1,
         Flow.CORRECTED: -1, Flow.ERASED: -1}  # fmt: skip
FALSE_ALARMS = (Step.NOT_THEIRS, Step.PERMITTED)


@dataclass(frozen=True, slots=True)
class Span:
    """Which entries count: from ``first`` to ``last``, both included, of one agency or of all."""

    first: int
    last: int
    instansi: str = ""

    def holds(self, seq: int) -> bool:
        return self.first <= seq <= self.last


@dataclass(slots=True)
class OneSide:
    """A side's counts, and whether at least ``LEAST`` persons stand behind its indications."""

    counts: Counter[Column] = field(default_factory=Counter)
    persons: set[str] = field(default_factory=set)

    @property
    def enough(self) -> bool:
        return len(self.persons) >= LEAST


@dataclass(slots=True)
class Figures:
    """Everything that a report prints. ``waits`` are in seconds, ``read`` entries of the log."""

    total: Counter[Column] = field(default_factory=Counter)
    by: dict[Dimension, dict[str, Counter[Column]]] = field(
        default_factory=lambda: {one: {} for one in Dimension}
    )
    paths: Counter[str] = field(default_factory=Counter)
    flow: Counter[Flow] = field(default_factory=Counter)
    waits: dict[Wait, array[float]] = field(
        default_factory=lambda: {one: array("d") for one in Wait}
    )
    closings: Counter[Step] = field(default_factory=Counter)
    sides: dict[Side, OneSide] = field(default_factory=lambda: {one: OneSide() for one in Side})
    read: int = 0

    @property
    def closed(self) -> int:
        """How many cases were closed in the span, each by its last closing in it."""
        return sum(self.closings.values())

    @property
    def false_alarms(self) -> int:
        return sum(self.closings[step] for step in FALSE_ALARMS)

    @property
    def false_share(self) -> tuple[float | None, Range | None]:
        """The share of closed cases that were none, with its 95 % Wilson interval."""
        return ratio(self.false_alarms, self.closed), wilson(self.false_alarms, self.closed)

    @property
    def sides_shown(self) -> bool:
        """Both sides or none: one alone compares nothing and could be told from the sum."""
        return all(side.enough for side in self.sides.values())


def percentile(values: Sequence[float], percent: int) -> float | None:
    """Return the nearest-rank percentile: one of the values itself; ``None`` of nothing."""
    if not values:
        return None
    rank = -(-len(values) * percent // 100)
    return sorted(values)[max(1, rank) - 1]
