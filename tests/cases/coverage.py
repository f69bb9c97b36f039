"""Rule x phase x employer type: what each rule's file declares, asked of every combination.

``make coverage`` prints the table. A combination is decided by one of the rule's
own cases, moved into the phase and given to such a person; what must come of it follows from the
file's ``phases`` and ``employer_types`` alone.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from monitor import watch
from monitor.model.contest import Contest, Phase
from monitor.model.finding import Finding, Outcome
from monitor.model.person import NEVER_POLLED, EmployerType
from monitor.model.rule import Level, PersonFlag, Rule, RuleSet
from monitor.model.wire import Statement, statement
from monitor.run.rules import Reader
from monitor.watch.rules import RuleCase, cases

PHASES = tuple(Phase)
NOON = time(5, tzinfo=UTC)
DAY = timedelta(days=1)
# Facts that neither excuse nor cap; a case's own facts go before them.
PLAIN: Mapping[str, Any] = {
    "position": "staff",
    "zone": "WIB",
    "ownership": "verified",
    "notice_date": "2000-01-01",
    "intervals": [],
    "per_tanggal": "2100-01-01",
}
LETTERS = {
    EmployerType.PNS: "S",
    EmployerType.CPNS: "C",
    EmployerType.PPPK: "K",
    EmployerType.PPPK_PW: "W",
    EmployerType.PPNPN: "N",
    EmployerType.INSTANSI: "I",
    EmployerType.TNI: "T",
    EmployerType.POLRI: "P",
}


@dataclass(frozen=True)
class Decided:
    """One combination, and what came of it."""

    rule: Rule
    phase: Phase
    employer: EmployerType
    finding: Finding

    @property
    def hit(self) -> bool:
        return self.rule.id in {match.rule for match in self.finding.matches}

    @property
    def declared(self) -> bool:
        return concerns(self.rule, self.employer) and covers(self.rule, self.phase)

    @property
    def capped(self) -> bool:
        """An act of unknown time, or of a soldier or police officer, is never more than asked."""
        return self.phase is Phase.UNKNOWN or self.employer in NEVER_POLLED


def concerns(rule: Rule, employer: EmployerType) -> bool:
    """Say whether a file is about such people."""
    return not rule.employer_types or employer in rule.employer_types


def lent(rule: Rule, employer: EmployerType) -> str:
    """Return the rule under which such a person answers for this rule's deed, or an empty text.

    Non-ASN workers, soldiers and police officers answer by their own law for what a PNS may not
    do, except where it rests on a leave that only civil servants have.
    """
    if EmployerType.PNS not in rule.employer_types or rule.level is Level.SINYAL:
        return ""
    if concerns(rule, employer) or PersonFlag.CANDIDATE_SPOUSE in rule.person_flags:
        return ""
    own = (r for r in reader().ruleset.rules if r.in_place_of_others)
    return next((r.id for r in own if employer in r.employer_types), "")


def covers(rule: Rule, phase: Phase) -> bool:
    """Say whether a file is about such a phase.

    An unknown one is read as the campaign, and as the time before for acts on one's own candidacy.
    """
    if phase is Phase.UNKNOWN:
        return not rule.phases or bool(rule.phases & {Phase.CAMPAIGN, Phase.BEFORE})
    return not rule.phases or phase in rule.phases


@functools.cache
def decided() -> tuple[Decided, ...]:
    """Return every combination of rule, phase and employer type."""
    known = {rule.id: _model(rule) for rule in reader().ruleset.rules}
    keys = [
        (rule, phase, employer)
        for rule in reader().ruleset.rules
        for phase in PHASES
        for employer in EmployerType
    ]
    lines = [moved(known[rule.id], phase, employer) for rule, phase, employer in keys]
    findings = reader().judge_statements(lines)
    pairs = zip(keys, findings, strict=True)
    return tuple(Decided(*key, finding) for key, finding in pairs)


@functools.cache
def reader() -> Reader:
    return Reader(watch.load(watch.shipped()))


@functools.cache
def _of_rule() -> Mapping[str, list[RuleCase]]:
    found: dict[str, list[RuleCase]] = {}
    for case in cases(watch.shipped()):
        found.setdefault(case.rule, []).append(case)
    return found


def _model(rule: Rule) -> RuleCase:
    """Return the first of a rule's own cases that it matches; a clear one goes first."""
    own = [c for c in _of_rule()[rule.id] if c.expect != Outcome.NONE.value]
    own.sort(key=lambda case: case.expect != Outcome.ALERT.value)
    findings = reader().judge_statements([statement(dict(case.line)) for case in own])
    for case, finding in zip(own, findings, strict=True):
        if rule.id in {match.rule for match in finding.matches}:
            return case
    raise LookupError(f"{rule.id}: no case of its own is a hit")


def moved(case: RuleCase, phase: Phase, employer: EmployerType) -> Statement:
    """Return a case's line in another phase, as the act of somebody of this employer type."""
    contest = _contest(case, reader().ruleset)
    person = {**PLAIN, **case.line.get("person", {}), "employer_type": employer.value}
    line = {
        **case.line,
        "contests": [contest.id],
        "person": {**person, "notice_date": "2000-01-01"},
    }
    if phase is Phase.UNKNOWN:
        line |= {"occurred_at": None, "first_seen_at": "2100-01-01T00:00:00Z"}
    else:
        line["occurred_at"] = instant(contest, phase).isoformat()
    return statement(line)


def _contest(case: RuleCase, ruleset: RuleSet) -> Contest:
    """Return the contest of what the case is about: of its target, else the first it names."""
    found = reader().judge_statements([statement(dict(case.line))])[0]
    target = next((m.target for m in found.matches if m.rule == case.rule), "")
    ids = case.line.get("contests") or list(ruleset.contests)
    named = [ruleset.contests[i] for i in ids]
    return next((c for c in named if target and c.target(target)), named[0])


def instant(contest: Contest, phase: Phase) -> datetime:
    """Return a noon of the contest's first round that lies in a phase."""
    first = contest.rounds[0]
    days = {
        Phase.BEFORE: contest.tahapan_mulai,
        Phase.PROSPECTIVE: first.bakal_calon,
        Phase.DETERMINED: first.penetapan + DAY,
        Phase.CAMPAIGN: first.kampanye[0],
        Phase.QUIET: first.masa_tenang[0],
        Phase.VOTING: first.pemungutan_suara,
        Phase.COUNTING: first.pemungutan_suara + DAY,
        Phase.CLOSED: max(one.selesai for one in contest.rounds) + DAY,
    }
    found = datetime.combine(days[phase], NOON)
    if contest.phase_at(found) is not phase:
        raise LookupError(f"{contest.id}: {found} lies in {contest.phase_at(found)}, not {phase}")
    return found


def table() -> str:
    """Return one line a rule: in each phase, whom it reaches, as letters."""
    rows: dict[str, dict[Phase, str]] = {}
    count = hits = 0
    for one in decided():
        count, hits = count + 1, hits + one.hit
        cell = LETTERS[one.employer] if one.hit else "."
        row = rows.setdefault(one.rule.id, {})
        row[one.phase] = row.get(one.phase, "") + cell
    legend = ", ".join(f"{letter} {employer}" for employer, letter in LETTERS.items())
    head = f"{'':42}" + "".join(f"{phase.value[:11]:12}" for phase in PHASES)
    body = [f"{rule:42}" + "".join(f"{row[p]:12}" for p in PHASES) for rule, row in rows.items()]
    return "\n".join([legend, "", head, *body, "", f"{count} combinations, {hits} reach a rule"])


if __name__ == "__main__":
    sys.stdout.write(table() + "\n")
