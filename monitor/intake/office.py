"""An agency's sheet, row by row, made into register lines; each fault has its row and column."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from monitor.errors import ConfigError, Fault
from monitor.intake import columns, declared, forms, nip, sheets, words
from monitor.intake.columns import Layout, Place, Rows
from monitor.intake.forms import BadCell, Cell
from monitor.intake.nip import BadNip
from monitor.intake.profiles import NIP, Kind, Profile, fold
from monitor.model.person import IntervalKind
from monitor.watch import register
from monitor.watch.addresses import area
from monitor.watch.register import REQUIRED, Line
from monitor.watch.toml import near, shown

PERSONAL = ("name", "instansi", "unit", "employer_type")
# What the sheet need not have: made here, asked of another column, or waited for.
MADE = frozenset({"watch_id", "person_ref", "zone", "notice_date"})
ACCOUNT = frozenset({"platform", "address", "ownership"})
DAYS = frozenset({"notice_date", "registered_on", "as_of", "start", "end"})
IDS = frozenset({"watch_id", "person_ref", "native_id"})
TOLD = 200  # letters of a declaration that are repeated to its author

Refer = Callable[[str], str]
Convert = Callable[[Cell], str]
Plan = Sequence[tuple[str, int, Convert]]
Staff = Callable[[str], Mapping[str, str] | None]


@dataclass(frozen=True, slots=True)
class Ways:
    """What reading a sheet needs beside it: references for NIPs, today, known platforms."""

    refer: Refer
    today: date
    platforms: Collection[str]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A declaration that names no account, for its author to correct. It holds no NIP."""

    line: int
    name: str
    instansi: str
    unit: str
    column: str
    written: str
    problem: str


@dataclass(frozen=True, slots=True)
class DatedState:
    """One row of a sheet of intervals, by the person it is about."""

    person_ref: str
    kind: str
    start: str
    end: str
    reference: str


@dataclass(slots=True)
class Sheet:
    """An open sheet whose columns are known. ``notes`` are for the person who imports it."""

    where: str
    profile: Profile
    layout: Layout
    rows: Rows
    serials: date | None
    notes: list[str]
    ways: Ways

    def lines(self, faults: list[Fault]) -> Iterator[tuple[int, Line]]:
        """Yield the register lines of a sheet that has one account a row."""
        found = 0
        for number, cells in self._cells(faults):
            line = self._line(number, cells, faults)
            found += 1
            if line:
                yield number, line
        self._not_empty(found, faults)

    def people(self, faults: list[Fault]) -> Iterator[tuple[int, str, dict[str, str]]]:
        """Yield number, reference and facts of each person of a staff sheet."""
        found = 0
        for number, cells in self._cells(faults):
            found += 1
            yield number, cells["person_ref"], cells
        self._not_empty(found, faults)

    def declarations(
        self, faults: list[Fault], staff: Staff | None, unresolved: list[Unresolved]
    ) -> Iterator[tuple[int, Line]]:
        """Yield a line for each declared account; what names none goes to ``unresolved``.

        ``staff`` gives the facts of a reference, from the sheet that the declarations are joined
        with; a person who is not there is a fault.
        """
        found, plan = 0, self._plan()
        for number, row in self._rows(faults):
            cells = self._converted(number, row, faults, plan)
            found += 1
            if cells is None:
                continue
            facts = staff(cells["person_ref"]) if staff else {}
            if facts is None:
                expected, hint = "a person of the staff sheet", "is one of the sheets older?"
                self._fault(number, NIP, expected, "nobody with it", faults, hint)
                continue
            yield from self._declared(number, row, self._joined(cells, facts), faults, unresolved)
        self._not_empty(found, faults)

    def states(self, faults: list[Fault]) -> Iterator[tuple[int, DatedState]]:
        """Yield the dated states of a sheet of intervals."""
        found = 0
        for number, cells in self._cells(faults):
            found += 1
            kind = self._kind(number, cells.get("kind", ""), faults)
            first, last = cells.get("start", ""), cells.get("end", "")
            if not first:
                self._fault(number, "start", "a first day", "nothing", faults)
            elif last and last < first:
                self._fault(number, "end", f"a day not before the first, {first}", last, faults)
            elif kind:
                reference = cells.get("reference", "")
                yield number, DatedState(cells["person_ref"], kind, first, last, reference)
        self._not_empty(found, faults)

    def _joined(self, cells: Mapping[str, str], facts: Mapping[str, str]) -> dict[str, str]:
        """Return what a declaration says itself, else the staff sheet, else a constant."""
        own = {name: value for name, value in cells.items() if name in self.layout.places and value}
        return {**cells, **{name: value for name, value in facts.items() if value}, **own}

    def _kind(self, number: int, word: str, faults: list[Fault]) -> str:
        known = [kind for kind in IntervalKind if kind is not IntervalKind.TRANSFER]
        found = next((kind for kind in known if kind.casefold() == word.casefold()), None)
        if found is None:
            self._fault(
                number, "kind", f"one of {', '.join(known)}", shown(word), faults, near(word, known)
            )
        return found or ""

    def _declared(
        self,
        number: int,
        row: Sequence[Cell],
        cells: Mapping[str, str],
        faults: list[Fault],
        unresolved: list[Unresolved],
    ) -> Iterator[tuple[int, Line]]:
        seen: set[tuple[str, str]] = set()
        for place, platform in self.layout.accounts:
            # Accounts are written below one another: the line ends must stay.
            value = row[place.index] if place.index < len(row) else None
            cell = value if isinstance(value, str) else forms.text(value)
            for one in declared.accounts(cell, platform):
                key = one.platform, one.address or one.written
                if key not in seen:
                    seen.add(key)
                    yield from self._one(number, place, one, cells, faults, unresolved)

    def _one(
        self,
        number: int,
        place: Place,
        one: declared.Declared,
        cells: Mapping[str, str],
        faults: list[Fault],
        unresolved: list[Unresolved],
    ) -> Iterator[tuple[int, Line]]:
        ownership = cells.get("ownership") or "declared"
        if one.problem:
            ownership = "unverified"
            name, instansi, unit = (cells.get(key, "") for key in ("name", "instansi", "unit"))
            written = forms.CONTROL.sub(" ", one.written)[:TOLD]
            told = Unresolved(number, name, instansi, unit, place.header, written, one.problem)
            unresolved.append(told)
        named = {"platform": one.platform, "address": one.address, "ownership": ownership}
        watch_id = _made_id(cells["person_ref"], one.platform, one.address or one.written)
        line = self._line(number, {**cells, **named, "watch_id": watch_id}, faults)
        if line:
            yield number, line

    def _line(self, number: int, cells: Mapping[str, str], faults: list[Fault]) -> Line | None:
        told: list[Fault] = []
        if not cells.get("watch_id"):
            made = _made_id(
                cells["person_ref"], cells.get("platform", ""), cells.get("address", "")
            )
            cells = {**cells, "watch_id": made}
        # A network without a collector may be declared: it is kept, and not looked at.
        known = self.ways.platforms
        line = register.line(self.where, number, cells, told, platforms=known, may_wait=True)
        faults += [replace(fault, key=self._key(fault.key)) for fault in told]
        return line

    def _cells(self, faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
        plan = self._plan()
        for number, row in self._rows(faults):
            cells = self._converted(number, row, faults, plan)
            if cells is not None:
                yield number, cells

    def _rows(self, faults: list[Fault]) -> Iterator[tuple[int, Sequence[Cell]]]:
        width = self.layout.width
        for number, row in self.rows:
            if not any(row):  # 0 or False alone is no row either
                continue
            if len(row) > width and any(cell not in (None, "") for cell in row[width:]):
                hint = "a cell that holds the separator must stand in double quotes"
                got = str(len(row))
                faults.append(Fault(f"{self.where}:{number}", "", f"{width} cells", got, hint))
                continue
            yield number, row

    def _converted(
        self, number: int, row: Sequence[Cell], faults: list[Fault], plan: Plan
    ) -> dict[str, str] | None:
        """Return a row's texts by column, or nothing after telling every fault of its cells."""
        found, good = dict(self.profile.constants), True
        width = len(row)
        for column, index, convert in plan:
            value = row[index] if index < width else None
            if column == NIP and not value and "person_ref" in self.layout.places:
                continue  # an agency's account has no NIP, and an office's reference instead
            try:
                text = convert(value)
            except (BadCell, BadNip) as error:
                self._fault(number, column, error.expected, error.got, faults, error.hint)
                good = False
                continue
            if text or column not in found:
                found[column] = text
        if NIP in found:
            found["person_ref"] = found.pop(NIP)
        if not found.get("zone") and (code := area(found.get("area", ""))):
            found["zone"] = words.zone(code)
        if good and not found.get("person_ref"):
            self._fault(number, "person_ref", "a value", "nothing", faults)
            good = False
        return found if good else None

    def _plan(self) -> Plan:
        """Return how each column's cells are read; asked once, since a sheet may be long."""
        return [(name, at.index, self._way(name)) for name, at in self.layout.places.items()]

    def _way(self, column: str) -> Convert:
        if column == NIP:
            return lambda value: self.ways.refer(nip.read(value, self.ways.today))
        if column in DAYS:
            return partial(forms.day, serials=self.serials)
        if column in IDS:
            return forms.identifier
        if column == "area":
            return forms.code
        words_of = self.profile.values.get(column)
        if not words_of:
            return forms.text
        return lambda value: words_of.get(fold(found := forms.text(value)), found)

    def _key(self, column: str) -> str:
        if column == "person_ref" and NIP in self.layout.places:
            column = NIP
        place = self.layout.places.get(column)
        return f"{column} ({place})" if place else column

    def _fault(
        self, number: int, column: str, expected: str, got: str, faults: list[Fault], hint: str = ""
    ) -> None:
        where = f"{self.where}:{number}"
        faults.append(Fault(where, self._key(column), expected, got, hint))

    def _not_empty(self, found: int, faults: list[Fault]) -> None:
        if not found and not faults:
            faults.append(Fault(self.where, "", "at least one row below the header", "none"))


@contextmanager
def opened(
    path: Path, profile: Profile, ways: Ways, worksheet: str = "", *, joined: bool = False
) -> Iterator[Sheet]:
    """Open a sheet and find its columns. Raises ``ConfigError`` with what is missing.

    ``joined`` says that facts about the person come from another sheet.
    """
    with sheets.opened(path, worksheet) as book:
        layout, rows = columns.find(path.name, book.rows, profile, _needed(profile, joined=joined))
        _need_person(path.name, profile, layout)
        notes = list(book.notes)
        if layout.ignored:
            notes.append(f"{path.name}: not read: {', '.join(layout.ignored)}")
        yield Sheet(path.name, profile, layout, rows, book.serials, notes, ways)


def _needed(profile: Profile, *, joined: bool) -> tuple[str, ...]:
    if profile.kind is Kind.INTERVALS:
        return ("kind", "start")
    if profile.kind is Kind.STAFF or (profile.kind is Kind.ACCOUNTS and not joined):
        return PERSONAL
    if profile.kind is Kind.ACCOUNTS:
        return ()
    return tuple(name for name in REQUIRED if name not in MADE)


def _need_person(where: str, profile: Profile, layout: Layout) -> None:
    faults = []
    row = f"{where}:{layout.line}"
    if NIP not in layout.places and "person_ref" not in layout.places:
        heads = profile.columns.get(NIP, (NIP,))
        expected = "a column " + " or ".join(repr(head) for head in heads)
        hint = "if it has another name: --map nip='…'"
        faults.append(Fault(row, NIP, expected, "no such column", hint))
    if profile.kind is Kind.ACCOUNTS and not layout.accounts:
        named = ", ".join(repr(head) for head in profile.accounts)
        faults.append(Fault(row, "accounts", f"a column of {named}", "no such column"))
    if faults:
        raise ConfigError(faults)


def _made_id(person_ref: str, platform: str, address: str) -> str:
    """Return an id that is the same at each import and, like the reference, tells nothing."""
    text = f"{person_ref}\t{platform}\t{address}".encode()
    return f"{platform or 'belum'}-{hashlib.blake2b(text, digest_size=6).hexdigest()}"
