"""What rules in shadow would have told: for the rule's owner, some days long, never evidence."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.clock import from_text, to_text
from monitor.model.evidence import Canonical, canonical
from monitor.store.db import guard

KEEP = """
INSERT INTO shadow_hit (rule, revision, at, person_ref, body) VALUES (?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class ShadowHit:
    """One act that a rule in shadow would have led to a finding for."""

    rule: str
    revision: int
    at: datetime
    body: Mapping[str, Any]


def keep(
    tx: sqlite3.Connection,
    rule: str,
    revision: int,
    person_ref: str,
    body: Mapping[str, Canonical],
    at: datetime,
) -> None:
    """Keep a hit; ``person_ref`` is there so that a person's hits can be erased."""
    tx.execute(KEEP, (rule, revision, to_text(at), person_ref, canonical(body).decode()))


@guard()
def hits(conn: sqlite3.Connection, rule: str, since: datetime) -> list[ShadowHit]:
    """Return a rule's hits since then, oldest first."""
    query = "SELECT rule, revision, at, body FROM shadow_hit WHERE rule = ? AND at >= ? ORDER BY id"
    return [
        ShadowHit(name, revision, from_text(at), json.loads(body))
        for name, revision, at, body in conn.execute(query, (rule, to_text(since)))
    ]


def purge(tx: sqlite3.Connection, before: datetime) -> int:
    """Delete hits from before then; return how many."""
    return tx.execute("DELETE FROM shadow_hit WHERE at < ?", (to_text(before),)).rowcount
