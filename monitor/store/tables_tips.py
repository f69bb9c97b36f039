"""The tables of sealed tips: a part of the schema's one home, ``tables``."""

from __future__ import annotations

from sqlalchemy import BLOB, INTEGER, TEXT, ForeignKey, Index
from sqlmodel import SQLModel

from monitor.store.tables_form import KEYED
from monitor.store.tables_form import column as _col


class Tip(SQLModel, table=True):
    """One tip. ``told`` and ``sender`` are sealed; ``sender_key`` and ``link`` are keyed digests.

    ``told`` is empty once its content went into a case's own evidence.
    """

    __table_args__ = (
        Index("tip_link", "link"),
        Index("tip_by", "sender_key", "received_at"),
        {"sqlite_strict": True},
    )
    tip_id: str = _col(TEXT, key=True)
    entry: int = _col(INTEGER, ForeignKey("log.seq"))
    state: str = _col(TEXT)
    received_at: str = _col(TEXT)
    ends_on: str = _col(TEXT)
    way: str = _col(TEXT)
    platform: str = _col(TEXT)
    watch_id: str = _col(TEXT)
    finding_id: str = _col(TEXT)
    link: bytes = _col(BLOB)
    sender_key: bytes = _col(BLOB)
    sender: bytes = _col(BLOB)
    told: bytes = _col(BLOB)


class TipPicture(SQLModel, table=True):
    """A sealed screenshot."""

    __tablename__ = "tip_picture"
    __table_args__ = ({"sqlite_strict": True},)
    tip_id: str = _col(TEXT, ForeignKey("tip.tip_id", ondelete="CASCADE"), key=True)
    number: int = _col(INTEGER, key=True)
    media_type: str = _col(TEXT)
    body: bytes = _col(BLOB)


class TipAct(SQLModel, table=True):
    """Which tips are about one act; ``sights`` (sealed) is what was seen in the screenshots."""

    __tablename__ = "tip_act"
    __table_args__ = (Index("tip_act_act", "act"), {"sqlite_strict": True})
    tip_id: str = _col(TEXT, ForeignKey("tip.tip_id", ondelete="CASCADE"), key=True)
    act: str = _col(TEXT)
    sights: bytes = _col(BLOB)


class TipPart(SQLModel, table=True):
    """What was made of a screenshot (sealed): ``potongan``, or ``sisi``, what was cut out of it."""

    __tablename__ = "tip_part"
    __table_args__ = ({"sqlite_strict": True},)
    tip_id: str = _col(TEXT, ForeignKey("tip.tip_id", ondelete="CASCADE"), key=True)
    number: int = _col(INTEGER, key=True)
    kind: str = _col(TEXT, key=True)
    body: bytes = _col(BLOB)


class TipPause(SQLModel, table=True):
    """A sender (keyed digest) from whom nothing is taken until a day, after misuse."""

    __tablename__ = "tip_pause"
    __table_args__ = KEYED
    sender_key: bytes = _col(BLOB, key=True)
    until: str = _col(TEXT)


TIP_TABLES = (Tip, TipPicture, TipAct, TipPart, TipPause)
