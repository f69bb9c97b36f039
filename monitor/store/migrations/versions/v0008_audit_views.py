"""The auditors' views; they hold no data, so their text is that of this program's version."""

from alembic import op

from monitor.store import views

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    views.renew(op.execute)
