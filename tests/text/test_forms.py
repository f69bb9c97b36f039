"""Word forms: disguises are undone towards known words, and only towards those."""

from __future__ import annotations

import pytest

from monitor.text.forms import Forms

KNOWN = frozenset(
    (
        *("dukung", "menang", "coblos", "mantap", "pilih", "satu"),
        *("banjar", "lukmansari", "hebat", "mobil", "maaf", "pintar"),
    )
)
FORMS = Forms(KNOWN | {"sarinande"}, {"yg": "yang", "gak": "tidak"}, ["sarinande"])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("dukung", "dukung"),
        ("dukuuuung", "dukung"),
        ("mannntapp", "mantap"),
        ("c0bl0s", "coblos"),
        ("s4tu", "satu"),
        ("p1l1h", "pilih"),
        ("d*kung", "dukung"),
        ("dukung2", "dukung"),
        ("dukunglah", "dukung"),
        ("kudukung", "dukung"),
        ("maaf", "maaf"),
        ("yg", "yang"),
        ("gak", "tidak"),
        ("sarinnde", "sarinande"),
        ("sarinadne", "sarinande"),
    ],
)
def test_a_disguised_word_is_found(written: str, meant: str) -> None:
    assert FORMS.of(written) == (meant,)


@pytest.mark.parametrize("word", ["covid19", "g20", "mobilitas", "2024", "xyzzy", "4g"])
def test_a_foreign_word_stays(word: str) -> None:
    assert FORMS.of(word) == (word,)


def test_a_starred_word_that_could_be_two_is_none() -> None:
    forms = Forms(frozenset({"baik", "bait"}), {}, [])
    assert forms.of("bai*") == ("bai",)


def test_glued_words_are_cut_only_when_all_are_known() -> None:
    assert FORMS.of("dukungmenang") == ("dukung", "menang")
    assert FORMS.of("dukungxqmenang") == ("dukungxqmenang",)


def test_a_tag_in_one_case_is_cut_by_known_words() -> None:
    assert FORMS.split("coblossatu2024") == ("coblos", "satu", "2024")
    assert "".join(FORMS.split("qqdukungzz9")) == "qqdukungzz9"


def test_a_common_word_near_a_name_is_itself() -> None:
    forms = Forms(frozenset({"banjar", "ganjaru"}), {}, ["ganjaru"])
    assert forms.of("banjar") == ("banjar",)


def test_an_everyday_word_is_not_cut_up() -> None:
    known = frozenset({"pe", "nge", "lola", "an", "menang", "surya"})
    forms = Forms(known, {}, [], frozenset({"pengelolaan"}))
    assert forms.of("pengelolaan") == ("pengelolaan",)
    assert forms.of("suryamenang") == ("surya", "menang")
    assert forms.of("pengelolaanq") == ("pengelolaanq",)


def test_a_tags_part_is_read_whole_or_cut_into_words_only() -> None:
    assert FORMS.in_tag("dukung") == ("dukung",)
    assert FORMS.in_tag("pilihsatu") == ("pilih", "satu")
    assert FORMS.in_tag("pilihqqq") is None


def test_initials_stand_beside_a_word_whose_letters_stood_apart() -> None:
    assert FORMS.spelt("sarinande") == ("sarinande",)
    assert FORMS.spelt("sarinandehk") == ("sarinande", "h", "k")
    assert FORMS.spelt("hsarinandek") == ("h", "sarinande", "k")
    assert FORMS.spelt("coblosabcd") == FORMS.of("coblosabcd")
    assert FORMS.spelt("c0bl0s") == ("coblos",)


@pytest.mark.parametrize(
    ("letters", "said"),
    [
        ("sarinande", True),
        ("sarinaaaande", True),
        ("s4rinande", True),
        ("sarinandelah", True),
        ("dukung", False),
        ("dukungsarinande", False),
        ("sarinandehebat", False),
        ("2024", False),
    ],
)
def test_letters_mean_a_name_only_as_a_whole(letters: str, *, said: bool) -> None:
    names = frozenset({"sarinande"})
    fresh = Forms(KNOWN | names, {}, names)
    assert fresh.means(letters, names) is said
    assert (fresh.of(letters) == ("sarinande",)) is said
