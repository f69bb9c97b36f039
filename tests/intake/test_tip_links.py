"""A tip's link in one form, whose account it names, and what a picture's file gives away."""

from __future__ import annotations

import struct
import zlib

import pytest

from monitor.intake.stripped import JPEG, PNG, NotAPicture, stripped
from monitor.intake.tip_links import read

HIDDEN = b"GPS -6.2 106.8 Telepon Rekaan"


@pytest.mark.parametrize(
    ("text", "one", "account"),
    [
        ("https://bsky.app/profile/sekar.test/post/3k?ref=1", "bsky.app/profile/sekar.test/post/3k",
         ("bluesky", "sekar.test")),
        ("https://bsky.app//profile/sekar.test///post/3k/", "bsky.app/profile/sekar.test/post/3k",
         ("bluesky", "sekar.test")),
        ("https://bsky.app/profile/did:plc:abc/post/3k", "bsky.app/profile/did:plc:abc/post/3k",
         ("bluesky", "did:plc:abc")),
        ("https://www.instagram.com/p/Cabc/?igsh=77", "instagram.com/p/Cabc", ("", "")),
        ("https://twitter.com/Sekar/status/12?s=20", "x.com/Sekar/status/12", ("x", "sekar")),
        ("m.facebook.com/story.php?story_fbid=1&id=2&mibextid=9",
         "facebook.com/story.php?story_fbid=1&id=2", ("", "")),
        ("https://blog.contoh.example/2024/10/judul/", "blog.contoh.example/2024/10/judul",
         ("", "")),
    ],
)  # fmt: skip
def test_a_link_has_one_form(text: str, one: str, account: tuple[str, str]) -> None:
    link = read(text)
    assert link is not None
    assert link.text == one
    assert (link.platform, link.account) == account


@pytest.mark.parametrize(
    "text",
    ["halo dunia", "javascript:alert(1)", "https://a@contoh.example/", "http://[::1/", "file:///x",
     "contoh", "https://contoh.example/\u202ex", "https://contoh.example/" + "a" * 3_000],
)  # fmt: skip
def test_what_is_no_link_is_none(text: str) -> None:
    assert read(text) is None


def test_a_png_loses_its_words_and_keeps_its_pixels() -> None:
    pixels = _chunk(b"IDAT", zlib.compress(b"\0\xff\0\0"))
    head, end = _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)), _chunk(b"IEND", b"")
    words = _chunk(b"eXIf", HIDDEN) + _chunk(b"tEXt", HIDDEN) + _chunk(b"iTXt", HIDDEN)
    shown = stripped(b"\x89PNG\r\n\x1a\n" + head + words + pixels + end + HIDDEN)
    assert (shown.media_type, shown.aside) == (PNG, words + HIDDEN)
    assert shown.data == b"\x89PNG\r\n\x1a\n" + head + pixels + end


def test_a_jpeg_loses_its_words_and_keeps_its_scan() -> None:
    app0, quant = _segment(0xE0, b"JFIF\0"), _segment(0xDB, b"\1" * 65)
    hidden = _segment(0xE1, b"Exif\0\0" + HIDDEN) + _segment(0xED, HIDDEN) + _segment(0xFE, HIDDEN)
    scan = _segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\x00\x34" + b"\xff\xd9"
    shown = stripped(b"\xff\xd8" + app0 + hidden + quant + scan + HIDDEN)
    assert (shown.media_type, shown.aside) == (JPEG, hidden + HIDDEN)
    assert shown.data == b"\xff\xd8" + app0 + quant + scan


def test_a_second_picture_behind_a_jpeg_is_cut_off() -> None:
    table = _segment(0xC4, b"\0\xff\xd9\0")  # a table may hold what looks like an end
    scan = _segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\xd0\x34"
    one = b"\xff\xd8" + scan + table + scan + b"\xff\xd9"
    shown = stripped(one + one)
    assert (shown.data, shown.aside) == (one, one)


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n\0\0\xff\xffIDAT", b"\xff\xd8\xff\xe1\xff\xff"]
)
def test_other_bytes_are_no_picture(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        stripped(data)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _segment(mark: int, data: bytes) -> bytes:
    return b"\xff" + bytes([mark]) + struct.pack(">H", len(data) + 2) + data
