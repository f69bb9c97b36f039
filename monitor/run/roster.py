"""Whom the daemon looks at: read from the register when it is needed, never held as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from monitor.clock import Clock
from monitor.log import logger
from monitor.model.contest import ZONES
from monitor.model.person import Watch
from monitor.store import cursors, register, register_edit
from monitor.store.db import Connection
from monitor.store.writer import Writer


class Roster:
    """The register's lines that may be looked at now.

    Commands change the register while the daemon runs, and days end service: each ``look`` sees
    both, so that a pension, a death, a contract's end or a resignation stops looking that day.
    """

    def __init__(self, writer: Writer, intervals: Mapping[str, float], clock: Clock) -> None:
        """``intervals`` gives the usual seconds between two looks, by platform that is on."""
        self._writer = writer
        self._intervals = intervals
        self._clock = clock
        self._known: tuple[int, Mapping[str, date]] = (-1, {})
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Watch]:
        conn = self._writer.reader()
        return (line for line in register.each(conn) if line.platform in self._intervals)

    def take(self, watch_ids: Sequence[str]) -> tuple[Watch, ...]:
        """Return those of these lines that may be looked at."""
        return register.watches(self._writer.reader(), watch_ids) if watch_ids else ()

    def look(self) -> None:
        """See whether the register or the day changed, and if so let the sources follow."""
        today = {name: self._clock().astimezone(zone).date() for name, zone in ZONES.items()}
        if self._known == (register.version(self._writer.reader()), today):
            return
        with self._writer.transaction() as tx:
            self._follow(tx, today)
            known = register.version(tx), today
        self._known = known

    def _follow(self, tx: Connection, today: Mapping[str, date]) -> None:
        """End and resume what the day asks for, and make the sources those of the register."""
        now = self._clock()
        left, back = register_edit.settle(tx, today, now)
        cursors.follow(tx, self._intervals, now.timestamp())
        self._count = cursors.count(tx)
        if left or back:
            logger.info("register: {} accounts left with their person, {} came back", left, back)
