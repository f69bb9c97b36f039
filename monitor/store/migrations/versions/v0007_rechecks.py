"""Later states: when acts are looked at again, and which retractions wait for a decision."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = (
    """CREATE TABLE recheck (
        finding_id TEXT NOT NULL,
        due_at REAL,
        began_at TEXT NOT NULL,
        checks INTEGER NOT NULL,
        failures INTEGER NOT NULL,
        quiet INTEGER NOT NULL,
        state TEXT NOT NULL,
        reason TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        PRIMARY KEY (finding_id)
    ) WITHOUT ROWID, STRICT""",
    """CREATE INDEX recheck_by_time ON recheck (due_at)""",
    """CREATE TABLE retraction (
        finding_id TEXT NOT NULL,
        seq INTEGER NOT NULL,
        platform TEXT NOT NULL,
        since TEXT NOT NULL,
        decide_by TEXT NOT NULL,
        PRIMARY KEY (finding_id),
        FOREIGN KEY(seq) REFERENCES log (seq)
    ) WITHOUT ROWID, STRICT""",
    # Cases from before: each begins with its newest revision, and is due when its turn comes.
    """INSERT INTO recheck (finding_id, due_at, began_at, checks, failures, quiet, state, reason,
      seen_at)
    SELECT finding_id, unixepoch(max(at)) + 3600.0, max(at), 0, 0, 0, '', '', max(at)
    FROM finding JOIN log USING (seq) GROUP BY finding_id""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
