"""The register as its keepers see it: every line, also those that nobody looks at."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from monitor.errors import StoreError
from monitor.model.person import Watch
from monitor.store import register
from monitor.store.db import guard
from monitor.store.register import FIELDS

COLUMNS = (*FIELDS, "status", "sheet", "ended_on")
KEPT = """
SELECT a.watch_id, a.person_ref, p.name, p.employer_type, p.instansi, p.unit, p.superior,
  p.position, p.area, p.zone, p.route, p.candidate_spouse_of, p.as_of, p.source, a.platform,
  a.address, a.native_id, a.ownership, a.ownership_evidence, a.legal_ground, a.notice_date,
  a.notice_exemption, a.registered_on, a.status, a.sheet, a.ended_on
FROM account a JOIN person p USING (person_ref)
"""
EVERY = KEPT + "ORDER BY a.watch_id"
BY_ID = KEPT + "WHERE a.watch_id = ?"
BY_PERSON = KEPT + "WHERE a.person_ref = ? ORDER BY a.watch_id LIMIT 1"
SOME = (
    KEPT
    + """
WHERE (:status = '' OR a.status = :status) AND (:instansi = '' OR p.instansi = :instansi)
ORDER BY a.watch_id LIMIT :most
"""
)
COUNT = """
SELECT count(*) FROM account a JOIN person p USING (person_ref)
WHERE (:status = '' OR a.status = :status) AND (:instansi = '' OR p.instansi = :instansi)
"""
STATES = """
SELECT person_ref, kind, first_day, last_day, reference FROM person_interval
WHERE kind <> 'transfer' ORDER BY person_ref, first_day, id
"""

Line = dict[str, str]


@guard()
def line(conn: sqlite3.Connection, watch_id: str) -> Line | None:
    """Return every column of one line, whatever its status."""
    row = conn.execute(BY_ID, (watch_id,)).fetchone()
    return dict(zip(COLUMNS, row, strict=True)) if row else None


@guard()
def line_of(conn: sqlite3.Connection, person_ref: str) -> Line | None:
    """Return a line of a person."""
    row = conn.execute(BY_PERSON, (person_ref,)).fetchone()
    return dict(zip(COLUMNS, row, strict=True)) if row else None


@guard()
def watch(conn: sqlite3.Connection, watch_id: str) -> Watch:
    """Return a line as the daemon would use it; ``StoreError`` while it waits for a notice."""
    found = register.any_watch(conn, watch_id)
    if found is None:
        raise StoreError(f"{watch_id}: it waits for a date of notice: netralitas register notice")
    return found


@guard()
def listed(
    conn: sqlite3.Connection, status: str, instansi: str, most: int
) -> tuple[list[Line], int]:
    """Return up to ``most`` lines of a status and instansi (empty: any), and how many are left."""
    values = {"status": status, "instansi": instansi, "most": most}
    found = [dict(zip(COLUMNS, row, strict=True)) for row in conn.execute(SOME, values)]
    (count,) = conn.execute(COUNT, values).fetchone()
    return found, count - len(found)


@guard()
def places(conn: sqlite3.Connection) -> set[tuple[str, str]]:
    """Return every agency with each of its units that somebody on the register serves in."""
    return set(conn.execute("SELECT DISTINCT instansi, unit FROM person"))


@guard()
def counts(conn: sqlite3.Connection) -> dict[str, int]:
    """Return how many lines have each status that any has."""
    return dict(conn.execute("SELECT status, count(*) FROM account GROUP BY status"))


def accounts(conn: sqlite3.Connection, but: str = "") -> Iterator[tuple[str, str]]:
    """Yield platform and address of each line that counts, but for those of one sheet.

    A line whose account could not be told from what was declared has no platform, and waits.
    """
    query = "SELECT platform, address FROM account WHERE status = 'active' AND sheet <> ? "
    with guard():
        yield from conn.execute(query + "AND platform <> ''", (but,))


def lines(conn: sqlite3.Connection) -> Iterator[Line]:
    """Yield every line, by watch id."""
    with guard():
        for row in conn.execute(EVERY):
            yield dict(zip(COLUMNS, row, strict=True))


def states(conn: sqlite3.Connection) -> Iterator[tuple[str, ...]]:
    """Yield the dated states that a sheet of intervals can hold."""
    with guard():
        yield from conn.execute(STATES)
