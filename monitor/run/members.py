"""Who is on the register, asked of a list of accounts before anything of an act is kept.

The database answers by its indexes, so a question costs what its accounts cost, however large the
register is and however many strangers were asked about before. Nothing of them stays.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import NamedTuple

from monitor.model.person import Watch
from monitor.store import register
from monitor.store.db import Connection, guard
from monitor.store.writer import Writer

# A handle counts only while nothing permanent is known: it may be somebody else's by now.
ASKED = """
SELECT asked.value, s.watch_id, s.native_id FROM json_each(:accounts) asked
JOIN source s ON s.platform = :platform AND s.native_id = asked.value AND s.native_id <> ''
WHERE s.active = 1
UNION
SELECT asked.value, s.watch_id, s.native_id FROM json_each(:accounts) asked
JOIN account a ON a.platform = :platform AND a.address = asked.value
JOIN source s ON s.watch_id = a.watch_id
WHERE s.active = 1 AND s.native_id IN ('', asked.value)
ORDER BY 2
"""


NAMES = """
SELECT a.watch_id FROM account a JOIN source s ON s.watch_id = a.watch_id
WHERE a.platform = ? AND s.active = 1 LIMIT ?
"""


class Hit(NamedTuple):
    """An account as asked, the line that it belongs to, and the permanent id found for it."""

    account: str
    watch_id: str
    native_id: str


class OnRegister:
    """The register as reverse mode asks it.

    Only lines that may be looked at now answer: persons who left, lines without a notice and
    members of TNI and POLRI are strangers here too. An account that two persons' lines lead to
    belongs to nobody until the register is mended.
    """

    def __init__(self, writer: Writer, admits: Callable[[Watch], bool]) -> None:
        """``admits`` says whether a line may be watched in this mode (trial or production)."""
        self._writer = writer
        self._admits = admits

    def watching(self, platform: str, accounts: Collection[str]) -> Mapping[str, Watch]:
        """Return the register lines among some accounts; see ``collect.base.Members``."""
        conn = self._writer.reader()
        hits = _ask(conn, platform, accounts)
        if not hits:
            return {}
        lines = {w.watch_id: w for w in register.watches(conn, [hit.watch_id for hit in hits])}
        found: dict[str, list[Watch]] = {}
        for hit in hits:
            line = lines.get(hit.watch_id)
            if line and self._admits(line):
                known = replace(line, native_id=hit.native_id or line.native_id)
                found.setdefault(hit.account, []).append(known)
        return {
            account: own[0]
            for account, own in found.items()
            if len({line.person_ref for line in own}) == 1
        }

    def handles(self, platform: str, most: int) -> list[str]:
        """Return the names of a platform's accounts, or none where there are more than ``most``.

        For a platform that can be asked by name, so that it sends nobody else's acts.
        """
        conn = self._writer.reader()
        ids = _names(conn, platform, most + 1)
        if len(ids) > most:
            return []
        lines = register.watches(conn, ids)
        return sorted({line.address for line in lines if self._admits(line)})


@guard()
def _names(conn: Connection, platform: str, limit: int) -> list[str]:
    return [watch_id for (watch_id,) in conn.execute(NAMES, (platform, limit))]


@guard()
def _ask(conn: Connection, platform: str, accounts: Collection[str]) -> list[Hit]:
    values = {"platform": platform, "accounts": json.dumps(sorted(set(accounts)))}
    return [Hit(*row) for row in conn.execute(ASKED, values)]
