"""Phrases are whole words, may overlap, and never reach over a clause."""

from __future__ import annotations

from monitor.text.index import PhraseIndex

INDEX = PhraseIndex({"pilih": ["vote"], "jangan pilih": ["reject"], "sari": ["name"]})


def found(words: list[str], breaks: frozenset[int] = frozenset()) -> set[tuple[str, int, int]]:
    return {(f.value, f.first, f.last) for f in INDEX.find(words, breaks)}


def test_overlapping_phrases_are_all_found() -> None:
    assert found(["jangan", "pilih", "sari"]) == {
        ("reject", 0, 1),
        ("vote", 1, 1),
        ("name", 2, 2),
    }


def test_a_clause_border_parts_a_phrase_but_keeps_its_words() -> None:
    assert found(["jangan", "pilih"], frozenset({1})) == {("vote", 1, 1)}


def test_parts_of_words_are_not_found() -> None:
    assert found(["pilihan", "sarinah"]) == set()


def test_nothing_is_found_in_nothing() -> None:
    assert found([]) == set()
