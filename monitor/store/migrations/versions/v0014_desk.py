"""The desk in Telegram: what was heard, open conversations, and how much an officer read."""

from alembic import op

revision = "0014"
down_revision = "0013"

STATEMENTS = (
    """CREATE TABLE desk_offset (
        id INTEGER NOT NULL,
        next INTEGER NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT desk_offset_one CHECK (id = 1)
    ) STRICT""",
    """CREATE TABLE desk_talk (
        user_id INTEGER NOT NULL,
        name TEXT NOT NULL,
        subject TEXT NOT NULL,
        body TEXT NOT NULL,
        until TEXT NOT NULL,
        asked INTEGER NOT NULL,
        PRIMARY KEY (user_id)
    ) STRICT""",
    """CREATE TABLE desk_reading (
        officer TEXT NOT NULL,
        day TEXT NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (officer, day)
    ) WITHOUT ROWID, STRICT""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
