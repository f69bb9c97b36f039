from __future__ import annotations

import shutil
from pathlib import Path

import pytest

GOOD = Path(__file__).parent.parent / "config" / "good"


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """A watchlists folder of an invented province, free to be changed."""
    folder = tmp_path / "watchlists"
    shutil.copytree(GOOD / "watchlists", folder)
    return folder
