"""Declarations as people write them: what names an account, and what names none."""

from __future__ import annotations

import pytest

from monitor.intake import declared

NAMED: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("@budi.r", "instagram", [("instagram", "budi.r")]),
    ("IG: @budi", "", [("instagram", "budi")]),
    ("IG @budi\nFB : @budi.s", "", [("instagram", "budi"), ("facebook", "budi.s")]),
    ("Tiktok - budi_r", "", [("tiktok", "budi_r")]),
    ("https://www.instagram.com/budi?igsh=abc", "", [("instagram", "budi")]),
    ("instagram.com/budi/", "facebook", [("instagram", "budi")]),
    ("https://web.facebook.com/profile.php?id=1001", "", [("facebook", "1001")]),
    ("https://www.tiktok.com/@budi/video/1", "", [("tiktok", "budi")]),
    ("https://twitter.com/budi/status/1", "", [("x", "budi")]),
    ("https://www.youtube.com/channel/UCabcdefghijklmnopqrsTUV", "",
     [("youtube", "UCabcdefghijklmnopqrsTUV")]),
    ("https://bsky.app/profile/budi.rekaan.example", "", [("bluesky", "budi.rekaan.example")]),
    ("budi.bsky.social", "", [("bluesky", "budi.bsky.social")]),
    ("https://budi.example/feed.xml", "", [("feed", "https://budi.example/feed.xml")]),
    ("@satu, @dua", "instagram", [("instagram", "satu"), ("instagram", "dua")]),
    ("ig: satu\nfb: dua", "", [("instagram", "satu"), ("facebook", "dua")]),
    ("@satu @dua", "x", [("x", "satu"), ("x", "dua")]),
    ("-", "instagram", []),
    ("Tidak ada", "instagram", []),
    ("tidak punya akun", "", []),
    ("nihil; -", "", []),
]  # fmt: skip

UNNAMED: list[tuple[str, str, str]] = [
    ("@budi", "", "platformnya tidak disebut"),
    ("Budi Santoso", "facebook", "nama orang"),
    ("FB Budi Santoso", "", "nama orang"),
    ("budi@dinas.example", "instagram", "surel"),
    ("https://vt.tiktok.com/Zx1/", "", "tautan berbagi"),
    ("https://www.instagram.com/p/abc/", "", "tautan berbagi"),
    ("https://www.facebook.com/share/1abc/", "", "tautan berbagi"),
    ("https://t.me/+AbCd", "", "tautan berbagi"),
    ("https://www.instagram.com/", "", "tautan berbagi"),
    ("https://situs.example/budi", "", "tidak dikenal"),
    ("http://[::1", "", "tautan rusak"),
    ("nama saja", "bluesky", "nama orang"),
    ("budi", "bluesky", "tulis platform"),
]


@pytest.mark.parametrize(("cell", "platform", "expected"), NAMED, ids=[n[0] for n in NAMED])
def test_accounts_that_are_named(cell: str, platform: str, expected: list[tuple[str, str]]) -> None:
    found = list(declared.accounts(cell, platform))
    assert [(one.platform, one.address) for one in found] == expected
    assert [one.problem for one in found] == [""] * len(expected)


@pytest.mark.parametrize(("cell", "platform", "said"), UNNAMED, ids=[u[0] for u in UNNAMED])
def test_what_names_no_account_is_not_guessed(cell: str, platform: str, said: str) -> None:
    (one,) = declared.accounts(cell, platform)
    assert (one.platform, one.address) == ("", "")
    assert said in one.problem
    assert one.written == cell


@pytest.mark.parametrize("number", ["0812 3456 7890", "+62 812-3456-7890", "3515010101850001"])
def test_a_number_that_could_be_personal_is_not_kept(number: str) -> None:
    (one,) = declared.accounts(number, "telegram")
    assert one.written == ""
    assert "nomor" in one.problem
