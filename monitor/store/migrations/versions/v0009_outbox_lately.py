"""Count what a destination got within an hour by an index, however long the outbox is."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("""CREATE INDEX outbox_lately ON outbox (notifier, destination, state, sent_at)""")
