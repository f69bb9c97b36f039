"""A screenshot without what its file says of where, when and with what it was taken.

A phone writes the place into a picture; it would tell who gave a tip. The picture itself is not
made anew: its own bytes are the evidence, so parts of the file are left out and no pixel changes.
"""

from __future__ import annotations

from collections.abc import Iterator

PNG, JPEG = "image/png", "image/jpeg"
_NAME, _MARKED = 4, 0xFF
_PNG_HEAD, _JPEG_HEAD = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
# What a PNG needs to be shown; every other chunk may hold words, places and times.
_SHOWN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"iCCP", b"IDAT", b"IEND"})
# JFIF and Adobe's mark of the colours are needed; APP1 (Exif, XMP), other APPs and comments go.
_APP0, _APP14, _APP15, _COMMENT, _SCAN = 0xE0, 0xEE, 0xEF, 0xFE, 0xDA


class NotAPicture(ValueError):
    """The bytes are no PNG or JPEG, or end too early."""


def stripped(data: bytes) -> tuple[bytes, str]:
    """Return a picture without its side data, and its media type; ``NotAPicture`` for others."""
    if data.startswith(_PNG_HEAD):
        return _PNG_HEAD + b"".join(_chunks(data)), PNG
    if data.startswith(_JPEG_HEAD):
        return _JPEG_HEAD + b"".join(_segments(data)), JPEG
    raise NotAPicture("neither a PNG nor a JPEG")


def _chunks(data: bytes) -> Iterator[bytes]:
    at = len(_PNG_HEAD)
    while at < len(data):
        kind, ends = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if len(kind) < _NAME or ends > len(data):
            break
        if kind in _SHOWN:
            yield data[at:ends]
        if kind == b"IEND":
            return  # what hangs behind the picture goes too
        at = ends
    raise NotAPicture("the PNG ends too early")


def _segments(data: bytes) -> Iterator[bytes]:
    at = len(_JPEG_HEAD)
    while at + 4 <= len(data) and data[at] == _MARKED:
        mark, ends = data[at + 1], at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if mark == _SCAN:
            last = data.rfind(b"\xff\xd9", at)
            if last < 0:
                break
            yield data[at : last + 2]
            return
        if ends > len(data):
            break
        if not (_APP0 < mark <= _APP15 and mark != _APP14) and mark != _COMMENT:
            yield data[at:ends]
        at = ends
    raise NotAPicture("the JPEG ends too early")
