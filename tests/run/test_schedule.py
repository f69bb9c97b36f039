from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from monitor.run.schedule import Scheduler


async def test_jobs_run_again_and_again_but_never_twice_at_once() -> None:
    runs: list[str] = []
    done = asyncio.Event()
    scheduler = Scheduler(60.0, runs.append, _raise)

    async def slow() -> None:
        assert runs.count("begin") == runs.count("end")
        runs.append("begin")
        await asyncio.sleep(0)
        runs.append("end")
        if runs.count("end") >= 3:
            done.set()

    scheduler.every(0.05, slow, "slow")
    scheduler.start()
    async with asyncio.timeout(10):
        await done.wait()
    scheduler.stop()


async def test_a_fault_in_a_job_is_handed_on() -> None:
    seen: asyncio.Queue[BaseException] = asyncio.Queue()

    async def broken() -> None:
        raise LookupError("broken on purpose")

    scheduler = Scheduler(60.0, lambda _: None, seen.put_nowait)
    scheduler.every(0.05, broken, "broken")
    scheduler.start()
    async with asyncio.timeout(10):
        assert isinstance(await seen.get(), LookupError)
    scheduler.stop()


async def test_a_run_that_was_missed_is_reported() -> None:
    missed: asyncio.Queue[str] = asyncio.Queue()

    async def late() -> None:
        raise AssertionError("a run this late must not start")

    scheduler = Scheduler(1.0, missed.put_nowait, _raise)
    scheduler.every(3600.0, late, "late")
    scheduler.start()
    # As after a machine's sleep: the run was due long before the scheduler could look again.
    scheduler._scheduler.modify_job("late", next_run_time=datetime.now(UTC) - timedelta(minutes=5))
    async with asyncio.timeout(10):
        assert await missed.get() == "late"
    scheduler.stop()


async def test_a_run_that_ended_well_is_told() -> None:
    said: asyncio.Queue[str] = asyncio.Queue()

    async def quick() -> None:
        pass

    scheduler = Scheduler(60.0, lambda _: None, _raise, said.put_nowait)
    scheduler.every(0.05, quick, "quick")
    scheduler.start()
    async with asyncio.timeout(10):
        assert await said.get() == "quick"
    scheduler.stop()


async def test_a_job_that_a_stop_cuts_short_has_not_failed() -> None:
    failed: list[BaseException] = []
    begun, ended = asyncio.Event(), asyncio.Event()

    async def long() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    scheduler = Scheduler(60.0, lambda _: None, failed.append)
    scheduler.every(0.05, long, "long")
    scheduler.start()
    async with asyncio.timeout(10):
        await begun.wait()
        scheduler.stop()
        await ended.wait()
        await asyncio.sleep(0)
    assert failed == []


def _raise(error: BaseException) -> None:
    raise error


async def test_what_is_done_once_a_day_begins_soon_after_a_start() -> None:
    began, ran = asyncio.Event(), []
    scheduler = Scheduler(30.0, lambda _: None, lambda _: None)

    async def job() -> None:
        ran.append("job")
        began.set()

    scheduler.every(86_400.0, job, "daily", jitter=600, first=0.01)
    scheduler.start()
    await asyncio.wait_for(began.wait(), 10)
    scheduler.stop()
    assert ran == ["job"]
