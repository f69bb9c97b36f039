"""The tables of later states: a part of the schema's one home, ``tables``."""

from __future__ import annotations

from sqlalchemy import INTEGER, REAL, TEXT, ForeignKey, Index
from sqlmodel import SQLModel

from monitor.store.tables_form import KEYED
from monitor.store.tables_form import column as _col


class Recheck(SQLModel, table=True):
    """When the act of a finding is looked at again, and how it was found last.

    ``due_at`` is empty once it is not looked at any more; ``checks`` counts the looks since
    ``began_at``, ``quiet`` those since the last entry of the log about its state.
    """

    __table_args__ = (Index("recheck_by_time", "due_at"), KEYED)
    finding_id: str = _col(TEXT, key=True)
    due_at: float | None = _col(REAL, null=True)
    began_at: str = _col(TEXT)
    checks: int = _col(INTEGER)
    failures: int = _col(INTEGER)
    quiet: int = _col(INTEGER)
    state: str = _col(TEXT)
    reason: str = _col(TEXT)
    seen_at: str = _col(TEXT)


class Retraction(SQLModel, table=True):
    """A case whose act its owner took out of public view: keeping it needs a person's decision."""

    __table_args__ = KEYED
    finding_id: str = _col(TEXT, key=True)
    seq: int = _col(INTEGER, ForeignKey("log.seq"))
    platform: str = _col(TEXT)
    since: str = _col(TEXT)
    decide_by: str = _col(TEXT)


RECHECK_TABLES = (Recheck, Retraction)
