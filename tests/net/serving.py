"""Real servers on loopback: one that speaks HTTP, and one that sends whatever bytes it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import RawTestServer

from monitor import config
from monitor.net import Http

NOW = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
SUBJECT = "w-001"

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Sleeper:
    """Stands for waiting: remembers how long, and lets others run instead."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """Serve with aiohttp; yields ``http://127.0.0.1:port``."""
    async with RawTestServer(handler, host="127.0.0.1") as server:
        yield f"http://127.0.0.1:{server.port}"


@asynccontextmanager
async def talking(conversation: Conversation) -> AsyncIterator[str]:
    """Serve raw bytes after the request's head was read."""
    writers: list[asyncio.StreamWriter] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await reader.readuntil(b"\r\n\r\n")
        await conversation(reader, writer)

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in writers:
            writer.close()
            try:
                await writer.wait_closed()
            except OSError:
                continue


@asynccontextmanager
async def client(
    *bases: str, sleeper: Sleeper | None = None, **settings: Any
) -> AsyncIterator[Http]:
    """Open an ``Http`` that may reach these servers; it never really waits."""
    given = {
        "contact": "pengelola@instansi.example",
        "allow_private": tuple(base.rpartition("/")[2] for base in bases),
        "requests_per_second": 1_000.0,
        **settings,
    }
    wait = sleeper or Sleeper()
    async with Http(config.Http(**given), lambda: NOW, sleep=wait, chance=lambda: 1.0) as http:
        yield http
