"""Tables of text: CSV and TSV, row by row, however long the file is."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping

from monitor.intake.act_lines import LONGEST, Row, Unread, Unreadable, lines

DELIMITERS = ",;\t|"
LONG = Unread(0, f"a row of at most {LONGEST >> 20} million characters", "is a quote never closed?")


class _Tap:
    """Hands lines to ``csv`` and remembers those of the row in hand."""

    def __init__(self, source: Iterator[str | None]) -> None:
        self._source = source
        self.taken: list[str] = []
        self.size = 0
        self.dropped = False

    def __iter__(self) -> _Tap:
        return self

    def __next__(self) -> str:
        line = next(self._source)
        if line is None or self.size + len(line) > LONGEST:
            self.dropped = True
            raise StopIteration
        self.taken.append(line)
        self.size += len(line)
        return line

    def row(self) -> str:
        text = "".join(self.taken)
        self.taken.clear()
        self.size = 0
        return text


def fold(header: str) -> str:
    """Return a header as it is compared: no case, no blanks around it."""
    return header.strip().strip("\ufeff").casefold()


def read(pieces: Iterable[str], delimiter: str = "") -> tuple[list[str], Iterator[Row | Unread]]:
    """Return the folded headers and the rows; raise ``Unreadable`` where there is no header."""
    # The limit is the whole process's; the workbook reader does not use this module.
    csv.field_size_limit(LONGEST)
    source = lines(pieces)
    head = next((line for line in source if line is None or line.strip()), "")
    if head is None or not head.strip():
        raise Unreadable("a table whose first row names its columns", "nothing that can be read")
    if head.lstrip().startswith(("{", "[", "<", "%PDF", "PK")):
        raise Unreadable("a table (CSV, TSV)", "another kind of file", "choose another --profile")
    delimiter = delimiter or max(DELIMITERS, key=head.count)
    try:
        cells = next(csv.reader([head], delimiter=delimiter))
    except csv.Error:
        raise Unreadable("a first row that names the columns", "one that cannot be read") from None
    return [fold(cell) for cell in cells], _rows(source, [fold(c) for c in cells], delimiter)


def _rows(source: Iterator[str | None], names: list[str], delimiter: str) -> Iterator[Row | Unread]:
    number, count = 1, len(names)
    while True:
        tap = _Tap(source)
        reader = csv.reader(tap, delimiter=delimiter, strict=True)
        try:
            for cells in reader:
                text = tap.row()
                if tap.dropped:
                    break  # what csv made of the row that was cut is no row
                number += 1
                if any(cells):
                    yield _row(number, names, cells, count, text)
        except csv.Error:
            number += 1
            yield Unread(number, "a row that csv can read", "is a quote never closed?")
            continue
        if not tap.dropped:
            return
        number += 1
        yield Unread(number, LONG.expected, LONG.hint)


def _row(number: int, names: list[str], cells: list[str], count: int, text: str) -> Row | Unread:
    if len(cells) > count:
        hint = "a cell that holds the separator needs quotes around it"
        return Unread(number, f"as many cells as the first row has ({count})", hint)
    values: Mapping[str, str] = dict(zip(names, cells, strict=False))
    return Row(number, values, text)
