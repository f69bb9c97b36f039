"""Finding a sheet's header among its first rows, and which column is which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.errors import ConfigError, Fault
from monitor.intake.forms import BadCell, Cell, text
from monitor.intake.profiles import Profile, fold
from monitor.watch.toml import near

HEADER_WITHIN = 20  # rows; titles and merged cells may stand above the header
FEWEST = 2
LETTERS = 26


@dataclass(frozen=True, slots=True)
class Place:
    """One column of the sheet: its position from 0, and its header as written."""

    index: int
    header: str

    def __str__(self) -> str:
        return f"column {letters(self.index)}"


@dataclass(slots=True)
class Layout:
    """Where each register column stands. ``ignored`` are headers that nothing asks for."""

    line: int
    width: int
    places: Mapping[str, Place]
    accounts: Sequence[tuple[Place, str]] = ()
    ignored: list[str] = field(default_factory=list)


Rows = Iterator[tuple[int, Sequence[Cell]]]


def find(where: str, rows: Rows, profile: Profile, needed: Sequence[str]) -> tuple[Layout, Rows]:
    """Return the layout and the rows below the header. Raises ``ConfigError`` with all faults.

    ``needed`` are the columns that must be there, as a column or a constant of the profile.
    """
    seen: list[tuple[int, Sequence[Cell]]] = []
    for row in rows:
        seen.append(row)
        if len(seen) == HEADER_WITHIN:
            break
    best, at, depth = _best(seen, profile)
    if best is None:
        wanted = ", ".join(next(iter(profile.columns.get(n, (n,)))) for n in needed[:5])
        hint = f"a row with headers such as: {wanted}; say what differs with --map"
        got = f"none in the first {len(seen)} rows"
        raise ConfigError([Fault(where, "", "a header row", got, hint)])
    missing = [n for n in needed if n not in best.places and n not in profile.constants]
    if missing:
        raise ConfigError([_missing(where, best, profile, name) for name in missing])
    return best, _chain(seen[at + depth :], rows)


def letters(index: int) -> str:
    """Return a column's name as spreadsheets show it: A, B, … Z, AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, LETTERS)
        name = chr(ord("A") + rest) + name
    return name


def _best(
    seen: Sequence[tuple[int, Sequence[Cell]]], profile: Profile
) -> tuple[Layout | None, int, int]:
    """Return the row, or the two rows of a merged header, that name the most columns."""
    best: tuple[int, Layout | None, int, int] = (FEWEST - 1, None, 0, 1)
    for at, (line, cells) in enumerate(seen):
        heads = _heads(cells)
        for depth in (1, 2):
            if depth > 1 and at + 1 < len(seen):
                heads = _merged(heads, _heads(seen[at + 1][1]))
            layout = _layout(line, heads, profile)
            count = len(layout.places) + len(layout.accounts)
            if count > best[0]:
                best = (count, layout, at, depth)
    return best[1:]


def _heads(cells: Sequence[Cell]) -> list[str]:
    found = []
    for cell in cells:
        try:
            found.append(text(cell))
        except BadCell:
            found.append("")
    return found


def _merged(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Return the lower words, or the upper one where a cell goes over both rows."""
    width = max(len(upper), len(lower))
    above = [*upper, *[""] * (width - len(upper))]
    below = [*lower, *[""] * (width - len(lower))]
    return [low or up for up, low in zip(above, below, strict=True)]


def _layout(line: int, heads: Sequence[str], profile: Profile) -> Layout:
    wanted = {head: column for column, listed in profile.columns.items() for head in listed}
    places: dict[str, Place] = {}
    accounts: list[tuple[Place, str]] = []
    ignored = []
    for index, head in enumerate(heads):
        folded = fold(head)
        column = wanted.get(folded)
        if column and column not in places:
            places[column] = Place(index, head)
        elif folded in profile.accounts:
            accounts.append((Place(index, head), profile.accounts[folded]))
        elif head:
            ignored.append(head)
    return Layout(line, len(heads), places, accounts, ignored)


def _missing(where: str, layout: Layout, profile: Profile, name: str) -> Fault:
    heads = profile.columns.get(name, (name,))
    close = near(heads[0], [fold(head) for head in layout.ignored])
    hint = close or f"if it has another name: --map {name}='…'; if all are alike: --set {name}='…'"
    expected = "a column " + " or ".join(repr(head) for head in heads)
    return Fault(f"{where}:{layout.line}", name, expected, "no such column", hint)


def _chain(kept: Sequence[tuple[int, Sequence[Cell]]], rest: Rows) -> Rows:
    yield from kept
    yield from rest
