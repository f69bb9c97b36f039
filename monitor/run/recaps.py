"""Recaps by themselves: each day or week is told once, whatever the process does in between.

That a recap was owed is an entry of the log, written with the messages in one transaction. So a
restart, a clock that steps back or a second process finds it there. After a standstill only the
newest period is told.
"""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode, b64encode
from contextlib import closing
from datetime import datetime

from monitor.clock import Clock
from monitor.config import Config
from monitor.errors import NotifyError
from monitor.log import logger
from monitor.measure import recap as recaps
from monitor.measure.recap import Recap
from monitor.model import period as periods
from monitor.model.delivery import Message
from monitor.model.evidence import Canonical
from monitor.model.period import Length, Period
from monitor.notify import plot
from monitor.notify.drawer import Drawer
from monitor.notify.recap import render_recap
from monitor.run import recap
from monitor.store import about, log, outbox
from monitor.store.db import connect
from monitor.store.writer import Writer

RECAP = "recap"
RECAP_SECONDS = 300.0
LENGTHS = {
    "none": (),
    "daily": (Length.DAY,),
    "weekly": (Length.WEEK,),
    "both": (Length.DAY, Length.WEEK),
}


class Recaps:
    """Owes what is to be told of a day or a week to the routes that asked for it."""

    def __init__(self, writer: Writer, settings: Config, clock: Clock) -> None:
        self._writer = writer
        self._settings = settings
        self._clock = clock
        self._ways = [route.way for route in settings.notify.routes if route.recap]

    async def look(self) -> None:
        """Owe the newest periods that are over and were not told."""
        notify, now = self._settings.notify, self._clock()
        for length in LENGTHS[notify.recap] if self._ways else ():
            period = periods.finished(length, now, notify.recap_zone, notify.recap_hour)
            if not self._told(period):
                await self._tell(period, now)

    async def _tell(self, period: Period, now: datetime) -> None:
        # Counting reads the whole log: beside the loop, on a connection of its own.
        made = await asyncio.to_thread(self._counted, period, now)
        if not made.last:
            return  # nothing was here yet when that period ended
        language = self._settings.notify.language
        body = {"text": recaps.text(made, language)}
        if png := await self._drawn(made):
            body["png"] = b64encode(png).decode()
        public: dict[str, Canonical] = {"first": made.first, "last": made.last, "head": made.head}
        with self._writer.transaction() as tx:
            if self._told(period):
                return
            head = log.append(tx, at=now, kind=RECAP, subject=period.name, public=public)
            outbox.put(
                tx, kind=RECAP, subject=period.name, seq=head.seq, destinations=self._ways,
                at=now, body=json.dumps(body, ensure_ascii=False),
            )  # fmt: skip
        logger.info("recap {} owed", period.name)

    def _told(self, period: Period) -> bool:
        return next(about.entries(self._writer.reader(), period.name), None) is not None

    def _counted(self, period: Period, now: datetime) -> Recap:
        with closing(connect(self._settings.database, read_only=True)) as conn:
            return recap.made(conn, period, now, self._settings.notify.language)

    async def _drawn(self, made: Recap) -> bytes | None:
        language = self._settings.notify.language
        rows, foot = recaps.bars(made, language), recaps.foot(made, language)
        drawer = Drawer(self._settings.schedule.card_timeout)
        try:
            sheet = {"title": made.heading, "svg": plot.bars(rows), "foot": foot}
            png, _ = await drawer.draw(sheet)
        except NotifyError as error:
            logger.warning("a recap goes without its picture: {}", error)
            return None
        finally:
            await drawer.close()
        return png


def message(subject: str, body: str, stamp: str) -> Message:
    """Make the message of a recap that is owed."""
    said = json.loads(body)
    png = b64decode(said["png"]) if "png" in said else None
    return render_recap(subject, said["text"], png, stamp)
