"""The tables and triggers of lawful erasure: a part of the schema's one home, ``tables``."""

from __future__ import annotations

from sqlalchemy import BLOB, INTEGER, TEXT, ForeignKey
from sqlmodel import SQLModel

from monitor.store.tables_form import KEYED
from monitor.store.tables_form import column as _col


class Erasing(SQLModel, table=True):
    """Work that a tombstone leaves: a file to be removed (its commitment), or "" for the database.

    Empty but for the time between an erasure's commit and its end.
    """

    __table_args__ = KEYED
    entry: int = _col(INTEGER, ForeignKey("log.seq"), key=True)
    file: str = _col(TEXT, key=True)


class Decided(SQLModel, table=True):
    """A keyed digest of an act, with its wording, that was dismissed and whose content is gone.

    ``entry`` is the tombstone.
    """

    __table_args__ = KEYED
    act: bytes = _col(BLOB, key=True)
    finding_id: str = _col(TEXT)
    entry: int = _col(INTEGER, ForeignKey("log.seq"))


# A tombstone is the log's last entry while its own transaction deletes what it names.
ERASURE_TRIGGERS = (
    """CREATE TRIGGER content_no_delete BEFORE DELETE ON content
    WHEN NOT EXISTS (SELECT 1 FROM log, json_each(CAST(log.canonical AS TEXT),
        '$.public.erased') AS named
      WHERE log.seq = (SELECT max(seq) FROM log) AND log.kind = 'erasure'
        AND OLD.seq < log.seq AND named.value = 'content/' || OLD.seq || '/' || OLD.name)
    BEGIN SELECT RAISE(ABORT, 'content goes only under a tombstone that names it'); END""",
    """CREATE TRIGGER snapshot_no_delete BEFORE DELETE ON snapshot
    WHEN NOT EXISTS (SELECT 1 FROM log, json_each(CAST(log.canonical AS TEXT),
        '$.public.erased') AS named
      WHERE log.seq = (SELECT max(seq) FROM log) AND log.kind = 'erasure'
        AND OLD.seq < log.seq AND named.value = 'files/' || OLD.seq || '/' || OLD.name)
    BEGIN SELECT RAISE(ABORT, 'a snapshot goes only under a tombstone that names it'); END""",
    """CREATE TRIGGER tombstone_stays BEFORE DELETE ON content
    WHEN EXISTS (SELECT 1 FROM log WHERE seq = OLD.seq AND kind = 'erasure')
    BEGIN SELECT RAISE(ABORT, 'a tombstone is never erased'); END""",
)
