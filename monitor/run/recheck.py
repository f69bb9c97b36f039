"""Later states: the act of each open case is looked at again, at growing spaces.

Nothing is overwritten. What changed, and at what interval it was still there, becomes an entry of
kind ``state`` (``model.state``). Steps of one look:

1. claim it, so that no other process does the same;
2. see whether we may still look: the case is open (or the platform bids looks while anything is
   kept), the line is watched, its contest is live;
3. ask the collector for this one act;
4. keep files where there is something to show, and record entry, messages owed, the queue of
   retractions and the next look in one transaction.

"Still there" is recorded the first time, when the act is back, and the last time; the looks in
between are counted and bounded by the next entry. docs/evidence.md says why.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor import __version__, config
from monitor.clock import to_text
from monitor.collect.base import Collector, Info, LooksAgain
from monitor.errors import CollectError, NormaliseError, ProofError, RateLimited
from monitor.evidence.capture import capture
from monitor.evidence.files import Files, Staged
from monitor.evidence.timesource import clock_source
from monitor.log import logger
from monitor.model.day import local_day
from monitor.model.evidence import Canonical, Capture, Part
from monitor.model.person import Watch
from monitor.model.state import RETRACTED, STATE, ActState, Again
from monitor.notify.states import words_differ
from monitor.run import changes
from monitor.run.changes import Case
from monitor.run.pipeline import Parts
from monitor.run.season import Season
from monitor.store import cursors, log, outbox, rechecks, register
from monitor.store.db import Connection
from monitor.store.rechecks import Due

AT_ONCE = 4
BATCH = 100
# A look whose process died is due again after this; longer than any look takes.
LEASE_SECONDS = 900.0
# Days of deadlines are those of the capital.
OFFICE = "WIB"
HOLD, OVERDUE = "hold", "overdue"
VISIBLE = frozenset({ActState.THERE, ActState.EDITED})


@dataclass(frozen=True, slots=True)
class Found:
    """A look at one case: what was found, the capture that shows it, and whether it was the last.

    ``by`` is the collector that looked; ``said`` is the content of its entry, should there be one.
    """

    row: Due
    case: Case
    again: Again
    taken: Capture | None
    now: datetime
    last: bool
    by: Info
    said: Mapping[str, Canonical]

    @property
    def decide_by(self) -> datetime:
        """When a retraction that was found now must be decided."""
        return self.now + timedelta(hours=self.by.retractions.hours)

    @property
    def parts(self) -> Sequence[Part]:
        return self.taken.parts if self.taken else self.again.parts

    @property
    def public(self) -> dict[str, Canonical]:
        value: dict[str, Canonical] = {
            **changes.public(self.case, self.again, self.taken),
            "collector": self.by.name,
            "collector_version": self.by.version,
            "clock": clock_source(self.now),
            "program": __version__,
        }
        return {**value, "decide_by": to_text(self.decide_by)} if self.is_retracted else value

    @property
    def is_news(self) -> bool:
        """Whether the look is an entry of the log."""
        row, again = self.row, self.again
        if again.state is None:
            return False
        if again.state is ActState.EDITED:
            return True
        if again.state is ActState.THERE:
            return row.state not in VISIBLE or (self.last and row.quiet > 0)
        return (row.state, row.reason) != (again.state.value, again.reason.value)

    @property
    def is_on_file(self) -> bool:
        """Whether an edit was found by the ordinary reading, which recorded and told it."""
        now = self.again.activity
        if now is None or self.again.state is not ActState.EDITED:
            return False
        return now.revision in self.case.recorded

    @property
    def is_retracted(self) -> bool:
        """Whether the act was taken out of public view."""
        return self.again.state not in VISIBLE and self.again.reason in RETRACTED

    @property
    def is_told(self) -> bool:
        """Whether those who got the alert hear of it: a change that they have not heard of."""
        if self.again.state is ActState.EDITED:
            return not self.is_on_file
        if self.again.state is ActState.THERE:
            return self.row.state not in {"", *VISIBLE} and self.row.reason in RETRACTED
        return self.is_retracted


class Rechecker:
    """Looks again at what is due. It keeps nothing in memory between two runs."""

    def __init__(
        self,
        parts: Parts,
        files: Files,
        season: Season,
        settings: config.Recheck,
        routes: Collection[tuple[str, str]],
    ) -> None:
        """``routes`` are the (notifier, destination) that may be told anything now."""
        self._parts = parts
        self._files = files
        self._season = season
        self._settings = settings
        self._routes = frozenset(routes)

    @property
    def longest(self) -> float:
        """The longest space between two looks, in seconds."""
        return max(*self._settings.spaces, self._settings.repeat)

    async def run_once(self, limit: int = BATCH) -> int:
        """Look again at up to ``limit`` acts that are due; return how many were claimed."""
        now, writer = self._parts.clock(), self._parts.writer
        if not rechecks.any_due(writer.reader(), now.timestamp()) or not self._season.open(now):
            return 0
        with writer.transaction() as tx:
            due = rechecks.due(tx, now.timestamp(), LEASE_SECONDS, limit)
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(row: Due) -> None:
            async with gate:
                await self._one(row)

        await asyncio.gather(*(one(row) for row in due))
        return len(due)

    async def run_all(self) -> None:
        """Look again at everything that is due now."""
        while await self.run_once() == BATCH:
            pass

    def warn(self) -> None:
        """Tell of retractions that must be decided soon, one alarm a day, and of overdue ones."""
        now, health = self._parts.clock(), self._parts.health
        soon = now + timedelta(seconds=self._settings.warning)
        waiting = rechecks.waiting(self._parts.writer.reader())
        days = Counter(
            local_day(w.decide_by, OFFICE).isoformat() for w in waiting if w.decide_by <= soon
        )
        for day, count in sorted(days.items()):
            health.alarm(HOLD, day, count=count)
        late = Counter(w.platform for w in waiting if w.decide_by <= now)
        for platform, count in sorted(late.items()):
            health.alarm(OVERDUE, platform, count=count)
        for kind, told in ((HOLD, days), (OVERDUE, late)):
            for subject in health.subjects(kind) - told.keys():
                health.clear(kind, subject)

    async def _one(self, row: Due) -> None:
        case = changes.load(self._parts.writer.reader(), row.finding_id)
        if case is None:
            self._put_off(row, None)
            return
        now = self._parts.clock()
        collector = self._parts.collectors.get(case.platform)
        every = collector.info.retractions.every if collector else None
        watch = self._watch(case, now) if case.open or every else None
        if collector is None or watch is None:
            self._put_off(row, self._next(row, now, every))
        elif not isinstance(collector, LooksAgain) or not _can(collector, case):
            self._put_off(row, None)
        else:
            with logger.contextualize(watch=watch.watch_id, collector=collector.info.name):
                await self._ask(row, case, collector, watch)

    async def _ask(self, row: Due, case: Case, collector: LooksAgain, watch: Watch) -> None:
        try:
            found = await self._look(row, case, collector, watch)
        except TimeoutError:
            self._failed(row, "no answer in time", 0.0)
        except (CollectError, NormaliseError) as error:
            if isinstance(error, ProofError):
                self._parts.health.failed(watch, error)
            wait = error.retry_after if isinstance(error, RateLimited) else 0.0
            self._failed(row, type(error).__name__, wait)
        else:
            self._record(found)

    def _watch(self, case: Case, now: datetime) -> Watch | None:
        """Return the register line, where it still gives the right to look at this very account."""
        conn = self._parts.writer.reader()
        watch = register.watch(conn, case.watch_id)
        if watch is None or watch.platform != case.platform:
            return None
        live = frozenset(self._parts.reader.live_at(now))
        if case.contests and not case.contests & live:
            return None
        # The line may lead to another account by now: the old one is nobody's on the register.
        if watch.watch_id not in cursors.holders(conn, case.platform, case.known.actor_id):
            return None
        return watch if self._season.admits(watch, now) else None

    async def _look(self, row: Due, case: Case, collector: LooksAgain, watch: Watch) -> Found:
        parts = self._parts
        async with asyncio.timeout(parts.capture_timeout):
            again = await collector.look_again(case.known, watch)
        now, whole = parts.clock(), parts.collectors[case.platform]
        last = self._next(row, now, whole.info.retractions.every) is None
        said = changes.content(case, row, again, now)
        found = Found(row, case, again, None, now, last, whole.info, said)
        act, raw = again.activity, again.raw
        if act is None or raw is None or not found.is_news or found.is_on_file:
            return found
        taken = await capture(whole, act, raw, watch, parts.capture_timeout)
        return replace(found, taken=await self._pictured(found, taken))

    async def _pictured(self, found: Found, taken: Capture) -> Capture:
        """Add the card that compares an edit with what was told, where somebody is told of it."""
        case = found.case
        if not (found.is_told and case.open and words_differ(found.said)):
            return taken
        change = changes.unrecorded(case, found.again, taken, found.said)
        return await self._parts.pictures.compared(change, taken)

    def _record(self, found: Found) -> None:
        news = found.is_news
        parts = found.parts if news else ()
        with self._files.staging(parts) as staged, self._parts.writer.transaction() as tx:
            if not self._still(tx, found):
                return
            if news:
                self._note(tx, found, staged)
        if news and found.again.state:
            logger.info("{}: {}", found.case.finding_id, found.again.state.value)

    def _note(self, tx: Connection, found: Found, staged: Sequence[Staged]) -> None:
        """Append the entry, and with it the queue of retractions and the messages owed."""
        case = found.case
        head = log.append(
            tx,
            at=found.now,
            kind=STATE,
            subject=case.finding_id,
            public=found.public,
            content={STATE: found.said},
            files=staged,
        )
        self._files.publish(staged)
        if found.again.state in VISIBLE:
            rechecks.back(tx, case.finding_id)
        elif found.is_retracted:
            rechecks.wait(
                tx,
                case.finding_id,
                seq=head.seq,
                platform=case.platform,
                since=found.now,
                decide_by=found.decide_by,
            )
        self._owe(tx, found, head.seq)

    def _still(self, tx: Connection, found: Found) -> bool:
        """Store the look; false where the case went on or was erased while we looked."""
        row, again = found.row, found.again
        entries = changes.steps(tx, row.finding_id)
        if not entries or entries[-1]["seq"] != found.case.last_seq:
            return False  # due again after the lease, with what the case is then
        visible = again.state in VISIBLE
        return rechecks.looked(
            tx,
            row,
            state=again.state.value if again.state else row.state,
            reason=again.reason.value if again.state else row.reason,
            seen_at=found.now if visible else row.seen_at,
            noted=found.is_news,
            due_at=self._next(row, found.now, found.by.retractions.every),
        )

    def _owe(self, tx: Connection, found: Found, seq: int) -> None:
        if not (found.is_told and found.case.open):
            return
        told = outbox.told(tx, found.case.finding_id)
        outbox.put(
            tx,
            kind=STATE,
            subject=found.case.finding_id,
            seq=seq,
            destinations=[way for way in told if way in self._routes],
            at=found.now,
        )

    def _next(self, row: Due, now: datetime, every: float | None) -> float | None:
        """Return when to look next, or ``None`` where the time for this act is over.

        Where a platform's terms bid it (``every``), it is over when the content is gone.
        """
        over = row.began_at + timedelta(days=self._settings.days)
        if now >= over:
            return now.timestamp() + every if every else None
        spaces = self._settings.spaces
        done = row.checks + 1
        space = spaces[done] if done < len(spaces) else self._settings.repeat
        return min(now.timestamp() + min(space, every or space), over.timestamp())

    def _put_off(self, row: Due, due_at: float | None) -> None:
        with self._parts.writer.transaction() as tx:
            rechecks.put_off(tx, row.finding_id, due_at)

    def _failed(self, row: Due, cause: str, wait: float) -> None:
        logger.warning("{} was not looked at again: {}", row.finding_id, cause)
        space = min(self._settings.spaces[0] * 2.0 ** min(row.failures, 16), self.longest)
        due_at = self._parts.clock().timestamp() + max(space, wait)
        with self._parts.writer.transaction() as tx:
            rechecks.failed(tx, row.finding_id, due_at)


def _can(collector: Collector, case: Case) -> bool:
    """Say whether this kind of act can be looked at again."""
    return case.known.signal in collector.info.looks_again
