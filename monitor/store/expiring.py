"""What a platform handed out for a time only, found when the time is over.

Only what the platform said goes. The register line as it was, and what people wrote, decided or
brought to the case, is not the platform's.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.clock import to_text
from monitor.model.erasure import REFERENCE, Lost, place
from monitor.model.evidence import Canonical
from monitor.model.state import STATE
from monitor.store import about, erasure, log
from monitor.store.db import guard

FINDING, MALFORMED = "finding", "malformed"
# In these entries, what lies under these names is ours and stays.
OURS = frozenset({"watch"})

# A file that its owner handed in is no loan of the platform's.
DUE = """
SELECT log.subject, min(log.at) FROM content JOIN log USING (seq)
WHERE content.name = log.kind AND log.kind IN ('finding', 'state')
  AND json_extract(CAST(log.canonical AS TEXT), '$.public.platform') = ?
  AND coalesce(json_extract(CAST(log.canonical AS TEXT), '$.public.collector'), '') <> 'import'
GROUP BY log.subject HAVING min(log.at) <= ? ORDER BY min(log.at)
"""
UNREAD = """
SELECT log.canonical FROM log WHERE log.subject = ? AND log.kind = 'malformed' AND log.at <= ?
  AND EXISTS (SELECT 1 FROM snapshot WHERE snapshot.seq = log.seq)
"""


@guard()
def due(conn: sqlite3.Connection, platform: str, before: datetime) -> list[str]:
    """Return the cases of a platform whose oldest content came before an instant, oldest first."""
    rows = conn.execute(DUE, (platform, to_text(before)))
    return [str(row[0]) for row in rows]


@guard()
def first(conn: sqlite3.Connection, platform: str, before: datetime) -> tuple[str, int] | None:
    """Say since when (ISO 8601) the oldest such content is here, and of how many cases."""
    rows = conn.execute(DUE, (platform, to_text(before))).fetchall()
    return (str(rows[0][1]), len(rows)) if rows else None


@guard()
def said(conn: sqlite3.Connection, finding: str) -> Lost:
    """Return what the platform said of a case: contents and files of what was found."""
    lost = Lost()
    for entry in _entries(conn, finding):
        if entry["kind"] in (FINDING, STATE):
            erasure.take(conn, lost, entry)
            lost.places -= {place("content", entry["seq"], name) for name in OURS}
    return lost


@guard()
def unread(conn: sqlite3.Connection, platform: str, before: datetime) -> tuple[Lost, int]:
    """Return what a platform sent in an unknown form before an instant, and how many entries."""
    lost, rows = Lost(), conn.execute(UNREAD, (platform, to_text(before))).fetchall()
    for (canonical,) in rows:
        erasure.take(conn, lost, json.loads(canonical))
    return lost, len(rows)


def refer(tx: sqlite3.Connection, finding: str, at: datetime) -> None:
    """Note the ids of a case's act, while they can still be read."""
    newest = [e for e in _entries(tx, finding) if e["kind"] == FINDING][-1]
    content = log.content(tx, newest["seq"], FINDING)
    watch = log.content(tx, newest["seq"], "watch") or {}
    if content is None:
        return
    log.append(
        tx,
        at=at,
        kind=REFERENCE,
        subject=finding,
        public={"platform": newest["public"]["platform"], "signal": newest["public"]["signal"]},
        content={REFERENCE: _ids(content["activity"], watch)},
    )


@guard()
def reference(conn: sqlite3.Connection, finding: str) -> str:
    """Return the address of an act whose content went; "" where its content is there."""
    for entry in reversed(_entries(conn, finding)):
        if entry["kind"] == FINDING and log.content(conn, entry["seq"], FINDING):
            return ""
        if entry["kind"] == REFERENCE:
            kept = log.content(conn, entry["seq"], REFERENCE) or {}
            return str(kept.get("url") or kept.get("object_id") or "")
    return ""


def _ids(activity: Mapping[str, Any], watch: Mapping[str, Any]) -> dict[str, Canonical]:
    # The reference to the person is how an erasure of the person finds this.
    return {
        "person_ref": watch.get("person_ref", ""),
        "watch_id": watch.get("watch_id", ""),
        "actor_id": activity["actor"]["id"],
        "object_id": activity["object"]["id"],
        "url": activity["object"]["url"],
    }


def _entries(conn: sqlite3.Connection, finding: str) -> list[dict[str, Any]]:
    return [json.loads(row.canonical) for row in about.entries(conn, finding)]
