"""One installation and one copy of it, made once; a test that changes one takes its own."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.auditor import copying
from monitor.auditor.searchable import searchable
from tests.audit.place import Place, build
from tests.notify import examples


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return build(tmp_path_factory.mktemp("audit") / "pasang")


@pytest.fixture(scope="session")
def made(base: Place, tmp_path_factory: pytest.TempPathFactory) -> copying.Made:
    folder = tmp_path_factory.mktemp("salinan") / "audit-1"
    shown = searchable(examples.RULES)
    return copying.make(base.database, base.snapshots, folder, base.at, shown)


@pytest.fixture
def place(base: Place, tmp_path: Path) -> Place:
    """Return an installation that a test may change."""
    shutil.copytree(base.folder, tmp_path / "pasang")
    return Place(tmp_path / "pasang", base.at, base.made)


@pytest.fixture
def copy(made: copying.Made) -> Iterator[sqlite3.Connection]:
    """Return the copy as plain sqlite3 opens it."""
    path = made.folder / copying.DATABASE
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as conn:
        yield conn
