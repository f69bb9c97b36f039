"""Every combination of rule, phase and employer type comes to what the rule's file declares."""

from __future__ import annotations

import functools

import pytest

from monitor.model.contest import Phase
from monitor.model.finding import Outcome
from monitor.model.person import NEVER_POLLED, EmployerType
from monitor.model.rule import Level
from tests.cases import coverage
from tests.cases.coverage import Decided


@functools.cache
def table() -> dict[str, list[Decided]]:
    found: dict[str, list[Decided]] = {}
    for one in coverage.decided():
        found.setdefault(one.rule.id, []).append(one)
    return found


RULES = [rule.id for rule in coverage.reader().ruleset.rules]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_reaches_whom_and_when_its_file_says(rule: str) -> None:
    rows = table()[rule]
    assert len(rows) == len(Phase) * len(EmployerType)
    wrong = [(one.phase, one.employer, one.hit) for one in rows if one.hit is not one.declared]
    assert wrong == []


@pytest.mark.parametrize("rule", RULES)
def test_outside_the_known_phases_and_the_civil_service_it_is_only_asked(rule: str) -> None:
    asked = [one for one in table()[rule] if one.hit and one.capped]
    assert {one.finding.outcome for one in asked} <= {Outcome.REVIEW}
    beside = [one for one in asked if one.employer in NEVER_POLLED]
    assert {one.finding.level for one in beside} <= {Level.RUJUKAN}


@pytest.mark.parametrize("rule", RULES)
def test_those_with_a_law_of_their_own_answer_by_it_for_the_same_deed(rule: str) -> None:
    for one in table()[rule]:
        own = coverage.lent(one.rule, one.employer)
        if own and coverage.covers(one.rule, one.phase):
            matched = {match.rule for match in one.finding.matches}
            assert own in matched, (one.phase, one.employer)
            levels = {match.level for match in one.finding.matches} - {Level.SINYAL}
            assert levels <= {Level.KONTRAK, Level.RUJUKAN}, (one.phase, one.employer)


def test_the_table_has_a_line_for_every_rule_and_counts_all() -> None:
    text = coverage.table()
    assert [line.split()[0] for line in text.splitlines()[3:-2]] == RULES
    count = len(RULES) * len(Phase) * len(EmployerType)
    assert text.splitlines()[-1].startswith(f"{count} combinations, ")
