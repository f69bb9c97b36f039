"""A rule over its limit: alerts become reviews, none is silenced, also after restart and kill."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor import app, rulebook, watch
from monitor.store import rates
from tests import needle
from tests.run.ruling import (
    only,
    open_alarms,
    rules,
    running,
    said,
    settings,
    table,
    until,
    write_rule,
)
from tests.whole import Stage

# Each starts the whole program several times: with the drills.
pytestmark = pytest.mark.drill

LIMIT = 3
CALL = "Ayo coblos nomor 2, menangkan Prakasita-Anggrek!"
SMALL = f"[rules]\nreload = 0.1\nquarantine_hits = {LIMIT}\nquarantine_hours = 2"
KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from monitor import app, config

def die(point):
    rows = opened.writer._conn.execute("SELECT sum(hits) FROM rule_hour").fetchone()
    if point == sys.argv[2] and rows[0]:
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    global opened
    async with app.opened(config.load(Path(sys.argv[1]))) as opened:
        opened.writer.hook = die
        await opened.daemon.once()

asyncio.run(main())
"""


@pytest.fixture(autouse=True)
def _one_rule(stage: Stage) -> None:
    only(stage)
    write_rule(stage, status="live")
    settings(stage, SMALL)


def call(stage: Stage, count: int, who: str = "asn2") -> None:
    """Let a person call to vote so often; the same words again are another act."""
    for _ in range(count):
        stage.scene.post(who, CALL)


def outcomes(stage: Stage) -> list[str]:
    return [f["outcome"] for f in stage.place.findings()]


async def test_alerts_over_the_limit_become_reviews_also_after_a_restart(stage: Stage) -> None:
    call(stage, LIMIT + 1)
    reports = await stage.once()
    assert outcomes(stage) == ["alert"] * LIMIT + ["review"] * 2
    assert sum(report.alerts for report in reports) == LIMIT
    assert sum(report.reviews for report in reports) == 2
    assert open_alarms(stage) == {"quarantine:rekaan"}
    call(stage, 1, "asn3")
    await stage.once()
    last = stage.place.findings()[-1]
    assert last["outcome"] == last["entry"]["public"]["outcome"] == "review"
    assert any("dikarantina" in question for question in last["questions"])
    assert len(stage.telegram.messages) == LIMIT + 3
    ((entry, by),) = said(stage, "rule")
    assert entry["public"]["action"] == "quarantined"
    assert (entry["public"]["hits"], entry["public"]["usual"]) == (LIMIT + 1, 0)
    assert by["who"] == "netralitas"
    assert stage.place.verified().fault_count == 0


async def test_nothing_is_silenced_where_nobody_takes_reviews(stage: Stage) -> None:
    file = stage.place.folder / "config.toml"
    text = file.read_text("utf-8")
    file.write_text(f'{text.partition("[rules]")[0]}outcomes = ["alert"]\n{SMALL}', "utf-8")
    call(stage, LIMIT + 2)
    await stage.once()
    assert len(stage.telegram.messages) == LIMIT + 3


async def test_the_owner_is_told(stage: Stage) -> None:
    file = stage.place.folder / "config.toml"
    text = file.read_text("utf-8")
    file.write_text(f"{text.partition('[rules]')[0]}health = true\n{SMALL}", "utf-8")
    call(stage, LIMIT + 1)
    await stage.once()
    told = [text for text in stage.telegram.texts() if "Pemilik: Pemilik Rekaan" in text]
    assert len(told) == 1


async def test_on_lifts_it_and_begins_the_count_anew(stage: Stage) -> None:
    call(stage, LIMIT + 1)
    await stage.once()
    config = stage.place.folder / "config.toml"
    rulebook.on(config, "rekaan", "hari sibuk, aturan benar", "Bu Rekaan")
    assert open_alarms(stage) == set()
    call(stage, LIMIT + 1, "asn3")
    await stage.once()
    assert outcomes(stage)[-LIMIT - 1 :] == ["alert"] * LIMIT + ["review"]
    actions = [entry["public"]["action"] for entry, _ in said(stage, "rule")]
    assert actions == ["quarantined", "released", "quarantined"]


async def test_it_ends_by_itself_after_quiet_hours(stage: Stage) -> None:
    step = [timedelta()]
    call(stage, LIMIT + 1)
    async with running(stage, lambda: datetime.now(UTC) + step[0]):
        await until(lambda: open_alarms(stage) == {"quarantine:rekaan"})
        step[0] = timedelta(hours=1, minutes=59)
        await until(lambda: len(stage.telegram.messages) == LIMIT + 2)
        assert table(stage, "SELECT rule FROM rule_quarantine") == [("rekaan",)]
        step[0] = timedelta(hours=2, minutes=1)
        await until(lambda: table(stage, "SELECT rule FROM rule_quarantine") == [])
    assert [entry["public"]["action"] for entry, _ in said(stage, "rule")][-1] == "released"
    assert said(stage, "rule")[-1][1]["reason"] == "under its limit for 2 hours"


async def test_a_rule_that_is_always_busy_is_left_alone(stage: Stage) -> None:
    _busy(stage, "rekaan")
    call(stage, LIMIT + 4)
    await stage.once()
    assert set(outcomes(stage)) == {"alert"}


async def test_shadow_hits_and_measurements_do_not_count(stage: Stage) -> None:
    write_rule(stage, status="shadow")
    call(stage, LIMIT + 5)
    await stage.once()
    assert table(stage, "SELECT hits, shadow FROM rule_hour") == [(0, LIMIT + 6)]
    assert open_alarms(stage) == set()


async def test_shadow_hits_are_gone_after_seven_days(stage: Stage) -> None:
    write_rule(stage, status="shadow")
    step = [timedelta()]
    async with running(stage, lambda: datetime.now(UTC) + step[0]):
        await until(lambda: table(stage, "SELECT count(*) FROM shadow_hit") == [(1,)])
        step[0] = timedelta(days=6, hours=23)
        await until(lambda: stage.place.count("source") == 3)
        assert stage.place.count("shadow_hit") == 1
        step[0] = timedelta(days=7, minutes=1)
        await until(lambda: stage.place.count("shadow_hit") == 0)
    assert needle.found(stage.place.folder / "data", ["menangkan Prakasita"]) == []


@pytest.mark.drill
@pytest.mark.parametrize("point", ["before-commit", "after-commit"])
async def test_a_kill_neither_loses_nor_doubles_a_count(stage: Stage, point: str) -> None:
    call(stage, LIMIT + 1)
    config = stage.place.folder / "config.toml"
    dead = await _child(str(config), point)
    assert dead == -signal.SIGKILL
    _counts_agree(stage)
    await stage.once()
    _counts_agree(stage)
    assert outcomes(stage) == ["alert"] * LIMIT + ["review"] * 2
    assert [entry["public"]["action"] for entry, _ in said(stage, "rule")] == ["quarantined"]


async def test_an_act_that_another_rule_alerts_on_stays_an_alert(stage: Stage) -> None:
    other = "online-campaign-candidate"
    shutil.copy(watch.shipped() / "rules" / f"{other}.toml", rules(stage))
    _busy(stage, other)
    call(stage, LIMIT + 2)
    await stage.once()
    assert open_alarms(stage) == {"quarantine:rekaan"}
    assert all({m["rule"] for m in f["matches"]} == {"rekaan", other} for f in _posts(stage))
    assert {f["outcome"] for f in _posts(stage)} == {"alert"}


async def test_the_usual_rate_is_the_median_of_seven_days(stage: Stage) -> None:
    now, hour = datetime.now(UTC), timedelta(hours=1)
    async with app.opened(stage.place.settings) as opened:
        with opened.writer.transaction() as tx:
            for back in (*range(84), 168, 169):  # the hour under way and those before do not count
                rates.add_hit(tx, "satu", now - back * hour)
        assert rates.usual(opened.writer.reader(), "satu", now) == 1
        with opened.writer.transaction() as tx:
            tx.execute("DELETE FROM rule_hour WHERE hour = ?", (int(now.timestamp()) // 3600 - 1,))
        assert rates.usual(opened.writer.reader(), "satu", now) == 0


def _posts(stage: Stage) -> list[dict[str, Any]]:
    return [f for f in stage.place.findings() if f["activity"]["signal"] == "post"]


def _busy(stage: Stage, rule: str) -> None:
    """Let a rule have had five hits in each hour of the last seven days."""
    hour = int(datetime.now(UTC).timestamp()) // 3600
    rows = [(rule, hour - back) for back in range(1, 169)]
    conn = stage.place.connect()
    try:
        conn.executemany("INSERT INTO rule_hour VALUES (?, ?, 5, 0, 0)", rows)
        conn.commit()
    finally:
        conn.close()


def _counts_agree(stage: Stage) -> None:
    counted = table(stage, "SELECT coalesce(sum(hits), 0) FROM rule_hour")[0][0]
    assert counted == len(stage.place.findings())


async def _child(*words: str) -> int:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, *words)
    return await process.wait()
