"""Streams: a platform tells at once that a registered account did something.

A notice is no evidence. It makes the account's source due, and the collector reads the act there
with its proof. What a stream may have missed is found by looking at every source it follows, and
each source is looked at from time to time in any case.

Accounts are divided among connections by their id, so that a change of the register renews few.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from zlib import crc32

from monitor.collect.base import Notice, NoticeKind, Notices, Streams
from monitor.collect.registry import PLATFORMS
from monitor.config import Config
from monitor.errors import BlockedError, CollectError, RateLimited
from monitor.log import logger
from monitor.run.doors import Doors
from monitor.run.pipeline import Parts
from monitor.run.season import Season
from monitor.run.stream_acts import Acts
from monitor.store import rechecks, streams

ALARM = "stream"
# How often the register is looked at: a line that came or went is followed within a minute.
LOOK_SECONDS = 20.0
# A connection that is down for longer is told, and the sources are read as without a stream.
PATIENCE = 120.0
# The n-th try waits between 0 and 2^n seconds (full jitter), one that was refused for longer.
LONGEST_WAIT = 60.0
REFUSED_WAIT = 900.0
# A connection that held for so long was a good one.
STEADY = 60.0

_CHANCE = random.SystemRandom().random


@dataclass(eq=False)
class Link:
    """One connection: which accounts it follows, and how it fares.

    ``fresh`` are lines that were added since the accounts were followed last; what they did
    meanwhile is looked for once they are followed. Times are monotonic seconds.
    """

    platform: str
    shard: int
    shards: int
    accounts: Mapping[str, str]
    fresh: set[str] = field(default_factory=set)
    down_since: float | None = None
    refused: bool = False
    silent: bool = False
    covered_at: float = 0.0
    task: asyncio.Task[None] | None = None

    def is_ill(self, now: float) -> bool:
        """Say whether it is to be told of: refused, silent, or down for long."""
        down = self.down_since is not None and now - self.down_since >= PATIENCE
        return self.refused or self.silent or down


class Streaming:
    """Keeps the streams of all platforms open that have one; a task beside the daemon's jobs."""

    def __init__(
        self,
        parts: Parts,
        may: Callable[[str, datetime], bool],
        within: Mapping[str, float],
        again: Callable[[], Awaitable[int]],
    ) -> None:
        """``may`` says whether a platform may be read now. ``within`` gives, by platform, the
        seconds in which all its sources are looked at after a gap. ``again`` looks again at the
        acts of cases that are due.
        """
        self._parts = parts
        self._may = may
        self._within = within
        self._again = again
        self._links: dict[tuple[str, int], Link] = {}
        self._acts = Acts()
        self._taken_back = asyncio.Event()

    async def run(self) -> None:
        """Run until cancelled. Faults of the store pass through."""
        conn = self._parts.writer
        with conn.transaction() as tx:
            streams.resume(tx, self._parts.clock().timestamp())
        looker = asyncio.create_task(self._look_again())
        try:
            while True:
                self.follow()
                self.check()
                tasks = [link.task for link in self._links.values() if link.task]
                done, _ = await asyncio.wait([looker, *tasks], timeout=LOOK_SECONDS,
                                             return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
                for task in done:
                    task.result()
        finally:
            looker.cancel()
            await asyncio.gather(looker, *self._closed(self._links), return_exceptions=True)

    def follow(self) -> None:
        """Let the connections follow the register as it is now."""
        wanted = {(link.platform, link.shard): link for link in self._wanted()}
        for key, link in wanted.items():
            old = self._links.get(key)
            if old and (old.shards, old.accounts) == (link.shards, link.accounts):
                continue
            if old:
                before = set(old.accounts.values())
                link.fresh = old.fresh | (set(link.accounts.values()) - before)
                link.down_since, link.silent = old.down_since, old.silent
                self._closed([key])
            link.task = asyncio.create_task(self._keep(link))
            self._links[key] = link
        self._closed(self._links.keys() - wanted.keys())

    def check(self) -> None:
        """Tell of a stream that is down, once, and when it is well again; read without it."""
        now, health = time.monotonic(), self._parts.health
        ill = {link.platform for link in self._links.values() if link.is_ill(now)}
        unsure = {link.platform for link in self._links.values() if link.down_since is not None}
        for platform in sorted(ill):
            health.alarm(ALARM, platform)
        for platform in health.subjects(ALARM) - ill - unsure:
            health.clear(ALARM, platform)
        for link in self._links.values():
            within = self._within[link.platform]
            if link.is_ill(now) and now - link.covered_at >= within:
                link.covered_at = now
                self._cover(link, within)

    def _wanted(self) -> Iterator[Link]:
        now, conn = self._parts.clock(), self._parts.writer.reader()
        for platform, collector in list(self._parts.collectors.items()):
            if not isinstance(collector, Streams) or not collector.stream_size:
                continue
            known = dict(streams.followed(conn, platform)) if self._may(platform, now) else {}
            shares = divided(known, collector.stream_size)
            for shard, accounts in enumerate(shares):
                if accounts:
                    began = time.monotonic()
                    yield Link(platform, shard, len(shares), accounts, down_since=began)

    def _closed(self, keys: Collection[tuple[str, int]]) -> list[asyncio.Task[None]]:
        """Close these connections, and return their tasks."""
        links = [self._links.pop(key) for key in list(keys)]
        tasks = [link.task for link in links if link.task]
        for task in tasks:
            task.cancel()
        return tasks

    async def _keep(self, link: Link) -> None:
        """Keep one connection open for ever."""
        failures = 0
        while True:
            began = time.monotonic()
            try:
                await self._listen(link)
            except CollectError as error:
                held = time.monotonic() - began
                failures = 1 if held >= STEADY else failures + 1
                await asyncio.sleep(self._failed(link, error, failures))

    async def _listen(self, link: Link) -> None:
        collector = self._parts.collectors[link.platform]
        if not isinstance(collector, Streams) or not link.accounts:
            raise TypeError("a link without a stream or without accounts")
        cursor = streams.load(self._parts.writer.reader(), link.platform, link.shard, link.shards)
        async with aclosing(collector.stream(link.accounts, cursor)) as batches:
            async for batch in batches:
                self._take(link, batch)

    def _take(self, link: Link, batch: Notices) -> None:
        """Mark what is due, and where the stream stopped, in one transaction."""
        if link.down_since is not None:
            logger.info("{} stream {}: open", link.platform, link.shard + 1)
        link.down_since, link.refused = None, False
        link.silent = batch.silent or (link.silent and not batch.notices)
        if batch.note:
            logger.warning("{} stream {}: {}", link.platform, link.shard + 1, batch.note)
        now, writer = self._parts.clock().timestamp(), self._parts.writer
        acted = {n.watch_id for n in batch.notices if n.kind is not NoticeKind.RETRACTED}
        with writer.transaction(lasting=False) as tx:
            taken = self._acts.told_of(tx, [n for n in batch.notices if _may_end(n)])
            if acted or link.fresh:
                streams.note(tx, acted | link.fresh, now)
            if taken:
                rechecks.hasten(tx, taken, now)
            if not batch.complete:
                within = self._within[link.platform]
                streams.hasten(tx, list(link.accounts.values()), now, within)
            streams.save(tx, link.platform, link.shard, link.shards, batch.cursor)
        link.fresh = set()
        if taken:
            self._taken_back.set()

    def _failed(self, link: Link, error: CollectError, failures: int) -> float:
        """Note that a connection ended; return for how long to wait (seconds)."""
        logger.warning("{} stream {}: {}", link.platform, link.shard + 1, error.cause)
        if link.down_since is None:
            link.down_since = time.monotonic()
        link.refused = link.refused or isinstance(error, BlockedError)
        wait = _CHANCE() * min(LONGEST_WAIT, 2.0 ** min(failures, 16))
        if isinstance(error, RateLimited):
            return error.retry_after + wait
        return REFUSED_WAIT + wait if isinstance(error, BlockedError) else wait

    def _cover(self, link: Link, within: float) -> None:
        now = self._parts.clock().timestamp()
        with self._parts.writer.transaction() as tx:
            streams.hasten(tx, list(link.accounts.values()), now, within)

    async def _look_again(self) -> None:
        while True:
            await self._taken_back.wait()
            self._taken_back.clear()
            await self._again()


def tasks(
    settings: Config,
    parts: Parts,
    doors: Doors,
    season: Season,
    again: Callable[[], Awaitable[int]],
) -> list[Callable[[], Coroutine[None, None, None]]]:
    """Return what keeps the streams open, or nothing where the settings name none."""
    sections = {p: getattr(settings.collect, name) for name, p in PLATFORMS.items()}
    if not any(getattr(section, "stream", ()) for section in sections.values()):
        return []
    within = {platform: section.interval for platform, section in sections.items()}

    def may(platform: str, now: datetime) -> bool:
        return doors.is_open(platform) and season.open(now)

    return [Streaming(parts, may, within, again).run]


def divided(accounts: Mapping[str, str], size: int) -> list[dict[str, str]]:
    """Divide accounts among the fewest connections of at most ``size``, by their ids alone.

    The same accounts are divided alike after a restart, and a new one moves no other.
    """
    count = -(-len(accounts) // size)
    while count:
        shares: list[dict[str, str]] = [{} for _ in range(count)]
        for native_id, watch_id in accounts.items():
            shares[crc32(native_id.encode()) % count][native_id] = watch_id
        if max(map(len, shares)) <= size:
            return shares
        count += 1
    return []


def _may_end(notice: Notice) -> bool:
    return notice.kind is not NoticeKind.ACT
