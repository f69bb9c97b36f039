"""The twenty-six decided cases, by their number: ``decided.toml``."""

from __future__ import annotations

import pytest

from tests.cases import catalogue, tables

CASES = tables.entries("decided.toml")
# These ended as "no violation", "not proven" or "not a civil servant".
CLEARED = ("7", "8", "9", "10", "26")


@pytest.mark.parametrize("case", CASES)
def test_case(case: str) -> None:
    entry = CASES[case]
    wrong = [f"{scene.name}: {fault}" for scene in entry.scenes for fault in tables.faults(scene)]
    wrong += [fault for check in entry.checks for fault in catalogue.faults(check)]
    assert not wrong, "\n".join([entry.asks, *wrong])


def test_every_case_is_there_with_its_lesson() -> None:
    assert list(CASES) == [str(number) for number in range(1, 27)]
    assert [e.id for e in CASES.values() if not e.scenes or not e.tests] == []


@pytest.mark.parametrize("case", CLEARED)
def test_what_was_cleared_never_reaches_an_alert(case: str) -> None:
    scenes = [s for s in CASES[case].scenes if not s.look_alike]
    assert scenes
    assert {tables.judged(scene).outcome.value for scene in scenes} <= {"none", "review"}
