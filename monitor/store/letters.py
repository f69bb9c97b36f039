"""Papers that left the office: number, date and scan, each an entry of the log.

The number may lead to a person in another office's books, so it stands in salted content, as the
scan does; the chain says which kind of paper it was, and no more.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date

from monitor.clock import from_text
from monitor.model.evidence import Canonical, LogHead
from monitor.model.letter import DOCUMENT, Issued, Kind
from monitor.store import about, log
from monitor.store.db import guard
from monitor.store.log import StagedFile


def record(
    tx: sqlite3.Connection,
    finding: str,
    letter: Issued,
    who: str,
    why: str,
    files: Sequence[StagedFile] = (),
) -> LogHead:
    """Append that a paper was issued, or came; ``letter.at`` is when this is said."""
    said: dict[str, Canonical] = {"number": letter.number, "date": letter.day.isoformat()}
    if letter.hearing:
        said["hearing"] = letter.hearing.isoformat()
    return log.append(
        tx,
        at=letter.at,
        kind=DOCUMENT,
        subject=finding,
        public={"document": letter.kind.value},
        content={DOCUMENT: said, "by": {"who": who, "why": why}},
        files=files,
    )


@guard()
def issued(conn: sqlite3.Connection, finding: str) -> tuple[Issued, ...]:
    """Return the papers of a case, the oldest first; of an erased one its number is empty."""
    return tuple(_issued(conn, finding))


def _issued(conn: sqlite3.Connection, finding: str) -> Iterator[Issued]:
    for row in about.entries(conn, finding):
        entry = json.loads(row.canonical)
        if entry["kind"] == DOCUMENT:
            at, said = from_text(entry["at"]), about.opened(conn, row.seq).get(DOCUMENT, {})
            hearing = said.get("hearing")
            yield Issued(
                kind=Kind(entry["public"]["document"]),
                number=str(said.get("number", "")),
                day=date.fromisoformat(said["date"]) if said else at.date(),
                at=at,
                hearing=date.fromisoformat(hearing) if hearing else None,
            )
