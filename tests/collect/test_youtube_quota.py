"""The allowance: never passed, spread over the Pacific day, kept for what matters more."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.collect import youtube_parse
from monitor.collect.base import Ledger
from monitor.collect.youtube_quota import PACIFIC, UNITS, Budget, day_of
from monitor.errors import RateLimited
from monitor.store import migrate
from monitor.store.spending import Ledger as Kept
from monitor.store.writer import Writer
from tests.collect.tubing import Clock, Memory
from tests.standin import discovery

NOON = datetime(2024, 7, 1, 12, tzinfo=PACIFIC)
MIDNIGHT = datetime(2024, 7, 1, tzinfo=PACIFIC)


def budget(at: datetime, daily: int = 2_400, ledger: Ledger | None = None) -> Budget:
    return Budget(ledger or Memory(), daily, Clock(at.astimezone(UTC)))


def spend(one: Budget, *, walk: bool = False) -> int:
    """Take until refused; return how many."""
    count = 0
    try:
        while True:
            one.take("videos.list", "uji", walk=walk)
            count += 1
    except RateLimited:
        return count


def test_every_method_that_is_asked_has_a_price_and_a_selection_and_is_the_apis_own() -> None:
    assert UNITS.keys() == youtube_parse.FIELDS.keys()
    for name, fields in youtube_parse.FIELDS.items():
        method = discovery.method(name)
        assert method["httpMethod"] == "GET"
        params = {key: "x" for key, rule in method["parameters"].items() if rule.get("required")}
        assert discovery.request_faults(name, {**params, "fields": fields}) == []
        assert "Count" not in fields.replace("totalReplyCount", "")
        assert "ImageUrl" not in fields


def test_an_hours_share_may_go_at_once_when_the_day_begins() -> None:
    assert spend(budget(MIDNIGHT)) == 100


@pytest.mark.parametrize(("hours", "allowed"), [(0, 100), (6, 675), (12, 1_250), (18, 1_825)])
def test_the_rest_comes_as_the_day_goes_on(hours: int, allowed: int) -> None:
    assert spend(budget(MIDNIGHT + timedelta(hours=hours))) == allowed


def test_the_whole_is_never_passed_whatever_the_hour() -> None:
    clock = Clock(MIDNIGHT.astimezone(UTC))
    ledger = Memory()
    one = Budget(ledger, 2_400, clock)
    for _ in range(24 * 4):
        spend(one)
        clock.now += timedelta(minutes=15)
        if day_of(clock.now) != "2024-07-01":
            break
        assert ledger.used("youtube", "2024-07-01") <= 2_400
    assert ledger.used("youtube", "2024-07-01") == pytest.approx(2_400, abs=25)


def test_reading_comments_leaves_a_fifth_to_the_rest() -> None:
    one = budget(NOON)
    assert spend(one, walk=True) == 1_000
    assert spend(one) == 250


def test_the_wait_is_as_long_as_it_takes_and_no_longer() -> None:
    clock = Clock(NOON.astimezone(UTC))
    one = Budget(Memory(), 2_400, clock)
    spend(one)
    with pytest.raises(RateLimited) as caught:
        one.take("videos.list", "uji")
    assert 0 < caught.value.retry_after < 60
    clock.now += timedelta(seconds=caught.value.retry_after)
    one.take("videos.list", "uji")


def test_what_is_used_up_waits_for_midnight_in_the_pacific() -> None:
    one = budget(NOON)
    refusal = one.exhausted("uji")
    assert refusal.retry_after == 12 * 3600 + 120
    with pytest.raises(RateLimited) as caught:
        one.take("videos.list", "uji")
    assert caught.value.retry_after == 12 * 3600 + 120


@pytest.mark.parametrize(
    ("day", "hours"), [("2024-03-10", 23), ("2024-07-01", 24), ("2024-11-03", 25)]
)
def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is(day: str, hours: int) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=PACIFIC)
    refusal = budget(midnight).exhausted("uji")
    assert refusal.retry_after == hours * 3600 + 120
    last = midnight.astimezone(UTC) + timedelta(hours=hours) - timedelta(seconds=1)
    assert spend(budget(last)) == pytest.approx(2_400, abs=1)


def test_the_day_is_the_pacifics_whatever_the_zone_here() -> None:
    here = datetime(2024, 7, 2, 13, 59, tzinfo=ZoneInfo("Asia/Jakarta"))
    assert day_of(here) == "2024-07-01"
    assert day_of(here + timedelta(minutes=1)) == "2024-07-02"


def test_a_page_is_not_begun_where_its_answers_find_no_room() -> None:
    one = budget(MIDNIGHT)
    one.room(80, "uji")
    with pytest.raises(RateLimited):
        one.room(81, "uji")
    # More than a large share of a day would never find room: then that share is asked for.
    late = budget(MIDNIGHT + timedelta(hours=23))
    late.room(100_000, "uji")


def test_a_restart_forgets_no_unit(tmp_path: Path) -> None:
    database = tmp_path / "db.sqlite3"
    migrate.upgrade(database)
    with closing(Writer(database)) as before:
        first = spend(budget(MIDNIGHT, 240, Kept(before)))
    with closing(Writer(database)) as after:
        assert spend(budget(MIDNIGHT, 240, Kept(after))) == 0
    assert first == 10
