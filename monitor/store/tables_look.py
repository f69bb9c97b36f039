"""The tables of what was observed: since when, what was shown, and the gaps between looks.

A part of the schema's one home, ``tables``.
"""

from __future__ import annotations

from sqlalchemy import INTEGER, REAL, TEXT, ForeignKey, Index
from sqlmodel import SQLModel

from monitor.store.tables_form import KEYED, STRICT
from monitor.store.tables_form import column as _col


class SourceLife(SQLModel, table=True):
    """What looks at a source have shown; ``due_at`` (unix seconds) is when the next was expected.

    ``held`` says that the platform has ever listed an act of it; ``empty`` counts looks in a row
    in which it listed none.
    """

    __tablename__ = "source_life"
    __table_args__ = KEYED
    watch_id: str = _col(TEXT, ForeignKey("source.watch_id", ondelete="CASCADE"), key=True)
    began_at: str = _col(TEXT)
    due_at: float = _col(REAL)
    held: int = _col(INTEGER)
    empty: int = _col(INTEGER)


class SourceGap(SQLModel, table=True):
    """A time in which a source was not observed, between the last look before and the next."""

    __tablename__ = "source_gap"
    __table_args__ = (Index("source_gap_by_source", "watch_id", "until"), STRICT)
    id: int | None = _col(INTEGER, key=True)
    watch_id: str = _col(TEXT, ForeignKey("source.watch_id", ondelete="CASCADE"))
    since: str = _col(TEXT)
    until: str = _col(TEXT)
    cause: str = _col(TEXT)


LOOK_TABLES = (SourceLife, SourceGap)
