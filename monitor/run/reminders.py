"""Reminders of terms: each is owed once, whatever the clock and the process do in between.

That a reminder was owed is an entry of the log, written with the message in one transaction. So a
restart, a clock that steps back, or a second process finds it and owes it no more. After a long
stand-still only the stage that holds now is told, not every one that was missed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from monitor.clock import Clock, to_text
from monitor.config import Config
from monitor.config_notify import Route
from monitor.errors import ConfigError
from monitor.log import logger
from monitor.model.day import Days
from monitor.model.deadline import Deadline, Due
from monitor.model.review import Case, Officer, Role
from monitor.review import deadlines, decisions
from monitor.store import log, outbox, reminded, reviews
from monitor.store.db import Connection
from monitor.store.reminded import REMINDER
from monitor.store.writer import Writer
from monitor.watch import deadlines as files

REMIND_SECONDS = 3_600.0
QUEUE = "antrean"
OVER, SECOND, SECOND_OVER = "lewat", "penyetuju", "lewat-penyetuju"
LISTED = 40
Way = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stage:
    """What is to be said of a term now, and whether to a second person."""

    name: str
    second: bool


class Reminders:
    """Looks at every case with a step, and at those that nobody has taken."""

    def __init__(self, writer: Writer, settings: Config, clock: Clock) -> None:
        self._writer = writer
        self._settings = settings
        self._clock = clock
        self._terms: tuple[tuple[Deadline, ...], Days] = ((), Days())

    async def look(self) -> None:
        """Owe what is to be said, beside the loop."""
        await asyncio.to_thread(self.run)

    def run(self) -> int:
        """Return how many reminders were owed now."""
        self._read(self._settings.path("watchlists"))
        conn, now = self._writer.reader(), self._clock()
        named = reviews.officers(conn)
        owed = sum(self._case(one, named, now) for one in reminded.cases(conn))
        owed += self._untaken(now)
        if owed:
            logger.info("{} reminders of terms owed", owed)
        return owed

    def _read(self, folder: Path) -> None:
        try:
            self._terms = files.load(folder)
        except ConfigError as error:
            # A bad file never takes the place of a good one; the reloader tells of it.
            logger.warning("terms are as they were: {}", error)

    def _case(self, finding: str, named: dict[str, Officer], now: datetime) -> int:
        conn = self._writer.reader()
        case = reviews.case(conn, finding)
        running = deadlines.due(case, *self._terms)
        if not running:
            return self._withdraw(finding)
        day, said = deadlines.today(case, now), reminded.said(conn, finding)
        wanted = [
            (one, stage)
            for one in running
            for stage in stages(one.left(day), one.term)
            if _is_new(one, stage, said)
        ]
        return self._owe(case, wanted, named, now) if wanted else 0

    def _owe(
        self,
        case: Case,
        wanted: Sequence[tuple[Due, Stage]],
        named: dict[str, Officer],
        now: datetime,
    ) -> int:
        owed = 0
        with self._writer.transaction() as tx:
            said = reminded.said(tx, case.finding)
            for one, stage in wanted:
                if not _is_new(one, stage, said):
                    continue
                ways = self._ways(tx, case, named, now, second=stage.second)
                body = json.dumps(
                    {**_told(one, stage), "zone": deadlines.zone_of(case)}, ensure_ascii=False
                )
                self._log(tx, case.finding, one, stage, now)
                self._put(tx, case.finding, ways, body, now)
                owed += 1
        return owed

    def _withdraw(self, finding: str) -> int:
        """Take back what was not sent yet of a case in which no term runs any more."""
        if reminded.waiting(self._writer.reader(), finding):
            with self._writer.transaction() as tx:
                outbox.withdraw(tx, REMINDER, finding)
        return 0

    def _untaken(self, now: datetime) -> int:
        """Owe one list to each destination, of the alerts that nobody took for some hours."""
        hours = self._settings.review.untaken_hours
        late = reminded.untaken(self._writer.reader(), now - timedelta(hours=hours))
        if not late:
            return 0
        with self._writer.transaction() as tx:
            fresh = [one for one in late if not reminded.said(tx, one)]
            lists: dict[Way, list[str]] = {}
            for finding in fresh:
                public = {"term": QUEUE, "stage": OVER}
                log.append(tx, at=now, kind=REMINDER, subject=finding, public=public)
                for way in outbox.told(tx, finding) or self._health():
                    lists.setdefault(way, []).append(finding)
            for way, cases in lists.items():
                said = {"cases": cases[:LISTED], "more": max(0, len(cases) - LISTED)}
                body = json.dumps({**said, "hours": hours})
                self._put(tx, QUEUE, [way], body, now)
        return len(fresh)

    def _log(self, tx: Connection, finding: str, one: Due, stage: Stage, now: datetime) -> None:
        term, since, name = _key(one, stage)
        public = {"term": term, "stage": name, "since": since, "last_day": one.last.isoformat()}
        log.append(tx, at=now, kind=REMINDER, subject=finding, public=public)

    def _put(
        self, tx: Connection, subject: str, ways: Sequence[Way], body: str, now: datetime
    ) -> None:
        seq = log.head(tx).seq
        outbox.put(
            tx, kind=REMINDER, subject=subject, seq=seq, destinations=ways, at=now, body=body
        )

    def _ways(
        self, tx: Connection, case: Case, named: dict[str, Officer], now: datetime, *, second: bool
    ) -> Sequence[Way]:
        """Return where the owner, or a second person, is told: their own chats before others."""
        told = outbox.told(tx, case.finding)
        if second:
            day = deadlines.today(case, now)
            able = {o.id for o in named.values() if Role.SECOND in o.roles(day)}
            own = [r.way for r in self._read_by(able) if not _conflicts(r, case, named)]
            return _distinct(own) or self._health() or told
        owner = {decisions.owner(case)}
        own = [route.way for route in self._read_by(owner) if route.way in told]
        return _distinct(own) or told or self._health()

    def _read_by(self, officers: set[str]) -> Iterator[Route]:
        for route in self._settings.notify.routes:
            if officers & set(route.readers):
                yield route

    def _health(self) -> Sequence[Way]:
        return _distinct(r.way for r in self._settings.notify.routes if r.health)


def stages(left: int, term: Deadline) -> list[Stage]:
    """Return what is to be said with so many days left: at most once to each side."""
    if left < 0:
        return [Stage(OVER, second=False), Stage(SECOND_OVER, second=True)]
    near = [days for days in term.remind if left <= days]
    found = [Stage(f"sisa-{min(near)}", second=False)] if near else []
    return [*found, Stage(SECOND, second=True)] if left <= term.escalate else found


def _is_new(one: Due, stage: Stage, said: set[tuple[str, str, str]]) -> bool:
    """Say whether neither this stage nor a later one of the same side was told."""
    term, since, _ = _key(one, stage)
    order = [f"sisa-{days}" for days in one.term.remind] + [OVER]
    if stage.second:
        order = [SECOND, SECOND_OVER]
    later = order[order.index(stage.name) :]
    return not any((term, since, name) in said for name in later)


def _key(one: Due, stage: Stage) -> tuple[str, str, str]:
    return one.term.id, to_text(one.since), stage.name


def _told(one: Due, stage: Stage) -> dict[str, object]:
    """Return what a message says of a term; an article that is only remembered is not shown."""
    return {
        "name": one.term.name,
        "regime": one.term.regime.value,
        "basis": [
            [b.instrument, b.article, b.confidence]
            for b in one.term.legal_basis
            if b.confidence != deadlines.FROM_MEMORY
        ],
        "length": one.term.length,
        "count": one.term.count.value,
        "since": to_text(one.since),
        "last": one.last.isoformat(),
        "unsure": list(one.unsure),
        "over": stage.name in (OVER, SECOND_OVER),
        "second": stage.second,
    }


def _conflicts(route: Route, case: Case, named: dict[str, Officer]) -> bool:
    """Say whether a chat is read by the person concerned, or by a candidate's spouse (P9)."""
    contests = {target.partition("/")[0] for target in case.targets}
    readers = [named[name] for name in route.readers if name in named]
    return case.person_ref in route.readers or any(
        (officer.person_ref and officer.person_ref == case.person_ref)
        or officer.spouse_of.partition("/")[0] in contests
        for officer in readers
    )


def _distinct(ways: Iterable[Way]) -> list[Way]:
    return list(dict.fromkeys(ways))
