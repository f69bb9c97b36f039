"""Invitations to answer, receipts, and what waits for its second officer."""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = (
    """CREATE TABLE invitation (
        letter TEXT NOT NULL,
        finding_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        salt BLOB NOT NULL,
        digest BLOB NOT NULL,
        until TEXT NOT NULL,
        tries INTEGER NOT NULL,
        ended TEXT NOT NULL,
        PRIMARY KEY (letter),
        CONSTRAINT invitation_ended CHECK (ended IN ('', 'revoked', 'locked')),
        FOREIGN KEY(seq) REFERENCES log (seq)
    ) WITHOUT ROWID, STRICT""",
    """CREATE INDEX invitation_by_case ON invitation (finding_id)""",
    """CREATE TABLE invitation_hour (
        hour INTEGER NOT NULL,
        tries INTEGER NOT NULL,
        PRIMARY KEY (hour)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE answer (
        receipt TEXT NOT NULL,
        finding_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        PRIMARY KEY (receipt),
        FOREIGN KEY(seq) REFERENCES log (seq)
    ) WITHOUT ROWID, STRICT""",
    """CREATE INDEX answer_by_case ON answer (finding_id)""",
    """CREATE TABLE answer_paper (
        finding_id TEXT NOT NULL,
        salt BLOB NOT NULL,
        digest BLOB NOT NULL,
        officer TEXT NOT NULL,
        second TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (finding_id)
    ) WITHOUT ROWID, STRICT""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
