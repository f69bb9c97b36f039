"""What reading and judging say about one activity. Each wraps the one before; none changes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from monitor.model.activity import Activity
from monitor.model.rule import LegalBasis, Level, Stance


class Outcome(StrEnum):
    """``alert`` is clear, ``review`` has a question to settle first, ``none`` leaves nothing."""

    ALERT = "alert"
    REVIEW = "review"
    NONE = "none"


class Result(StrEnum):
    """How looking for an excuse ended. "Not on file" is not "not so" (POLICY 27)."""

    MET = "met"
    NOT_MET = "not_met"
    CANNOT_BE_CHECKED = "cannot_be_checked"


# Tuples, since reading makes some for each text and they are made fastest.
class Span(NamedTuple):
    """Half-open range of code points in ``text``, ``target.text`` or ``media.0.alt``."""

    field: str
    start: int
    end: int


class Naming(NamedTuple):
    """One place where a field names a target, for who measures the reader.

    ``how`` is the reader's word for the form (``name``, ``number``, ``slogan`` and so on);
    ``words`` are the words as they were understood, joined by one space.
    """

    span: Span
    target: str
    how: str
    words: str
    in_tag: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """One rule that an activity fits, toward one target."""

    rule: str
    revision: int
    target: str
    stance: Stance
    level: Level
    outcome: Outcome
    spans: tuple[Span, ...]
    legal_basis: tuple[LegalBasis, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one activity gave: matches, and the reader's own reasons in order."""

    stance: Stance | None
    targets: tuple[str, ...]
    score: int
    matches: tuple[Match, ...]
    derivation: tuple[str, ...] = ()
    features: frozenset[str] = frozenset()
    phases: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Exculpation:
    """One excuse that was looked for: its result, the fact used, and that fact's date."""

    id: str
    result: Result
    fact: str = ""
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A judged activity. ``score`` sorts and measures; it is never shown to a person.

    ``incumbents`` are the candidates of the contests concerned who lead the person's instansi, or
    led it within the contest: then a desk outside it decides too (POLICY 33).
    """

    activity: Activity
    outcome: Outcome
    stance: Stance | None
    targets: tuple[str, ...]
    score: int
    level: Level | None
    phase: str
    facts: str
    ruleset: str
    matches: tuple[Match, ...]
    exculpations: tuple[Exculpation, ...] = ()
    questions: tuple[str, ...] = ()
    derivation: tuple[str, ...] = ()
    incumbents: tuple[str, ...] = ()
