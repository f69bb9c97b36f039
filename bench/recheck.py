"""What looking again costs for each open case, beside writing an entry at every look.

The real rechecker looks at posts on the emulated network, which runs in a process of its own. The
first look writes an entry with its files; a quiet look, which finds the act as it was, writes none.
Figures are CPU seconds of our process (user and system), so a busy machine disturbs them little;
bytes are those of database and snapshots. Looks are those of the default spaces over 90 days.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor import app, config
from monitor.clock import utc_now
from monitor.demo.atproto import Atproto
from monitor.log import set_up
from monitor.model.activity import Activity, Actor, ObjectRef, Signal
from monitor.model.evidence import Canonical
from monitor.model.wire import activity_content
from monitor.store import findings, log, rechecks
from monitor.store.writer import Writer
from tests.installation import Installation

POST = "app.bsky.feed.post"
TEXT = "Ayo coblos nomor {}, menangkan Prakasita-Anggrek!"
EACH = 20  # acts of one account
ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--serve", type=int, default=0)
    given = parser.parse_args()
    set_up("ERROR")
    if given.serve:
        asyncio.run(_serve(given.serve))
        return
    for size in given.sizes:
        _measured(size)


class Unlimited(Atproto):
    """A network that names no allowance; a real server's is 10 requests a second."""

    def _limit_headers(self) -> dict[str, str]:
        return {}


async def _serve(size: int) -> None:
    """Publish that many posts, print where they are, and serve until the parent closes us."""
    async with Unlimited() as network:
        people = {}
        for number in range(size // EACH):
            handle = f"pegawai{number}.example"
            did = network.create_account(handle)
            made = [network.create_record(did, POST, _record(n)) for n in range(EACH)]
            people[handle] = {"did": did, "posts": [(one.uri, one.cid) for one in made]}
        calon = [(h, network.create_account(h)) for h in ("calon1.example", "calon2.example")]
        print(json.dumps({"url": network.url, "people": people, "calon": calon}), flush=True)
        await asyncio.to_thread(sys.stdin.read)


def _record(number: int) -> dict[str, Any]:
    return {"text": TEXT.format(number), "langs": ["id"], "createdAt": utc_now().isoformat()}


@dataclass
class Cost:
    cpu: float
    wall: float
    size: int


def _measured(size: int) -> None:
    command = [sys.executable, __file__, "--serve", str(size)]
    paths = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=paths
    ) as server:
        if server.stdout is None or server.stdin is None:
            raise RuntimeError("the emulated network was not started")
        world = json.loads(server.stdout.readline())
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(_compare(size, world, Path(folder)))
        server.stdin.close()


async def _compare(size: int, world: dict[str, Any], folder: Path) -> None:
    place = _installation(world, folder)
    settings = place.settings.model_copy(
        update={"http": place.settings.http.model_copy(update={"requests_per_second": 1e6})}
    )
    async with app.opened(settings) as opened:
        _fill(opened.writer, world)
        first = await _looks(opened, settings)
        quiet = await _looks(opened, settings)
        begun = time.perf_counter()
        for _ in range(1_000):
            rechecks.any_due(opened.writer.reader(), 0.0)
        idle = (time.perf_counter() - begun) / 1_000
    looks = _looks_in(settings.recheck)
    print(f"{size:,} open cases")
    for name, cost in (("first look, an entry", first), ("quiet look, none", quiet)):
        print(
            f"  {name:22} {cost.cpu / size * 1e3:6.2f} CPU ms, {cost.size / size:8.0f} bytes a case"
            f"   {size / cost.wall:6.0f} cases/s"
        )
    ours, theirs = 2 * first.size + (looks - 2) * quiet.size, looks * first.size
    print(
        f"  {looks} looks in 90 days: {ours / size / 1e3:.1f} KB a case;"
        f" an entry at each look: {theirs / size / 1e3:.1f} KB, {theirs / ours:.1f}x"
    )
    print(f"  nothing due: {idle * 1e6:.0f} us a glance")


def _installation(world: dict[str, Any], folder: Path) -> Installation:
    url = world["url"]
    place = Installation(
        folder / "pasang",
        hosts=(url.removeprefix("http://"),),
        directory=url,
        resolver=url,
        telegram="http://127.0.0.1:9",
        candidates=[tuple(one) for one in world["calon"]],
    )
    for number, handle in enumerate(world["people"]):
        place.person(f"w{number}", handle)
    place.write()
    file = place.folder / "config.toml"
    text = file.read_text("utf-8").replace('level = "DEBUG"', 'level = "ERROR"')
    head, _, _ = text.partition("[notify.telegram]")
    file.write_text(head + '[[notify.routes]]\nnotifier = "stdout"\n', "utf-8")
    return place


def _fill(writer: Writer, world: dict[str, Any]) -> None:
    """Put the cases on file as the daemon would have, without reading anything."""
    now = utc_now()
    with writer.transaction() as tx:
        for number, (handle, person) in enumerate(world["people"].items()):
            tx.execute(
                "UPDATE source SET native_id = ? WHERE watch_id = ?", (person["did"], f"w{number}")
            )
            watch: dict[str, Canonical] = {"watch_id": f"w{number}", "zone": "WIB", "name": handle}
            for place, (uri, cid) in enumerate(person["posts"]):
                act = Activity(
                    platform="bluesky",
                    signal=Signal.POST,
                    actor=Actor(person["did"], handle),
                    object=ObjectRef(uri, "", cid),
                    first_seen_at=now,
                    text=TEXT.format(place),
                )
                case = f"NTR-{number:04}-{place:04}"
                public: dict[str, Canonical] = {
                    "revision_no": 1,
                    "platform": "bluesky",
                    "signal": "post",
                }
                content: dict[str, Canonical] = {
                    "activity": activity_content(act),
                    "targets": [],
                }
                head = log.append(
                    tx,
                    at=now,
                    kind="finding",
                    subject=case,
                    public=public,
                    content={"finding": content, "watch": watch},
                )
                findings.add(tx, case, head.seq, "alert")
                rechecks.begin(tx, case, now, now.timestamp())


async def _looks(opened: app.App, settings: config.Config) -> Cost:
    with opened.writer.transaction() as tx:
        tx.execute("UPDATE recheck SET due_at = 0")
    before, cpu, wall = _bytes(settings), time.process_time(), time.perf_counter()
    await opened.daemon.rechecker.run_all()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    opened.writer.fold()
    return Cost(cpu, wall, _bytes(settings) - before)


def _bytes(settings: config.Config) -> int:
    with closing(Writer(settings.database)) as writer:
        writer.fold()
    return sum(f.stat().st_size for f in settings.path("data").rglob("*") if f.is_file())


def _looks_in(given: config.Recheck) -> int:
    end, at, looks = given.days * 86_400.0, 0.0, 0
    while at < end:
        space = given.spaces[looks] if looks < len(given.spaces) else given.repeat
        at, looks = min(at + space, end), looks + 1
    return looks


if __name__ == "__main__":
    main()
