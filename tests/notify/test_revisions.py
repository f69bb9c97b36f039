"""A later revision: its number, when the one before was seen, and what changed since."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from monitor.model.delivery import AlertFacts, Changed, Earlier
from monitor.notify import picture
from monitor.notify.picture import draw
from monitor.notify.quote import utf16
from monitor.notify.render import render_alert, render_caption, render_card, render_masked
from monitor.notify.sheet import Sheet, sheet
from monitor.notify.words import Language
from monitor.run.changes import diff
from tests.notify import examples
from tests.notify.test_picture import ODD, size, text_post, words
from tests.notify.test_render import FORBIDDEN, judge

LANGUAGES: tuple[Language, ...] = get_args(Language)
SEEN = datetime(2024, 10, 12, 1, 5, tzinfo=UTC)
HEADS = ("Sebelumnya", "Before")
OLD = "Pagi @warga.lain WA 081234567890, jangan lupa dukung nomor 1, Pak Surya paling siap!"
# What a supervisor reads of each kind of change, and whether words are shown with it.
KINDS: dict[str, tuple[Earlier, str, str]] = {
    "text": (
        Earlier(1, Changed.TEXT, SEEN, tuple(diff(OLD, examples.TEXT) or ())),
        "Kata-katanya berbeda dari revisi sebelumnya.",
        "differ from the revision before",
    ),
    "spaces": (
        Earlier(1, Changed.TEXT, SEEN, tuple(diff("Ayo  pilih", "Ayo pilih") or ())),
        "hanya jarak antarkata",
        "Only the spaces",
    ),
    "too long": (
        Earlier(1, Changed.TEXT, SEEN),
        "terlalu panjang untuk dibandingkan",
        "too many to be compared",
    ),
    "media": (Earlier(1, Changed.MEDIA, SEEN), "yang berbeda ialah gambar", "a picture, a link"),
    "nothing": (Earlier(1, Changed.NOTHING, SEEN), "Isinya sama", "reads as the revision before"),
    "erased": (Earlier(1, Changed.ERASED), "sudah dihapus", "was erased"),
}


def facts(earlier: Earlier | None, **more: Any) -> AlertFacts:
    number = earlier.revision_no + 1 if earlier else 1
    return replace(examples.FACTS, revision_no=number, earlier=earlier, **more)


def page(earlier: Earlier | None, *, masked: bool = False) -> Sheet:
    told = facts(earlier, head=None)
    return sheet(examples.post(), examples.WATCH, told, examples.RULES, masked=masked)


def runs(made: Sheet, kind: str) -> list[str]:
    every = [run for b in made["blocks"] for line in b["lines"] for run in line]
    return [run["text"] for run in every if run["kind"] == kind]


def test_the_card_of_a_revision_shows_what_went_and_what_is_new() -> None:
    made = page(KINDS["text"][0])
    first = words(made).splitlines()[0]
    assert first == "Revisi 2; revisi 1 pertama terlihat Sabtu, 12 Oktober 2024 pukul 08.05 WIB"
    assert runs(made, "removed")[-2:] == ["1", "Pak Surya"]
    assert runs(made, "added") == ["semua 🌞", "2", "Bu Rahma", "Info:"]
    # What matched is still marked in the words as they are now.
    assert runs(made, "mark") == ["dukung nomor 2", "Bu Rahma"]


def test_the_words_of_an_earlier_revision_are_masked_as_any_others() -> None:
    whole = json.dumps(page(KINDS["text"][0]), ensure_ascii=False)
    assert "[akun lain]" in whole
    assert "[nomor disamarkan]" in whole
    assert "warga.lain" not in whole
    assert "0812" not in whole


def test_a_masked_card_has_the_revision_and_no_word_of_it() -> None:
    made = page(KINDS["text"][0], masked=True)
    assert words(made).startswith("Revisi 2; revisi 1 pertama terlihat Sabtu, 12 Oktober 2024")
    whole = json.dumps(made, ensure_ascii=False)
    for kept_out in ("Surya", "Rahma", "dukung", "akun lain", "Sari", "Sebelumnya"):
        assert kept_out not in whole


@pytest.mark.parametrize("masked", [False, True])
def test_a_first_revision_says_nothing_of_another(*, masked: bool) -> None:
    assert "evisi" not in words(page(None, masked=masked))
    for told in (render_alert, render_caption, render_masked):
        message = told(examples.post(), examples.WATCH, facts(None), examples.RULES)
        assert "evisi" not in message.plain


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", KINDS)
def test_each_kind_of_change_is_said_in_every_message(name: str, language: Language) -> None:
    earlier, *said = KINDS[name]
    sentence = said[LANGUAGES.index(language)]
    for told in (render_alert, render_caption, render_masked):
        message = told(examples.post(), examples.WATCH, facts(earlier), examples.RULES, language)
        text = judge(message)
        assert not FORBIDDEN.search(text)
        assert "  " not in text
        assert not any(line.endswith(" ") for line in text.splitlines())
        assert ("evisi 1 " in text or "evision 1 " in text) == (earlier.seen_at is not None)
        compared = told is not render_masked and name == "text"
        assert any(f"\n{head}\n“" in message.plain for head in HEADS) == compared
        # A caption leaves the sentence to the words that show it.
        assert (sentence in text) == (not compared or told is render_alert)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_caption_gives_its_room_to_what_changed(language: Language) -> None:
    told = facts(KINDS["text"][0])
    caption = render_caption(examples.post(), examples.WATCH, told, examples.RULES, language)
    assert "«Pak Surya»" in caption.plain
    assert "«Bu Rahma»" in caption.plain
    first = render_caption(examples.post(), examples.WATCH, facts(None), examples.RULES, language)
    # The contest stands on the card.
    assert examples.CONTEST.title in first.plain
    assert examples.CONTEST.title not in caption.plain


def test_what_went_and_what_is_new_is_set_off_in_plain_words() -> None:
    """The words of a card as a message: what is struck or underlined there stands in «»."""
    told = facts(KINDS["text"][0])
    message = render_card(examples.post(), examples.WATCH, told, examples.RULES)
    assert "<s>Pak Surya</s>" in message.html
    assert "<u>Bu Rahma</u>" in message.html
    assert "«Pak Surya» paling siap!”" in message.plain


LONG = "Ayo dukung nomor 2 demi perubahan nyata bagi kita semua. "
EXTREMES = {
    "scattered": (LONG * 25, LONG.replace("nyata", "besar").replace("semua", "bersama") * 25),
    "all new": ("lama " * 700, "baru 👍🏽 " * 350),
    "odd": (ODD * 20, "Ayo dukung nomor 2! " + ODD * 20),
}


@pytest.mark.parametrize("name", EXTREMES)
def test_long_texts_stay_within_card_and_caption(name: str) -> None:
    old, new = EXTREMES[name]
    parts = diff(old, new)
    assert parts is not None
    told = facts(Earlier(8, Changed.TEXT, SEEN, tuple(parts)))
    content = text_post(new, 40)
    made = sheet(content, examples.WATCH, replace(told, head=None), examples.RULES)
    card = draw(made)
    width, height = size(card.data)
    assert 360 <= width <= 720
    assert height < width * 3
    assert len(card.data) <= picture.MOST_BYTES
    assert draw(json.loads(json.dumps(made))).data == card.data
    for language in LANGUAGES:
        caption = render_caption(content, examples.WATCH, told, examples.RULES, language)
        assert utf16(caption.plain) <= 1024
