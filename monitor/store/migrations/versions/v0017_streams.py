"""Streams: where each connection stopped, and of whom something was told."""

from alembic import op

revision = "0017"
down_revision = "0016"

STATEMENTS = (
    """CREATE TABLE stream (
        platform TEXT NOT NULL,
        shard INTEGER NOT NULL,
        shards INTEGER NOT NULL,
        cursor TEXT NOT NULL,
        PRIMARY KEY (platform, shard)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE notice (
        watch_id TEXT NOT NULL,
        at REAL NOT NULL,
        PRIMARY KEY (watch_id),
        FOREIGN KEY(watch_id) REFERENCES source (watch_id) ON DELETE CASCADE
    ) WITHOUT ROWID, STRICT""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
