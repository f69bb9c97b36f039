"""Kill the real daemon with SIGKILL under load, at any point: nothing may be lost.

    python -m tests.long.crash --percent 10 --seed 7

Each case starts the daemon as a process of its own while registered persons act on the emulated
network, and kills it once: at a commit, at a call that changes the disk, or at any moment. What it
left behind is examined before anything repairs it, and after some cases one cycle runs to its end
and everything that was done is compared with what is on file and what was told.

A killed process loses nothing that it gave to the system, so a file system in memory tests the
same and faster; with ``TMPDIR`` set, the installation lies there.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import logging
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Coroutine
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from monitor.demo.atproto import Atproto
from tests.installation import TOKEN, Installation
from tests.long import drill
from tests.long.crash_child import Order
from tests.scenes import NAMES, Ref, Scene
from tests.standin.telegram import StandIn

T = TypeVar("T")

FULL = 1_000
MEMORY = Path("/dev/shm")
# Under a busy machine fewer points are reached than these; then the process dies of age.
COMMITS, CALLS = 60, 240
SHORTEST_LIFE, LONGEST_LIFE = 0.05, 2.0
ACT_SECONDS = (0.05, 0.35)
PATIENCE = 120
# An installation lives for so many kills; then a new one begins, so that cases stay short.
LIVES = 50
SETTLE_EVERY = 5
STAFF = tuple(f"asn{n}" for n in range(1, 9))
SUPPORT = (
    "Ayo coblos nomor 2, menangkan Prakasita-Anggrek! Catatan {n}",
    "Gaspol Pak Bagas, kami siap menangkan! Catatan {n}",
)
PLAIN = "Loket buka jam 8 sampai 14. Catatan {n}"
# A message that is a list tells of each case in it; an alert tells of the first it names.
LIST = re.compile(r"^\d+ kasus baru,", re.MULTILINE)
REFERENCE = re.compile(r"NTR-[A-Z2-7]{4}-[A-Z2-7]{4,}")
# What no commit may leave behind, each by a query that finds it.
ORPHANS = {
    "a content without its entry": "SELECT seq FROM content EXCEPT SELECT seq FROM log",
    "a snapshot without its entry": "SELECT seq FROM snapshot EXCEPT SELECT seq FROM log",
    "a seal without its entry": "SELECT seq FROM seal EXCEPT SELECT seq FROM log",
    "a finding without its entry": "SELECT seq, finding_id FROM finding"
    " EXCEPT SELECT seq, subject FROM log WHERE kind = 'finding'",
    "an entry that no finding has": "SELECT seq FROM log WHERE kind = 'finding'"
    " EXCEPT SELECT seq FROM finding",
    "a finding without a snapshot": "SELECT seq FROM finding EXCEPT SELECT seq FROM snapshot",
    "a finding that nobody is told": "SELECT seq FROM finding"
    " EXCEPT SELECT seq FROM outbox WHERE kind = 'finding'",
    "a message without its entry": "SELECT seq FROM outbox EXCEPT SELECT seq FROM log",
    "a source without its line": "SELECT watch_id FROM source EXCEPT SELECT watch_id FROM account",
}


def in_memory() -> Path | None:
    """Return where a folder in memory can be made; None leaves it to the system's settings."""
    return MEMORY if MEMORY.is_dir() and "TMPDIR" not in os.environ else None


class World:
    """Servers in a thread of their own, an installation, and what must have been found so far."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._stack = contextlib.AsyncExitStack()
        self._temp = tempfile.TemporaryDirectory(dir=in_memory())
        network, self.telegram = self.on_loop(self._start())
        atexit.register(self.close)
        self.scene = Scene(network, ".lembayung.example")
        for name in dict.fromkeys((*NAMES, *STAFF)):
            self.scene.open(name)
        self.campaign: Ref = self.scene.post("calon2", "Ayo menangkan Prakasita-Anggrek!")
        folder = Path(self._temp.name)
        self.place = Installation(
            folder / "pasang",
            hosts=(network.host,),
            directory=network.url,
            resolver=network.url,
            telegram=self.telegram.url,
            candidates=[self.scene.accounts["calon1"], self.scene.accounts["calon2"]],
        )
        for name in STAFF:
            self.place.person(name, self.scene.accounts[name][0])
        self.place.write()
        self._acks, self._errors = folder / "acks", (folder / "errors").open("w+")
        self._mother = subprocess.Popen(
            [sys.executable, "-m", "tests.long.crash_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )
        self.expected = self.kills = self._notes = 0

    def on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def close(self) -> None:
        """Stop servers and processes, once."""
        atexit.unregister(self.close)
        self._mother.communicate()
        self._errors.close()
        self.on_loop(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()
        self._temp.cleanup()

    def act(self, rng: random.Random) -> None:
        """Let a person do something; more often than not it is support."""
        name, self._notes = rng.choice(STAFF), self._notes + 1
        if rng.random() < 0.6:
            text = rng.choice(SUPPORT).format(n=f"{self._notes} {name}")
            self.on_loop(self._reply(name, text))
            self.expected += 1
        else:
            self.on_loop(self._post(name, PLAIN.format(n=f"{self._notes} {name}")))

    def killed(self, rng: random.Random, *, commit: int = 0, disk: int = 0) -> None:
        """Start the daemon, act while it lives, and see it dead by SIGKILL."""
        ends = time.monotonic() + (
            LONGEST_LIFE if commit or disk else rng.uniform(SHORTEST_LIFE, LONGEST_LIFE)
        )
        child = self._begin(commit=commit, disk=disk)
        ended: list[int] = []
        waiter = threading.Thread(target=lambda: ended.append(self._ended()))
        waiter.start()
        while waiter.is_alive() and time.monotonic() < ends:
            self.act(rng)
            waiter.join(rng.uniform(*ACT_SECONDS))
        if waiter.is_alive():
            with contextlib.suppress(ProcessLookupError):  # it may end at this very moment
                os.kill(child, signal.SIGKILL)
        waiter.join(PATIENCE)
        if [os.WTERMSIG(status) for status in ended] != [signal.SIGKILL]:
            raise AssertionError(f"the daemon ended with {ended}, not by a kill: {self._said()}")
        self.kills += 1

    def settle(self) -> None:
        """Run one cycle to its end: what was left is repaired, found and told."""
        self._begin(settle=True)
        status = self._ended()
        if status:
            raise AssertionError(f"the cycle ended with {status}: {self._said()}")

    def acknowledged(self) -> list[tuple[int, str]]:
        """Return (seq, hash) of each head whose commit came back to the program."""
        lines = self._acks.read_text().splitlines() if self._acks.exists() else []
        return [(int(seq), digest) for seq, digest in map(str.split, lines)]

    def orphans(self) -> dict[str, list[Any]]:
        """Return the rows that stand alone, by what they are."""
        with contextlib.closing(self.place.connect()) as conn:
            found = {what: conn.execute(query).fetchall() for what, query in ORPHANS.items()}
        return {what: rows for what, rows in found.items() if rows}

    def owed(self) -> list[Any]:
        """Return what waits or was given up, and why."""
        query = (
            "SELECT kind, subject, state, attempts, last_error FROM outbox WHERE state <> 'sent'"
        )
        with contextlib.closing(self.place.connect()) as conn:
            return conn.execute(query).fetchall()

    def hashes(self) -> dict[int, str]:
        with contextlib.closing(self.place.connect()) as conn:
            return dict(conn.execute("SELECT seq, lower(hex(hash)) FROM log"))

    def _begin(self, **how: Any) -> int:
        order = Order(str(self.place.folder / "config.toml"), str(self._acks), **how)
        assert self._mother.stdin
        self._mother.stdin.write(json.dumps(asdict(order)) + "\n")
        self._mother.stdin.flush()
        return self._ended()

    def _ended(self) -> int:
        assert self._mother.stdout
        return int(self._mother.stdout.readline())

    def _said(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-2000:]

    async def _start(self) -> tuple[Atproto, StandIn]:
        network = await self._stack.enter_async_context(Atproto())
        telegram = await self._stack.enter_async_context(StandIn(TOKEN))
        return network, telegram

    async def _post(self, name: str, text: str) -> None:
        self.scene.post(name, text)

    async def _reply(self, name: str, text: str) -> None:
        self.scene.reply(name, self.campaign, text)


_worlds: dict[int, World] = {}


def world(number: int) -> World:
    """Return the installation of a case; that of earlier ones is given up."""
    life = number // LIVES
    if life not in _worlds:
        give_up()
        _worlds[life] = World()
    return _worlds[life]


def give_up() -> None:
    """Stop everything that was begun."""
    while _worlds:
        _worlds.popitem()[1].close()


def case(rng: random.Random, number: int) -> None:
    """Kill the daemon once, examine what it left, and now and then let a cycle run to its end."""
    here = world(number)
    kinds: tuple[dict[str, int], ...] = (
        {"commit": rng.randint(1, COMMITS)},
        {"disk": rng.randint(1, CALLS)},
        {},
    )
    here.killed(rng, **kinds[number % len(kinds)])
    examine(here)
    if number % SETTLE_EVERY == SETTLE_EVERY - 1:
        here.settle()
        examine(here)
        compare(here)


def examine(here: World) -> None:
    """Look at what a dead process left, before any repair."""
    report = here.place.verified()
    assert report.fault_count == 0, str(report.first)
    assert not here.orphans(), here.orphans()
    hashes = here.hashes()
    lost = [head for head in here.acknowledged() if hashes.get(head[0]) != head[1]]
    assert not lost, f"acknowledged and gone: {lost}"
    on_file = {entry["subject"] for entry in here.place.entries("finding")}
    assert _told(here).keys() <= on_file, "a message tells of a finding that is not on file"


def compare(here: World) -> None:
    """Compare what was done with what is on file and what was told."""
    entries = here.place.entries("finding")
    subjects = Counter(entry["subject"] for entry in entries)
    assert len(entries) == here.expected, f"{len(entries)} findings of {here.expected} acts"
    assert max(subjects.values(), default=1) == 1, "an act was found twice"
    told = _told(here)
    untold = subjects.keys() - told.keys()
    assert not untold, f"a finding was not told: {untold}, owed {here.owed()}"
    twice = sum(count - 1 for count in told.values())
    assert twice <= here.kills, f"{twice} repeated messages after {here.kills} kills"
    named = {f["commitment"] for entry in entries for f in entry["files"].values()}
    assert {path.name for path in here.place.snapshots()} == named, "files without an entry"
    assert not list(here.place.settings.snapshots.glob(".staging/*")), "staged files were left"


def _told(here: World) -> Counter[str]:
    """Count the messages about each finding; alarms name none."""
    return Counter(
        name
        for text in here.telegram.texts()
        for name in REFERENCE.findall(text)[: None if LIST.search(text) else 1]
    )


if __name__ == "__main__":
    # The servers report each client that was killed in the middle of a request.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    drill.main("crash", FULL, case)
