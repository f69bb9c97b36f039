"""Waiting: headers of every form, wrong clocks on both sides, and the token bucket."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from email.utils import format_datetime

import pytest

from monitor.errors import RateLimited
from monitor.net_limits import (
    DEFAULT_WAIT,
    MAX_WAIT,
    X_WINDOW,
    Limits,
    Quota,
    asked_wait,
    read_quota,
)
from tests.net.serving import NOW

SKEWS = [timedelta(minutes=-10), timedelta(0), timedelta(minutes=10)]


@pytest.mark.checklist("clock-skew")
@pytest.mark.parametrize("skew", SKEWS, ids=str)
@pytest.mark.parametrize("form", ["unix", "iso", "date"])
def test_the_servers_own_date_takes_skew_out(skew: timedelta, form: str) -> None:
    server = NOW + skew
    reset = server + timedelta(seconds=120)
    field = {
        "unix": ("x-ratelimit-reset", str(int(reset.timestamp()))),
        "iso": ("x-ratelimit-reset", reset.isoformat().replace("+00:00", "Z")),
        "date": ("retry-after", format_datetime(reset, usegmt=True)),
    }[form]
    headers = dict([field, ("date", format_datetime(server, usegmt=True))])
    assert asked_wait(429, headers, NOW) == 120


def test_without_a_date_a_reset_in_the_past_gets_the_default() -> None:
    headers = {"x-ratelimit-reset": str(int(NOW.timestamp()) - 600)}
    assert asked_wait(429, headers, NOW) == DEFAULT_WAIT


def test_without_a_date_a_reset_far_ahead_is_bounded() -> None:
    headers = {"x-ratelimit-reset": str(int(NOW.timestamp()) + 10**8)}
    assert asked_wait(429, headers, NOW) == MAX_WAIT


@pytest.mark.checklist("429-headers", "clock-skew")
@pytest.mark.parametrize(
    ("left", "ahead", "wait"),
    [
        ("0", 300, 300),
        ("0", 1_500, X_WINDOW),
        ("0", -600, DEFAULT_WAIT),
        ("7", 300, 10),
        ("", 9, 9),
    ],
)
def test_both_meanings_of_429_at_x(left: str, ahead: int, wait: float) -> None:
    reset = str(int(NOW.timestamp()) + ahead)
    headers = {"x-rate-limit-remaining": left, "x-rate-limit-reset": reset}
    assert asked_wait(429, headers, NOW) == wait


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (200, {}),
        (503, {}),
        (200, {"retry-after": "60"}),
        (200, {"ratelimit-remaining": "1", "ratelimit-reset": "60"}),
        (200, {"ratelimit-remaining": "0", "ratelimit-reset": "soon"}),
        (200, {"x-ratelimit-reset": "60"}),
        (304, {"ratelimit-limit": "10"}),
    ],
)
def test_answers_that_ask_for_no_wait(status: int, headers: dict[str, str]) -> None:
    assert asked_wait(status, headers, NOW) is None


@pytest.mark.parametrize(
    "text", ["", " ", "-", "1e999", "inf", "nan", "9" * 400, "٣", "2024-99-99T00:00:00Z", "{}"]
)
@pytest.mark.parametrize(
    "name", ["retry-after", "ratelimit-reset", "x-ratelimit-reset", "ratelimit"]
)
def test_nonsense_never_breaks_or_blinds(name: str, text: str) -> None:
    wait = asked_wait(429, {name: text, "date": text, "ratelimit-remaining": text}, NOW)
    assert wait is not None
    assert 0 <= wait <= MAX_WAIT


@pytest.mark.parametrize("reset", ["0", "-1", "1e-300", "inf", "nan", "9" * 5_000, "60"])
@pytest.mark.parametrize("left", ["", "-1", "9" * 5_000, "1", "1e9", "²"])
async def test_nonsense_never_stops_a_host_for_good(reset: str, left: str) -> None:
    bench = Bench(patience=MAX_WAIT)
    for prefix in ("ratelimit-", "x-ratelimit-"):
        headers = {f"{prefix}reset": reset, f"{prefix}remaining": left}
        bench.limits.learn("a", 200, headers, NOW)
    bench.limits.learn("a", 200, {"ratelimit": f"r={left};t={reset}"}, NOW)
    assert await bench.ask(3) <= 3 * MAX_WAIT


def test_a_quota_is_read_with_what_is_left() -> None:
    assert read_quota({"ratelimit": "limit=5, remaining=3, reset=9"}, NOW) == Quota(3, 9)
    assert read_quota({"x-ratelimit-remaining": "7", "x-ratelimit-reset": "9"}, NOW) == Quota(7, 9)
    assert read_quota({"ratelimit-policy": "300;w=60"}, NOW) is None


class Bench:
    """Limits with a clock that only waiting moves."""

    def __init__(self, rate: float = 2.0, at_once: int = 100, patience: float = 10.0) -> None:
        self.time = 1_000.0
        self.slept: list[float] = []
        self.limits = Limits(
            rate=rate,
            at_once=at_once,
            overall=100,
            patience=patience,
            sleep=self.sleep,
            monotonic=lambda: self.time,
        )

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds
        await asyncio.sleep(0)

    async def ask(self, times: int, host: str = "a") -> float:
        """Return how long so many turns took."""
        start = self.time
        for _ in range(times):
            async with self.limits.turn(host, "w-001"):
                pass
        return self.time - start


async def test_turns_are_spaced_after_a_second_worth_at_once() -> None:
    bench = Bench(rate=4.0)
    assert await bench.ask(4) == 0
    assert await bench.ask(8) == pytest.approx(2.0)


async def test_less_than_one_a_second() -> None:
    assert await Bench(rate=0.5).ask(3) == pytest.approx(4.0)


async def test_hosts_do_not_wait_for_each_other() -> None:
    bench = Bench(rate=1.0)
    assert await bench.ask(1, "a") + await bench.ask(1, "b") == 0


async def test_a_small_quota_slows_us_down_until_it_is_renewed() -> None:
    bench = Bench(rate=10.0)
    bench.limits.learn("a", 200, {"ratelimit-remaining": "5", "ratelimit-reset": "50"}, NOW)
    assert await bench.ask(4) == pytest.approx(30.0)
    bench.time += 60
    assert await bench.ask(10) == 0


async def test_a_short_wait_is_slept_and_a_long_one_told() -> None:
    bench = Bench(patience=10.0)
    bench.limits.learn("a", 429, {"retry-after": "9"}, NOW)
    assert await bench.ask(1) == pytest.approx(9.0)
    bench.limits.learn("a", 429, {"retry-after": "11"}, NOW)
    with pytest.raises(RateLimited, match="w-001: rate limited, wait 11 s"):
        await bench.ask(1)


async def test_a_quota_that_leaves_one_request_an_hour_is_told() -> None:
    bench = Bench(patience=10.0)
    bench.limits.learn("a", 200, {"ratelimit-remaining": "1", "ratelimit-reset": "3600"}, NOW)
    await bench.ask(1)
    with pytest.raises(RateLimited):
        await bench.ask(1)


async def test_a_later_answer_does_not_shorten_a_wait() -> None:
    bench = Bench()
    bench.limits.learn("a", 429, {"retry-after": "100"}, NOW)
    bench.limits.learn("a", 429, {"retry-after": "1"}, NOW)
    with pytest.raises(RateLimited):
        await bench.ask(1)


async def test_idle_hosts_are_forgotten() -> None:
    bench = Bench(rate=1_000.0)
    for number in range(5_000):
        await bench.ask(1, f"host-{number}")
        bench.time += 1
    assert len(bench.limits._hosts) < 5_000


async def test_lanes_share_their_hosts_rate_and_hold_up_each_other_by_nothing_else() -> None:
    bench = Bench(rate=1.0)
    for lane in ("a tweets", "a users"):
        async with bench.limits.turn("a", "w", lane):
            pass
    assert bench.slept == [pytest.approx(1.0)]
    bench.limits.learn("a tweets", 429, {"retry-after": "9000"}, NOW)
    with pytest.raises(RateLimited):
        async with bench.limits.turn("a", "w", "a tweets"):
            pass
    async with bench.limits.turn("a", "w", "a users"):
        pass
