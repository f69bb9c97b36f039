"""What a reader of pictures found on a screen, without the app around the post. Pure."""

from __future__ import annotations

import csv
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# Of 100; below it a word is rather an icon or an emoji than a word.
SURE = 30.0
# A line whose words together are less sure is part of a picture.
LINE_SURE = 45.0
ICON = 2
# Of the line's own height: a larger gap begins another paragraph. What the reader of pictures takes
# for a new one may be a broken line, and "jangan" would lose what it forbids.
GAP = 1.4

# Words of apps' own buttons and counters; a line of nothing else is not the post.
_APP = """
    suka menyukai komentar komentari balas bagikan kirim kirimkan simpan ikuti mengikuti diikuti
    terjemahkan terjemahan lihat semua lainnya selengkapnya beranda reels video marketplace
    notifikasi menu profil teman pesan telusuri cari jelajahi postingan posting kiriman tayangan
    tampilan ulang kutipan balasan repost retweet retweets likes like reply share follow following
    disukai oleh dan orang jam menit detik hari minggu bulan tahun yang lalu j m d h
    mnt dtk mgg rb jt ribu juta kali dibagikan tulis tambahkan komentarmu anda publik diedit
    disponsori terverifikasi
    asli audio teruskan diteruskan online mengetik anggota tweet tayang markah buat cerita status
"""
_MONTHS = """
    jan januari feb februari mar maret apr april mei jun juni jul juli agu agustus sep september okt
    oktober nov november des desember
"""
APP = frozenset((_APP + _MONTHS).split())
CLOCK = re.compile(r"\d{1,2}[.:]\d{2}")
NUMBER = re.compile(r"[\d.,:+%]+[a-z]{0,2}")
WORD = re.compile(r"\w+", re.UNICODE)
# "Lihat 12 komentar", "selengkapnya" behind a text that was cut.
MORE = re.compile(r"[.…]{2,3}\s*(lihat\s+)?(selengkapnya|lainnya|more)\.?$", re.IGNORECASE)


MOST_PIXELS = 1_000_000


class NotATable(ValueError):
    """What came is not the table of a reader of pictures."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of words as they stood, in pixels of the prepared picture."""

    top: int
    height: int
    text: str
    sure: float


def post(table: str) -> str:
    """Return the post's text from Tesseract's table (TSV): lines joined, paragraphs apart.

    Raises ``NotATable`` where a row lacks a column, or a number is none.
    """
    try:
        found = [line for line in lines(table) if not _of_app(line.text) and line.sure >= LINE_SURE]
    except (ArithmeticError, KeyError, TypeError, ValueError, csv.Error):
        raise NotATable("a row of another form") from None
    return "\n".join(_paragraphs(found))


def lines(table: str) -> Iterator[Line]:
    """Yield the lines of the table, each with the words that are sure enough."""
    rows = csv.DictReader(table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
    words: list[dict[str, str]] = []
    for row in rows:
        if row.get("level") == "4" and words:
            yield from _line(words)
            words = []
        elif row.get("level") == "5" and (row.get("text") or "").strip():
            words.append(row)
    if words:
        yield from _line(words)


def _line(words: Sequence[dict[str, str]]) -> Iterator[Line]:
    sure = [(float(word["conf"]), word) for word in words]
    kept = [(conf, word) for conf, word in sure if conf >= SURE]
    if not kept:
        return
    text = MORE.sub("", " ".join(word["text"].strip() for _, word in kept)).strip()
    yield Line(
        top=min(_pixels(word["top"]) for _, word in kept),
        height=round(statistics.median(_pixels(word["height"]) for _, word in kept)),
        text=text,
        sure=statistics.mean(conf for conf, _ in kept),
    )


def _pixels(text: str) -> int:
    """Return a number of pixels; ``ValueError`` for what no picture can have."""
    found = int(text)
    if abs(found) > MOST_PIXELS:
        raise ValueError(text[:20])
    return found


def _of_app(text: str) -> bool:
    """Say whether a line is the app's own: buttons, counters, a time, nothing but signs."""
    low = text.lower()
    if not any(len(word) > 1 for word in WORD.findall(low)):
        return True
    words = [word for word in WORD.findall(CLOCK.sub(" ", low)) if not NUMBER.fullmatch(word)]
    # Icons are read as a letter or two.
    return all(word in APP or len(word) <= ICON for word in words)


def _paragraphs(found: Sequence[Line]) -> Iterator[str]:
    said: list[str] = []
    last: Line | None = None
    for line in found:
        if last and _apart(last, line):
            yield " ".join(said)
            said = []
        said.append(line.text)
        last = line
    if said:
        yield " ".join(said)


def _apart(above: Line, below: Line) -> bool:
    return below.top - (above.top + above.height) > GAP * max(above.height, below.height)
