"""Files of acts that were handed in: how far reading each came."""

from alembic import op

revision = "0019"
down_revision = "0018"

STATEMENT = """CREATE TABLE import_file (
    file_key BLOB NOT NULL,
    import_id TEXT NOT NULL,
    entry INTEGER NOT NULL,
    place INTEGER NOT NULL,
    counts TEXT NOT NULL,
    finished INTEGER NOT NULL,
    PRIMARY KEY (file_key),
    FOREIGN KEY(entry) REFERENCES log (seq)
) WITHOUT ROWID, STRICT"""


def upgrade() -> None:
    op.execute(STATEMENT)
