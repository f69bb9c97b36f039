"""Pictures that people might send to do harm, or that broke on their way; made by hand."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
# What Tesseract says of a screen: two lines of a post and one of the app's.
SCREEN = """level page_num block_num par_num line_num word_num left top width height conf text
4 1 1 1 1 0 10 100 300 30 -1 -
5 1 1 1 1 1 10 100 60 30 96.1 Ayo
5 1 1 1 1 2 80 100 90 30 95.2 pilih
4 1 1 1 2 0 10 140 300 30 -1 -
5 1 1 1 2 1 10 140 90 30 93.0 Pak
5 1 1 1 2 2 110 140 90 30 91.0 "Rekaan"
4 1 2 1 1 0 10 400 300 30 -1 -
5 1 2 1 1 1 10 400 90 30 96.0 Suka
5 1 2 1 1 2 110 400 90 30 96.0 Komentari""".replace(" ", "\t")


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, pixels: bytes | None = None, *more: bytes) -> bytes:
    """Return a grey PNG; ``pixels`` are packed bytes of another size than the header says."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    if pixels is None:
        pixels = zlib.compress(b"".join(b"\0" + bytes(width) for _ in range(height)))
    body = chunk(b"IDAT", pixels)
    return PNG_HEAD + head + b"".join(more) + body + chunk(b"IEND", b"")


def segment(mark: int, data: bytes) -> bytes:
    return bytes([0xFF, mark]) + struct.pack(">H", len(data) + 2) + data


def jpeg(width: int = 8, height: int = 8) -> bytes:
    """Return the outline of a JPEG: right segments, and a scan that says little."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0"
    table = b"\0" + bytes([0, 1] + [0] * 14) + b"\0"
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\x00\x34\xff\xd0\x56"
    parts = (segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"), segment(0xDB, b"\0" + bytes(range(1, 65))))
    return (
        b"\xff\xd8"
        + b"".join(parts)
        + segment(0xC0, frame)
        + segment(0xC4, table)
        + scan
        + b"\xff\xd9"
    )


def _archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("../../etc/isi", b"x" * 1_000)
    return made.getvalue()


BOMB = zlib.compress(bytes(50_000_000), 9)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>fetch('http://127.0.0.1/')</script></svg>"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)
WEBP = b"RIFF\xff\xff\xff\x7fWEBPVP8L" + bytes(64)

# name: bytes, and whether their form is a picture's at all.
KINDS: dict[str, tuple[bytes, bool]] = {
    "nothing": (b"", False),
    "one byte": (b"\x89", False),
    "a png's head alone": (PNG_HEAD, False),
    "a png of 4 thousand million pixels": (png(65_535, 65_535, zlib.compress(b"\0")), True),
    "a png with more pixels packed than told": (png(10, 10, BOMB), True),
    "a png of one row and a million columns": (png(1_000_000, 1), True),
    "a png without an end": (png(3, 3)[:-12], False),
    "a png cut within its pixels": (png(30, 30)[:-20], False),
    "a png whose length lies": (PNG_HEAD + b"\xff\xff\xff\xffIHDR" + bytes(30), False),
    "a png with a wrong sum": (png(3, 3)[:-4] + b"\0\0\0\0", True),
    "a png with packed words of 50 MB": (png(3, 3, None, chunk(b"zTXt", b"a\0\0" + BOMB)), True),
    "a png with a packed colour profile of 50 MB": (
        png(3, 3, None, chunk(b"iCCP", b"a\0\0" + BOMB)), True,
    ),
    "a png of no size": (png(0, 0), True),
    "a png that is a zip too": (png(3, 3) + _archive(), True),
    "a jpeg of 4 thousand million pixels": (jpeg(65_535, 65_535), True),
    "a jpeg cut within its scan": (jpeg()[:-6], False),
    "a jpeg that is a page too": (jpeg() + b"<script>alert(1)</script>", True),
    "a jpeg with a page in its comment": (
        b"\xff\xd8" + segment(0xFE, b"<script>alert(1)</script>") + jpeg()[2:], True,
    ),
    "a jpeg of marks without end": (b"\xff\xd8" + b"\xff\xd0" * 50_000, False),
    "a svg with a script": (SVG, False),
    "a gif": (b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0;", False),
    "a webp": (WEBP, False),
    "a heic": (HEIC, False),
    "a tiff that points at itself": (b"II*\0\x08\0\0\0\1\0" + b"\x2a\1\4\0\1\0\0\0\x08", False),
    "a pdf": (b"%PDF-1.7\n1 0 obj<</OpenAction 2 0 R>>", False),
    "a program": (b"\x7fELF\2\1\1" + bytes(60), False),
}  # fmt: skip
