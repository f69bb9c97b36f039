"""One installation made once; each test takes a copy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store import invitations
from tests.answering.place import Place, build, copied
from tests.cli.conftest import run
from tests.reading_once import read_once

__all__ = ["read_once", "run"]


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return build(tmp_path_factory.mktemp("klarifikasi") / "pasang")


@pytest.fixture
def place(base: Place, tmp_path: Path) -> Iterator[Place]:
    with copied(base, tmp_path / "pasang") as own:
        yield own


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a try of a code cost little: the digest's strength is not what is looked at here."""
    monkeypatch.setattr(invitations, "_COST", 16)
