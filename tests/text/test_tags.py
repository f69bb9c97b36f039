"""Hashtags are cut into words; what is left over must not make a word of its neighbour."""

from __future__ import annotations

from monitor.text.tags import Splitter


def test_a_short_form_is_no_word_where_crumbs_are_left() -> None:
    splitter = Splitter(frozenset({"ab", "c", "menang", "abadi"}))
    assert splitter.split("abc48") == ("abc", "48")
    assert splitter.split("abmenang") == ("ab", "menang")
    assert splitter.split("menangab") == ("menang", "ab")
    assert splitter.split("ab2024") == ("ab", "2024")
    assert splitter.split("abq") == ("abq",)
