"""Files that no entry names: found by count and sum, and named only where those differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from monitor.clock import Clock
from monitor.evidence.chain import Row
from monitor.evidence.entry import read
from monitor.evidence.files import Files, is_name
from monitor.evidence.report import Faults, Kind

# A running daemon publishes files just before COMMIT, so a young stranger may be in flight.
IN_FLIGHT = timedelta(hours=1)


class RowSource(Protocol):
    """The part of the log's source that names files."""

    def rows(self) -> Iterator[Row]: ...


@dataclass(slots=True)
class Tally:
    """Names as a count and a sum: equal to another's, no list of names is needed to compare."""

    count: int = 0
    total: int = 0

    def add(self, name: str) -> None:
        self.count += 1
        self.total += int(name, 16)


def unnamed(source: RowSource, files: Files, found: Tally, faults: Faults, clock: Clock) -> None:
    present = Tally()
    for path in files.found():
        if is_name(path.name) and path == files.path(path.name):
            present.add(path.name)
        else:
            place = path.relative_to(files.folder)
            faults.add(None, Kind.ORPHAN, f"no snapshot's name: {place}")
    if present != found:
        for path in _orphans(source, files, clock):
            faults.add(None, Kind.ORPHAN, f"no entry names the file {path.name}")


def _orphans(source: RowSource, files: Files, clock: Clock) -> list[Path]:
    before = (clock() - IN_FLIGHT).timestamp()
    # A file in flight may be gone again by now: swept after a failure.
    paths = {path.name: path for path in files.found() if is_name(path.name)}
    for row in source.rows():
        for name in _named(row[1]):
            paths.pop(name, None)
    return [path for path in paths.values() if path.exists() and path.lstat().st_mtime < before]


def _named(data: Any) -> list[str]:
    try:
        return [file.commitment for file in read(data).files.values()]
    except (ValueError, TypeError):
        return []
