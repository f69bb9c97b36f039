"""Quarantine: a rule that is hit far more often than usual asks for a person, and goes on asking.

A rule that reads a viral phrase wrongly would alert on hundreds of people at once. Over its limit
its alerts become reviews; none is dropped. Counting, the decision and what is told about it are in
the transaction of the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from monitor import config
from monitor.clock import Clock
from monitor.log import logger
from monitor.model.finding import Finding, Match, Outcome
from monitor.model.rule import Rule
from monitor.run.health import Health
from monitor.run.rules import Reader
from monitor.store import rates, rules
from monitor.store.db import Connection
from monitor.store.rules import By
from monitor.store.writer import Writer

ALARM = "quarantine"
PROGRAM = "netralitas"
QUESTION = (
    "Aturan {rule} sedang dikarantina karena kena jauh lebih sering dari biasanya: "
    "apakah aturan ini tepat untuk perbuatan ini?"
)


class Quarantine:
    """Counts the hits of live rules and holds back those that are over their limit."""

    def __init__(
        self, writer: Writer, reader: Reader, health: Health, settings: config.Rules, clock: Clock
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._health = health
        self._settings = settings
        self._clock = clock

    def weigh(self, tx: Connection, finding: Finding, now: datetime) -> Finding:
        """Count a finding's rules; return it as it may be told."""
        for rule in sorted({match.rule for match in finding.matches}):
            self._count(tx, rule, now)
        return softened(finding, rates.quarantined(tx))

    def look(self) -> None:
        """End the quarantine of rules that stayed under their limit long enough."""
        now, calm = self._clock(), timedelta(hours=self._settings.quarantine_hours)
        over = [
            q for q in rates.quarantined(self._writer.reader()).values() if now - q.over_at >= calm
        ]
        for held in over:
            reason = f"under its limit for {self._settings.quarantine_hours} hours"
            with self._writer.transaction() as tx:
                release(tx, self._health, held.rule, By(PROGRAM, reason), now)

    def _count(self, tx: Connection, rule: str, now: datetime) -> None:
        count = rates.add_hit(tx, rule, now)
        if count <= self._settings.quarantine_hits:
            return
        usual = rates.usual(tx, rule, now)
        if count > self._settings.quarantine_times * usual and rates.hold(tx, rule, now):
            self._tell(tx, rule, count, usual, now)

    def _tell(self, tx: Connection, rule: str, count: int, usual: int, now: datetime) -> None:
        logger.warning("rule {} goes into quarantine: {} hits in an hour", rule, count)
        reason = f"{count} hits in an hour, usually {usual}"
        public = {"hits": count, "usual": usual}
        rules.note(tx, rule, "quarantined", public, By(PROGRAM, reason), now)
        owner = _author(self._reader.ruleset.rules, rule)
        self._health.alarm_in(tx, ALARM, rule, count=count, usual=usual, owner=owner)


def release(tx: Connection, health: Health, rule: str, by: By, now: datetime) -> bool:
    """Take a rule out of quarantine and say so; return whether it was in."""
    if not rates.release(tx, rule):
        return False
    rates.forgive(tx, rule, now)
    rules.note(tx, rule, "released", {}, by, now)
    health.clear_in(tx, ALARM, rule)
    return True


def softened(finding: Finding, held: Iterable[str]) -> Finding:
    """Return a finding in which no rule of ``held`` alerts; what others say stays as it is."""
    loud = {m.rule for m in finding.matches if m.outcome is Outcome.ALERT} & set(held)
    if not loud:
        return finding
    matches = tuple(
        replace(m, outcome=Outcome.REVIEW) if m.rule in loud else m for m in finding.matches
    )
    alerts = [m for m in matches if m.outcome is Outcome.ALERT]
    if alerts:
        return _led_by(replace(finding, matches=matches), alerts)
    asked = tuple(QUESTION.format(rule=rule) for rule in sorted(loud))
    questions = (*finding.questions, *asked)
    return replace(finding, outcome=Outcome.REVIEW, matches=matches, questions=questions)


def _led_by(finding: Finding, alerts: Sequence[Match]) -> Finding:
    """Return a finding whose level, stance and targets are those of what still alerts."""
    top = next((m for m in alerts if m.level is finding.level), alerts[0])
    same = [m for m in alerts if m.stance is top.stance]
    targets = tuple(dict.fromkeys(m.target for m in same))
    return replace(finding, level=top.level, stance=top.stance, targets=targets)


def _author(found: Iterable[Rule], rule: str) -> str:
    return next((r.author for r in found if r.id == rule), "")
