"""Decisions for readers who may not know who decided: roles for names, and no way to a person."""

from __future__ import annotations

from monitor.evidence.export_masked import masked, people, said

REVIEW = {
    "review": {
        "who": "Bu Rekaan",
        "role": "inspektorat",
        "why": "Bu Rekaan menelepon SARI CONTOHWATI (0812 3456 7890, NIP 19800101 200501 1 001).",
        "signature": "x",
        "at": "2024-10-12 09.30",
        "notes": ["lihat @warga.contoh dan https://warga.test/1", 3, None, True],
    }
}
WATCH = {
    "watch": {"name": "Sari Contohwati", "address": "sari.contoh.test", "superior": "Pak Misal"}
}


def test_roles_stand_for_names_everywhere() -> None:
    names = tuple(people([WATCH, REVIEW]))
    assert masked(REVIEW, names) == {
        "review": {
            "who": "inspektorat",
            "role": "inspektorat",
            "why": "inspektorat menelepon [terlapor] ([nomor], NIP [nomor]).",
            "at": "2024-10-12 09.30",
            "notes": ["lihat [akun] dan [akun]", 3, None, True],
        }
    }


def test_keys_of_persons_are_left_out_at_any_depth() -> None:
    given = {"a": [{"name": "Sari", "nip": "1", "step": "x"}], "watch": {"unit": "y"}}
    assert masked(given, ()) == {"a": [{"step": "x"}]}


def test_who_without_a_role_is_an_officer() -> None:
    given = {"by": {"who": "Bu Rekaan", "why": "kata Bu Rekaan, bukan Bu Rekaanwati"}}
    names = tuple(people([given]))
    said = {"by": {"who": "petugas", "why": "kata petugas, bukan Bu Rekaanwati"}}
    assert masked(given, names) == said


def test_short_and_empty_names_replace_nothing() -> None:
    names = tuple(people([{"watch": {"name": "Al", "address": ""}}]))
    assert masked({"why": "Alur perkara Al"}, names) == {"why": "Alur perkara Al"}


def test_an_order_names_offices_by_role_and_others_stay_closed() -> None:
    given = {
        "order": {"official": "Bu Kepala", "by": "Pak Misal", "why": "atas perintah Bu Kepala"},
        "correction": {"before": {"name": "Orang Lain"}},
        "klarifikasi": {"text": "bukan saya"},
    }
    names = tuple(people([given]))
    order = {"official": "petugas", "by": "petugas", "why": "atas perintah petugas"}
    closed = {"order": order, "correction": "tidak dibuka", "klarifikasi": "tidak dibuka"}
    assert said(given, names) == closed
    assert said(given, names, "klarifikasi")["klarifikasi"] == {"text": "bukan saya"}


def test_who_stands_by_the_person_concerned_is_named_nowhere() -> None:
    given = {
        "klarifikasi": {"counsel": "Rana Misalan", "text": "Rana Misalan ikut hadir"},
        "review": {"who": "Bu Rekaan", "role": "penelaah", "why": "dengan Rana Misalan"},
    }
    shown = said(given, tuple(people([given])), "klarifikasi")
    assert shown["klarifikasi"] == {"text": "[pendamping] ikut hadir"}
    assert "Rana" not in str(shown)
