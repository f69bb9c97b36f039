"""Marks of a text, and its layout: clauses, barriers, quotation, questions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.text.chunks import ChunkReader
from monitor.text.fold import fold
from monitor.text.forms import Forms
from monitor.text.index import PhraseIndex
from monitor.text.layout import Layout
from monitor.text.tokens import Kind, Token, marks, may_be_spaced

EMPTY = Forms(frozenset(), {}, [])
NOTHING: PhraseIndex[str] = PhraseIndex({})


def reader() -> ChunkReader[str]:
    return ChunkReader(EMPTY, NOTHING, frozenset({"@tokoh"}), frozenset({"tapi"}))


READER = reader()


def laid(text: str) -> Layout[str]:
    return Layout(READER.read(text))


def cut(text: str) -> list[Token]:
    return laid(text).words


def forms(text: str) -> list[str]:
    return [t.form for t in cut(text)]


def test_links_are_left_out() -> None:
    assert forms("lihat https://contoh.example/a?b=1 ya") == ["lihat", "ya"]


def test_spaced_and_dotted_letters_are_one_word() -> None:
    assert forms("ayo c o b l o s, ya") == ["ayo", "coblos", "ya"]
    assert forms("d.u.k.u.n.g Sari") == ["dukung", "sari"]
    assert forms("ayo с о b l о s, ya") == ["ayo", "coblos", "ya"]
    assert [m.kind for m in marks(fold("c o b l o s"))] == [Kind.SPACED]


def test_tags_handles_numbers_and_emoji_have_their_kind() -> None:
    kinds = {m.form: m.kind for m in marks(fold("#SariMenang @akun 02 ✌ ya, ya."))}
    assert kinds == {
        "#sarimenang": Kind.TAG,
        "@akun": Kind.HANDLE,
        "02": Kind.NUMBER,
        "✌": Kind.EMOJI,
        "ya": Kind.WORD,
        ",": Kind.BARRIER,
        ".": Kind.STOP,
    }


def test_handles_are_words_only_where_they_are_names() -> None:
    found = laid("kata @tokoh dan @lain")
    assert [w.form for w in found.words] == ["kata", "@tokoh", "dan"]
    assert found.handles == ["@lain"]


def test_dates_and_times_are_one_number() -> None:
    assert forms("tgl 02/09 jam 07.30") == ["tgl", "02/09", "jam", "07.30"]


def test_clauses_end_at_stops_but_not_after_a_short_form() -> None:
    assert [t.clause for t in cut("Pilih no. 2. Titik.")] == [0, 0, 0, 1]
    assert [t.clause for t in cut("Pilih no . 2 . Titik")] == [0, 0, 0, 1]


def test_a_contrast_opens_a_clause() -> None:
    assert [t.clause for t in cut("bagus tapi mahal")] == [0, 1, 1]


def test_hashtags_in_a_row_are_clauses_of_their_own_but_not_one_in_a_sentence() -> None:
    assert [t.clause for t in cut("ayo #sari menang")] == [0, 0, 0]
    assert [t.clause for t in cut("menang #sari #wira")] == [0, 1, 3]
    assert [t.clause for t in cut("menang #sari ... #wira")] == [0, 1, 4]
    assert [t.clause for t in cut("menang,#sari,#wira ya")] == [0, 1, 3, 4]


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
    found = laid("Halo. Siapa menang? Entah")
    assert [t.asked for t in found.words] == [False, True, True, False]
    assert found.asked
    assert not laid("Halo. Entah").asked


def test_capitals_are_the_writers() -> None:
    seen = [(t.upper, t.title) for t in cut("KPU Sari a B pilih")]
    assert seen == [(True, True), (False, True), (False, False), (False, True), (False, False)]


def test_letters_that_may_stand_apart_are_four() -> None:
    assert may_be_spaced("ayo P i l h, ya")
    assert may_be_spaced("p.i.l.i.h")
    assert not may_be_spaced("h.r. muslim dan d.o. atau s.w.t. ya")


ODD = st.text(alphabet=st.sampled_from("aA1#@. ,?!\"'\n\u200b\u00a0О́-_|*"), max_size=60)


@given(ODD)
def test_a_text_reads_alike_in_chunks_and_in_one_piece(text: str) -> None:
    whole = reader()
    whole.read = lambda text: [whole._make(text)]  # type: ignore[method-assign]
    assert cut(text) == Layout(whole.read(text)).words


@given(st.text(max_size=300))
def test_words_lie_in_the_text_in_order(text: str) -> None:
    found = cut(text)
    for word in found:
        assert 0 <= word.start < word.end <= len(text)
    assert [t.start for t in found] == sorted(t.start for t in found)
    assert [t.clause for t in found] == sorted(t.clause for t in found)
