"""Permitted conduct: each excuse clears what it should, and none of what only looks like it."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor.judge.exculpations import EXCULPATIONS
from monitor.model.finding import Exculpation, Finding, Outcome, Result
from tests.judge.scene import judged

TABLES = sorted((Path(__file__).parent / "excuses").glob("*.toml"))
NEVER_CLEARED = "ex-not-author"


@dataclass(frozen=True)
class Scenario:
    """One act with what an excuse should answer and what the act should come to."""

    excuse: str
    name: str
    expect: Result
    outcome: Outcome
    line: Mapping[str, Any]
    fact: str = ""
    as_of: str = ""

    @property
    def looks_alike(self) -> bool:
        return self.name.startswith("look-alike: ")


def scenarios() -> list[Scenario]:
    return [
        Scenario(
            **{
                **case,
                "excuse": table.stem,
                "expect": Result(case["expect"]),
                "outcome": Outcome(case["outcome"]),
            }
        )
        for table in TABLES
        for case in tomllib.loads(table.read_text("utf-8"))["case"]
    ]


ALL = scenarios()


@functools.cache
def finding_of(place: int) -> Finding:
    return judged(**ALL[place].line)


def answer(finding: Finding, excuse: str) -> Exculpation:
    """Return what was found; an excuse that is neither listed nor met is not printed."""
    found = (e for e in finding.exculpations if e.id == excuse)
    return next(found, Exculpation(excuse, Result.NOT_MET))


@pytest.mark.parametrize("place", range(len(ALL)), ids=[f"{s.excuse}:{s.name}" for s in ALL])
def test_excuse(place: int) -> None:
    scenario, finding = ALL[place], finding_of(place)
    found = answer(finding, scenario.excuse)
    assert (found.result, finding.outcome) == (scenario.expect, scenario.outcome), (
        finding.exculpations,
        finding.derivation,
    )
    assert scenario.fact in found.fact
    assert scenario.as_of in ("", found.as_of)


@pytest.mark.parametrize("place", range(len(ALL)), ids=[f"{s.excuse}:{s.name}" for s in ALL])
def test_what_is_met_names_its_fact_and_date_and_a_review_its_question(place: int) -> None:
    finding = finding_of(place)
    for found in finding.exculpations:
        if found.result is not Result.NOT_MET:
            assert found.fact
        if found.result is Result.MET and ALL[place].line.get("occurred_at") != "unknown":
            assert found.as_of
    if finding.outcome is Outcome.REVIEW:
        assert finding.questions


def test_every_excuse_has_a_table_and_every_table_an_excuse() -> None:
    assert {table.stem for table in TABLES} == set(EXCULPATIONS)


@pytest.mark.parametrize("excuse", sorted(EXCULPATIONS))
def test_three_cases_clear_and_three_that_look_alike_do_not(excuse: str) -> None:
    own = [s for s in ALL if s.excuse == excuse]
    clearing = [s for s in own if not s.looks_alike]
    alike = [s for s in own if s.looks_alike]
    best = Result.CANNOT_BE_CHECKED if excuse == NEVER_CLEARED else Result.MET
    assert len(clearing) >= 3
    assert len(alike) >= 3
    assert {s.expect for s in clearing} == {best}
    assert any(s.outcome is not Outcome.NONE for s in alike)
    assert all(s.expect is not best or s.outcome is Outcome.ALERT for s in alike)
