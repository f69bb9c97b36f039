"""An election body's list of pairs as CSV: ``tingkat,kode_wilayah,nomor_urut,nama_paslon``.

One line is one row of a ballot. Bad rows are refused, all at once, each with its line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import ConfigError, Fault
from monitor.intake import person_names
from monitor.intake.person_names import PersonName

COLUMNS = ("tingkat", "kode_wilayah", "nomor_urut", "nama_paslon")
LEVELS = ("gubernur", "bupati_walikota")
BOX = re.compile(r"(kolom|kotak)\s+kosong[\s-]*", re.IGNORECASE)
PAIR = 2
_DIGITS = re.compile(r"[1-9]\d?")
_PROVINCE, _REGENCY = re.compile(r"\d{2}"), re.compile(r"(\d{2})\.?(\d{2})")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a ballot; without persons it is the empty box. ``area`` is dotted."""

    line: int
    level: str
    area: str
    number: int
    persons: tuple[PersonName, ...]


@dataclass(frozen=True, slots=True)
class Ballot:
    """All rows of one contest, by number. ``level`` is pilgub, pilbup or pilwako."""

    level: str
    area: str
    rows: tuple[Row, ...]


def read(path: Path, areas: Mapping[str, str]) -> tuple[Ballot, ...]:
    """Return the ballots of a file in order of level and area. Raises ``ConfigError``."""
    reading = _Reading(path.name, areas)
    rows = [row for row in map(reading.row, *_lines(path)) if row]
    ballots = tuple(reading.ballots(rows))
    if not rows and not reading.faults:
        reading.fault(1, "", "at least one row below the header", "none")
    if reading.faults:
        raise ConfigError(sorted(reading.faults, key=_by_line))
    return ballots


def _lines(path: Path) -> tuple[list[int], list[list[str]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        cells = [(reader.line_num, row) for row in reader if row]
    except OSError as error:
        raise ConfigError([Fault(str(path), "", "a readable file", error.strerror or "")]) from None
    except UnicodeDecodeError as error:
        fault = Fault(path.name, "", "UTF-8", f"other bytes at {error.start}")
        raise ConfigError([fault]) from None
    except csv.Error as error:
        fault = Fault(f"{path.name}:{reader.line_num}", "", "CSV with closed quotes", str(error))
        raise ConfigError([fault]) from None
    if not cells or tuple(cells[0][1]) != COLUMNS:
        got = ",".join(cells[0][1]) if cells else "an empty file"
        raise ConfigError([Fault(f"{path.name}:1", "", f"the header {','.join(COLUMNS)}", got)])
    return [line for line, _ in cells[1:]], [row for _, row in cells[1:]]


def _by_line(fault: Fault) -> int:
    return int(fault.where.rpartition(":")[2])


class _Reading:
    """One pass over a file, which keeps the faults."""

    def __init__(self, name: str, areas: Mapping[str, str]) -> None:
        self.name = name
        self.areas = areas
        self.faults: list[Fault] = []

    def fault(self, line: int, key: str, expected: str, got: str, hint: str = "") -> None:
        self.faults.append(Fault(f"{self.name}:{line}", key, expected, got, hint))

    def row(self, line: int, cells: Sequence[str]) -> Row | None:
        """Return one row, or nothing after telling every fault of it."""
        if len(cells) != len(COLUMNS):
            self.fault(
                line, "", f"{len(COLUMNS)} cells", f"{len(cells)}", "quote names with commas"
            )
            return None
        before = len(self.faults)
        level, code, digits, names = (cell.strip() for cell in cells)
        area = self._area(line, level, code)
        number = int(digits) if _DIGITS.fullmatch(digits) else 0
        if not number:
            self.fault(line, "nomor_urut", "a whole number from 1 to 99", repr(digits))
        persons = () if BOX.fullmatch(names) else tuple(self._persons(line, names))
        if len(self.faults) > before:
            return None
        return Row(line, self._contest_level(level, area), area, number, persons)

    def _area(self, line: int, level: str, code: str) -> str:
        if level not in LEVELS:
            self.fault(line, "tingkat", f"one of {', '.join(LEVELS)}", repr(level))
            return ""
        form = _PROVINCE if level == LEVELS[0] else _REGENCY
        found = form.fullmatch(code)
        if not found:
            size = "two digits" if level == LEVELS[0] else "four digits"
            self.fault(line, "kode_wilayah", f"{size} for {level}", repr(code))
            return ""
        area = ".".join(found.groups()) if found.groups() else code
        if area not in self.areas:
            self.fault(line, "kode_wilayah", "an area of intake/wilayah.csv", repr(code))
        return area

    def _contest_level(self, level: str, area: str) -> str:
        if level == LEVELS[0]:
            return "pilgub"
        return "pilwako" if self.areas[area].startswith("Kota ") else "pilbup"

    def _persons(self, line: int, names: str) -> Iterator[PersonName]:
        parts = re.split(r"\s+-\s*|\s*-\s+", names)
        if len(parts) != PAIR or not all(parts):
            expected = "two persons with ' - ' between, or KOLOM KOSONG"
            self.fault(line, "nama_paslon", expected, repr(names))
            return
        for part in parts:
            try:
                yield person_names.read(part)
            except person_names.BadName as error:
                self.fault(line, "nama_paslon", str(error), repr(part))

    def ballots(self, rows: Sequence[Row]) -> Iterator[Ballot]:
        found: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            found.setdefault((row.level, row.area), []).append(row)
        for (level, area), listed in sorted(found.items()):
            self._check(listed)
            yield Ballot(level, area, tuple(sorted(listed, key=lambda row: row.number)))

    def _check(self, rows: Sequence[Row]) -> None:
        """Tell numbers and pairs listed twice, and an empty box where it cannot be."""
        numbers: dict[int, int] = {}
        pairs: dict[tuple[str, ...], int] = {}
        for row in rows:
            names = tuple(person.full for person in row.persons) or ("KOLOM KOSONG",)
            if (first := numbers.setdefault(row.number, row.line)) != row.line:
                self.fault(
                    row.line, "nomor_urut", f"a number not used in line {first}", f"{row.number}"
                )
            elif (first := pairs.setdefault(names, row.line)) != row.line:
                got = " - ".join(names)
                self.fault(row.line, "nama_paslon", f"a pair not listed in line {first}", got)
        boxes = sum(not row.persons for row in rows)
        if (len(pairs) - boxes == 1) != bool(boxes) or len(pairs) == boxes:
            got = f"{len(pairs) - boxes} pairs, {boxes} boxes"
            expected = "several pairs, or one pair and KOLOM KOSONG"
            self.fault(rows[-1].line, "nama_paslon", expected, got)
