"""The gate, on a collector that platforms' terms would ask papers for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from monitor.collect.base import Info, Requirement
from monitor.collect.gate import Attestation, check
from monitor.model.activity import Signal

TODAY = date(2024, 10, 12)
PAPER = Attestation("Ratna Dewanti, Inspektur", "Perjanjian 12/2024", "portal", date(2024, 12, 31))
INFO = Info(
    name="portal",
    platform="portal",
    version="1",
    observes=frozenset({Signal.POST}),
    requires=Requirement.AGREEMENT,
    min_interval=900,
    basis="agreement",
    blind_spots=(),
)
ASKS = "collector 'portal' needs a written agreement with the platform"


def test_a_right_on_record_opens() -> None:
    assert check(INFO, [PAPER], TODAY) is None


def test_the_last_day_counts() -> None:
    assert check(INFO, [PAPER], PAPER.expires) is None


@pytest.mark.parametrize(
    ("papers", "reason"),
    [
        ([], f"{ASKS}; no attestation is on record"),
        ([replace(PAPER, scope="feeds")], f"{ASKS}; no attestation is on record"),
        (
            [replace(PAPER, expires=date(2024, 10, 11))],
            f"{ASKS}; the attestation on record ended on 2024-10-11",
        ),
        (
            [replace(PAPER, who=" ")],
            f"{ASKS}; the attestation on record does not name who and which document",
        ),
        (
            [replace(PAPER, document="")],
            f"{ASKS}; the attestation on record does not name who and which document",
        ),
    ],
)
def test_everything_else_stays_closed(papers: list[Attestation], reason: str) -> None:
    assert check(INFO, papers, TODAY) == reason


@pytest.mark.parametrize("requires", [r for r in Requirement if r is not Requirement.NONE])
def test_each_kind_of_right_is_asked_for(requires: Requirement) -> None:
    assert check(replace(INFO, requires=requires), [], TODAY) is not None


def test_an_open_platform_needs_no_paper() -> None:
    assert check(replace(INFO, requires=Requirement.NONE), [], TODAY) is None
