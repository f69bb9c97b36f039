"""What goes out as one message: an alert by itself, or, in a flood, a list of cases.

A supervisor's phone must not ring a thousand times. Once a destination got its hourly number of
messages, further alerts wait a little and go out together, each case with its number; nothing is
left out, and the cards stay where they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.clock import Clock
from monitor.model.delivery import OutboxItem
from monitor.notify.digest import MOST
from monitor.store import log, outbox
from monitor.store.db import Connection

FINDING = "finding"
HOUR = timedelta(hours=1)
# Between two lists to one destination: with this and 40 cases a list, 1,200 cases an hour fit.
APART = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Turn:
    """What is next for a destination: some messages as one, or none before ``not_before``."""

    items: Sequence[OutboxItem]
    not_before: float | None = None


def turn(conn: Connection, queue: Sequence[OutboxItem], per_hour: int, clock: Clock) -> Turn:
    """Return what a destination gets next out of its queue, which is not empty.

    ``per_hour`` is how many messages it may get in any hour before alerts are gathered.
    """
    first, now = queue[0], clock()
    if first.kind != FINDING:
        return Turn([first])
    count, newest = outbox.lately(conn, first.notifier, first.destination, now - HOUR)
    if count < per_hour or newest is None:
        return Turn([first])
    # The platform's clock may be ahead of ours.
    ready = min(newest, now) + APART
    if now < ready:
        return Turn([], ready.timestamp())
    return Turn(_cases(conn, queue) or [first])


def _cases(conn: Connection, queue: Sequence[OutboxItem]) -> list[OutboxItem]:
    """Return the alerts at the head of a queue whose content is still there."""
    found = []
    for item in queue[:MOST]:
        if item.kind != FINDING or log.content(conn, item.seq, FINDING) is None:
            break
        found.append(item)
    return found
