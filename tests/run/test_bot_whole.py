"""The daemon itself: an alert with buttons, a press, the step on the log, the message edited."""

from __future__ import annotations

import asyncio
from contextlib import closing

import pytest

from monitor import app
from monitor.clock import utc_now
from monitor.store import reviews
from monitor.store.writer import Writer
from tests.run.desk_stage import ANA, SINCE
from tests.whole import Stage


@pytest.mark.drill
async def test_the_daemon_answers_a_press_and_edits_the_alert(stage: Stage) -> None:
    await stage.once()
    people, alert = stage.telegram.people, stage.telegram.messages[0]
    with closing(Writer(stage.place.settings.database)) as writer, writer.transaction() as tx:
        reviews.give(tx, ANA, ANA.terms[0], "Kepala", "SK 1", utc_now())
    assert ANA.terms[0].first_day == SINCE
    async with app.opened(stage.place.settings) as opened:
        running = asyncio.create_task(opened.daemon.run())
        press_id = stage.telegram.press(ANA.telegram, alert, alert.data[0])
        await people.until(lambda: press_id in people.answers and alert.edits > 0)
        opened.daemon.stop()
        await running
    assert "sekarang Anda pegang" in people.answers[press_id]["text"]
    assert "dipegang ana" in alert.text
    assert [e["public"]["step"] for e in stage.place.entries("review")] == ["diambil"]
    assert "lapor" in people.menu
    assert stage.place.verified().fault_count == 0
