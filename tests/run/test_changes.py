"""Comparing words, and what a case remembers of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.run.changes import MOST_WORDS, diff

WORDS = st.lists(
    st.sampled_from(["ayo", "pilih", "nomor", "2", "👍🏽", "é", "\n", "  "]), max_size=30
)


@given(WORDS, WORDS)
def test_the_parts_are_the_two_texts(old: list[str], new: list[str]) -> None:
    one, two = " ".join(old), " ".join(new)
    parts = diff(one, two)
    assert parts is not None
    assert "".join(str(p["text"]) for p in parts if p["op"] != "added") == one
    assert "".join(str(p["text"]) for p in parts if p["op"] != "removed") == two


def test_one_word_is_one_change() -> None:
    assert diff("Ayo coblos nomor 2", "Ayo coblos nomor 1") == [
        {"op": "same", "text": "Ayo coblos nomor "},
        {"op": "removed", "text": "2"},
        {"op": "added", "text": "1"},
    ]


@pytest.mark.parametrize(("old", "new"), [("", "baru"), ("lama", "")])
def test_all_or_nothing(old: str, new: str) -> None:
    op, text = ("added", new) if new else ("removed", old)
    assert diff(old, new) == [{"op": op, "text": text}]


def test_the_longest_that_is_compared_and_one_more() -> None:
    most = "a " * (MOST_WORDS // 2)
    assert diff(most, most) == [{"op": "same", "text": most}]
    assert diff(most + "a", most) is None
