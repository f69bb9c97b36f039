"""Recorded answers against what is made of them.

Each case is a folder with ``response.*``, perhaps ``headers.json`` (status and headers), and
``expected.json``. A missing ``expected.json`` is written, and the test fails until a person has
read it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from monitor.collect.base import Collector, Page
from monitor.errors import NormaliseError
from monitor.model.person import Watch
from monitor.model.wire import activity_content

RECORDINGS = Path(__file__).parent.parent / "recordings"
TARGET = ("id", "author_id", "author_handle", "text", "state")
SHOWN = ("signal", "actor", "object", "target", "text", "media", "occurred_at")


def cases(name: str) -> list[Path]:
    return sorted(RECORDINGS.joinpath(name).iterdir())


def response(case: Path) -> web.Response:
    """Return the recorded answer as its server gave it."""
    (body,) = case.glob("response.*")
    meta = case / "headers.json"
    given: dict[str, Any] = json.loads(meta.read_text("utf-8")) if meta.exists() else {}
    return web.Response(
        body=body.read_bytes(), status=given.get("status", 200), headers=given.get("headers")
    )


def described(collector: Collector, pages: Sequence[Page], watch: Watch) -> dict[str, Any]:
    """Return what a person can read of a look: its acts, and what was said to be missing."""
    acts: list[dict[str, Any]] = []
    for raw in (raw for page in pages for raw in page.items):
        try:
            activity = collector.normalise(raw, watch)
        except NormaliseError as error:
            acts.append({"malformed": str(error)})
            continue
        assert activity.signal in collector.info.observes
        content = activity_content(activity)
        shown: dict[str, Any] = {k: content[k] for k in SHOWN}
        if activity.target:  # an act on file names no stranger; here the whole reading is shown
            shown["target"] = {k: getattr(activity.target, k) for k in TARGET}
            shown["target"]["media"] = [f"{m.kind}: {m.alt}" for m in activity.target.media]
        acts.append(shown)
    last = pages[-1]
    return {"complete": last.complete, "note": last.note, "items": acts}


def compare(case: Path, found: dict[str, Any]) -> None:
    """Hold what was made against ``expected.json``."""
    made = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    expected = case / "expected.json"
    if not expected.exists():
        expected.write_text(made, "utf-8")
        pytest.fail(f"{expected.name} of {case.name} was written: read it, then run again")
    assert made == expected.read_text("utf-8")
