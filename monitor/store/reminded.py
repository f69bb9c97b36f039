"""What reminders have to know: which cases there are, and what was said of them already."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime

from monitor.clock import to_text
from monitor.model.review import REVIEW
from monitor.store import about
from monitor.store.db import guard

REMINDER = "reminder"
CASES = """
SELECT DISTINCT subject FROM log
WHERE kind = ? AND subject IN (SELECT finding_id FROM finding) ORDER BY subject
"""
# The newest revision decides: what a correction took back waits for nobody.
UNTAKEN = """
SELECT newest.finding_id FROM finding AS newest
WHERE newest.outcome <> 'none'
  AND newest.revision_no = (
    SELECT max(revision_no) FROM finding WHERE finding_id = newest.finding_id)
  AND (SELECT min(at) FROM log WHERE subject = newest.finding_id AND kind = 'finding') <= ?
  AND NOT EXISTS (
    SELECT 1 FROM log WHERE subject = newest.finding_id AND kind IN ('review', 'reminder'))
  AND EXISTS (SELECT 1 FROM content WHERE content.seq = newest.seq AND content.name = 'finding')
ORDER BY newest.seq
"""


@guard()
def cases(conn: sqlite3.Connection) -> list[str]:
    """Return the cases in which somebody took a step; it reads the whole log."""
    return [row[0] for row in conn.execute(CASES, (REVIEW,))]


@guard()
def untaken(conn: sqlite3.Connection, before: datetime) -> list[str]:
    """Return the findings of before then that nobody took and of which nothing was said."""
    return [row[0] for row in conn.execute(UNTAKEN, (to_text(before),))]


@guard()
def said(conn: sqlite3.Connection, finding: str) -> set[tuple[str, str, str]]:
    """Return (term, since, stage) of every reminder of a case."""
    found = set()
    for row in about.entries(conn, finding):
        entry = json.loads(row.canonical)
        if entry["kind"] == REMINDER:
            public = entry["public"]
            found.add((public["term"], public.get("since", ""), public["stage"]))
    return found


@guard()
def waiting(conn: sqlite3.Connection, finding: str) -> bool:
    """Say whether a reminder of a case is still to be sent."""
    query = "SELECT 1 FROM outbox WHERE kind = ? AND subject = ? AND state = 'pending' LIMIT 1"
    return conn.execute(query, (REMINDER, finding)).fetchone() is not None
