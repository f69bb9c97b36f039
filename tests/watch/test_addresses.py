from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.watch.addresses import BadAddress, area, normalise

CHANNEL = "UCabcdefghijklmnopqrsTUV"
DID = "did:plc:abcdefghijklmnopqrstuvwx"
LABEL = st.from_regex(r"[A-Za-z]([A-Za-z0-9-]{0,10}[A-Za-z0-9])?", fullmatch=True)


@pytest.mark.parametrize(
    ("platform", "given_", "wanted"),
    [
        ("bluesky", "Nama.Example", "nama.example"),
        ("mastodon", "Nama_1@Sosial.example", "nama_1@sosial.example"),
        ("mastodon", " @nama@sosial.example ", "nama@sosial.example"),
        ("mastodon", "acct:nama.a@sosial.example", "nama.a@sosial.example"),
        ("mastodon", "https://Sosial.example/@Nama", "nama@sosial.example"),
        ("mastodon", "https://sosial.example/@nama/116043", "nama@sosial.example"),
        ("mastodon", "https://sosial.example/users/nama?x=1", "nama@sosial.example"),
        ("mastodon", "https://sosial.example/@nama@lain.example", "nama@lain.example"),
        ("bluesky", "  @nama.example ", "nama.example"),
        ("bluesky", "https://bsky.app/profile/Nama.example", "nama.example"),
        ("bluesky", "https://bsky.app/profile/nama.example/post/3k", "nama.example"),
        ("bluesky", f"https://bsky.app/profile/{DID}", DID),
        ("bluesky", DID, DID),
        ("feed", "HTTPS://Blog.Example:8443/Feed?x=1#top", "https://blog.example:8443/Feed?x=1"),
        ("feed", "http://[::1]:80/f", "http://[::1]:80/f"),
        ("instagram", "@Calon_Rekaan", "calon_rekaan"),
        ("x", "@Nama_Akun", "nama_akun"),
        ("x", "https://x.com/Nama_Akun?s=20", "nama_akun"),
        ("x", "https://mobile.twitter.com/Nama_Akun/", "nama_akun"),
        ("telegram", "5001", "5001"),
        ("telegram", "-1001234567890", "-1001234567890"),
        ("telegram", "@Nama_Akun", "nama_akun"),
        ("youtube", "@Sekar.Pramesti", "sekar.pramesti"),
        ("youtube", "https://www.youtube.com/@Sekar.Pramesti?si=x", "sekar.pramesti"),
        ("youtube", "https://m.youtube.com/channel/UCabcdefghijklmnopqrsTUV", CHANNEL),
        ("youtube", CHANNEL, CHANNEL),
        ("telegram-channel", "https://t.me/s/Kanal_Dinas", "kanal_dinas"),
    ],
)
def test_one_written_form(platform: str, given_: str, wanted: str) -> None:
    assert normalise(platform, given_) == wanted


@pytest.mark.parametrize(
    ("platform", "given_"),
    [
        ("bluesky", "nama"),
        ("mastodon", "nama"),
        ("mastodon", "@nama"),
        ("mastodon", "nama@"),
        ("mastodon", "nama@sosial"),
        ("mastodon", "nama@127.0.0.1"),
        ("mastodon", "nama@sosial.example:8080"),
        ("mastodon", "na ma@sosial.example"),
        ("mastodon", "nama@sosial.example@lain.example"),
        ("mastodon", "https://sosial.example/explore"),
        ("mastodon", "../nama@sosial.example"),
        ("youtube", "ab"),
        ("youtube", "nama kanal"),
        ("youtube", "https://www.youtube.com/c/NamaLama"),
        ("youtube", "https://lain.example/@nama"),
        ("youtube", "https://youtu.be/abcdefghijk"),
        ("bluesky", "na_ma.example"),
        ("bluesky", "-nama.example"),
        ("bluesky", "https://lain.example/profile/nama.example"),
        ("bluesky", "did:plc:short"),
        ("feed", "blog.example/feed"),
        ("feed", "ftp://blog.example/feed"),
        ("feed", "https://"),
        ("feed", "https://a@blog.example/feed"),
        ("feed", "https://:rahasia@blog.example/feed"),
        ("feed", "https://blog.example:port/feed"),
        ("feed", "https://[::1/feed"),
        ("instagram", "@"),
        ("x", "https://x.com/nama/status/1"),
        ("x", "nama.akun"),
        ("telegram", "a"),
        ("telegram-channel", "5001"),
        ("telegram-channel", "https://t.me/+undangan"),
        ("instagram", "dua kata"),
    ],
)
def test_refused(platform: str, given_: str) -> None:
    with pytest.raises(BadAddress) as caught:
        normalise(platform, given_)
    assert "rahasia" not in str(caught.value)


@given(st.lists(LABEL, min_size=2, max_size=4).map(".".join))
def test_a_handle_keeps_its_form_once_it_has_it(handle: str) -> None:
    once = normalise("bluesky", f"@{handle}")
    assert normalise("bluesky", once) == once == handle.lower()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31", "31"),
        ("3515", "35.15"),
        ("35.15", "35.15"),
        (" 11 ", "11"),
        ("351", None),
        ("x", None),
    ],
)
def test_area_codes(text: str, code: str | None) -> None:
    assert area(text) == code
