"""Rules in service: the set in force, switches, hourly counts, quarantine, shadow hits."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    """CREATE TABLE ruleset (
        id INTEGER NOT NULL,
        digest TEXT NOT NULL,
        since TEXT NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT ruleset_one CHECK (id = 1)
    ) STRICT""",
    """CREATE TABLE ruleset_file (
        name TEXT NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (name)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE rule_switch (
        rule TEXT NOT NULL,
        kind TEXT NOT NULL,
        value TEXT NOT NULL,
        revision INTEGER NOT NULL,
        who TEXT NOT NULL,
        reason TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (rule, kind),
        CONSTRAINT rule_switch_value CHECK (value IN ('off', 'live', 'retired'))
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE rule_hour (
        rule TEXT NOT NULL,
        hour INTEGER NOT NULL,
        hits INTEGER NOT NULL,
        shadow INTEGER NOT NULL,
        forgiven INTEGER NOT NULL,
        PRIMARY KEY (rule, hour)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE rule_quarantine (
        rule TEXT NOT NULL,
        since TEXT NOT NULL,
        over_at TEXT NOT NULL,
        PRIMARY KEY (rule)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE shadow_hit (
        id INTEGER NOT NULL,
        rule TEXT NOT NULL,
        revision INTEGER NOT NULL,
        at TEXT NOT NULL,
        person_ref TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (id)
    ) STRICT""",
    """CREATE INDEX shadow_hit_by_time ON shadow_hit (at)""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
