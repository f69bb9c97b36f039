"""Messages that quiet hours or a mute hold back, so that they wait without holding up others."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("""CREATE TABLE outbox_hold (
        id INTEGER NOT NULL,
        until REAL NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(id) REFERENCES outbox (id) ON DELETE CASCADE
    ) STRICT""")
