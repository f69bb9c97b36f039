"""Tables of text: CSV and TSV, row by row, however long the file is."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping

from monitor.intake.act_lines import LONGEST, Row, Unread, Unreadable, lines
from monitor.text import tables

DELIMITERS = ",;\t|"
TITLES = 20  # rows among which the header is looked for
SURE = 2  # known names that make a row the header
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


def read(
    pieces: Iterable[str], delimiter: str = "", known: Collection[str] = ()
) -> tuple[list[str], Iterator[Row | Unread]]:
    """Return the folded headers and the rows; raise ``Unreadable`` where there is no header.

    The header is the first of the first rows that has two of the ``known`` names: tools put a
    title above it. Where none has, it is the first row.
    """
    source = lines(pieces)
    first = list(itertools.islice(source, TITLES))
    start = next((n for n, line in enumerate(first) if line is None or line.strip()), None)
    if start is None or (head := first[start]) is None:
        raise Unreadable("a table whose first row names its columns", "nothing that can be read")
    if head.lstrip().startswith(("{", "[", "<", "%PDF", "PK")):
        raise Unreadable("a table (CSV, TSV)", "another kind of file", "choose another --profile")
    for number, line in enumerate(first[start:], start):
        if line and len(set(known).intersection(_cells(line, delimiter)[0])) >= SURE:
            start, head = number, line
            break
    names, sign = _cells(head, delimiter)
    if not names:
        raise Unreadable("a first row that names the columns", "one that cannot be read")
    return names, _rows(itertools.chain(first[start + 1 :], source), names, sign, start + 1)


def _cells(line: str, delimiter: str) -> tuple[list[str], str]:
    """Return a line's cells, folded, and the sign between them."""
    sign = delimiter or max(DELIMITERS, key=line.count)
    try:
        return [fold(cell) for cell in next(tables.rows([line], sign, LONGEST))], sign
    except csv.Error:
        return [], sign


def _rows(
    source: Iterator[str | None], names: list[str], delimiter: str, number: int
) -> Iterator[Row | Unread]:
    count = len(names)
    while True:
        tap = _Tap(source)
        reader = tables.rows(tap, delimiter, LONGEST, strict=True)
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
