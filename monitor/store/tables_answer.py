"""The tables of invitations and answers: a part of the schema's one home, ``tables``."""

from __future__ import annotations

from sqlalchemy import BLOB, INTEGER, TEXT, CheckConstraint, ForeignKey, Index
from sqlmodel import SQLModel

from monitor.store.tables_form import KEYED
from monitor.store.tables_form import column as _col


class Invitation(SQLModel, table=True):
    """What tells the code of a letter: a salted digest, never the code. ``tries`` were wrong."""

    __table_args__ = (
        CheckConstraint("ended IN ('', 'revoked', 'locked')", name="invitation_ended"),
        Index("invitation_by_case", "finding_id"),
        KEYED,
    )
    letter: str = _col(TEXT, key=True)
    finding_id: str = _col(TEXT)
    seq: int = _col(INTEGER, ForeignKey("log.seq"))
    salt: bytes = _col(BLOB)
    digest: bytes = _col(BLOB)
    until: str = _col(TEXT)
    tries: int = _col(INTEGER)
    ended: str = _col(TEXT)


class InvitationHour(SQLModel, table=True):
    """How many codes were wrong in one hour (hours since 1970), whatever letter they named."""

    __tablename__ = "invitation_hour"
    __table_args__ = KEYED
    hour: int = _col(INTEGER, key=True)
    tries: int = _col(INTEGER)


class Answer(SQLModel, table=True):
    """Which entry a receipt's number stands for; a number is given once."""

    __table_args__ = (Index("answer_by_case", "finding_id"), KEYED)
    receipt: str = _col(TEXT, key=True)
    finding_id: str = _col(TEXT)
    seq: int = _col(INTEGER, ForeignKey("log.seq"))


class AnswerPaper(SQLModel, table=True):
    """An answer on paper that one officer typed and another has not confirmed: its digest only."""

    __tablename__ = "answer_paper"
    __table_args__ = KEYED
    finding_id: str = _col(TEXT, key=True)
    salt: bytes = _col(BLOB)
    digest: bytes = _col(BLOB)
    officer: str = _col(TEXT)
    second: str = _col(TEXT)
    at: str = _col(TEXT)


ANSWER_TABLES = (Invitation, InvitationHour, Answer, AnswerPaper)
