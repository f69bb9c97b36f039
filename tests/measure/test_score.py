"""Proportions and intervals against values worked out by hand or printed in textbooks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.measure.score import Counts, bootstrap_f1, quantiles, share, shown, wilson


def test_counts() -> None:
    counts = Counts(right=6, false=2, missed=4, rest=88)
    assert counts.precision == 0.75
    assert counts.recall == 0.6
    assert counts.f1 == pytest.approx(12 / 18)


def test_nothing_has_no_proportion() -> None:
    empty = Counts(0, 0, 0)
    assert (empty.precision, empty.recall, empty.f1) == (None, None, None)
    assert wilson(0, 0) is None
    assert bootstrap_f1(empty, 1) is None
    assert shown(None) == "-"


def test_wilson_is_the_published_interval() -> None:
    # Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263 and 15 of 148, 0 of 20.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_stays_within_bounds(parts: tuple[int, int]) -> None:
    found = wilson(*parts)
    assert found is not None
    low, high = found
    assert 0 <= low <= parts[0] / parts[1] <= high <= 1


def test_the_bootstrap_is_repeatable_and_holds_the_score() -> None:
    counts = Counts(right=60, false=10, missed=15, rest=200)
    first, again = bootstrap_f1(counts, 7), bootstrap_f1(counts, 7)
    assert first == again != bootstrap_f1(counts, 8)
    assert first is not None
    assert counts.f1 is not None
    assert first[0] < counts.f1 < first[1]


def test_more_items_narrow_the_bootstrap() -> None:
    few = bootstrap_f1(Counts(6, 1, 2, 20), 1)
    many = bootstrap_f1(Counts(600, 100, 200, 2000), 1)
    assert few is not None
    assert many is not None
    assert many[1] - many[0] < few[1] - few[0]


def test_a_perfect_score_has_no_spread() -> None:
    assert bootstrap_f1(Counts(5, 0, 0, 5), 3) == (1.0, 1.0)


def test_quantiles_leave_a_tail_on_either_side() -> None:
    assert quantiles(list(range(101)), 0.05) == (5, 95)


def test_how_figures_are_written() -> None:
    assert share(3, 4) == "3/4 = 0.750 [0.30, 0.95]"
    assert share(0, 0) == "0/0 = -"
