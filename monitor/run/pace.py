"""When to look again: sooner where something happens, later where nothing does or it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from monitor.collect.base import Page
from monitor.errors import (
    AuthError,
    BlockedError,
    CollectError,
    NotFoundError,
    RateLimited,
    SharedAccountError,
)
from monitor.store.cursors import SourceState

SOONER = 0.5
LATER = 1.25
# Platforms that refuse us are asked again after a day, not each minute (no evasion of blocks).
REFUSED_WAIT = 86_400.0


@dataclass(frozen=True, slots=True)
class Step:
    """The schedule of a source after a page: seconds, unix seconds, and the look's time.

    ``noticed`` is the notice of a stream that the look answers.
    """

    interval: float
    next_check_at: float
    look_at: datetime
    noticed: float | None = None


def usual(section: Any) -> float:
    """Return the seconds between two looks, by a collector's settings.

    They are rarer where a stream tells of acts.
    """
    streamed = getattr(section, "stream", ())
    return float(section.stream_interval if streamed else section.interval)


class Tried(Protocol):
    """What is known of the tries so far: the interval in seconds, and failures in a row."""

    @property
    def interval(self) -> float: ...
    @property
    def failures(self) -> int: ...


class Pace:
    """Intervals stay between the platform's configured one and ``max_interval`` (seconds)."""

    def __init__(self, intervals: Mapping[str, tuple[float, float]], max_interval: float) -> None:
        """``intervals`` maps a platform to its usual and its least interval."""
        self._intervals = intervals
        self._max = max_interval

    def after(
        self, platform: str, state: SourceState, page: Page, news: int, now: datetime
    ) -> Step:
        """Decide after a page with ``news`` new acts in the look so far."""
        usual, least = self._intervals[platform]
        factor = SOONER if news else LATER
        ceiling = max(self._max, usual)
        interval = min(max(state.interval * factor, least, usual * SOONER), ceiling)
        wait = max(interval, page.next_in or 0.0)
        return Step(interval, now.timestamp() + wait, now, state.noticed)

    def failed(self, state: Tried, error: CollectError, now: datetime) -> float:
        """Return when to try again (unix seconds) after a failure."""
        if isinstance(error, RateLimited):
            wait = max(error.retry_after, state.interval)
        elif isinstance(error, (BlockedError, AuthError, NotFoundError, SharedAccountError)):
            wait = max(REFUSED_WAIT, state.interval)
        else:
            wait = min(state.interval * 2.0 ** min(state.failures, 16), self._max)
        return now.timestamp() + wait
