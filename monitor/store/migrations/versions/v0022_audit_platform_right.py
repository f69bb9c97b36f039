"""A view for auditors on who opened, ended or switched the reading of a platform."""

from alembic import op

from monitor.store import views

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    views.renew(op.execute)
