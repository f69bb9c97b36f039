"""Sets the stage of ``netralitas demo`` and plays the script to the daemon that watches it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path

from monitor import config, watch
from monitor.clock import utc_now
from monitor.demo.atproto import Atproto
from monitor.demo.feeds import Feeds
from monitor.demo.story import CYCLES, Story, template
from monitor.errors import ConfigError, Fault
from monitor.model.delivery import DeliveryState
from monitor.store import cursors, outbox
from monitor.store.writer import Writer

MARK = ".netralitas-demo"
CYCLE_SECONDS = 12.0
GLANCE_SECONDS = 0.1
# A look that was under way when the acts were done may have missed them.
STARTED_BEFORE = timedelta(seconds=1)


def prepare(out: Path) -> None:
    """Make an empty folder; one that a demo left before is emptied, any other is refused."""
    if out.exists() and any(out.iterdir()):
        if not (out / MARK).exists():
            fault = Fault(str(out), "", "a new or empty folder", "one with files", "use --out")
            raise ConfigError([fault])
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).touch()


def furnish(out: Path, network: Atproto, feeds: Feeds, story: Story) -> config.Config:
    """Write the invented installation: the shipped rules, an invented contest and register."""
    shutil.copytree(watch.shipped(), out / "watchlists")
    for part in ("contests", "calendars", "aliases"):
        shutil.rmtree(out / "watchlists" / part)
    (out / "watchlists" / "contests").mkdir()
    today = utc_now().date()
    names = story.accounts | {"network": (network.host, ""), "feeds": (feeds.host, "")}
    contest = out / "watchlists" / "contests" / f"pilgub-99-{today.year}.toml"
    contest.write_text(template("contest.toml", today, names), "utf-8")
    (out / "config.toml").write_text(template("config.toml", today, names), "utf-8")
    (out / "register.csv").write_text(story.register(today), "utf-8")
    return config.load(out / "config.toml")


async def play(story: Story, writer: Writer, tell: Callable[[str], None]) -> None:
    """Do the acts of each cycle and wait until the daemon has looked at everything since."""
    for cycle in range(1, CYCLES + 1):
        tell(f"Cycle {cycle} of {CYCLES}")
        for line in story.play(cycle):
            tell(f"  · {line}")
        await _looked(writer, utc_now() + STARTED_BEFORE)


async def _looked(writer: Writer, since: datetime) -> None:
    try:
        async with asyncio.timeout(CYCLE_SECONDS):
            async for _ in _glances():
                if _is_done(writer, since):
                    return
    except TimeoutError:
        return  # a slow machine sees less of the story, and is told so by the summary


async def _glances() -> AsyncIterator[None]:
    while True:
        await asyncio.sleep(GLANCE_SECONDS)
        yield


def _is_done(writer: Writer, since: datetime) -> bool:
    conn = writer.reader()
    looked = all(
        s.failures or (s.last_success_at and s.last_success_at > since)
        for s in cursors.statuses(conn)
    )
    return looked and not outbox.backlog(conn)[DeliveryState.PENDING]
