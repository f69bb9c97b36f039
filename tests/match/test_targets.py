"""Whom a text names."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.match.engine import Engine
from monitor.model.rule import Stance
from monitor.model.wire import statement
from tests.match.world import (
    CAMPAIGN,
    GOVERNOR,
    LESTARI,
    PARTIES,
    REGENT,
    SARI,
    WIRA,
    post_of,
    read,
    ruleset,
)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("ayo dukung Sarinande", SARI),
        ("ayo dukung SARINANDE-LUKITO", SARI),
        ("ayo dukung Wiratama Bagaskara", WIRA),
        ("ayo dukung Wirtama", WIRA),
        ("ayo dukung W1ratama", WIRA),
        ("ayo dukung Wir*tama", WIRA),
        ("ayo dukung Wіratаma", WIRA),
        ("ayo dukung w i r a t a m a", WIRA),
        ("saya pilih Bu Sari untuk gubernur", SARI),
        ("sore indah #WiratamaMenang2030", WIRA),
        ("sore indah #wiratamamenang", WIRA),
        ("sore indah #BerlayarBersama", SARI),
        ("pilih paslon 02 gubernur", WIRA),
        ("ayo coblos nomor dua", WIRA),
        ("ayo nyoblos nomer loro", WIRA),
    ],
)
def test_a_named_target_is_found(text: str, target: str) -> None:
    assert read(text).targets == (target,)


@pytest.mark.parametrize(
    "text",
    [
        "ayo dukung timnas",
        "sari buah segar, mantap sekali",
        "pilih menu nomor 2",
        "antrean loket nomor 2, mantap",
        "juara 2 lomba voli, hebat",
        "RT 02 mantap",
        "rapat jam 02.00 tanggal 01/02",
        "lanjut dua periode kenaikan pangkat",
        "02",
    ],
)
def test_a_look_alike_is_nobody(text: str) -> None:
    assert read(text).targets == ()


def test_spans_are_code_points_of_the_field_as_received() -> None:
    text = "😀 Ауо dukung W\u200biratama!"
    match = read(text).matches[0]
    words = {text[s.start : s.end] for s in match.spans}
    assert "W\u200biratama" in words


def test_a_number_of_two_live_contests_names_both_and_asks() -> None:
    reading = read("ayo coblos nomor 2", live=[GOVERNOR, REGENT])
    assert set(reading.targets) == {WIRA, LESTARI}
    assert {m.outcome.value for m in reading.matches} == {"review"}


def test_an_office_word_settles_which_contest() -> None:
    assert read("ayo coblos nomor 2 pilbup", live=[GOVERNOR, REGENT]).targets == (LESTARI,)


def test_another_name_of_the_contest_settles_it_too() -> None:
    text = "jangan pilih Purnomosidi, coblos nomor 2"
    assert LESTARI in read(text, live=[GOVERNOR, REGENT]).targets
    assert WIRA not in read(text, live=[GOVERNOR, REGENT]).targets


def test_the_parents_account_settles_it_too() -> None:
    reading = read("coblos nomor 2", [GOVERNOR, REGENT], signal="reply", target=post_of("Halo"))
    assert reading.targets == (WIRA,)


def test_a_contest_that_is_not_live_names_nobody() -> None:
    assert read("ayo dukung Wiratama", live=[REGENT]).targets == ()


def test_a_partys_common_word_needs_the_word_party() -> None:
    assert read("ayo pilih partai Karang", live=[PARTIES]).targets == ("partai/karang",)
    assert read("terumbu karang kita mantap", live=[PARTIES]).targets == ()


def test_a_partys_number_is_not_read_without_its_name() -> None:
    assert read("ayo coblos nomor 2", live=[PARTIES]).targets == ()


@pytest.mark.parametrize(
    "text",
    [
        "saya pilih Sari saja buat warna cat",  # chosen, but nothing is elected
        "Sari menang lomba baca",
        "seru sekali #satusari",
        "seru sekali #sari48",
    ],
)
def test_a_common_name_needs_a_word_that_is_only_political(text: str) -> None:
    assert read(text).targets == ()


@pytest.mark.parametrize(
    "text", ["ayo dukung cagub Sari", "ayo dukung Bu Sari", "#PilihSari ayo", "hidup #Sari2030"]
)
def test_with_such_a_word_a_title_or_a_year_it_is_the_candidate(text: str) -> None:
    assert read(text).targets == (SARI,)


def test_another_bearers_name_is_not_read() -> None:
    lists = dict(ruleset().lexicon)
    lists["kata.namesakes"] = ("wiratama airlines", "sarinande")
    other = Engine(replace(ruleset(), lexicon=lists))
    said = {"text": "ayo dukung Wiratama Airlines", "text2": "ayo dukung Sarinande Lukito"}
    lines = [statement({"id": k, "occurred_at": CAMPAIGN, "text": t}) for k, t in said.items()]
    found = other.read([line.activity for line in lines], [(GOVERNOR,)] * 2)
    assert [reading.targets for reading in found] == [(), (SARI,)]
    assert read(said["text"]).targets == (WIRA,)


def test_a_pairs_number_in_place_of_a_letter_makes_a_hashtag_theirs() -> None:
    assert read("sore indah #Sar1Menang").targets == ()
    assert read("sore indah #b1rsamaSari").targets == (SARI,)
    assert read("sore indah #b2rsamaSari").targets == ()


def test_giving_on_a_candidates_own_post_is_a_question() -> None:
    found = read("RT @wiratama_official: rapat di balai sore tadi")
    assert (found.stance, found.targets) == (Stance.SUPPORT, (WIRA,))
    assert {m.outcome.value for m in found.matches} == {"review"}
    assert read("@wiratama_official rapat di balai sore tadi").targets == ()
    assert read("RT @warga: rapat di balai sore tadi").targets == ()


def test_a_padded_number_counts_with_a_political_word_anywhere() -> None:
    far = "pemilu sudah dekat. kemarin ada rapat di balai warga. orang seperti 02 itu payah sekali"
    assert read(far).targets == (WIRA,)
    assert read("kemarin ada rapat di balai warga. rumah 02 itu catnya merah").targets == ()
