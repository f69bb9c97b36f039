"""CSV and XLSX as agencies keep them, opened as one thing: numbered rows of cells."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from monitor.errors import ConfigError, Fault
from monitor.intake.forms import Cell
from monitor.text import tables

SEPARATORS = ";,\t|"
LOOKED_AT = 30  # lines in which the separator is looked for
CHUNK = 1 << 20
OLE = b"\xd0\xcf\x11\xe0"
SAVE = "save it as .xlsx, or as 'CSV UTF-8'"


@dataclass(slots=True)
class Book:
    """An open sheet. ``rows`` are numbered as a spreadsheet or an editor shows them.

    ``serials`` is day 0 of its day numbers, where it has any; ``notes`` is what the reader should
    be told of how it was read.
    """

    rows: Iterator[tuple[int, Sequence[Cell]]]
    serials: date | None = None
    notes: list[str] = field(default_factory=list)


@contextmanager
def opened(path: Path, worksheet: str = "") -> Iterator[Book]:
    """Open a sheet for one pass. Raises ``ConfigError`` for a file that is no sheet."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except FileNotFoundError:
        raise refused(path, "a file", "none") from None
    except OSError as error:
        raise refused(path, "a readable file", error.strerror or "") from None
    if start.startswith(OLE):
        raise refused(path, "XLSX or CSV", "an .xls file, or one with a password", SAVE)
    if start.startswith(b"PK"):
        # openpyxl takes a fifth of a second to import, and most commands read no workbook.
        from monitor.intake import workbook  # noqa: PLC0415

        with workbook.opened(path, worksheet) as book:
            yield book
        return
    with _text(path) as book:
        yield book


def refused(path: Path, expected: str, got: str, hint: str = "") -> ConfigError:
    return ConfigError([Fault(path.name, "", expected, got, hint)])


@contextmanager
def _text(path: Path) -> Iterator[Book]:
    encoding = _encoding(path)
    notes = [f"{path.name}: read as {encoding}: look at names with é or ’"]
    with path.open(encoding=encoding, newline="") as file:
        first = [line for _, line in zip(range(LOOKED_AT), file, strict=False)]
        if not any(line.strip() for line in first):
            raise refused(path, "rows", "an empty file")
        file.seek(0)
        reader = tables.rows(file, _separator(first))
        yield Book(_rows(path, reader), notes=notes if encoding == "cp1252" else [])


def _rows(path: Path, reader: Iterator[list[str]]) -> Iterator[tuple[int, Sequence[Cell]]]:
    start = 1
    try:
        for cells in reader:
            number, start = start, reader.line_num + 1  # type: ignore[attr-defined]  # csv's own
            yield number, cells
    except csv.Error as error:
        hint = "a quote may be open: " + SAVE
        where = f"{path.name}:{start}"
        raise ConfigError([Fault(where, "", "CSV rows", str(error), hint)]) from None


def _encoding(path: Path) -> str:
    """Return UTF-8 or UTF-16 where a file says or is so, else Windows-1252 where it can be."""
    with path.open("rb") as file:
        start = file.read(2)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    if _decodes(path, "utf-8-sig"):
        return "utf-8-sig"
    if _decodes(path, "cp1252"):
        return "cp1252"
    raise refused(path, "text in UTF-8", "bytes that are no text", SAVE)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if b"\0" in chunk:
                    return False
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _separator(lines: Sequence[str]) -> str:
    """Return what splits most lines into most cells; titles above the table split into one."""
    return max(SEPARATORS, key=lambda mark: max(_cells(line, mark) for line in lines))


def _cells(line: str, mark: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=mark), []))
    except csv.Error:
        return 0
