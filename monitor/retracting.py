"""``netralitas retractions``: acts that were taken out of public view, and by when to decide."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from monitor import app, console
from monitor.clock import utc_now
from monitor.collect import registry as collectors
from monitor.config import Config
from monitor.model.erasure import NO_HOLD
from monitor.store import rechecks
from monitor.store.rechecks import Waiting

COLUMNS = ("case", "platform", "out of view since", "decide by", "left", "else")
DECIDE = "Decide each: netralitas hold CASE, or netralitas erase case CASE --ground platform"


def listing(path: Path) -> int:
    """Print the queue, the most urgent first; 1 where a deadline has passed."""
    with app.desk(path) as (settings, writer):
        waiting = rechecks.waiting(writer.reader())
    now = utc_now()
    console.table("Out of public view", COLUMNS, [_row(one, now) for one in waiting])
    if not waiting:
        console.say("Nothing waits for a decision.")
        return 0
    console.say(DECIDE)
    for line in _deadlines(settings, {one.platform for one in waiting}):
        console.plain(line)
    return 1 if any(one.decide_by <= now for one in waiting) else 0


def _row(one: Waiting, now: datetime) -> tuple[str, ...]:
    left = one.decide_by - now
    goes = "goes by itself: no hold" if one.platform in NO_HOLD else "stays, and is told as overdue"
    return (
        one.finding_id,
        one.platform,
        f"{one.since:%Y-%m-%d %H:%M} UTC",
        f"{one.decide_by:%Y-%m-%d %H:%M} UTC",
        "OVERDUE" if left <= timedelta() else _hours(left),
        goes,
    )


def _hours(left: timedelta) -> str:
    hours = int(left.total_seconds() // 3600)
    return f"{hours // 24} d {hours % 24} h"


def _deadlines(settings: Config, platforms: set[str]) -> list[str]:
    """Say whose figure each platform's deadline is."""
    lines = []
    for name, platform in sorted(collectors.PLATFORMS.items()):
        if platform in platforms:
            owed = collectors.info(name, settings, utc_now).retractions
            lines.append(f"  {platform}: {owed.hours} h ({owed.basis})")
    return lines
