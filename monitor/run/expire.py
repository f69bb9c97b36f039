"""Content that a platform lends for a time, or that its owner took back: it goes by itself.

Some platforms' terms bid deletion whatever is still to be decided (``NO_HOLD``, ``KEEPING``). The
desk is warned days before, so that a person can look at the act and make a capture of their own.
What was sent of it by Telegram is taken back as for any erasure.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.clock import Clock, from_text
from monitor.log import logger
from monitor.model.day import local_day
from monitor.model.erasure import KEEPING, NO_HOLD, Ground, Keeping, Order
from monitor.run.erase import Eraser
from monitor.run.health import Health
from monitor.store import expiring, rechecks
from monitor.store.writer import Writer

OFFICE = "netralitas"
ALARM = "expiry"
# Days of deadlines are those of the capital.
ZONE = "WIB"
# It is looked at once an hour; a deadline must not fall between two looks.
AHEAD = timedelta(hours=2)


class Expirer:
    """Erases what a platform's terms bid erased. It keeps nothing in memory between two runs."""

    def __init__(self, writer: Writer, eraser: Eraser, health: Health, clock: Clock) -> None:
        self._writer = writer
        self._eraser = eraser
        self._health = health
        self._clock = clock

    def run(self) -> int:
        """Erase what is due, warn of what soon is; return how many cases lost their content."""
        now, gone = self._clock(), self._taken_back()
        for platform, keep in KEEPING.items():
            before, order = now - timedelta(days=keep.erase_after), _order(keep.basis)
            gone += self._eraser.expired(
                expiring.due(self._writer.reader(), platform, before), order
            )
            gone += self._eraser.unread(platform, before, order)
            self._warn(platform, keep, now)
        if gone:
            self._eraser.finish()
            logger.info("{} contents went, as their platforms' terms bid", gone)
        return gone

    def _taken_back(self) -> int:
        """Erase what its owner took out of public view, where no hold may stand against it."""
        now, gone = self._clock(), 0
        for waiting in rechecks.waiting(self._writer.reader()):
            rule = NO_HOLD.get(waiting.platform)
            if rule and waiting.decide_by <= now + AHEAD:
                gone += self._eraser.expired([waiting.finding_id], _order(rule))
        return gone

    def _warn(self, platform: str, keep: Keeping, now: datetime) -> None:
        warned = now - timedelta(days=keep.warn_after)
        soon = expiring.first(self._writer.reader(), platform, warned)
        if soon is None:
            self._health.clear(ALARM, platform)
            return
        at, count = soon
        last = from_text(at) + timedelta(days=keep.erase_after)
        day = local_day(last, ZONE).isoformat()
        self._health.alarm(ALARM, platform, count=count, until=day)


def _order(basis: str) -> Order:
    return Order(
        ground=Ground.PLATFORM,
        office=OFFICE,
        reference=basis,
        by=OFFICE,
        why="the platform's terms bid it",
    )
