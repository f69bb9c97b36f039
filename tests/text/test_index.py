"""Phrases are whole words and may overlap; they stand in the order of their ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.text.index import PhraseIndex

INDEX = PhraseIndex(
    {"pilih": "vote", "jangan pilih": "reject", "sari dewi": "name", "dewi": "short", "a b a": "x"}
)


def found(*words: str) -> list[tuple[str, int, int]]:
    return [(value, first, last) for last, first, value in INDEX.rows(words)]


def test_phrases_of_one_word_are_looked_up() -> None:
    assert INDEX.alone("pilih") == "vote"
    assert INDEX.alone("jangan pilih") is None
    assert INDEX.alone("pilihan") is None


def test_phrases_of_several_words_are_found_in_order() -> None:
    assert found("jangan", "pilih", "sari", "dewi") == [("reject", 0, 1), ("name", 2, 3)]


def test_overlapping_phrases_are_all_found_however_many() -> None:
    assert found("a", "b", "a", "b", "a") == [("x", 0, 2), ("x", 2, 4)]
    many = ["a", "b"] * 30 + ["a"]
    assert found(*many) == [("x", 2 * n, 2 * n + 2) for n in range(30)]


def test_parts_of_words_are_not_found() -> None:
    assert found("ejangan", "pilih", "sari", "dewina") == []


def test_nothing_is_found_in_nothing() -> None:
    assert found() == []


# Two words make phrases that begin, end and repeat in each other.
PHRASES = st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=5).map(" ".join))


@given(PHRASES, st.lists(st.sampled_from("abc"), max_size=30))
def test_the_same_is_found_as_by_trying_every_phrase(phrases: list[str], words: list[str]) -> None:
    index = PhraseIndex({phrase: phrase for phrase in phrases})
    tried = {
        (first + len(parts) - 1, first, phrase)
        for phrase in phrases
        if len(parts := phrase.split()) > 1
        for first in range(len(words))
        if words[first : first + len(parts)] == parts
    }
    assert index.rows(words) == sorted(tried)
