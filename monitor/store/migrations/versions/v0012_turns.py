"""Who is sending to which chat, and how often lately, so that a restart keeps to the limits."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute("""CREATE TABLE turn (
        id INTEGER NOT NULL,
        notifier TEXT NOT NULL,
        destination TEXT NOT NULL,
        pid INTEGER NOT NULL,
        started REAL NOT NULL,
        ended REAL,
        PRIMARY KEY (id)
    ) STRICT""")
    op.execute("CREATE INDEX turn_by_chat ON turn (notifier, destination, ended)")
    op.execute("CREATE INDEX turn_by_end ON turn (ended)")
