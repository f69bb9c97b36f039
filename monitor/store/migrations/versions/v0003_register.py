"""The register as persons, accounts and dated intervals; one JSON text per line before."""

from alembic import op

revision = "0003"
down_revision = "0002"

STATEMENTS = (
    """CREATE TABLE person (
        person_ref TEXT NOT NULL,
        name TEXT NOT NULL,
        employer_type TEXT NOT NULL,
        instansi TEXT NOT NULL,
        unit TEXT NOT NULL,
        superior TEXT NOT NULL,
        position TEXT NOT NULL,
        area TEXT NOT NULL,
        zone TEXT NOT NULL,
        route TEXT NOT NULL,
        candidate_spouse_of TEXT NOT NULL,
        as_of TEXT NOT NULL,
        source TEXT NOT NULL,
        PRIMARY KEY (person_ref)
    ) WITHOUT ROWID, STRICT""",
    """CREATE TABLE account (
        watch_id TEXT NOT NULL,
        person_ref TEXT NOT NULL,
        platform TEXT NOT NULL,
        address TEXT NOT NULL,
        native_id TEXT NOT NULL,
        ownership TEXT NOT NULL,
        ownership_evidence TEXT NOT NULL,
        legal_ground TEXT NOT NULL,
        notice_date TEXT NOT NULL,
        notice_exemption TEXT NOT NULL,
        registered_on TEXT NOT NULL,
        sheet TEXT NOT NULL,
        status TEXT NOT NULL,
        ended_on TEXT NOT NULL,
        PRIMARY KEY (watch_id),
        CONSTRAINT account_status
            CHECK (status IN ('active', 'waiting', 'unresolved', 'left', 'removed')),
        FOREIGN KEY(person_ref) REFERENCES person (person_ref)
    ) WITHOUT ROWID, STRICT""",
    """CREATE INDEX account_by_person ON account (person_ref)""",
    """CREATE INDEX account_by_address ON account (platform, address)""",
    """CREATE TABLE person_interval (
        id INTEGER NOT NULL,
        person_ref TEXT NOT NULL,
        kind TEXT NOT NULL,
        first_day TEXT NOT NULL,
        last_day TEXT NOT NULL,
        reference TEXT NOT NULL,
        moved_from TEXT NOT NULL,
        moved_to TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(person_ref) REFERENCES person (person_ref)
    ) STRICT""",
    """CREATE INDEX person_interval_by_person ON person_interval (person_ref)""",
    """CREATE TABLE register_state (
        id INTEGER NOT NULL,
        version INTEGER NOT NULL,
        PRIMARY KEY (id),
        CONSTRAINT register_state_one CHECK (id = 1)
    ) STRICT""",
    # Where two lines said different things of one person, the later line's word stands.
    """INSERT OR REPLACE INTO person
    SELECT body->>'person_ref', body->>'name', body->>'employer_type', body->>'instansi',
      body->>'unit', '', body->>'position', body->>'area', body->>'zone', body->>'route', '',
      coalesce(body->>'as_of', ''), ''
    FROM register ORDER BY active, watch_id""",
    """INSERT INTO account
    SELECT watch_id, body->>'person_ref', body->>'platform', body->>'address', body->>'native_id',
      body->>'ownership', '', body->>'legal_ground', body->>'notice_date', '',
      body->>'registered_on', 'register', iif(active, 'active', 'removed'),
      iif(active, '', date('now'))
    FROM register""",
    "DROP TABLE register",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
