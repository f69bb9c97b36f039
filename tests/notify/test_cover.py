"""The cover of a forwarded case: the form's order, nobody but who may stand there, no verdict."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import NotifyError
from monitor.evidence import export_text
from monitor.model.activity import FILED
from monitor.model.finding import Span
from monitor.model.review import Path as Way
from monitor.model.review import Step
from monitor.model.state import ActState
from monitor.model.tip import COLLECTOR
from monitor.notify import cover, pages
from monitor.notify.cover import Event, Exhibit, Forwarded, Letter
from monitor.notify.render import named
from tests.notify import examples
from tests.notify.test_render import FORBIDDEN

FOLDER = Path(str(files("monitor.notify") / "templates"))
ODD = "*bintang* #set $x$ `kode` <b>tebal</b> مرحبا 𝗣𝗶𝗹𝗶𝗵 👍🇮🇩 \\ ] [ "
LETTER = Letter("Dra. Pejabat Contoh", "Inspektorat Kota Misalan", "700/1/2024", date(2024, 10, 15))
EXHIBITS = (
    Exhibit("files/4/record", "ab" * 32, "record"),
    Exhibit("content/12/klarifikasi", "cd" * 32, "klarifikasi"),
)


def day(number: int) -> datetime:
    return datetime(2024, 10, number, 3, 0, tzinfo=UTC)


EVENTS = (
    Event(4, day(12), "finding", {"outcome": "alert"}),
    Event(5, day(12), "delivery", {"accepted_at": "2024-10-12T02:42:10.000000Z"}),
    Event(9, day(13), "state", {"state": "dihapus"}),
    Event(12, day(14), "review", {"step": "dijawab"}, answer="Itu hanya kutipan, kata @warga."),
    Event(
        14,
        day(15),
        "review",
        {"step": "diteruskan", "path": "informasi_awal_bawaslu"},
        "Pak Pemutus",
        "sekretaris daerah",
        receiver="Bawaslu Kota Misalan",
    ),
)


def long(text: str, matches: int) -> dict[str, Any]:
    act = replace(examples.activity(), text=text)
    spans = tuple(Span("text", at, at + 4) for at in range(0, matches * 9, 9))
    return examples.stored(examples.finding(act, "support-post-candidate", spans))


def forwarded(content: dict[str, Any], events: tuple[Event, ...] = EVENTS) -> Forwarded:
    return Forwarded(content, examples.WATCH, examples.FACTS, events, f"128:{'9f' * 32}")


def said(content: dict[str, Any], **changes: Any) -> dict[str, str]:
    """Return each section as a reader sees it."""
    case = replace(forwarded(content), **changes)
    made = cover.data(LETTER, case, EXHIBITS, examples.RULES)
    return {
        name: "\n".join(
            "".join(run["text"] for run in line) for block in part for line in block["lines"]
        )
        for name, part in made["sections"].items()
    }


CASES = {
    "post": examples.post(),
    "no text": examples.bare_like(),
    "of a stranger": examples.like_of_stranger(),
    "gone": examples.share_of_missing(),
    "right to left": long("مرحبا بالجميع، اختاروا رقم 2\nBaris kedua", 1),
    "long, odd, 40 matches": long("Ayo dukung nomor 2! " + ODD * 60, 40),
}


@pytest.mark.parametrize("name", CASES)
def test_a_cover_is_set(name: str) -> None:
    made = cover.render_cover(LETTER, forwarded(CASES[name]), EXHIBITS, examples.RULES)
    assert made.startswith(b"%PDF-")
    shown = pages.pictures(cover.TEMPLATE, _data(CASES[name]))
    assert 2 <= len(shown) <= 5
    assert all(page.startswith(b"\x89PNG") for page in shown)


def _data(content: dict[str, Any]) -> dict[str, Any]:
    return cover.data(LETTER, forwarded(content), EXHIBITS, examples.RULES)


def test_the_sections_stand_in_the_order_of_the_form() -> None:
    titles = re.findall(r'#part\((\d), "([^"]+)"', (FOLDER / cover.TEMPLATE).read_text("utf-8"))
    assert titles == [
        ("1", "Pelapor"),
        ("2", "Terlapor"),
        ("3", "Peristiwa yang diduga"),
        ("4", "Tempat kejadian"),
        ("5", "Hari dan tanggal kejadian dan diketahui"),
        ("6", "Saksi"),
        ("7", "Bukti"),
        ("8", "Uraian"),
    ]


def test_every_section_says_what_is_known_and_leaves_the_rest_blank() -> None:
    told = said(examples.post())
    assert "Nama Dra. Pejabat Contoh\n" in told["pelapor"]
    assert "Nomor surat 700/1/2024" in told["pelapor"]
    assert "Ditujukan kepada Bawaslu Kota Misalan\n" in told["pelapor"]
    assert "Jalur informasi awal kepada Bawaslu\n" in told["pelapor"]
    for blank in ("NIP", "NIK", "Alamat kantor", "Telepon, surel"):
        assert blank in told["pelapor"].splitlines()
    assert "Nama Sari Contohwati\n" in told["terlapor"]
    assert "Akun Bluesky, @sari.contoh.test (pengenal tetap did:plc:sari)" in told["terlapor"]
    assert told["terlapor"].splitlines()[-3:] == ["NIP", "Alamat", "Telepon"]
    assert "Tautan https://bsky.app/profile/sari.contoh.test/post/1" in told["tempat"]
    times = told["waktu"].splitlines()
    assert times[0] == "Kejadian Sabtu, 12 Oktober 2024 pukul 09.30 WIB (menurut platform)"
    assert times[1] == "Diamati oleh kami Sabtu, 12 Oktober 2024 pukul 09.41 WIB"
    assert times[2] == "Peringatan diterima Sabtu, 12 Oktober 2024 pukul 09.42 WIB"
    assert times[3] == "Diputuskan diteruskan Selasa, 15 Oktober 2024 pukul 10.00 WIB, entri log 14"
    assert times[4] == "Diketahui oleh pelapor"
    assert "tidak ada saksi yang dicatat" in told["saksi"]


def test_the_account_tells_the_case_to_its_end() -> None:
    told = said(examples.post())["uraian"].splitlines()
    assert told[0] == (
        "Akun Bluesky @sari.contoh.test, terdaftar atas nama Sari Contohwati, diamati oleh kami "
        "mengunggah dukungan kepada calon. "
    )
    assert "• 9, Minggu, 13 Oktober 2024 pukul 10.00 WIB: sudah dihapus" in told
    decided = "diputuskan untuk diteruskan, oleh Pak Pemutus (sekretaris daerah)"
    assert f"• 14, Selasa, 15 Oktober 2024 pukul 10.00 WIB: {decided}" in told
    assert (
        told[told.index("Jawaban yang bersangkutan") + 1] == "Itu hanya kutipan, kata [akun lain]."
    )
    unanswered = [e for e in EVENTS if e.public.get("step") != Step.ANSWERED]
    later = said(examples.post(), events=unanswered)["uraian"]
    assert "Jawaban yang bersangkutan\nTidak tercatat." in later
    why = replace(EVENTS[-1], unanswered="dua kali dipanggil, tidak hadir")
    unheard = said(examples.post(), events=[*unanswered[:-1], why])["uraian"]
    assert "Tidak tercatat. Alasan yang dicatat: dua kali dipanggil, tidak hadir" in unheard
    mute = [replace(e, answer="") for e in EVENTS]
    assert (
        "Jawaban yang bersangkutan\nTercatat: lihat bukti."
        in (said(examples.post(), events=mute)["uraian"])
    )


def test_the_whole_text_stands_in_the_account() -> None:
    text = "Ayo dukung nomor 2! " + "lagi " * 2000 + "akhir"
    assert said(long(text, 1))["uraian"].count("lagi ") == 2000


def test_a_stranger_stands_nowhere_on_the_cover() -> None:
    everything = str(_data(examples.like_of_stranger()))
    assert (
        "Yang ditanggapi akun lain, isinya hanya dalam berkas bukti"
        in (said(examples.like_of_stranger())["peristiwa"])
    )
    for theirs in (examples.STRANGER_WORDS, "kata warga", "did:plc:warga"):
        assert theirs not in everything


def test_an_agency_account_names_no_person() -> None:
    watch = {**examples.WATCH, "employer_type": "INSTANSI"}
    told = said(examples.post(), watch=watch)["terlapor"]
    assert "(akun instansi: belum ada orang yang ditunjuk)" in told


def test_each_exhibit_has_number_name_digest_and_kind() -> None:
    assert _data(examples.post())["exhibits"][1] == {
        "number": 2,
        "member": "content/12/klarifikasi",
        "sha256": "cd" * 32,
        "what": "Jawaban yang bersangkutan",
    }
    names = ("record", "target-2", "card-masked", "comparison", "finding", "lain")
    kinds = [cover.kind_of(name) for name in names]
    assert kinds == ["record", "target", "card", "comparison", "finding", "file"]


def test_every_step_state_and_way_has_words() -> None:
    assert set(named(cover.WORDS, "path")) == {way.value for way in Way}
    assert set(named(cover.WORDS, "step")) == {step.value for step in Step}
    assert set(named(cover.WORDS, "state")) == {state.value for state in ActState}


def test_without_a_decision_there_is_no_cover() -> None:
    with pytest.raises(NotifyError, match="no decision to forward"):
        cover.data(LETTER, forwarded(examples.post(), EVENTS[:4]), EXHIBITS, examples.RULES)


def test_what_others_wrote_is_never_markup() -> None:
    odd = '#panic("x") #read("/etc/passwd") ' * 3
    letter = Letter(odd, odd, odd, date(2024, 10, 15))
    case = replace(forwarded(long(odd, 0)), watch={**examples.WATCH, "name": odd})
    made = cover.data(letter, case, EXHIBITS, examples.RULES)
    assert odd.strip() in str(made["sections"]["uraian"])
    assert pages.typeset(cover.TEMPLATE, made).startswith(b"%PDF-")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.typ")), ids=lambda p: p.name)
def test_no_paper_holds_a_verdict_or_a_sanction(path: Path) -> None:
    assert not FORBIDDEN.search(path.read_text("utf-8"))


@pytest.mark.parametrize("form", ["audit", "penerusan", "all"])
def test_no_readme_holds_a_verdict_or_a_sanction(form: str) -> None:
    words = dict.fromkeys(("subject", "profile", "made_at", "head"), "x")
    text = export_text.readme(form, **words).decode()
    assert "dugaan" in text
    assert not FORBIDDEN.search(text)


@pytest.mark.parametrize("name", CASES)
def test_no_cover_says_a_verdict(name: str) -> None:
    for section, text in said(CASES[name]).items():
        assert not FORBIDDEN.search(text), section


def test_a_template_that_fails_is_told() -> None:
    with pytest.raises(NotifyError, match="cannot be set"):
        pages.typeset(cover.TEMPLATE, {})


def test_signs_that_the_fonts_lack_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _data(examples.post())["note"] in ("", pages.NO_EMOJI)
    monkeypatch.setattr(pages, "note", lambda: pages.NO_EMOJI)
    without = pages.pictures(cover.TEMPLATE, _data(examples.post()))
    monkeypatch.setattr(pages, "note", lambda: "")
    assert without != pages.pictures(cover.TEMPLATE, _data(examples.post()))


def test_the_paper_is_one_that_archives_keep() -> None:
    """ISO 19005-2: the file says so itself."""
    made = pages.typeset(cover.TEMPLATE, _data(CASES["long, odd, 40 matches"]))
    assert b"pdfaid:part" in made


def test_a_sign_that_no_font_has_does_not_stop_a_case() -> None:
    """An archive's form forbids a blank for it; then the paper is plain PDF."""
    rare = "".join(map(chr, (*range(0xA7D0, 0xA7DA), *range(0x1C80, 0x1C89))))
    made = pages.typeset(cover.TEMPLATE, _data(long(f"Ayo dukung nomor 2 {rare}", 1)))
    assert made.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("collector", "seen", "witness"),
    [
        ("", "Diamati oleh kami", "diamati oleh program"),
        (FILED, "Dibaca dari berkas", "berkas yang diserahkan"),
        (COLLECTOR, "Dilaporkan kepada kami", "laporan orang"),
    ],
)
def test_a_cover_says_how_the_act_became_known(collector: str, seen: str, witness: str) -> None:
    content = examples.post()
    if collector:
        content = {**content, "activity": {**content["activity"], "collector": collector}}
    told = said(content)
    assert told["waktu"].splitlines()[1].startswith(seen)
    assert witness in told["saksi"]
    assert ("Asal: laporan orang" in told["uraian"]) == (collector == COLLECTOR)
    assert ("Asal: berkas" in told["uraian"]) == (collector == FILED)
