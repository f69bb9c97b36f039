"""One source, one way: collect, normalise, match, judge, capture, record.

Steps of ``Pipeline``, in the order of the code:

1. fetch a page of the source from its cursor;
2. normalise each item; one that cannot be read is kept as it came and told;
3. drop what was seen before with the same content;
4. match and judge the rest in one batch;
5. capture each finding, and make its pictures;
6. record findings, messages owed, digests of the rest and the cursor in one transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitor.clock import Clock
from monitor.collect.base import Collector, Page
from monitor.errors import (
    CollectError,
    EvidenceError,
    NormaliseError,
    SourceGoneError,
    StoreError,
    TransientError,
)
from monitor.evidence.capture import capture
from monitor.judge.decide import Facts
from monitor.log import logger
from monitor.model.activity import Activity, Signal
from monitor.model.day import local_day
from monitor.model.evidence import Capture, RawItem
from monitor.model.finding import Finding, Outcome
from monitor.model.person import Watch
from monitor.run import changes, standing
from monitor.run.alike import with_follows
from monitor.run.cards import number_after
from monitor.run.context import contests_of
from monitor.run.health import Health
from monitor.run.pace import Pace
from monitor.run.pictures import Pictures
from monitor.run.quarantine import Quarantine
from monitor.run.record import Batch, Captured, Malformed, Recorder
from monitor.run.rules import EVERY_KEY, Judged, Reader
from monitor.store import cursors
from monitor.store.cursors import SourceState
from monitor.store.seen import Seen, SeenState
from monitor.store.writer import Writer

CAPTURES_AT_ONCE = 4
# Characters, or bytes of one record, after which the loop is given to others.
STRETCH = 50_000
INTERNAL = "internal fault, see the log"
GONE = "the register line is gone"
UNFINISHED = "not finished in time, to be continued"


@dataclass(frozen=True, slots=True)
class PollReport:
    """What one look at one source brought. ``error`` is one line, empty when all went well.

    ``listed`` is what it was shown so far (``Page.listed``).
    """

    watch_id: str
    platform: str
    items: int = 0
    alerts: int = 0
    reviews: int = 0
    complete: bool = True
    note: str = ""
    error: str = ""
    listed: int | None = None

    def plus(self, page: PollReport) -> PollReport:
        return replace(
            page,
            items=self.items + page.items,
            alerts=self.alerts + page.alerts,
            reviews=self.reviews + page.reviews,
            complete=self.complete and page.complete,
            note=page.note or self.note,
        )


@dataclass(frozen=True, slots=True)
class Parts:
    """What the pipeline is composed of; time-outs are in seconds."""

    collectors: Mapping[str, Collector]
    reader: Reader
    writer: Writer
    seen: Seen
    recorder: Recorder
    pictures: Pictures
    health: Health
    quarantine: Quarantine
    pace: Pace
    clock: Clock
    capture_timeout: float
    poll_timeout: float


@dataclass(frozen=True, slots=True)
class Item:
    """An activity with the bytes it was made of."""

    activity: Activity
    raw: RawItem


@dataclass(frozen=True, slots=True)
class Normalised:
    """Acts that could be read, and items that could not."""

    items: Sequence[Item]
    malformed: Sequence[Malformed]


@dataclass(frozen=True, slots=True)
class Sifted:
    """What acts of one line led to: how many are new, and what is to be recorded."""

    fresh: int
    batch: Batch


class Pipeline:
    """Looks at one source at a time; safe to run for many sources at once."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def poll(self, watch: Watch) -> PollReport:
        """Look once at a source. Store and evidence faults pass through: they stop the process."""
        try:
            return await self._poll(watch)
        except SourceGoneError:
            # The person was erased while the look was under way, and nothing of it was kept.
            logger.info("a look was dropped: its register line is gone")
            return PollReport(watch.watch_id, watch.platform, complete=False, note=GONE)

    async def _poll(self, watch: Watch) -> PollReport:
        parts = self._parts
        collector = parts.collectors[watch.platform]
        state = self._state(watch)
        with logger.contextualize(watch=watch.watch_id, collector=collector.info.name):
            found = await edge(
                parts,
                watch.watch_id,
                lambda: self._walk(collector, resolved(watch, state), state),
            )
            return self._failed(watch, state, found) if isinstance(found, CollectError) else found

    async def _walk(self, collector: Collector, watch: Watch, state: SourceState) -> PollReport:
        report = PollReport(watch.watch_id, watch.platform)
        async for page in collector.fetch(watch, state.cursor, state.last_look_at):
            report = report.plus(await self._page(collector, watch, state, page, report))
        return report

    async def _page(
        self, collector: Collector, watch: Watch, state: SourceState, page: Page, so_far: PollReport
    ) -> PollReport:
        parts = self._parts
        read = await normalised(collector, watch, page.items)
        found = await self.sift(collector, watch, read)
        news = so_far.items + found.fresh
        step = parts.pace.after(watch.platform, state, page, news, parts.clock())
        ended = page.last and page.complete and so_far.complete
        listed = _listed(page, so_far)
        batch = replace(found.batch, ended=ended, listed=listed if page.last else None)
        outcomes = parts.recorder.record(watch, page, batch, step)
        self._tell(watch, page, read)
        return PollReport(
            watch.watch_id,
            watch.platform,
            items=found.fresh,
            alerts=outcomes.count(Outcome.ALERT),
            reviews=outcomes.count(Outcome.REVIEW),
            complete=page.complete,
            note=page.note,
            listed=listed,
        )

    async def sift(self, collector: Collector, watch: Watch, read: Normalised) -> Sifted:
        """Do steps 3 to 5 with acts of one line; nothing is written, the caller records."""
        if not read.items:
            return Sifted(0, Batch((), (), read.malformed, ended=False))
        fresh = self._unseen(watch, read.items)
        cases = [(i.activity, Facts(watch.facts(_day(i, watch)), EVERY_KEY)) for i in fresh]
        cases = await with_follows(collector, watch, self._parts.reader, cases)
        judged = await self._judge(cases)
        kept = [
            (item, found.finding)
            for item, found in zip(fresh, judged, strict=True)
            if found.finding.outcome is not Outcome.NONE
        ]
        captured = await self._capture(collector, watch, kept)
        pairs = [(item.activity.id, item.activity.revision) for item in fresh]
        shadows = [shadow for found in judged for shadow in found.shadows]
        batch = Batch(captured, pairs, read.malformed, ended=False, shadows=shadows)
        return Sifted(len(fresh), batch)

    async def _judge(self, cases: Sequence[tuple[Activity, Facts]]) -> list[Judged]:
        parts, judged = self._parts, list[Judged]()
        now, orders = parts.clock(), standing.now(parts.writer.reader())
        for portion in portions(cases):
            judged += parts.reader.judge(portion, now, orders)
            await asyncio.sleep(0)
        return judged

    def _state(self, watch: Watch) -> SourceState:
        return cursors.load(self._parts.writer.reader(), watch.watch_id)

    def _unseen(self, watch: Watch, items: Sequence[Item]) -> list[Item]:
        pairs = [(item.activity.id, item.activity.revision) for item in items]
        states = self._parts.seen.states(self._parts.writer.reader(), watch.person_ref, pairs)
        fresh: dict[tuple[str, str], Item] = {}
        for pair, item, state in zip(pairs, items, states, strict=True):
            if state is not SeenState.SAME:
                fresh.setdefault(pair, item)  # one page may list the same act twice
        return list(fresh.values())

    async def _capture(
        self, collector: Collector, watch: Watch, kept: Sequence[tuple[Item, Finding]]
    ) -> list[Captured]:
        gate = asyncio.Semaphore(CAPTURES_AT_ONCE)

        async def one(item: Item, finding: Finding) -> Captured:
            async with gate:
                timeout = self._parts.capture_timeout
                taken = await capture(collector, finding.activity, item.raw, watch, timeout)
            return await self._with_pictures(watch, finding, taken)

        return list(await asyncio.gather(*(one(item, finding) for item, finding in kept)))

    async def _with_pictures(self, watch: Watch, finding: Finding, taken: Capture) -> Captured:
        parts = self._parts
        act, conn, ruleset = finding.activity, parts.writer.reader(), parts.reader.ruleset
        finding_id = parts.recorder.finding_id(finding)
        earlier = changes.earlier(conn, finding_id, act.revision, act.text)
        dressed = await parts.pictures.added(finding, watch, taken, finding_id, ruleset, earlier)
        contests = contests_of(finding, ruleset.contests)
        return Captured(finding, dressed, finding_id, contests, number_after(earlier))

    def _failed(self, watch: Watch, state: SourceState, error: CollectError) -> PollReport:
        parts = self._parts
        logger.warning("source not read: {}", error.cause)
        next_check_at = parts.pace.failed(state, error, parts.clock())
        with parts.writer.transaction() as tx:
            cursors.failed(tx, watch.watch_id, error=error.cause, next_check_at=next_check_at)
        parts.health.failed(watch, error)
        return PollReport(watch.watch_id, watch.platform, complete=False, error=error.cause)

    def _tell(self, watch: Watch, page: Page, read: Normalised) -> None:
        health = self._parts.health
        if read.malformed:
            health.alarm("malformed", watch.watch_id, count=len(read.malformed))
        if page.moved_to:
            health.alarm("source-moved", watch.watch_id)
        else:
            health.clear("source-moved", watch.watch_id)
        if any(item.activity.signal is Signal.UNAVAILABLE for item in read.items):
            health.alarm("unavailable", watch.watch_id)
        else:
            health.recovered(watch)


def _listed(page: Page, so_far: PollReport) -> int | None:
    """Return how much a look was shown with this page; ``None`` while nothing was said of it."""
    mine = len(page.items) or None if page.listed is None else page.listed
    return so_far.listed if mine is None else mine + (so_far.listed or 0)


def _day(item: Item, watch: Watch) -> date | None:
    """Return the act's day in the person's zone: facts are asked as of then."""
    at = item.activity.occurred_at
    return local_day(at, watch.zone) if at else None


def resolved(watch: Watch, state: SourceState) -> Watch:
    """Use the permanent id that earlier looks found: a handle may have changed hands since."""
    return replace(watch, native_id=state.native_id or watch.native_id)


def portions(cases: Sequence[tuple[Activity, Facts]]) -> Iterator[list[tuple[Activity, Facts]]]:
    """Cut a page where its texts grow long: looks, sending and the watchdog go on in between."""
    portion: list[tuple[Activity, Facts]] = []
    size = 0
    for case in cases:
        portion.append(case)
        size += len(case[0].text)
        if size >= STRETCH:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


async def normalised(collector: Collector, watch: Watch, raws: Sequence[RawItem]) -> Normalised:
    """Do step 2: read each item; one of unknown form is kept as it came."""
    items: list[Item] = []
    malformed: list[Malformed] = []
    for raw in raws:
        if len(raw.body) >= STRETCH:
            await asyncio.sleep(0)
        try:
            items.append(Item(collector.normalise(raw, watch), raw))
        except NormaliseError as error:
            malformed.append(Malformed(raw, error))
    return Normalised(items, malformed)


async def edge(
    parts: Parts, name: str, look: Callable[[], Coroutine[None, None, PollReport]]
) -> PollReport | CollectError:
    """Do one look and return its report, or why it failed; ``name`` is the source's own.

    The job edge: a fault of ours parks this source, and never the others. Store and evidence
    faults pass through: they stop the process.
    """
    try:
        async with asyncio.timeout(parts.poll_timeout):
            return await look()
    except TimeoutError:
        # Each page is committed with its cursor: the next look goes on where this stopped.
        return TransientError(name, UNFINISHED)
    except CollectError as error:
        return error
    except (StoreError, EvidenceError):
        raise
    except Exception:
        logger.exception("poll failed")
        parts.health.alarm("internal", name)
        return CollectError(name, INTERNAL)
