"""Who decided what about this installation: its mode, its documents, contests kept open longer.

Each decision is an entry of the evidence log, and nowhere else: the latest of its topic counts. A
forged or erased decision would be a broken chain. Entries are few and read at start, by a command,
or from where a reader stopped.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.clock import from_text
from monitor.model.evidence import Canonical
from monitor.store import log
from monitor.store.db import guard

KIND, MODE = log.STAMPED_BY


@dataclass(frozen=True, slots=True)
class Decision:
    """The latest entry of a topic. ``content`` is empty where it was erased."""

    topic: str
    seq: int
    at: datetime
    public: Mapping[str, Any]
    content: Mapping[str, Any]


def record(
    tx: sqlite3.Connection,
    topic: str,
    public: Mapping[str, Canonical],
    content: Mapping[str, Canonical],
    at: datetime,
) -> None:
    """Log a decision; who took it, and why, belongs into ``content``."""
    log.append(tx, at=at, kind=KIND, subject=topic, public=public, content={"decision": content})


@guard()
def decisions(conn: sqlite3.Connection, after: int = 0) -> Iterator[Decision]:
    """Yield every decision behind an entry's number, oldest first."""
    query = "SELECT seq, canonical FROM log WHERE seq > ? AND kind = ? ORDER BY seq"
    for seq, body in conn.execute(query, (after, KIND)):
        entry = json.loads(body)
        content = log.content(conn, seq, "decision") or {}
        at = from_text(entry["at"])
        yield Decision(entry["subject"], seq, at, entry["public"], content)


def latest(conn: sqlite3.Connection) -> dict[str, Decision]:
    """Return the decision in force of every topic."""
    return {decision.topic: decision for decision in decisions(conn)}
