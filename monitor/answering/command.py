"""``netralitas klarifikasi serve``: the page of answers on loopback, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from monitor import app, console
from monitor.answering.site import Page
from monitor.clock import utc_now
from monitor.errors import ConfigError, Fault
from monitor.klarifikasi import office_faults
from monitor.run.answers import Answering

HOST = "127.0.0.1"
STOP_SECONDS = 10.0


def serve(path: Path, port: int | None) -> int:
    """Serve until SIGINT or SIGTERM; ``port`` 0 takes a free one."""
    with app.desk(path) as (settings, writer):
        if faults := office_faults(settings):
            raise ConfigError(faults)
        answering = Answering(writer, settings, utc_now)
        page = Page(answering, app.load_ruleset(settings), settings.snapshots)
        wanted = settings.answers.port if port is None else port
        asyncio.run(run(page, wanted, lambda at: console.plain(f"Page of answers: {at}")))
    return 0


async def run(page: Page, port: int, ready: Callable[[str], None]) -> None:
    """Answer on loopback; ``ready`` gets the address once requests are taken."""
    runner = web.AppRunner(
        page.app(), access_log=None, keepalive_timeout=15.0, shutdown_timeout=STOP_SECONDS
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, HOST, port)
        try:
            await site.start()
        except OSError as error:
            got = f"{port}: {error.strerror or 'in use'}"
            hint = "0 takes one"
            fault = Fault("klarifikasi serve", "--port", "a free port", got, hint)
            raise ConfigError([fault]) from None
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        ready(f"http://{HOST}:{runner.addresses[0][1]}/")
        await stop.wait()
    finally:
        await runner.cleanup()
