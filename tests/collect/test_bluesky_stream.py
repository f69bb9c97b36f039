"""Jetstream as the collector reads it: what it makes of each event, and what it does not trust."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor import config
from monitor.collect import bluesky_stream
from monitor.collect.base import Cursor, Notice, NoticeKind, Notices, Streams
from monitor.collect.bluesky import Bluesky
from monitor.collect.bluesky_parse import COLLECTIONS
from monitor.collect.bluesky_stream import MOST_ACCOUNTS, MOST_UNASKED, MOST_UNREADABLE, Reading
from monitor.errors import (
    BlockedError,
    ClosedError,
    CollectError,
    NotFoundError,
    RateLimited,
    TransientError,
)
from monitor.net import Http
from monitor.net_door import Behind
from tests.collect.bluesky_world import FOLLOW, LIKE, POST
from tests.standin.jetstream import SECOND, Jetstream


def did(number: int) -> str:
    letters = "".join("abcdefghij"[int(digit)] for digit in f"{number:06}")
    return f"did:plc:{letters}{'a' * 18}"


ONE, TWO, STRANGER = did(1), did(2), did(999)
ACCOUNTS = {ONE: "w-1", TWO: "w-2"}


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bluesky_stream, "LINGER", 0.02)


@dataclass
class Desk:
    """A collector that listens to one server."""

    server: Jetstream
    http: Http
    places: config.Bluesky
    heard: list[Notices] = field(default_factory=list)
    clock: Any = None

    @property
    def bluesky(self) -> Bluesky:
        now = self.clock or (lambda: datetime.now(UTC))
        return Bluesky(self.http, self.places, now)

    async def listen(
        self, batches: int, cursor: Cursor | None = None, accounts: Mapping[str, str] = ACCOUNTS
    ) -> list[Notices]:
        """Read so many batches, as a process does that is killed then."""
        found: list[Notices] = []
        async with asyncio.timeout(20), aclosing(self.bluesky.stream(accounts, cursor or {})) as it:
            async for batch in it:
                found.append(batch)
                self.heard.append(batch)
                if len(found) == batches:
                    break
        return found

    @asynccontextmanager
    async def listening(self, cursor: Cursor | None = None) -> AsyncIterator[asyncio.Queue[Any]]:
        """Listen beside the test; the queue gets each batch, and the error that ended it."""
        queue: asyncio.Queue[Any] = asyncio.Queue()

        async def run() -> None:
            try:
                async with aclosing(self.bluesky.stream(ACCOUNTS, cursor or {})) as batches:
                    async for batch in batches:
                        queue.put_nowait(batch)
                queue.put_nowait(None)
            except CollectError as error:
                queue.put_nowait(error)

        task = asyncio.create_task(run())
        try:
            async with asyncio.timeout(20):
                yield queue
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with Jetstream() as server:
        settings = config.Http(contact="uji@contoh.test", allow_private=(server.host,))
        async with Http(settings) as http:
            yield Desk(server, http, config.Bluesky(stream=(server.url,)))


def told(batch: Notices) -> set[tuple[str, NoticeKind, str]]:
    return {(n.watch_id, n.kind, n.native_key) for n in batch.notices}


def test_it_is_a_collector_that_streams_where_a_server_is_named() -> None:
    http = Http(config.Http(contact="uji@contoh.test"))
    named = Bluesky(http, config.Bluesky(stream=("wss://contoh.test/subscribe",)))
    assert isinstance(named, Streams)
    assert named.stream_size == MOST_ACCOUNTS
    assert Bluesky(http, config.Bluesky()).stream_size == 0


@pytest.mark.checklist("target-gone", "handle-renamed")
@pytest.mark.checklist("target-gone", "handle-renamed")
async def test_each_kind_of_event_becomes_what_must_be_looked_at(desk: Desk) -> None:
    async with desk.listening() as heard:
        first = await heard.get()
        assert (first.notices, first.complete) == ((), False)
        assert desk.server.hellos[-1].dids == set(ACCOUNTS)
        assert desk.server.hellos[-1].collections == set(COLLECTIONS)
        await desk.server.create(ONE, POST, "3kaaaaaaaaa2a", {"text": "rahasia"})
        await desk.server.commit(TWO, "update", POST, "3kaaaaaaaaa2a")
        await desk.server.delete(TWO, LIKE, "3kaaaaaaaaa2b")
        await desk.server.account(ONE, active=False, status="deleted")
        last = await desk.server.identity(TWO, "baru.contoh.test")
        await desk.server.create(STRANGER, POST, "3kaaaaaaaaa2c")
        batches: list[Notices] = []
        while sum(len(b.notices) for b in batches) < 5:
            batches.append(await heard.get())
    assert set().union(*map(told, batches)) == {
        ("w-1", NoticeKind.ACT, ""),
        ("w-2", NoticeKind.ACT, ""),
        ("w-2", NoticeKind.RETRACTED, f"at://{TWO}/{LIKE}/3kaaaaaaaaa2b"),
        ("w-1", NoticeKind.ACCOUNT, ""),
        ("w-2", NoticeKind.ACCOUNT, ""),
    }
    assert all(b.complete for b in batches)
    assert batches[-1].cursor == {"us": last, "host": desk.server.host}
    assert desk.server.asked == [{"requireHello": "true"}]


async def test_whole_lists_go_in_the_hello_and_never_in_the_address(desk: Desk) -> None:
    accounts = {did(n): f"w-{n}" for n in range(MOST_ACCOUNTS)}
    await desk.listen(1, accounts=accounts)
    assert desk.server.hellos[-1].dids == set(accounts)
    assert all("did:" not in "".join(query.values()) for query in desk.server.asked)


@pytest.mark.parametrize("accounts", [{}, {"bukan-did": "w-1", "did:plc:pendek": "w-2", "": "w-3"}])
async def test_an_empty_list_is_never_sent(desk: Desk, accounts: Mapping[str, str]) -> None:
    """To the server it would mean everybody."""
    with pytest.raises(NotFoundError):
        await desk.listen(1, accounts=accounts)
    assert desk.server.asked == []


async def test_too_long_a_list_is_never_sent(desk: Desk) -> None:
    with pytest.raises(ValueError, match="accounts for one connection"):
        await desk.listen(1, accounts={did(n): f"w-{n}" for n in range(MOST_ACCOUNTS + 1)})
    assert desk.server.asked == []


async def test_an_id_of_no_valid_form_does_not_cost_the_others_their_stream(desk: Desk) -> None:
    await desk.listen(1, accounts={ONE: "w-1", "bukan-did": "w-2", "did:plc:pendek": "w-3"})
    assert desk.server.hellos[-1].dids == {ONE}


@pytest.mark.checklist("restart-mid-page", "duplicate-across-pages")
async def test_a_connection_goes_on_a_little_before_where_it_was_left(desk: Desk) -> None:
    async with desk.listening() as heard:
        await heard.get()
        await desk.server.create(ONE, POST, "3kaaaaaaaaa2a")
        left = (await heard.get()).cursor
    await desk.server.create(TWO, POST, "3kaaaaaaaaa2b")
    found = await desk.listen(2, left)
    assert desk.server.asked[-1]["cursor"] == str(left["us"] - 5 * SECOND)
    assert told(found[-1]) | told(found[0]) == {
        ("w-1", NoticeKind.ACT, ""),
        ("w-2", NoticeKind.ACT, ""),
    }
    assert all(batch.complete for batch in found)


async def test_a_silent_clamp_is_seen_by_the_event_that_does_not_come_again(desk: Desk) -> None:
    start = desk.server._now() - 7_200 * SECOND
    await desk.server.emit({"did": ONE, "kind": "identity"}, start)
    await desk.server.emit({"did": TWO, "kind": "identity"}, start + 60 * SECOND)
    await desk.server.emit({"did": ONE, "kind": "identity"}, start + 7_100 * SECOND)
    whole = await desk.listen(2, {"us": start, "host": desk.server.host})
    assert all(batch.complete for batch in whole)
    desk.server.faults.kept = 3_600.0
    cut = await desk.listen(2, {"us": start, "host": desk.server.host})
    notes = [batch.note for batch in cut if not batch.complete]
    assert notes == [bluesky_stream.CLAMPED]
    assert [batch.cursor["us"] for batch in cut][-1] == start + 7_100 * SECOND


async def test_another_servers_times_may_differ_by_seconds(desk: Desk) -> None:
    us = desk.server._now() - 600 * SECOND
    await desk.server.emit({"did": ONE, "kind": "identity"}, us + 2 * SECOND)
    elsewhere = await desk.listen(2, {"us": us, "host": "lain.contoh.test"})
    assert all(batch.complete for batch in elsewhere)
    here = await desk.listen(2, {"us": us, "host": desk.server.host})
    assert not all(batch.complete for batch in here)


async def test_what_lies_beyond_the_streams_reach_is_not_asked_for(desk: Desk) -> None:
    old = desk.server._now() - 40 * 3_600 * SECOND
    (first,) = await desk.listen(1, {"us": old, "host": desk.server.host})
    assert (first.complete, first.note) == (False, bluesky_stream.TOO_OLD)
    assert "cursor" not in desk.server.asked[-1]


@pytest.mark.parametrize("cursor", [{}, {"us": "x"}, {"us": -1}, {"us": None}, {"host": "x"}])
async def test_a_cursor_of_another_form_begins_with_the_present(desk: Desk, cursor: Cursor) -> None:
    (first,) = await desk.listen(1, cursor)
    assert (first.complete, first.note) == (False, bluesky_stream.FROM_NOW)


async def test_a_server_that_cannot_repeat_the_last_event_may_be_telling_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    us = await desk.server.create(ONE, POST, "3kaaaaaaaaa2a")
    desk.server.faults.deaf = True
    async with desk.listening({"us": us, "host": desk.server.host}) as heard:
        monkeypatch.setattr(bluesky_stream, "PATIENCE", 0.05)
        assert (await heard.get()).complete
        silent = await heard.get()
        assert (silent.complete, silent.silent) == (False, True)
        assert silent.note == bluesky_stream.UNPROVED
        assert silent.cursor == {"us": us, "host": desk.server.host}


async def test_after_long_quiet_a_new_connection_asks_for_the_last_event_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky_stream, "QUIET", 0.05)
    us = await desk.server.create(ONE, POST, "3kaaaaaaaaa2a")
    async with desk.listening({"us": us, "host": desk.server.host}) as heard:
        batches = []
        while (batch := await heard.get()) is not None:
            assert isinstance(batch, Notices)
            batches.append(batch)
    assert all(batch.complete for batch in batches)
    assert batches[-1].cursor["us"] == us


@pytest.mark.checklist("clock-skew")
@pytest.mark.parametrize("minutes", [-10, 10])
async def test_a_clock_that_is_wrong_by_minutes_loses_nothing(desk: Desk, minutes: int) -> None:
    desk.clock = lambda: datetime.now(UTC) + timedelta(minutes=minutes)
    async with desk.listening() as heard:
        await heard.get()
        await desk.server.create(ONE, POST, "3kaaaaaaaaa2a")
        left = (await heard.get()).cursor
    await desk.server.create(TWO, POST, "3kaaaaaaaaa2b")
    found = await desk.listen(2, left)
    assert ("w-2", NoticeKind.ACT, "") in told(found[0]) | told(found[1])
    assert all(batch.complete for batch in found)


async def test_a_time_of_the_far_future_does_not_move_the_cursor(desk: Desk) -> None:
    async with desk.listening() as heard:
        await heard.get()
        us = await desk.server.create(ONE, POST, "3kaaaaaaaaa2a")
        await heard.get()
        await desk.server.emit({"did": TWO, "kind": "identity"}, us + 86_400 * SECOND)
        batch = await heard.get()
    assert batch.cursor["us"] == us
    assert told(batch) == {("w-2", NoticeKind.ACCOUNT, "")}
    assert not batch.complete


async def test_twice_the_same_is_one_notice(desk: Desk) -> None:
    desk.server.faults.twice = True
    async with desk.listening() as heard:
        await heard.get()
        await desk.server.delete(ONE, POST, "3kaaaaaaaaa2a")
        batch = await heard.get()
    assert len(batch.notices) == 1


@pytest.mark.checklist("stranger-never-stored")
async def test_a_server_that_sends_everybody_is_left(desk: Desk) -> None:
    desk.server.faults.unfiltered = True
    async with desk.listening() as heard:
        await heard.get()
        for number in range(MOST_UNASKED + 50):
            await desk.server.create(did(1_000 + number), POST, "3kaaaaaaaaa2a")
        batch = await heard.get()
        while isinstance(batch, Notices):
            assert batch.notices == ()
            assert batch.cursor == {}
            batch = await heard.get()
    assert isinstance(batch, BlockedError)
    assert "did:" not in str(batch)


HOSTILE: list[bytes | str] = [
    "", "null", "[]", '"x"', "{", "{}", "1e999", "[" * 100_000, '{"did":' * 5_000,
    '{"did":1,"time_us":1}', '{"did":null,"time_us":1}', f'{{"did":"{ONE}"}}',
    f'{{"did":"{ONE}","time_us":"1"}}', f'{{"did":"{ONE}","time_us":1.5}}',
    f'{{"did":"{ONE}","time_us":{"9" * 400},"kind":"account"}}',
    f'{{"did":"{ONE}","time_us":-5,"kind":"account"}}',
    f'{{"did":"{ONE}","time_us":99999999999999999,"kind":"account"}}',
    f'{{"did":"{ONE}","time_us":1,"kind":7}}',
    f'{{"did":"{ONE}","time_us":1,"kind":"commit","commit":[]}}',
    f'{{"did":"{ONE}","time_us":1,"kind":"commit","commit":{{"operation":"delete"}}}}',
    json.dumps({"did": ONE, "time_us": 1, "kind": "commit", "commit": {
        "operation": "delete", "collection": POST, "rkey": "../../\x00\u202e/x" * 9}}),
    json.dumps({"did": ONE, "time_us": 1, "kind": "commit", "commit": {
        "operation": "x" * 9_999, "collection": FOLLOW, "rkey": ""}}),
    json.dumps({"did": ONE, "time_us": 1, "kind": "commit", "commit": {
        "operation": "create", "collection": "y" * 9_999, "rkey": "a"}}),
    '{"did":"\\ud800","time_us":1}', f'{{"did":"{ONE}\\u0000","time_us":1}}',
    f'{{"did":"{ONE}","did":"{STRANGER}","time_us":1}}', "\ufeff{}", "NaN",
]  # fmt: skip


@pytest.mark.parametrize("frame", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_frame_neither_stops_nor_moves_anything(frame: bytes | str) -> None:
    now = int(datetime.now(UTC).timestamp()) * SECOND
    reading = Reading(ACCOUNTS, 1_000, "contoh.test")
    reading.take(frame.encode("utf-8", "surrogatepass") if isinstance(frame, str) else frame, now)
    batch = reading.batch()
    assert batch.cursor == {"us": 1_000, "host": "contoh.test"}
    for notice in batch.notices:
        assert notice in {Notice("w-1", NoticeKind.ACT), Notice("w-1", NoticeKind.ACCOUNT)}
    good = json.dumps({"did": TWO, "time_us": 2_000, "kind": "identity"}).encode()
    reading.take(good, now)
    assert told(reading.batch()) == {("w-2", NoticeKind.ACCOUNT, "")}


async def test_hostile_frames_end_the_connection_when_there_are_too_many(desk: Desk) -> None:
    async with desk.listening() as heard:
        await heard.get()
        desk.server.faults.raw = ["{"] * (MOST_UNREADABLE + 1)
        await desk.server.create(ONE, POST, "3kaaaaaaaaa2a")
        batch = await heard.get()
        while isinstance(batch, Notices):
            assert not batch.complete
            batch = await heard.get()
    assert isinstance(batch, BlockedError)


@pytest.mark.checklist("slow-body")
async def test_a_frame_without_an_end_and_one_that_is_compressed_end_the_connection(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky_stream, "MOST_BYTES", 10_000)
    for frame, kind in (("x" * 20_000, TransientError), (b"\x28\xb5\x2f\xfd", BlockedError)):
        async with desk.listening() as heard:
            await heard.get()
            desk.server.faults.raw = [frame]
            await desk.server.create(ONE, POST, "3kaaaaaaaaa2a")
            error = await heard.get()
        assert isinstance(error, kind)


@pytest.mark.checklist("truncated")
@pytest.mark.checklist("truncated")
async def test_a_cut_connection_is_an_error_that_may_pass(desk: Desk) -> None:
    desk.server.faults.cut_after = 1
    async with desk.listening() as heard:
        await heard.get()
        await desk.server.create(ONE, POST, "3kaaaaaaaaa2a")
        ended = await heard.get()
        while isinstance(ended, Notices):
            ended = await heard.get()
    assert isinstance(ended, TransientError)


@pytest.mark.checklist("429-headers", "429-bare", "5xx-burst", "token-401-403-quota")
@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (429, {"Retry-After": "7"}, RateLimited),
        (429, {}, RateLimited),
        (503, {}, TransientError),
        (500, {}, TransientError),
        (400, {}, BlockedError),
        (401, {}, BlockedError),
        (403, {}, BlockedError),
        (404, {}, BlockedError),
        (302, {"Location": "http://127.0.0.1:9/"}, BlockedError),
        (200, {}, BlockedError),
    ],
)
async def test_a_refused_handshake(
    desk: Desk, status: int, headers: dict[str, str], kind: type[CollectError]
) -> None:
    desk.server.faults.refuse = (status, headers)
    with pytest.raises(kind) as caught:
        await desk.listen(1)
    assert type(caught.value) is kind
    if isinstance(caught.value, RateLimited):
        assert caught.value.retry_after == (7.0 if headers else 60.0)
    assert len(desk.server.asked) == 1


@pytest.mark.checklist("slow-body")
async def test_a_server_that_reads_nothing_is_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bluesky_stream, "PATIENCE", 0.05)
    desk.server.faults.mute = True
    with pytest.raises(TransientError, match="does not answer"):
        await desk.listen(1)


async def test_nothing_is_asked_of_a_private_address_that_is_not_allowed() -> None:
    async with (
        Jetstream() as server,
        Http(config.Http(contact="uji@contoh.test")) as http,
    ):
        desk = Desk(server, http, config.Bluesky(stream=(server.url,)))
        with pytest.raises(BlockedError, match="not public"):
            await desk.listen(1)
        assert server.asked == []


async def test_a_closed_door_ends_a_stream_that_is_open(desk: Desk) -> None:
    shut: list[str] = []
    desk.http = Behind(desk.http, lambda _: "".join(shut))
    async with desk.listening() as heard:
        await heard.get()
        shut.append("dimatikan")
        await desk.server.create(ONE, POST, "3kaaaaaaaaa2a")
        ended = await heard.get()
    assert isinstance(ended, ClosedError)
    with pytest.raises(ClosedError):
        await desk.listen(1)
    assert len(desk.server.asked) == 1
