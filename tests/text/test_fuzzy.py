"""One slip of the finger in a long name, and no more."""

from __future__ import annotations

import pytest

from monitor.text.fuzzy import NearNames

NAMES = NearNames(["wiratama", "sulaksmi", "andini"])


@pytest.mark.parametrize("slip", ["wirtama", "wirattama", "wiretama", "wirtaama", "wiratama"])
def test_one_edit_or_swap_is_forgiven(slip: str) -> None:
    assert NAMES.find(slip) == "wiratama"


@pytest.mark.parametrize("word", ["wirtma", "piratama", "andi", "sulak", "wiratamanya"])
def test_more_than_that_is_another_word(word: str) -> None:
    assert NAMES.find(word) is None


def test_a_slip_between_two_names_is_nobody() -> None:
    assert NearNames(["santoso", "santosa"]).find("santos") is None
    assert NearNames(["santoso", "santosa"]).find("santosa") == "santosa"
