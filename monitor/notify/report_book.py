"""A report as a workbook: one sheet per table, its bars, and a sheet of queries that count again.

Texts never begin a formula, and the same report gives the same bytes.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from monitor.log import printable
from monitor.model.tables import Cell, Form, Table
from monitor.notify.plot import MOST
from monitor.notify.report_paper import ABOUT, BLIND, Facts

# What spreadsheets take for a formula at the start of a cell (owasp.org, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
FORMS = {Form.COUNT: "#,##0", Form.HOURS: "#,##0.0", Form.SHARE: "0.0%", Form.TEXT: "@"}
AGAIN = "Hitung ulang"
HOW = (
    "Tiap angka dapat dihitung ulang dengan satu kueri di bawah ini, pada basis data yang sama: "
    "sqlite3 netralitas.sqlite3, atau salinan dari netralitas audit. :nilai adalah nama barisnya "
    "(pada aturan: yang di depan titik dua); parameter lain tertulis. Kueri tentang petahana hanya "
    "menjawab pada basis data utama."
)
BOLD, HEAD, WRAP = (
    Font(bold=True),
    PatternFill("solid", fgColor="F0F0EC"),
    Alignment(wrap_text=True),
)
TOP = Alignment(vertical="top", wrap_text=True)
# ZIP knows no time before this one.
EPOCH = (1980, 1, 1, 0, 0, 0)
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")
_TIME = rb"\g<1>1980-01-01T00:00:00Z"
WIDE, NARROW, MOST_WIDE = 44, 14, 110


def book(
    title: str,
    facts: Facts,
    tables: Sequence[Table],
    blind_spots: Sequence[tuple[str, Sequence[str]]],
) -> bytes:
    """Return a report as XLSX."""
    made = Workbook()
    made.remove(made.active)
    _cover(made.create_sheet("Laporan"), title, facts, blind_spots)
    for table in tables:
        _sheet(made.create_sheet(table.key), table)
    _again(made.create_sheet(AGAIN), tables)
    file = io.BytesIO()
    made.save(file)
    return _timeless(file.getvalue())


def cell(text: str) -> str:
    """Return a text as a cell that a spreadsheet shows and does not run."""
    said = printable(text)
    return f"'{said}" if said.startswith(FORMULA) else said


def _cover(
    sheet: Worksheet, title: str, facts: Facts, blind_spots: Sequence[tuple[str, Sequence[str]]]
) -> None:
    sheet.append([cell(title)])
    sheet.append([ABOUT])
    sheet.append([])
    for name, value in facts:
        sheet.append([name, cell(value)])
    sheet.append([])
    sheet.append([BLIND])
    for name, spots in blind_spots:
        sheet.append([name, "; ".join(spots) + "."])
    sheet["A1"].font = Font(bold=True, size=14)
    _widen(sheet, (WIDE, MOST_WIDE))
    for row in sheet.iter_rows(min_row=3):
        for one in row:
            one.alignment = TOP


def _sheet(sheet: Worksheet, table: Table) -> None:
    sheet.append([cell(name) for name in table.head])
    for one in sheet[1]:
        one.font, one.fill, one.alignment = BOLD, HEAD, WRAP
    for row in table.rows:
        sheet.append([_value(one) for one in row])
        for place, one in enumerate(row, start=1):
            sheet.cell(sheet.max_row, place).number_format = FORMS[one.form]
    sheet.freeze_panes = "B2"
    _widen(sheet, (WIDE, *(NARROW for _ in table.head[1:])))
    if table.plotted and len(table.rows) > 1:
        _plot(sheet, table)
    if table.note:
        sheet.append([])
        sheet.append([table.note])


def _value(one: Cell) -> Any:
    return cell(one.value) if isinstance(one.value, str) else one.value


def _plot(sheet: Worksheet, table: Table) -> None:
    """Draw the plotted column beside the table, out of its own cells."""
    last = 1 + min(MOST, len(table.rows))
    chart = BarChart()
    chart.type, chart.legend, chart.title = "bar", None, table.head[table.plotted]
    chart.y_axis.delete = chart.x_axis.delete = False
    chart.x_axis.scaling.orientation = "maxMin"
    data = Reference(sheet, min_col=table.plotted + 1, min_row=2, max_row=last)
    chart.add_data(data)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=last))
    chart.height, chart.width = 2 + 0.7 * last, 20
    sheet.add_chart(chart, f"A{len(table.rows) + 5}")


def _again(sheet: Worksheet, tables: Iterable[Table]) -> None:
    sheet.append([HOW])
    sheet.append(["Lembar", "Angka", "Kueri", "Parameter"])
    for one in sheet[2]:
        one.font, one.fill = BOLD, HEAD
    for table in tables:
        for of, query, given in queries(table):
            # A query is ours and keeps its lines; names in it are parameters.
            sheet.append([table.key, cell(of), query, cell(given)])
            for one in sheet[sheet.max_row]:
                one.alignment = TOP
    _widen(sheet, (18, 30, MOST_WIDE, 40))


def queries(table: Table) -> list[tuple[str, str, str]]:
    """Return the queries of a table: what each counts, its text, its parameters.

    Where rows differ by their name alone they share one query, and ``:nilai`` is left open.
    """
    found: dict[tuple[str, str], tuple[str, str, str]] = {}
    for place, name in enumerate(table.head):
        one_for_all = len({row[place].query for row in table.rows}) == 1
        for row in table.rows:
            one, named = row[place], str((row[0].values or {}).get("nilai", row[0].value))
            if not one.query:
                continue
            values = {k: v for k, v in (one.values or {}).items() if (k, v) != ("nilai", named)}
            given = json.dumps(values, ensure_ascii=False, sort_keys=True)
            of = name if one_for_all else f"{row[0].value}: {name}"
            found.setdefault((one.query, given), (of, one.query, given))
    return list(found.values())


def _widen(sheet: Worksheet, widths: Sequence[int]) -> None:
    for place, width in enumerate(widths):
        sheet.column_dimensions[chr(ord("A") + place)].width = width


def _timeless(packed: bytes) -> bytes:
    """Pack a workbook again with one time for everything: the same figures, the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename == "docProps/core.xml":
                data = _TIMES.sub(_TIME, data)
            new.writestr(zipfile.ZipInfo(part.filename, EPOCH), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
