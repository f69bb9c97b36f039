"""Papers of a case: what is said, what stays blank, and that nobody's text becomes markup."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from monitor.model.finding import Span
from monitor.model.letter import Issued, Kind
from monitor.model.review import DISMISSING
from monitor.notify import letters, odt, pages
from monitor.notify.cover import Event
from monitor.notify.letters import CLOSED, LAYOUT, NAMES, TITLES, Paper
from tests.notify import examples
from tests.notify.test_cover import EVENTS, ODD
from tests.notify.test_render import FORBIDDEN, IDENTITY

DRAFTED = tuple(LAYOUT)
HOSTILE = (
    "]]> <text:p>sisip</text:p> &amp; &#0; ${x} #let x = 1; #panic() \\u{0} $a$ `b` @c <d> *e* _f_ "
    "\x00\x08\x0b\ufffe\u202e\u2066 مرحبا بالجميع 👩🏽‍⚕️🇮🇩 𝗣𝗶𝗹𝗶𝗵 ```typ #sys``` 198001012005011003"
)
SUMMONS = Issued(
    Kind.SUMMONS, "800/12/2024", date(2024, 10, 16), datetime(2024, 10, 16, tzinfo=UTC),
    date(2024, 10, 28),
)  # fmt: skip
TEAM = Issued(Kind.TEAM, "SK 9/2024", date(2024, 10, 15), datetime(2024, 10, 15, tzinfo=UTC))
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
MANIFEST = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"


def long(text: str, matches: int = 1) -> dict[str, Any]:
    act = replace(examples.activity(), text=text)
    spans = tuple(Span("text", at, at + 4) for at in range(0, matches * 9, 9))
    return examples.stored(examples.finding(act, "support-post-candidate", spans))


def paper(kind: Kind, content: dict[str, Any], **changes: Any) -> Paper:
    whole = Paper(
        kind=kind,
        content=content,
        watch=examples.WATCH,
        facts=examples.FACTS,
        events=EVENTS,
        issued=(TEAM, SUMMONS),
        head=f"128:{'9f' * 32}",
        keep_days=90,
    )
    return replace(whole, **changes)


def made(kind: Kind, content: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return letters.data(paper(kind, content, **changes), examples.RULES)


def read(letter: dict[str, Any]) -> str:
    """Return a paper's text, line by line, as the ODT file holds it."""
    pack = zipfile.ZipFile(io.BytesIO(odt.render(letter)))
    root = ET.fromstring(pack.read("content.xml"))
    return "\n".join(_line(p) for p in root.iter(f"{TEXT}p"))


def _line(paragraph: ET.Element) -> str:
    shown = paragraph.text or ""
    for inside in paragraph:
        shown += {f"{TEXT}tab": "\t", f"{TEXT}s": " "}.get(inside.tag, _line(inside))
        shown += inside.tail or ""
    return shown


CASES = {
    "post": examples.post(),
    "no text": examples.bare_like(),
    "of a stranger": examples.like_of_stranger(),
    "gone": examples.share_of_missing(),
    "right to left": long("مرحبا بالجميع، اختاروا رقم 2\nBaris kedua 🌞🇮🇩"),
    "odd, 40 matches": long("Ayo dukung nomor 2! " + ODD * 60, 40),
}


def test_every_kind_but_a_reply_has_title_layout_and_name() -> None:
    assert set(LAYOUT) == set(TITLES) == set(Kind) - {Kind.REPLY}
    assert set(NAMES) == set(Kind)
    assert set(CLOSED) == {step.value for step in DISMISSING}


# Every kind with an ordinary case, and the fullest kind with every case.
BOTH = [*((kind, "post") for kind in DRAFTED), *((Kind.REPORT, name) for name in CASES)]


@pytest.mark.parametrize(("kind", "name"), BOTH)
def test_every_paper_says_nothing_it_must_not(kind: Kind, name: str) -> None:
    said = read(made(kind, CASES[name]))
    quotes = [
        b for p in made(kind, CASES[name])["parts"] for b in p.get("blocks", ()) if b["quote"]
    ]
    own = {"".join(run["text"] for run in line) for block in quotes for line in block["lines"]}
    rest = "\n".join(line for line in said.splitlines() if line not in own)
    assert not FORBIDDEN.search(rest), FORBIDDEN.search(rest)
    assert not IDENTITY.search(said.replace("9f" * 32, ""))
    assert "91" not in rest.replace("9f", "")  # the score
    assert "UU ASN 20/2023" not in said  # remembered only
    assert "NTR-ABCD-2345" in said


@pytest.mark.parametrize("kind", DRAFTED)
def test_number_nip_and_signature_stay_blank(kind: Kind) -> None:
    for line in read(made(kind, examples.post())).splitlines():
        if re.match(r"(NIP|Nomor|Sifat|Lampiran|Pangkat|Jabatan)\b", line, re.IGNORECASE):
            value = line.partition("\t")[2] or line.partition(" ")[2]
            assert "perkara" in line or not re.search(r"\w", value), line


@pytest.mark.parametrize("kind", DRAFTED)
def test_a_file_is_opendocument(kind: Kind) -> None:
    pack = zipfile.ZipFile(io.BytesIO(odt.render(made(kind, examples.post()))))
    first = pack.infolist()[0]
    assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
    assert pack.read("mimetype") == b"application/vnd.oasis.opendocument.text"
    listed = {
        entry.get(f"{MANIFEST}full-path")
        for entry in ET.fromstring(pack.read("META-INF/manifest.xml"))
    }
    members = {
        name for name in pack.namelist() if name not in ("mimetype", "META-INF/manifest.xml")
    }
    assert listed == members | {"/"}
    for name in members:
        ET.fromstring(pack.read(name))
    styles = pack.read("styles.xml").decode() + pack.read("content.xml").decode()
    used = set(re.findall(r'(?:text|table):style-name="([^"]+)"', styles))
    known = set(re.findall(r'style:name="([^"]+)"', styles))
    assert used <= known, used - known


@pytest.mark.parametrize("kind", [Kind.MEMO, Kind.REPORT, Kind.SUMMONS])
def test_a_hostile_text_stays_text(kind: Kind) -> None:
    name = {**examples.WATCH, "name": HOSTILE, "unit": HOSTILE, "instansi": HOSTILE}
    events = (
        *EVENTS[:3],
        Event(12, EVENTS[3].at, "review", {"step": "dijawab"}, HOSTILE, HOSTILE, HOSTILE),
        EVENTS[4],
    )
    issued = replace(SUMMONS, number=HOSTILE)
    letter = made(kind, long(HOSTILE * 3), watch=name, events=events, issued=(issued,))
    said = read(letter)
    assert "<text:p>sisip</text:p>" in said
    assert "198001012005011003" not in said
    assert "\u202e" not in said
    assert pages.pictures(letters.TEMPLATE, letter)


@pytest.mark.parametrize("kind", [Kind.MEMO, Kind.MINUTES])
def test_a_text_of_64_kb_is_cut_and_set(kind: Kind) -> None:
    letter = made(kind, long("Dukung nomor 2, " * 4096), events=EVENTS[:1])
    assert len(read(letter)) < 40_000
    assert letters.pdf(letter).startswith(b"%PDF-")


@pytest.mark.drill
@pytest.mark.parametrize("kind", DRAFTED)
def test_a_paper_is_set_on_pages(kind: Kind) -> None:
    shown = pages.pictures(letters.TEMPLATE, made(kind, examples.post()))
    assert 1 <= len(shown) <= 4


def test_what_no_xml_can_hold_is_replaced() -> None:
    assert odt.text_of("a\x00b\ufffe\ud800c\t\n") == "a\ufffdb\ufffd\ufffdc\t\n"


def test_a_second_summons_names_the_first() -> None:
    said = read(made(Kind.SECOND_SUMMONS, examples.post()))
    assert (
        "Menunjuk Surat Panggilan I nomor 800/12/2024, tanggal 16 Oktober 2024, untuk pemeriksaan "
        "pada Senin, 28 Oktober 2024, kehadiran Saudara belum tercatat." in said
    )
    assert "Keputusan nomor SK 9/2024, tanggal 15 Oktober 2024" in read(
        made(Kind.MINUTES, examples.post())
    )
    report = read(made(Kind.REPORT, examples.post()))
    assert "• Surat Panggilan I nomor 800/12/2024, tanggal 16 Oktober 2024" in report
    assert "Program tidak menyimpulkan apa pun." in report


def test_without_an_answer_that_is_said() -> None:
    said = read(made(Kind.MEMO, examples.post(), events=EVENTS[:1]))
    assert "Belum ada jawaban yang tercatat." in said
    assert "Itu hanya kutipan, kata [akun lain]." in read(made(Kind.MEMO, examples.post()))


@pytest.mark.parametrize("step", sorted(CLOSED))
def test_a_closing_says_how_it_ended_and_no_more(step: str) -> None:
    closing = Event(14, EVENTS[4].at, "review", {"step": step}, "Pak Pemutus", "penelaah")
    said = read(made(Kind.CLOSING, examples.post(), events=(*EVENTS[:1], closing)))
    assert CLOSED[step] in said
    assert "dihapus 90 hari setelah ditutup" in said
    assert "support-post-candidate" not in said


def test_a_trial_says_so_on_the_paper() -> None:
    facts = replace(examples.FACTS, stamp="UJI COBA")
    assert "UJI COBA" in read(made(Kind.MEMO, examples.post(), facts=facts))


def test_questions_ask_what_could_not_be_checked() -> None:
    said = read(made(Kind.QUESTIONS, examples.post()))
    assert "Hal ini belum dapat diperiksa: tugas kedinasan." in said
    assert "Siapa lagi yang dapat memakainya?" in said
