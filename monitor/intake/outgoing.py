"""Tables that leave for a spreadsheet: private files whose cells never begin a formula."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from monitor.errors import ConfigError, Fault
from monitor.log import printable

# What spreadsheets take for a formula at the start of a cell (owasp.org, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")
PRIVATE = 0o600


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a CSV that only its owner may read, and return how many rows it has.

    Raises ``ConfigError`` where the file is there already or cannot be written.
    """
    count = 0
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    try:
        handle = os.open(path, flags, PRIVATE)
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file)
            table.writerow(header)
            for row in rows:
                table.writerow([cell(value) for value in row])
                count += 1
    except OSError as error:
        fault = Fault(str(path), "", "a new file that can be written", error.strerror or "")
        raise ConfigError([fault]) from None
    return count


def cell(text: str) -> str:
    """Return a text as a cell that a spreadsheet shows and does not run."""
    shown = printable(text)
    return f"'{shown}" if shown.startswith(FORMULA) else shown
