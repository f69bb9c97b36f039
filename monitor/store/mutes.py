"""Mutes: who holds which messages back, why and until when. All of it is the log.

What a mute names (a person's reference, a chat) stands in salted content only. Where that was
erased with the person, the mute is over.
"""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Any

from monitor.clock import from_text, to_text
from monitor.errors import UnknownError
from monitor.model.evidence import Canonical, LogHead
from monitor.model.mute import LIFTED, MUTE, MUTED, Mute, Scope
from monitor.store import about, holds, log
from monitor.store.db import guard

_PREFIX, _BEHIND = "mute/", "mute0"
_ENTRIES = "SELECT seq, canonical FROM log WHERE subject >= ? AND subject < ? ORDER BY seq"
_COUNT = """
SELECT count(*) FROM log
WHERE subject >= ? AND subject < ? AND CAST(canonical AS TEXT) ->> '$.public.action' = ?
"""


def add(
    tx: sqlite3.Connection,
    scope: Scope,
    value: str,
    *,
    until: datetime,
    who: str,
    why: str,
    at: datetime,
    officer: str = "",
) -> Mute:
    """Log a mute and return it; ``model.mute.flaws`` was asked before and found nothing.

    ``who`` is a name and post, ``officer`` the id of an officer, where one ordered it.
    """
    number = _last(tx) + 1
    named: dict[str, Canonical] = {"scope": scope.value, "value": value}
    by: dict[str, Canonical] = {"who": who, "why": why}
    if scope is Scope.PERSON:
        # Erasure finds what speaks of a person by this key; the reason may speak of them too.
        named["person_ref"] = by["person_ref"] = value
    public: dict[str, Canonical] = {"action": MUTED, "scope": scope.value, "officer": officer}
    _append(tx, number, at, {**public, "until": to_text(until)}, {"mute": named, "by": by})
    return Mute(number, scope, value, until, at, who, why)


def lift(
    tx: sqlite3.Connection, number: int, *, who: str, why: str, at: datetime, officer: str = ""
) -> Mute:
    """Log that a mute ends now, and let go of what waits; return what it was.

    Raises ``UnknownError`` where no mute with this number is in force.
    """
    found = next((mute for mute in active(tx, at) if mute.number == number), None)
    if found is None:
        raise UnknownError(f"mute {number}: none is in force; see netralitas mutes")
    by: dict[str, Canonical] = {"who": who, "why": why}
    if found.scope is Scope.PERSON:
        by["person_ref"] = found.value
    public = {"action": LIFTED, "scope": found.scope.value, "until": to_text(at)}
    _append(tx, number, at, {**public, "officer": officer}, {"by": by})
    # What another mute or a route's quiet hours still hold is put back by the next look at it.
    holds.release(tx)
    return found


@guard()
def active(conn: sqlite3.Connection, now: datetime) -> list[Mute]:
    """Return the mutes in force, the oldest first."""
    found: dict[int, tuple[int, dict[str, Any]]] = {}
    for seq, canonical in conn.execute(_ENTRIES, (_PREFIX, _BEHIND)):
        entry = json.loads(canonical)
        number = int(entry["subject"].removeprefix(_PREFIX))
        if entry["public"]["action"] == LIFTED:
            found.pop(number, None)
        elif from_text(entry["public"]["until"]) > now:
            found[number] = (seq, entry)
    read = (_mute(conn, number, *entry) for number, entry in found.items())
    return [mute for mute in read if mute]


def _append(
    tx: sqlite3.Connection,
    number: int,
    at: datetime,
    public: dict[str, Canonical],
    content: dict[str, Canonical],
) -> LogHead:
    subject = f"{_PREFIX}{number}"
    return log.append(tx, at=at, kind=MUTE, subject=subject, public=public, content=content)


def _last(conn: sqlite3.Connection) -> int:
    return int(conn.execute(_COUNT, (_PREFIX, _BEHIND, MUTED)).fetchone()[0])


def _mute(conn: sqlite3.Connection, number: int, seq: int, entry: dict[str, Any]) -> Mute | None:
    told = about.opened(conn, seq)
    named, by = told.get("mute"), told.get("by", {})
    if named is None:
        return None
    return Mute(
        number,
        Scope(named["scope"]),
        named["value"],
        from_text(entry["public"]["until"]),
        from_text(entry["at"]),
        by.get("who", ""),
        by.get("why", ""),
    )
