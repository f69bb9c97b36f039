"""Hashtags are cut into words; what is left over must not make a word of its neighbour."""

from __future__ import annotations

from monitor.text.tags import Splitter, deliberate


def test_a_short_form_is_no_word_where_crumbs_are_left() -> None:
    splitter = Splitter(frozenset({"ab", "c", "menang", "abadi"}))
    assert splitter.split("abc48") == ("abc", "48")
    assert splitter.split("abmenang") == ("ab", "menang")
    assert splitter.split("menangab") == ("menang", "ab")
    assert splitter.split("ab2024") == ("ab", "2024")
    assert splitter.split("abq") == ("abq",)
    assert splitter.split("menangc") == ("menangc",)


def test_a_word_between_letters_that_are_none_was_not_meant() -> None:
    splitter = Splitter(frozenset({"surya", "menang"}))
    assert splitter.split("qopsuryavexq") == ("qopsuryavexq",)
    assert splitter.split("suryamenang") == ("surya", "menang")
    assert splitter.split("suryaqopv") == ("surya", "qopv")


def test_everyday_words_keep_a_name_from_being_cut_out_of_them() -> None:
    splitter = Splitter(frozenset({"pan", "demi", "masa"}), frozenset({"pandemi", "nasi"}))
    assert splitter.split("masapandemi") == ("masa", "pandemi")
    assert splitter.split("pandemimasa") == ("pandemi", "masa")


def test_capitals_count_as_meant_only_one_to_a_word() -> None:
    assert deliberate("#StopAkalMudik")
    assert deliberate("#Salam2Jari")
    assert not deliberate("#RIDEmenang")
    assert not deliberate("#Suryamenang")
