"""Helpers for tests of rules in service: an invented rule, the running daemon, and what it left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from monitor import app
from monitor.app import App
from monitor.clock import Clock, utc_now
from monitor.store import alarms
from tests.whole import Stage

RULE = """
id = "{id}"
revision = {revision}
title = "Aturan rekaan"
status = "{status}"
level = "disiplin"
act = "menulis ajakan"
signals = ["post"]
stances = ["support"]
unsur = ["Menulis ajakan"]
author = "Pemilik Rekaan"
modified = 2030-01-01

[[legal_basis]]
instrument = "skb-2022"
article = "Lampiran II huruf B angka 6"
confidence = "{confidence}"

[[case]]
name = "ajakan"
expect = "{expect}"
line = {{ signal = "post", text = "Ayo coblos nomor 2, menangkan Prakasita-Anggrek!", contests = ["{contest}"], occurred_at = "{when}" }}
"""  # noqa: E501  a line of a rule file is one line


def rules(stage: Stage) -> Path:
    return stage.place.folder / "watchlists" / "rules"


def write_rule(stage: Stage, **more: Any) -> Path:
    """Put an invented rule on file; its one case is a call to vote of today."""
    facts = {"id": "rekaan", "revision": 1, "status": "shadow", "confidence": "V1"} | more
    contest = next((stage.place.folder / "watchlists" / "contests").glob("*.toml")).stem
    facts = {"expect": "alert", "contest": contest, "when": utc_now().isoformat()} | facts
    file = rules(stage) / f"{facts['id']}.toml"
    file.write_text(RULE.format(**facts), "utf-8")
    return file


def only(stage: Stage, *ids: str) -> None:
    """Leave only these rules of the shipped ones on file."""
    for file in rules(stage).glob("*.toml"):
        if file.stem not in ids:
            file.unlink()


def settings(stage: Stage, text: str) -> None:
    """Add to the configuration file."""
    file = stage.place.folder / "config.toml"
    file.write_text(f"{file.read_text('utf-8')}\n{text}\n", "utf-8")


@asynccontextmanager
async def running(stage: Stage, clock: Clock = utc_now) -> AsyncIterator[App]:
    """Let the daemon run during the block."""
    async with app.opened(stage.place.settings, clock) as opened:
        task = asyncio.create_task(opened.daemon.run())
        try:
            yield opened
        finally:
            opened.daemon.stop()
            await task


async def until(done: Callable[[], bool], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        async for _ in _glances():
            if done():
                return


async def _glances() -> AsyncIterator[None]:
    while True:
        await asyncio.sleep(0.05)
        yield


def open_alarms(stage: Stage) -> set[str]:
    conn = stage.place.connect()
    try:
        return {alarm.key for alarm in alarms.open_(conn)}
    finally:
        conn.close()


def said(stage: Stage, kind: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return (entry, what its content says of who and why) of a kind, oldest first."""
    conn = stage.place.connect()
    query = "SELECT body FROM content WHERE seq = ? AND name = 'by'"
    try:
        return [
            (entry, json.loads(conn.execute(query, (entry["seq"],)).fetchone()[0]))
            for entry in stage.place.entries(kind)
        ]
    finally:
        conn.close()


def table(stage: Stage, query: str) -> list[tuple[Any, ...]]:
    conn = stage.place.connect()
    try:
        return conn.execute(query).fetchall()
    finally:
        conn.close()
