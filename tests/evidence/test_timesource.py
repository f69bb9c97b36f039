"""Whether the clock can be trusted is said as it is known, and never better."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.evidence.timesource import clock_source, kernel

NOW = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
NOWHERE = Path("/nonexistent/synchronized")


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    path = tmp_path / "synchronized"
    path.touch()
    return path


def touched(mark: Path, ago: timedelta) -> Path:
    at = (NOW - ago).timestamp()
    os.utime(mark, (at, at))
    return mark


def test_the_kernels_word_comes_first(mark: Path) -> None:
    kept = {"synchronised": "yes", "source": "kernel", "max_error_us": 1_200}
    assert clock_source(NOW, lambda: (True, 1_200), touched(mark, timedelta())) == kept
    lost = {"synchronised": "no", "source": "kernel"}
    assert clock_source(NOW, lambda: (False, 16_000_000), mark) == lost


def test_where_the_kernel_may_not_be_asked_the_time_service_is(mark: Path) -> None:
    touched(mark, timedelta(minutes=34))
    assert clock_source(NOW, lambda: None, mark) == {
        "synchronised": "yes",
        "source": "systemd-timesyncd",
        "last_at": "2024-10-12T01:56:00.000000Z",
    }


def test_an_old_mark_proves_nothing(mark: Path) -> None:
    touched(mark, timedelta(hours=3))
    assert clock_source(NOW, lambda: None, mark)["synchronised"] == "unknown"


def test_what_nobody_says_is_unknown() -> None:
    unknown = {"synchronised": "unknown", "source": "none"}
    assert clock_source(NOW, lambda: None, NOWHERE) == unknown


def test_this_machines_kernel_answers_or_refuses() -> None:
    """Read only: it is asked as any user, and nothing is set."""
    answer = kernel()
    assert answer is None or answer[1] >= 0
