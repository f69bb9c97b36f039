"""Which of the cited provisions applied on the day of the act (no law looks back)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from monitor.judge.where import contest_of
from monitor.model.finding import Match
from monitor.model.rule import LegalBasis, RuleSet

Span = tuple[date, date]


def dated(matches: Iterable[Match], days: Span | None, ruleset: RuleSet) -> tuple[Match, ...]:
    """Return the matches with the basis that applied between two days, both included.

    A provision that was not yet, or no longer, in force gives way to the earlier one on file, or
    is left out; so is the law of another kind of election. Without days every other basis stays:
    nothing is known that speaks against it.
    """
    return tuple(replace(m, legal_basis=tuple(_applied(m, days, ruleset))) for m in matches)


def _applied(match: Match, days: Span | None, ruleset: RuleSet) -> Iterator[LegalBasis]:
    contest = contest_of(match, ruleset.contests)
    level = contest.level if contest else match.target.partition("-")[0]
    told: set[tuple[str, str]] = set()
    for cited in match.legal_basis:
        basis = cited if days is None else _at(cited, days, level, ruleset)
        if basis and not _governs(basis, level, ruleset):
            continue
        if basis and (basis.instrument, basis.article) not in told:
            told.add((basis.instrument, basis.article))
            yield basis


def _governs(basis: LegalBasis, level: str, ruleset: RuleSet) -> bool:
    """Say whether an instrument is about this kind of election, as far as one is known."""
    instrument = ruleset.instruments.get(basis.instrument)
    return not level or instrument is None or not instrument.levels or level in instrument.levels


def _at(cited: LegalBasis, days: Span, level: str, ruleset: RuleSet) -> LegalBasis | None:
    if _in_force(cited, days, ruleset):
        return cited
    known = ruleset.articles.get((cited.instrument, cited.article))
    for earlier in known.earlier if known else ():
        fits = not earlier.levels or level in earlier.levels
        if fits and _in_force(earlier.basis, days, ruleset):
            return earlier.basis
    return None


def _in_force(basis: LegalBasis, days: Span, ruleset: RuleSet) -> bool:
    """Say whether instrument and article applied on some day between the two."""
    instrument = ruleset.instruments.get(basis.instrument)
    article = ruleset.articles.get((basis.instrument, basis.article))
    spans = [(one.valid_from, one.valid_to) for one in (instrument, article) if one]
    first, last = (day.isoformat() for day in days)
    return all(since <= last and (not until or first <= until) for since, until in spans)
