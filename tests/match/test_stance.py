"""Which side a text takes: binding, negation, frames, reports, questions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.match.engine import Engine
from monitor.model.finding import Outcome, Reading
from monitor.model.rule import Stance
from monitor.model.wire import statement
from tests.match.world import CAMPAIGN, GOVERNOR, PARTIES, SARI, WIRA, read, ruleset


def alerts(reading: Reading) -> bool:
    return any(m.outcome is Outcome.ALERT for m in reading.matches)


@pytest.mark.parametrize(
    "text",
    [
        "Ayo dukung Wiratama!",
        "saya pilih Wiratama",
        "Bismillah, semoga Wiratama menang",
        "Wiratama pilihan kami",
        "menangkan Wiratama",
        "Wiratama pasti menang satu putaran",
        "Tidak ada alasan untuk tidak memilih Wiratama",
        "jangan pilih selain Wiratama",
        "jangan ragu, pilih Wiratama",
        "Hayu urang menangkeun Wiratama",
        "wis wayahe milih Wiratama, dulur",
        "Wiratama jadi gubernur, saya bangga memilih Wiratama",
    ],
)
def test_clear_support(text: str) -> None:
    reading = read(text)
    assert (reading.stance, reading.targets) == (Stance.SUPPORT, (WIRA,))
    assert alerts(reading)


@pytest.mark.parametrize(
    "text",
    [
        "Jangan pilih Wiratama",
        "siapa saja asal bukan Wiratama",
        "Wiratama itu pembohong",
        "tolak Wiratama",
        "Wiratama goblok dan munafik",
    ],
)
def test_clear_attack(text: str) -> None:
    reading = read(text)
    assert (reading.stance, reading.targets) == (Stance.ATTACK, (WIRA,))
    assert alerts(reading)


@pytest.mark.parametrize(
    "text",
    [
        "Wiratama gelagapan, blunder lagi",
        "saya tidak akan memilih Wiratama",
        "Wiratama tidak cerdas, mengecewakan",
    ],
)
def test_mild_criticism_or_refusal_is_a_question(text: str) -> None:
    reading = read(text)
    assert reading.stance is Stance.ATTACK
    assert not alerts(reading)


@pytest.mark.parametrize(
    "text",
    [
        "Wiratama berkunjung ke pasar",
        "Wiratama akan memberantas korupsi",
        "Mereka memfitnah Wiratama",
        "Ribuan Nelayan Deklarasi Dukung Wiratama-Sulaksmi - Harian Contoh",
        'Tetangga berteriak "pilih Wiratama" tiap pagi, kata ibu',
        "saya tidak mendukung siapa pun, juga bukan Wiratama",
        "Siapa Wiratama?",
        "Hakim ganjar terdakwa tiga tahun",
    ],
)
def test_no_side(text: str) -> None:
    assert not read(text).targets


def test_a_cue_binds_to_the_nearer_target() -> None:
    reading = read("Jangan pilih Sarinande, pilih Wiratama")
    sides = {(m.stance, m.target) for m in reading.matches}
    assert (Stance.SUPPORT, WIRA) in sides
    assert (Stance.ATTACK, SARI) in sides
    assert (Stance.SUPPORT, SARI) not in sides


def test_an_insult_in_another_clause_never_alerts() -> None:
    assert not alerts(read("Tadi bertemu Wiratama. Cuaca gila dan jalan kotor."))


def test_what_is_said_of_all_is_said_of_none() -> None:
    assert not read("Sarinande dan Wiratama: semuanya putra terbaik").matches


def test_words_beat_the_opponents_hashtag() -> None:
    reading = read("Wiratama pembohong #WiratamaMenang")
    assert reading.stance is Stance.ATTACK


def test_reasons_name_the_cue_and_what_turned_it() -> None:
    reading = read("saya tidak akan memilih Wiratama")
    assert any("negation" in reason and WIRA in reason for reason in reading.derivation)


def test_the_same_text_reads_the_same_for_every_pair() -> None:
    frames = ["Ayo dukung {}!", "Jangan pilih {}", "{} pembohong", "semoga {} menang", "{} datang"]
    for frame in frames:
        first, second = read(frame.format("Sarinande")), read(frame.format("Wiratama"))
        assert (first.stance, first.score) == (second.stance, second.score)


@pytest.mark.parametrize(
    "text",
    [
        "menyesal banget dulu pilih Wiratama",
        "kapok saya memilih Wiratama",
    ],
)
def test_a_regretted_vote_is_no_support(text: str) -> None:
    reading = read(text)
    assert reading.stance is Stance.ATTACK
    assert not alerts(reading)


def test_a_vote_not_regretted_is_support() -> None:
    assert read("tidak menyesal saya pilih Wiratama").stance is Stance.SUPPORT


@pytest.mark.parametrize(
    "text",
    [
        "katanya bu lurah tolak tawaran Wiratama kemarin sore",  # an offer, not the candidate
        "lawan itu sulit sekali kalahkan Wiratama",  # told, not called for
        "bocah tolol mengajak Wiratama berantem",  # said of the one who does it
        "Wiratama menang di dua kecamatan kemarin",  # a result
        "Kang Ujang: Wiratama Unggul Telak di Kecamatan Utara",  # a desk's line
        "Menangkan Wiratama, Warga Kampung Bikin Panggung Hiburan",
    ],
)
def test_what_is_told_never_alerts(text: str) -> None:
    assert not alerts(read(text))


@pytest.mark.parametrize("text", ["kalahkan Wiratama", "ayo kita kalahkan Wiratama"])
def test_a_call_to_defeat_alerts(text: str) -> None:
    reading = read(text)
    assert reading.stance is Stance.ATTACK
    assert alerts(reading)


def test_an_insult_right_before_the_name_is_said_of_it() -> None:
    assert alerts(read("dasar tolol pak Wiratama"))


@pytest.mark.parametrize(
    "text",
    [
        "Wiratama itu dukung dan dorong usaha warga",  # the name is who backs
        "saran dari warga untuk Gubernur Wiratama soal jalan rusak",  # an address, no wish
        "semoga Wiratama cepat sehat kembali",
    ],
)
def test_a_name_that_acts_is_addressed_or_is_ill_is_not_supported(text: str) -> None:
    assert not alerts(read(text))


def test_a_choice_may_follow_the_chosen() -> None:
    assert alerts(read("Wiratama kami pilih lagi tahun ini"))


def test_what_others_back_is_only_told() -> None:
    assert read("ratusan nelayan dukung Wiratama di kampung pesisir").stance is None
    told = read("ratusan nelayan dukung Wiratama, ayo kita ikut!")
    assert told.stance is Stance.SUPPORT


def test_a_hostile_word_in_a_hashtag_beats_the_slogan_in_it() -> None:
    assert read("sore #TolakBerlayarBersama").stance is Stance.ATTACK
    assert read("sore #BerlayarBersama").stance is Stance.SUPPORT
    assert read("sore #WiratamaTolakKorupsi").stance is Stance.SUPPORT


def test_a_phrase_that_reaches_into_a_name_is_part_of_it() -> None:
    assert read("usul untuk Gubernur Wiratama").stance is None
    assert read("Wiratama untuk gubernur").stance is Stance.SUPPORT


def test_a_partys_name_says_nothing_but_its_name() -> None:
    texts = [f"laskar Partai {name} siap kawal Wiratama" for name in ("Layar", "Warga Karang")]
    lists = ruleset().contests
    odd = replace(
        lists[PARTIES].targets[1], aliases=("Partai Warga Karang",), ambiguous=(), id="partai/odd"
    )
    parties = replace(lists[PARTIES], targets=(lists[PARTIES].targets[0], odd))
    other = Engine(replace(ruleset(), contests=dict(lists) | {PARTIES: parties}))
    lines = [statement({"id": t, "occurred_at": CAMPAIGN, "text": t}) for t in texts]
    found = other.read([line.activity for line in lines], [(GOVERNOR, PARTIES)] * 2)
    assert found[0].score == found[1].score > 0


def test_a_name_that_only_files_a_post_is_no_side() -> None:
    assert read("Daftar harga sayur hari ini di pasar kota #Wiratama").stance is None
    assert read("Sarapan dulu ya kawan #Wiratama").stance is Stance.SUPPORT
    assert read("Daftar harga sayur hari ini di pasar kota #DukungWiratama").stance is not None


def test_a_report_under_a_campaigns_hashtag_is_campaign_material() -> None:
    line = "Panitia Gelar Rapat Akbar Di Lapangan Utama Kota - Kabar Desa https://kabar.example/1"
    assert read(f"{line} #WiratamaMenang").matches[0].outcome is Outcome.ALERT
    assert read(f"{line} Wiratama Menang").matches == ()


def test_a_targets_names_in_hashtags_of_their_own_count_once() -> None:
    one, two = read("Sarapan dulu ya #Sarinande"), read("Sarapan dulu ya #Sarinande #Lukito")
    assert one.score == two.score > 0


def test_a_campaigns_word_in_another_hashtag_makes_a_name_more_than_a_file() -> None:
    line = "Daftar harga sayur hari ini di pasar kota #SarinandeLukito"
    assert read(line).stance is None
    assert read(f"{line} #LanjutkanNusa").stance is Stance.SUPPORT
