"""``netralitas demo``: opens the real daemon on the invented province and sums up at the end."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path

from monitor import app, config, console
from monitor.clock import utc_now
from monitor.demo import play
from monitor.demo.atproto import Atproto
from monitor.demo.feeds import Feeds
from monitor.demo.story import Story
from monitor.log import set_up
from monitor.store import log
from monitor.store.audit import Audit


def demo(out: Path) -> int:
    """Play the demonstration into a folder; it ends by itself."""
    set_up("ERROR")
    play.prepare(out)
    asyncio.run(_demo(out))
    return 0


async def _demo(out: Path) -> None:
    async with Atproto(utc_now) as network, Feeds(utc_now) as feeds:
        story = Story(network, feeds, utc_now)
        settings = play.furnish(out, network, feeds, story)
        app.initialise(settings)
        console.say("[bold]Provinsi Lembayung[/bold]: every person, party and text is invented.\n")
        async with app.opened(settings) as opened:
            running = asyncio.create_task(opened.daemon.run())
            await play.play(story, opened.writer, console.plain)
            opened.daemon.stop()
            await running
            _sum_up(out, settings, story, log.head(opened.writer.reader()).hash)


def _sum_up(out: Path, settings: config.Config, story: Story, head: str) -> None:
    with Audit(settings.database) as audit:
        found = list(audit.findings())
    outcomes = Counter(outcome for _, _, _, outcome in found)
    console.say("\n[bold]What is left[/bold]")
    console.plain(f"  {outcomes['alert']} alerts, {outcomes['review']} to be reviewed")
    console.plain(f"  {settings.database} and {settings.snapshots}, log head {head[:16]}…")
    there = "found" if _holds(out / "data", story.stranger) else "not found"
    console.plain(f"  the unregistered citizen's handle and DID in these files: {there}")
    file = out / "config.toml"
    console.say("\n[bold]Try next[/bold]")
    console.plain(f"  netralitas verify -c {file}")
    console.plain(f"  netralitas status -c {file}")
    for _, finding, _, _ in found[:1]:
        console.plain(f"  netralitas card {finding} --to kartu.png -c {file}")
    console.plain(
        '  echo \'{"id":"1","text":"Ayo pilih nomor 2"}\' | netralitas match --contest pilpres-2024'
    )


def _holds(folder: Path, needles: tuple[str, ...]) -> bool:
    """Search the bytes of every file; the log and index hold texts as they are."""
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if any(needle.encode() in data for needle in needles):
                return True
    return False
