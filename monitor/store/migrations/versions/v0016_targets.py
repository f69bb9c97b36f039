"""Reverse mode: public accounts whose engagers are read, and since when a line is asked for."""

from alembic import op

revision = "0016"
down_revision = "0015"

STATEMENTS = (
    """CREATE TABLE target_source (
        "key" TEXT NOT NULL,
        platform TEXT NOT NULL,
        handle TEXT NOT NULL,
        native_id TEXT NOT NULL,
        type TEXT NOT NULL,
        active INTEGER NOT NULL,
        cursor TEXT NOT NULL,
        next_check_at REAL NOT NULL,
        interval REAL NOT NULL,
        failures INTEGER NOT NULL,
        empty INTEGER NOT NULL,
        withheld INTEGER NOT NULL,
        began_at TEXT,
        last_look_at TEXT,
        last_success_at TEXT,
        last_error TEXT,
        complete INTEGER NOT NULL,
        PRIMARY KEY ("key")
    ) STRICT""",
    "CREATE INDEX target_source_by_time ON target_source (active, next_check_at)",
    """CREATE TABLE target_line (
        watch_id TEXT NOT NULL,
        since REAL NOT NULL,
        PRIMARY KEY (watch_id),
        FOREIGN KEY(watch_id) REFERENCES source (watch_id) ON DELETE CASCADE
    ) WITHOUT ROWID, STRICT""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
