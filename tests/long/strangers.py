"""The register filter in full: 100,000 engagers who are not registered, and nothing of them stays.

    python -m tests.long.strangers --percent 100 --seed 7

On each platform that is read in reverse, strangers crowd every list of a candidate's post, and
registered persons stand at random places among them. The whole program reads the lists in a
process of its own. Then every byte that it left is searched, unpacked: database, snapshots, logs,
what it printed, the figures of ``status``, and its temporary files. A needle that is planted
afterwards is found, so the search sees. The process' memory is compared with that of a tenth.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.clock import utc_now
from monitor.demo.atproto import Atproto
from monitor.demo.atproto_view import FOLLOW, LIKE, QUOTE, REPOST
from tests import needle
from tests.installation import TOKEN, Installation
from tests.long.drill import say
from tests.long.strangers_mastodon import ELSEWHERE, Fediverse
from tests.long.strangers_x import Exes
from tests.long.strangers_youtube import Tube
from tests.scenes import Scene
from tests.standin.crowd import MARK, Crowd
from tests.standin.telegram import StandIn

FULL = 100_000
LEAST = 300
# Greatest growth of the process from a tenth of the strangers to all of them.
GROWTH_KB = 8_000
SUPPORT = "Ayo coblos nomor 2, menangkan Prakasita-Anggrek!"
WAYS = {"like", "share", "quote", "reply", "follow"}
CHILD_SECONDS = 1_800


@dataclass
class Outcome:
    """What one run of the program gave: its peak memory in kB, its findings, what was asked."""

    peak_kb: int
    found: set[tuple[str, str]]
    questions: int


async def once(rng: random.Random, count: int, folder: Path) -> Outcome:
    """Let ``count`` strangers crowd every list, read all, and search everything that is left."""
    async with AsyncExitStack() as stack:
        network = await stack.enter_async_context(Atproto())
        fedi = await stack.enter_async_context(Fediverse())
        tube = await stack.enter_async_context(Tube())
        exes = await stack.enter_async_context(Exes())
        telegram = await stack.enter_async_context(StandIn(TOKEN))
        place = Installation(
            folder / "pasang",
            hosts=(network.host, *fedi.hosts, tube.server.host, exes.host),
            directory=network.url,
            resolver=network.url,
            telegram=telegram.url,
        )
        scene = Scene(network, ".lembayung.example")
        for name in ("calon1", "calon2", "asn1", "asn2"):
            scene.open(name)
        place.candidates = [scene.accounts["calon1"], scene.accounts["calon2"]]
        for name in ("asn1", "asn2"):
            place.person(name, scene.accounts[name][0])
        place.write()
        for other in (fedi, tube, exes):
            other.people(place)
            other.allow(place)
        _write(place, fedi, tube, exes)
        await _child(place, folder, "forward")  # finds the accounts' permanent ids
        place.appview = network.url
        _write(place, fedi, tube, exes)
        _crowd(rng, scene, network, count)
        fedi.crowd(count)
        tube.crowd(rng, count)
        exes.crowd(rng, count)
        network.asked.clear()
        told = await _child(place, folder, "reverse")
        asked = sum(method.startswith("app.bsky.") for method, _ in network.asked)
        asked += len(fedi.party.asked) + len(tube.server.asked) + len(exes.server.calls)
    found = {(f["activity"]["platform"], f["activity"]["signal"]) for f in place.findings()}
    _searched(folder)
    return Outcome(told["peak_kb"], found, asked)


def _write(place: Installation, *others: Fediverse | Tube | Exes) -> None:
    place.write()
    for other in others:
        other.write(place)


def _crowd(rng: random.Random, scene: Scene, network: Atproto, count: int) -> None:
    campaign = scene.post("calon2", SUPPORT)
    for name in ("asn1", "asn2"):
        scene.like(name, campaign)
        scene.repost(name, campaign)
        scene.quote(name, campaign, "Setuju. Ayo dukung Prakasita-Anggrek!")
        scene.reply(name, campaign, "Siap, kami menangkan Prakasita-Anggrek!")
        scene.follow(name, "calon2")
    newest = int(utc_now().timestamp() * 1000) + 60_000
    lists = [(kind, campaign.uri) for kind in (LIKE, REPOST, QUOTE)]
    for kind, of in (*lists, (FOLLOW, scene.did("calon2"))):
        own = network.view.rows(kind, of)
        places = rng.sample(range(count), len(own))
        network.view.crowds[kind, of] = Crowd(count, newest, dict(zip(places, own, strict=True)))


async def _child(place: Installation, folder: Path, mode: str) -> dict[str, Any]:
    """Run the program in a process of its own, whose temporary files lie where they are found."""
    temporary = folder / "sementara"
    temporary.mkdir(exist_ok=True)
    out, err = folder / f"{mode}.out", folder / f"{mode}.err"
    command = (sys.executable, "-m", "tests.long.strangers_child", str(place.folder), mode)
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with out.open("wb") as stdout, err.open("wb") as stderr:
        child = await asyncio.create_subprocess_exec(
            *command, stdout=stdout, stderr=stderr, env=environment
        )
        async with asyncio.timeout(CHILD_SECONDS):
            status = await child.wait()
    assert status == 0, f"the program ended with {status}:\n{err.read_text()[-3_000:]}"
    told: dict[str, Any] = json.loads(out.read_text().splitlines()[-1])
    return told


def _searched(folder: Path) -> None:
    hits = needle.found(folder, [MARK, ELSEWHERE])
    assert not hits, f"a stranger was left in {hits[:5]}"
    planted = folder / "pasang" / "data" / "ditanam.bin"
    planted.write_bytes(b'{"did": "did:plc:' + MARK.encode() + b'"}')
    assert set(needle.found(folder, [MARK])) == {f"ditanam.bin: {MARK}"}, "the search is blind"
    planted.unlink()


def run(rng: random.Random, percent: float, folder: Path) -> str:
    """Read a tenth, then all; return one line of what was measured. Raises ``AssertionError``."""
    count = max(LEAST, int(FULL * percent / 100))
    peaks: dict[int, int] = {}
    for number in sorted({max(LEAST, count // 10), count}):
        place = folder / str(number)
        place.mkdir(exist_ok=True)
        begun = time.monotonic()
        outcome = asyncio.run(once(rng, number, place))
        peaks[number] = outcome.peak_kb
        _complete(outcome)
        seconds = time.monotonic() - begun
        say(
            f"strangers: {number:,} in each list, {outcome.questions:,} questions, "
            f"{len(outcome.found)} kinds of acts of registered persons found, "
            f"peak memory {outcome.peak_kb:,} kB, {seconds:.0f} s"
        )
    few, many = peaks[min(peaks)], peaks[max(peaks)]
    assert many - few <= GROWTH_KB, f"memory grew from {few} to {many} kB"
    return f"no byte of a stranger was left; memory grew by {max(0, many - few):,} kB"


def _complete(outcome: Outcome) -> None:
    wanted: Mapping[str, set[str]] = {
        "bluesky": WAYS,
        "mastodon": {"like"},
        "youtube": {"reply"},
        "x": {"share", "quote"},
    }
    for platform, signals in wanted.items():
        missing = {(platform, signal) for signal in signals} - outcome.found
        assert not missing, f"acts of registered persons were not found: {sorted(missing)}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.long.strangers")
    parser.add_argument("--percent", type=float, default=100.0, help="share of the full run")
    parser.add_argument("--seed", type=int, help="repeat a run's draws")
    chosen = parser.parse_args()
    seed = secrets.randbits(32) if chosen.seed is None else chosen.seed
    say(f"strangers: seed {seed}")
    begun = time.monotonic()
    try:
        with tempfile.TemporaryDirectory() as folder:
            said = run(random.Random(seed), chosen.percent, Path(folder))
    except AssertionError as fault:
        say(f"strangers: seed {seed} failed: {fault}")
        sys.exit(1)
    say(f"strangers: seed {seed}, {said}, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
