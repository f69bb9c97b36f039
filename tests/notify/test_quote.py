from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.notify.quote import ELLIPSIS, Piece, clean, excerpt, utf16


def shown(text: str, *spans: tuple[int, int], budget: int = 200) -> str:
    return "".join(
        f"<{p.text}>" if p.kind == "mark" else p.text if p.kind == "text" else f"[{p.kind}]"
        for p in excerpt(text, spans, budget)
    )


def test_the_authors_own_characters_stand_around_the_marks() -> None:
    assert shown("ayo DUKUNG nomor 2 😀", (4, 10), (11, 18)) == "ayo <DUKUNG> <nomor 2> 😀"


def test_spans_that_overlap_are_one_mark() -> None:
    assert shown("coblos nomor dua", (0, 12), (7, 16)) == "<coblos nomor dua>"


def test_a_span_beyond_the_text_is_cut_and_a_reversed_one_ignored() -> None:
    assert shown("halo", (2, 99), (3, 1)) == "ha<lo>"


def test_a_long_text_is_cut_around_what_matched() -> None:
    text = "awal " * 200 + "dukung" + " akhir" * 200
    cut = shown(text, (1000, 1006), budget=60)
    assert cut.startswith(ELLIPSIS)
    assert cut.endswith(ELLIPSIS)
    assert "<dukung>" in cut
    assert len(cut) < 80


def test_a_text_without_spans_is_cut_at_its_end() -> None:
    assert shown("abcdefgh", budget=3) == "abc…"


def test_what_is_replaced_at_a_cut_is_said_once_and_whole() -> None:
    text = "satu dua @orang.lain.contoh.test tiga empat https://contoh.test/42"
    assert shown(text, (5, 8), (33, 37), budget=44) == "satu <dua> [account] <tiga> empat [link]"


@pytest.mark.parametrize(
    "joined",
    ["👨‍👩‍👧", "e\u0301\u0302", "👍🏽", "❤\ufe0f"],
    ids=["family", "accents", "skin", "variant"],
)
def test_a_cut_does_not_tear_what_is_drawn_as_one(joined: str) -> None:
    for budget in range(3, 3 + len(joined)):
        text = "abc" + joined + "defgh" * 9
        cut = shown(text, budget=budget).removesuffix(ELLIPSIS)
        assert cut == "abc"


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("NIP 198501012010011001 ya", "NIP [number] ya"),
        ("NIP 19850101 201001 1 001 ya", "NIP [number] ya"),
        ("NIK 3174010101850001.", "NIK [number]."),
        ("WA 0812-3456-7890", "WA [number]"),
        ("WA +62 812 3456 7890", "WA [number]"),
        ("@warga.satu setuju", "[account] setuju"),
        ("tulis ke warga@surat.test", "tulis ke [account]"),
        ("kata @warga@peladen.test.", "kata [account]."),
        ("@warga.wargahttps://warga.test/a", "[account][link]"),
        ("https://warga.test/@warga.satu", "[link]"),
        ("lihat https://warga.test/a?b=1 ya", "lihat [link] ya"),
        ("did:plc:abc123 ya", "[link] ya"),
        ("12 Oktober 2024, 1.000.000 suara", "12 Oktober 2024, 1.000.000 suara"),
        ("2024-10-12 2024-10-13", "2024-10-12 2024-10-13"),
    ],
)
def test_numbers_links_and_other_accounts_are_masked(said: str, seen: str) -> None:
    assert shown(said) == seen


def test_what_matched_is_shown_even_if_it_is_an_account() -> None:
    assert shown("@paslon2 menang", (0, 8)) == "<@paslon2> menang"


def test_a_number_is_masked_even_inside_a_mark() -> None:
    assert "198501012010011001" not in shown("dukung 198501012010011001", (0, 25))


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("a\u202eb", "a\\u202eb"),
        ("a\x1b[31mb", "a\\u001b[31mb"),
        ("a\nb", "a ⏎ b"),
        ("a\tb\u00a0c", "a b c"),
        ("a\u2028b", "a\\u2028b"),
        ("\ud800", "\\ud800"),
    ],
)
def test_control_and_bidi_characters_are_escaped(said: str, seen: str) -> None:
    assert shown(said) == seen
    assert clean(said, 40) == seen


def test_clean_keeps_its_limit() -> None:
    assert clean("a" * 50, 10) == "a" * 9 + ELLIPSIS
    assert clean("\u202e" * 50, 10).startswith("\\u202e")
    assert len(clean("\u202e" * 50, 10)) == 10


def test_utf16_counts_as_telegram_does() -> None:
    assert (utf16("a"), utf16("é"), utf16("😀")) == (1, 1, 2)


@given(
    st.text(max_size=300),
    st.lists(st.tuples(st.integers(-5, 320), st.integers(-5, 320)), max_size=6),
    st.integers(1, 100),
)
def test_any_cut_shows_only_printable_runs(
    text: str, spans: list[tuple[int, int]], budget: int
) -> None:
    pieces = excerpt(text, spans, budget)
    assert all(isinstance(p, Piece) for p in pieces)
    assert all(c.isprintable() or c == "\u200d" for p in pieces for c in p.text)
