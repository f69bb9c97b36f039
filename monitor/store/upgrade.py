"""Running Alembic over one database file, without an ``alembic.ini``: a wheel has none."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from monitor.errors import StoreError
from monitor.store import db

MIGRATIONS = Path(__file__).with_name("migrations")


def config(connection: Connection | None = None) -> Config:
    """Return Alembic's settings for the migrations that lie beside this file."""
    settings = Config()
    # ConfigParser reads a percent sign as the start of a reference.
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    settings.attributes["connection"] = connection
    return settings


def engine(path: Path) -> Engine:
    """Return an engine over ``db.connect`` whose transactions also cover changes of the schema.

    ``hide_parameters`` keeps stored values out of error texts.
    """
    made = create_engine(
        "sqlite://", creator=lambda: db.connect(path), poolclass=NullPool, hide_parameters=True
    )

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        # The driver is in autocommit; the lock comes first, so two upgrades cannot interleave.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return made


def apply(path: Path) -> None:
    """Run every missing migration in one transaction: all of them or none."""
    try:
        with engine(path).begin() as connection:
            command.upgrade(config(connection), "head")
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise db.explain(error.orig, path) from error
        raise StoreError(f"{path}: the migration failed; nothing was changed") from error
