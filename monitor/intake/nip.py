"""NIP: read, checked, handed on, and never repeated in a message.

18 digits: birth date, year and month of appointment, sex, number (Perka BKN 22/2007). A PPPK has
the year and the number of the work agreement (21 and up) where a PNS has year and month.
"""

from __future__ import annotations

import re
from datetime import date

DIGITS, OLD_DIGITS, NIK_DIGITS = 18, 9, 16
YOUNGEST, OLDEST = 15, 90  # years at appointment; years of age
MONTHS, AGREEMENTS = range(1, 13), range(21, 30)
SEXES = ("1", "2")
EXPONENT = re.compile(r"\d+([.,]\d+)?[eE][+]?\d+")
SEPARATORS = str.maketrans("", "", " .-'’\u00a0\u2007\u202f\t")
AS_TEXT = (
    "a spreadsheet keeps 15 digits of a number: format the column as text BEFORE the values are"
    " put in, or export it from SIASN again as text; what was rounded cannot be brought back"
)


class BadNip(ValueError):
    """No NIP; says what was expected, what came (never the digits), and what to do next."""

    def __init__(self, expected: str, got: str = "", hint: str = "") -> None:
        self.expected, self.got, self.hint = expected, got, hint
        super().__init__(expected)


def read(value: object, today: date) -> str:
    """Return the 18 digits of a cell. Raises ``BadNip``."""
    if isinstance(value, int | float):
        raise BadNip("a NIP as text", "a number", AS_TEXT)
    text = str(value or "").translate(SEPARATORS)
    if EXPONENT.fullmatch(str(value or "").strip()):
        raise BadNip("a NIP as text", "a number with an exponent", AS_TEXT)
    if not (text.isascii() and text.isdigit()):
        raise BadNip(f"a NIP of {DIGITS} digits", "other characters" if text else "nothing")
    if len(text) != DIGITS:
        raise BadNip(f"a NIP of {DIGITS} digits", f"{len(text)} digits", _other(len(text)))
    if text.endswith("000"):
        raise BadNip("a NIP whose number is from 001", "three zeros at the end", AS_TEXT)
    _check_dates(text, today)
    if text[14] not in SEXES:
        raise BadNip("1 or 2 as the 15th digit (sex)", "another digit", "a digit was mistyped")
    return text


def _other(count: int) -> str:
    if count == OLD_DIGITS:
        return "this is the former NIP: take the new one from SIASN"
    if count == NIK_DIGITS:
        return "this is a NIK, which has no place here: remove the column, take the NIP"
    return "digits are missing or too many: export the column again as text"


def _check_dates(text: str, today: date) -> None:
    try:
        born = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise BadNip("a birth date as its first 8 digits", "no date", "a digit is wrong") from None
    year, month = int(text[8:12]), int(text[12:14])
    if not 0 <= today.year - born.year <= OLDEST:
        raise BadNip("a birth date within a life's span", "another year", "a digit is wrong")
    if not (born.year + YOUNGEST <= year <= today.year + 1):
        expected = f"an appointment {YOUNGEST} years or more after birth, and not in the future"
        raise BadNip(expected, "another year (digits 9 to 12)", "a digit is wrong")
    if month not in MONTHS and month not in AGREEMENTS:
        expected = "a month, or 21 to 29 for a PPPK, as digits 13 and 14"
        raise BadNip(expected, "another number", "a digit is wrong")
