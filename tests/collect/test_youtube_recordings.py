"""Recorded answers of the YouTube Data API against what is made of them.

Each case is a folder with an answer for each resource that is asked for, perhaps ``status.json``,
and ``expected.json``. A missing ``expected.json`` is written, and the test fails until a person
has read it. Persons and words are invented; the forms are the API's, and are held against them.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from monitor.collect.youtube import Youtube
from monitor.config_youtube import Youtube as Settings
from monitor.errors import CollectError
from monitor.model.contest import AccountType, TargetAccount
from monitor.model.wire import activity_content
from tests.collect.tubing import OFFICER, Memory, Registered
from tests.net.serving import client, serving
from tests.standin import discovery
from tests.standin.youtube import KEY, START
from tests.standin.youtube_world import channel_id

CASES = sorted(p for p in (Path(__file__).parent.parent / "recordings/youtube").iterdir())
WATCH = replace(OFFICER, native_id=channel_id("sekar.pramesti"))
TARGET = TargetAccount("youtube", "calon.dua", AccountType.TERDAFTAR_KPU)
SHOWN = ("signal", "actor", "object", "text", "occurred_at", "occurred_at_source", "target")
ODD = "-ganjil"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_recording(case: Path) -> None:
    made = json.dumps(await _made(case), indent=1, ensure_ascii=False) + "\n"
    expected = case / "expected.json"
    if not expected.exists():
        expected.write_text(made, "utf-8")
        pytest.fail(f"{expected.name} of {case.name} was written: read it, then run again")
    assert made == expected.read_text("utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_recordings_have_the_form_that_the_api_publishes(case: Path) -> None:
    faults = []
    for file in case.glob("*.json"):
        body = json.loads(file.read_text("utf-8"))
        if file.stem not in ("expected", "status") and "error" not in body:
            faults += discovery.answer_faults(f"{file.stem}.list", body)
    assert bool(faults) is case.name.endswith(ODD), faults


@asynccontextmanager
async def reading(case: Path) -> AsyncIterator[Youtube]:
    given = case / "status.json"
    status = json.loads(given.read_text("utf-8")) if given.exists() else {}

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        name = request.path.rpartition("/")[2]
        body = (case / f"{name}.json").read_bytes()
        code = status.get(name, 200)
        return web.Response(body=body, status=code, content_type="application/json")

    async with serving(handle) as base, client(base) as http:
        settings = Settings(server=f"{base}/youtube/v3")
        made = Youtube(http, settings, lambda: START + timedelta(hours=6), lambda: KEY)
        made.meter(Memory())
        yield made


async def _made(case: Path) -> dict[str, Any]:
    async with reading(case) as collector:
        try:
            if case.name.startswith("komentar"):
                known = Registered([WATCH])
                pages = [p async for p in collector.engagers(TARGET, {}, None, known)]
                items = [raw for page in pages for _, raw in page.items]
            else:
                looked = [p async for p in collector.fetch(WATCH, {}, None)]
                items = [raw for page in looked for raw in page.items]
                pages = looked  # type: ignore[assignment] # only what both kinds have is read
        except CollectError as error:
            return {"error": type(error).__name__, "text": str(error)}
        activities = [collector.normalise(raw, WATCH) for raw in items]
    assert {activity.signal for activity in activities} <= collector.info.observes
    return {
        "complete": all(page.complete for page in pages),
        "note": "; ".join(page.note for page in pages),
        "cursor": dict(pages[-1].cursor),
        "items": [{k: activity_content(a)[k] for k in SHOWN} for a in activities],
    }
