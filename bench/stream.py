"""Reading a stream of 10,000 accounts, beside a naive loop on ``websockets`` and ``json``.

A server in a process of its own sends the same frames to both, as fast as they read. Ours checks
each frame, tells registered accounts from others and gathers notices; the loop decodes each frame
and looks the account up in a dict. Figures are events for each second of CPU (user and system).
Memory is what 100,000 accounts on connections of 10,000 add to a process that follows them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import subprocess
import sys
import time
from contextlib import aclosing
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from websockets.asyncio.client import connect

from monitor import config
from monitor.clock import utc_now
from monitor.collect import bluesky_stream
from monitor.collect.bluesky import Bluesky
from monitor.net import Http
from monitor.run.stream import divided

ROOT = Path(__file__).resolve().parents[1]
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
# An event so many microseconds ahead is the last one.
MARK = 300_000_000
CREATED = 0.9
TEXT = "Rapat koordinasi persiapan upacara, mohon hadir tepat waktu di aula lantai dua. " * 2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--part", choices=sorted(PARTS))
    parser.add_argument("--url", default="")
    given = parser.parse_args()
    if given.part:
        print(json.dumps(asyncio.run(PARTS[given.part](given.url, given.events))))
        return
    _compare(given.events, given.rounds)


def _compare(events: int, rounds: int) -> None:
    server = _begin("serve", "", events)
    try:
        if server.stdout is None:
            raise SystemExit("the server has no output")
        url = server.stdout.readline().strip()
        best = {"naive": 0.0, "ours": 0.0}
        for _ in range(rounds):
            for part, so_far in best.items():
                best[part] = max(so_far, _measure(part, url, events)["rate"])
        memory = _measure("many", url, 0)
    finally:
        server.terminate()
        server.wait()
    print(f"10,000 accounts, {events:,} events, the best of {rounds} rounds")
    for name, part in (("this reader", "ours"), ("websockets and json", "naive")):
        print(f"  {name:20} {best[part]:10,.0f} events for each second of CPU")
    print(f"  ratio: {best['ours'] / best['naive']:.1f}x")
    print(
        f"100,000 accounts on {memory['links']:.0f} connections: {memory['mb']:.0f} MB more,"
        f" {memory['flat']:+.1f} MB after {memory['batches']:,.0f} full batches"
    )


def _begin(part: str, url: str, events: int) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "--part", part, "--url", url, "--events", str(events)]
    paths = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=paths)


def _measure(part: str, url: str, events: int) -> dict[str, float]:
    said, _ = _begin(part, url, events).communicate()
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found


def _did(number: int) -> str:
    return "did:plc:" + "".join(random.Random(number).choices(ALPHABET, k=24))


def _accounts(count: int) -> dict[str, str]:
    return {_did(number): f"W-{number:06}" for number in range(count)}


def _frames(dids: list[str], count: int) -> list[tuple[str, str]]:
    """Return events in the mixture of the public network: likes, posts, follows, a few deletes."""
    chance, now = random.Random(1), _now()
    frames: list[tuple[str, str]] = []
    for number in range(count):
        kind = chance.choices(("like", "post", "follow", "repost"), (55, 25, 12, 8))[0]
        home = "app.bsky.graph" if kind == "follow" else "app.bsky.feed"
        commit: dict[str, Any] = {"rev": "3n2trvlfuvs2i", "collection": f"{home}.{kind}"}
        commit |= {"rkey": f"3n2trv{number:07}", "operation": "delete"}
        if chance.random() < CREATED:
            record = {"createdAt": "2026-11-21T18:59:49.710Z", "$type": f"{home}.{kind}"}
            record |= {"text": TEXT} if kind == "post" else {"subject": dids[0] * 3}
            commit |= {"operation": "create", "record": record, "cid": "bafyreiaag43" * 5}
        did = chance.choice(dids)
        event = {"did": did, "time_us": now + number, "kind": "commit", "commit": commit}
        frames.append((did, json.dumps(event)))
    return frames


def _last(frame: str) -> str:
    """Return an event whose time says that it is the last."""
    event = json.loads(frame)
    return json.dumps({**event, "time_us": event["time_us"] + 2 * MARK})


async def serve(_: str, events: int) -> dict[str, float]:
    """Send so many events to whoever says hello, and then wait."""
    frames = _frames(list(_accounts(10_000)), min(events, 20_000))

    async def subscribe(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False, max_msg_size=10_000_000)
        await socket.prepare(request)
        hello = await socket.receive()
        wanted = set(json.loads(hello.data)["payload"]["wantedDids"])
        chosen = [frame for did, frame in frames if did in wanted]
        reading = asyncio.create_task(_until_closed(socket))
        for number in range(events if chosen else 0):
            if socket.closed:
                break
            await socket.send_str(chosen[number % len(chosen)])
        if chosen and not socket.closed:
            await socket.send_str(_last(chosen[0]))
        await reading
        return socket

    app = web.Application()
    app.router.add_get("/subscribe", subscribe)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"ws://127.0.0.1:{runner.addresses[0][1]}/subscribe", flush=True)
    await asyncio.Event().wait()
    return {}


async def _until_closed(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type is WSMsgType.ERROR:
            return


async def ours(url: str, events: int) -> dict[str, float]:
    """Read them as the daemon does, up to the point where a batch is handed over."""
    accounts = _accounts(10_000)
    host = url.removeprefix("ws://").removesuffix("/subscribe")
    places = config.Bluesky(stream=(url,))
    settings = config.Http(contact="bench@contoh.test", allow_private=(host,))
    async with Http(settings) as http:
        batches = Bluesky(http, places).stream(accounts, {})
        async with aclosing(batches):
            await anext(batches)
            began, end = _cpu(), _now() + MARK
            while int(str((await anext(batches)).cursor.get("us", 0))) < end:
                pass
            used = _cpu() - began
    return {"rate": events / used}


async def naive(url: str, events: int) -> dict[str, float]:
    """Read them as the first page of any tutorial does."""
    accounts = _accounts(10_000)
    due: dict[str, int] = {}
    async with connect(f"{url}?requireHello=true", compression=None) as socket:
        payload = {"wantedCollections": [], "wantedDids": list(accounts)}
        await socket.send(json.dumps({"type": "options_update", "payload": payload}))
        began, end = _cpu(), _now() + MARK
        async for message in socket:
            event = json.loads(message)
            watch_id = accounts.get(event["did"])
            if watch_id and event["kind"] == "commit":
                due[watch_id] = event["time_us"]
            if event["time_us"] >= end:
                break
        used = _cpu() - began
    return {"rate": events / used}


async def many(url: str, _: int) -> dict[str, float]:
    """Hold 100,000 accounts on as many connections as they need."""
    host = url.removeprefix("ws://").removesuffix("/subscribe")
    settings = config.Http(contact="bench@contoh.test", allow_private=(host,))
    before = _rss()
    shares = divided(_accounts(100_000), bluesky_stream.MOST_ACCOUNTS)
    batches = 0
    async with Http(settings) as http:
        bluesky = Bluesky(http, config.Bluesky(stream=(url,)))
        streams = [bluesky.stream(share, {}) for share in shares]
        await asyncio.gather(*(anext(one) for one in streams))
        held = _rss() - before
        for _round in range(20):
            done = await asyncio.gather(*(asyncio.wait_for(anext(s), 5) for s in streams),
                                        return_exceptions=True)  # fmt: skip
            batches += sum(1 for one in done if not isinstance(one, BaseException))
        flat = _rss() - before - held
        for one in streams:
            await one.aclose()
    return {"links": len(shares), "mb": held, "flat": flat, "batches": batches}


def _now() -> int:
    return int(utc_now().timestamp() * 1_000_000)


def _cpu() -> float:
    return time.process_time()


def _rss() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


PARTS = {"serve": serve, "ours": ours, "naive": naive, "many": many}

if __name__ == "__main__":
    main()
