"""One slip of the finger in a long name, and no more."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from monitor.text.fuzzy import MIN_LETTERS, NearNames

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


def measured(names: list[str], word: str) -> str | None:
    """The rule by RapidFuzz alone: every name measured, none proposed."""
    if len(word) < MIN_LETTERS:
        return None
    long = {name for name in names if len(name) >= MIN_LETTERS}
    if word in long:
        return word
    near = [n for n in long if n[0] == word[0] and OSA.distance(word, n) <= 1]
    return near[0] if len(near) == 1 else None


# Few letters make near names, double letters and swaps frequent.
WORDS = st.text(alphabet="aber", min_size=3, max_size=9)


@given(st.lists(WORDS, min_size=1, max_size=60), st.lists(WORDS, min_size=1, max_size=30))
def test_the_index_answers_as_measuring_every_name_does(names: list[str], words: list[str]) -> None:
    index = NearNames(names)
    assert [index.find(word) for word in words] == [measured(names, word) for word in words]


def test_the_same_on_names_as_long_as_names_are() -> None:
    rng = random.Random(7)
    parts = ("su", "har", "ta", "wi", "ra", "ning", "sih", "yo", "no", "lak", "smi", "di", "man")
    names = ["".join(rng.choices(parts, k=rng.randint(2, 5))) for _ in range(600)]
    index = NearNames(names)
    words = [_changed(rng, rng.choice(names)) for _ in range(400)]
    assert [index.find(word) for word in words] == [measured(names, word) for word in words]


def _changed(rng: random.Random, name: str) -> str:
    letters = list(name)
    for _ in range(rng.randint(0, 2)):
        at = rng.randrange(len(letters))
        letters[at : at + 1] = rng.choice([[], [rng.choice("aiuens")], [letters[at]] * 2])
        letters = letters or ["a"]
    return "".join(letters)
