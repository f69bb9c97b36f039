"""Retention (UU 27/2022 Ps. 16): dismissed cases go when their time is over, by themselves.

Open and forwarded cases stay until a person orders otherwise (``netralitas erase``).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from monitor.clock import Clock, from_text
from monitor.config import CaseClass, Retention
from monitor.log import logger
from monitor.model.erasure import Ground, Order
from monitor.model.review import CaseState
from monitor.run.erase import Eraser
from monitor.store import erasure, migrate
from monitor.store.db import Connection
from monitor.store.writer import Writer

LOOK_SECONDS = 3_600.0
OFFICE = "netralitas"
REFERENCE = "retention.dismissed_days"
# Under which of ``retention.jra`` a case's archive code stands.
CLASSES: dict[CaseState, CaseClass] = {
    CaseState.OPEN: "open",
    CaseState.DISMISSED: "dismissed",
    CaseState.FORWARDED: "forwarded",
}


class Retainer:
    """Looks once a day, and first within an hour of the start, so a restart skips no day."""

    def __init__(
        self,
        writer: Writer,
        eraser: Eraser,
        settings: Retention,
        clock: Clock,
        others: Sequence[Callable[[], object]] = (),
        hourly: Sequence[Callable[[], object]] = (),
    ) -> None:
        """``others`` are what else goes when its time is over, each in its own transaction.

        ``hourly`` are those whose time is counted in hours.
        """
        self._writer = writer
        self._eraser = eraser
        self._settings = settings
        self._clock = clock
        self._others = others
        self._hourly = hourly
        self._looked_on: date | None = None

    async def look(self) -> None:
        """Erase what is due, beside the loop: rebuilding the database takes its time."""
        await self.urgent()
        today = self._clock().date()
        if today != self._looked_on:
            await asyncio.to_thread(self.run)
            self._looked_on = today

    async def urgent(self) -> None:
        """Erase what counts in hours: it is due also where only ``netralitas once`` is run."""
        for destroy in self._hourly:
            await asyncio.to_thread(destroy)

    def run(self) -> int:
        """Finish what an erasure left undone, erase what is due, and return how many cases went."""
        self._eraser.finish()
        for destroy in self._others:
            destroy()
        old = self._clock() - timedelta(days=self._settings.copy_days)
        for copy in migrate.drop(self._writer.database, old):
            logger.info("retention: a copy from before a migration deleted: {}", copy.name)
        findings = due(self._writer.reader(), self._clock(), self._settings.dismissed_days)
        gone = self._eraser.dismissed(findings, self._order())
        if gone:
            logger.info("retention: {} dismissed cases erased", gone)
        return gone

    def _order(self) -> Order:
        days = self._settings.dismissed_days
        return Order(
            ground=Ground.RETENTION,
            office=OFFICE,
            reference=f"{REFERENCE} = {days}",
            by=OFFICE,
            why=f"dismissed more than {days} days ago",
            schedule=self._settings.jra.get("dismissed", ""),
        )


def due(conn: Connection, now: datetime, days: int) -> list[str]:
    """Return the dismissed cases whose decision is older than some days and that nobody holds."""
    before, found = now - timedelta(days=days), []
    for finding in erasure.reviewed(conn):
        case = erasure.standing(conn, finding)
        over = case.state is CaseState.DISMISSED and from_text(case.decided_at) < before
        if over and not case.held and not case.erased:
            found.append(finding)
    return found
