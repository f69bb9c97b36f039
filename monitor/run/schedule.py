"""The only APScheduler: a few jobs on a clock, never one job per account."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MISSED,
    JobExecutionEvent,
)
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.clock import utc_now

Job = Callable[[], Awaitable[None]]


class Scheduler:
    """Runs coroutines at fixed intervals; a run that is missed is reported, not piled up."""

    def __init__(
        self,
        misfire_grace: float,
        missed: Callable[[str], None],
        failed: Callable[[BaseException], None],
        done: Callable[[str], None] = lambda _: None,
    ) -> None:
        """``misfire_grace`` (seconds) is how late a run may still start; the library's is 1 s.

        ``missed`` is told the name of a job that was not run, ``failed`` what a job raised. A job
        that ``stop`` cancelled has not failed. ``done`` is told the name of each job that was run.
        """

        def ended(event: JobExecutionEvent) -> None:
            if not isinstance(event.exception, asyncio.CancelledError):
                failed(event.exception)

        defaults = {
            "coalesce": True,
            "max_instances": 1,
            "misfire_grace_time": max(1, int(misfire_grace)),
        }
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults=defaults)
        self._scheduler.add_listener(lambda event: missed(_name(event)), EVENT_JOB_MISSED)
        self._scheduler.add_listener(ended, EVENT_JOB_ERROR)
        self._scheduler.add_listener(lambda event: done(_name(event)), EVENT_JOB_EXECUTED)

    def every(
        self, seconds: float, job: Job, name: str, *, jitter: float = 0.0, first: float = 0.0
    ) -> None:
        """Run ``job`` each ``seconds``; ``jitter`` (seconds) spreads many machines apart.

        The first run comes after ``first`` seconds, where they are given: a machine that is
        restarted every day would else never come to what is done once a day.
        """
        begin = {"next_run_time": utc_now() + timedelta(seconds=first)} if first else {}
        self._scheduler.add_job(
            job, "interval", seconds=seconds, id=name, jitter=int(jitter) or None, **begin
        )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)


def _name(event: JobExecutionEvent) -> str:
    return str(event.job_id)
