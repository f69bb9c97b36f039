"""The daily allowance of the YouTube Data API: what a call costs, and when one may be made.

The API sends no header that says what is left, so calls are counted here, before they are made.
Days are those of the Pacific, where the allowance is renewed at midnight (YouTube Data API,
"Quota usage"). What is allowed grows over the day: a busy morning leaves something for the evening.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.clock import Clock
from monitor.collect.base import Ledger
from monitor.errors import RateLimited

PLATFORM = "youtube"
PACIFIC = ZoneInfo("America/Los_Angeles")
# Units by method ("YouTube Data API quota calculator"): every page and every invalid call counts.
UNITS = {
    "channels.list": 1,
    "playlistItems.list": 1,
    "videos.list": 1,
    "commentThreads.list": 1,
    "comments.list": 1,
}
# What the platform refused although we had counted less: another program uses the same project.
REFUSED = "quotaExceeded"
# The share of a day that may be used at once, when the day has just begun: an hour's.
AT_ONCE = 1 / 24
# Reading comments leaves a fifth of what is allowed so far to registered accounts, to snapshots
# and to second looks.
LEFT_BY_WALKS = 0.2
# A page whose answers cost more than this share of a day would never find room, so it gets none.
LARGEST_PAGE = 0.4
# Units to find the channel and to ask for the page once more.
COMING_BACK = 2
# The platform's midnight and ours may differ a little.
MARGIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Budget:
    """So many units a day, spread over it; ``RateLimited`` where there are none left for now."""

    ledger: Ledger
    daily: int
    clock: Clock

    def take(self, method: str, subject: str, *, walk: bool = False) -> None:
        """Count a call that is about to be made; ``walk`` says that it reads comments."""
        now, units = self.clock(), UNITS[method]
        most = self._allowed(now, walk=walk)
        if not self.ledger.spend(PLATFORM, day_of(now), method, units, most):
            raise RateLimited(subject, self._wait(now, units, walk=walk))

    def room(self, units: int, subject: str) -> None:
        """See that a page's answers can be read to their end, so that it is not begun in vain."""
        now = self.clock()
        wanted = min(units, int(self.daily * LARGEST_PAGE))
        if self.ledger.used(PLATFORM, day_of(now)) + wanted > self._allowed(now, walk=True):
            # To come back to the page costs something as well.
            raise RateLimited(subject, self._wait(now, wanted + COMING_BACK, walk=True))

    def exhausted(self, subject: str) -> RateLimited:
        """Note that the platform says the day's allowance is used up; nobody asks before the next.

        Returns what to raise.
        """
        now = self.clock()
        day = day_of(now)
        left = self.daily - self.ledger.used(PLATFORM, day)
        if left > 0:
            self.ledger.spend(PLATFORM, day, REFUSED, left, self.daily)
        return RateLimited(subject, _until_renewed(now))

    def _allowed(self, now: datetime, *, walk: bool) -> int:
        share = AT_ONCE + (1.0 - AT_ONCE) * _elapsed(now)
        return int(self.daily * share * ((1.0 - LEFT_BY_WALKS) if walk else 1.0))

    def _wait(self, now: datetime, units: int, *, walk: bool) -> float:
        """Return the seconds until so many units will be allowed, at most until the next day."""
        share = (1.0 - LEFT_BY_WALKS) if walk else 1.0
        needed = (self.ledger.used(PLATFORM, day_of(now)) + units) / (self.daily * share)
        at = (needed - AT_ONCE) / (1.0 - AT_ONCE)
        renewed = _until_renewed(now)
        if at >= 1.0:
            return renewed
        return min(max((at - _elapsed(now)) * _length(now), 1.0) + 1.0, renewed)


def day_of(instant: datetime) -> str:
    """Return the Pacific day of an instant, as ISO 8601."""
    return instant.astimezone(PACIFIC).date().isoformat()


def _midnight(instant: datetime, days: int = 0) -> datetime:
    here = instant.astimezone(PACIFIC)
    return datetime.combine(here.date() + timedelta(days=days), time(), PACIFIC)


def _length(instant: datetime) -> float:
    # Of 23 or 25 hours where the clocks change: a difference of local times would miss that.
    return _midnight(instant, 1).timestamp() - _midnight(instant).timestamp()


def _elapsed(instant: datetime) -> float:
    return (instant.timestamp() - _midnight(instant).timestamp()) / _length(instant)


def _until_renewed(instant: datetime) -> float:
    renewed = _midnight(instant, 1).timestamp() + MARGIN.total_seconds()
    return renewed - instant.timestamp()
