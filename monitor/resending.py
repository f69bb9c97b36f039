"""``netralitas messages``: what was given up, and trying it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from monitor import app, console
from monitor.clock import to_text, utc_now
from monitor.errors import ConfigError, Fault
from monitor.store import dead, withdrawals


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


def staying(path: Path) -> int:
    """Print the messages that should be gone and are not: somebody deletes them by hand."""
    with app.desk(path) as (_, writer):
        found = withdrawals.left(writer.reader())
    if not found:
        console.say("Every message that was to be withdrawn is gone.")
        return 0
    rows = [
        (one.destination, one.message_id, one.case, _when(one.sent_at), one.cause) for one in found
    ]
    columns = ("chat", "message", "case", "sent", "why it stays")
    console.table("To be deleted by hand", columns, rows)
    return 0


def _when(at: datetime | None) -> str:
    return to_text(at) if at else ""


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
