"""A view on mutes for auditors."""

from alembic import op

from monitor.store import views

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    views.renew(op.execute)
