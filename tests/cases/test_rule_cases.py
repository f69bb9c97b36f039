"""Every case that a rule file states, through load, reading and judging."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from monitor import watch
from monitor.judge.decide import Facts, decide
from monitor.judge.exculpations import EXCULPATIONS
from monitor.match.engine import Engine
from monitor.match.features import NAMES
from monitor.model.finding import Finding, Outcome
from monitor.model.rule import RuleSet
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


def test_each_rule_has_hits_misses_and_a_case_for_each_exclusion() -> None:
    ruleset, _ = shipped()
    for rule in ruleset.rules:
        own = [c for c in CASES if c.rule == rule.id]
        hits = [c for c in own if c.expect != "none"]
        excluded = [c for c in own if c.name.startswith("pengecualian ")]
        assert len(hits) >= 3, rule.id
        assert len(own) - len(hits) >= 3, rule.id
        assert len(excluded) >= len(rule.exclusions), rule.id


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
