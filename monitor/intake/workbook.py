"""XLSX through openpyxl, row by row; a file made to burst or to mislead is refused unopened."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900
from openpyxl.utils.exceptions import InvalidFileException

from monitor.errors import ConfigError
from monitor.intake.forms import Cell
from monitor.intake.sheets import SAVE, Book, refused

MOST_BYTES = 2_000_000_000  # unpacked; Excel's most rows of a wide register are about 1.5 GB
MOST_TIMES = 200  # unpacked against packed, where it is large at all
LARGE = 50_000_000
MOST_PARTS = 2_000
PROLOGUE = 4_096
ODS = "application/vnd.oasis.opendocument"
DAY_ZERO = {CALENDAR_WINDOWS_1900: date(1899, 12, 30), CALENDAR_MAC_1904: date(1904, 1, 1)}


@contextmanager
def opened(path: Path, worksheet: str = "") -> Iterator[Book]:
    """Open one worksheet: the named one, or the only one that is visible."""
    try:
        _check(path)
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, EOFError) as error:
        got = f"a file that cannot be opened ({type(error).__name__})"
        raise refused(path, "an XLSX workbook", got, SAVE) from None
    with closing(book):
        sheet = _sheet(path, book, worksheet)
        # A sheet's stated size may be wrong; without it every row that is there is read.
        sheet.reset_dimensions()
        yield Book(_rows(path, sheet), DAY_ZERO.get(book.epoch))


def _check(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        names = {part.filename for part in parts}
        if "mimetype" in names and archive.read("mimetype")[:40].decode("latin-1").startswith(ODS):
            raise refused(path, "an XLSX workbook", "an OpenDocument file", SAVE)
        if "xl/workbook.xml" not in names:
            raise refused(path, "an XLSX workbook", "another ZIP file", SAVE)
        unpacked, packed = sum(p.file_size for p in parts), sum(p.compress_size for p in parts)
        bursts = unpacked > LARGE and unpacked > MOST_TIMES * max(packed, 1)
        if unpacked > MOST_BYTES or bursts or len(parts) > MOST_PARTS:
            got = f"{unpacked // 1_000_000} MB in {len(parts)} parts when unpacked"
            raise refused(path, "a workbook of ordinary size", got, "save the table alone, as CSV")
        for part in parts:
            with archive.open(part) as file:
                if b"<!DOCTYPE" in file.read(PROLOGUE):
                    hint = "it was not written by a spreadsheet"
                    raise refused(path, "a workbook without definitions", "a DOCTYPE", hint)


def _sheet(path: Path, book: Any, name: str) -> Any:
    shown = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if name and name not in book.sheetnames:
        raise refused(path, f"a worksheet {name!r}", ", ".join(book.sheetnames))
    if not name and len(shown) != 1:
        got = f"{len(shown)}: {', '.join(shown)}"
        raise refused(path, "one visible worksheet", got, "say which with --worksheet")
    return book[name or shown[0]]


def _rows(path: Path, sheet: Any) -> Iterator[tuple[int, Sequence[Cell]]]:
    try:
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            if any(cell is not None for cell in cells):
                yield number, cells
    except ConfigError:
        raise
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError, EOFError, TypeError) as error:
        # ElementTree's ParseError is a SyntaxError.
        got = f"a damaged worksheet ({type(error).__name__})"
        raise refused(path, "an XLSX workbook", got, SAVE) from None
