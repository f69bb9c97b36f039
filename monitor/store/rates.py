"""How often each rule is hit: hourly counts, and which rules are in quarantine.

Counting happens in the transaction that records the hit, so a killed process neither forgets a hit
nor counts it twice.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.clock import from_text, to_text
from monitor.store.db import guard

HOUR = 3600
WEEK_HOURS = 7 * 24

ADD = """
INSERT INTO rule_hour (rule, hour, hits, shadow, forgiven) VALUES (?, ?, ?, ?, 0)
ON CONFLICT (rule, hour) DO UPDATE SET hits = hits + excluded.hits,
  shadow = shadow + excluded.shadow
"""
# The sum may span hours of a clock that stepped; the limit looks at one hour only.
TOTALS = "SELECT rule, sum(hits), sum(shadow) FROM rule_hour WHERE hour > ? GROUP BY rule"


@dataclass(frozen=True, slots=True)
class Quarantine:
    """``over_at`` is when the rule last was over its limit."""

    rule: str
    since: datetime
    over_at: datetime


def add_hit(tx: sqlite3.Connection, rule: str, at: datetime) -> int:
    """Count one hit; return how many this hour has, without those that ``forgive`` took out."""
    tx.execute(ADD, (rule, _hour(at), 1, 0))
    query = "SELECT hits - forgiven FROM rule_hour WHERE rule = ? AND hour = ?"
    return int(tx.execute(query, (rule, _hour(at))).fetchone()[0])


def add_shadow(tx: sqlite3.Connection, rule: str, at: datetime) -> None:
    """Count one hit of a rule in shadow; it never counts toward a limit."""
    tx.execute(ADD, (rule, _hour(at), 0, 1))


def forgive(tx: sqlite3.Connection, rule: str, at: datetime) -> None:
    """Begin this hour's count anew: a person has looked at what came so far."""
    query = "UPDATE rule_hour SET forgiven = hits WHERE rule = ? AND hour = ?"
    tx.execute(query, (rule, _hour(at)))


@guard()
def usual(conn: sqlite3.Connection, rule: str, at: datetime) -> int:
    """Return the median of the hits per hour over the 7 days before this hour.

    An hour without a hit counts as 0. Of the two hours in the middle the busier one is taken.
    """
    query = "SELECT hits FROM rule_hour WHERE rule = ? AND hour >= ? AND hour < ? ORDER BY hits"
    hour = _hour(at)
    counts = [row[0] for row in conn.execute(query, (rule, hour - WEEK_HOURS, hour))]
    ranked = [0] * (WEEK_HOURS - len(counts)) + counts
    return int(ranked[WEEK_HOURS // 2])


@guard()
def totals(conn: sqlite3.Connection, at: datetime, hours: int) -> dict[str, tuple[int, int]]:
    """Return (hits, hits in shadow) per rule over the last hours, this one included."""
    rows = conn.execute(TOTALS, (_hour(at) - hours,))
    return {rule: (hits, shadow) for rule, hits, shadow in rows}


@guard()
def quarantined(conn: sqlite3.Connection) -> dict[str, Quarantine]:
    """Return the rules in quarantine."""
    rows = conn.execute("SELECT rule, since, over_at FROM rule_quarantine ORDER BY rule")
    return {
        rule: Quarantine(rule, from_text(since), from_text(over_at))
        for rule, since, over_at in rows
    }


def hold(tx: sqlite3.Connection, rule: str, at: datetime) -> bool:
    """Put a rule that is over its limit into quarantine, or keep it there; return whether new."""
    now = to_text(at)
    query = "UPDATE rule_quarantine SET over_at = ? WHERE rule = ?"
    if tx.execute(query, (now, rule)).rowcount:
        return False
    tx.execute("INSERT INTO rule_quarantine (rule, since, over_at) VALUES (?, ?, ?)",
               (rule, now, now))  # fmt: skip
    return True


def release(tx: sqlite3.Connection, rule: str) -> bool:
    """Take a rule out of quarantine; return whether it was in."""
    return tx.execute("DELETE FROM rule_quarantine WHERE rule = ?", (rule,)).rowcount > 0


def purge(tx: sqlite3.Connection, at: datetime) -> int:
    """Drop counts that no median looks at any more."""
    before = _hour(at - timedelta(hours=WEEK_HOURS))
    return tx.execute("DELETE FROM rule_hour WHERE hour < ?", (before,)).rowcount


def _hour(at: datetime) -> int:
    return int(at.timestamp()) // HOUR
