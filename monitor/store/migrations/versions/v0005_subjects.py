"""Finding what the log holds of one case or one person without reading all of it."""

from alembic import op

revision = "0005"
down_revision = "0004"

# Bytes that are no JSON can only be a forger's: the index must not mind them.
STATEMENTS = (
    "CREATE INDEX log_by_subject ON log (subject)",
    """CREATE INDEX content_by_person ON content (iif(json_valid(CAST(body AS TEXT)),
        json_extract(CAST(body AS TEXT), '$.person_ref'), NULL))
    WHERE iif(json_valid(CAST(body AS TEXT)),
        json_extract(CAST(body AS TEXT), '$.person_ref'), NULL) IS NOT NULL""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
