"""Tokens, clauses, barriers, quotation and questions."""

from __future__ import annotations

from monitor.text.fold import fold
from monitor.text.tokens import Kind, Token, tokens


def cut(text: str) -> list[Token]:
    return tokens(fold(text))


def forms(text: str) -> list[str]:
    return [t.form for t in cut(text)]


def test_links_are_left_out() -> None:
    assert forms("lihat https://contoh.example/a?b=1 ya") == ["lihat", "ya"]


def test_spaced_and_dotted_letters_are_one_word() -> None:
    assert forms("ayo c o b l o s, ya") == ["ayo", "coblos", "ya"]
    assert forms("d.u.k.u.n.g Sari") == ["dukung", "sari"]


def test_tags_handles_numbers_and_emoji_have_their_kind() -> None:
    kinds = {t.form: t.kind for t in cut("#SariMenang @akun 02 ✌")}
    assert kinds == {
        "#sarimenang": Kind.TAG,
        "@akun": Kind.HANDLE,
        "02": Kind.NUMBER,
        "✌": Kind.EMOJI,
    }


def test_dates_and_times_are_one_number() -> None:
    assert forms("tgl 02/09 jam 07.30") == ["tgl", "02/09", "jam", "07.30"]


def test_clauses_end_at_stops_but_not_after_a_short_form() -> None:
    assert [t.clause for t in cut("Pilih no. 2. Titik.")] == [0, 0, 0, 1]


def test_a_comma_is_a_barrier() -> None:
    assert [t.barrier for t in cut("tidak, pilih Sari")] == [False, True, False]


def test_only_closed_quotation_is_quoted() -> None:
    assert [t.quoted for t in cut('kata dia "pilih Sari" tadi')] == [
        False,
        False,
        True,
        True,
        False,
    ]
    assert not any(t.quoted for t in cut('kata dia "pilih Sari tadi'))


def test_a_question_marks_its_own_clause() -> None:
    assert [t.asked for t in cut("Halo. Siapa menang? Entah")] == [False, True, True, False]
