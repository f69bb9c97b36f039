"""Contests, their dated rounds, and the targets that a text can support or attack."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

ZONES = {
    "WIB": ZoneInfo("Asia/Jakarta"),
    "WITA": ZoneInfo("Asia/Makassar"),
    "WIT": ZoneInfo("Asia/Jayapura"),
}
_DAYS_KEPT = 1_000


class Phase(StrEnum):
    """Where an instant lies in one round of a contest.

    SKB 2022 Lampiran II part A speaks of *bakal calon* (before ``penetapan``), part B of *calon*.
    """

    BEFORE = "sebelum_tahapan"
    PROSPECTIVE = "bakal_calon"
    DETERMINED = "penetapan"
    CAMPAIGN = "kampanye"
    QUIET = "masa_tenang"
    VOTING = "pemungutan_suara"
    COUNTING = "penghitungan"
    CLOSED = "selesai"
    UNKNOWN = "tidak_diketahui"


CANDIDATE_PHASES = frozenset(
    {Phase.DETERMINED, Phase.CAMPAIGN, Phase.QUIET, Phase.VOTING, Phase.COUNTING}
)


class TargetKind(StrEnum):
    PASLON = "paslon"
    PARTAI = "partai"
    KOSONG = "kosong"


class AccountType(StrEnum):
    """How a watched account stands to its candidate; an office account is not a campaign's."""

    TERDAFTAR_KPU = "terdaftar_kpu"
    PEMENANGAN = "pemenangan"
    PRIBADI = "pribadi"
    JABATAN = "jabatan"


@dataclass(frozen=True, slots=True)
class TargetAccount:
    platform: str
    handle: str
    type: AccountType
    native_id: str = ""


@dataclass(frozen=True, slots=True)
class ContestTarget:
    """A pair of candidates, a party, or the empty box.

    ``names`` are full names, one per person. ``aliases`` are strong short forms. ``ambiguous``
    aliases are common words or names of others and need a political neighbour; a full name that
    many people bear stands under ``ambiguous`` too. ``leave`` holds dated campaign leave of an
    office holder. ``area`` is empty for a target that stands in the
    whole area of its contest (a local party of Aceh does not).
    """

    id: str
    kind: TargetKind
    label: str
    number: int | None = None
    names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    derogatory: tuple[str, ...] = ()
    slogans: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    accounts: tuple[TargetAccount, ...] = ()
    incumbent_of: str = ""
    leave: tuple[tuple[date, date], ...] = ()
    bakal_calon_since: date | None = None
    area: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """One round (*babak*): main, run-off, re-vote or re-run. Date ranges include both ends."""

    id: str
    penetapan: date
    kampanye: tuple[date, date]
    masa_tenang: tuple[date, date]
    pemungutan_suara: date
    selesai: date
    bakal_calon: date
    penetapan_at: datetime | None = None
    area: str = ""
    target_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contest:
    """One election with its own calendar, in the zone of its area (POLICY 3)."""

    id: str
    title: str
    level: str
    area: str
    zone: str
    tahapan_mulai: date
    rounds: tuple[Round, ...]
    targets: tuple[ContestTarget, ...]
    source: str = ""

    def target(self, target_id: str) -> ContestTarget | None:
        return next((t for t in self.targets if t.id == target_id), None)

    def covers(self, area: str) -> bool:
        """Say whether somebody of this area (a code, dotted or not) votes in this contest."""
        return _code(area).startswith(_code(self.area))

    def touches(self, area: str) -> bool:
        """Say whether an area votes in this contest, or holds the area that does."""
        return self.covers(area) or _code(self.area).startswith(_code(area))

    def phase_at(self, instant: datetime | None) -> Phase:
        """Return the phase of an aware instant; between two rounds it is ``CLOSED``."""
        if instant is None:
            return Phase.UNKNOWN
        local = instant.astimezone(ZONES[self.zone])
        if local.date() < self.tahapan_mulai:
            return Phase.BEFORE
        current = self.round_at(instant)
        if current is None:
            last = max(r.selesai for r in self.rounds)
            first = min(r.bakal_calon for r in self.rounds)
            return Phase.BEFORE if local.date() < first <= last else Phase.CLOSED
        return _phase_in(current, local, ZONES[self.zone])

    def round_at(self, instant: datetime) -> Round | None:
        """Return the round whose span from *bakal calon* to end holds the instant, if any."""
        day = instant.astimezone(ZONES[self.zone]).date()
        for candidate in self.rounds:
            if candidate.bakal_calon <= day <= candidate.selesai:
                return candidate
        return None

    def is_live(self, instant: datetime) -> bool:
        """Say whether acts of that instant concern this contest (it ends with its last round)."""
        return self.phase_at(instant) is not Phase.CLOSED and (
            instant.astimezone(ZONES[self.zone]).date() >= self.tahapan_mulai
        )


def _code(area: str) -> str:
    return area.replace(".", "")


def _phase_in(current: Round, local: datetime, zone: ZoneInfo) -> Phase:
    day = local.date()
    determined = current.penetapan_at or datetime.combine(current.penetapan, time(), zone)
    if local < determined:
        return Phase.PROSPECTIVE
    if day < current.kampanye[0]:
        return Phase.DETERMINED
    if day <= current.kampanye[1]:
        return Phase.CAMPAIGN
    if day < current.pemungutan_suara:
        return Phase.QUIET
    return Phase.VOTING if day == current.pemungutan_suara else Phase.COUNTING


def live_at(contests: Iterable[Contest], instant: datetime) -> tuple[str, ...]:
    """Return the ids of the contests that an act of this instant may concern."""
    return tuple(c.id for c in contests if c.is_live(instant))


class LiveDays:
    """Answers ``live_at`` for one set of contests; a day's answer is worked out once.

    ``all`` are the ids of the whole set.
    Whether a contest is live changes at midnight in its zone only.
    """

    def __init__(self, contests: Mapping[str, Contest]) -> None:
        self._contests = contests
        self._memo: dict[tuple[date, ...], tuple[str, ...]] = {}
        self.all = tuple(contests)

    def at(self, instant: datetime) -> tuple[str, ...]:
        """Return the ids of the contests that an act of this aware instant may concern."""
        days = tuple(instant.astimezone(zone).date() for zone in ZONES.values())
        known = self._memo.get(days)
        if known is None:
            if len(self._memo) >= _DAYS_KEPT:
                self._memo.clear()
            self._memo[days] = known = live_at(self._contests.values(), instant)
        return known
