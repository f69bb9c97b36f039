"""What is observed and what is not: the register's accounts against live state.

Absence proves nothing: the words are *teramati* and *tidak teramati*, never "nothing happened".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from operator import attrgetter

from monitor.clock import to_text
from monitor.store import observed
from monitor.store.db import Connection
from monitor.store.observed import Row
from monitor.store.target_sources import TargetState

# Gaps that ended longer ago are not counted.
GAP_DAYS = 30


class Sight(StrEnum):
    """How an account is observed now."""

    SEEN = "seen"
    PART = "part"
    EMPTY = "empty"
    UNSEEN = "unseen"
    NEVER = "never"
    NOT_READ = "not_read"


@dataclass(frozen=True, slots=True)
class Account:
    """One account's line: how it is observed, since when, and the gaps of the last 30 days.

    ``unseen_since`` is the last look that worked, where that is too long ago; ``cause`` is one
    line, in English as the log has it, or empty.
    """

    watch_id: str
    instansi: str
    platform: str
    sight: Sight
    since: datetime | None
    last_success_at: datetime | None
    unseen_since: datetime | None
    cause: str
    gaps: int
    gap_hours: float
    gap_until: datetime | None


@dataclass(slots=True)
class Tally:
    """Counts over some accounts."""

    counts: dict[Sight, int] = field(default_factory=lambda: dict.fromkeys(Sight, 0))
    gaps: int = 0
    gap_hours: float = 0.0
    since: datetime | None = None
    last_success_at: datetime | None = None

    @property
    def accounts(self) -> int:
        return sum(self.counts.values())

    def add(self, one: Account) -> None:
        self.counts[one.sight] += 1
        self.gaps += one.gaps
        self.gap_hours += one.gap_hours
        if one.since and (self.since is None or one.since < self.since):
            self.since = one.since
        last = one.last_success_at
        if last and (self.last_success_at is None or last > self.last_success_at):
            self.last_success_at = last


@dataclass(frozen=True, slots=True)
class Counted:
    """Tallies by platform, by agency and platform, and of targets by platform."""

    platforms: Mapping[str, Tally]
    agencies: Mapping[str, Tally]
    targets: Mapping[str, Tally]


class Observation:
    """Reads how accounts are observed at one moment."""

    def __init__(
        self, conn: Connection, now: datetime, polls: int, shut: Callable[[str, str], str]
    ) -> None:
        """``polls`` is ``health.stale_polls``; ``shut`` says why a platform and address is shut."""
        self._conn = conn
        self._now = now
        self._polls = polls
        self._shut = shut

    def accounts(self, instansi: str = "") -> Iterator[Account]:
        """Yield every account, by agency, then platform; one agency's where it is named."""
        since = to_text(self._now - timedelta(days=GAP_DAYS))
        for row in observed.rows(self._conn, since, instansi):
            yield self._account(row)

    def agencies(self, instansi: str = "") -> Iterator[tuple[str, list[Account]]]:
        """Yield the accounts agency by agency."""
        for name, accounts in groupby(self.accounts(instansi), attrgetter("instansi")):
            yield name, list(accounts)

    def target(self, state: TargetState) -> Account:
        """Return how a candidate's, party's or team's account is observed."""
        expected = state.next_check_at  # moved at each look
        row = Row(
            watch_id=state.key, instansi="", platform=state.account.platform, address="",
            status="active", active=state.active, failures=state.failures, interval=state.interval,
            last_success_at=state.last_success_at, last_look_at=state.last_look_at,
            last_error=state.last_error, complete=state.complete and not state.withheld,
            began_at=state.began_at, due_at=expected, held=True, empty=state.empty,
            gaps=0, gap_seconds=0.0, gap_until=None,
        )  # fmt: skip
        return self._account(row)

    def _account(self, row: Row) -> Account:
        shut = self._shut(row.platform, row.address)
        sight = self._sight(row, shut)
        unseen = sight is Sight.UNSEEN
        return Account(
            watch_id=row.watch_id,
            instansi=row.instansi,
            platform=row.platform,
            sight=sight,
            since=row.began_at,
            last_success_at=row.last_success_at,
            unseen_since=row.last_success_at if unseen else None,
            cause=(shut or row.last_error) if sight is not Sight.SEEN else "",
            gaps=row.gaps,
            gap_hours=row.gap_seconds / 3600,
            gap_until=row.gap_until,
        )

    def _sight(self, row: Row, shut: str) -> Sight:
        if row.status != "active" or not row.active:
            return Sight.NOT_READ
        if row.last_success_at is None:
            return Sight.NEVER
        if shut or row.failures >= self._polls or self._late(row):
            return Sight.UNSEEN
        if row.held and row.empty >= self._polls:
            return Sight.EMPTY
        return Sight.SEEN if row.complete else Sight.PART

    def _late(self, row: Row) -> bool:
        expected = row.due_at or 0.0
        return self._now.timestamp() > expected + self._polls * row.interval


def unread(key: str, platform: str, sight: Sight) -> Account:
    """Return the line of a candidate's account that is not read, as its platform is shut."""
    return Account(key, "", platform, sight, None, None, None, "", 0, 0.0, None)


def counted(accounts: Iterable[Account], targets: Iterable[Account]) -> Counted:
    """Count accounts by platform and agency, and targets by platform."""
    platforms: dict[str, Tally] = {}
    agencies: dict[str, Tally] = {}
    aimed: dict[str, Tally] = {}
    for one in accounts:
        platforms.setdefault(one.platform, Tally()).add(one)
        agencies.setdefault(one.instansi, Tally()).add(one)
    for one in targets:
        aimed.setdefault(one.platform, Tally()).add(one)
    return Counted(platforms, agencies, aimed)
