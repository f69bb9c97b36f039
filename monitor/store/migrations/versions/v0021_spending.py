"""What was used of platforms' daily allowances."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.execute(
        """CREATE TABLE spending (
        platform TEXT NOT NULL,
        day TEXT NOT NULL,
        method TEXT NOT NULL,
        units INTEGER NOT NULL,
        PRIMARY KEY (platform, day, method)
    ) WITHOUT ROWID, STRICT"""
    )
