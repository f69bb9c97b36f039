"""The whole program when something is wrong: it says so, records nothing false, and recovers."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from monitor import app
from monitor.demo.atproto import Atproto
from monitor.demo.atproto_faults import Trouble
from monitor.demo.atproto_forge import FORGERIES
from monitor.demo.feeds import Feeds
from monitor.run.pipeline import STRETCH
from monitor.run.rules import Reader
from monitor.store import alarms
from tests.run.ruling import open_alarms, until
from tests.scenes import SUPPORTING
from tests.whole import Stage

# Each starts the whole program several times: with the drills.
pytestmark = pytest.mark.drill

FALSE = [trouble for trouble in FORGERIES if trouble is not Trouble.NO_PROOF]
LIST = "com.atproto.repo.listRecords"
PROOF = "com.atproto.sync.getRecord"


@pytest.mark.parametrize("trouble", FALSE, ids=lambda trouble: trouble.name.lower())
async def test_a_forged_proof_is_refused(stage: Stage, network: Atproto, trouble: Trouble) -> None:
    network.faults.add(trouble, PROOF)
    await stage.place.once()
    assert stage.place.findings() == []
    assert stage.place.snapshots() == []
    assert open_alarms(stage) == {"proof:asn1", "proof:asn2", "proof:asn3"}
    network.faults.clear()
    stage.place.make_all_due()
    await stage.once()
    assert len(stage.place.findings()) == len(SUPPORTING)
    assert open_alarms(stage) == set()


async def test_without_a_proof_the_snapshot_is_partial_and_nothing_is_lost(
    stage: Stage, network: Atproto
) -> None:
    network.faults.add(Trouble.NO_PROOF, PROOF)
    await stage.once()
    findings = stage.place.findings()
    assert len(findings) == len(SUPPORTING)
    assert all(f["entry"]["public"]["partial"] for f in findings)
    assert all(f["entry"]["public"]["proof"] == "" for f in findings)
    assert stage.place.verified().fault_count == 0


@pytest.mark.parametrize(
    "trouble",
    [Trouble.SERVER_ERROR, Trouble.RESET, Trouble.HTML, Trouble.CUT_JSON, Trouble.RETRY_AFTER],
    ids=lambda trouble: trouble.name.lower(),
)
async def test_a_server_that_fails_is_told_and_loses_nothing(
    stage: Stage, network: Atproto, trouble: Trouble
) -> None:
    network.faults.add(trouble, LIST)
    reports = await stage.place.once()
    assert all(report.error for report in reports)
    assert stage.place.findings() == []
    network.faults.clear()
    stage.place.make_all_due()
    await stage.once()
    assert len(stage.place.findings()) == len(SUPPORTING)


async def test_one_source_that_fails_holds_up_no_other(stage: Stage, feeds: Feeds) -> None:
    address = feeds.open("blog")
    feeds.fail("blog")
    stage.place.person("w-blog", address, platform="feed")
    stage.place.write()
    reports = await stage.place.once()
    assert [r.watch_id for r in reports if r.error] == ["w-blog"]
    assert len(stage.place.findings()) == len(SUPPORTING)


async def test_a_page_of_long_texts_lets_others_work_in_between(
    stage: Stage, feeds: Feeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten entries of half a megabyte would hold sending and the watchdog for many seconds."""
    address = feeds.open("blog")
    for number in range(4):
        feeds.publish("blog", f"Catatan {number}. " + "Loket buka jam 8. " * (STRETCH // 17))
    stage.place.person("w-blog", address, platform="feed")
    stage.place.write()
    turns, seen, judge = [0], list[int](), Reader.judge

    async def others() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    def judged(self: Reader, cases: Any, *more: Any) -> Any:
        if any(len(activity.text) > STRETCH for activity, _ in cases):
            seen.append(turns[0])
        return judge(self, cases, *more)

    monkeypatch.setattr(Reader, "judge", judged)
    busy = asyncio.create_task(others())
    await stage.once()
    busy.cancel()
    assert len(seen) == 4
    assert len(set(seen)) == 4
    assert stage.place.count("source") == 4


async def test_an_expired_token_loses_no_alert(stage: Stage) -> None:
    stage.telegram.fault("unauthorized")
    await stage.once()
    assert stage.telegram.messages == []
    assert stage.place.outbox() == {"pending": len(SUPPORTING)}
    assert "auth:telegram" in open_alarms(stage)
    stage.telegram.faults.clear()
    stage.place.make_all_due()
    await stage.once()
    assert stage.place.outbox() == {"sent": len(SUPPORTING)}
    assert open_alarms(stage) == set()


async def test_a_clock_that_steps_back_does_not_stop_the_watch(stage: Stage) -> None:
    step = [timedelta()]
    async with app.opened(stage.place.settings, lambda: datetime.now(UTC) + step[0]) as opened:
        running = asyncio.create_task(opened.daemon.run())
        await until(lambda: len(stage.telegram.messages) >= len(SUPPORTING))
        step[0] -= timedelta(hours=5)
        stage.scene.post("asn1", "Ayo coblos nomor 2, menangkan Prakasita-Anggrek lagi!")
        await until(lambda: len(stage.telegram.messages) > len(SUPPORTING))
        keys = {alarm.key for alarm in alarms.open_(opened.writer.reader())}
        opened.daemon.stop()
        await running
    assert "clock" in keys


async def test_a_job_that_runs_again_after_it_was_missed_is_told(stage: Stage) -> None:
    """The process that missed it may be gone: its alarm is on file."""
    async with app.opened(stage.place.settings) as opened:
        opened.daemon._missed("tick")
    assert "missed:tick" in open_alarms(stage)
    async with app.opened(stage.place.settings) as opened:
        running = asyncio.create_task(opened.daemon.run())
        await until(lambda: "missed:tick" not in open_alarms(stage))
        opened.daemon.stop()
        await running


async def test_a_clock_that_jumps_ahead_and_back_loses_nothing(stage: Stage) -> None:
    """Nothing is damaged, found twice or forgotten; entries keep their order by number."""
    step = [timedelta()]
    async with app.opened(stage.place.settings, lambda: datetime.now(UTC) + step[0]) as opened:
        running = asyncio.create_task(opened.daemon.run())
        await until(lambda: len(stage.place.findings()) == len(SUPPORTING))
        for hours in (9, -9):
            step[0] += timedelta(hours=hours)
            known = {entry["subject"] for entry in stage.place.entries("finding")}
            text = f"Ayo coblos nomor 2, menangkan Prakasita-Anggrek! Catatan {hours}"
            stage.scene.post("asn1", text)
            await until(partial(_news, stage, known))
        await until(lambda: stage.place.outbox() == {"sent": len(SUPPORTING) + 2})
        keys = {alarm.key for alarm in alarms.open_(opened.writer.reader())}
        opened.daemon.stop()
        await running
    assert "clock" in keys
    assert stage.place.verified().fault_count == 0


def _news(stage: Stage, known: set[str]) -> bool:
    return not {entry["subject"] for entry in stage.place.entries("finding")} <= known


async def test_the_daemon_stops_on_a_fault_of_the_store_and_sends_nothing(
    stage: Stage,
) -> None:
    async with app.opened(stage.place.settings) as opened:
        opened.writer._conn.execute("PRAGMA query_only = ON")
        with pytest.raises(Exception, match=r"read-only|readonly"):
            await opened.daemon.run()
    assert stage.telegram.messages == []
    assert stage.place.findings() == []


async def test_a_stop_is_graceful_and_leaves_nothing_half_done(stage: Stage) -> None:
    async with app.opened(stage.place.settings) as opened:
        running = asyncio.create_task(opened.daemon.run())
        await until(lambda: bool(stage.place.findings()))
        opened.daemon.stop()
        await running
    assert stage.place.verified().fault_count == 0
    await stage.once()
    assert len(stage.place.findings()) == len(SUPPORTING)


async def test_an_account_of_two_persons_accuses_nobody(stage: Stage) -> None:
    # The register names one account twice, by handle and by id: only a look can tell.
    stage.place.person("w-lain", stage.scene.did("asn1"))
    stage.place.write()
    await stage.place.once()
    told = {finding["activity"]["watch_id"] for finding in stage.place.findings()}
    assert len(told & {"asn1", "w-lain"}) <= 1
    assert open_alarms(stage) & {"shared:asn1", "shared:w-lain"}
    assert stage.place.verified().fault_count == 0
