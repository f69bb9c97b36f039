"""Each kind of broken row or sheet has its message, and nothing of such a sheet is taken."""

from __future__ import annotations

import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.intake.sheets import OLE
from tests.register.conftest import HEADER, NIP, OTHER, ROW, SECOND, Office


def changed(**cells: object) -> tuple[object, ...]:
    return tuple(cells.get(name, value) for name, value in zip(HEADER, ROW, strict=True))


TABLE = tomllib.loads((Path(__file__).parent / "broken_cells.toml").read_text("utf-8"))
Cell = dict[str, Any]


def cells(kind: str) -> list[Any]:
    return [pytest.param(one, id=one["name"]) for one in TABLE[kind]]


@pytest.mark.parametrize("one", cells("csv"))
def test_a_broken_cell_in_csv(office: Office, one: Cell) -> None:
    faults = office.faults(office.csv([HEADER, OTHER, changed(**{one["column"]: one["cell"]})]))
    assert faults[0].startswith(f"daftar.csv:3: {one['told']}"), faults
    # Without an area that can be read there is no time zone either.
    assert len(faults) == 1 + (one["name"] == "area")


@pytest.mark.parametrize("one", cells("workbook"))
def test_a_broken_cell_in_a_workbook(office: Office, one: Cell) -> None:
    """A workbook's cells have types; each is told as its own kind."""
    faults = office.faults(office.xlsx([HEADER, OTHER, changed(**{one["column"]: one["cell"]})]))
    assert len(faults) == 1
    assert faults[0].startswith(f"daftar.xlsx:3: {one['told']}")


def test_an_id_from_a_numeric_cell_is_refused(office: Office) -> None:
    rows = [("watch_id", *HEADER), ("a-1", *OTHER), (71, *ROW)]
    (told,) = office.faults(office.xlsx(rows))
    assert "daftar.xlsx:3: watch_id (column A): expected an id as text, got a number" in told


# Between rows.
def test_rows_that_cannot_both_be_true(office: Office) -> None:
    same_account = changed(nip=SECOND, name="Budi Rekaan", unit="Bidang Dua")
    otherwise = changed(address="dua.rekaan.example", unit="Bidang Lain")
    faults = office.faults(office.csv([HEADER, ROW, same_account, otherwise, ROW]))
    assert [fault.split(": expected")[0] for fault in faults] == [
        "daftar.csv:3: address",
        "daftar.csv:4: unit",
        "daftar.csv:5: watch_id",
        "daftar.csv:5: address",
    ]
    assert "an account of one person (line 2 gives it to another)" in faults[0]
    assert "what line 2 says of the same person, 'Bidang Satu'" in faults[1]


def test_a_row_with_a_cell_too_many(office: Office) -> None:
    (told,) = office.faults(office.csv([HEADER, OTHER, (*ROW, "sisa")]))
    assert told.startswith("daftar.csv:3: expected 12 cells, got 13 (a cell that holds")


def test_every_fault_of_a_sheet_is_told_at_once(office: Office) -> None:
    rows = [HEADER, changed(nip="1"), changed(unit="", zone=""), changed(notice_date="besok")]
    faults = office.faults(office.csv(rows))
    assert [fault.split(":")[1] for fault in faults] == ["2", "3", "4"]


# Sheets as a whole.
def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/sharedStrings.xml", b"0" * 60_000_000)


def _entities(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>')


def _ods(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")


def _other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "a")


def _bytes(raw: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(raw)


XLSX = "expected an XLSX workbook"
BURSTS = "expected a workbook of ordinary size, got 60 MB in 2 parts when unpacked"
SHEETS: list[tuple[str, str, Callable[[Path], object], str]] = [
    ("bomb", "a.xlsx", _bomb, BURSTS),
    ("entities", "a.xlsx", _entities, "expected a workbook without definitions, got a DOCTYPE"),
    ("ods", "a.ods", _ods, f"{XLSX}, got an OpenDocument file (save it as .xlsx"),
    ("zip", "a.zip", _other_zip, f"{XLSX}, got another ZIP file"),
    ("cut", "a.xlsx", _bytes(b"PK\x03\x04 rest"), f"{XLSX}, got a file that cannot be opened"),
    ("xls", "a.xls", _bytes(OLE), "expected XLSX or CSV, got an .xls file, or one with a password"),
    ("empty", "a.csv", _bytes(b""), "expected rows, got an empty file"),
    ("no text", "a.csv", _bytes(b"nip\x81;name\x8d\n"), "expected text in UTF-8, got bytes"),
    ("no header", "a.csv", _bytes(b"a;b\n1;2\n"), "expected a header row, got none in the first 2"),
    ("folder", "map", Path.mkdir, "expected a readable file, got Is a directory"),
]


@pytest.mark.parametrize(
    ("name", "make", "told"), [s[1:] for s in SHEETS], ids=[s[0] for s in SHEETS]
)
def test_a_file_that_is_no_sheet(
    office: Office, name: str, make: Callable[[Path], object], told: str
) -> None:
    path = office.folder / name
    make(path)
    (fault,) = office.faults(path)
    assert fault.startswith(f"{name}: {told}")


def test_columns_that_are_missing_are_named_with_the_way_on(office: Office) -> None:
    head = [{"unit": "unitkerja", "nip": "nomor"}.get(name, name) for name in HEADER]
    faults = office.faults(office.csv([head, ROW]))
    told = "daftar.csv:1: unit: expected a column 'unit', got no such column"
    way_on = "(if it has another name: --map unit='…'; if all are alike: --set unit='…')"
    assert faults == [f"{told} {way_on}"]
    head[head.index("unitkerja")] = "unit"
    (told,) = office.faults(office.csv([head, ROW]))
    assert told.startswith("daftar.csv:1: nip: expected a column 'nip', got no such column")


def test_a_header_without_rows(office: Office) -> None:
    (told,) = office.faults(office.csv([HEADER]))
    assert told == "daftar.csv: expected at least one row below the header, got none"


def test_a_workbook_with_two_sheets_asks_which(office: Office) -> None:
    path = office.xlsx([HEADER, ROW], more=lambda book: book.create_sheet("Rekap"))
    (told,) = office.faults(path)
    assert "expected one visible worksheet, got 2: Sheet, Rekap (say which with --wor" in told
    assert "1 added" in office.take(path, "--worksheet", "Sheet")


def test_an_open_quote_is_told(office: Office) -> None:
    head, row = ";".join(HEADER), ";".join(map(str, ROW))
    text = f"{head}\n{row.replace('Bidang Satu', chr(34) + 'Bidang Satu')}\n" + "x" * 140_000
    (told,) = office.faults(office.raw(text.encode()))
    assert told.startswith("daftar.csv:2: expected CSV rows, got field larger than field limit")


def test_no_message_repeats_a_nip(office: Office) -> None:
    bad = "198501012010011000"
    rows = [HEADER, changed(nip=bad), changed(unit=f"U {NIP}"), changed(notice_date=NIP)]
    told = "\n".join(office.faults(office.csv(rows)))
    assert not any(digits in told for digits in (bad[:8], NIP[:8]))
    assert "1985-01-01" not in told
