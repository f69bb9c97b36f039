"""What stands under a card, and what a masked route is told: short, complete, no verdict."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from aiogram.methods import SendPhoto
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.judge.caps import FROM_FILE
from monitor.model.activity import FILED, Signal
from monitor.model.delivery import Message
from monitor.model.finding import Outcome, Span
from monitor.notify.picture import TEMPLATE
from monitor.notify.render import render_caption, render_masked
from monitor.notify.sheet import LIMITS, MASKED, TITLE
from monitor.notify.words import Language
from tests.notify import examples
from tests.notify.test_render import CASES, FORBIDDEN, LANGUAGES
from tests.standin.entities import CAPTION_LIMIT, parse, utf16

HEAD = f"128:{'9f' * 32}"
MAKERS = {"caption": render_caption, "masked": render_masked}
# What a masked route must not be told: name, account, words, link, side.
NAMES = ("Sari", "sari.contoh", "Bidang Taman", "Rahma", "rahmawidodo", "dukung nomor", "bsky.app")


def made(kind: str, content: dict[str, Any], language: Language = "id", **facts: Any) -> Message:
    told = replace(examples.FACTS, **facts)
    return MAKERS[kind](content, examples.WATCH, told, examples.RULES, language)


def judge(message: Message) -> str:
    """Let aiogram and the entity parser judge a caption; return what a reader sees."""
    for text, mode in ((message.html, "HTML"), (message.plain, None)):
        given = {"chat_id": 1, "photo": "x", "caption": text, "parse_mode": mode}
        SendPhoto.model_validate(given)
    seen = parse(message.html).text
    assert 0 < utf16(seen) <= CAPTION_LIMIT
    assert utf16(message.plain) <= CAPTION_LIMIT
    return seen


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("case", CASES)
def test_every_example_fits_and_says_no_verdict(case: str, kind: str, language: Language) -> None:
    seen = judge(made(kind, CASES[case](), language, stamp="UJI COBA", revision_no=2))
    assert seen.startswith("UJI COBA\n")
    assert "NTR-ABCD-2345" in seen
    assert HEAD in seen
    assert not FORBIDDEN.search(seen)
    assert examples.STRANGER_WORDS not in seen
    assert "kata warga" not in seen


def test_a_caption_says_what_the_picture_cannot() -> None:
    """The log's head, the link, what is not known, and what to do next."""
    seen = judge(made("caption", examples.post()))
    for said in (
        "Sari Contohwati, Dinas Kebersihan Kota Misalan (menurut data terdaftar)",
        "Terhadap: Rahma Teladan dan Widodo Misal, Pilgub Nusa Contoh 2024 (dukungan)",
        "Tautan: https://bsky.app/profile/sari.contoh.test/post/1",
        f"Log: {HEAD}",
        "siapa yang memegangnya saat itu belum dipastikan",
        "Ini indikasi, bukan putusan. Mintakan klarifikasi kepada yang bersangkutan",
    ):
        assert said in seen


@pytest.mark.parametrize(
    ("language", "words", "time"),
    [("id", "Kata-katanya", "Waktu: Sabtu, 12 Oktober"), ("en", "Their words", "Time: Saturday")],
)
def test_a_caption_is_understood_without_its_picture(
    language: Language, words: str, time: str
) -> None:
    seen = judge(made("caption", examples.post(), language))
    assert "dukung nomor 2, Bu Rahma" in seen
    assert words not in seen
    assert time in seen
    liked = judge(made("caption", examples.bare_like(), language))
    assert "Ayo coblos nomor 2 tanggal 27 November!" in liked


def test_a_caption_names_two_acts_and_counts_the_rest() -> None:
    acts = [f"perbuatan {n}" for n in range(4)]
    rules = [examples.rule(f"rule-{n}", act, Signal.POST) for n, act in enumerate(acts)]
    match = examples.post()["matches"][0]
    content = examples.post() | {"matches": [{**match, "rule": one.id} for one in rules]}
    ruleset = replace(examples.RULES, rules=tuple(rules))
    seen = judge(render_caption(content, examples.WATCH, examples.FACTS, ruleset, "id"))
    assert "perbuatan 0; perbuatan 1; dan 2 lagi pada kartu" in seen


def test_a_review_is_asked_about_and_not_asked_to_be_clarified() -> None:
    content = examples.post(outcome=Outcome.REVIEW, questions=("Apakah akun ini miliknya?",))
    seen = judge(made("caption", content))
    assert seen.startswith("Perlu ditinjau · NTR-ABCD-2345")
    assert "• Apakah akun ini miliknya?" in seen
    assert "Jawab pertanyaannya" in seen


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES)
def test_masked_words_name_nobody(case: str, language: Language) -> None:
    """POLICY 28: case id, agency, kind of act and rule; the desk has the rest."""
    message = made("masked", CASES[case](), language)
    seen = judge(message)
    assert "Dinas Kebersihan Kota Misalan: " in seen
    assert re.search(r"• support-\w+-candidate: SKB Netralitas 2022", seen)
    for text in (message.html, message.plain):
        assert not any(name in text for name in NAMES)


def test_the_questions_of_a_crowded_finding_give_way_and_say_so() -> None:
    found = examples.finding(
        examples.activity(text="dukung " * 900),
        "support-post-candidate",
        tuple(Span("text", n * 7, n * 7 + 6) for n in range(900)),
        questions=tuple(f"Pertanyaan {n} " + "x" * 400 for n in range(30)),
    )
    seen = judge(made("caption", examples.stored(found)))
    assert re.search(r"• dan \d+ lainnya", seen)
    assert HEAD in seen
    assert "Ini indikasi, bukan putusan." in seen


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=3000), name=st.text(min_size=1, max_size=300))
def test_no_text_breaks_a_caption(text: str, name: str) -> None:
    content = examples.stored(
        examples.finding(examples.activity(text=text), "support-post-candidate", ())
    )
    content["questions"] = [name] * 5
    watch = {**examples.WATCH, "name": name, "instansi": name, "unit": name}
    for make in MAKERS.values():
        judge(make(json.loads(json.dumps(content)), watch, examples.FACTS, examples.RULES))


def test_the_cards_own_words_hold_no_verdict() -> None:
    for text in (TEMPLATE.read_text("utf-8"), LIMITS, MASKED, TITLE):
        assert not FORBIDDEN.search(text)


def filed(content: dict[str, Any]) -> dict[str, Any]:
    """Return a finding as it stands where a file told of the act."""
    activity = {**content["activity"], "collector": FILED, "occurred_at_source": "client_claim"}
    return {**content, "outcome": "review", "questions": [FROM_FILE], "activity": activity}


@pytest.mark.parametrize("case", CASES)
def test_what_a_file_told_says_so_and_keeps_words_and_question(case: str) -> None:
    seen = judge(made("caption", filed(CASES[case]()), stamp="UJI COBA"))
    assert "Asal: berkas yang diserahkan." in seen
    assert "aplikasi pengunggah" not in seen
    if "bsky.app" not in seen:
        assert FROM_FILE in seen
    for text in (made("caption", CASES[case]()), made("caption", filed(CASES[case]()), "en")):
        assert "Asal: " not in judge(text)
