"""Rules as data: which act, which stance, which target, which law, and what excludes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from monitor.model.activity import Signal
from monitor.model.contest import Contest, Phase, TargetKind
from monitor.model.day import Days
from monitor.model.person import EmployerType
from monitor.model.weights import Weights


class Stance(StrEnum):
    SUPPORT = "support"
    ATTACK = "attack"
    NEUTRAL = "neutral"


class Status(StrEnum):
    """A rule starts in ``shadow`` (counted, never told), goes ``live``, and is never deleted."""

    SHADOW = "shadow"
    LIVE = "live"
    RETIRED = "retired"


class Level(StrEnum):
    """The consequence a rule leads to, not how sure we are."""

    KODE_ETIK = "kode_etik"
    DISIPLIN = "disiplin"
    PIDANA = "pidana"
    KONTRAK = "kontrak"
    RUJUKAN = "rujukan"
    SINYAL = "sinyal"


class PersonFlag(StrEnum):
    """A fact about the person that a rule may ask for.

    ``candidate-spouse``: the husband or wife of the target, or of any candidate where the act
    names none. ``own-area``: the target stands in the person's own area, or that is not known.
    """

    CANDIDATE_SPOUSE = "candidate-spouse"
    OWN_AREA = "own-area"


# What a rule needs that only raises others: it stands beside another rule's match or not at all.
BESIDE = "beside-another-rule"


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """One article of one instrument.

    ``confidence`` says how the wording is known: V1 read in the instrument, V2 in a retelling,
    V3 an official's statement, I an inference, M from memory (never shown).
    """

    instrument: str
    article: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """A law, regulation, decree or circular, with the dates between which it applies.

    ``levels`` are the contests that it governs, by the first word of their ids; empty means any.
    """

    id: str
    title: str
    short: str
    valid_from: str
    valid_to: str = ""
    levels: frozenset[str] = frozenset()


class Band(StrEnum):
    """The group of consequences that an article itself names; never a prediction for a person.

    ``SEDANG_BERAT`` stands where sources differ, ``STATUS`` for the end of the service relation.
    """

    MORAL = "moral"
    RINGAN = "ringan"
    SEDANG = "sedang"
    BERAT = "berat"
    SEDANG_BERAT = "sedang-berat"
    STATUS = "status"
    KONTRAK = "kontrak"
    PIDANA = "pidana"


@dataclass(frozen=True, slots=True)
class Earlier:
    """The provision that stood in an article's place before it, for contests of some levels."""

    basis: LegalBasis
    levels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Article:
    """What is known of an article besides its wording; both days included, ISO dates.

    Without dates of its own it applies as long as its instrument. ``band_confidence`` is a code
    as in ``LegalBasis``.
    """

    instrument: str
    article: str
    valid_from: str = ""
    valid_to: str = ""
    band: Band | None = None
    band_confidence: str = ""
    earlier: tuple[Earlier, ...] = ()


@dataclass(frozen=True, slots=True)
class Authority:
    """The body that receives a report of that period; both days included, ISO dates."""

    id: str
    name: str
    short: str
    valid_from: str
    valid_to: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Guidance:
    """An official's stricter view, shown to readers of that area as such: never a legal basis.

    ``area`` is a code without dots; empty means everywhere.
    """

    says: str
    source: str
    area: str = ""


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A named reason why an act that looks like a hit is none; ``when`` names a detector."""

    reason: str
    when: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One act that the law names, and everything that must hold for it.

    Empty sets mean "any". ``target_roles`` concern the account acted upon; ``needs`` names
    features of the act that must all be there, ``caps`` features that lower it to ``review``.
    ``act`` is the Indonesian phrase for an alert, as in "menyukai unggahan". A rule whose
    ``stances`` hold ``neutral`` needs no side: its features are the act. ``contest_levels`` are
    first words of contest ids. ``employer_types``, ``positions`` and ``person_flags`` are asked of
    the person when judging; a fact that is not stated is read as the ordinary one (a PNS, staff,
    no candidate's spouse). A rule ``in_place_of_others`` takes the place of every other rule for
    the people it binds: what would be a breach for a PNS is one for them, by their own law.
    """

    id: str
    revision: int
    title: str
    status: Status
    level: Level
    act: str
    signals: frozenset[Signal]
    stances: frozenset[Stance]
    phases: frozenset[Phase]
    unsur: tuple[str, ...]
    legal_basis: tuple[LegalBasis, ...]
    target_kinds: frozenset[TargetKind] = frozenset()
    target_roles: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    caps: frozenset[str] = frozenset()
    exclusions: tuple[Exclusion, ...] = ()
    exculpations: tuple[str, ...] = ()
    known_false_positives: str = ""
    author: str = ""
    modified: str = ""
    contest_levels: frozenset[str] = frozenset()
    employer_types: frozenset[EmployerType] = frozenset()
    positions: frozenset[str] = frozenset()
    person_flags: frozenset[PersonFlag] = frozenset()
    local_guidance: tuple[Guidance, ...] = ()
    in_place_of_others: bool = False


@dataclass(frozen=True, slots=True)
class AccountRole:
    """What the watchlists say of an account that somebody may follow, like or answer."""

    role: str
    of: str
    account_type: str = ""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything reading and judging may know, as one immutable value swapped whole.

    ``lexicon`` maps a list's name to its entries; ``accounts`` maps (platform, id or handle) to a
    role; ``digest`` (64 hex) names the set in every finding and log entry; ``files`` maps the name
    of each file that was read to the SHA-256 (hex) of its bytes. ``days`` are the days off,
    ``articles`` are found by instrument and article as a rule cites them, ``weights`` is the
    fitted table of the second reading, ``by_id`` holds the rules by their ids.
    """

    digest: str
    contests: Mapping[str, Contest]
    rules: tuple[Rule, ...]
    lexicon: Mapping[str, tuple[str, ...]]
    instruments: Mapping[str, Instrument]
    accounts: Mapping[tuple[str, str], AccountRole] = field(default_factory=dict)
    authorities: tuple[Authority, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    days: Days = field(default_factory=Days)
    articles: Mapping[tuple[str, str], Article] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)
    by_id: Mapping[str, Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_id", {rule.id: rule for rule in self.rules})

    def authority_on(self, day: date) -> Authority | None:
        """Return who receives a report made on that day (facts change: never in code)."""
        text = day.isoformat()
        for found in self.authorities:
            if found.valid_from <= text and (not found.valid_to or text <= found.valid_to):
                return found
        return None
