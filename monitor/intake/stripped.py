"""A screenshot without what its file says of where, when and with what it was taken.

A phone writes the place into a picture; it would tell who gave a tip. The picture itself is not
made anew: its own bytes are the evidence, so parts of the file are left out and no pixel changes.
What was left out is handed back apart: it may tell who gave the tip, and is sealed like that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.model.tip import Picture

PNG, JPEG = "image/png", "image/jpeg"
_NAME, _MARKED = 4, 0xFF
_PNG_HEAD, _JPEG_HEAD = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
# What a PNG needs to be shown; every other chunk may hold words, places and times, and a colour
# profile the name of the device.
_SHOWN = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"})
# JFIF and Adobe's mark of the colours are needed; APP1 (Exif, XMP), other APPs and comments go.
_APP0, _APP14, _APP15, _COMMENT, _SCAN, _END = 0xE0, 0xEE, 0xEF, 0xFE, 0xDA, 0xD9
# A mark that is neither part of a scan's own bytes nor a restart within it.
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


class NotAPicture(ValueError):
    """The bytes are no PNG or JPEG, or end too early."""


def stripped(data: bytes) -> Picture:
    """Return a picture without its side data, and that apart; ``NotAPicture`` for others."""
    for head, media_type, parts in _KINDS:
        if data.startswith(head):
            found = list(parts(data))
            shown = head + b"".join(part for part, is_shown in found if is_shown)
            return Picture(shown, media_type, b"".join(p for p, is_shown in found if not is_shown))
    raise NotAPicture("neither a PNG nor a JPEG")


def _chunks(data: bytes) -> Iterator[tuple[bytes, bool]]:
    at = len(_PNG_HEAD)
    while at < len(data):
        kind, ends = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if len(kind) < _NAME or ends > len(data):
            break
        yield data[at:ends], kind in _SHOWN
        if kind == b"IEND":
            yield data[ends:], False  # what hangs behind the picture goes too
            return
        at = ends
    raise NotAPicture("the PNG ends too early")


def _segments(data: bytes) -> Iterator[tuple[bytes, bool]]:
    at = len(_JPEG_HEAD)
    while at + 2 <= len(data) and data[at] == _MARKED:
        mark = data[at + 1]
        if mark == _END:
            yield data[at : at + 2], True
            yield data[at + 2 :], False  # also a second picture behind the first
            return
        ends = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if ends > len(data):
            break
        if mark == _SCAN:
            found = _AFTER_SCAN.search(data, ends)
            if found is None:
                break
            ends = found.start()
        yield data[at:ends], mark != _COMMENT and not _of_an_app(mark)
        at = ends
    raise NotAPicture("the JPEG ends too early")


def _of_an_app(mark: int) -> bool:
    return _APP0 < mark <= _APP15 and mark != _APP14


_KINDS = ((_PNG_HEAD, PNG, _chunks), (_JPEG_HEAD, JPEG, _segments))
