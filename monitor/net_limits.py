"""How long to wait: what platforms say in their headers, and a token bucket per host."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime

from monitor.clock import from_text
from monitor.errors import RateLimited

# A platform that says "too many" without saying for how long gets a minute.
DEFAULT_WAIT = 60.0
# A wrong header must not blind us for longer than the longest polling interval, six hours.
MAX_WAIT = 21_600.0
TOO_MANY = 429
UNAVAILABLE = 503
# X counts in windows of 15 minutes; a reset that lies further ahead is a wrong clock.
X_WINDOW = 901.0
# X refuses while its count still has something left where another, unnamed window (one a second)
# is full; twarc waits as long.
X_UNNAMED_WINDOW = 10.0

_KEPT_HOSTS = 4_096
_EPOCH_SECONDS = 1_000_000_000
_EPOCH_MILLIS = 1_000_000_000_000
# draft-ietf-httpapi-ratelimit-headers, newer form: RateLimit: "default";r=0;t=30
_COMBINED = re.compile(
    r"\b(?:r|remaining)=(?P<left>\d{1,12})\b|\b(?:t|reset)=(?P<reset>\d{1,12})\b"
)
_COUNT = re.compile(r"\s*(\d{1,12})\s*")
_MANY = 10**12
_X = "x-rate-limit-"

Headers = Mapping[str, str]
Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a platform's allowance, and in how many seconds it is renewed."""

    remaining: int
    reset_in: float


def asked_wait(status: int, headers: Headers, now: datetime) -> float | None:
    """Return for how many seconds the platform asks us to stay away, or ``None``.

    ``headers`` have lower-case names. 429 always asks; 503 only with ``Retry-After``; any other
    answer asks when its quota is used up. The result lies between 0 and ``MAX_WAIT``.
    """
    return _asked_wait(status, headers, now, read_quota(headers, now))


def _asked_wait(status: int, headers: Headers, now: datetime, quota: Quota | None) -> float | None:
    if status in (TOO_MANY, UNAVAILABLE):
        reference = _server_time(headers) or now
        retry_after = _retry_after(headers.get("retry-after", ""), reference)
        if retry_after is not None:
            return _bounded(retry_after)
    if status == TOO_MANY and _x_has_some_left(headers):
        return X_UNNAMED_WINDOW
    if status == TOO_MANY:
        return _bounded(quota.reset_in) if quota and quota.reset_in > 0 else DEFAULT_WAIT
    if quota is not None and quota.remaining <= 0 and quota.reset_in > 0:
        return _bounded(quota.reset_in)
    return None


def read_quota(headers: Headers, now: datetime) -> Quota | None:
    """Read ``RateLimit-*``, ``X-RateLimit-*`` or the combined ``RateLimit`` field.

    Absolute times are compared with the server's own ``Date`` where it sends one: then a clock
    that is wrong on either side does not matter.
    """
    combined = _combined(headers.get("ratelimit", ""))
    if combined is not None:
        return combined
    for prefix in ("ratelimit-", "x-ratelimit-", _X):
        reset = headers.get(f"{prefix}reset", "")
        if reset:
            wait = _reset_in(reset, _server_time(headers) or now)
            if wait is not None and prefix == _X:
                wait = min(wait, X_WINDOW)
            left = _COUNT.fullmatch(headers.get(f"{prefix}remaining", ""))
            # Without a count the reset only matters once we are refused.
            return None if wait is None else Quota(int(left[1]) if left else _MANY, wait)
    return None


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    rate: float
    next_at: float = 0.0
    closed_until: float = 0.0
    rate_until: float = 0.0
    users: int = 0


@dataclass(slots=True)
class Limits:
    """Turns per host: so many at once, so many a second, none while a platform asks us to wait.

    A wait of up to ``patience`` seconds is slept; a longer one raises ``RateLimited``.
    """

    rate: float
    at_once: int
    overall: int
    patience: float
    sleep: Sleep = asyncio.sleep
    monotonic: Callable[[], float] = time.monotonic
    _hosts: dict[str, _Host] = field(default_factory=dict)
    _all: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._all = asyncio.Semaphore(self.overall)

    @asynccontextmanager
    async def turn(self, name: str, subject: str, lane: str = "") -> AsyncIterator[None]:
        """Wait for a turn at host ``name``; waiting is no part of any request's time-out.

        A lane waits for what was learned of it, and then in its host's own rate and slots.
        """
        host, apart = self._host(name), self._host(lane or name)
        host.users += 1
        apart.users += 1
        try:
            async with host.slots:
                if apart is not host:
                    await self._wait(apart, subject)
                await self._wait(host, subject)
                async with self._all:
                    yield
        finally:
            host.users -= 1
            apart.users -= 1

    def learn(self, name: str, status: int, headers: Headers, now: datetime) -> float | None:
        """Take over what an answer says about limits; return the wait it asks for, if any."""
        host = self._host(name)
        quota = read_quota(headers, now)
        wait = _asked_wait(status, headers, now, quota)
        if wait is not None:
            host.closed_until = max(host.closed_until, self.monotonic() + wait)
        if quota is not None and quota.remaining > 0 and quota.reset_in > 0:
            host.rate = min(self.rate, quota.remaining / _bounded(quota.reset_in))
            host.rate_until = self.monotonic() + _bounded(quota.reset_in)
        return wait

    async def _wait(self, host: _Host, subject: str) -> None:
        now = self.monotonic()
        closed = host.closed_until - now
        if now >= host.rate_until:
            host.rate = self.rate
        # Token bucket (GCRA): up to one second's worth may go at once, then evenly spaced.
        start = max(host.next_at, now)
        burst = max(0.0, 1.0 - 1.0 / host.rate)
        wait = max(closed, start - burst - now)
        if wait > self.patience:
            raise RateLimited(subject, wait)
        host.next_at = start + 1.0 / host.rate
        if wait > 0:
            await self.sleep(wait)

    def _host(self, name: str) -> _Host:
        if len(self._hosts) > _KEPT_HOSTS:
            self._forget_idle()
        if name not in self._hosts:
            self._hosts[name] = _Host(asyncio.Semaphore(self.at_once), self.rate)
        return self._hosts[name]

    def _forget_idle(self) -> None:
        now = self.monotonic()
        for name, host in list(self._hosts.items()):
            if host.users == 0 and max(host.closed_until, host.next_at, host.rate_until) < now:
                del self._hosts[name]


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), MAX_WAIT)


def _x_has_some_left(headers: Headers) -> bool:
    left = _COUNT.fullmatch(headers.get(f"{_X}remaining", ""))
    return left is not None and int(left[1]) > 0


def _retry_after(text: str, reference: datetime) -> float | None:
    text = text.strip()
    try:
        return float(text) if text[:1].isdigit() else _seconds_to(_http_date(text), reference)
    except (ValueError, OverflowError):
        return None


def _reset_in(text: str, reference: datetime) -> float | None:
    text = text.strip()
    try:
        number = float(text)
    except ValueError:
        return _seconds_to(_iso(text) or _http_date(text), reference)
    if number >= _EPOCH_MILLIS:
        return number / 1000 - reference.timestamp()
    return number - reference.timestamp() if number >= _EPOCH_SECONDS else number


def _combined(text: str) -> Quota | None:
    found = {k: v for m in _COMBINED.finditer(text) for k, v in m.groupdict().items() if v}
    if "left" not in found or "reset" not in found:
        return None
    return Quota(int(found["left"]), float(found["reset"]))


def _server_time(headers: Headers) -> datetime | None:
    return _http_date(headers.get("date", ""))


def _seconds_to(instant: datetime | None, reference: datetime) -> float | None:
    return None if instant is None else (instant - reference).total_seconds()


def _http_date(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return instant if instant.tzinfo is not None else None


def _iso(text: str) -> datetime | None:
    try:
        return from_text(text)
    except ValueError:
        return None
