"""Like in the place of like: names, numbers, tags, handles, gestures, letter case."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.measure import shape
from monitor.measure.fields import NoCounterpart, captioned
from monitor.measure.swap import Swapper
from monitor.measure.written import Sort, key_of, like, names_of
from monitor.model.activity import Activity
from monitor.model.wire import statement
from tests.measure.world import CONTEST, MELUR, PARTIES, TARUNA, candidates, line, reader, ruleset

LIVE = (CONTEST, PARTIES)
PAIR = (MELUR, TARUNA)


def activity(text: str, **more: Any) -> Activity:
    return captioned(statement(line(text, **more)).activity)


def swapped(text: str, pair: tuple[str, str] = PAIR, **more: Any) -> Activity:
    given = activity(text, **more)
    swapper = Swapper(ruleset())
    strong = swapper.strengthened(given, reader().namings(given, LIVE), LIVE)
    return swapper.exchange(strong, reader().namings(strong, LIVE), pair, LIVE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Ayo pilih Melur Cendanasari!", "Ayo pilih Tarunaga Pradipta!"),
        ("ayo pilih hanggara wiyasa", "ayo pilih widuri anggraeni"),
        ("Ayo pilih Melur!", "Ayo pilih Tarunaga!"),
        ("Ayo pilih Hanggara!", "Ayo pilih Widuri!"),
        ("Ayo pilih Melur-Hanggara!", "Ayo pilih Tarunaga Widuri!"),
        ("AYO PILIH MELUR HANGGARA!", "AYO PILIH TARUNAGA WIDURI!"),
        ("Melur lawan Tarunaga", "Tarunaga lawan Melur"),
        ("Bu Melur Cendanasari hebat", "Bu Tarunaga Pradipta hebat"),
        ("yes melurmenang", "yes tarunagamenang"),
        ("coblos nomor 2, gubernur kita", "coblos nomor 1, gubernur kita"),
        ("coblos nomor 02, gubernur kita", "coblos nomor 01, gubernur kita"),
        ("coblos nomor 2️⃣, gubernur kita", "coblos nomor 1️⃣, gubernur kita"),
        ("coblos nomor dua, gubernur kita", "coblos nomor satu, gubernur kita"),
        ("Menang! #MelurHanggara2030", "Menang! #TarunagaWiduri2030"),
        ("menang! #melurhanggara", "menang! #tarunagawiduri"),
        ("Menang! #PilihMelur", "Menang! #PilihTarunaga"),
        ("Sore ini #LumbungUntukSemua", "Sore ini #JembatanHarapan"),
        ("Gaspol @melur.example", "Gaspol @tarunaga.example"),
        ("Gaspol @tarunaga_fans", "Gaspol @melur_fans"),
        ("Melur ✌️", "Tarunaga ☝️"),
        ("Pilih Meluur!!", "Pilih Tarunaga!!"),
        ("Sore ini tenang.", "Sore ini tenang."),
    ],
)
def test_like_for_like(before: str, after: str) -> None:
    assert swapped(before).text == after


@pytest.mark.parametrize(
    "text",
    [
        "Ayo pilih Melur Cendanasari, nomor 1! #PilihMelur #LumbungUntukSemua",
        "Tarunaga lawan Melur, Widuri lawan Hanggara",
        "coblos nomor dua, gubernur kita ☝",
    ],
)
def test_a_swap_undoes_itself(text: str) -> None:
    once = swapped(text)
    assert once.text != text
    assert swapped(once.text).text == text


def test_parties_change_places() -> None:
    pair = ("partai/bahtera", "partai/kerapu")
    assert swapped("Dukung Partai Bahtera", pair).text == "Dukung Partai Kerapu"
    assert swapped("Dukung PARTAI Bahtera", pair).text == "Dukung Partai Kerapu"
    full = swapped("Dukung Partai Bahtera Nusantara", pair).text
    assert full == "Dukung Partai Kerapu Nusantara"


def test_an_ambiguous_name_is_made_strong_first() -> None:
    given = activity("Pilih Melur Hanggara, gubernur kita Mel")
    namings = reader().namings(given, LIVE)
    assert "ambiguous" in {n.how for n in namings}
    strong = Swapper(ruleset()).strengthened(given, namings, LIVE)
    assert strong.text == "Pilih Melur Hanggara, gubernur kita Melur"


def test_a_word_glued_to_a_name_stays() -> None:
    assert swapped("Pilih Melur Hanggaramenang").text == "Pilih Tarunaga Widurimenang"


def test_without_a_counterpart_there_is_no_swap() -> None:
    with pytest.raises(NoCounterpart, match="derogatory name"):
        swapped("Dasar melurapuh!")


def test_all_that_the_reader_looks_at_changes() -> None:
    target = {
        "id": "t",
        "text": "Bersama Melur",
        "author": {"handle": "melur.example", "role": "candidate", "of": MELUR},
    }
    media = [{"kind": "image", "alt": "Foto Melur"}, {"kind": "image", "tags": ["Melur", "pasar"]}]
    found = swapped("Siap!", signal="reply", target=target, media=media)
    assert found.target is not None
    assert (found.target.text, found.target.of) == ("Bersama Tarunaga", TARUNA)
    assert found.target.author_handle == ""
    assert [m.alt for m in found.media] == ["Foto Tarunaga", "Tarunaga pasar"]


def test_an_office_account_has_no_counterpart() -> None:
    author = {"handle": "x", "role": "candidate", "of": MELUR, "account_type": "jabatan"}
    with pytest.raises(NoCounterpart, match="office"):
        swapped("Siap!", signal="reply", target={"id": "t", "text": "Rapat", "author": author})


def test_who_changes_places() -> None:
    swapper = Swapper(ruleset())
    assert swapper.rivals(MELUR, LIVE) == [TARUNA]
    assert swapper.rivals("partai/bahtera", LIVE) == ["partai/kerapu"]
    assert swapper.rivals(MELUR, (PARTIES,)) == []


def test_forms_are_sorted() -> None:
    forms = {w.text: (w.sort, w.person) for w in names_of(candidates()[0]).forms}
    assert forms["Melur Cendanasari"] == (Sort.FULL, 0)
    assert forms["Hanggara"] == (Sort.SHORT, 1)
    assert forms["Melur Hanggara"] == (Sort.PAIR, -1)
    assert forms["LumbungUntukSemua"] == (Sort.TAG, -1)
    assert forms["PilihMelur"] == (Sort.NAMED_TAG, -1)


def test_an_honorific_is_kept_and_a_shared_name_is_not_used() -> None:
    melur, taruna = map(names_of, candidates())
    form = taruna.understand("pak tarunaga")
    assert form.lead == "pak"
    assert like(form, melur)[0].text == "Bu Melur"
    assert like(form, melur, {key_of("Bu Melur")})[0].text == "Melur"


def test_words_keep_their_shape() -> None:
    assert shape.in_text("PAN", "partai", shouted=False, capitals=True) == "PAN"
    assert shape.in_tag("Pak Tarunaga", "#Melur") == "PakTarunaga"
    assert shape.in_tag("Pak Tarunaga", "#MELUR") == "PAKTARUNAGA"
    assert shape.number("Dua", 1, {"satu": "1", "dua": "2"}) == "Satu"
    assert shape.number("２", 1, {}) == "1"
    assert list(shape.poses("pose dua jari ✌", {"dua jari": "2", "✌": "2", "dua": "2"})) == [
        (5, 13, "dua jari"),
        (14, 15, "✌"),
    ]
    assert list(shape.poses("dua", {})) == []
