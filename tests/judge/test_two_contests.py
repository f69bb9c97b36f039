"""A governor's and a regent's contest at once, with the same ballot numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.measure import items
from monitor.measure.base import Judged
from monitor.measure.expected import checks
from tests.cases.world import reader

FILE = Path(__file__).with_name("two_contests.jsonl")
ITEMS = items.load(FILE)


@pytest.mark.parametrize("item", ITEMS, ids=[item.id for item in ITEMS])
def test_scenario(item: items.Item) -> None:
    finding = reader().judge_statements([item.statement])[0]
    kept = checks(Judged(item, finding))
    assert all(kept.values()), (kept, finding.targets, finding.exculpations, finding.derivation)


def test_both_contests_are_live_in_every_scenario() -> None:
    assert len(ITEMS) >= 6
    assert all(len(item.statement.contests or ()) == 2 for item in ITEMS)
