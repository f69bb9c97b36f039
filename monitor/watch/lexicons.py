"""``lexicons/*.toml``: word lists for reading, named ``<file>.<list>``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from monitor.watch.toml import PAIR, Table, shown

SEPARATOR = "\t"  # between the two sides of a pair


def parse(root: Table) -> dict[str, tuple[str, ...]]:
    """Return the lists of one file; a pair becomes ``from<TAB>to``."""
    stem = PurePosixPath(root.where).stem
    found: dict[str, tuple[str, ...]] = {}
    for table in root.tables("list"):
        _add(found, table, stem, table.texts("entries", required=True))
    for table in root.tables("pairs"):
        _add(found, table, stem, tuple(_pairs(table)))
    if not found:
        root.fault("list", "at least one [[list]] or [[pairs]]", "none")
    root.text("source", "")
    root.close()
    return found


def _add(
    found: dict[str, tuple[str, ...]], table: Table, stem: str, entries: tuple[str, ...]
) -> None:
    name = f"{stem}.{table.text('name')}"
    if name in found:
        table.fault("name", "a name not yet used in this file", repr(name))
    table.text("note", "")
    table.close()
    found[name] = entries


def _pairs(table: Table) -> Iterator[str]:
    first: dict[str, int] = {}
    for place, row in enumerate(table.rows("entries")):
        path = f"entries.{place}"
        if not _is_pair(row):
            table.fault(path, 'a pair ["from", "to"] of texts that are not empty', shown(row))
        elif (before := first.setdefault(row[0].strip().casefold(), place)) != place:
            table.fault(path, f"a left side not yet listed (see entries.{before})", shown(row))
        else:
            yield SEPARATOR.join(row)


def _is_pair(row: Any) -> bool:
    if not isinstance(row, list) or len(row) != PAIR:
        return False
    return all(isinstance(side, str) and side.strip() and SEPARATOR not in side for side in row)
