"""The register as CSV: which accounts of which persons may be looked at, and by what right."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import BinaryIO

from monitor.errors import Fault
from monitor.model.contest import ZONES
from monitor.model.person import NEVER_POLLED, EmployerType, Ownership
from monitor.text.tables import rows as rows_of
from monitor.watch.addresses import BadAddress, area, normalise
from monitor.watch.toml import near, shown

REQUIRED = (
    "watch_id", "person_ref", "name", "platform", "address", "instansi", "unit", "employer_type",
    "zone", "ownership", "legal_ground", "notice_date", "registered_on",
)  # fmt: skip
OPTIONAL = (
    "position", "area", "as_of", "route", "native_id", "superior", "candidate_spouse_of", "source",
    "ownership_evidence", "notice_exemption",
)  # fmt: skip
POLLED = tuple(kind.value for kind in EmployerType if kind not in NEVER_POLLED)
WATCH_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

# NIK has 16 digits, NIP 18; people write them with blanks, dots and dashes.
IDENTITY_NUMBER = re.compile(r"(?<!\d)(?:\d[ .-]?){15}(?:(?:\d[ .-]?){2})?\d(?!\d)")
FREE_TEXT = (
    "watch_id", "person_ref", "name", "instansi", "unit", "position", "route", "superior", "source",
    "ownership_evidence", "notice_exemption",
)  # fmt: skip

# Names that can belong to nobody (RFC 2606, RFC 6761).
INVENTED = (".example", ".test", ".invalid")


Cells = Mapping[str, str]
Line = dict[str, str]


def read(
    path: Path, faults: list[Fault], *, platforms: Collection[str]
) -> Iterator[tuple[int, Line]]:
    """Yield each good line of a register file with its number; what is wrong goes to ``faults``.

    ``platforms`` are the names that have a collector. What must hold between lines is asked where
    they are collected, because a register may be longer than the memory is wide.
    """
    try:
        with path.open("rb") as file:
            yield from stream(file, str(path), faults, platforms=platforms)
    except FileNotFoundError:
        hint = "set paths.register in config.toml"
        faults.append(Fault(str(path), "", "a register file", "none", hint))
    except OSError as error:
        faults.append(Fault(str(path), "", "a readable file", error.strerror or ""))


def stream(
    file: BinaryIO, where: str, faults: list[Fault], *, platforms: Collection[str]
) -> Iterator[tuple[int, Line]]:
    """Yield the good lines of an open file; ``where`` names it in faults.

    An empty register is a fault: the daemon would watch nobody and look healthy.
    """
    before, found = len(faults), 0
    try:
        for number, cells in _lines(_text(file, where, faults), where, faults):
            one = line(where, number, cells, faults, platforms=platforms)
            if one:
                found += 1
                yield number, one
    except csv.Error as error:
        faults.append(Fault(where, "", "a CSV file", str(error), "save the sheet as 'CSV UTF-8'"))
    if not found and len(faults) == before:
        hint = (
            "nobody would be watched, and nothing would say so; add a line or keep the daemon off"
        )
        faults.append(Fault(where, "", "at least one register line", "none", hint))


def line(
    where: str,
    number: int,
    cells: Cells,
    faults: list[Fault],
    *,
    platforms: Collection[str],
    may_wait: bool = False,
) -> Line | None:
    """Return one line's columns in their one form, or nothing after telling every fault of it.

    With ``may_wait`` a line is taken that is not looked at for now: one without a date of notice
    (P3), or whose account could not be told from what was declared (its platform is empty).
    """
    return _line(_Row(where, number, cells, faults), platforms, may_wait=may_wait)


def inside_git(path: Path, *, platforms: Collection[str]) -> Path | None:
    """Return the git work tree that a real register lies in, or ``None``.

    A register of real people must not be one commit away from being published. One whose every
    account lies under a reserved name (``.example``) names nobody, and may lie anywhere.
    """
    tree = next((f for f in path.resolve().parents if (f / ".git").exists()), None)
    return None if tree is None or _is_invented(path, platforms) else tree


def _is_invented(path: Path, platforms: Collection[str]) -> bool:
    faults: list[Fault] = []
    lines = read(path, faults, platforms=platforms)
    invented = all(_host(one["address"]).endswith(INVENTED) for _, one in lines)
    return invented and not faults


def _host(address: str) -> str:
    bare = address.partition("://")[2] or address
    return re.split(r"[:/?#]", bare, maxsplit=1)[0].lower()


def _text(file: BinaryIO, where: str, faults: list[Fault]) -> Iterator[str]:
    """Yield the file's text lines; stop with a fault where it is no text."""
    for number, raw in enumerate(file, start=1):
        if number == 1 and raw.startswith(b"PK"):
            hint = "import it with netralitas import register, or save it as 'CSV UTF-8'"
            faults.append(Fault(where, "", "a CSV file", "a spreadsheet or ZIP file", hint))
            return
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            got, hint = f"byte 0x{raw[error.start]:02x}", "save the sheet as 'CSV UTF-8'"
            faults.append(Fault(f"{where}:{number}", "", "text in UTF-8", got, hint))
            return


def _lines(
    lines: Iterator[str], where: str, faults: list[Fault]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line number and cells of every row; lines before the header may be comments."""
    before, skipped = len(faults), 0
    first = next(lines, "")
    while first and _is_comment(first):
        skipped, first = skipped + 1, next(lines, "")
    separator = ";" if first.count(";") > first.count(",") else ","
    reader = rows_of(itertools.chain([first] if first else [], lines), separator)
    header = [cell.strip().lower() for cell in next(reader, [])]
    if len(faults) > before or not _header_fits(header, f"{where}:{skipped + 1}", faults):
        return
    start = reader.line_num + 1
    for cells in reader:
        number, start = skipped + start, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            got, hint = f"{len(cells)}", "put a cell that holds the separator in double quotes"
            faults.append(Fault(f"{where}:{number}", "", f"{len(header)} cells", got, hint))
            continue
        yield number, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


def _is_comment(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def _header_fits(header: list[str], where: str, faults: list[Fault]) -> bool:
    known = (*REQUIRED, *OPTIONAL)
    if not header:
        hint = f"the first line must be: {','.join(known)}"
        faults.append(Fault(where, "", "a header line", "an empty file", hint))
        return False
    missing = [name for name in REQUIRED if name not in header]
    faults.extend(Fault(where, name, "this column", "no such column") for name in missing)
    for name in header:
        if name not in known:
            hint = near(name, known)
            faults.append(Fault(where, "", "a known column", shown(name), hint))
        elif header.count(name) > 1:
            faults.append(Fault(where, name, "each column once", "it twice"))
    return not missing


@dataclass(slots=True)
class _Row:
    """One register line, read cell by cell; faults name file, line and column."""

    where: str
    line: int
    cells: Mapping[str, str]
    faults: list[Fault]

    def fault(self, name: str, expected: str, got: str = "", hint: str = "") -> None:
        got = "" if IDENTITY_NUMBER.search(got) else got
        self.faults.append(Fault(f"{self.where}:{self.line}", name, expected, got, hint))

    def text(self, name: str, *, hint: str = "") -> str:
        value = self.cells.get(name, "")
        if not value:
            self.fault(name, "a value", "nothing", hint)
        return value

    def optional(self, name: str) -> str:
        return self.cells.get(name, "")

    def day(self, name: str, *, hint: str = "") -> str:
        value = self.text(name, hint=hint)
        return self._day(name, value) if value else ""

    def optional_day(self, name: str) -> str:
        value = self.optional(name)
        return self._day(name, value) if value else ""

    def _day(self, name: str, value: str) -> str:
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            self.fault(name, "a date such as 2024-08-01", shown(value))
            return ""


def _line(row: _Row, platforms: Collection[str], *, may_wait: bool) -> Line | None:
    before = len(row.faults)
    _no_identity_numbers(row)
    unresolved = may_wait and row.cells.get("platform") == ""
    platform, address = ("", "") if unresolved else _account(row, platforms)
    ground = "P3: a line needs the ground on which the account is looked at"
    notice, registered = _notice(row, may_wait=may_wait), row.day("registered_on")
    found = {
        "watch_id": _watch_id(row),
        "person_ref": row.text("person_ref"),
        "name": row.text("name"),
        "employer_type": _employer(row),
        "instansi": row.text("instansi"),
        "unit": row.text("unit"),
        "superior": row.optional("superior"),
        "position": row.optional("position") or "staff",
        "area": _area(row),
        "zone": _zone(row),
        "route": row.optional("route"),
        "candidate_spouse_of": row.optional("candidate_spouse_of"),
        "as_of": row.optional_day("as_of"),
        "source": row.optional("source"),
        "platform": platform,
        "address": address,
        "native_id": row.optional("native_id"),
        "ownership": _ownership(row),
        "ownership_evidence": row.optional("ownership_evidence"),
        "legal_ground": row.text("legal_ground", hint=ground),
        "notice_date": notice or (registered if row.optional("notice_exemption") else ""),
        "notice_exemption": row.optional("notice_exemption"),
        "registered_on": registered,
    }
    return found if len(row.faults) == before else None


def _notice(row: _Row, *, may_wait: bool) -> str:
    """POLICY 12: without a date of notice an account is not looked at, unless exempted in words."""
    if may_wait or row.optional("notice_exemption"):
        return row.optional_day("notice_date")
    return row.day("notice_date", hint="P3: the account stays inactive until the person was told")


def _no_identity_numbers(row: _Row) -> None:
    every = "\n".join(row.optional(name) for name in FREE_TEXT)
    if not IDENTITY_NUMBER.search(every):
        return
    for name in FREE_TEXT:
        if IDENTITY_NUMBER.search(row.optional(name)):
            hint = "looks like a NIK or NIP in clear: use a keyed reference or an own number"
            row.fault(name, "no identity number", hint=hint)


def _watch_id(row: _Row) -> str:
    value = row.text("watch_id")
    if value and not WATCH_ID.fullmatch(value):
        row.fault("watch_id", "up to 64 letters, digits, '.', '_' or '-'", shown(value))
    return value


def _account(row: _Row, platforms: Collection[str]) -> tuple[str, str]:
    platform, address = row.text("platform").lower(), row.text("address")
    if platform and platform not in platforms:
        hint = near(platform, platforms) or "other platforms have no collector"
        row.fault("platform", f"one of {', '.join(sorted(platforms))}", shown(platform), hint)
        return platform, address
    try:
        return platform, normalise(platform, address) if platform and address else address
    except BadAddress as error:
        # What is wrong may be a password in the URL: never repeat it.
        row.fault("address", str(error))
        return platform, address


def _employer(row: _Row) -> str:
    value = row.text("employer_type").upper()
    if value in NEVER_POLLED:
        hint = "TNI and Polri are never polled: a report about them is only referred"
        row.fault("employer_type", f"one of {', '.join(POLLED)}", shown(value), hint)
    elif value and value not in POLLED:
        row.fault("employer_type", f"one of {', '.join(POLLED)}", shown(value), near(value, POLLED))
    return value


def _ownership(row: _Row) -> str:
    value, known = row.text("ownership").lower(), tuple(Ownership)
    if value and value not in known:
        row.fault("ownership", f"one of {', '.join(known)}", shown(value), near(value, known))
    return value


def _zone(row: _Row) -> str:
    value = row.text("zone").upper()
    if value and value not in ZONES:
        row.fault("zone", f"one of {', '.join(ZONES)}", shown(value))
    return value


def _area(row: _Row) -> str:
    value = row.optional("area")
    code = area(value) if value else ""
    if code is None:
        row.fault("area", "a province or regency code such as 31 or 35.15", shown(value))
    return code or ""
