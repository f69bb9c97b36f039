"""The table of messages that wait by a person's order: a part of the schema's home, ``tables``."""

from __future__ import annotations

from sqlalchemy import INTEGER, REAL, ForeignKey
from sqlmodel import SQLModel

from monitor.store.tables_form import STRICT
from monitor.store.tables_form import column as _col


class OutboxHold(SQLModel, table=True):
    """A message that quiet hours or a mute hold back, until when (unix seconds)."""

    __tablename__ = "outbox_hold"
    __table_args__ = (STRICT,)
    id: int | None = _col(INTEGER, ForeignKey("outbox.id", ondelete="CASCADE"), key=True)
    until: float = _col(REAL)


HOLD_TABLES = (OutboxHold,)
