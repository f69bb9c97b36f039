"""The two throttles of a Mastodon server, and the headers that tell of the tighter one.

Source: config/initializers/rack_attack.rb: 300 requests in 5 minutes; of those that page through a
list (max_id, min_id, since_id, page), 300 in 15 minutes. Windows are aligned to the clock.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aiohttp import web

PAGING = frozenset({"max_id", "min_id", "since_id", "page"})


@dataclass(frozen=True, slots=True)
class Window:
    """``limit`` requests in ``period`` seconds."""

    name: str
    limit: int
    period: int


API = Window("api", 300, 300)
PAGED = Window("paging", 300, 900)


class Throttles:
    """Counts by who asks. ``epoch`` gives the reset as unix seconds, as some servers do."""

    def __init__(self) -> None:
        self.windows = {API.name: API, PAGED.name: PAGED}
        self.epoch = False
        self.skew = timedelta()
        self.refused = Counter[str]()
        self._used: Counter[tuple[str, str, int]] = Counter()

    def set(self, name: str, limit: int) -> None:
        self.windows[name] = Window(name, limit, self.windows[name].period)

    def take(self, request: web.Request, now: datetime) -> web.Response | None:
        """Count a request; return the refusal where a window is full."""
        for window in self._matching(request):
            key = self._key(request, window, now)
            self._used[key] += 1
            if self._used[key] > window.limit:
                self.refused[window.name] += 1
                body = {"error": "Too many requests"}
                answer = web.json_response(body, status=429)
                answer.headers.update(self._headers(window, 0, now))
                return answer
        return None

    def mark(self, answer: web.StreamResponse, request: web.Request, now: datetime) -> None:
        """Tell of the window that has the least left."""
        left = {
            window: max(0, window.limit - self._used[self._key(request, window, now)])
            for window in self._matching(request)
        }
        tightest = min(left, key=lambda window: left[window])
        answer.headers.update(self._headers(tightest, left[tightest], now))

    def _matching(self, request: web.Request) -> list[Window]:
        paged = PAGING & set(request.query)
        return [w for name, w in self.windows.items() if name == API.name or paged]

    def _key(self, request: web.Request, window: Window, now: datetime) -> tuple[str, str, int]:
        who = request.headers.get("Authorization", "visitor")
        return window.name, who, int(now.timestamp()) // window.period

    def _headers(self, window: Window, left: int, now: datetime) -> dict[str, str]:
        end = (int(now.timestamp()) // window.period + 1) * window.period
        reset = datetime.fromtimestamp(end, UTC) + self.skew
        text = reset.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {
            "X-RateLimit-Limit": str(window.limit),
            "X-RateLimit-Remaining": str(left),
            "X-RateLimit-Reset": str(int(reset.timestamp())) if self.epoch else text,
        }
