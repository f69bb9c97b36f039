"""Beside the daemon's work, screenshots that came by the bot are looked at, one by one."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

from monitor import config
from monitor.clock import utc_now
from monitor.intake.stripped import stripped
from monitor.model.tip import Sender, Tip
from monitor.run.tip_sights import Sights
from monitor.run.tips import TipDesk
from monitor.store import keys, migrate, tip_sight
from monitor.store.writer import Writer
from tests.intake import hostile

PATIENCE = 60


async def test_a_screenshot_sent_twice_is_one_act(tmp_path: Path) -> None:
    settings = config.parse({"http": {"contact": "uji@contoh.example"}, "folder": tmp_path}, "uji")
    (tmp_path / "data").mkdir()
    migrate.upgrade(settings.database)
    ring = keys.make(settings.path("keys"))
    with closing(Writer(settings.database)) as writer:
        office = TipDesk(writer, ring, settings, utc_now)
        broken = stripped(hostile.KINDS["a png of 4 thousand million pixels"][0])
        for picture, sender in ((broken, "0"), (stripped(hostile.png(9, 9)), "1")) * 2:
            office.take(Tip(), [picture], Sender("telegram", sender))
        async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as tasks:
            task = tasks.create_task(Sights(writer, ring).run())
            tasks.create_task(_end(task, writer))
        acts = [row.act for row in office.rows()]
        assert acts[1] == acts[3]
        assert len(set(acts)) == 3  # what cannot be opened is like nothing else


async def _end(task: asyncio.Task[None], writer: Writer) -> None:
    while tip_sight.unseen(writer.reader(), 9):  # noqa: ASYNC110 - a thread's work tells nobody
        await asyncio.sleep(0.02)
    task.cancel()
