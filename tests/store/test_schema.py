"""The schema: one home, one way to reach it, nothing else accepted."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from monitor.errors import StoreError
from monitor.store import migrate, tables, upgrade
from monitor.store.db import connect

HEAD = migrate.HEAD
NEXT = '''"""One more column, as a later release might bring."""

from alembic import op

revision = "9000"
down_revision = "{head}"


def upgrade() -> None:
    op.execute("ALTER TABLE alarm ADD COLUMN note TEXT")
    {more}
'''


def test_migrations_give_what_the_classes_describe(database: Path) -> None:
    plain = sa.create_engine("sqlite://")
    with plain.connect() as conn:
        SQLModel.metadata.create_all(conn)
        described = _schema(conn)
    with upgrade.engine(database).connect() as conn:
        migrated = _schema(conn)
    migrated.pop("alembic_version")
    assert migrated == described
    triggers = [sql for sql in described.values() if sql.startswith("CREATETRIGGER")]
    assert len(triggers) == len(tables.TRIGGERS)


# SQLAlchemy cannot read an index on an expression back; the test above compares those as texts.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
def test_alembic_finds_nothing_to_do(database: Path) -> None:
    with upgrade.engine(database).connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_revisions_are_those_of_the_migrations() -> None:
    scripts = ScriptDirectory.from_config(upgrade.config())
    found = [script.revision for script in scripts.walk_revisions()]
    assert tuple(reversed(found)) == migrate.REVISIONS
    assert scripts.get_current_head() == migrate.HEAD


def test_a_fresh_database_is_private_and_right(tmp_path: Path) -> None:
    path = tmp_path / "new" / "100% ours?" / "netralitas.sqlite3"
    assert migrate.upgrade(path) is None
    migrate.check(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with closing(connect(path)) as conn:
        conn.execute("BEGIN IMMEDIATE")
        beside = list(path.parent.iterdir())
        assert {stat.S_IMODE(file.stat().st_mode) for file in beside} == {0o600}
        assert len(beside) > 1
        assert conn.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert conn.execute("PRAGMA synchronous").fetchone() == (2,)
        assert conn.execute("PRAGMA secure_delete").fetchone() == (1,)
        conn.execute("ROLLBACK")


def test_upgrading_twice_changes_nothing(database: Path) -> None:
    assert migrate.upgrade(database) is None
    assert [file.name for file in database.parent.glob("*before*")] == []


def test_an_upgrade_keeps_a_copy_first(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _release_two(database.parent, monkeypatch)
    with pytest.raises(StoreError, match="older than this program: run netralitas migrate"):
        migrate.check(database)
    kept = migrate.upgrade(database)
    assert kept is not None
    migrate.check(database)
    assert "note" in _columns(database)
    assert "note" not in _columns(Path(kept))
    assert stat.S_IMODE(Path(kept).stat().st_mode) == 0o600


def test_a_failing_upgrade_changes_nothing(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _release_two(database.parent, monkeypatch, more='op.execute("INSERT INTO nowhere VALUES (1)")')
    for n in (1, 2):
        with pytest.raises(StoreError, match="no such table: nowhere"):
            migrate.upgrade(database)
        assert (database.parent / f"{database.name}.before-{HEAD}-{n}").is_file()
    assert "note" not in _columns(database)
    assert migrate.current(database) == HEAD


def test_a_newer_schema_is_refused_and_left_alone(database: Path) -> None:
    with closing(connect(database)) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999'")
    for act in (migrate.check, migrate.upgrade):
        with pytest.raises(StoreError, match=rf"\(9999\) is newer than this program \({HEAD}\)"):
            act(database)
    assert migrate.current(database) == "9999"
    assert [file.name for file in database.parent.glob("*before*")] == []


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "theirs.sqlite3"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("CREATE TABLE recipes (name TEXT)")
    for act in (migrate.check, migrate.upgrade):
        with pytest.raises(StoreError, match="another program"):
            act(path)


def test_an_empty_database_needs_migrating(tmp_path: Path) -> None:
    path = tmp_path / "empty.sqlite3"
    path.touch()
    with pytest.raises(StoreError, match="run netralitas migrate"):
        migrate.check(path)
    assert migrate.upgrade(path) is None
    migrate.check(path)


def test_errors_of_a_migration_hide_values(database: Path) -> None:
    with upgrade.engine(database).connect() as conn, pytest.raises(sa.exc.IntegrityError) as caught:
        conn.execute(sa.text("INSERT INTO alarm VALUES (:k, :k, :k, NULL)"), {"k": "rahasia"})
    assert "rahasia" not in str(caught.value)


def test_running_modules_do_not_load_the_schemas_tools() -> None:
    names = "alarms cursors db findings keys log migrate outbox register seen writer"
    imports = "; ".join(f"import monitor.store.{name}" for name in names.split())
    heavy = "[m for m in ('sqlmodel', 'sqlalchemy', 'alembic', 'pydantic') if m in sys.modules]"
    code = f"import sys; {imports}; sys.exit(str({heavy}) if {heavy} else 0)"
    subprocess.run([sys.executable, "-c", code], check=True)


def _schema(conn: sa.Connection) -> dict[str, str]:
    rows = conn.exec_driver_sql("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    return {name: "".join(sql.split()) for name, sql in rows}


def _columns(database: Path) -> set[str]:
    with closing(connect(database, read_only=True)) as conn:
        return {row[1] for row in conn.execute("PRAGMA table_info(alarm)")}


def _release_two(folder: Path, monkeypatch: pytest.MonkeyPatch, more: str = "") -> None:
    """Make the program one release younger: the shipped migrations and one more."""
    migrations = folder / "migrations"
    shutil.copytree(upgrade.MIGRATIONS, migrations)
    (migrations / "versions" / "v9000_next.py").write_text(NEXT.format(more=more, head=HEAD))
    monkeypatch.setattr(upgrade, "MIGRATIONS", migrations)
    monkeypatch.setattr(migrate, "REVISIONS", (*migrate.REVISIONS, "9000"))
    monkeypatch.setattr(migrate, "HEAD", "9000")
