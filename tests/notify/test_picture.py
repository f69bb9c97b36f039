"""The evidence card: what the alert says, as a picture, whatever others wrote."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import NotifyError
from monitor.model.delivery import Message
from monitor.model.finding import Span
from monitor.notify import picture
from monitor.notify.picture import blocks, render_card
from monitor.notify.render import render_alert
from tests.notify import examples

SEEN = "Sabtu, 12 Oktober 2024 pukul 10.41 WITA"
ODD = "*bintang* #set $x$ `kode` <b>tebal</b> مرحبا 𝗣𝗶𝗹𝗶𝗵 👍🇮🇩 \\ ] [ "


def alert(content: dict[str, Any]) -> Message:
    return render_alert(content, examples.WATCH, examples.FACTS, examples.RULES, "id")


def text_post(text: str, matches: int) -> dict[str, Any]:
    act = replace(examples.activity(), text=text)
    spans = tuple(Span("text", at, at + 4) for at in range(0, matches * 9, 9))
    return examples.stored(examples.finding(act, "support-post-candidate", spans))


CASES = {
    "post": examples.post(),
    "no text": examples.bare_like(),
    "long, odd, 40 matches": text_post("Ayo dukung nomor 2! " + ODD * 20, 40),
}


@pytest.mark.parametrize("name", CASES)
def test_a_card_is_drawn(name: str) -> None:
    card = render_card(alert(CASES[name]), SEEN)
    assert card.data.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", card.data[16:24])
    assert width == 960
    assert height > 600


def test_a_card_as_pdf() -> None:
    assert render_card(alert(examples.post()), SEEN, "pdf").data.startswith(b"%PDF-")


def test_words_that_matched_are_marked_and_nothing_else() -> None:
    made = blocks(alert(examples.post()).html)
    runs = [(block["quote"], run) for block in made for line in block["lines"] for run in line]
    marked = [run["text"] for _, run in runs if run["mark"]]
    assert marked == ["dukung nomor 2", "Bu Rahma"]
    assert all(quote for quote, run in runs if run["mark"])
    shown = "".join(run["text"] for _, run in runs)
    assert "&" not in shown
    assert "<" not in shown


def test_what_others_wrote_is_never_markup() -> None:
    """A text full of the typesetter's signs gives the same words, not what they command."""
    made = blocks(alert(text_post(ODD, 0)).html)
    shown = "".join(r["text"] for b in made if b["quote"] for line in b["lines"] for r in line)
    assert "*bintang* #set $x$ `kode` <b>tebal</b>" in shown
    render_card(alert(text_post('#panic("x") #read("/etc/passwd") ' * 3, 0)), SEEN)


def test_missing_fonts_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "_has_colour_emoji", lambda: False)
    without = render_card(alert(examples.post()), SEEN)
    monkeypatch.setattr(picture, "_has_colour_emoji", lambda: True)
    with_font = render_card(alert(examples.post()), SEEN)
    assert without.note == picture.NO_EMOJI
    assert with_font.note == ""
    assert without.data != with_font.data


def test_a_template_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "card.typ"
    broken.write_text("#panic()")
    monkeypatch.setattr(picture, "TEMPLATE", broken)
    with pytest.raises(NotifyError, match="cannot be drawn"):
        render_card(alert(examples.post()), SEEN)
