"""What left the house before an erasure: people must call it back, no command can.

Also backups, which ``netralitas backup`` notes: the next one carries nothing of what was erased.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.model.evidence import LogHead
from monitor.store import log
from monitor.store.cases import CARD, EXPORT
from monitor.store.db import guard
from monitor.store.readings import READING

BACKUP = "backup"
OUTSIDE = """
SELECT seq, canonical FROM log WHERE kind IN ('export', 'card', 'reading', 'backup') ORDER BY seq
"""
# Not what only changed or took back a message, nor a message that was taken back: it has no id.
SENT = """
SELECT subject, notifier, destination, message_id, sent_at FROM outbox
WHERE state = 'sent' AND kind NOT IN ('health', 'refresh', 'withdrawal') AND message_id <> ''
ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Outside:
    """One thing to call back: what it is, which finding it concerns, when, and where to look."""

    what: str
    subject: str
    at: str
    where: str


def note_backup(tx: sqlite3.Connection, folder: str, at: datetime) -> LogHead:
    """Log that a backup was made, and where: an erasure lists it."""
    return log.append(
        tx,
        at=at,
        kind=BACKUP,
        subject=BACKUP,
        public={},
        content={"backup": {"folder": folder}},
    )


@guard()
def outside(
    conn: sqlite3.Connection, findings: Collection[str], person_ref: str = ""
) -> list[Outside]:
    """Return everything that was taken out of these cases, or made of the whole log since."""
    subjects = {*findings, person_ref} - {""}
    began = _began(conn, subjects)
    found = []
    for seq, canonical in conn.execute(OUTSIDE):
        entry = json.loads(canonical)
        mine = entry["subject"] in subjects
        whole = not entry["subject"].startswith("NTR-") and entry["kind"] != CARD and seq > began
        if mine or (whole and not _of_somebody(entry)):
            found.append(Outside(_what(entry), entry["subject"], entry["at"], _where(conn, entry)))
    return [*found, *_messages(conn, findings)]


def _began(conn: sqlite3.Connection, subjects: Collection[str]) -> int:
    query = "SELECT min(seq) FROM finding WHERE finding_id = ?"
    first = [conn.execute(query, (one,)).fetchone()[0] for one in subjects]
    return min((seq for seq in first if seq), default=0)


def _of_somebody(entry: dict[str, Any]) -> bool:
    # A reading of another person; one of the whole log has no subject, a copy has a name.
    return entry["kind"] == READING and (entry["subject"] != "" or not entry["public"].get("copy"))


def _what(entry: dict[str, Any]) -> str:
    words = entry["public"].get("profile") or entry["public"].get("command") or ""
    return f"{entry['kind']} {words}".strip()


def _where(conn: sqlite3.Connection, entry: dict[str, Any]) -> str:
    name = "backup" if entry["kind"] == BACKUP else "by"
    content = log.content(conn, entry["seq"], name) or {}
    public = entry["public"]
    told = content.get("folder") or content.get("who") or "?"
    mark = public.get("copy") or public.get("manifest", "")[:16]
    return f"{told} {mark}".strip() if entry["kind"] in (BACKUP, EXPORT, READING) else told


def _messages(conn: sqlite3.Connection, findings: Collection[str]) -> Iterator[Outside]:
    for subject, notifier, destination, message, at in conn.execute(SENT):
        if subject in findings:
            where = f"{destination} message {message}"
            yield Outside(f"message {notifier}", subject, at or "", where)
