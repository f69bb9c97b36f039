"""What was used of platforms' daily allowances: a sum by platform, day and method.

A unit is written down before the request is made. A process that dies in between has counted a
request too many, never one too few.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from monitor.store.db import guard
from monitor.store.writer import Writer

# Days kept for ``netralitas status`` and the operator's own arithmetic.
KEPT_DAYS = 35

SUM = "SELECT coalesce(sum(units), 0) FROM spending WHERE platform = ? AND day = ?"
ADD = """
INSERT INTO spending (platform, day, method, units) VALUES (?, ?, ?, ?)
ON CONFLICT (platform, day, method) DO UPDATE SET units = units + excluded.units
"""
DROP = "DELETE FROM spending WHERE platform = ? AND day < date(?, ?)"
BY_METHOD = """
SELECT platform, day, method, units FROM spending
WHERE day >= date(?) ORDER BY platform, day, method
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Units of one method on one day of the platform."""

    platform: str
    day: str
    method: str
    units: int


class Ledger:
    """The ledger of one installation; see ``collect.base.Ledger``."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def used(self, platform: str, day: str) -> int:
        with guard():
            return _sum(self._writer.reader(), platform, day)

    def spend(self, platform: str, day: str, method: str, units: int, most: int) -> bool:
        # Read and written under one lock: two processes cannot both take the last unit.
        with self._writer.transaction() as tx:
            before = _sum(tx, platform, day)
            if before + units > most:
                return False
            tx.execute(ADD, (platform, day, method, units))
            if not before:
                tx.execute(DROP, (platform, day, f"-{KEPT_DAYS} days"))
        return True


@guard()
def since(conn: sqlite3.Connection, day: str) -> list[Spent]:
    """Return what was used on a day (ISO 8601) and after."""
    return [Spent(*row) for row in conn.execute(BY_METHOD, (day,))]


def _sum(conn: sqlite3.Connection, platform: str, day: str) -> int:
    return int(conn.execute(SUM, (platform, day)).fetchone()[0])
