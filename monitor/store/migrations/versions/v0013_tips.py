"""Tips: sealed until a named officer links them to a case, destroyed in time otherwise."""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS = (
    """CREATE TABLE tip (
        tip_id TEXT NOT NULL,
        entry INTEGER NOT NULL,
        state TEXT NOT NULL,
        received_at TEXT NOT NULL,
        ends_on TEXT NOT NULL,
        way TEXT NOT NULL,
        platform TEXT NOT NULL,
        watch_id TEXT NOT NULL,
        finding_id TEXT NOT NULL,
        link BLOB NOT NULL,
        sender_key BLOB NOT NULL,
        sender BLOB NOT NULL,
        told BLOB NOT NULL,
        PRIMARY KEY (tip_id),
        FOREIGN KEY(entry) REFERENCES log (seq)
    ) STRICT""",
    "CREATE INDEX tip_link ON tip (link)",
    "CREATE INDEX tip_by ON tip (sender_key, received_at)",
    """CREATE TABLE tip_picture (
        tip_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        media_type TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (tip_id, number),
        FOREIGN KEY(tip_id) REFERENCES tip (tip_id) ON DELETE CASCADE
    ) STRICT""",
    """CREATE TABLE tip_pause (
        sender_key BLOB NOT NULL,
        until TEXT NOT NULL,
        PRIMARY KEY (sender_key)
    ) WITHOUT ROWID, STRICT""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
