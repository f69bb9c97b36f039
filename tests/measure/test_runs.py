"""The count of runs: kept by content, whole after a crash, honest when it cannot be kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from monitor.errors import ConfigError
from monitor.measure import runs


def test_runs_are_counted_for_each_content(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "new" / "runs.json"
    assert [runs.count("a", now, path) for _ in range(3)] == [1, 2, 3]
    assert runs.count("b", now, path) == 1
    assert runs.count("a", now, path) == 4
    assert [file.name for file in path.parent.iterdir()] == ["runs.json"]


@pytest.mark.parametrize("text", ["", "[]", '{"a": 3}', '{"a": {"runs": "3"}}'])
def test_a_broken_count_is_told_and_not_overwritten(
    tmp_path: Path, now: datetime, text: str
) -> None:
    path = tmp_path / "runs.json"
    path.write_text(text)
    with pytest.raises(ConfigError, match="counts of earlier runs"):
        runs.count("a", now, path)
    assert path.read_text() == text


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, now: datetime) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="can be read and written"):
        runs.count("a", now, tmp_path / "file" / "x" / "runs.json")


def test_the_users_state_folder() -> None:
    given = runs.state_file({"XDG_STATE_HOME": "/keadaan"})
    assert given == Path("/keadaan/netralitas/backtest-runs.json")
    # The specification: a relative path is to be ignored.
    assert runs.state_file({"XDG_STATE_HOME": "dekat"}) == runs.state_file({})
    assert runs.state_file({}).is_relative_to(Path.home())
