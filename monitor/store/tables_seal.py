"""The tables of seals: a part of the schema's one home, ``tables``."""

from __future__ import annotations

from sqlalchemy import BLOB, INTEGER, TEXT, CheckConstraint, ForeignKey
from sqlmodel import SQLModel

from monitor.store.tables_form import STRICT
from monitor.store.tables_form import column as _col


class Seal(SQLModel, table=True):
    """A signed checkpoint; ``seq`` is the entry that names it, just after what it covers."""

    __table_args__ = (CheckConstraint("length(signature) = 64", name="seal_signature"), STRICT)
    seq: int = _col(INTEGER, ForeignKey("log.seq"), key=True)
    canonical: bytes = _col(BLOB)
    signature: bytes = _col(BLOB)
    endorsement: bytes = _col(BLOB)


class Stamp(SQLModel, table=True):
    """An authority's time stamp over a seal; ``seq`` is the entry that names it.

    ``roots`` are the certificates (PEM) that were trusted when it came.
    """

    __table_args__ = STRICT
    seq: int = _col(INTEGER, ForeignKey("log.seq"), key=True)
    seal: int = _col(INTEGER, ForeignKey("seal.seq"))
    authority: str = _col(TEXT)
    answer: bytes = _col(BLOB)
    roots: bytes = _col(BLOB)


SEAL_TRIGGERS = (
    """CREATE TRIGGER seal_with_entry BEFORE INSERT ON seal
    WHEN NEW.seq IS NOT (SELECT max(seq) FROM log)
      OR EXISTS (SELECT 1 FROM seal WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'a seal is written once, with its entry'); END""",
    """CREATE TRIGGER seal_no_update BEFORE UPDATE ON seal
    BEGIN SELECT RAISE(ABORT, 'a seal never changes'); END""",
    """CREATE TRIGGER seal_no_delete BEFORE DELETE ON seal
    BEGIN SELECT RAISE(ABORT, 'a seal is never deleted'); END""",
    """CREATE TRIGGER stamp_with_entry BEFORE INSERT ON stamp
    WHEN NEW.seq IS NOT (SELECT max(seq) FROM log)
      OR EXISTS (SELECT 1 FROM stamp WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'a time stamp is written once, with its entry'); END""",
    """CREATE TRIGGER stamp_no_update BEFORE UPDATE ON stamp
    BEGIN SELECT RAISE(ABORT, 'a time stamp never changes'); END""",
    """CREATE TRIGGER stamp_no_delete BEFORE DELETE ON stamp
    BEGIN SELECT RAISE(ABORT, 'a time stamp is never deleted'); END""",
)
