"""Recorded answers of feeds against what is made of them.

Each case is a folder with ``response.*``, perhaps ``headers.json`` (status and headers), and
``expected.json``. A missing ``expected.json`` is written, and the test fails until a person has
read it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from monitor import config
from monitor.collect.feeds import Feeds
from monitor.errors import CollectError
from monitor.model.wire import activity_content
from tests.collect.feeding import WATCH, answering, look
from tests.net.serving import NOW, client

CASES = sorted(p for p in (Path(__file__).parent.parent / "recordings/feeds").iterdir())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_recording(case: Path) -> None:
    found = await _made(*_recorded(case))
    made = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    expected = case / "expected.json"
    if not expected.exists():
        expected.write_text(made, "utf-8")
        pytest.fail(f"{expected.name} of {case.name} was written: read it, then run again")
    assert made == expected.read_text("utf-8")


def _recorded(case: Path) -> tuple[bytes, dict[str, Any]]:
    (response,) = case.glob("response.*")
    meta = case / "headers.json"
    return response.read_bytes(), json.loads(meta.read_text("utf-8")) if meta.exists() else {}


async def _made(body: bytes, given: dict[str, Any]) -> dict[str, Any]:
    handler = answering(body, given.get("status", 200), **given.get("headers", {}))
    try:
        page = await look(handler, attempts=1)
    except CollectError as error:
        return {"error": type(error).__name__, "text": str(error)}
    async with client() as http:
        collector = Feeds(http, config.Feeds(), lambda: NOW)
        activities = [collector.normalise(raw, WATCH) for raw in page.items]
    assert {activity.signal for activity in activities} <= collector.info.observes
    shown = ("signal", "object", "text", "media", "occurred_at", "occurred_at_source")
    return {
        "complete": page.complete,
        "note": page.note,
        "next_in": page.next_in,
        "cursor": {k: v for k, v in page.cursor.items() if k != "of"},
        "items": [{k: activity_content(a)[k] for k in shown} for a in activities],
    }
