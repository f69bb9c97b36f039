"""Reverse mode: who engaged with candidates', parties' and teams' accounts, as far as registered.

A collector walks the lists of a public account and asks the register about everybody in them;
only acts of registered persons come here. They are normalised, judged, captured and recorded as
if the person's own account had been read, and the place where reading stopped is stored in the
same transaction. What the person's own account showed already is seen, and nothing is told twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time

from monitor import config
from monitor.collect.base import Collector, HasPlaces, ReadsTargets, TargetPage
from monitor.errors import CollectError, ProofError, SourceGoneError
from monitor.log import logger
from monitor.model.contest import ZONES, Contest, TargetAccount
from monitor.model.evidence import RawItem
from monitor.model.finding import Outcome
from monitor.model.person import Watch
from monitor.run.governance import Admission
from monitor.run.members import OnRegister
from monitor.run.pipeline import (
    GONE,
    Normalised,
    Parts,
    Pipeline,
    PollReport,
    Sifted,
    edge,
    normalised,
)
from monitor.run.record import Batch
from monitor.run.season import Season
from monitor.store import register, target_sources
from monitor.store.db import Connection
from monitor.store.seen import Pair, SeenState
from monitor.store.target_sources import Progress, TargetState

OFF = "no collector reads this platform now"
# What is shown of somebody before monitoring began is remembered under a name of its own: the
# person's own account may tell when it really happened.
EARLY = "early:"


@dataclass(frozen=True, slots=True)
class Group:
    """The acts of one register line in one page."""

    watch: Watch
    raws: Sequence[RawItem]


class Reverse:
    """Looks at public accounts, each on its own schedule; safe to run beside forward mode."""

    def __init__(
        self,
        settings: config.Config,
        parts: Parts,
        season: Season,
        admission: Admission,
        is_open: Callable[[str], bool],
    ) -> None:
        """``is_open`` says whether a platform may be read now (``Doors.is_open``)."""
        self._settings = settings
        self._parts = parts
        self._pipeline = Pipeline(parts)
        self._season = season
        self._is_open = is_open
        self._members = OnRegister(
            parts.writer, lambda watch: admission.fault(watch, parts.clock()) is None
        )
        self._known: object = None

    async def work(self) -> None:
        """Look at what is due until cancelled; faults of the store are raised."""
        while True:
            key = self._claim()
            if key is None:
                await asyncio.sleep(self._settings.schedule.tick)
            else:
                await self.poll(key)

    async def once(self) -> list[PollReport]:
        """Look once at every account that may be looked at now."""
        self.follow()
        if not self._season.open(self._parts.clock()):
            return []
        conn = self._parts.writer.reader()
        keys = [state.key for state in target_sources.statuses(conn, active=True)]
        return [await self.poll(key) for key in keys]

    def follow(self) -> None:
        """Let the rows be those of the live contests' accounts that a collector can read."""
        now, reader = self._parts.clock(), self._parts.reader
        live = reader.live_at(now) if self._settings.reverse.enabled else ()
        known = (reader.ruleset.digest, live, now.date(), frozenset(self._readers()))
        if known == self._known:
            return
        contests = [reader.ruleset.contests[contest_id] for contest_id in live]
        found = [a for c in contests for a in standing(c, now)]
        accounts = {
            target_sources.key_of(a): a for a in (*found, *(self._places() if live else ()))
        }
        readers, usual = self._readers(), self._settings.reverse.interval
        wanted = [
            (one, max(usual, readers[one.platform].info.min_interval))
            for one in accounts.values()
            if one.platform in readers
        ]
        with self._parts.writer.transaction() as tx:
            target_sources.follow(tx, wanted, now.timestamp())
        self._known = known

    async def poll(self, key: str) -> PollReport:
        """Look once at who engaged with an account, from where the last look stopped."""
        parts = self._parts
        try:
            state = target_sources.load(parts.writer.reader(), key)
            collector = self._readers().get(state.account.platform)
            if collector is None:
                return PollReport(key, state.account.platform, complete=False, note=OFF)
            return await self._poll(state, collector)
        except SourceGoneError:
            # A person was erased or left while the look was under way: nothing of it was kept.
            logger.info("a look at who engaged was dropped: a register line is gone")
            return PollReport(key, "", complete=False, note=GONE)

    async def _poll(self, state: TargetState, collector: Collector) -> PollReport:
        with logger.contextualize(target=state.key, collector=collector.info.name):
            look = Look(self._parts, self._pipeline, self._members, state, collector)
            found = await edge(self._parts, state.key, look.walk)
            return self._failed(state, found) if isinstance(found, CollectError) else found

    def _claim(self) -> str | None:
        """Take an account that is due; ``None`` where there is none, or nothing may be read."""
        parts, now = self._parts, self._parts.clock()
        self.follow()
        if not self._season.open(now):
            return None
        if not target_sources.is_due(parts.writer.reader(), now.timestamp()):
            return None
        with parts.writer.transaction() as tx:
            jitter = self._settings.schedule.jitter
            return next(iter(target_sources.due(tx, now.timestamp(), 1, jitter)), None)

    def _readers(self) -> dict[str, Collector]:
        found = self._parts.collectors.items()
        return {
            platform: one
            for platform, one in found
            if isinstance(one, ReadsTargets) and self._is_open(platform)
        }

    def _places(self) -> Iterator[TargetAccount]:
        """Yield what collectors are set to read beside the accounts of the watchlists."""
        for collector in self._readers().values():
            if isinstance(collector, HasPlaces):
                yield from collector.places

    def _failed(self, state: TargetState, error: CollectError) -> PollReport:
        parts = self._parts
        logger.warning("engagers not read: {}", error.cause)
        next_check_at = parts.pace.failed(state, error, parts.clock())
        with parts.writer.transaction() as tx:
            target_sources.failed(tx, state.key, error=error.cause, next_check_at=next_check_at)
        parts.health.target_failed(state.account.platform, error)
        platform = state.account.platform
        return PollReport(state.key, platform, complete=False, error=error.cause)


class Look:
    """One look at one account; a look that was cut goes on with the count of the one before."""

    def __init__(
        self,
        parts: Parts,
        pipeline: Pipeline,
        members: OnRegister,
        state: TargetState,
        collector: Collector,
    ) -> None:
        self._parts = parts
        self._pipeline = pipeline
        self._members = members
        self._state = state
        self._collector = collector
        self._began = state.began_at or parts.clock()
        goes_on = state.began_at is not None
        self._complete = state.complete if goes_on else True
        self._withheld = state.withheld if goes_on else 0
        # Whether anything at all was shown; nobody knows where an earlier part was not counted.
        self._listed: int | None = None if goes_on else 0

    async def walk(self) -> PollReport:
        """Read to the end, or as far as the collector goes at once."""
        state, collector = self._state, self._collector
        report = PollReport(state.key, state.account.platform)
        if not isinstance(collector, ReadsTargets):
            raise CollectError(state.key, OFF)
        with self._parts.writer.transaction() as tx:
            target_sources.ask_for(tx, self._parts.clock().timestamp())
        pages = collector.engagers(state.account, state.cursor, state.last_look_at, self._members)
        async for page in pages:
            report = report.plus(await self._page(page))
        return report

    async def _page(self, page: TargetPage) -> PollReport:
        self._complete = self._complete and page.complete
        self._withheld += page.withheld
        self._count(page)
        batches: list[tuple[Watch, Batch]] = []
        fresh = 0
        for group in grouped(page):
            found = await self._sifted(group)
            if found is not None:
                batches.append((group.watch, found.batch))
                fresh += found.fresh
        progress = self._progress(page)

        def rest(tx: Connection) -> None:
            target_sources.save(tx, self._state.key, progress)
            _refuse_gone(tx, batches)

        outcomes = self._parts.recorder.keep(batches, rest)
        if page.last:
            self._parts.health.target_read(self._state.key, progress.empty)
        return PollReport(
            self._state.key,
            self._state.account.platform,
            items=fresh,
            alerts=outcomes.count(Outcome.ALERT),
            reviews=outcomes.count(Outcome.REVIEW),
            complete=page.complete and not page.withheld,
            note=page.note,
        )

    async def _sifted(self, group: Group) -> Sifted | None:
        """Return what there is to record of one person; a false proof is told and left out."""
        watch = group.watch
        raws = [self._bounded(raw, watch) for raw in group.raws]
        read = await normalised(self._collector, watch, raws)
        if read.malformed:
            self._parts.health.alarm("malformed", watch.watch_id, count=len(read.malformed))
        count, early = self._divided(watch, read)
        try:
            found = await self._pipeline.sift(self._collector, watch, count)
        except ProofError as error:
            self._parts.health.alarm("proof", watch.watch_id)
            logger.warning("an act was left out: {}", error.cause)
            self._complete = False
            return None
        batch = replace(found.batch, pairs=[*found.batch.pairs, *early])
        return replace(found, batch=batch)

    def _bounded(self, raw: RawItem, watch: Watch) -> RawItem:
        """Take ``not_before`` off where nobody asked for this line at the last look."""
        last = self._state.last_look_at
        if last is None or raw.not_before != last:
            return raw
        since = target_sources.asked_since(self._parts.writer.reader(), watch.watch_id)
        asked = since is not None and since <= last.timestamp()
        return raw if asked else replace(raw, not_before=None)

    def _divided(self, watch: Watch, read: Normalised) -> tuple[Normalised, list[Pair]]:
        """Part what counts from what is not shown to be of the time of monitoring (POLICY 12).

        An act with a time before that is dropped. One without a time, of which nothing says that
        it was not there yet, is only remembered: later looks must not take it for new.
        """
        since = datetime.combine(watch.monitored_from, time(), ZONES[watch.zone])
        known = self._known_early(watch, read)
        count, early = [], []
        for item in read.items:
            act = item.activity
            pair = (EARLY + act.id, act.revision)
            when = act.occurred_at or act.not_before
            late = when is not None and when >= since
            if act.occurred_at is None and (pair in known or not late):
                early.append(pair)
            elif late:
                count.append(item)
        return Normalised(count, read.malformed), early

    def _known_early(self, watch: Watch, read: Normalised) -> set[Pair]:
        acts = [item.activity for item in read.items if item.activity.occurred_at is None]
        pairs = [(EARLY + act.id, act.revision) for act in acts]
        conn = self._parts.writer.reader()
        states = self._parts.seen.states(conn, watch.person_ref, pairs)
        return {p for p, s in zip(pairs, states, strict=True) if s is not SeenState.NEW}

    def _count(self, page: TargetPage) -> None:
        if page.listed is None:
            self._listed = None
        elif page.listed or self._listed is not None:
            self._listed = (self._listed or 0) + page.listed

    def _progress(self, page: TargetPage) -> Progress:
        now, usual = self._parts.clock(), self._state.interval
        wait = usual if page.last else float(self._collector.info.min_interval)
        return Progress(
            cursor=page.cursor,
            began_at=self._began,
            look_at=now,
            interval=usual,
            next_check_at=now.timestamp() + max(wait, page.next_in or 0.0),
            complete=self._complete and not self._withheld,
            ended=page.last,
            withheld=self._withheld,
            empty=self._empty(page),
        )

    def _empty(self, page: TargetPage) -> int | None:
        if self._listed:
            return 0
        return self._state.empty + 1 if page.last and self._listed == 0 else None


def standing(contest: Contest, now: datetime) -> Iterator[TargetAccount]:
    """Yield the accounts of those who stand in a contest now; a run-off has fewer."""
    current = contest.round_at(now)
    only = current.target_ids if current else ()
    for target in contest.targets:
        if not only or target.id in only:
            yield from target.accounts


def grouped(page: TargetPage) -> Iterator[Group]:
    """Yield the acts of a page by register line, in the order of the page."""
    lines: dict[str, Watch] = {}
    raws: dict[str, list[RawItem]] = {}
    for watch, raw in page.items:
        lines.setdefault(watch.watch_id, watch)
        raws.setdefault(watch.watch_id, []).append(raw)
    for watch_id, own in raws.items():
        yield Group(lines[watch_id], own)


def _refuse_gone(tx: Connection, batches: Sequence[tuple[Watch, Batch]]) -> None:
    # Asked inside the transaction: somebody may have been erased since the register was asked.
    for watch, _ in batches:
        if register.watch(tx, watch.watch_id) is None:
            raise SourceGoneError(f"{watch.watch_id}: no such source: the register changed")
