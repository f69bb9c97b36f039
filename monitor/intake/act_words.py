"""Words of a row made whole again: encodings, damage on the way, entities, times.

The bytes as they came stay beside every act that is kept; what is repaired here is only what is
read.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from html import unescape
from typing import Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.model.contest import ZONES

CHUNK = 1 << 18
ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Every byte as Windows-1252 reads it; the five that it lacks are read as browsers do (WHATWG).
_CP1252 = [bytes([n]).decode("cp1252", "ignore") or chr(n) for n in range(256)]
_BYTE_OF = {ord(char): n for n, char in enumerate(_CP1252) if n > 127}  # noqa: PLR2004
_BYTE_OF |= {n: n for n in range(128, 160)}
_HIGH = "".join(map(chr, sorted({*_BYTE_OF, *range(0xA0, 0x100)})))
_RUN = re.compile(f"[{re.escape(_HIGH)}]{{2,}}")
_ESCAPED = re.compile("[\udc80-\udcff]")
_ODD = re.compile("[\x00\ud800-\udfff]")
ID = "x_id"  # X's own ids hold the time at which they were given out
_X_EPOCH_MS = 1_288_834_974_657
_X_ID = re.compile(r"\d{15,19}")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_OFFSET = re.compile(r"([+-])(\d{2}):?(\d{2})")
_NUMBER = re.compile(r"-?\d{1,17}(\.\d{1,9})?")
_SAMPLE = datetime(2026, 11, 20, 16, 5, tzinfo=UTC)
_WRITTEN = {
    "iso": "2026-11-20T23:05:00+07:00", "unix": "1795190700", "unix_ms": "1795190700000",
    ID: "the number of a post on X",
}  # fmt: skip
_MONTHS = {
    "januari": "january", "februari": "february", "maret": "march", "mei": "may", "juni": "june",
    "juli": "july", "agustus": "august", "agu": "aug", "agt": "aug", "oktober": "october",
    "okt": "oct", "nopember": "november", "nop": "nov", "desember": "december", "des": "dec",
}  # fmt: skip
# Zones that files write as words; CrowdTangle's and Meta's tools use those of the United States.
_NAMED = {
    "UTC": "+00:00", "GMT": "+00:00", "Z": "+00:00", "WIB": "+07:00", "WITA": "+08:00",
    "WIT": "+09:00", "EST": "-05:00", "EDT": "-04:00", "PST": "-08:00", "PDT": "-07:00",
}  # fmt: skip
_ZONE = re.compile(r" ([A-Z]{1,4})$")
_WORD = re.compile(r"[A-Za-z]{3,9}")


class BadTime(ValueError):
    """A time cannot be read; carries what was expected instead."""


# ---- bytes to text and back --------------------------------------------------------------------


class Reads(Protocol):
    """What is asked of a file."""

    def read(self, size: int = -1, /) -> bytes: ...


class Text:
    """A file's characters, a piece at a time, in a form that can be turned back into its bytes.

    Bytes that are no UTF-8 become lone surrogates, which ``words`` reads as Windows-1252.
    """

    def __init__(self, file: Reads, encoding: str = "") -> None:
        """``encoding`` is used where the file bears no mark of its own."""
        self._file = file
        self._first = file.read(CHUNK)
        self.encoding = encoding or "utf-8"
        marked = [(mark, name) for mark, name in _MARKS if self._first.startswith(mark)]
        if marked:
            mark, self.encoding = marked[0]
            self._first = self._first[len(mark) :]
        elif not encoding and (wide := _wide(self._first)):
            self.encoding = wide
        elif self.encoding == "utf-16":
            self.encoding = "utf-16-le"
        self._errors = "surrogatepass" if self.encoding.startswith("utf-16") else "surrogateescape"

    def __iter__(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)(self._errors)
        piece = self._first
        self._first = b""
        while piece:
            yield decoder.decode(piece)
            piece = self._file.read(CHUNK)
        try:
            yield decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            yield "\ufffd"  # half a character at the end of a file that was cut

    def bytes_of(self, text: str) -> bytes:
        """Return the bytes that a piece of the text came from."""
        return text.encode(self.encoding, self._errors)


def _wide(first: bytes) -> str:
    """Say which UTF-16 a file without a mark is: Latin letters leave every other byte zero."""
    head = first[:64]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(head) < 4 or max(even, odd) * 4 < len(head):  # noqa: PLR2004
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def words(text: str) -> tuple[str, bool]:
    """Return a text as its writer wrote it, and whether damage was repaired.

    UTF-8 that was read as Latin-1 or Windows-1252 on its way (Meta's downloads write it so) is
    told by its form: no other text of these characters is valid UTF-8 by chance.
    """
    if text.isascii():
        return (text.replace("\0", ""), True) if "\0" in text else (text, False)
    whole = _ESCAPED.sub(lambda m: _CP1252[ord(m[0]) - 0xDC00], text)
    for _ in range(2):  # some files were damaged twice
        again = _RUN.sub(_undamaged, whole)
        if again == whole:
            break
        whole = again
    whole = _paired(whole)
    return whole, whole != text


def _undamaged(run: re.Match[str]) -> str:
    data = bytes(_BYTE_OF.get(ord(char), ord(char)) for char in run[0])
    try:
        return data.decode()
    except UnicodeDecodeError:
        return run[0]


def _paired(text: str) -> str:
    """Join surrogate pairs that were written one by one; what stays alone has no meaning."""
    if not _ODD.search(text):
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\0", "")


def plain(value: Any) -> str:
    """Return a scalar of a row as text; anything else is none."""
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, (list, Mapping)) else str(value)


def spoken(value: Any) -> str:
    """Return the words of a text that was cut into pieces: texts, or objects with ``text``."""
    if isinstance(value, list):
        return "".join(spoken(one) for one in value)
    if isinstance(value, Mapping):
        return spoken(value.get("text") if "text" in value else value.get("takeoutSegments"))
    return plain(value)


def cell(text: str) -> str:
    """Return the words of a cell that may hold JSON: one object, several, or just words."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return spoken(json.loads(f"[{text}]"))
    except (ValueError, RecursionError):
        return text


def entities(text: str) -> str:
    return unescape(text)


# ---- times -------------------------------------------------------------------------------------


def zone(name: str) -> tzinfo:
    """Return a time zone by its Indonesian name, offset or region; ``ValueError`` for none."""
    if name in ZONES:
        return ZONES[name]
    if name.upper() in ("UTC", "Z"):
        return UTC
    if offset := _OFFSET.fullmatch(name):
        span = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(span if offset[1] == "+" else -span)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError("WIB, WITA, WIT, UTC, +07:00 or a region such as Asia/Jakarta") from None


def instant(
    text: str, forms: tuple[str, ...], at: tzinfo | None, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """Return when an act happened, or, for a day without an hour, only the day's beginning.

    ``forms`` are ``iso``, ``unix``, ``unix_ms``, ``x_id`` or patterns of ``strptime``; ``at`` is
    the zone of times that state none. Raises ``BadTime``. No time is ever made up.
    """
    text = _ZONE.sub(lambda m: _NAMED.get(m[1], m[0]), " ".join(text.split()))
    for form in forms:
        found = _read(text, form)
        if found is None:
            continue
        if found.tzinfo is None and at is None:
            raise BadTime("a time zone: this file states none, give --zone, for example --zone WIB")
        try:
            found = (found if found.tzinfo else found.replace(tzinfo=at)).astimezone(UTC)
        except (OverflowError, ValueError):
            break
        if not _EARLIEST <= found <= now + _AHEAD:
            raise BadTime("a time between 1990 and today")
        return (None, found) if form == "iso" and _DAY.fullmatch(text) else (found, None)
    raise BadTime(f"a time such as {' or '.join(map(_example, forms))}")


def _example(form: str) -> str:
    return _WRITTEN.get(form) or _SAMPLE.strftime(form)


def _read(text: str, form: str) -> datetime | None:
    try:
        if form in ("unix", "unix_ms"):
            if not _NUMBER.fullmatch(text):
                return None
            return datetime.fromtimestamp(float(text) / (1000 if form == "unix_ms" else 1), UTC)
        if form == ID:
            return _read(str(int(text) >> 22), "x_ms") if _X_ID.fullmatch(text) else None
        if form == "x_ms":
            return datetime.fromtimestamp((int(text) + _X_EPOCH_MS) / 1000, UTC)
        if form == "iso":
            return datetime.fromisoformat(text)
        return datetime.strptime(_english(text), form)  # noqa: DTZ007, the zone is asked for above
    except (ValueError, OverflowError, OSError):
        return None


def _english(text: str) -> str:
    return _WORD.sub(lambda m: _MONTHS.get(m[0].lower(), m[0]), text)
