"""The first schema: log, register, cursors, digests, outbox and alarms."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """CREATE TABLE log (
        seq INTEGER NOT NULL,
        canonical BLOB NOT NULL,
        hash BLOB NOT NULL,
        at TEXT GENERATED ALWAYS AS
          (json_extract(CAST(canonical AS TEXT), '$.at')) VIRTUAL,
        kind TEXT GENERATED ALWAYS AS
          (json_extract(CAST(canonical AS TEXT), '$.kind')) VIRTUAL,
        subject TEXT GENERATED ALWAYS AS
          (json_extract(CAST(canonical AS TEXT), '$.subject')) VIRTUAL,
        PRIMARY KEY (seq),
        CONSTRAINT log_hash_length CHECK (length(hash) = 32)
    ) STRICT""",
    """CREATE TABLE seen (
        "key" BLOB NOT NULL,
        revision BLOB NOT NULL,
        seen_on TEXT NOT NULL,
        PRIMARY KEY ("key")
    ) WITHOUT ROWID, STRICT""",
    """CREATE INDEX seen_by_day ON seen (seen_on)""",
    """CREATE TABLE person_key (
        person_ref TEXT NOT NULL,
        "key" BLOB NOT NULL,
        PRIMARY KEY (person_ref)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE source (
        watch_id TEXT NOT NULL,
        platform TEXT NOT NULL,
        active INTEGER NOT NULL,
        native_id TEXT NOT NULL,
        handle TEXT NOT NULL,
        address TEXT NOT NULL,
        cursor TEXT NOT NULL,
        next_check_at REAL NOT NULL,
        interval REAL NOT NULL,
        failures INTEGER NOT NULL,
        last_look_at TEXT,
        last_success_at TEXT,
        last_error TEXT,
        complete INTEGER NOT NULL,
        PRIMARY KEY (watch_id)
    ) STRICT""",
    """CREATE INDEX source_by_account ON source (platform, native_id)""",
    """CREATE INDEX source_by_time ON source (active, next_check_at)""",
    """CREATE TABLE register (
        watch_id TEXT NOT NULL,
        body TEXT NOT NULL,
        active INTEGER NOT NULL,
        PRIMARY KEY (watch_id)
    ) STRICT""",
    """CREATE TABLE outbox (
        id INTEGER NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        seq INTEGER NOT NULL,
        notifier TEXT NOT NULL,
        destination TEXT NOT NULL,
        state TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        next_try_at REAL NOT NULL,
        created_at TEXT NOT NULL,
        sent_at TEXT,
        message_id TEXT,
        last_error TEXT,
        body TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT outbox_once UNIQUE (kind, subject, seq, notifier, destination),
        CONSTRAINT outbox_state CHECK (state IN ('pending', 'sent', 'dead'))
    ) STRICT""",
    """CREATE INDEX outbox_by_time ON outbox (state, next_try_at)""",
    """CREATE TABLE alarm (
        "key" TEXT NOT NULL,
        raised_at TEXT NOT NULL,
        text TEXT NOT NULL,
        told INTEGER NOT NULL,
        PRIMARY KEY ("key")
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE content (
        seq INTEGER NOT NULL,
        name TEXT NOT NULL,
        salt BLOB NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (seq, name),
        FOREIGN KEY(seq) REFERENCES log (seq)
    ) STRICT""",
    """CREATE TABLE snapshot (
        seq INTEGER NOT NULL,
        name TEXT NOT NULL,
        salt BLOB NOT NULL,
        PRIMARY KEY (seq, name),
        FOREIGN KEY(seq) REFERENCES log (seq)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE finding (
        finding_id TEXT NOT NULL,
        revision_no INTEGER NOT NULL,
        seq INTEGER NOT NULL,
        outcome TEXT NOT NULL,
        PRIMARY KEY (finding_id, revision_no),
        FOREIGN KEY(seq) REFERENCES log (seq)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TRIGGER log_contiguous BEFORE INSERT ON log
    WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM log)
    BEGIN SELECT RAISE(ABORT, 'the log only takes the next number'); END""",
    """CREATE TRIGGER log_no_update BEFORE UPDATE ON log
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER log_no_delete BEFORE DELETE ON log
    BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER content_with_entry BEFORE INSERT ON content
    WHEN NEW.seq IS NOT (SELECT max(seq) FROM log)
      OR EXISTS (SELECT 1 FROM content WHERE seq = NEW.seq AND name = NEW.name)
    BEGIN SELECT RAISE(ABORT, 'content is written once, with its entry'); END""",
    """CREATE TRIGGER content_no_update BEFORE UPDATE ON content
    BEGIN SELECT RAISE(ABORT, 'content never changes'); END""",
    """CREATE TRIGGER snapshot_with_entry BEFORE INSERT ON snapshot
    WHEN NEW.seq IS NOT (SELECT max(seq) FROM log)
      OR EXISTS (SELECT 1 FROM snapshot WHERE seq = NEW.seq AND name = NEW.name)
    BEGIN SELECT RAISE(ABORT, 'a snapshot is written once, with its entry'); END""",
    """CREATE TRIGGER snapshot_no_update BEFORE UPDATE ON snapshot
    BEGIN SELECT RAISE(ABORT, 'a snapshot never changes'); END""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
