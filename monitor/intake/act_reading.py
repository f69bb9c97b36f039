"""From an opened file to its rows: the member's bytes, its encoding, its form, row by row."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from monitor.intake import act_csv, act_json, act_words
from monitor.intake.act_csv import fold
from monitor.intake.act_files import Handed, Member, Reads
from monitor.intake.act_forms import ACTOR, Column, Form, Owner, TableForm
from monitor.intake.act_lines import Row, Unread, Unreadable
from monitor.intake.act_rows import value
from monitor.intake.act_words import Text

Rows = Iterator[Row | Unread]
# Rows of a member that names the archive's owner; the first that does is enough.
OWNER_ROWS = 20
MAPPED = "is it the right --profile? a column of another name: --map FIELD=COLUMN"


@dataclass(frozen=True, slots=True)
class Opened:
    """A member while it is read; ``text`` turns a row back into its bytes."""

    text: Text
    rows: Rows


@dataclass(frozen=True, slots=True)
class OwnName:
    """Whose archive a file says it is, as far as it says it."""

    native_id: str = ""
    handle: str = ""
    name: str = ""


class _Counted:
    """Tells how many bytes of a member were read."""

    def __init__(self, member: Reads, told: Callable[[int], None]) -> None:
        self._member, self._told, self._done = member, told, 0

    def read(self, size: int = -1, /) -> bytes:
        piece = self._member.read(size)
        self._done += len(piece)
        self._told(self._done)
        return piece


@contextmanager
def opened(
    handed: Handed, member: Member, told: Callable[[int], None], encoding: str = ""
) -> Iterator[Opened]:
    """Open a member. Raises ``Unreadable`` where it is not of the form that its table says."""
    table = member.table
    with handed.open(member.name) as file:
        text = Text(_Counted(file, told), encoding or table.encoding)
        yield Opened(text, rows_of(table, text))


def owner(handed: Handed, wanted: Owner | None) -> OwnName:
    """Return whose archive a ZIP says it is; nothing where it does not, or cannot be read."""
    name = handed.find(wanted.members) if wanted else None
    if wanted is None or name is None:
        return OwnName()
    try:
        with handed.open(name) as file:
            rows = _owner_rows(Text(file), wanted)
            named = (_own_name(row, wanted) for row in rows if isinstance(row, Row))
            first = itertools.islice(named, OWNER_ROWS)
            return next((found for found in first if found != OwnName()), OwnName())
    except Unreadable:
        return OwnName()


def rows_of(table: TableForm, text: Text) -> Rows:
    """Return the rows of a text. Raises ``Unreadable`` where it is not of the table's form."""
    return _ended(_rows(table, text))


def _owner_rows(text: Text, wanted: Owner) -> Rows:
    if wanted.form is Form.CSV:
        return act_csv.read(text)[1]
    return act_json.rows(text, wanted.rows, wanted.prefix)


def _own_name(row: Row, wanted: Owner) -> OwnName:
    read = {
        name: act_words.words(value(column, row))[0].strip()
        for name, column in wanted.columns.items()
    }
    return OwnName(read.get("id", ""), read.get("handle", ""), fold(read.get("name", "")))


def _rows(table: TableForm, text: Text) -> Rows:
    if table.form is Form.JSON:
        return act_json.rows(text, table.rows, table.prefix)
    if table.form is Form.JSON_LINES:
        return act_json.json_lines(text)
    known = {name for column in table.columns.values() for name in _headers(column)}
    names, rows = act_csv.read(text, table.delimiter, known)
    missing = [name for name in table.required if name not in names]
    if missing:
        got = f"{len(names)} other columns"
        raise Unreadable(f"the columns {', '.join(missing)}", got, MAPPED)
    asked = [_headers(table.columns[name]) for name in ACTOR if name in table.columns]
    if asked and all(asked) and not set(names) & set(itertools.chain(*asked)):
        said = " or ".join(dict.fromkeys(itertools.chain(*asked)))
        raise Unreadable(f"a column that says whose act a row is: {said}", "none", MAPPED)
    if len(set(names)) < len(names):
        raise Unreadable("each column named once", "the same name twice", "rename one of them")
    return rows


def _headers(column: Column) -> list[str]:
    """Return the headers that a column may have; none where its value is fixed."""
    if column.value:
        return []
    return [str(where.steps[0]) for where in column.sources]


def _ended(rows: Rows) -> Rows:
    """Pass rows on; a fault that ends the reading becomes the last of them."""
    number = 0
    while True:
        try:
            row = next(rows, None)
        except Unreadable as fault:
            hint = fault.hint or "the file is damaged from here on: ask for it again"
            yield Unread(number + 1, str(fault), hint)
            return
        if row is None:
            return
        number = row.number
        yield row
