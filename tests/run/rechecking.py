"""Helpers for tests of later states: looks made due, and what they left."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

from monitor import app
from monitor.store import rechecks
from monitor.store.rechecks import Waiting
from monitor.store.writer import Writer
from tests.whole import Stage


def make_due(stage: Stage) -> None:
    """Let every wait for a second look be over; sources wait as before."""
    with closing(stage.place.connect()) as conn:
        conn.execute("UPDATE recheck SET due_at = 0 WHERE due_at IS NOT NULL")
        conn.commit()


async def look_again(stage: Stage) -> None:
    """Run a cycle in which every second look is due and no source is read."""
    make_due(stage)
    async with app.opened(stage.place.settings) as opened:
        await opened.daemon.rechecker.run_all()
        await opened.daemon.send_all()


def states(stage: Stage) -> list[dict[str, Any]]:
    """Return every state entry, with its content under ``said``."""
    found = []
    with closing(stage.place.connect()) as conn:
        for entry in stage.place.entries("state"):
            query = "SELECT body FROM content WHERE seq = ? AND name = 'state'"
            (body,) = conn.execute(query, (entry["seq"],)).fetchone()
            found.append(entry | {"said": json.loads(body)})
    return found


def case_of(stage: Stage, watch_id: str, signal: str) -> str:
    """Return the id of the only finding about such an act of a person."""
    ids = {
        f["entry"]["subject"]
        for f in stage.place.findings()
        if (f["activity"]["watch_id"], f["activity"]["signal"]) == (watch_id, signal)
    }
    (found,) = ids
    return str(found)


def of(stage: Stage, case: str) -> list[dict[str, Any]]:
    return [state for state in states(stage) if state["subject"] == case]


def waiting(stage: Stage) -> list[Waiting]:
    with closing(Writer(stage.place.settings.database)) as writer:
        return list(rechecks.waiting(writer.reader()))
