"""Turns: who is sending to which chat now, and how often each was sent to lately.

A platform counts what arrives, not what was answered, and goes on counting while this program is
killed and started again. So a turn is written down before a message leaves. It counts from then on
and until ``seconds`` after its end, because the message may have arrived at any moment in between:
no count of arrivals can be above the limit, whatever the network did.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.model.delivery import Limit, OutboxItem

# Longer than any request may take; an open turn that is older is nobody's.
LONGEST = 120.0
# A request that has no answer after this long has arrived, or never will.
UNDER_WAY = 5.0
# How long to wait where somebody else is sending to the chat now.
BUSY = 1.0

PRUNE = """
DELETE FROM turn WHERE ended < :now - :longest
  OR started NOT BETWEEN :now - :longest * 3 AND :now + 5
"""
OPEN = "SELECT id, pid, started FROM turn WHERE ended IS NULL AND notifier = ? AND destination = ?"
TAKE = "INSERT INTO turn (notifier, destination, pid, started) VALUES (?, ?, ?, ?)"
FINISH = "UPDATE turn SET ended = ? WHERE id = ? AND ended IS NULL"
IN_CHAT = """
SELECT ended FROM turn WHERE notifier = ? AND destination = ? AND ended > ?
ORDER BY ended DESC LIMIT 1 OFFSET ?
"""
IN_ALL = """
SELECT coalesce(ended, :now) AS until FROM turn
WHERE notifier = :notifier
  AND (ended > :now - :seconds OR (ended IS NULL AND started > :now - :under_way))
ORDER BY until DESC LIMIT 1 OFFSET :offset
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn that was given (``id`` is not 0), or how many seconds to wait for one.

    ``everywhere`` says that it is not this chat which is waited for.
    """

    id: int = 0
    wait: float = 0.0
    everywhere: bool = False


def take(
    tx: sqlite3.Connection, item: OutboxItem, chat: Limit | None, overall: Limit | None, now: float
) -> Turn:
    """Take a turn for a message that leaves now, or say how long to wait; ``finish`` ends it."""
    tx.execute(PRUNE, {"now": now, "longest": LONGEST})
    if _busy(tx, item, now):
        return Turn(wait=BUSY)
    way = (item.notifier, item.destination)
    if chat:
        full = tx.execute(IN_CHAT, (*way, now - chat.seconds, chat.count - 1)).fetchone()
        if full:
            return Turn(wait=max(full[0] + chat.seconds - now, 0.0))
    if overall:
        values = {"notifier": item.notifier, "now": now, "seconds": overall.seconds}
        values |= {"offset": overall.count - 1, "under_way": UNDER_WAY}
        full = tx.execute(IN_ALL, values).fetchone()
        if full:
            return Turn(wait=max(full[0] + overall.seconds - now, 0.0), everywhere=True)
    made = tx.execute(TAKE, (*way, os.getpid(), now)).lastrowid
    return Turn(made or 0)


def finish(tx: sqlite3.Connection, turn: Turn, now: float) -> None:
    """End a turn: an answer came, or none will be waited for."""
    tx.execute(FINISH, (now, turn.id))


def recover(tx: sqlite3.Connection, now: float) -> int:
    """End the turns of processes that are no more; return how many.

    Called when a process begins to send: what an earlier one with its number left open is not its.
    """
    query = "SELECT id, pid FROM turn WHERE ended IS NULL"
    left = [number for number, pid in tx.execute(query) if pid == os.getpid() or not _alive(pid)]
    tx.executemany(FINISH, [(now, number) for number in left])
    return len(left)


def _busy(tx: sqlite3.Connection, item: OutboxItem, now: float) -> bool:
    open_: Sequence[tuple[int, int, float]] = tx.execute(
        OPEN, (item.notifier, item.destination)
    ).fetchall()
    for number, pid, started in open_:
        if started > now - LONGEST and _alive(pid):
            return True
        tx.execute(FINISH, (now, number))
    return False


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
