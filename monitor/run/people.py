"""Who stands behind a ``watch_id``: asked of a register file or of the database, for replay."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

from monitor.collect.registry import PLATFORMS
from monitor.errors import ConfigError, Fault
from monitor.model.contest import ZONES
from monitor.model.person import PersonFacts
from monitor.model.wire import Statement, person_facts
from monitor.store import register
from monitor.store.db import Connection, connect
from monitor.watch import register as register_file

MAGIC = b"SQLite format 3\x00"
_COLUMNS = {
    "employer_type": "employer_type",
    "position": "position",
    "area": "area",
    "zone": "zone",
    "ownership": "ownership",
    "notice_date": "notice_date",
    "candidate_spouse_of": "candidate_spouse_of",
    "as_of": "per_tanggal",
}

# The facts of a line's person as of a day; ``None`` where the register has no such line.
People = Callable[[str, date | None], PersonFacts | None]


def open_register(path: Path) -> People:
    """Return what looks a person up in a database or in a CSV register.

    A CSV file holds no intervals: leave and duty orders then stay unstated. Raises ``ConfigError``
    with every fault of a file, ``StoreError`` for a database that cannot be read.
    """
    if _is_database(path):
        return partial(_ask, connect(path, read_only=True))
    faults: list[Fault] = []
    lines = register_file.read(path, faults, platforms=PLATFORMS.values())
    known = {line["watch_id"]: _stated(line) for _, line in lines}
    if faults:
        raise ConfigError(faults)
    return lambda watch_id, _: known.get(watch_id)


def with_person(read: Statement, people: People) -> Statement:
    """Return a statement with the facts on file about its ``watch_id``.

    Facts that the line itself states go before. Raises ``ValueError`` for an unknown line: whose
    act it is must not be guessed.
    """
    activity = read.activity
    if read.person is not None or not activity.watch_id:
        return read
    found = people(activity.watch_id, None)
    if found is None:
        raise ValueError(f"watch_id: {activity.watch_id!r} is not on the register")
    at, zone = activity.occurred_at, ZONES.get(found.zone or "")
    if at is not None and zone is not None:
        found = people(activity.watch_id, at.astimezone(zone).date())
    return replace(read, person=found, stated=read.stated | {"person"})


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise ConfigError([Fault(str(path), "", "a register", error.strerror or "")]) from None


def _ask(conn: Connection, watch_id: str, on: date | None) -> PersonFacts | None:
    return register.person_facts(conn, watch_id, on)


def _stated(line: Mapping[str, str]) -> PersonFacts:
    return person_facts({key: line[column] or None for column, key in _COLUMNS.items()})
