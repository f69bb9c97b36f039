"""The gate before sending: what waits for quiet hours or a mute, and what nobody needs any more.

What is held waits without holding up others. It is looked at again when its time is over, or when a
mute is lifted; where its case was closed meanwhile, it is taken back. A chat whose reader has come
to be in conflict with a case gets nothing of it, whoever was owed it before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.clock import Clock
from monitor.config_notify import Route
from monitor.errors import UnknownError
from monitor.log import logger
from monitor.model.answer import ANSWER_CAME
from monitor.model.contest import Contest
from monitor.model.delivery import OutboxItem
from monitor.model.mute import About, Mute, covers, way
from monitor.model.review import CaseState
from monitor.model.state import STATE
from monitor.notify.quiet import quiet_until
from monitor.notify.route import Facts, conflict
from monitor.run.corrected import RECTIFICATION
from monitor.run.gather import FINDING
from monitor.run.routing import facts_of
from monitor.store import erasure, findings, holds, log, mutes, outbox
from monitor.store.db import Connection
from monitor.store.writer import Writer

# What rings a telephone about a case. Alarms, edits of what was told, and deadlines do not wait
# for a mute; a deadline's reminder, and that an answer came, still let people sleep.
ABOUT_CASES = frozenset({FINDING, STATE, RECTIFICATION})
REMINDER = "reminder"
LOOKED_AT = frozenset({*ABOUT_CASES, REMINDER, ANSWER_CAME})
CLOSED, CONFLICT = "closed", "conflict"


@dataclass(frozen=True, slots=True)
class _Case:
    facts: Facts
    rules: frozenset[str]


class Gate:
    """Lets messages pass, holds them, or takes them back."""

    def __init__(self, writer: Writer, routes: Sequence[Route], clock: Clock) -> None:
        self._writer = writer
        self._routes = {route.way: route for route in reversed(routes)}
        self._every = routes
        self._clock = clock

    def passing(
        self, queue: Sequence[OutboxItem], contests: Mapping[str, Contest]
    ) -> list[OutboxItem]:
        """Return which messages may go now; the others are held or taken back."""
        conn, now = self._writer.reader(), self._clock()
        muted = mutes.active(conn, now)
        passing = []
        for item in queue:
            route = self._routes.get((item.notifier, item.destination))
            if route is None or item.kind not in LOOKED_AT:
                passing.append(item)
                continue
            looked_at = muted or route.quiet or route.readers
            case = _case(conn, self._every, item) if looked_at else None
            if not self._stopped(conn, item, route, case):
                until = _until(item, route, case, muted, contests, now)
                if until is None:
                    passing.append(item)
                else:
                    self._hold(item, until)
        return passing

    def release(self) -> None:
        """Look at everything again that is held: the settings may be others than before."""
        with self._writer.transaction() as tx:
            holds.release(tx)

    def _hold(self, item: OutboxItem, until: datetime) -> None:
        with self._writer.transaction() as tx:
            if outbox.is_pending(tx, item):
                holds.hold(tx, item.id, until.timestamp())
        logger.info("message {} is held until {}", item.subject, until)

    def _stopped(
        self, conn: Connection, item: OutboxItem, route: Route, case: _Case | None
    ) -> bool:
        """Take a message back that must not go, or need not any more; say whether it was."""
        if case and conflict(route, case.facts):
            self._take_back(item, CONFLICT)
        elif holds.was_held(conn, item.id) and _closed(conn, item):
            self._take_back(item, CLOSED)
        else:
            return False
        return True

    def _take_back(self, item: OutboxItem, cause: str) -> None:
        with self._writer.transaction() as tx:
            if not outbox.drop(tx, item):
                return
            log.append(
                tx,
                at=self._clock(),
                kind="delivery",
                subject=item.subject,
                public={
                    "notifier": item.notifier,
                    "attempt": item.attempts,
                    "finding_seq": item.seq,
                    "result": "taken_back",
                    "cause": cause,
                },
                content={"delivery": {"destination": item.destination}},
            )
        logger.info("message {} is not sent: {}", item.subject, cause)


def _until(
    item: OutboxItem,
    route: Route,
    case: _Case | None,
    muted: Sequence[Mute],
    contests: Mapping[str, Contest],
    now: datetime,
) -> datetime | None:
    """Return until when a message waits, if it does."""
    phases = _phases(case.facts.contests, contests, now) if case else ()
    ends = [quiet_until(route, now, phases)]
    if case and item.kind in ABOUT_CASES:
        facts = case.facts
        about = About(way(*route.way), facts.person_ref, facts.instansi, case.rules)
        ends += [mute.until for mute in muted if covers(mute, about)]
    return max((end for end in ends if end), default=None)


def _phases(named: Collection[str], contests: Mapping[str, Contest], now: datetime) -> list[str]:
    return [contests[one].phase_at(now).value for one in named if one in contests]


def _case(conn: Connection, routes: Sequence[Route], item: OutboxItem) -> _Case | None:
    """Return what a message's case is about; ``None`` where that is not on file any more."""
    try:
        seq = findings.last_entry(conn, item.subject)
    except UnknownError:
        return None
    finding: Mapping[str, Any] | None = log.content(conn, seq, FINDING)
    watch = log.content(conn, seq, "watch")
    if finding is None or watch is None:
        return None
    rules = frozenset(match["rule"] for match in finding["matches"])
    return _Case(facts_of(conn, routes, finding, watch, finding["outcome"]), rules)


def _closed(conn: Connection, item: OutboxItem) -> bool:
    return erasure.standing(conn, item.subject).state is not CaseState.OPEN
