"""Lawful erasure: content goes only under a tombstone, and what is left to do is remembered."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    """CREATE TABLE erasing (
        entry INTEGER NOT NULL,
        file TEXT NOT NULL,
        PRIMARY KEY (entry, file),
        FOREIGN KEY(entry) REFERENCES log (seq)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE decided (
        act BLOB NOT NULL,
        finding_id TEXT NOT NULL,
        entry INTEGER NOT NULL,
        PRIMARY KEY (act),
        FOREIGN KEY(entry) REFERENCES log (seq)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TRIGGER content_no_delete BEFORE DELETE ON content
    WHEN NOT EXISTS (SELECT 1 FROM log, json_each(CAST(log.canonical AS TEXT),
        '$.public.erased') AS named
      WHERE log.seq = (SELECT max(seq) FROM log) AND log.kind = 'erasure'
        AND OLD.seq < log.seq AND named.value = 'content/' || OLD.seq || '/' || OLD.name)
    BEGIN SELECT RAISE(ABORT, 'content goes only under a tombstone that names it'); END""",
    """CREATE TRIGGER snapshot_no_delete BEFORE DELETE ON snapshot
    WHEN NOT EXISTS (SELECT 1 FROM log, json_each(CAST(log.canonical AS TEXT),
        '$.public.erased') AS named
      WHERE log.seq = (SELECT max(seq) FROM log) AND log.kind = 'erasure'
        AND OLD.seq < log.seq AND named.value = 'files/' || OLD.seq || '/' || OLD.name)
    BEGIN SELECT RAISE(ABORT, 'a snapshot goes only under a tombstone that names it'); END""",
    """CREATE TRIGGER tombstone_stays BEFORE DELETE ON content
    WHEN EXISTS (SELECT 1 FROM log WHERE seq = OLD.seq AND kind = 'erasure')
    BEGIN SELECT RAISE(ABORT, 'a tombstone is never erased'); END""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
