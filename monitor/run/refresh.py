"""A case's message follows the case: after each step it is owed to everyone who got the alert.

What the message says is made when it is sent, from the case as it stands then. So two steps in a
row need no order, and a refresh that comes late still shows the truth.
"""

from __future__ import annotations

from datetime import datetime

from monitor.store import log, outbox, told
from monitor.store.db import Connection

REFRESH = "refresh"
# Who can change a message that has left.
EDITING = frozenset({"telegram"})


def owe_refresh(tx: Connection, finding: str, at: datetime) -> int:
    """Owe the case's present state to each destination of its alert; return how many.

    Call it in the transaction of the step, behind ``store.reviews.step``.
    """
    return outbox.put(
        tx,
        kind=REFRESH,
        subject=finding,
        seq=log.head(tx).seq,
        destinations=told.ways(tx, finding, EDITING),
        at=at,
    )
