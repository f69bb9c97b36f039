"""The register as CSV: which accounts of which persons may be looked at, and by what right."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from monitor.errors import ConfigError, Fault
from monitor.model.contest import ZONES
from monitor.model.person import NEVER_POLLED, EmployerType, Ownership, Watch
from monitor.watch.addresses import BadAddress, area, normalise
from monitor.watch.register_checks import Twins
from monitor.watch.toml import near, shown

REQUIRED = (
    "watch_id", "person_ref", "name", "platform", "address", "instansi", "unit", "employer_type",
    "zone", "ownership", "legal_ground", "notice_date", "registered_on",
)  # fmt: skip
OPTIONAL = ("position", "area", "as_of", "route", "native_id")
PLATFORMS = frozenset({"feed", "bluesky"})
POLLED = tuple(kind.value for kind in EmployerType if kind not in NEVER_POLLED)
WATCH_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

# NIK has 16 digits, NIP 18; people write them with blanks, dots and dashes.
IDENTITY_NUMBER = re.compile(r"(?<!\d)(?:\d[ .-]?){15}(?:(?:\d[ .-]?){2})?\d(?!\d)")
FREE_TEXT = ("watch_id", "person_ref", "name", "instansi", "unit", "position", "route")

# Names that can belong to nobody (RFC 2606, RFC 6761).
INVENTED = (".example", ".test", ".invalid")


def load(path: Path, *, platforms: Collection[str] = PLATFORMS) -> tuple[Watch, ...]:
    """Read a register file; raise ``ConfigError`` with every fault and its line.

    ``platforms`` are the names that have a collector. An empty register is a fault: the daemon
    would watch nobody and look healthy.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        hint = "set paths.register in config.toml"
        raise ConfigError([Fault(str(path), "", "a register file", "none", hint)]) from None
    except OSError as error:
        fault = Fault(str(path), "", "a readable file", error.strerror or "")
        raise ConfigError([fault]) from None
    return parse(raw, str(path), platforms=platforms)


def parse(raw: bytes, where: str, *, platforms: Collection[str] = PLATFORMS) -> tuple[Watch, ...]:
    """Read the bytes of a register; ``where`` names its file in faults."""
    faults: list[Fault] = []
    twins = Twins(where, faults)
    found: list[Watch] = []
    try:
        for line, cells in _lines(_text(raw, where), where, faults):
            watch = _watch(_Row(where, line, cells, faults), platforms)
            if watch:
                twins.add(line, watch)
                found.append(watch)
    except csv.Error as error:
        faults.append(Fault(where, "", "a CSV file", str(error), "save the sheet as 'CSV UTF-8'"))
    if not found and not faults:
        hint = (
            "nobody would be watched, and nothing would say so; add a line or keep the daemon off"
        )
        faults.append(Fault(where, "", "at least one register line", "none", hint))
    if faults:
        raise ConfigError(faults)
    return tuple(found)


def inside_git(path: Path) -> Path | None:
    """Return the git work tree that a real register lies in, or ``None``.

    A register of real people must not be one commit away from being published. One whose every
    account lies under a reserved name (``.example``) names nobody, and may lie anywhere.
    """
    tree = next((f for f in path.resolve().parents if (f / ".git").exists()), None)
    return None if tree is None or _is_invented(path) else tree


def _is_invented(path: Path) -> bool:
    try:
        watches = load(path)
    except ConfigError:
        return False
    return all(_host(watch.address).endswith(INVENTED) for watch in watches)


def _host(address: str) -> str:
    bare = address.partition("://")[2] or address
    return re.split(r"[:/?#]", bare, maxsplit=1)[0].lower()


def _text(raw: bytes, where: str) -> str:
    if raw.startswith(b"PK"):
        hint = "save the sheet as 'CSV UTF-8'"
        raise ConfigError([Fault(where, "", "a CSV file", "a spreadsheet or ZIP file", hint)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        got = f"byte 0x{raw[error.start]:02x}"
        hint = "save the sheet as 'CSV UTF-8'"
        raise ConfigError([Fault(f"{where}:{line}", "", "text in UTF-8", got, hint)]) from None


def _lines(text: str, where: str, faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the line number and cells of every row; lines before the header may be comments."""
    lines = text.splitlines(keepends=True)
    skipped = next((n for n, line in enumerate(lines) if not _is_comment(line)), len(lines))
    body = "".join(lines[skipped:])
    header_line = body.partition("\n")[0]
    separator = ";" if header_line.count(";") > header_line.count(",") else ","
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator)
    header = [cell.strip().lower() for cell in next(reader, [])]
    if not _header_fits(header, f"{where}:{skipped + 1}", faults):
        return
    start = reader.line_num + 1
    for cells in reader:
        line, start = skipped + start, reader.line_num + 1
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            got, hint = f"{len(cells)}", "put a cell that holds the separator in double quotes"
            faults.append(Fault(f"{where}:{line}", "", f"{len(header)} cells", got, hint))
            continue
        yield line, {name: cell.strip() for name, cell in zip(header, cells, strict=True)}


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

    def day(self, name: str, *, hint: str = "") -> date | None:
        value = self.text(name, hint=hint)
        return self._day(name, value) if value else None

    def optional_day(self, name: str) -> date | None:
        value = self.optional(name)
        return self._day(name, value) if value else None

    def _day(self, name: str, value: str) -> date | None:
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fault(name, "a date such as 2024-08-01", shown(value))
            return None


def _watch(row: _Row, platforms: Collection[str]) -> Watch | None:
    before = len(row.faults)
    _no_identity_numbers(row)
    platform, address = _account(row, platforms)
    told = "P3: the account stays inactive until the person was told"
    ground = "P3: a line needs the ground on which the account is looked at"
    notice, registered = row.day("notice_date", hint=told), row.day("registered_on")
    watch_id, employer, ownership = _watch_id(row), _employer(row), _ownership(row)
    rest = {name: row.text(name) for name in ("person_ref", "name", "instansi", "unit")}
    legal_ground, zone, code = row.text("legal_ground", hint=ground), _zone(row), _area(row)
    as_of = row.optional_day("as_of")
    if len(row.faults) > before or not (notice and registered and employer and ownership):
        return None
    return Watch(
        watch_id=watch_id,
        platform=platform,
        address=address,
        ownership=ownership,
        legal_ground=legal_ground,
        notice_date=notice,
        registered_on=registered,
        employer_type=employer,
        position=row.optional("position") or "staff",
        area=code,
        zone=zone,
        native_id=row.optional("native_id"),
        as_of=as_of,
        route=row.optional("route"),
        **rest,
    )


def _no_identity_numbers(row: _Row) -> None:
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


def _employer(row: _Row) -> EmployerType | None:
    value = row.text("employer_type").upper()
    if value in NEVER_POLLED:
        hint = "TNI and Polri are never polled: a report about them is only referred"
        row.fault("employer_type", f"one of {', '.join(POLLED)}", shown(value), hint)
        return None
    if value and value not in POLLED:
        row.fault("employer_type", f"one of {', '.join(POLLED)}", shown(value), near(value, POLLED))
        return None
    return EmployerType(value) if value else None


def _ownership(row: _Row) -> Ownership | None:
    value, known = row.text("ownership").lower(), tuple(Ownership)
    if value and value not in known:
        row.fault("ownership", f"one of {', '.join(known)}", shown(value), near(value, known))
        return None
    return Ownership(value) if value else None


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
