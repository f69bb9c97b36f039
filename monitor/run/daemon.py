"""The daemon: a tick picks what is due, workers look, the rest runs on the clock."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import timedelta

from monitor import config
from monitor.log import logger
from monitor.model.person import Watch
from monitor.run import systemd
from monitor.run.compose import HEALTH
from monitor.run.dispatch import LONGEST_WAIT, Dispatcher
from monitor.run.doors import Doors
from monitor.run.pipeline import Parts, Pipeline, PollReport
from monitor.run.recaps import RECAP, RECAP_SECONDS, Recaps
from monitor.run.recheck import Rechecker
from monitor.run.reload import Reloader
from monitor.run.reminders import REMIND_SECONDS, Reminders
from monitor.run.retain import LOOK_SECONDS, Retainer
from monitor.run.reverse import Reverse
from monitor.run.roster import Roster
from monitor.run.schedule import Scheduler
from monitor.run.seal import Sealer
from monitor.run.season import Season
from monitor.store import (
    cursors,
    looks,
    outbox,
    rates,
    rechecks,
    register_edit,
    shadow,
    target_sources,
)

DISPATCH_LIMIT = 100
DISPATCH_SECONDS = 1.0
# The limit over all chats is one of a second.
PACE_SECONDS = 0.1
RECHECK_SECONDS = 30.0
RETENTION_SECONDS = 86_400.0
RETAIN_AFTER_SECONDS = 300.0
SETTLE_SECONDS = 0.2

Watcher = Callable[[PollReport], None]
Task = Callable[[], Coroutine[None, None, None]]


class Daemon:
    """Runs until it is told to stop. It holds no work of its own: a kill loses nothing.

    ``beside`` are tasks that run as long as the daemon does, and answer for their own faults.
    """

    def __init__(
        self,
        settings: config.Config,
        parts: Parts,
        dispatcher: Dispatcher,
        reloader: Reloader,
        season: Season,
        sealer: Sealer,
        roster: Roster,
        rechecker: Rechecker,
        *,
        doors: Doors,
        retainer: Retainer,
        reminders: Reminders,
        recaps: Recaps,
        reverse: Reverse,
        beside: Sequence[Task] = (),
    ) -> None:
        self._settings = settings
        self._pipeline = Pipeline(parts)
        self._dispatcher = dispatcher
        self._reloader = reloader
        self._season = season
        self._sealer = sealer
        self._retainer = retainer
        self._reminders = reminders
        self._recaps = recaps
        self.reverse = reverse
        self._beside = (*[reverse.work] * settings.reverse.workers, *beside)
        self._quarantine = parts.quarantine
        self._health = parts.health
        self._writer = parts.writer
        self._seen = parts.seen
        self._roster = roster
        self._doors = doors
        self.rechecker = rechecker
        self._clock = parts.clock
        self._queue: asyncio.Queue[Watch] = asyncio.Queue()
        self._in_flight: dict[str, float] = {}
        self._stop = asyncio.Event()
        self._failure: BaseException | None = None
        self._polls = 0
        # Jobs whose last run was missed, also by the process before this one.
        self._late = self._health.subjects("missed")

    async def once(self, told: Watcher | None = None) -> list[PollReport]:
        """Look once at every active source and again at what is due, and send what is owed.

        Who engaged with candidates' accounts is read last; those reports are told, not returned.
        Returns the sources' reports; outside the contests there is nothing to look at, and none.
        """
        now = self._clock()
        lines = self._roster if self._season.open(now) else ()
        watches = (watch for watch in lines if self._season.admits(watch, now))
        gate = asyncio.Semaphore(self._settings.schedule.workers)

        async def look(watch: Watch) -> PollReport:
            async with gate:
                report = await self._pipeline.poll(watch)
            if told:
                told(report)
            return report

        reports = await asyncio.gather(*(look(watch) for watch in watches))
        for report in await self.reverse.once():
            if told:
                told(report)
        await self.rechecker.run_all()
        self._health.check()
        self.rechecker.warn()
        await self._reminders.look()
        await self._recaps.look()
        await self._retainer.urgent()
        await self.send_all()
        return list(reports)

    async def send_all(self) -> None:
        """Send until nothing more is due now."""
        while True:
            done = await self._dispatcher.run_once(DISPATCH_LIMIT)
            if done.paced:
                await asyncio.sleep(PACE_SECONDS)
            elif not done.attempted:
                return

    async def run(self) -> None:
        """Run until SIGTERM or SIGINT; a fatal fault is raised when all has stopped."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.stop)
        self._take_stock()
        await self._reminders.look()
        workers = [
            asyncio.create_task(self._work()) for _ in range(self._settings.schedule.workers)
        ]
        beside = [asyncio.create_task(task()) for task in self._beside]
        for worker in (*workers, *beside):
            worker.add_done_callback(self._ended)
        scheduler = self._scheduler()
        scheduler.start()
        await self._tick()
        systemd.ready()
        logger.info("watching {} sources", len(self._roster))
        await self._stop.wait()
        systemd.stopping()
        scheduler.stop()
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await self._drain(workers)
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        """Ask for a graceful stop: what is under way may finish, nothing new begins."""
        self._stop.set()

    def _take_stock(self) -> None:
        # The clock may have been set back while nothing ran.
        now = self._clock().timestamp()
        with self._writer.transaction() as tx:
            cursors.clamp(tx, now, self._settings.schedule.max_interval)
            outbox.clamp(tx, now, LONGEST_WAIT)
            rechecks.clamp(tx, now, self.rechecker.longest)
            longest = max(self._settings.schedule.max_interval, self._settings.reverse.interval)
            target_sources.clamp(tx, now, longest)

    def _scheduler(self) -> Scheduler:
        settings = self._settings.schedule
        scheduler = Scheduler(settings.misfire_grace, self._missed, self._fail, self._ran)
        scheduler.every(settings.tick, self._tick, "tick")
        scheduler.every(DISPATCH_SECONDS, self._dispatch, "dispatch")
        scheduler.every(RECHECK_SECONDS, self._look_again, "recheck")
        scheduler.every(self._settings.health.interval, self._check, "health")
        scheduler.every(self._settings.rules.reload, self._look_after_rules, "rules")
        scheduler.every(self._sealer.period, self._sealer.look, "seal")
        scheduler.every(
            RETENTION_SECONDS, self._retain, "retention", jitter=600, first=RETAIN_AFTER_SECONDS
        )
        scheduler.every(LOOK_SECONDS, self._retainer.look, "dismissed", jitter=60)
        scheduler.every(REMIND_SECONDS, self._reminders.look, "reminders", jitter=60)
        scheduler.every(RECAP_SECONDS, self._recaps.look, "recaps", jitter=60)
        return scheduler

    def _missed(self, job: str) -> None:
        self._late.add(job)
        self._health.alarm("missed", job)

    def _ran(self, job: str) -> None:
        if job in self._late:
            self._late.discard(job)
            self._health.clear("missed", job)

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._stop.set()

    def _ended(self, worker: asyncio.Task[None]) -> None:
        fault = None if worker.cancelled() else worker.exception()
        if fault:
            self._fail(fault)

    async def _tick(self) -> None:
        now = self._clock()
        stepped = self._health.tick(now)
        self._roster.look()
        self._doors.look()
        with self._writer.transaction(lasting=bool(stepped)) as tx:
            if stepped:
                # What was to be done at a time by the old clock is done at the same distance now.
                cursors.shift(tx, stepped)
                rechecks.shift(tx, stepped)
                target_sources.shift(tx, stepped)
                outbox.clamp(tx, now.timestamp(), LONGEST_WAIT)
            room = self._settings.schedule.batch - self._queue.qsize()
            jitter = self._settings.schedule.jitter
            due = cursors.due(tx, now.timestamp(), max(room, 0), jitter)
        if stepped:
            self._health.alarm("clock", count=int(stepped))
        # Outside the contests nothing is read; what was due is due again after its interval.
        ids = [source.watch_id for source in due] if self._season.open(now) else []
        for watch in self._roster.take(ids):
            fresh = watch.watch_id not in self._in_flight
            if fresh and self._season.admits(watch, now):
                self._in_flight[watch.watch_id] = now.timestamp()
                self._queue.put_nowait(watch)
        self._feed_watchdog(now.timestamp())

    def _feed_watchdog(self, now: float) -> None:
        # A look that hangs past its own time-out means the loop is sick: let systemd restart it.
        limit = self._settings.schedule.poll_timeout * 2
        busy = self._queue.qsize()
        if not busy or now - min(self._in_flight.values(), default=now) < limit:
            systemd.alive()
        systemd.status(f"{self._polls} looks, {busy} waiting, {len(self._roster)} sources")

    async def _work(self) -> None:
        while not self._stop.is_set():
            watch = await self._queue.get()
            try:
                now = self._clock()
                # Asked again: while it waited its platform may have been switched off.
                if self._season.open(now) and self._season.admits(watch, now):
                    await self._pipeline.poll(watch)
                    self._polls += 1
            finally:
                self._in_flight.pop(watch.watch_id, None)

    async def _dispatch(self) -> None:
        self._dispatcher.begin(DISPATCH_LIMIT)

    async def _look_again(self) -> None:
        await self.rechecker.run_once()

    async def _check(self) -> None:
        self._season.check(self._clock())
        self._health.check()
        self.rechecker.warn()

    async def _look_after_rules(self) -> None:
        await self._reloader.look()
        self._quarantine.look()
        now, days = self._clock(), self._settings.retention.shadow_days
        with self._writer.transaction() as tx:
            rates.purge(tx, now)
            gone = shadow.purge(tx, now - timedelta(days=days))
        if gone:
            self._writer.fold()
            code = self._settings.retention.jra.get("shadow") or "none"
            logger.info("rules in shadow: {} old hits deleted, archive code {}", gone, code)

    async def _retain(self) -> None:
        now, keep = self._clock(), self._settings.retention
        with self._writer.transaction() as tx:
            gone = self._seen.purge(tx, (now - timedelta(days=keep.seen_days)).date())
            looks.purge(tx, now - timedelta(days=keep.seen_days))
            old = now - timedelta(days=keep.health_days)
            told = outbox.purge(tx, HEALTH, old) + outbox.purge(tx, RECAP, old)
            ended = (now - timedelta(days=keep.register_days)).date()
            lines = register_edit.forget(tx, ended, now)
        if lines:
            self._writer.fold()
        dropped = "retention: {} digests, {} health and recap messages, {} register lines dropped"
        logger.info(dropped, gone, told, lines)

    async def _drain(self, workers: list[asyncio.Task[None]]) -> None:
        deadline = self._settings.schedule.stop_grace
        with suppress(TimeoutError):
            async with asyncio.timeout(deadline):
                while self._in_flight and not self._failure:
                    if self._queue.qsize() == len(self._in_flight):
                        break  # nothing has begun; what waits is due again after its interval
                    await asyncio.sleep(SETTLE_SECONDS)
        await self._dispatcher.stop(deadline)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
