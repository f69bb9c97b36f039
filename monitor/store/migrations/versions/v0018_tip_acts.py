"""Tips about one act, the crops that officers make, and what was cut out of pictures."""

from alembic import op

revision = "0018"
down_revision = "0017"

STATEMENTS = (
    """CREATE TABLE tip_act (
        tip_id TEXT NOT NULL,
        act TEXT NOT NULL,
        sights BLOB NOT NULL,
        PRIMARY KEY (tip_id),
        FOREIGN KEY(tip_id) REFERENCES tip (tip_id) ON DELETE CASCADE
    ) STRICT""",
    "CREATE INDEX tip_act_act ON tip_act (act)",
    """CREATE TABLE tip_part (
        tip_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (tip_id, number, kind),
        FOREIGN KEY(tip_id) REFERENCES tip (tip_id) ON DELETE CASCADE
    ) STRICT""",
    # Tips about one link were about one act before.
    """INSERT INTO tip_act SELECT tip_id, coalesce((
        SELECT min(a.tip_id) FROM tip AS a WHERE a.link = tip.link AND a.link <> x''), tip_id), x''
    FROM tip""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
