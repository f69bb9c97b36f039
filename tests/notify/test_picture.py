"""The evidence card: what the alert says, as a picture, whatever others wrote."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import NotifyError
from monitor.model.finding import Span
from monitor.notify import picture
from monitor.notify.picture import draw
from monitor.notify.sheet import Sheet, blocks, sheet
from tests.notify import examples

ODD = "*bintang* #set $x$ `kode` <b>tebal</b> مرحبا 𝗣𝗶𝗹𝗶𝗵 👍🇮🇩 \\ ] [ "
DIGEST = "3f" * 32
# As the daemon knows it before the entry has its number.
FACTS = replace(examples.FACTS, head=None, revision_no=0, digest=DIGEST)


def text_post(text: str, matches: int) -> dict[str, Any]:
    act = replace(examples.activity(), text=text)
    spans = tuple(Span("text", at, at + 4) for at in range(0, matches * 9, 9))
    return examples.stored(examples.finding(act, "support-post-candidate", spans))


def made(content: dict[str, Any], *, masked: bool = False) -> Sheet:
    return sheet(content, examples.WATCH, FACTS, examples.RULES, masked=masked)


def words(page: Sheet) -> str:
    lines = [line for block in page["blocks"] for line in block["lines"]]
    return "\n".join("".join(run["text"] for run in line) for line in lines)


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


CASES = {
    "post": examples.post(),
    "no text": examples.bare_like(),
    "a stranger's post": examples.like_of_stranger(),
    "nothing to read": examples.share_of_missing(),
    "long": text_post("Ayo dukung nomor 2 demi perubahan nyata bagi kita semua. " * 60, 0),
    "odd, 40 matches": text_post("Ayo dukung nomor 2! " + ODD * 20, 40),
    "right to left": text_post("السلام عليكم، ادعموا الرقم 2 جميعا، dukung nomor 2 " * 9, 3),
    "emoji": text_post("Gas 🔥👍🏽👨‍👩‍👧‍👦🇮🇩2️⃣☝️❤️‍🔥 𝗣𝗶𝗹𝗶𝗵 𝓷𝓸𝓶𝓸𝓻 𝟮 ②", 2),
}


@pytest.mark.parametrize("name", CASES)
def test_a_card_fits_a_phone_and_a_message(name: str) -> None:
    """Sharp at 360 points' width, small enough to send at once, and no strip of paper."""
    card = draw(made(CASES[name]))
    width, height = size(card.data)
    assert 360 <= width <= 720
    assert width / 2 < height < width * 3
    assert len(card.data) <= picture.MOST_BYTES


def test_the_same_card_is_the_same_picture() -> None:
    page = made(examples.post())
    assert draw(page).data == draw(json.loads(json.dumps(page))).data


def test_a_card_as_pdf() -> None:
    assert draw(made(examples.post()), "pdf").data.startswith(b"%PDF-")


def test_a_card_says_what_a_supervisor_needs() -> None:
    shown = words(made(examples.post()))
    for needed in (
        "Sari Contohwati",
        "Dinas Kebersihan Kota Misalan, Bidang Taman (menurut data terdaftar)",
        "Akun: Bluesky @sari.contoh.test",
        "Mengunggah dukungan kepada calon",
        "Waktu: Sabtu, 12 Oktober 2024 pukul 09.30 WIB (menurut platform)",
        "Terhadap: Rahma Teladan dan Widodo Misal, nomor urut 2",
        "support-post-candidate: SKB Netralitas 2022 Lampiran II huruf B angka 6 (V2)",
        "Tingkat: disiplin, masa kampanye",
        "Belum dapat diperiksa: Tugas kedinasan",
        DIGEST,
    ):
        assert needed in shown
    limits = made(examples.post())["limits"]
    assert limits[0].startswith("Diamati oleh kami pada Sabtu, 12 Oktober 2024 pukul 09.41 WIB.")
    assert "bukan putusan" in limits[0]


def test_a_card_of_before_the_entry_names_no_head_and_a_later_one_does() -> None:
    assert "Log" not in words(made(examples.post()))
    later = sheet(examples.post(), examples.WATCH, examples.FACTS, examples.RULES)
    assert f"Log: 128:{'9f' * 32}" in words(later)


def test_a_trial_stands_on_its_cards() -> None:
    on_trial = replace(FACTS, stamp="UJI COBA")
    for masked in (False, True):
        page = sheet(examples.post(), examples.WATCH, on_trial, examples.RULES, masked=masked)
        assert words(page).startswith("UJI COBA\n")


def test_a_stranger_is_another_account(capsys: pytest.CaptureFixture[str]) -> None:
    """POLICY 29: of a stranger's post the card says that it is another account's."""
    page = made(examples.like_of_stranger())
    assert "akun lain, isinya hanya dalam berkas bukti" in words(page)
    assert examples.STRANGER_WORDS not in json.dumps(page)
    assert "kata warga" not in json.dumps(page)


def test_a_masked_card_names_nobody_and_repeats_nothing() -> None:
    """POLICY 28: case id, agency, kind of act, rule and digest."""
    page = made(examples.post(), masked=True)
    shown = words(page)
    assert page["finding"] == "NTR-ABCD-2345"
    for there in ("Dinas Kebersihan Kota Misalan", "Mengunggah", "support-post-candidate", DIGEST):
        assert there in shown
    whole = json.dumps(page, ensure_ascii=False)
    for kept_out in ("Sari", "sari.contoh", "Rahma", "dukung nomor", "bsky.app", "Bidang Taman"):
        assert kept_out not in whole


def test_words_that_matched_are_marked_and_nothing_else() -> None:
    page = made(examples.post())
    runs = [(b["quote"], run) for b in page["blocks"] for line in b["lines"] for run in line]
    marked = [run["text"] for _, run in runs if run["kind"] == "mark"]
    assert marked == ["dukung nomor 2", "Bu Rahma"]
    assert all(quote for quote, run in runs if run["kind"] == "mark")
    assert "&" not in words(page)
    assert "<" not in words(page)


def test_what_others_wrote_is_never_markup() -> None:
    """A text full of the typesetter's signs gives the same words, not what they command."""
    assert "*bintang* #set $x$ `kode` <b>tebal</b>" in words(made(text_post(ODD, 0)))
    hostile = '#panic("x") #read("/etc/passwd") <script>alert(1)</script> '
    assert size(draw(made(text_post(hostile * 3, 0))).data)[0] >= 360


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(max_size=1500), number=st.integers(0, 40))
def test_no_text_breaks_a_card(text: str, number: int) -> None:
    card = draw(made(text_post(text, min(number, len(text) // 9))))
    assert len(card.data) <= picture.MOST_BYTES


def test_lines_of_a_quotation_stay_lines() -> None:
    found = blocks("<b>Nama</b>\n<blockquote>satu\n<b>dua</b></blockquote><code>9f</code>")
    assert [block["quote"] for block in found] == [False, True, False]
    assert found[1]["lines"] == [
        [{"text": "satu", "kind": ""}],
        [{"text": "dua", "kind": "mark"}],
    ]
    assert found[2]["lines"] == [[{"text": "9f", "kind": "mono"}]]


def test_missing_fonts_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "_has_colour_emoji", lambda: False)
    without = draw(made(examples.post()))
    monkeypatch.setattr(picture, "_has_colour_emoji", lambda: True)
    with_font = draw(made(examples.post()))
    assert without.note == picture.NO_EMOJI
    assert with_font.note == ""
    assert without.data != with_font.data


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that has no fonts but those inside the typesetter."""
    fonts = typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr(picture, "_fonts", lambda: fonts)
    for known in (picture._compiler, picture._has_colour_emoji):
        known.cache_clear()
    yield
    for known in (picture._compiler, picture._has_colour_emoji):
        known.cache_clear()


def test_a_machine_without_fonts_still_draws_and_says_so(bare: None) -> None:
    card = draw(made(CASES["emoji"]))
    assert card.note == picture.NO_EMOJI
    assert size(card.data)[0] >= 360


def test_a_template_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "card.typ"
    broken.write_text("#panic()")
    monkeypatch.setattr(picture, "TEMPLATE", broken)
    with pytest.raises(NotifyError, match="cannot be drawn"):
        draw(made(examples.post()))


def test_a_card_that_cannot_be_small_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "MOST_BYTES", 5_000)
    with pytest.raises(NotifyError, match="larger than 5000 bytes"):
        draw(made(examples.post()))
