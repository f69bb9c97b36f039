"""The paper on one run of verify: what was run, what it shows, what stays open; never more."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.evidence.report import Kind
from monitor.notify import certificate, pages
from monitor.notify.certificate import Bad, Check, Signed, Stamp
from monitor.notify.render import named
from tests.notify.test_render import FORBIDDEN

AT = datetime(2024, 10, 15, 2, 0, tzinfo=UTC)
SOUND = Check(
    kind=certificate.LOG,
    source="netralitas.sqlite3",
    program="0.1.0",
    began=AT,
    ended=AT,
    head=f"1284:{'9f3a' * 16}",
    counted=[("entries", "1284"), ("contents", "2210"), ("files", "930")],
    entries=1284,
    sealed=1280,
    keys=[Signed("a1b2c3d4e5f60718", 640), Signed("0011223344556677", 1280)],
    stamp=Stamp(1270, AT, "otoritas-rekaan"),
    bad=[],
    bad_count=0,
    compared=f"900:{'ab' * 32}",
)
BARE = replace(SOUND, keys=[], stamp=None, compared="", sealed=0)
BAD = replace(SOUND, bad=[Bad("entri 12", "chain", "hash does not follow")], bad_count=7)
EXPORT = replace(
    SOUND,
    kind=certificate.EXPORT,
    counted=[("finding", "NTR-ABCD-2345"), ("listed", "4, 9")],
    keys=[Signed("a1b2c3d4e5f60718")],
    entries=0,
    sealed=0,
    compared="",
)
UNREAD = replace(
    EXPORT, head="", counted=[], keys=[], stamp=None, bad=[Bad("x", "export", "y")], bad_count=1
)
CASES = {"sound": SOUND, "bare": BARE, "bad": BAD, "export": EXPORT, "unread": UNREAD}


@pytest.mark.parametrize("name", CASES)
def test_a_certificate_is_one_page_without_a_verdict(name: str) -> None:
    made = certificate.data(CASES[name])
    assert len(pages.pictures(certificate.TEMPLATE, made)) == 1
    assert certificate.render_certificate(CASES[name]).startswith(b"%PDF-")
    assert not FORBIDDEN.search(str({**made, "qr": ""}))


def test_a_sound_log_shows_what_was_run() -> None:
    made = certificate.data(SOUND)
    assert made["result"] == "Sesuai: tidak ditemukan perubahan"
    assert [line.split()[0] for line in made["shows"]] == ["Entri", "Entri", "Menurut", "Entri"]
    assert "Entri 1 sampai 1284 bersambung" in made["shows"][0]
    assert made["shows"][2] == (
        "Menurut otoritas-rekaan, segel sampai entri 1270 sudah ada pada "
        "Selasa, 15 Oktober 2024 pukul 09.00 WIB."
    )
    assert "Entri 1281 sampai 1284 belum bersegel." in made["open"]
    assert ["Sidik kunci segel", "0011223344556677, sampai entri 1280"] in made["rows"]
    assert not any("tidak dibandingkan" in line for line in made["open"])


def test_nothing_is_claimed_that_was_not_run() -> None:
    made = certificate.data(BARE)
    assert len(made["shows"]) == 1
    said = " ".join(made["open"])
    for limit in ("tidak dibandingkan", "Tidak ada cap waktu", "Entri 1 sampai 1284 belum"):
        assert limit in said
    assert ["Kepala pembanding", "tidak ada: pemeriksaan dijalankan tanpa --head"] in made["rows"]


def test_a_failed_run_names_the_first_bad_place_and_shows_nothing() -> None:
    made = certificate.data(BAD)
    assert made["result"].startswith("Tidak sesuai")
    assert made["bad"] == [
        {"place": "entri 12", "kind": "rantai sidik", "what": "hash does not follow"}
    ]
    assert made["bad_more"] == 6
    assert made["shows"] == []
    assert "tidak satu pun kesimpulan" in made["open"][0]


def test_an_unsound_export_is_not_taken_as_read() -> None:
    made = certificate.data(UNREAD)
    assert ["Cap waktu terakhir", "tidak terbaca"] in made["rows"]
    assert ["Kepala log saat ekspor dibuat", "tidak terbaca"] in made["rows"]
    assert made["qr"] == ""
    assert not any("cap waktu dari luar" in line for line in made["open"])


def test_every_kind_of_fault_has_a_word() -> None:
    assert {kind.value for kind in Kind} <= set(named(certificate.WORDS, "fault"))
