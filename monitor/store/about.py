"""What the log holds about one case or one person, found by indexes and not by reading it all.

SQLite uses an index on an expression only for that very expression.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from monitor.model.evidence import LogRow
from monitor.store.db import guard

# The expression of the index on contents; bytes that are no JSON can only be a forger's.
PERSON = (
    "iif(json_valid(CAST(body AS TEXT)), json_extract(CAST(body AS TEXT), '$.person_ref'), NULL)"
)
ENTRIES = "SELECT seq, canonical, hash FROM log WHERE subject = ? ORDER BY seq"
NAMED = """
SELECT seq, name FROM content
WHERE iif(json_valid(CAST(body AS TEXT)),
  json_extract(CAST(body AS TEXT), '$.person_ref'), NULL) = ?
ORDER BY seq, name
"""
FINDINGS = """
SELECT log.subject FROM content JOIN log USING (seq)
WHERE iif(json_valid(CAST(body AS TEXT)),
  json_extract(CAST(body AS TEXT), '$.person_ref'), NULL) = ?
  AND content.name = 'watch' AND log.kind = 'finding'
GROUP BY log.subject ORDER BY min(seq)
"""


def entries(conn: sqlite3.Connection, subject: str) -> Iterator[LogRow]:
    """Yield the entries whose subject this is (a finding's id, a person's reference), in order."""
    with guard():
        for row in conn.execute(ENTRIES, (subject,)):
            yield LogRow(*row)


@guard()
def named(conn: sqlite3.Connection, person_ref: str) -> list[tuple[int, str]]:
    """Return (number, content's name) of every content that speaks of this person.

    The reference "" gives those that speak of no single person, such as an export of the register.
    """
    return [(row[0], row[1]) for row in conn.execute(NAMED, (person_ref,))]


@guard()
def findings_of(conn: sqlite3.Connection, person_ref: str) -> list[str]:
    """Return the ids of the findings about a person, the oldest first.

    A finding whose contents were erased names nobody any more and is not among them.
    """
    return [row[0] for row in conn.execute(FINDINGS, (person_ref,))]


@guard()
def entry(conn: sqlite3.Connection, seq: int) -> LogRow | None:
    """Return one entry by its number."""
    query = "SELECT seq, canonical, hash FROM log WHERE seq = ?"
    row = conn.execute(query, (seq,)).fetchone()
    return LogRow(*row) if row else None


@guard()
def opened(conn: sqlite3.Connection, seq: int) -> dict[str, Any]:
    """Return every content of an entry that is still there, read back from JSON, by name."""
    query = "SELECT name, body FROM content WHERE seq = ? ORDER BY name"
    return {name: json.loads(body) for name, body in conn.execute(query, (seq,))}
