"""The tables of reverse mode: candidates', parties' and teams' accounts, and who is asked for.

A part of the schema's one home, ``tables``.
"""

from __future__ import annotations

from sqlalchemy import INTEGER, REAL, TEXT, ForeignKey, Index
from sqlmodel import SQLModel

from monitor.store.tables_form import KEYED, STRICT
from monitor.store.tables_form import column as _col


class TargetSource(SQLModel, table=True):
    """How far reading of who engaged with a public account came, and when it is read next.

    ``key`` is ``target:<platform>:<handle>``. ``empty`` counts looks in a row in which the
    platform listed nothing at all; ``withheld`` is what the last look was not shown.
    """

    __tablename__ = "target_source"
    __table_args__ = (Index("target_source_by_time", "active", "next_check_at"), STRICT)
    key: str = _col(TEXT, key=True)
    platform: str = _col(TEXT)
    handle: str = _col(TEXT)
    native_id: str = _col(TEXT)
    type: str = _col(TEXT)
    active: int = _col(INTEGER)
    cursor: str = _col(TEXT)
    next_check_at: float = _col(REAL)
    interval: float = _col(REAL)
    failures: int = _col(INTEGER)
    empty: int = _col(INTEGER)
    withheld: int = _col(INTEGER)
    began_at: str | None = _col(TEXT, null=True)
    last_look_at: str | None = _col(TEXT, null=True)
    last_success_at: str | None = _col(TEXT, null=True)
    last_error: str | None = _col(TEXT, null=True)
    complete: int = _col(INTEGER)


class TargetLine(SQLModel, table=True):
    """Since when (unix seconds) a register line has been asked for in such lists."""

    __tablename__ = "target_line"
    __table_args__ = KEYED
    watch_id: str = _col(TEXT, ForeignKey("source.watch_id", ondelete="CASCADE"), key=True)
    since: float = _col(REAL)


TARGET_TABLES = (TargetSource, TargetLine)
