"""Seals: signed checkpoints of the log, and the time stamps over them."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """CREATE TABLE seal (
        seq INTEGER NOT NULL,
        canonical BLOB NOT NULL,
        signature BLOB NOT NULL,
        endorsement BLOB NOT NULL,
        PRIMARY KEY (seq),
        CONSTRAINT seal_signature CHECK (length(signature) = 64),
        FOREIGN KEY(seq) REFERENCES log (seq)
    ) STRICT""",
    """CREATE TABLE stamp (
        seq INTEGER NOT NULL,
        seal INTEGER NOT NULL,
        authority TEXT NOT NULL,
        answer BLOB NOT NULL,
        roots BLOB NOT NULL,
        PRIMARY KEY (seq),
        FOREIGN KEY(seq) REFERENCES log (seq),
        FOREIGN KEY(seal) REFERENCES seal (seq)
    ) STRICT""",
    """CREATE TRIGGER seal_with_entry BEFORE INSERT ON seal
    WHEN NEW.seq IS NOT (SELECT max(seq) FROM log)
      OR EXISTS (SELECT 1 FROM seal WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'a seal is written once, with its entry'); END""",
    """CREATE TRIGGER seal_no_update BEFORE UPDATE ON seal
    BEGIN SELECT RAISE(ABORT, 'a seal never changes'); END""",
    """CREATE TRIGGER seal_no_delete BEFORE DELETE ON seal
    BEGIN SELECT RAISE(ABORT, 'a seal is never deleted'); END""",
    """CREATE TRIGGER stamp_with_entry BEFORE INSERT ON stamp
    WHEN NEW.seq IS NOT (SELECT max(seq) FROM log)
      OR EXISTS (SELECT 1 FROM stamp WHERE seq = NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'a time stamp is written once, with its entry'); END""",
    """CREATE TRIGGER stamp_no_update BEFORE UPDATE ON stamp
    BEGIN SELECT RAISE(ABORT, 'a time stamp never changes'); END""",
    """CREATE TRIGGER stamp_no_delete BEFORE DELETE ON stamp
    BEGIN SELECT RAISE(ABORT, 'a time stamp is never deleted'); END""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
