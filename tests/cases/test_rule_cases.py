"""Every case that a rule file states, through load, reading and judging."""

from __future__ import annotations

import copy
import functools
import re
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import watch
from monitor.judge.decide import Facts, decide
from monitor.judge.exculpations import EXCULPATIONS
from monitor.match.engine import Engine
from monitor.match.features import NAMES
from monitor.match.rules import Shelf
from monitor.model.finding import Finding, Outcome
from monitor.model.rule import Exclusion, Level, Rule, RuleSet
from monitor.model.wire import statement
from monitor.watch.rules import RuleCase, Vocabulary, cases

CASES = cases(watch.shipped())


@functools.cache
def shipped() -> tuple[RuleSet, Engine]:
    ruleset = watch.load(watch.shipped())
    return ruleset, Engine(ruleset)


def judged(case: RuleCase) -> Finding:
    ruleset, engine = shipped()
    line = statement(dict(case.line))
    live = line.contests or tuple(ruleset.contests)
    reading = engine.read([line.activity], [live])[0]
    return decide(line.activity, reading, Facts(line.person, line.stated), ruleset)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.rule}:{c.name}")
def test_case(case: RuleCase) -> None:
    finding = judged(case)
    assert finding.outcome.value == case.expect, finding.derivation
    if case.stance:
        assert finding.stance is not None
        assert finding.stance.value == case.stance
    if case.target:
        assert case.target in finding.targets


@functools.cache
def of_rule(rule: str) -> tuple[RuleCase, ...]:
    return tuple(c for c in CASES if c.rule == rule)


RULES = tuple(rule.id for rule in shipped()[0].rules)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_has_five_hits_five_misses_and_a_case_per_exclusion(rule: str) -> None:
    hits = [c for c in of_rule(rule) if c.expect != "none"]
    excluded = [c for c in of_rule(rule) if c.name.startswith("pengecualian ")]
    misses = [c for c in of_rule(rule) if c.expect == "none" and c not in excluded]
    known = next(r for r in shipped()[0].rules if r.id == rule)
    assert len(hits) >= 5
    assert len(misses) >= 5
    assert len(excluded) >= len(known.exclusions)


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_reaches_an_act_in_each_of_its_phases(rule: str) -> None:
    known = next(r for r in shipped()[0].rules if r.id == rule)
    found = [judged(c) for c in of_rule(rule) if c.expect != "none"]
    seen = {f.phase for f in found if rule in {m.rule for m in f.matches}}
    # Acts that name nobody have no contest of their own, so their phase is the file's business.
    if all(f.targets for f in found):
        assert {phase.value for phase in known.phases} <= seen


def without(rule: Rule, exclusion: Exclusion) -> RuleSet:
    kept = tuple(e for e in rule.exclusions if e is not exclusion)
    ruleset = shipped()[0]
    changed = (replace(r, exclusions=kept) if r.id == rule.id else r for r in ruleset.rules)
    return replace(ruleset, rules=tuple(changed))


def reached(case: RuleCase, ruleset: RuleSet) -> bool:
    """Say whether the reader alone finds a case's rule, whatever a judge then makes of it."""
    line = statement(dict(case.line))
    live = line.contests or tuple(ruleset.contests)
    reading = reader_of(ruleset).read([line.activity], [live])[0]
    return case.rule in {m.rule for m in reading.matches}


def reader_of(ruleset: RuleSet) -> Engine:
    """Return an engine with other rules; building its indexes again would take seconds."""
    engine = copy.copy(shipped()[1])
    engine._shelf = Shelf(ruleset.rules)
    return engine


EXCLUSIONS = [(r, e) for r in shipped()[0].rules for e in r.exclusions]


@pytest.mark.parametrize(
    ("rule", "exclusion"), EXCLUSIONS, ids=lambda v: v.id if isinstance(v, Rule) else v.when
)
def test_without_an_exclusion_one_of_its_cases_would_be_a_hit(
    rule: Rule, exclusion: Exclusion
) -> None:
    own = [c for c in of_rule(rule.id) if c.name.startswith("pengecualian ")]
    assert not any(rule.id in {m.rule for m in judged(c).matches} for c in own)
    assert any(reached(c, without(rule, exclusion)) for c in own)


def test_no_live_rule_rests_on_memory_alone() -> None:
    for rule in shipped()[0].rules:
        basis = {b.confidence for b in rule.legal_basis}
        assert rule.level is Level.SINYAL or basis - {"M"}, rule.id


def test_each_rule_is_reached_by_one_of_its_own_cases() -> None:
    ruleset, _ = shipped()
    for rule in ruleset.rules:
        found = [judged(c) for c in CASES if c.rule == rule.id and c.expect != "none"]
        reached = {m.rule for f in found for m in f.matches if f.outcome is not Outcome.NONE}
        assert rule.id in reached


def test_the_manual_names_every_feature_and_exculpation() -> None:
    manual = (Path(__file__).parents[2] / "docs/rule-format.md").read_text("utf-8")
    said = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", manual))
    assert said >= NAMES
    assert set(EXCULPATIONS) <= said


def test_rules_use_only_names_that_code_answers_to() -> None:
    words = Vocabulary(detectors=NAMES, features=NAMES, exculpations=frozenset(EXCULPATIONS))
    assert watch.load(watch.shipped(), words=words).rules
