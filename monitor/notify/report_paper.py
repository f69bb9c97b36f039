"""A report as a paper: its tables and bars as data for ``report.typ``, and the PDF of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from monitor.log import printable
from monitor.model.tables import Form, Table, shown
from monitor.notify import plot
from monitor.notify.pages import typeset

TEMPLATE = "report.typ"
HOUSE = "NETRALITAS · LAPORAN PENGAWASAN NETRALITAS ASN"
ABOUT = (
    "Angka dalam laporan ini adalah indikasi dan langkah penanganannya, bukan putusan. Tidak ada "
    "orang yang disebut. Yang tidak teramati bukan berarti tidak ada: lihat bagian terakhir."
)
NO_ROWS = "Tidak ada dalam masa laporan, sejauh yang diamati."
NO_GAPS = (
    "Tidak ada jam yang tercatat tidak teramati dalam masa laporan. Yang di bawah ini tetap tidak "
    "pernah teramati."
)
BLIND = "Yang tidak pernah teramati"

Facts = Sequence[tuple[str, str]]


def paper(
    title: str,
    facts: Facts,
    tables: Iterable[Table],
    blind_spots: Sequence[tuple[str, Sequence[str]]],
    foot: str,
) -> dict[str, Any]:
    """Return a report's paper, fit for JSON; ``facts`` say of what it was counted."""
    return {
        "title": title,
        "house": HOUSE,
        "about": ABOUT,
        "foot": foot,
        "facts": [[name, printable(value)] for name, value in facts],
        "tables": [_table(table) for table in tables],
        "blind": {"title": BLIND, "lists": [[name, list(all_)] for name, all_ in blind_spots]},
    }


def pdf(made: Mapping[str, Any]) -> bytes:
    """Set a report's paper; permanent ``NotifyError`` where that fails."""
    return typeset(TEMPLATE, made)


def _table(table: Table) -> dict[str, Any]:
    bars = [
        (shown(row[0]), int(row[table.plotted].value or 0))
        for row in table.rows
        if table.plotted and row[table.plotted].form is Form.COUNT
    ]
    empty = NO_GAPS if table.rows == [] and table.key == "Tidak teramati" else NO_ROWS
    return {
        "title": table.title,
        "note": table.note if table.rows else "",
        "head": list(table.head),
        "rows": [[printable(shown(cell)) for cell in row] for row in table.rows],
        "empty": empty,
        "plot": plot.bars(bars) if len(bars) > 1 else "",
        "plotted": f"{table.head[table.plotted]}. {plot.left_out(bars)}" if len(bars) > 1 else "",
    }
