"""A Jetstream server, version 1 of its wire, with the faults that a suite asks it for.

It behaves as the public servers do where their sources say so: nothing is sent before the hello;
no list of accounts means everybody; account and identity events pass the list of collections; a
time of the future begins with the present; one older than what is kept begins with the oldest,
without a word; an invalid list ends the connection.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import WSMsgType, web

from monitor.clock import Clock, utc_now

SECOND = 1_000_000
MOST_DIDS = 10_000
MOST_COLLECTIONS = 100
MOST_HELLO = 10_000_000


@dataclass
class Options:
    """What a subscriber asked for; an empty list wants everything."""

    collections: frozenset[str] = frozenset()
    dids: frozenset[str] = frozenset()

    def wants(self, event: Mapping[str, Any]) -> bool:
        if self.dids and event["did"] not in self.dids:
            return False
        collection = event.get("commit", {}).get("collection", "")
        return not self.collections or not collection or collection in self.collections


@dataclass
class Faults:
    """What goes wrong from now on; each is off by default.

    ``kept`` is how many seconds of events are replayed. ``cut_after`` ends a connection after so
    many frames; ``raw`` are frames sent in place of the next events; ``ahead`` is by how many
    seconds the server's clock differs; ``refuse`` is a status and headers for every handshake.
    """

    kept: float = 129_600.0
    deaf: bool = False
    mute: bool = False
    twice: bool = False
    unfiltered: bool = False
    cut_after: int = 0
    ahead: float = 0.0
    raw: list[bytes | str] = field(default_factory=list)
    refuse: tuple[int, dict[str, str]] | None = None


class Jetstream:
    """Emit through its methods, subscribe at ``url``; ``asked`` lists the queries that came."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock
        self._runner: web.AppRunner | None = None
        self._came = asyncio.Condition()
        self._last = 0
        self._open: set[web.WebSocketResponse] = set()
        self.events: list[dict[str, Any]] = []
        self.faults = Faults()
        self.asked: list[dict[str, str]] = []
        self.hellos: list[Options] = []
        self.sent = 0
        self.url = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes a free one. What was emitted is still there."""
        app = web.Application()
        app.router.add_get("/subscribe", self._subscribe)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"ws://127.0.0.1:{self._runner.addresses[0][1]}/subscribe"

    async def stop(self) -> None:
        await self.drop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def drop(self) -> None:
        """End every connection, as a restart of the server does."""
        for socket in list(self._open):
            await socket.close(code=1001)

    @property
    def host(self) -> str:
        """``host:port``, as ``http.allow_private`` lists it."""
        return self.url.removeprefix("ws://").removesuffix("/subscribe")

    @property
    def connections(self) -> int:
        return len(self._open)

    async def create(self, did: str, collection: str, rkey: str, record: Any = None) -> int:
        return await self.commit(did, "create", collection, rkey, record or {"$type": collection})

    async def delete(self, did: str, collection: str, rkey: str) -> int:
        return await self.commit(did, "delete", collection, rkey)

    async def commit(
        self, did: str, operation: str, collection: str, rkey: str, record: Any = None
    ) -> int:
        """Emit a commit; returns its time in microseconds."""
        commit = {"rev": "3kabcdefgh222", "operation": operation, "collection": collection}
        commit |= {"rkey": rkey}
        if record is not None:
            commit |= {"record": record, "cid": "bafyreib"}
        return await self.emit({"did": did, "kind": "commit", "commit": commit})

    async def account(self, did: str, *, active: bool, status: str = "") -> int:
        account = {"active": active, "did": did, "seq": len(self.events), "time": ""}
        if status:
            account["status"] = status
        return await self.emit({"did": did, "kind": "account", "account": account})

    async def identity(self, did: str, handle: str) -> int:
        identity = {"did": did, "handle": handle, "seq": len(self.events), "time": ""}
        return await self.emit({"did": did, "kind": "identity", "identity": identity})

    async def emit(self, event: Mapping[str, Any], time_us: int = 0) -> int:
        """Emit an event as it stands; ``time_us`` is by default the server's present."""
        self._last = time_us or max(self._now(), self._last + 1)
        async with self._came:
            self.events.append({**event, "time_us": self._last})
            self._came.notify_all()
        return self._last

    def _now(self) -> int:
        return int((self._clock().timestamp() + self.faults.ahead) * SECOND)

    async def _subscribe(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(dict(request.query))
        if self.faults.refuse:
            status, headers = self.faults.refuse
            return web.Response(status=status, headers=headers)
        options = Options(
            frozenset(request.query.getall("wantedCollections", [])),
            frozenset(request.query.getall("wantedDids", [])),
        )
        cursor = request.query.get("cursor", "")
        if cursor and not cursor.isdecimal():
            return web.Response(status=400, text=f"invalid cursor: {cursor}")
        socket = web.WebSocketResponse(max_msg_size=MOST_HELLO, compress=False, autoping=False)
        await socket.prepare(request)
        self._open.add(socket)
        first = asyncio.get_running_loop().create_future()
        reader = asyncio.create_task(self._read(socket, options, first))
        try:
            if request.query.get("requireHello") == "true":
                await asyncio.wait([first, reader], return_when=asyncio.FIRST_COMPLETED)
            if not reader.done():
                start = self._start(int(cursor)) if cursor else len(self.events)
                await self._send(socket, options, start, reader)
        finally:
            self._open.discard(socket)
            reader.cancel()
            await asyncio.gather(reader, return_exceptions=True)
            with suppress(ConnectionError):
                await socket.close()
        return socket

    def _start(self, cursor: int) -> int:
        """Return the number of the first event to replay; too old a time is clamped silently."""
        now = self._now()
        if cursor > now:
            return len(self.events)
        floor = max(cursor, now - int(self.faults.kept * SECOND))
        found = (n for n, event in enumerate(self.events) if event["time_us"] >= floor)
        return next(found, len(self.events))

    async def _read(
        self, socket: web.WebSocketResponse, options: Options, first: asyncio.Future[None]
    ) -> None:
        async for message in socket:
            if message.type is WSMsgType.PING and not self.faults.mute:
                await socket.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                sent = json.loads(message.data)
                if sent.get("type") == "options_update":
                    if not _update(options, sent["payload"]):
                        await socket.close(code=1008)
                        return
                    self.hellos.append(Options(options.collections, options.dids))
                    if not first.done():
                        first.set_result(None)

    async def _send(
        self, socket: web.WebSocketResponse, options: Options, at: int, reader: asyncio.Task[None]
    ) -> None:
        frames = 0
        while not socket.closed and not reader.done():
            for event in self.events[at:]:
                at += 1
                for frame in self._frames(event, options):
                    try:
                        await self._frame(socket, frame)
                    except ConnectionError:
                        return
                    frames += 1
                    if self.faults.cut_after and frames >= self.faults.cut_after:
                        if socket._req is not None and socket._req.transport is not None:
                            socket._req.transport.abort()
                        return
            await self._wait(at, reader)

    async def _wait(self, at: int, reader: asyncio.Task[None]) -> None:
        async def more() -> None:
            async with self._came:
                await self._came.wait_for(lambda: len(self.events) > at)

        waiting = asyncio.create_task(more())
        await asyncio.wait([waiting, reader], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    def _frames(self, event: Mapping[str, Any], options: Options) -> Sequence[bytes | str]:
        raw, self.faults.raw = self.faults.raw, []
        if raw:
            return raw
        if self.faults.deaf or not (self.faults.unfiltered or options.wants(event)):
            return []
        frame = json.dumps(event)
        return [frame, frame] if self.faults.twice else [frame]

    async def _frame(self, socket: web.WebSocketResponse, frame: bytes | str) -> None:
        self.sent += 1
        if isinstance(frame, bytes):
            await socket.send_bytes(frame)
        else:
            await socket.send_str(frame)


def _update(options: Options, payload: Mapping[str, Any]) -> bool:
    """Take over a subscriber's lists; false where one is invalid."""
    dids = frozenset(payload.get("wantedDids") or ())
    collections = frozenset(payload.get("wantedCollections") or ())
    if len(dids) > MOST_DIDS or len(collections) > MOST_COLLECTIONS:
        return False
    if not all(did.startswith("did:") and did.count(":") >= 2 for did in dids):
        return False
    options.dids, options.collections = dids, collections
    return True
