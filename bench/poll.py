"""Conditional polls of feeds that have nothing new, against a loopback server in its own process.

First, polls for each second of CPU: the HTTP layer alone, a look by the collector, a whole look
with its commit, and beside them a client that opens a session for each request, as tutorials do.
Then the real daemon with 100,000 accounts that are each due once an hour: the share of one core
that it uses, and how late looks begin after they fell due.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Any

import aiohttp

from monitor import app, config
from monitor.clock import to_text, utc_now
from monitor.collect.feeds import Feeds
from monitor.log import set_up
from monitor.model.evidence import Exchange
from monitor.model.person import Watch
from monitor.net import Http
from monitor.net_guard import Expect
from monitor.run.pipeline import Pipeline
from monitor.store import register
from tests.installation import Installation

ROOT = Path(__file__).resolve().parents[1]
HOUR = 3_600.0
TICK = 1.0
AT_ONCE = 20
# A second after the daemon began and one before it ends are left out.
EDGE = 3.0
ETAG = '"satu"'
ANSWER = (
    b"HTTP/1.1 304 Not Modified\r\nETag: \"satu\"\r\nDate: Sun, 22 Nov 2026 09:00:00 GMT\r\n"
    b"Server: bench\r\nCache-Control: max-age=600\r\nConnection: keep-alive\r\n\r\n"
)  # fmt: skip
CONFIG = """
[http]
contact = "bench@netralitas.example"
allow_private = ["{host}"]
requests_per_second = 100000.0
connections_per_host = 20

[paths]
register = "register.csv"

[collect.feeds]
interval = 3600.0
min_interval = 900.0

[collect.bluesky]
enabled = false

[schedule]
max_interval = 3600.0

[health]
min_free_bytes = 1

[[notify.routes]]
notifier = "stdout"
destination = "layar"
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polls", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--part", choices=sorted(PARTS))
    parser.add_argument("--host", default="")
    parser.add_argument("--folder", type=Path, default=Path())
    given = parser.parse_args()
    set_up("ERROR")
    if given.part:
        print(json.dumps(asyncio.run(PARTS[given.part](given))), flush=True)
        return
    server = subprocess.Popen([*_command("serve"), "--seconds", "0"], stdout=subprocess.PIPE,
                              text=True, env=_paths())  # fmt: skip
    try:
        given.host = server.stdout.readline().strip() if server.stdout else ""
        _rates(given)
        _hour(given)
    finally:
        server.terminate()
        server.wait()


def _rates(given: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(dir=ROOT / "bench") as folder:
        _furnish(Path(folder), given.host, AT_ONCE)
        rates = dict.fromkeys(("naive", "http", "fetch", "look"), 0.0)
        for _ in range(given.rounds):
            for part, so_far in rates.items():
                rates[part] = max(so_far, _run(part, given, folder)["rate"])
    print(
        f"{given.polls:,} conditional polls, {AT_ONCE} at once, the best of {given.rounds} rounds"
    )
    names = {
        "http": "HTTP layer",
        "fetch": "collector",
        "look": "whole look, with its commit",
        "naive": "a session for each request",
    }
    for part, name in names.items():
        times = rates[part] / rates["naive"]
        print(f"  {name:28} {rates[part]:8,.0f} for each second of CPU   {times:.1f}x")


def _hour(given: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory(dir=ROOT / "bench") as folder:
        _furnish(Path(folder), given.host, given.accounts)
        found = _run("daemon", given, folder)
    print(f"{given.accounts:,} accounts, each once an hour, nothing new; {found['wall']:.0f} s")
    print(f"  {found['looks']:,.0f} looks, {found['share']:.1%} of one core")
    print(f"  late: median {found['median']:.2f} s, p99 {found['p99']:.2f} s; tick {TICK:.0f} s")


def _run(part: str, given: argparse.Namespace, folder: str) -> dict[str, float]:
    asked = {"polls": given.polls, "accounts": given.accounts, "seconds": given.seconds}
    more = [f"--{name}={value}" for name, value in {**asked, "host": given.host}.items()]
    command = [*_command(part), *more, f"--folder={folder}"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=_paths())
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _command(part: str) -> list[str]:
    return [sys.executable, __file__, "--part", part]


def _paths() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


def _furnish(folder: Path, host: str, count: int) -> None:
    place = Installation(folder, (host,), "http://127.0.0.1:9", "http://127.0.0.1:9", "")
    place.candidates = [(f"calon{n}.rekaan.example", f"did:plc:calon{n}") for n in (1, 2)]
    for number in range(count):
        place.person(f"w{number}", _address(host, number), platform="feed")
    place.write()
    (folder / "config.toml").write_text(CONFIG.format(host=host), "utf-8")


def _address(host: str, number: int) -> str:
    return f"http://{host}/{number}"


class Server(asyncio.Protocol):
    """Answers each request with 304, as fast as Python can, and notes when it came."""

    came: list[tuple[str, float]] = []  # noqa: RUF012  one process, one list

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        path = data.split(b" ", 2)[1].decode()
        if path == "/came":
            body = json.dumps(self.came).encode()
            head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
            self._transport.write(head.encode() + body)
            return
        self.came.append((path[1:], time.time()))
        self._transport.write(ANSWER)


async def serve(_: argparse.Namespace) -> dict[str, float]:
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0)
    print("{}:{}".format(*server.sockets[0].getsockname()), flush=True)
    await server.serve_forever()
    return {}


async def naive(given: argparse.Namespace) -> dict[str, float]:
    """Open a session, ask, close it."""

    async def poll(number: int) -> None:
        async with aiohttp.ClientSession() as session:
            url = _address(given.host, number)
            async with session.get(url, headers={"If-None-Match": ETAG}) as answer:
                await answer.read()

    return await _rated(poll, given.polls)


async def http(given: argparse.Namespace) -> dict[str, float]:
    async with Http(config.load(given.folder / "config.toml").http) as door:

        async def poll(number: int) -> Exchange:
            return await door.get(
                _address(given.host, number), subject="w", headers={"If-None-Match": ETAG},
                expect=Expect.FEED, configured=True,
            )  # fmt: skip

        return await _rated(poll, given.polls)


async def fetch(given: argparse.Namespace) -> dict[str, float]:
    """Ask as the collector does, for the page that says "nothing new"."""
    settings = config.load(given.folder / "config.toml")
    watch = await _line(settings)
    cursor = _cursor(watch.address)
    async with Http(settings.http) as door:
        feeds = Feeds(door, settings.collect.feeds)

        async def poll(_: int) -> None:
            async with aclosing(_generator(feeds, watch, cursor)) as pages:
                async for _page in pages:
                    pass

        return await _rated(poll, given.polls)


def _generator(feeds: Feeds, watch: Watch, cursor: Mapping[str, object]) -> Any:
    return feeds.fetch(watch, cursor, None)


async def _line(settings: config.Config) -> Watch:
    async with app.opened(settings) as opened:
        return register.watches(opened.writer.reader())[0]


def _cursor(address: str) -> dict[str, str]:
    return {"of": hashlib.sha256(address.encode()).hexdigest()[:16], "etag": ETAG}


async def look(given: argparse.Namespace) -> dict[str, float]:
    """Look as a worker of the daemon does: state, request, judging nothing, commit."""
    async with app.opened(config.load(given.folder / "config.toml")) as opened:
        _settle(opened, 0.0)
        watches = register.watches(opened.writer.reader())
        pipeline: Pipeline = vars(opened.daemon)["_pipeline"]

        async def poll(number: int) -> None:
            report = await pipeline.poll(watches[number % len(watches)])
            if report.error or report.items:
                raise SystemExit(f"not a poll without news: {report}")

        return await _rated(poll, given.polls)


async def _rated(poll: Callable[[int], Awaitable[object]], polls: int) -> dict[str, float]:
    numbers = iter(range(polls))

    async def work() -> None:
        for number in numbers:
            await poll(number)

    await poll(0)
    cpu = time.process_time()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return {"rate": polls / (time.process_time() - cpu)}


def _settle(opened: app.App, begin: float) -> dict[str, float]:
    """Make every source one that was read before, due evenly within the hour; return when."""
    now = utc_now()
    conn = opened.writer.reader()
    found = conn.execute("SELECT watch_id, address FROM source").fetchall()
    due = {w: now.timestamp() + begin + HOUR * n / len(found) for n, (w, _) in enumerate(found)}
    rows = [(json.dumps(_cursor(a)), a, due[w], to_text(now), to_text(now), w) for w, a in found]
    with opened.writer.transaction() as tx:
        tx.executemany(
            "UPDATE source SET cursor = ?, native_id = ?, next_check_at = ?, last_look_at = ?,"
            " last_success_at = ? WHERE watch_id = ?",
            rows,
        )
    return due


async def daemon(given: argparse.Namespace) -> dict[str, float]:
    """Run the real daemon for some seconds of the hour."""
    async with app.opened(config.load(given.folder / "config.toml")) as opened:
        due = _settle(opened, EDGE)
        begin, cpu = time.time(), time.process_time()
        asyncio.get_running_loop().call_later(given.seconds, opened.daemon.stop)
        await opened.daemon.run()
        used, wall = time.process_time() - cpu, time.time() - begin
    url = f"http://{given.host}/came"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        came = json.loads(await answer.read())
    first: dict[str, float] = {}
    for number, at in came:
        if at >= begin:
            first.setdefault(f"w{number}", at)
    wanted = {w: at for w, at in due.items() if begin + EDGE < at < begin + given.seconds - EDGE}
    missed = wanted.keys() - first.keys()
    if missed:
        raise SystemExit(f"{len(missed)} of {len(wanted)} were not looked at")
    if not wanted:
        raise SystemExit("nobody fell due: ask for more accounts or seconds")
    late = sorted(first[watch_id] - at for watch_id, at in wanted.items())
    return {
        "share": used / wall,
        "wall": wall,
        "looks": len(first),
        "median": late[len(late) // 2],
        "p99": late[int(len(late) * 0.99)],
    }


PARTS: dict[str, Callable[[argparse.Namespace], Coroutine[Any, Any, dict[str, float]]]] = {
    "serve": serve,
    "naive": naive,
    "http": http,
    "fetch": fetch,
    "look": look,
    "daemon": daemon,
}  # fmt: skip

if __name__ == "__main__":
    main()
