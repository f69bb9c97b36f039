"""Tables of figures that people sign: every cell says by which query it is counted again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

Value = int | float | str | None


class Form(StrEnum):
    """How a cell is written: a count, hours with one decimal, a share in per cent, or a text."""

    TEXT = "text"
    COUNT = "count"
    HOURS = "hours"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``None`` is a figure of nothing; without a ``query`` the cell is no figure.

    ``values`` are the query's parameters; on a row's name they say by what its queries know it.
    """

    value: Value
    form: Form = Form.TEXT
    query: str = ""
    values: Mapping[str, str | int] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table. Its first column names the rows; ``plotted`` is the column drawn as bars, or 0.

    ``key`` is its short name; ``note`` says what is counted.
    """

    key: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    plotted: int = 0


def shown(cell: Cell) -> str:
    """Write a cell as Indonesian offices do: ``1.234``, ``2,5``, ``12,5 %``."""
    value = cell.value
    if value is None:
        return "–"
    if isinstance(value, str):
        return value
    if cell.form is Form.SHARE:
        return f"{value * 100:.1f}".replace(".", ",") + " %"
    text = f"{value:,.1f}" if cell.form is Form.HOURS else f"{value:,}"
    return text.translate(_SWAPPED)


_SWAPPED = str.maketrans(",.", ".,")
