"""When nothing can be kept: the daemon stands still, says so, and goes on by itself.

A full disk, a read-only file system, a disk that fails and a database that another process holds
are faults that pass. Every part is closed then: looks end, cursors stay, and what was not committed
was told to nobody. Once the disk takes bytes again everything is opened as at a start, repairs
included. Any other fault of the store passes through and stops the process.
"""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from monitor.clock import Clock
from monitor.errors import ConfigError, KeepingError, MonitorError, Passing
from monitor.log import logger
from monitor.run import systemd
from monitor.run.health import TEXTS, Health
from monitor.store import alarms
from monitor.store.writer import Writer

ALARM = "store"
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
# An outage so soon after another is the same one: it waits on where that one ended.
CALM = timedelta(minutes=10)
# A pause is cut into breaths, so that systemd's watchdog hears of each.
BREATH = 5.0
LONGEST_SAYING = 60.0
# Written before anything is opened: a message must not leave and then go unrecorded.
PROBE_BYTES = 4_000_000
CAUSES = {
    Passing.FULL: "disk penuh",
    Passing.READ_ONLY: "tidak boleh ditulis",
    Passing.IO: "disk tidak dapat dibaca atau ditulis",
    Passing.BUSY: "basis data dipakai proses lain",
}

# Tells the operators a text, without the database; returns whether everyone was reached.
Tell = Callable[[str], Awaitable[bool]]


class Outage:
    """The daemon's times without a place to keep evidence; one per process."""

    def __init__(self, folders: Sequence[Path], tell: Tell, clock: Clock) -> None:
        """``folders`` are those that must take bytes before anything is opened again."""
        self._folders = folders
        self._tell = tell
        self._clock = clock
        self._stop = asyncio.Event()
        self._since: datetime | None = None
        self._text = ""
        self._told = False
        self._over_at: datetime | None = None
        self._wait = FIRST_WAIT

    async def keep(self, run: Callable[[], Awaitable[None]]) -> None:
        """Run the daemon until it is told to stop, through every fault that passes.

        ``run`` opens all parts, calls ``over`` and works; a fault that does not pass is raised.
        """
        while not self._stop.is_set():
            try:
                await run()
            except KeepingError as error:
                if error.passing is None:
                    raise
                self._begin(error, error.passing)
            except (ConfigError, OSError) as error:
                # A failing disk hides files of the configuration too; that is no edit of anybody.
                if self._since is None:
                    raise
                logger.error("still standing: {}", error)
            else:
                return
            await self._stand()

    def over(self, writer: Writer, health: Health) -> None:
        """Put an outage on record and tell that it is over; nothing where there was none.

        Times of blindness are evidence too. Raises ``StoreError`` where it is not over.
        """
        if self._since is None:
            return
        with writer.transaction() as tx:
            alarms.raise_(tx, ALARM, self._text, self._clock())
            health.clear_in(tx, ALARM)
        logger.info("evidence can be kept again, after standing still since {}", self._since)
        self._since, self._told, self._over_at = None, False, self._clock()

    def _begin(self, error: KeepingError, passing: Passing) -> None:
        logger.error("standing still: {}", error)
        now = self._clock()
        if self._over_at and now - self._over_at > CALM:
            self._wait = FIRST_WAIT
        self._since = self._since or now
        since = f"{self._since:%Y-%m-%d %H:%M} UTC"
        self._text = TEXTS[ALARM].format(since=since, cause=CAUSES[passing])

    async def _stand(self) -> None:
        """Return when the disk takes bytes again, or when the process is told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        systemd.ready()
        while not self._stop.is_set():
            systemd.status(self._text)
            if not self._told:
                await self._say()
            await self._pause()
            self._wait = min(LONGEST_WAIT, self._wait * 2)
            if self._takes_bytes():
                return

    async def _say(self) -> None:
        systemd.alive()
        try:
            async with asyncio.timeout(LONGEST_SAYING):
                self._told = await self._tell(self._text)
        except (MonitorError, OSError) as error:  # a time-out is an OSError too
            logger.warning("the operators were not told: {}", error)

    async def _pause(self) -> None:
        rest = self._wait
        while rest > 0 and not self._stop.is_set():
            systemd.alive()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), min(BREATH, rest))
            rest -= BREATH

    def _takes_bytes(self) -> bool:
        try:
            for folder in self._folders:
                _probe(folder)
        except OSError as error:
            logger.warning("still standing: {}", error.strerror)
            return False
        return True


def _probe(folder: Path) -> None:
    """Write and force out as many bytes as a few findings need; ``OSError`` where refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Where the system can, this file has no name: a kill leaves nothing behind.
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(PROBE_BYTES))
        file.flush()
        os.fsync(file.fileno())
