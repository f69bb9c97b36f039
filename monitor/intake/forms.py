"""Cells as offices write them, made into the texts that the register takes."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache

Cell = str | int | float | bool | datetime | date | time | timedelta | None

MONTHS = {
    "januari": 1, "jan": 1, "februari": 2, "pebruari": 2, "feb": 2, "maret": 3, "mar": 3,
    "april": 4, "apr": 4, "mei": 5, "juni": 6, "jun": 6, "juli": 7, "jul": 7, "agustus": 8,
    "agu": 8, "ags": 8, "agt": 8, "september": 9, "sep": 9, "sept": 9, "oktober": 10, "okt": 10,
    "november": 11, "nopember": 11, "nov": 11, "nop": 11, "desember": 12, "des": 12,
}  # fmt: skip
ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
SLASHED = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ T].*)?")
SHORT_YEAR = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2}")
NAMED = re.compile(r"(\d{1,2})[\s.-]+([A-Za-z]+)[\s.-]+(\d{4})")
ISO = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
SERIAL = re.compile(r"\d{4,6}([.,]0+)?")
CONTROL = re.compile(r"[\x00-\x1f\x7f\u00a0\u200b-\u200f\u2028-\u202e\u2060\ufeff]+")
LONGEST = 300
LAST_SERIAL = 99_999  # in the year 2173
DATE_DIGITS = 8
WRITE_DAY = "write 2024-08-01 or 1 Agustus 2024"
AS_DAY = "format the column as a date (yyyy-mm-dd) before you save the sheet as CSV"
AS_TEXT_CELL = "zeros at the start may be lost: format the column as text, fill it again"


class BadCell(ValueError):
    """A cell that cannot be used; says what was expected, what came, and what to do next."""

    def __init__(self, expected: str, got: str = "", hint: str = "") -> None:
        self.expected, self.got, self.hint = expected, got, hint
        super().__init__(expected)


def text(value: Cell) -> str:
    """Return a cell's text on one line, without control characters and double blanks."""
    if type(value) is str and value.isalnum() and len(value) <= LONGEST:
        return value  # most cells: nothing to mend
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime):
        value = value.date()
    found = str(value)
    if not found.isprintable() or "  " in found or found[:1] == "'":
        found = " ".join(CONTROL.sub(" ", found.removeprefix("'")).split())
    found = found.strip()
    if found in ERRORS:
        raise BadCell("a value", found, "a formula of the sheet fails: mend it, save again")
    if len(found) > LONGEST:
        raise BadCell(f"at most {LONGEST} characters", f"{len(found)}", "a cell swallowed others?")
    return found


def identifier(value: Cell) -> str:
    """Return an id's text; a number may have lost its zeros."""
    if isinstance(value, int | float):
        raise BadCell("an id as text", "a number", AS_TEXT_CELL)
    return text(value)


def code(value: Cell) -> str:
    """Return an area code; a decimal number may have lost the zero of 35.10."""
    if isinstance(value, float) and not value.is_integer():
        raise BadCell("an area code as text", "a decimal number", AS_TEXT_CELL)
    return text(value)


def day(value: Cell, *, serials: date | None = None) -> str:
    """Return a date as ISO text, or an empty text for an empty cell.

    ``serials`` is day 0 of a workbook's numbers; where it is not known a number is refused.
    Written dates are day first, as in Indonesia.
    """
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _serial(value, serials)
    return _written(text(value))


def _serial(value: float, serials: date | None) -> str:
    if serials is None or not 1 <= value <= LAST_SERIAL:
        raise BadCell("a date", "a number", AS_DAY)
    return (serials + timedelta(days=int(value))).isoformat()


@lru_cache(maxsize=4_096)
def _written(found: str) -> str:
    if not found or found == "-":
        return ""
    if plain := ISO.fullmatch(found):
        return _real(found, *map(int, plain[1].split("-")))
    if slashed := SLASHED.fullmatch(found):
        return _real(found, int(slashed[3]), int(slashed[2]), int(slashed[1]))
    if (named := NAMED.fullmatch(found)) and named[2].lower() in MONTHS:
        return _real(found, int(named[3]), MONTHS[named[2].lower()], int(named[1]))
    if SERIAL.fullmatch(found):
        raise BadCell("a date", "the number of a day", AS_DAY)
    if SHORT_YEAR.fullmatch(found):
        raise BadCell("a date with a year of four digits", repr(found), WRITE_DAY)
    raise BadCell("a date such as 2024-08-01", _shown(found), WRITE_DAY)


def _real(found: str, year: int, month: int, day_: int) -> str:
    try:
        return date(year, month, day_).isoformat()
    except ValueError:
        hint = "day, month, year: " + WRITE_DAY
        raise BadCell("a date that exists, day first", _shown(found), hint) from None


def _shown(found: str) -> str:
    """Repeat a wrong date, but nothing that holds as many digits as an identity number."""
    return repr(found) if sum(c.isdigit() for c in found) <= DATE_DIGITS else "other text"
