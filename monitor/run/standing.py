"""How each rule stands now: its file's status, and what commands said since.

Reading is the same whatever stands here: the engine reads with every rule that is not retired in
its file, and its matches are sorted afterwards. So a switch works at the next batch, and the
engine knows nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from monitor.model.finding import Finding, Outcome, Reading
from monitor.model.rule import Rule, RuleSet, Status
from monitor.store import rules
from monitor.store.db import Connection


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands above the files: rules that are off, and statuses given to one revision."""

    off: frozenset[str] = frozenset()
    given: Mapping[tuple[str, int], Status] = field(default_factory=dict)

    def status(self, rule: Rule) -> Status | None:
        """Return a rule's status, or ``None`` where it is off."""
        if rule.id in self.off:
            return None
        return self.given.get((rule.id, rule.revision), rule.status)


AS_FILED = Standing()


def now(conn: Connection) -> Standing:
    """Return what commands said, as the database has it now."""
    found = rules.switches(conn)
    off = frozenset(s.rule for s in found if s.value == rules.OFF)
    given = {(s.rule, s.revision): Status(s.value) for s in found if s.value != rules.OFF}
    return Standing(off, given)


def awake(ruleset: RuleSet) -> RuleSet:
    """Return the set with every rule that is not retired made live, for the engine."""
    kept = (r for r in ruleset.rules if r.status is not Status.RETIRED)
    return replace(ruleset, rules=tuple(replace(r, status=Status.LIVE) for r in kept))


def with_rules(reading: Reading, kept: frozenset[str], every: frozenset[str]) -> Reading:
    """Return what a reading says of some rules; of ``every`` other rule nothing is left."""
    if every <= kept:
        return reading
    hidden = every - kept
    return replace(
        reading,
        matches=tuple(m for m in reading.matches if m.rule not in hidden),
        # A reason that speaks of a rule begins with its id.
        derivation=tuple(d for d in reading.derivation if d.partition(": ")[0] not in hidden),
    )


def of_rule(finding: Finding, rule: str) -> Finding:
    """Return the part of a finding that one rule leads to; its outcome is ``none`` if nothing."""
    matches = tuple(m for m in finding.matches if m.rule == rule)
    alert = any(m.outcome is Outcome.ALERT for m in matches)
    outcome = Outcome.ALERT if alert else Outcome.REVIEW if matches else Outcome.NONE
    return replace(
        finding,
        outcome=outcome,
        stance=matches[0].stance if matches else finding.stance,
        targets=tuple(dict.fromkeys(m.target for m in matches)),
        matches=matches,
    )
