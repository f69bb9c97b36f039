"""Folding: what is unified, and that every span maps into the author's own text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.fold import fold, fold_word
from monitor.text.tokens import marks


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Sari HEBAT", "sari hebat"),
        ("Sаri", "sari"),  # a Cyrillic a
        ("𝐒𝐚𝐫𝐢", "sari"),
        ("Ｓａｒｉ", "sari"),
        ("S\u200ba\u200dr\u2060i", "sari"),
        ("Sári\u0301", "sari"),
        ("pilih 2️⃣", "pilih 2 "),
        ("✌🏽", "✌"),
        ("“ya”", '"ya"'),
    ],
)
def test_disguises_are_taken_off(written: str, folded: str) -> None:
    assert fold(written).text == folded


def test_span_of_a_disguised_word_covers_what_was_written() -> None:
    text = "Ayo d\u200bu\u0301kung Sаri"
    word = list(marks(fold(text)))[1]
    assert word.form == "dukung"
    assert text[word.start : word.end] == "d\u200bu\u0301kung"


@given(st.text(max_size=300))
def test_every_span_maps_inside_the_text(text: str) -> None:
    folded = fold(text)
    assert folded.size == len(text)
    for start in range(len(folded.text)):
        first, last = folded.span(start, start + 1)
        assert 0 <= first < last <= len(text)


@given(st.text(max_size=300))
def test_spans_keep_their_order(text: str) -> None:
    folded = fold(text)
    starts = [folded.span(i, i + 1)[0] for i in range(len(folded.text))]
    assert starts == sorted(starts)


PLAIN = st.characters(codec="ascii", categories=("L", "N", "P", "Zs"))


@given(st.text(alphabet=PLAIN, max_size=200))
def test_plain_ascii_needs_no_map(text: str) -> None:
    assert fold(text).origin is None
    assert fold(text).text == text.lower()


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=60))
def test_a_text_folds_alike_beside_a_letter_of_another_script(text: str) -> None:
    assert fold(text + "ж").text == fold(text).text + fold("ж").text


@given(st.text(max_size=200))
def test_folding_twice_changes_nothing_but_spaces(text: str) -> None:
    once = fold_word(text)
    assert fold_word(once).split() == once.split()
