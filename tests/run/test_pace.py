from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.collect.base import Page
from monitor.errors import (
    AuthError,
    BlockedError,
    CollectError,
    NotFoundError,
    RateLimited,
    TransientError,
)
from monitor.run.pace import LATER, REFUSED_WAIT, SOONER, Pace
from monitor.store.cursors import SourceState

NOW = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)
USUAL, LEAST, MAX = 300.0, 60.0, 3600.0


def state(interval: float = USUAL, failures: int = 0) -> SourceState:
    return SourceState(
        "w-1", "bluesky", True, "", "", "a.example", {}, 0.0, interval, failures, None, None, "",
        True,
    )  # fmt: skip


@pytest.fixture
def pace() -> Pace:
    return Pace({"bluesky": (USUAL, LEAST)}, MAX)


def page(next_in: float | None = None) -> Page:
    return Page((), {}, next_in=next_in)


def test_news_bring_the_next_look_closer(pace: Pace) -> None:
    step = pace.after("bluesky", state(), page(), 3, NOW)
    assert step.interval == USUAL * SOONER
    assert step.next_check_at == NOW.timestamp() + USUAL * SOONER


def test_silence_puts_it_off_up_to_the_longest(pace: Pace) -> None:
    assert pace.after("bluesky", state(), page(), 0, NOW).interval == USUAL * LATER
    assert pace.after("bluesky", state(MAX), page(), 0, NOW).interval == MAX


def test_it_never_falls_below_half_the_configured_interval(pace: Pace) -> None:
    assert pace.after("bluesky", state(LEAST), page(), 9, NOW).interval == USUAL * SOONER


def test_the_platforms_own_wish_is_respected(pace: Pace) -> None:
    step = pace.after("bluesky", state(), page(next_in=7200.0), 3, NOW)
    assert step.next_check_at == NOW.timestamp() + 7200.0


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (RateLimited("w-1", 900.0), 900.0),
        (RateLimited("w-1", 5.0), USUAL),
        (BlockedError("w-1", "login page"), REFUSED_WAIT),
        (AuthError("w-1", "token"), REFUSED_WAIT),
        (NotFoundError("w-1", "gone"), REFUSED_WAIT),
        (TransientError("w-1", "reset"), USUAL),
        (CollectError("w-1", "odd"), USUAL),
    ],
)
def test_each_failure_has_its_wait(pace: Pace, error: CollectError, wait: float) -> None:
    assert pace.failed(state(), error, NOW) == NOW.timestamp() + wait


def test_repeated_failures_back_off_to_the_longest(pace: Pace) -> None:
    waits = [pace.failed(state(failures=n), TransientError("w", "x"), NOW) for n in range(80)]
    assert waits[1] - NOW.timestamp() == USUAL * 2
    assert waits == sorted(waits)
    assert waits[-1] - NOW.timestamp() == MAX
