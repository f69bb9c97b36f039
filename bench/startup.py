"""From ``netralitas run`` to the first request, with the shipped watchlists.

Beside it: how long Python takes to import the libraries alone, which is the part that no design
of ours can save. Medians of several runs.
"""

from __future__ import annotations

import asyncio
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web

from monitor import app, config, watch

RUNS = 5
CONFIG = """
[http]
contact = "bench@netralitas.example"
allow_private = ["127.0.0.1:{port}"]

[paths]
watchlists = "{watchlists}"
register = "register.csv"
"""
REGISTER = """watch_id,person_ref,name,platform,address,instansi,unit,employer_type,zone,ownership,\
legal_ground,notice_date,registered_on
w-1,p-1,Orang Rekaan,feed,http://127.0.0.1:{port}/feed.xml,Dinas,Bidang,PNS,WIB,declared,SK 1,\
{told},{told}
"""
LIBRARIES = "import aiohttp, apscheduler, feedparser, jinja2, loguru, pydantic, rapidfuzz, typer"


async def measure() -> list[float]:
    """Return the seconds from starting the program to its first request, for each run."""
    first = asyncio.Event()

    async def feed(_: web.Request) -> web.Response:
        first.set()
        raise web.HTTPNotFound

    server = web.Application()
    server.router.add_get("/feed.xml", feed)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    found = []
    with tempfile.TemporaryDirectory() as folder:
        file = furnish(Path(folder), runner.addresses[0][1])
        for _ in range(RUNS):
            first.clear()
            (file.parent / "data" / "netralitas.sqlite3").unlink(missing_ok=True)
            app.initialise(config.load(file))
            started = time.perf_counter()
            command = [sys.executable, "-m", "monitor", "run", "-c", str(file)]
            process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.DEVNULL)
            async with asyncio.timeout(60):
                await first.wait()
            found.append(time.perf_counter() - started)
            process.send_signal(signal.SIGTERM)
            await process.wait()
    await runner.cleanup()
    return found


def furnish(folder: Path, port: int) -> Path:
    told = (datetime.now(UTC).date() - timedelta(days=3)).isoformat()
    text = CONFIG.format(port=port, watchlists=watch.shipped())
    (folder / "config.toml").write_text(text)
    (folder / "register.csv").write_text(REGISTER.format(port=port, told=told))
    return folder / "config.toml"


def libraries() -> list[float]:
    found = []
    for _ in range(RUNS):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", LIBRARIES], check=True)
        found.append(time.perf_counter() - started)
    return found


def main() -> None:
    ours = statistics.median(asyncio.run(measure()))
    theirs = statistics.median(libraries())
    print(f"start to first request: {ours:.2f} s; libraries alone: {theirs:.2f} s")
    print(f"ratio {ours / theirs:.2f}")


if __name__ == "__main__":
    main()
