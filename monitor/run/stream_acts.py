"""Which open cases a stream's notice is about: by the act's own record, or by the whole account.

Only 64-bit hashes are held, which name nobody; a chance meeting of two costs one look too many.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from monitor.collect.base import Notice
from monitor.store import rechecks
from monitor.store.db import Connection


class Acts:
    """The acts that are looked at again, as far as the log was read."""

    def __init__(self) -> None:
        self._seq = 0
        self._of_line: defaultdict[int, set[str]] = defaultdict(set)
        self._of_record: defaultdict[int, set[str]] = defaultdict(set)

    def told_of(self, conn: Connection, notices: Iterable[Notice]) -> set[str]:
        """Return the cases that notices of a retraction or of an account's change are about."""
        listed = list(notices)
        if listed:
            self._read(conn)
        found: set[str] = set()
        for notice in listed:
            key, known = (
                (notice.native_key, self._of_record)
                if notice.native_key
                else (notice.watch_id, self._of_line)
            )
            found |= known.get(hash(key), set())
        return found

    def _read(self, conn: Connection) -> None:
        for seq, finding_id, watch_id, record in rechecks.acts(conn, self._seq):
            self._of_line[hash(watch_id)].add(finding_id)
            self._of_record[hash(record)].add(finding_id)
            self._seq = max(self._seq, seq)
