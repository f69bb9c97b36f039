"""Phrases are whole words and may overlap; they stand in the order of their ends."""

from __future__ import annotations

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
