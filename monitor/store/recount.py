"""How every figure of a report is counted again: ``recount.sql`` beside this has the queries."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor.store.db import guard

_SOURCE = Path(__file__).with_suffix(".sql").read_text("utf-8")
_STATEMENT = re.compile(r"(?ms)^-- name: (\S+)\n(.*?);$")
_PART = re.compile(r"@([a-z_]+)")
_PARTS: Mapping[str, str] = {found[1]: found[2] for found in _STATEMENT.finditer(_SOURCE)}
STEPS = (
    *("diambil", "klarifikasi_diminta", "dijawab", "bukan_akunnya", "diperbolehkan"),
    *("bukti_tidak_cukup", "perlu_diperiksa", "diteruskan", "dibuka_kembali"),
)
_WAITS = {
    "teramati_sampai_disampaikan": ("seen", "told"),
    "disampaikan_sampai_diambil": ("told", "taken"),
    "diambil_sampai_dijawab": ("taken", "answered"),
    "teramati_sampai_ditutup": ("seen", "closed"),
}


def column(name: str, dimension: str = "") -> str:
    """Return the query of a column, for the rows of one table ("" for the sum of all)."""
    if name in STEPS:
        return _whole("column_step", dimension, step=name)
    return _whole(f"column.{name}", dimension)


def side(name: str) -> str:
    """Return the query of a column for the targets of one side (``:sasaran``, a JSON list)."""
    return _whole("side", column=column(name))


def flow(name: str) -> str:
    return _whole(f"flow.{name}")


def wait(name: str, *, counted: bool = False) -> str:
    """Return the query of a percentile (``:persen``, nearest rank) of hours, or of their number."""
    since, until = _WAITS[name]
    return _whole("wait_count" if counted else "wait", since=f"@{since}", until=f"@{until}")


def of(name: str) -> str:
    """Return another query by its name in the file, such as ``path`` or ``gap_hours``."""
    return _whole(name)


@guard()
def ask(conn: sqlite3.Connection, text: str, values: Mapping[str, Any]) -> int | float | None:
    """Answer a query with one figure; ``None`` where it is of nothing."""
    row = conn.execute(text, dict(values)).fetchone()
    return None if row is None else row[0]


def _whole(name: str, dimension: str = "", **given: str) -> str:
    now, then = (_PARTS["stands"].replace("@to", to) for to in (":terakhir", ":pertama - 1"))
    parts = {**_PARTS, "row": _PARTS[f"row.{dimension}"], "now": now, "then": then, **given}

    def put(text: str) -> str:
        return _PART.sub(lambda found: put(parts[found[1]]), text)

    return put(parts[name])
