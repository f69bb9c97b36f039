"""The table of what was used of platforms' allowances; a part of the schema's one home, ``tables``.

It names no person and no account.
"""

from __future__ import annotations

from sqlalchemy import INTEGER, TEXT
from sqlmodel import SQLModel

from monitor.store.tables_form import KEYED
from monitor.store.tables_form import column as _col


class Spending(SQLModel, table=True):
    """Units used of a platform's allowance, on one of its days, by one of its methods."""

    __tablename__ = "spending"
    __table_args__ = KEYED
    platform: str = _col(TEXT, key=True)
    day: str = _col(TEXT, key=True)
    method: str = _col(TEXT, key=True)
    units: int = _col(INTEGER)


SPENDING_TABLES = (Spending,)
