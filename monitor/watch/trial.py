"""Who may be watched on trial: nobody real, or people who agreed to test for a time."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address
from pathlib import Path

from monitor.errors import ConfigError, Fault
from monitor.text.tables import rows as rows_of
from monitor.watch.toml import shown

# Names that can belong to nobody (RFC 2606, RFC 6761).
INVENTED = (".example", ".test", ".invalid", ".localhost")
REQUIRED = ("person_ref", "consented_on", "document")
OPTIONAL = ("until",)
CONSENT = re.compile(r"\b(persetujuan|menyetujui|consent)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Consent:
    """A person agreed to be watched on trial, first and last day included.

    ``document`` names the signed consent; without ``until`` it holds until it is taken back.
    """

    person_ref: str
    consented_on: date
    until: date | None
    document: str

    def agrees_on(self, day: date) -> bool:
        return self.consented_on <= day and (self.until is None or day <= self.until)


def is_invented(address: str) -> bool:
    """Say whether an address can belong to nobody: a reserved name, or this machine."""
    host = _host(address)
    if host == "localhost" or f".{host}".endswith(INVENTED):
        return True
    if ":" not in host and not host[-1:].isdigit():
        return False
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def says_consent(legal_ground: str) -> bool:
    """Say whether a line's legal ground is the person's consent."""
    return bool(CONSENT.search(legal_ground))


def testers(path: Path) -> dict[str, Consent]:
    """Return the consenting testers by person reference; none where there is no such file.

    Raises ``ConfigError`` with every fault and its line.
    """
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        cause = getattr(error, "strerror", "") or "bytes that are no UTF-8"
        raise ConfigError([Fault(str(path), "", "a readable file", cause)]) from None
    faults: list[Fault] = []
    found: dict[str, Consent] = {}
    for where, row in _rows(text, str(path), faults):
        tester = _tester(where, row, faults)
        if tester and found.setdefault(tester.person_ref, tester) is not tester:
            fault = Fault(where, "person_ref", "a person not yet listed", shown(tester.person_ref))
            faults.append(fault)
    if faults:
        raise ConfigError(faults)
    return found


def _host(address: str) -> str:
    """Return the host of a URL, or the address itself where it is a handle."""
    bare = address.partition("://")[2] or address.removeprefix("@")
    host = re.split(r"[/?#]", bare, maxsplit=1)[0].rpartition("@")[2].lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].rstrip(".")


def _rows(text: str, where: str, faults: list[Fault]) -> Iterator[tuple[str, dict[str, str]]]:
    header_line = text.partition("\n")[0]
    separator = ";" if header_line.count(";") > header_line.count(",") else ","
    reader = rows_of(io.StringIO(text, newline=""), separator)
    header = [cell.strip().lower() for cell in next(reader, [])]
    missing = [name for name in REQUIRED if name not in header]
    unknown = [name for name in header if name not in (*REQUIRED, *OPTIONAL)]
    faults += [Fault(f"{where}:1", name, "this column", "no such column") for name in missing]
    faults += [Fault(f"{where}:1", "", "a known column", shown(name)) for name in unknown]
    if missing or unknown:
        return
    for cells in reader:
        if any(cell.strip() for cell in cells):
            values = [cell.strip() for cell in cells]
            yield f"{where}:{reader.line_num}", dict(zip(header, values, strict=False))


def _tester(where: str, row: Mapping[str, str], faults: list[Fault]) -> Consent | None:
    known = len(faults)
    faults += [Fault(where, name, "a value", "nothing") for name in REQUIRED if not row.get(name)]
    since, until = (_day(where, row, name, faults) for name in ("consented_on", "until"))
    if since and until and until < since:
        fault = Fault(where, "until", f"a day not before consented_on, {since}", str(until))
        faults.append(fault)
    if len(faults) > known or since is None:
        return None
    return Consent(row["person_ref"], since, until, row["document"])


def _day(where: str, row: Mapping[str, str], name: str, faults: list[Fault]) -> date | None:
    text = row.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        faults.append(Fault(where, name, "a date such as 2024-08-01", shown(text)))
        return None
