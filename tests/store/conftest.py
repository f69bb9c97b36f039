"""A migrated database in a file of its own, and keys made for the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from monitor.model.person import EmployerType, Ownership, Watch
from monitor.store import keys, migrate
from monitor.store.keys import KeyRing
from monitor.store.writer import Writer

WATCH = Watch(
    watch_id="W-001",
    person_ref="p-1",
    name="Sari Contoh",
    platform="bluesky",
    address="sari.contoh.example",
    instansi="Dinas Rekaan",
    unit="Bidang Uji",
    ownership=Ownership.DECLARED,
    legal_ground="surat tugas rekaan",
    notice_date=date(2024, 8, 1),
    registered_on=date(2024, 8, 2),
    employer_type=EmployerType.PNS,
)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "netralitas.sqlite3"
    migrate.upgrade(path)
    return path


@pytest.fixture
def writer(database: Path) -> Iterator[Writer]:
    with closing(Writer(database)) as made:
        yield made


@pytest.fixture
def keyring(tmp_path: Path) -> KeyRing:
    return keys.make(tmp_path / "keys")


@pytest.fixture
def watch() -> Watch:
    return WATCH


@pytest.fixture
def other() -> Watch:
    """A second person on the register, on a second platform line."""
    return replace(WATCH, watch_id="W-002", person_ref="p-2", name="Budi Rekaan", address="budi.ex")
