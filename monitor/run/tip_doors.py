"""What is done by two persons only: to open an original or who gave a tip, and to withdraw one.

One officer asks, another confirms within a set time; both stand in the log. There is no way to
do any of it alone, and none that leaves no entry.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.clock import from_text
from monitor.model.review import Officer
from monitor.model.tip import TIP, TipStep
from monitor.store import about, reviews, tips
from monitor.store.db import Connection


class Door(StrEnum):
    """What lies behind a door."""

    ORIGINAL = "original"
    SENDER = "sender"
    WITHDRAWAL = "withdrawal"


STEPS = {
    Door.ORIGINAL: (TipStep.ORIGINAL_ASKED, TipStep.ORIGINAL_OPENED),
    Door.SENDER: (TipStep.SENDER_ASKED, TipStep.SENDER_OPENED),
    Door.WITHDRAWAL: (TipStep.LEAVE_ASKED, TipStep.WITHDRAWN),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A first officer's wish that still stands: whose, and until when it can be confirmed."""

    officer: str
    until: datetime


def knock(
    tx: Connection,
    tip_id: str,
    door: Door,
    officer: Officer,
    why: str,
    ground: str,
    at: datetime,
    minutes: int,
) -> Asked | None:
    """Log an officer's wish or confirmation; ``None`` opens the door, else it waits for another.

    The same officer asking again confirms nothing and leaves no second entry.
    """
    asked, opened = STEPS[door]
    standing = _standing(tx, tip_id, door, at, minutes)
    if standing and _same(tx, standing.officer, officer):
        return standing
    more = {"officer": officer.id, **({"second": standing.officer} if standing else {})}
    step = opened if standing else asked
    tips.note(tx, at, tip_id, step, officer.name, why, more={**more}, ground=ground)
    return None if standing else Asked(officer.id, at + timedelta(minutes=minutes))


def _standing(
    conn: Connection, tip_id: str, door: Door, at: datetime, minutes: int
) -> Asked | None:
    asked, opened = STEPS[door]
    found: Asked | None = None
    for step, officer, then in _steps(conn, tip_id):
        if step == opened:
            found = None
        elif step == asked:
            found = Asked(officer, then + timedelta(minutes=minutes))
    return found if found and at <= found.until else None


def _steps(conn: Connection, tip_id: str) -> Iterator[tuple[str, str, datetime]]:
    for row in about.entries(conn, tip_id):
        entry = json.loads(row.canonical)
        if entry["kind"] == TIP:
            public = entry["public"]
            yield public["step"], str(public.get("officer", "")), from_text(entry["at"])


def _same(conn: Connection, first: str, second: Officer) -> bool:
    """Say whether two ids are one person: the same id, name, Telegram account or register."""
    known = reviews.officers(conn).get(first)
    if first == second.id or known is None:
        return True
    told = bool(known.telegram) and known.telegram == second.telegram
    told = told or (bool(known.person_ref) and known.person_ref == second.person_ref)
    return told or known.name.casefold() == second.name.casefold()
