"""The second reading: it asks, doubts and confirms, and no name sways it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor import watch
from monitor.match.engine import Engine
from monitor.model.finding import Outcome, Reading
from monitor.model.rule import Stance
from monitor.model.weights import Weight, Weights
from monitor.model.wire import statement
from monitor.watch import weights
from tests.match.world import CAMPAIGN, GOVERNOR, PARTIES, SARI, WIRA, ruleset

DULL = Weights({"bias": Weight(-9.0, -9.0)})
KEEN = Weights({"bias": Weight(9.0, 0.0)})
CROSS = Weights({"bias": Weight(0.0, 9.0)})
# Says nothing by itself: what it makes of a text lies in its words.
WORDY = Weights(
    {"bias": Weight(-1.0, -1.0)},
    {word: Weight(0.0, 0.0) for word in ("rapat", "kemarin", "sore", "di", "balai", "sama")}
    | {"jreng": Weight(9.0, 0.0), "zonk": Weight(0.0, 0.0, 0.0, 15.0)},
)


def read(text: str, table: Weights) -> Reading:
    engine = Engine(replace(ruleset(), weights=table))
    line = statement({"id": "x", "text": text, "occurred_at": CAMPAIGN})
    return engine.read([line.activity], [(GOVERNOR, PARTIES)])[0]


def best(reading: Reading) -> Outcome:
    rank = list(Outcome)
    return max((m.outcome for m in reading.matches), key=rank.index, default=Outcome.NONE)


def test_without_a_table_nothing_changes() -> None:
    assert read("Wiratama hebat, semoga menang", Weights()).score > 0


def test_a_suspicion_that_the_weights_do_not_share_is_dropped() -> None:
    text = "Wiratama hebat"
    assert read(text, Weights()).stance is Stance.SUPPORT
    assert read(text, DULL).stance is None


def test_what_the_first_reading_is_sure_of_stays_as_a_question() -> None:
    text = "Ayo dukung Wiratama!"
    assert best(read(text, Weights())) is Outcome.ALERT
    assert best(read(text, DULL)) is Outcome.REVIEW


def test_the_weights_alone_ask_and_never_alert() -> None:
    reading = read("rapat kemarin sore di balai sama Wiratama jreng", WORDY)
    assert (reading.stance, reading.targets) == (Stance.SUPPORT, (WIRA,))
    assert best(reading) is Outcome.REVIEW
    assert "weights: 'jreng'" in " ".join(reading.derivation)


def test_a_word_may_count_only_near_the_name() -> None:
    near = "rapat kemarin sore di balai sama zonk Wiratama"
    far = "zonk rapat kemarin sore di balai sama rapat di sore kemarin Wiratama"
    assert read(near, WORDY).stance is Stance.ATTACK
    assert read(far, WORDY).stance is None


def test_few_words_raise_nothing_that_is_not_almost_sure() -> None:
    likely = replace(WORDY, words=dict(WORDY.words) | {"jreng": Weight(4.8, 0.0)})
    assert read("@warga di balai jreng Wiratama", likely).stance is None
    assert read("@warga kemarin sore di balai jreng Wiratama", likely).stance is Stance.SUPPORT
    assert read("di balai jreng Wiratama", WORDY).stance is Stance.SUPPORT
    assert read("jreng Wiratama", WORDY).stance is None


def test_the_other_side_is_a_question() -> None:
    reading = read("Ayo dukung Wiratama!", CROSS)
    assert reading.stance is Stance.ATTACK
    assert best(reading) is Outcome.REVIEW


@pytest.mark.parametrize(
    "text",
    [
        "ASN wajib netral, tidak boleh ikut kampanye Wiratama atau Sarinande",
        "Selamat ulang tahun Pak Wiratama, sehat selalu bersama keluarga besar",
    ],
)
def test_a_reminder_or_courtesy_is_left_alone(text: str) -> None:
    assert best(read(text, KEEN)) is best(read(text, Weights()))


@pytest.mark.parametrize(
    ("text", "excused"),
    [
        ("Saya netral, tapi Wiratama jauh lebih hebat", False),
        ("Wiratama jauh lebih hebat, tapi saya netral", True),
        ("Saya netral, Wiratama jauh lebih hebat", True),
        ("Saya netral tapi lelah, dan Wiratama jauh lebih hebat", False),
    ],
)
def test_neutrality_that_is_taken_back_excuses_nothing(text: str, excused: bool) -> None:
    found = read(text, replace(KEEN, signs={"bias": Weight(1.0, 0.0)}))
    assert found.stance is Stance.SUPPORT
    assert bool(found.features & {"neutrality-reminder", "denial"}) is excused
    assert best(found) is Outcome.REVIEW


def test_weights_may_ask_where_neutrality_is_taken_back() -> None:
    told = "rapat kemarin sore di balai sama Wiratama jreng"
    assert read(f"ASN wajib netral, {told}", WORDY).stance is None
    assert best(read(f"ASN wajib netral, tapi {told}", WORDY)) is Outcome.REVIEW
    assert read(f"Selamat ulang tahun, ASN wajib netral, tapi {told}", WORDY).stance is None


@pytest.mark.parametrize(
    "text",
    [
        "{} kerja nyata buat rakyat kecil, kami butuh pemimpin begini",
        "capek lihat {} ngomong terus, hasilnya mana coba",
        "warga menyambut {} di pasar pagi tadi",
    ],
)
def test_no_name_sways_the_shipped_weights(text: str) -> None:
    table = weights.parse((watch.shipped() / weights.FILE).read_bytes(), [])
    assert table.signs
    found = [read(text.format(name), table) for name in ("Wiratama", "Sarinande")]
    assert found[0].stance is found[1].stance
    assert found[0].score == found[1].score
    assert {t for r in found for t in r.targets} <= {SARI, WIRA}


def test_a_text_about_something_else_needs_more_to_be_asked_about() -> None:
    shy = replace(WORDY, words=dict(WORDY.words) | {"jreng": Weight(4.4, 0.0)})
    assert read("rapat kemarin sore di balai sama Wiratama jreng", shy).stance is None
    about = read("rapat kemarin sore di balai sama Wiratama jreng kampanye", shy)
    assert about.stance is Stance.SUPPORT


SIDES = replace(WORDY, words=dict(WORDY.words) | {"pemimpin": Weight(9.0, 0.0)})


def test_a_common_name_is_a_guess_that_the_weights_must_share() -> None:
    text = "Sari memang pantas jadi pemimpin, rapat kemarin di balai soal kampanye"
    assert read(text, Weights()).targets == ()
    found = read(text, SIDES)
    assert (found.stance, found.targets, best(found)) == (Stance.SUPPORT, (SARI,), Outcome.REVIEW)


def test_a_guess_needs_a_word_about_sides() -> None:
    assert read("rapat kemarin sore di balai sama Sari jreng", WORDY).targets == ()
    assert read("rapat kemarin sore di balai sama Wiratama jreng", WORDY).targets == (WIRA,)


def test_a_suspected_attack_outlives_an_opinion_that_is_nearly_even() -> None:
    even = Weights({"bias": Weight(-1.0, 0.2)})
    leaning = Weights({"bias": Weight(-1.0, -0.2)})
    text = "Wiratama payah"
    assert read(text, Weights()).stance is Stance.ATTACK
    assert read(text, even).stance is Stance.ATTACK
    assert read(text, leaning).stance is None
    assert read(text, DULL).stance is None


def test_support_that_both_readings_see_is_confirmed_by_sure_weights() -> None:
    text = "Wiratama hebat, calon gubernur"
    assert best(read(text, Weights())) is Outcome.REVIEW
    found = read(text, KEEN)
    assert best(found) is Outcome.ALERT
    assert "confirmed by weights" in " ".join(found.derivation)
    half = replace(KEEN, signs={"bias": Weight(1.5, 0.0)})
    assert best(read(text, half)) is Outcome.REVIEW


def test_a_suspicion_of_support_that_the_weights_hardly_share_is_dropped() -> None:
    hardly = replace(KEEN, signs={"bias": Weight(0.5, 0.0)})
    assert read("Wiratama hebat, calon gubernur", hardly).stance is None
    assert read("Ayo coblos Wiratama", hardly).stance is Stance.SUPPORT


@pytest.mark.parametrize(
    "text",
    [
        "Wiratama hebat",
        "Wiratama hebat? calon gubernur",
        "calon gubernur Wiratama hebat \U0001f602",
        "ASN wajib netral, Wiratama hebat",
        "Wiratama datang. Rapat di balai lama. Hebat sekali",
    ],
)
def test_a_question_mockery_reminder_or_praise_at_a_distance_is_not_confirmed(text: str) -> None:
    assert best(read(text, KEEN)) is not Outcome.ALERT


def test_a_choice_told_elsewhere_in_the_text_is_confirmed_by_weights_that_are_surer() -> None:
    text = "Debat calon gubernur tadi malam: Wiratama. Mantap pilih yang ini"
    far = replace(KEEN, signs={"bias": Weight(4.0, 0.0)})
    near = replace(KEEN, signs={"bias": Weight(2.2, 0.0)})
    assert best(read(text, Weights())) is Outcome.REVIEW
    assert best(read(text, far)) is Outcome.ALERT
    assert best(read(text, near)) is Outcome.REVIEW
    assert best(read(f"{text} \U0001f602", far)) is Outcome.REVIEW


def test_each_side_of_a_text_is_weighed_by_itself() -> None:
    table = replace(WORDY, words=dict(WORDY.words) | {"coblos": Weight(0.0, 0.0, 9.0, 0.0)})
    text = "Ayo coblos Wiratama di balai. Rapat kemarin sore di balai sama, Sarinande pemenang"
    found = read(text, table)
    assert WIRA in found.targets
    assert SARI not in found.targets


def test_an_insult_needs_surer_weights_than_a_rejection() -> None:
    doubting = Weights({"bias": Weight(-1.0, 0.0)})
    assert best(read("Jangan pilih Wiratama!", doubting)) is Outcome.ALERT
    assert best(read("Wiratama penipu dan pembohong!", doubting)) is Outcome.REVIEW


def test_no_attack_is_confirmed() -> None:
    text = "Wiratama payah"
    assert best(read(text, CROSS)) is Outcome.REVIEW


def test_a_word_beside_the_name_has_a_weight_of_its_own() -> None:
    table = replace(
        WORDY, signs=dict(WORDY.signs) | {"before balai": Weight(9.0, 0.0)}, words=WORDY.words
    )
    assert read("rapat kemarin sore di balai Wiratama", table).stance is Stance.SUPPORT
    assert read("rapat kemarin sore di balai, Wiratama", table).stance is Stance.SUPPORT
    assert read("rapat kemarin sore Wiratama di balai", table).stance is None
    assert read("di balai. rapat kemarin sore Wiratama", table).stance is None


def test_a_word_of_correction_after_a_charge_is_part_of_it() -> None:
    table = Weights({"bias": Weight(0.0, 1.0)})
    assert "rebuttal" not in read("Wiratama penipu dan pembohong, hoaks semua", table).features
    assert best(read("itu hoaks, Wiratama bukan penipu", table)) is Outcome.NONE
    assert "rebuttal" in read("hoaks: Wiratama penipu dan pembohong", table).features
