"""Capture falls back to what collecting held; it blocks and loses nothing, and admits no lie."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.errors import (
    AuthError,
    BlockedError,
    CollectError,
    NotFoundError,
    ProofError,
    RateLimited,
    TransientError,
)
from monitor.evidence.capture import capture, fallback
from monitor.model.activity import Activity, Actor, ObjectRef, Signal
from monitor.model.evidence import Capture, Exchange, Part, RawItem
from monitor.model.exchange import headers_part
from monitor.model.person import EmployerType, Ownership, Watch

AT = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
STRANGER = "did:plc:warga-rekaan"

ACTIVITY = Activity("bluesky", Signal.LIKE, Actor("did:plc:rekaan"), ObjectRef("at://x"), AT)
WATCH = Watch(
    watch_id="w-1", person_ref="p-1", name="Tokoh Rekaan", platform="bluesky",
    address="tokoh.example", instansi="Dinas Rekaan", unit="", ownership=Ownership.VERIFIED,
    legal_ground="SKB", notice_date=date(2024, 8, 1), registered_on=date(2024, 8, 1),
    employer_type=EmployerType.PNS,
)  # fmt: skip


def exchange(kind: str = "application/json; charset=utf-8", body: bytes = b"") -> Exchange:
    return Exchange(
        method="GET",
        url="https://pds.example/xrpc/list",
        status=200,
        reason="OK",
        http_version="1.1",
        request_headers=(("User-Agent", "netralitas"),),
        response_headers=(("X-Odd", "\udcff"), ("Content-Type", kind)),
        body=body,
        started_at=AT,
        finished_at=AT + timedelta(seconds=1),
    )


RAW = RawItem(
    native_key="k",
    body=b'{"record":1}',
    page=exchange(),
    page_digest="ab" * 32,
    seen_at=AT,
    not_before=AT - timedelta(days=1),
)


@dataclass
class Doing:
    """A collector that does one thing when asked to capture."""

    act: Callable[[], Awaitable[Capture]]

    async def capture(self, activity: Activity, raw: RawItem, watch: Watch) -> Capture:
        return await self.act()


def failing(error: BaseException) -> Doing:
    async def act() -> Capture:
        raise error

    return Doing(act)


async def hang() -> Capture:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets this event")


async def test_the_collectors_own_snapshot_is_passed_on() -> None:
    whole = Capture((Part("record", "application/json", b"{}"),), proof="atproto-commit-signature")

    async def act() -> Capture:
        return whole

    assert await capture(Doing(act), ACTIVITY, RAW, WATCH, 60) is whole


@pytest.mark.parametrize(
    ("error", "note"),
    [
        (TransientError("s", f"reset by {STRANGER}"), "the platform did not answer"),
        (RateLimited("s", 30), "the platform asked us to wait"),
        (AuthError("s", "token"), "the platform refused access"),
        (BlockedError("s", STRANGER), "the platform answered with a challenge or refusal"),
        (NotFoundError("s", STRANGER), "the record was gone"),
        (CollectError("s", STRANGER), "the platform did not answer"),
    ],
)
async def test_a_failure_keeps_what_was_collected(error: CollectError, note: str) -> None:
    got = await capture(failing(error), ACTIVITY, RAW, WATCH, 60)
    assert got.partial
    assert got.notes == (f"not fetched again alone: {note}",)
    assert got.proof == ""
    assert [part.name for part in got.parts] == ["record", "headers"]
    assert got.parts[0] == Part("record", "application/json", RAW.body)


async def test_a_silent_platform_does_not_hold_the_finding() -> None:
    got = await capture(Doing(hang), ACTIVITY, RAW, WATCH, 0.01)
    assert got.partial
    assert got.notes == ("not fetched again alone: no answer within 0.01 s",)


async def test_a_false_proof_is_never_evidence() -> None:
    with pytest.raises(ProofError):
        await capture(failing(ProofError("s", "signature")), ACTIVITY, RAW, WATCH, 60)


async def test_cancelling_is_passed_on() -> None:
    started = asyncio.Event()

    async def act() -> Capture:
        started.set()
        return await hang()

    task = asyncio.create_task(capture(Doing(act), ACTIVITY, RAW, WATCH, 60))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_fault_of_ours_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        await capture(failing(KeyError("x")), ACTIVITY, RAW, WATCH, 60)


def test_targets_are_kept_and_those_unread_are_counted() -> None:
    raw = replace(
        RAW,
        context=(
            ("subject", exchange(body=b"first")),
            ("root", None),
            ("author", exchange("text/html", b"second")),
        ),
    )
    got = fallback(raw, "test")
    targets = [part for part in got.parts if part.name.startswith("target")]
    assert targets == [
        Part("target", "application/json", b"first"),
        Part("target-2", "text/html", b"second"),
    ]
    assert got.notes[1] == "1 of 3 target files could not be read"
    assert all("\n" not in note for note in got.notes)


def test_headers_are_json_without_bodies() -> None:
    raw = replace(RAW, context=(("subject", exchange(body=b"words")), ("root", None)))
    read = json.loads(headers_part(raw).data)
    assert read["page"]["body_sha256"] == "ab" * 32
    assert read["page"]["response_headers"][0] == ["X-Odd", "\\udcff"]
    assert read["page"]["finished_at"] == "2024-10-12T02:30:01.000000Z"
    assert read["context"]["root"] is None
    assert (read["seen_at"], read["not_before"]) == (
        "2024-10-12T02:30:00.000000Z",
        "2024-10-11T02:30:00.000000Z",
    )
    assert b"words" not in headers_part(raw).data


@pytest.mark.parametrize("kind", ["", "nonsense", "text/html" + "x" * 99, f"text/{STRANGER}"])
def test_a_media_type_is_no_place_for_free_text(kind: str) -> None:
    """It stands in the entry in clear, so it is a media type or nothing."""
    got = fallback(replace(RAW, page=exchange(kind)), "test")
    assert got.parts[0].media_type == "application/octet-stream"
