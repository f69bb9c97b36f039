"""``netralitas messages``: what was given up, and trying it again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from monitor import app, console
from monitor.clock import utc_now
from monitor.errors import ConfigError, Fault
from monitor.store import dead


def show(path: Path) -> int:
    """Print the messages that were given up, and why."""
    with app.desk(path) as (_, writer):
        found = dead.letters(writer.reader())
    if not found:
        console.say("No message was given up.")
        return 0
    rows = [
        (str(one.id), one.subject, one.notifier, one.destination, str(one.attempts), one.error)
        for one in found
    ]
    columns = ("number", "about", "through", "to", "attempts", "why it was given up")
    console.table("Given up", columns, rows)
    return 0


def retry(path: Path, numbers: Sequence[int], by: str, why: str, *, everything: bool) -> int:
    """Owe messages again: those with these numbers, or all that were given up."""
    if bool(numbers) == everything:
        raise ConfigError([Fault("messages retry", "", "numbers of messages, or --all")])
    with app.desk(path) as (_, writer), writer.transaction() as tx:
        chosen = [one.id for one in dead.letters(tx)] if everything else list(numbers)
        again = [dead.revive(tx, number, utc_now(), who=by, why=why) for number in chosen]
    for one in again:
        console.plain(f"{one.subject} through {one.notifier} to {one.destination}: owed again")
    console.say("The daemon sends them within seconds; netralitas once sends them now.")
    return 0
