"""The rule set in force: one engine and the values it was built from, swapped whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from monitor.judge.decide import Facts, decide
from monitor.match.engine import Engine
from monitor.model.activity import Activity, Target
from monitor.model.contest import LiveDays
from monitor.model.finding import Finding, Naming, Outcome, Reading
from monitor.model.person import PersonFacts
from monitor.model.rule import AccountRole, RuleSet, Status
from monitor.model.wire import Statement
from monitor.run.standing import AS_FILED, Standing, awake, of_rule, with_rules

# The daemon states every key: an empty one is the fact "unknown", not silence.
EVERY_KEY = frozenset(
    {"platform", "signal", "text", "media", "target", "occurred_at", "not_before", "person"}
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What an act leads to, and what each rule in shadow would have added."""

    finding: Finding
    shadows: tuple[Finding, ...]


class Reader:
    """Matches and judges batches of activities with the rule set in force.

    A new set replaces the old one between batches and never within one.
    """

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self._engine = Engine(awake(ruleset))
        self._days = LiveDays(ruleset.contests)
        self._at_home: dict[str, frozenset[str]] = {}

    def swap(self, other: Reader) -> None:
        """Take over the set of another reader, which may have been built in a thread."""
        self.ruleset, self._engine, self._days = other.ruleset, other._engine, other._days
        self._at_home = other._at_home

    def live_at(self, instant: datetime) -> tuple[str, ...]:
        """Return the contests that are live at an aware instant."""
        return self._days.at(instant)

    def judge(
        self,
        cases: Sequence[tuple[Activity, Facts]],
        now: datetime,
        standing: Standing = AS_FILED,
    ) -> list[Judged]:
        """Judge activities of registered accounts.

        A contest counts that was live at the act's time and still is ``now``: monitoring of one
        that has ended is over, also for older acts that are found only now (P25).
        """
        activities = [self.with_role(activity) for activity, _ in cases]
        watched = frozenset(self.live_at(now))
        live = [_among(watched, self._live(activity)) for activity in activities]
        facts = [fact for _, fact in cases]
        own = [self._own(fact.person) for fact in facts]
        return self._decide(activities, facts, live, own, standing)

    def judge_statements(
        self,
        statements: Sequence[Statement],
        contests: tuple[str, ...] = (),
        standing: Standing = AS_FILED,
    ) -> list[Finding]:
        """Judge what was stated offline: the line's contests, else the caller's, else live ones.

        Stated contests are those that the writer may mean: the writer's area narrows nothing more.
        """
        activities = [self.with_role(s.activity) for s in statements]
        live = [
            s.contests if s.contests is not None else contests or self._live(a)
            for s, a in zip(statements, activities, strict=True)
        ]
        facts = [Facts(s.person, s.stated) for s in statements]
        stated = [bool(contests) or s.contests is not None for s in statements]
        own = [
            self._own(None if known else s.person)
            for s, known in zip(statements, stated, strict=True)
        ]
        return [judged.finding for judged in self._decide(activities, facts, live, own, standing)]

    def with_role(self, activity: Activity) -> Activity:
        """Say who the target's author is, where the watchlists know and the sender did not."""
        target = activity.target
        if target is None or target.of or target.role:
            return activity
        role = self._role(activity.platform, target)
        if role is None:
            return activity
        known = replace(target, role=role.role, of=role.of, account_type=role.account_type)
        return replace(activity, target=known)

    def namings(self, activity: Activity, live: Sequence[str]) -> list[Naming]:
        """Return where an activity names targets of these contests, for measurements."""
        return self._engine.namings(activity, live)

    def _decide(
        self,
        activities: Sequence[Activity],
        facts: Sequence[Facts],
        live: Sequence[tuple[str, ...]],
        own: Sequence[frozenset[str]],
        standing: Standing,
    ) -> list[Judged]:
        readings = self._engine.read(activities, live, own)
        status = {rule.id: standing.status(rule) for rule in self.ruleset.rules}
        heard = frozenset(r for r, s in status.items() if s is Status.LIVE)
        shadow = frozenset(r for r, s in status.items() if s is Status.SHADOW)
        every = frozenset(status)
        return [
            Judged(
                decide(
                    activity, with_rules(reading, heard, every), fact, self.ruleset, every - heard
                ),
                tuple(self._shadows(activity, reading, fact, heard, shadow)),
            )
            for activity, reading, fact in zip(activities, readings, facts, strict=True)
        ]

    def _shadows(
        self,
        activity: Activity,
        reading: Reading,
        facts: Facts,
        heard: frozenset[str],
        shadow: frozenset[str],
    ) -> Iterator[Finding]:
        """Yield what each rule in shadow adds: it is judged beside those that are heard."""
        for rule in sorted(shadow & {match.rule for match in reading.matches}):
            every = frozenset(rule.id for rule in self.ruleset.rules)
            beside = with_rules(reading, heard | {rule}, every)
            asleep = every - heard - {rule}
            finding = of_rule(decide(activity, beside, facts, self.ruleset, asleep), rule)
            if finding.outcome is not Outcome.NONE:
                yield finding

    def _role(self, platform: str, target: Target) -> AccountRole | None:
        for key in (target.author_id, target.author_handle):
            role = self.ruleset.accounts.get((platform, key)) if key else None
            if role is not None:
                return role
        return None

    def _own(self, person: PersonFacts | None) -> frozenset[str]:
        """Return the contests that a person votes in, by the area on file."""
        area = (person.area if person else None) or ""
        if not area:
            return frozenset()
        known = self._at_home.get(area)
        if known is None:
            contests = self.ruleset.contests.values()
            known = frozenset(c.id for c in contests if c.covers(area))
            self._at_home[area] = known
        return known

    def _live(self, activity: Activity) -> tuple[str, ...]:
        when = activity.occurred_at
        if when is None and activity.watch_id:
            when = activity.first_seen_at
        return self._days.at(when) if when else self._days.all


def _among(watched: frozenset[str], live: tuple[str, ...]) -> tuple[str, ...]:
    # Nearly always all of them, and then the same tuple: reading remembers what it made of it.
    return live if watched.issuperset(live) else tuple(c for c in live if c in watched)
