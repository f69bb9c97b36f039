"""The desk's tables in Telegram: a part of the schema's home, ``tables``.

None of it is evidence: conversations end within the hour, and the log has what was decided.
"""

from __future__ import annotations

from sqlalchemy import INTEGER, TEXT, CheckConstraint
from sqlmodel import SQLModel

from monitor.store.tables_form import KEYED, STRICT
from monitor.store.tables_form import column as _col


class DeskOffset(SQLModel, table=True):
    """The number of the first update that is not done yet, and when one was done last."""

    __tablename__ = "desk_offset"
    __table_args__ = (CheckConstraint("id = 1", name="desk_offset_one"), STRICT)
    id: int = _col(INTEGER, key=True)
    next: int = _col(INTEGER)
    at: str = _col(TEXT)


class DeskTalk(SQLModel, table=True):
    """An open conversation with one Telegram user; ``asked`` is the question's message, or 0."""

    __tablename__ = "desk_talk"
    __table_args__ = (STRICT,)
    user_id: int = _col(INTEGER, key=True)
    name: str = _col(TEXT)
    subject: str = _col(TEXT)
    body: str = _col(TEXT)
    until: str = _col(TEXT)
    asked: int = _col(INTEGER)


class DeskReading(SQLModel, table=True):
    """How many cases an officer looked at in Telegram on a day."""

    __tablename__ = "desk_reading"
    __table_args__ = KEYED
    officer: str = _col(TEXT, key=True)
    day: str = _col(TEXT, key=True)
    count: int = _col(INTEGER)


DESK_TABLES = (DeskOffset, DeskTalk, DeskReading)
