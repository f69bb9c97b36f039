"""Cue classes in use: what is plain enough to alert, what is not, and what the press writes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.match import cues, press
from monitor.match.lexicon import Lexicon
from monitor.match.names import aliases
from monitor.match.page import Page, PageReader
from monitor.model.finding import Outcome, Reading
from monitor.model.rule import Stance
from monitor.watch import load, shipped
from tests.match.world import SARI, WIRA, governor, read

LEXICON = Lexicon(load(shipped(), contests=()).lexicon)
PAGES = PageReader(LEXICON, ())


def page(text: str) -> Page:
    return PAGES.read("text", text)


def outcomes(reading: Reading) -> set[Outcome]:
    return {match.outcome for match in reading.matches}


@pytest.mark.parametrize(
    "text",
    ["Wiratama dong", "saya Wiratama", "Wiratama aja", "tetap Wiratama", "Wiratama deh pokoknya"],
)
def test_a_bare_choice_is_a_side_in_a_text_that_says_nothing_else(text: str) -> None:
    reading = read(text)
    assert (reading.stance, reading.targets) == (Stance.SUPPORT, (WIRA,))


def test_a_bare_particle_in_a_longer_text_chooses_nobody() -> None:
    assert not read("kemarin Wiratama aja lewat depan rumah naik sepeda sama cucunya").targets


@pytest.mark.parametrize(
    "text",
    [
        "lanjutkan Bu Sarinande, siap antar ke kursi gubernur!",
        "Sarinande, kami sambut dengan tangan terbuka. Semoga menang.",
        "Ingat lur, 27 November coblos Sarinande!",
        "Sarinande hebat, paling paham urusan petani, saya bangga",
    ],
)
def test_plain_support_alerts(text: str) -> None:
    reading = read(text)
    assert (reading.stance, reading.targets) == (Stance.SUPPORT, (SARI,))
    assert Outcome.ALERT in outcomes(reading)


@pytest.mark.parametrize(
    "text",
    [
        "Wiratama hebat 😂😂",
        "Nelayan Teluk dukung Wiratama",
        "Wiratama lebih ngeh sama masalah petani",
        "apa Wiratama yang pantas menang?",
    ],
)
def test_mocked_reported_or_asked_support_never_alerts(text: str) -> None:
    assert Outcome.ALERT not in outcomes(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "Wiratama cuma modal joget, belajar dulu lah",
        "Wiratama ora mudeng, ra jelas",
        "ngapain pilih Wiratama",
        "Wiratama ditanya jalan rusak malah nyanyi 🤣",
        "cabut dukungan buat Wiratama, kapok",
        "masih percaya sama Wiratama? aduh",
    ],
)
def test_criticism_is_a_question_for_a_person(text: str) -> None:
    reading = read(text)
    assert (reading.stance, reading.targets) == (Stance.ATTACK, (WIRA,))
    assert outcomes(reading) == {Outcome.REVIEW}


@pytest.mark.parametrize("word", ["terbodoh", "segoblok", "kebodohannya", "munafiknya", "gobloook"])
def test_an_insult_is_known_in_its_usual_forms(word: str) -> None:
    spots = page(f"calon itu {word} sekali").spots
    assert "hard" in spots


@pytest.mark.parametrize("word", ["tercerdas", "sehebat", "kecerdasannya", "mantapppp", "kerennya"])
def test_praise_is_known_in_its_usual_forms(word: str) -> None:
    assert "praise" in page(f"calon itu {word} sekali").spots


def test_a_cue_far_off_in_a_long_clause_still_speaks_of_the_only_target() -> None:
    text = (
        "Wiratama yang tadi malam datang ke lapangan naik sepeda tua lewat jalan pasar"
        " itu memang pekerja keras dan jujur"
    )
    assert read(text).targets == (WIRA,)


def test_a_name_inside_a_hashtag_by_chance_is_no_campaign() -> None:
    assert not read("render baru #xwiratama3d").matches


@pytest.mark.parametrize(
    ("line", "talk"),
    [
        ("Nelayan Teluk siap menangkan Wiratama di pesisir", "ayo dong, kita menangkan Wiratama!"),
        (
            "Survei: elektabilitas Wiratama naik tiga persen",
            "elektabilitas naik, mantap banget nih",
        ),
    ],
)
def test_a_desk_line_looks_more_like_press_than_talk(line: str, talk: str) -> None:
    assert press.score(page(line)) > press.score(page(talk))
    assert press.damping(press.score(page(line))) < press.damping(press.score(page(talk)))


def test_damping_runs_from_full_to_nothing() -> None:
    values = [press.damping(step / 20) for step in range(21)]
    assert values[0] == 1.0
    assert values[-1] == 0.0
    assert values == sorted(values, reverse=True)


def test_a_third_party_named_before_the_verb_weakens_it() -> None:
    told, own = page("Paguyuban Tebu dukung calon itu"), page("ayo dukung calon itu")
    factors = [next(c.factor for c in cues.cues(p, ()) if c.name == "vote") for p in (told, own)]
    assert factors[0] < factors[1]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=120))
def test_any_text_has_a_press_score_and_cues_inside_it(text: str) -> None:
    read_page = page(text)
    assert 0.0 <= press.score(read_page) <= 1.0
    last = len(read_page.words)
    assert all(0 <= c.first <= c.last < last for c in cues.cues(read_page, ()))


def test_every_class_has_its_list() -> None:
    assert set(cues.CLASSES) - {"refuse", "unpraise"} <= set(LEXICON.phrases)


@pytest.mark.parametrize("no", ["g", "gak", "ora", "teu", "moal", "nda", "indak", "takkan"])
def test_a_refused_choice_is_no_support_in_any_spelling(no: str) -> None:
    reading = read(f"saya {no} milih Wiratama")
    assert reading.stance is Stance.ATTACK
    assert outcomes(reading) == {Outcome.REVIEW}


def test_the_dash_of_a_pair_is_not_a_papers_name() -> None:
    named = PageReader(LEXICON, aliases([governor()], LEXICON))
    pair, paper = "sore cerah bareng Sarinande - Lukito", "sore cerah bareng Sarinande - Kabar Desa"
    assert press.score(named.read("text", pair)) < press.score(named.read("text", paper))


def test_a_campaigns_hashtag_is_no_talk() -> None:
    plain = "Panitia Gelar Rapat Akbar Di Lapangan Utama"
    assert press.score(page(f"{plain} #KamiBersama")) == press.score(page(f"{plain} #Bersama"))
