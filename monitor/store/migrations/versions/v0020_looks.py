"""What was observed of each source: since when, what was shown, and the gaps between looks."""

from alembic import op

revision = "0020"
down_revision = "0019"

STATEMENTS = (
    """CREATE TABLE source_life (
        watch_id TEXT NOT NULL,
        began_at TEXT NOT NULL,
        due_at REAL NOT NULL,
        held INTEGER NOT NULL,
        empty INTEGER NOT NULL,
        PRIMARY KEY (watch_id),
        FOREIGN KEY(watch_id) REFERENCES source (watch_id) ON DELETE CASCADE
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE source_gap (
        id INTEGER NOT NULL,
        watch_id TEXT NOT NULL,
        since TEXT NOT NULL,
        until TEXT NOT NULL,
        cause TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(watch_id) REFERENCES source (watch_id) ON DELETE CASCADE
    ) STRICT""",
    "CREATE INDEX source_gap_by_source ON source_gap (watch_id, until)",
    # What was read before this version was read at the latest then.
    """INSERT INTO source_life (watch_id, began_at, due_at, held, empty)
    SELECT watch_id, last_success_at, next_check_at, 0, 0 FROM source
    WHERE last_success_at IS NOT NULL""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
