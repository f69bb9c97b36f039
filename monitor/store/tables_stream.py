"""The tables of streams: where each connection stopped, and of whom a stream told something.

A part of the schema's one home, ``tables``.
"""

from __future__ import annotations

from sqlalchemy import INTEGER, REAL, TEXT, ForeignKey
from sqlmodel import SQLModel

from monitor.store.tables_form import KEYED
from monitor.store.tables_form import column as _col


class Stream(SQLModel, table=True):
    """How far one of ``shards`` connections to a platform's stream came."""

    __table_args__ = KEYED
    platform: str = _col(TEXT, key=True)
    shard: int = _col(INTEGER, key=True)
    shards: int = _col(INTEGER)
    cursor: str = _col(TEXT)


class Notice(SQLModel, table=True):
    """When (unix seconds) a stream last told of a source; a look that began later answers it."""

    __table_args__ = KEYED
    watch_id: str = _col(TEXT, ForeignKey("source.watch_id", ondelete="CASCADE"), key=True)
    at: float = _col(REAL)


STREAM_TABLES = (Stream, Notice)
