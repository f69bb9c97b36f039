"""The table of turns: a part of the schema's one home, ``tables``."""

from __future__ import annotations

from sqlalchemy import INTEGER, REAL, TEXT, Index
from sqlmodel import SQLModel

from monitor.store.tables_form import STRICT
from monitor.store.tables_form import column as _col


class Turn(SQLModel, table=True):
    """One message that left for a chat; ``ended`` is empty while it is under way in ``pid``.

    Times are unix seconds. Rows go after minutes: they only keep the platform's limits.
    """

    __table_args__ = (
        Index("turn_by_chat", "notifier", "destination", "ended"),
        Index("turn_by_end", "ended"),
        STRICT,
    )
    id: int | None = _col(INTEGER, key=True)
    notifier: str = _col(TEXT)
    destination: str = _col(TEXT)
    pid: int = _col(INTEGER)
    started: float = _col(REAL)
    ended: float | None = _col(REAL, null=True)


TURN_TABLES = (Turn,)
