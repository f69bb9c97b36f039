"""Which tips a database, or a copy of one, held at an instant: by number, never by whom.

Their senders are data subjects of a breach too (UU 27/2022 Ps. 46), and whoever reads the list is
not to learn who they are. So nothing here is opened, and which tips are of one sender is not said.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass

from monitor.model.tip import TIP, TipStep
from monitor.store.db import guard

THERE = """
SELECT tip_id, way, sender <> x'', told <> x'', finding_id <> '',
  (SELECT count(*) FROM tip_picture AS p WHERE p.tip_id = tip.tip_id), {aside}
FROM tip WHERE entry <= ? ORDER BY entry
"""
ASIDE = "(SELECT count(*) FROM tip_part AS q WHERE q.tip_id = tip.tip_id AND q.kind = 'sisi')"
SENDERS = "SELECT count(DISTINCT sender_key) FROM tip WHERE entry <= ? AND sender <> x''"
DIGESTS = """
SELECT count(*) FROM (SELECT sender_key FROM tip WHERE entry <= ?
  UNION SELECT sender_key FROM tip_pause
  EXCEPT SELECT sender_key FROM tip WHERE entry <= ? AND sender <> x'')
"""
STEPS = "SELECT seq, subject, canonical FROM log WHERE kind = ? ORDER BY seq"
ENDED = frozenset({TipStep.DESTROYED.value, TipStep.WITHDRAWN.value})


@dataclass(frozen=True, slots=True)
class SentTip:
    """One tip: the way it came, whether who gave it is there (sealed), and what else is."""

    tip_id: str
    way: str
    identity: bool
    sealed: bool
    on_case: bool
    pictures: int
    aside: int


@dataclass(frozen=True, slots=True)
class Senders:
    """``senders`` are the persons at most whose identity is there: a new key counts one twice.

    ``digests`` are keyed digests of persons of whom nothing else is there, ``gone`` are tips that
    were there at the instant and were destroyed or withdrawn since: nobody can reach their senders.
    """

    tips: tuple[SentTip, ...] = ()
    senders: int = 0
    digests: int = 0
    gone: int = 0


@guard()
def senders(conn: sqlite3.Connection, there: Collection[str], last: int) -> Senders | None:
    """Say what was there up to entry ``last``; ``None`` where the copy has no tips."""
    if "tip" not in there:
        return None
    aside = ASIDE if "tip_part" in there else "0"
    found = [
        SentTip(tip_id, way, bool(identity), bool(sealed), bool(on_case), pictures, cut)
        for tip_id, way, identity, sealed, on_case, pictures, cut in conn.execute(
            THERE.format(aside=aside), (last,)
        )
    ]
    return Senders(
        tuple(found),
        int(conn.execute(SENDERS, (last,)).fetchone()[0]),
        int(conn.execute(DIGESTS, (last, last)).fetchone()[0]),
        _gone(conn, last),
    )


def _gone(conn: sqlite3.Connection, last: int) -> int:
    came, ended, since = set[str](), set[str](), set[str]()
    for seq, subject, canonical in conn.execute(STEPS, (TIP,)):
        step = json.loads(canonical)["public"]["step"]
        if step == TipStep.RECEIVED and seq <= last:
            came.add(subject)
        elif step in ENDED:
            (ended if seq <= last else since).add(subject)
    return len((since & came) - ended)
