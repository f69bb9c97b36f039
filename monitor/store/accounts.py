"""Which accounts are on the register, answered for many ids at once without asking the database.

A network's stream names accounts by the thousand a second, nearly all of strangers: they must be
told apart before anything of them is kept. Only 64-bit hashes are held, which name nobody.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable

from monitor.store.db import guard

# What names an account: the address and id of the line, and what reading it has led to.
NAMES = """
SELECT platform, address FROM account WHERE status = 'active'
UNION ALL SELECT platform, native_id FROM account WHERE status = 'active' AND native_id <> ''
UNION ALL SELECT platform, native_id FROM source WHERE active = 1 AND native_id <> ''
UNION ALL SELECT platform, handle FROM source WHERE active = 1 AND handle <> ''
"""


NONE: frozenset[int] = frozenset()


class Accounts:
    """A picture of the register at one moment. One in 10^13 answers may be a wrong yes.

    A yes therefore only says that the database is worth asking.
    """

    def __init__(self, conn: sqlite3.Connection) -> None:
        found: defaultdict[str, set[int]] = defaultdict(set)
        with guard():
            for platform, name in conn.execute(NAMES):
                found[platform].add(hash(name))
        self._hashes: dict[str, set[int] | frozenset[int]] = dict(found)

    def registered(self, platform: str, names: Iterable[str]) -> set[str]:
        """Return those of these ids or handles that are on the register."""
        # Both loops run in C: this is asked for every act of a whole network.
        asked = list(names)
        by_hash = dict(zip(map(hash, asked), asked, strict=True))
        return {by_hash[one] for one in self._hashes.get(platform, NONE).intersection(by_hash)}
