"""What publishers write, made readable: bytes to text, dates to instants."""

from __future__ import annotations

import codecs
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# Only plain character sets: some of Python's codecs are slow on purpose-made input.
_CHARSET = re.compile(
    r"utf-?(8|16|32)(-?[lb]e)?|iso-8859-\d{1,2}|latin-?1|(windows-|cp)125\d|us-ascii|"
    r"gb2312|gbk|gb18030|big5|euc-(jp|kr)|shift[_-]jis|koi8-[ru]",
    re.IGNORECASE,
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What browsers read when nothing else fits (WHATWG Encoding); every byte has a meaning in it.
_LAST_RESORT = "windows-1252"

_MONTHS = {
    "mei": "May", "agu": "Aug", "agt": "Aug", "ags": "Aug", "okt": "Oct", "nop": "Nov",
    "des": "Dec", "peb": "Feb", "jan": "Jan", "feb": "Feb", "mar": "Mar", "jun": "Jun",
    "jul": "Jul", "sep": "Sep", "nov": "Nov", "apr": "Apr",
}  # fmt: skip
_MONTH = re.compile(r"(\b\d{1,2}[ -])([A-Za-z]{3,12})(?=[ -]\d{2,4}\b)")
_ZONES = {"WIB": "+0700", "WITA": "+0800", "WIT": "+0900", "Z": "+0000", "-0000": "+0000"}
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2}):?(\d{2})?")
_DATE_ONLY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
# A date before this one is a program's zero, not a publisher's claim.
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)


def decode(body: bytes, charset: str) -> tuple[str, str]:
    """Return a document's text and, where its declared charset was wrong, a note saying so.

    Bytes that are valid UTF-8 are UTF-8, whatever was declared: no other text looks like it.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body.decode(encoding, "replace"), ""
    found = _DECLARED.search(body)
    declared = [name for name in (charset, found[1].decode() if found else "") if name]
    # Zero bytes are the mark of UTF-16; documents that only claim it are usually UTF-8.
    order = (*declared, "utf-8") if b"\0" in body[:64] else ("utf-8", *declared)
    for encoding in order:
        text = _decoded(body, encoding)
        if text is not None:
            wrong = [name for name in declared if _decoded(body, name) != text]
            return text, _charset_note(wrong, encoding)
    return body.decode(_LAST_RESORT, "replace"), _charset_note(declared or ["utf-8"], _LAST_RESORT)


def instant(text: str) -> datetime | None:
    """Read a publisher's date (RFC 822, RFC 3339 and their common misspellings), in UTC.

    A date without time or without a known zone gives ``None``: a time is never invented.
    """
    text = " ".join(text.split())
    try:
        found = _rfc822(text) if ":" in text and not text[:4].isdecimal() else _iso(text)
        return None if found is None or found < _EARLIEST else found.astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def _iso(text: str) -> datetime | None:
    if _DATE_ONLY.fullmatch(text):
        return None
    head, blank, zone = text.rpartition(" ")
    if blank and not zone[:1].isdecimal():
        text = head + (_zone(zone) or zone)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else None


def _rfc822(text: str) -> datetime | None:
    text = _MONTH.sub(lambda m: m[1] + _MONTHS.get(m[2][:3].lower(), m[2]), text)
    head, _, zone = text.rpartition(" ")
    found = parsedate_to_datetime(f"{head} {_zone(zone) or zone}")
    return found if found.tzinfo is not None else None


def _zone(text: str) -> str:
    known = _ZONES.get(text.upper())
    offset = _OFFSET.fullmatch(text.upper())
    if known or not offset:
        return known or ""
    return f"{offset[1]}{int(offset[2]):02d}{offset[3] or '00'}"


def _decoded(body: bytes, encoding: str) -> str | None:
    if not _CHARSET.fullmatch(encoding):
        return None
    try:
        return body.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _charset_note(wrong: list[str], used: str) -> str:
    return f"charset {wrong[0][:40]} is wrong, read as {used}" if wrong else ""
