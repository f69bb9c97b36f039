"""The register: persons, their accounts, and dated intervals. SQLite is its truth.

Every change of it is an entry of the evidence log; ``register_import`` and ``register_edit`` make
them. Here is what the rest of the program reads.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, NamedTuple

from monitor.model.evidence import canonical
from monitor.model.person import (
    EmployerType,
    Interval,
    Ownership,
    PersonFacts,
    Placement,
    Watch,
)
from monitor.store.db import guard

PERSON = (
    "name", "employer_type", "instansi", "unit", "superior", "position", "area", "zone", "route",
    "candidate_spouse_of", "as_of", "source",
)  # fmt: skip
ACCOUNT = (
    "platform", "address", "native_id", "ownership", "ownership_evidence", "legal_ground",
    "notice_date", "notice_exemption", "registered_on",
)  # fmt: skip
FIELDS = ("watch_id", "person_ref", *PERSON, *ACCOUNT)
DATES = ("notice_date", "registered_on", "as_of")

ACTIVE = "active"
LINES = """
SELECT a.watch_id, a.person_ref, p.name, p.employer_type, p.instansi, p.unit, p.superior,
  p.position, p.area, p.zone, p.route, p.candidate_spouse_of, p.as_of, p.source, a.platform,
  a.address, a.native_id, a.ownership, a.ownership_evidence, a.legal_ground, a.notice_date,
  a.notice_exemption, a.registered_on, a.status
FROM account a JOIN person p USING (person_ref)
"""
ONE = LINES + "WHERE a.watch_id = ?"
NEXT = LINES + "WHERE a.status = 'active' AND a.watch_id > ? ORDER BY a.watch_id LIMIT 500"
THESE = LINES + "JOIN json_each(?) asked ON asked.value = a.watch_id WHERE a.status = 'active'"
CLAIMS = """
SELECT a.watch_id, a.person_ref, a.platform, a.address, a.legal_ground, p.zone
FROM account a JOIN person p USING (person_ref) WHERE a.status = 'active'
"""
HAS_PERSON = "SELECT 1 FROM person WHERE person_ref = ?"
INTERVALS = """
SELECT person_ref, kind, first_day, last_day, reference, moved_from, moved_to
FROM person_interval WHERE person_ref IN (SELECT value FROM json_each(?))
ORDER BY person_ref, first_day, id
"""


@guard()
def watch(conn: sqlite3.Connection, watch_id: str) -> Watch | None:
    """Return one line that may be looked at, with its person's intervals."""
    return next(iter(watches(conn, [watch_id])), None)


@guard()
def watches(conn: sqlite3.Connection, watch_ids: Sequence[str] | None = None) -> tuple[Watch, ...]:
    """Return the lines that may be looked at, by watch id: these, or all of them."""
    if watch_ids is None:
        return tuple(each(conn))
    return _read(conn, conn.execute(THESE, (json.dumps(watch_ids),)).fetchall())


class Claim(NamedTuple):
    """By what right a line's account is looked at, without the rest: for passes over all lines."""

    watch_id: str
    person_ref: str
    platform: str
    address: str
    legal_ground: str
    zone: str


def claims(conn: sqlite3.Connection) -> Iterator[Claim]:
    """Yield the claim of every line that may be looked at."""
    with guard():
        yield from map(Claim._make, conn.execute(CLAIMS))


def each(conn: sqlite3.Connection) -> Iterator[Watch]:
    """Yield every line that may be looked at, by watch id, some hundred at a time."""
    with guard():
        last = ""
        while rows := conn.execute(NEXT, (last,)).fetchall():
            yield from _read(conn, rows)
            last = rows[-1][0]


def person_facts(conn: sqlite3.Connection, watch_id: str, on: date | None) -> PersonFacts | None:
    """Return every fact of a line's person as of the day of the act, or ``None`` for no such line.

    A line that is no longer looked at still answers: an older act may be judged again.
    """
    found = any_watch(conn, watch_id)
    return found.facts(on) if found else None


def any_watch(conn: sqlite3.Connection, watch_id: str) -> Watch | None:
    """Return a line of any status; one without a date of notice is none that could be used."""
    with guard():
        row = conn.execute(ONE, (watch_id,)).fetchone()
        return _read(conn, [row])[0] if row and row[FIELDS.index("notice_date")] else None


@guard()
def persons(conn: sqlite3.Connection, watch_ids: Sequence[str]) -> set[str]:
    """Return the references of the persons whose lines these are."""
    query = "SELECT person_ref FROM account WHERE watch_id = ?"
    return {row[0] for w in watch_ids for row in conn.execute(query, (w,))}


@guard()
def has_person(conn: sqlite3.Connection, person_ref: str) -> bool:
    return conn.execute(HAS_PERSON, (person_ref,)).fetchone() is not None


def known(conn: sqlite3.Connection, refs: Sequence[str]) -> str:
    """Return the one of a person's references that is on file, else the newest, which is first."""
    return next((ref for ref in refs if has_person(conn, ref)), refs[0])


@guard()
def intervals(conn: sqlite3.Connection, person_ref: str) -> tuple[Interval, ...]:
    """Return a person's intervals, oldest first."""
    return _intervals(conn, [person_ref]).get(person_ref, ())


@guard()
def waiting(conn: sqlite3.Connection) -> int:
    """Return how many lines wait for a date of notice, or for an address that can be read."""
    query = "SELECT count(*) FROM account WHERE status IN ('waiting', 'unresolved')"
    return int(conn.execute(query).fetchone()[0])


@guard()
def version(conn: sqlite3.Connection) -> int:
    """Return how often the register was changed: two equal numbers mean the same register."""
    row = conn.execute("SELECT version FROM register_state").fetchone()
    return int(row[0]) if row else 0


def touch(tx: sqlite3.Connection) -> None:
    """Say that the register changed."""
    tx.execute(
        "INSERT INTO register_state (id, version) VALUES (1, 1)"
        " ON CONFLICT (id) DO UPDATE SET version = version + 1"
    )


def to_body(watch: Watch) -> dict[str, str]:
    """Return a line's own columns as texts; an empty one is "not on file"."""
    return {name: _text(getattr(watch, name)) for name in FIELDS}


def placement_body(place: Placement | None) -> str:
    return canonical(asdict(place)).decode() if place else ""


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")


def _read(conn: sqlite3.Connection, rows: Sequence[Sequence[str]]) -> tuple[Watch, ...]:
    known = _intervals(conn, sorted({row[1] for row in rows}))
    return tuple(_watch(row, known.get(row[1], ())) for row in rows)


def _intervals(
    conn: sqlite3.Connection, persons: Sequence[str]
) -> Mapping[str, tuple[Interval, ...]]:
    found: dict[str, list[Interval]] = defaultdict(list)
    for row in conn.execute(INTERVALS, (json.dumps(persons),)):
        found[row[0]].append(_interval(row[1:]))
    return {ref: tuple(listed) for ref, listed in found.items()}


def _watch(row: Sequence[str], known: tuple[Interval, ...]) -> Watch:
    values: dict[str, Any] = dict(zip(FIELDS, row[:-1], strict=True))
    for key in DATES:
        values[key] = date.fromisoformat(values[key]) if values[key] else None
    values["ownership"] = Ownership(values["ownership"])
    values["employer_type"] = EmployerType(values["employer_type"])
    return Watch(intervals=known, **values)


def _interval(row: Sequence[str]) -> Interval:
    kind, first, last, reference, before, after = row
    return Interval(
        kind,
        date.fromisoformat(first),
        date.fromisoformat(last) if last else None,
        reference,
        Placement(**json.loads(before)) if before else None,
        Placement(**json.loads(after)) if after else None,
    )
