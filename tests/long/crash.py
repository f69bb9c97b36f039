"""Kill the real program with SIGKILL, at commit points and anywhere: nothing may be lost.

    python -m tests.long.crash --percent 10 --seed 7

Each case lets registered persons act on the emulated network, kills one cycle, runs another to
its end, and checks: every supporting act has one finding, one entry, its files and at least one
message; nothing was told that is not on file; a message came twice only where a kill fell
between acceptance and commit; the chain and every file verify; nothing is left behind.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import random
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from monitor.demo.atproto import Atproto
from tests.installation import TOKEN, Installation
from tests.long import drill
from tests.scenes import NAMES, Ref, Scene
from tests.standin.telegram import StandIn

T = TypeVar("T")

FULL = 200
# A cycle with a few findings passes fewer commit points than this; a higher number never kills.
POINTS = 24
LONGEST_LIFE = 3.0
PATIENCE = 120
SUPPORT = (
    "Ayo coblos nomor 2, menangkan Prakasita-Anggrek! Catatan {n}",
    "Gaspol Pak Bagas, kami siap menangkan! Catatan {n}",
)
PLAIN = "Loket buka jam 8 sampai 14. Catatan {n}"


class World:
    """Servers in a thread of their own, an installation, and what must have been found so far."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._stack = contextlib.AsyncExitStack()
        self._temp = tempfile.TemporaryDirectory()
        network, self.telegram = self.on_loop(self._start())
        atexit.register(self.close)
        self.scene = Scene(network, ".lembayung.example")
        for name in NAMES:
            self.scene.open(name)
        self.campaign: Ref = self.scene.post("calon2", "Ayo menangkan Prakasita-Anggrek!")
        self.place = Installation(
            Path(self._temp.name) / "pasang",
            hosts=(network.host,),
            directory=network.url,
            resolver=network.url,
            telegram=self.telegram.url,
            candidates=[self.scene.accounts["calon1"], self.scene.accounts["calon2"]],
        )
        for name in ("asn1", "asn2", "asn3"):
            self.place.person(name, self.scene.accounts[name][0])
        self.place.write()
        self.expected = 0
        self.kills = 0

    def on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    def close(self) -> None:
        self.on_loop(self._stack.aclose())
        self._temp.cleanup()

    def act(self, rng: random.Random, number: int) -> None:
        """Let each person do something; some of it is support."""
        for name in ("asn1", "asn2", "asn3"):
            if rng.random() < 0.6:
                text = rng.choice(SUPPORT).format(n=f"{number} {name}")
                self.on_loop(self._reply(name, text))
                self.expected += 1
            else:
                self.on_loop(self._post(name, PLAIN.format(n=f"{number} {name}")))

    def cycle(self, point: int = 0, life: float | None = None) -> bool:
        """Run one cycle; return whether it was killed."""
        command = [sys.executable, "-m", "tests.long.crash_child"]
        config = str(self.place.folder / "config.toml")
        child = subprocess.Popen([*command, config, str(point)], stderr=subprocess.PIPE, text=True)
        try:
            _, error = child.communicate(timeout=life if life is not None else PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            _, error = child.communicate()
        if child.returncode not in (0, -9):
            raise AssertionError(f"the program stopped with {child.returncode}: {error[-2000:]}")
        return child.returncode == -9

    async def _start(self) -> tuple[Atproto, StandIn]:
        network = await self._stack.enter_async_context(Atproto())
        telegram = await self._stack.enter_async_context(StandIn(TOKEN))
        return network, telegram

    async def _post(self, name: str, text: str) -> None:
        self.scene.post(name, text)

    async def _reply(self, name: str, text: str) -> None:
        self.scene.reply(name, self.campaign, text)


@functools.cache
def world() -> World:
    return World()


def case(rng: random.Random, number: int) -> None:
    """Act, kill a cycle, run one to its end, check everything."""
    here = world()
    here.act(rng, number)
    if number % 2:
        here.kills += here.cycle(life=rng.uniform(0.2, LONGEST_LIFE))
    else:
        here.kills += here.cycle(point=rng.randint(1, POINTS))
    here.cycle()
    check(here)


def check(here: World) -> None:
    """Compare what was done with what is on file and what was told."""
    entries = here.place.entries("finding")
    subjects = Counter(entry["subject"] for entry in entries)
    assert len(entries) == here.expected, f"{len(entries)} findings of {here.expected} acts"
    assert max(subjects.values(), default=1) == 1, "an act was found twice"
    told = Counter(next((s for s in subjects if s in text), "") for text in here.telegram.texts())
    assert told[""] == 0, "a message tells of a finding that is not on file"
    assert set(told) >= set(subjects), "a finding was not told"
    twice = sum(count - 1 for count in told.values() if count > 1)
    assert twice <= here.kills, f"{twice} repeated messages after {here.kills} kills"
    report = here.place.verified()
    assert report.fault_count == 0, str(report.first)
    named = {f["commitment"] for entry in entries for f in entry["files"].values()}
    assert {path.name for path in here.place.snapshots()} == named, "files without an entry"
    assert not list(here.place.settings.snapshots.glob(".staging/*")), "staged files were left"


if __name__ == "__main__":
    drill.main("crash", FULL, case)
