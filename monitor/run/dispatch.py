"""Dispatch: what is owed goes out, each destination in order, none held up by another.

A message leaves at least once and carries its finding id, so that a second copy (the process died
between acceptance and commit) is recognised as one. Acceptance and the log's ``delivery`` entry
are one transaction: when a supervisor was told is a legal fact (PP 94/2021, articles 26 and 28:
the duty to act begins with knowing).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import Clock, to_text
from monitor.config import Config
from monitor.errors import CredentialsRefused, NotifyError, StoreError
from monitor.log import logger
from monitor.model.delivery import OutboxItem, Receipt
from monitor.model.evidence import Canonical
from monitor.model.rule import RuleSet
from monitor.notify.base import Notifier
from monitor.run import gather
from monitor.run.compose import HEALTH, Composer
from monitor.store import alarms, log, outbox
from monitor.store.db import Connection
from monitor.store.writer import Writer

FIRST_WAIT = 10.0
LONGEST_WAIT = 21_600.0
# A refused token is looked at by a person; until then the messages wait.
REFUSED_WAIT = 300.0

DEAD_TEXT = {
    "id": "Pesan {subject} lewat {notifier} tidak terkirim dan tidak dicoba lagi: {cause}. "
    "Perbaiki penyebabnya; temuannya tetap ada dalam log.",
    "en": "Message {subject} through {notifier} was not delivered and is not tried again: {cause}. "
    "Mend the cause; the finding itself is safe in the log.",
}


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """What one run did. ``waiting`` counts messages put off by a fault or a rate limit."""

    sent: int = 0
    waiting: int = 0
    dead: int = 0

    @property
    def attempted(self) -> int:
        return self.sent + self.waiting + self.dead


class Dispatcher:
    """Sends what the outbox owes. It keeps nothing in memory between two runs.

    ``ruleset`` gives labels and phrases; it is replaced together with the reader's.
    """

    def __init__(
        self,
        writer: Writer,
        ruleset: RuleSet,
        notifiers: Mapping[str, Notifier],
        settings: Config,
        clock: Clock,
    ) -> None:
        """``notifiers`` are keyed by the name that routes use."""
        self._writer = writer
        self._composer = Composer(writer, ruleset, settings, clock)
        self._notifiers = notifiers
        self._settings = settings.notify
        self._clock = clock

    @property
    def ruleset(self) -> RuleSet:
        return self._composer.ruleset

    @ruleset.setter
    def ruleset(self, ruleset: RuleSet) -> None:
        self._composer.ruleset = ruleset

    async def run_once(self, limit: int) -> DispatchReport:
        """Try up to ``limit`` due messages. ``StoreError`` passes: nothing is sent unrecorded."""
        due = outbox.due(self._writer.reader(), self._clock().timestamp(), limit)
        queues: dict[tuple[str, str], list[OutboxItem]] = {}
        for item in due:
            queues.setdefault((item.notifier, item.destination), []).append(item)
        results: Counter[str] = Counter()
        try:
            async with asyncio.TaskGroup() as group:
                for queue in queues.values():
                    group.create_task(self._drain(queue, results))
        except ExceptionGroup as faults:
            # Only a store fault passes the delivery edge; one of them is enough to stop.
            raise faults.exceptions[0] from None
        return DispatchReport(results["sent"], results["waiting"], results["dead"])

    async def _drain(self, queue: Sequence[OutboxItem], results: Counter[str]) -> None:
        left = list(queue)
        while left:
            turn = gather.turn(self._writer.reader(), left, self._settings.per_hour, self._clock)
            if turn.not_before is not None:
                with self._writer.transaction() as tx:
                    outbox.hold(tx, left[0], turn.not_before)
                return
            done = await self._deliver(turn.items)
            results.update(done)
            if "waiting" in done:
                return  # the later ones wait behind it, so that a destination is told in order
            del left[: len(turn.items)]

    async def _deliver(self, items: Sequence[OutboxItem]) -> list[str]:
        """Send some messages as one, and return what became of each."""
        conn, first = self._writer.reader(), items[0]
        if not all(outbox.is_pending(conn, item) for item in items):
            return ["elsewhere"] * len(items)
        try:
            message = self._composer.message(items)
            receipt = await self._notifier(first).send(message, first.destination)
        except NotifyError as error:
            return self._failed_all(items, error)
        except StoreError:
            raise
        except Exception:
            # The delivery edge: a fault of ours with one message must not hold up the others.
            logger.exception("message {} could not be made or sent", first.subject)
            fault = NotifyError("internal fault, see the log", permanent=True)
            return self._failed_all(items, fault)
        return self._sent(items, receipt)

    def _notifier(self, item: OutboxItem) -> Notifier:
        try:
            return self._notifiers[item.notifier]
        except KeyError:
            cause = f"no route uses notifier {item.notifier!r} any more"
            raise NotifyError(cause, permanent=True) from None

    def _sent(self, items: Sequence[OutboxItem], receipt: Receipt) -> list[str]:
        results = []
        with self._writer.transaction() as tx:
            for item in items:
                if not outbox.is_pending(tx, item):
                    results.append("elsewhere")
                    continue
                outbox.sent(tx, item, receipt.message_id, receipt.accepted_at)
                self._note(tx, item, "accepted", receipt)
                results.append("sent")
            if "sent" in results:
                for key in (_alarm_key(items[0]), f"auth:{items[0].notifier}"):
                    alarms.clear(tx, key, self._clock())
        logger.info("told {} through {}", ", ".join(i.subject for i in items), items[0].notifier)
        return results

    def _failed_all(self, items: Sequence[OutboxItem], error: NotifyError) -> list[str]:
        """Put off the first, behind which the others wait; bury all where trying cannot help."""
        first = self._failed(items[0], error)
        if first != "dead" or not error.permanent:
            return [first]
        return [first, *(self._failed(item, error) for item in items[1:])]

    def _failed(self, item: OutboxItem, error: NotifyError) -> str:
        now = self._clock()
        spent = item.attempts + 1 >= self._settings.max_attempts
        with self._writer.transaction() as tx:
            if not outbox.is_pending(tx, item):
                return "elsewhere"
            if isinstance(error, CredentialsRefused):
                outbox.hold(tx, item, now.timestamp() + REFUSED_WAIT)
                self._raise(tx, item, f"auth:{item.notifier}", f"{error}.", now)
            elif error.retry_after is not None and not error.permanent:
                outbox.hold(tx, item, now.timestamp() + error.retry_after)
            elif error.permanent or spent:
                self._bury(tx, item, str(error), now)
            else:
                outbox.later(tx, item, now.timestamp() + _wait(item.attempts), str(error))
        kept = isinstance(error, CredentialsRefused) or error.retry_after is not None
        dead = error.permanent or (spent and not kept)
        logger.warning("message {} {}: {}", item.subject, "given up" if dead else "waits", error)
        return "dead" if dead else "waiting"

    def _bury(self, tx: Connection, item: OutboxItem, cause: str, now: datetime) -> None:
        outbox.dead(tx, item, cause)
        self._note(tx, item, "given_up", None)
        text = DEAD_TEXT[self._settings.language].format(
            subject=item.subject, notifier=item.notifier, cause=cause
        )
        self._raise(tx, item, _alarm_key(item), text, now)

    def _raise(self, tx: Connection, item: OutboxItem, key: str, text: str, now: datetime) -> None:
        if not alarms.raise_(tx, key, text, now):
            return
        # Not by the way that just failed; where it is the only one, the open alarm remains.
        routes = {(r.notifier, r.destination) for r in self._settings.routes if r.health}
        outbox.put(
            tx,
            kind=HEALTH,
            subject=key,
            seq=log.head(tx).seq,
            destinations=sorted(routes - {(item.notifier, item.destination)}),
            at=now,
            body=text,
        )

    def _note(self, tx: Connection, item: OutboxItem, result: str, receipt: Receipt | None) -> None:
        if item.kind == HEALTH:
            return  # alarms have their own entries; only findings are told to supervisors
        delivery: dict[str, Canonical] = {"destination": item.destination}
        public: dict[str, Canonical] = {
            "notifier": item.notifier,
            "attempt": item.attempts + 1,
            "finding_seq": item.seq,
            "result": result,
        }
        if receipt:
            public["accepted_at"] = to_text(receipt.accepted_at)
            delivery["message_id"] = receipt.message_id
        log.append(
            tx,
            at=self._clock(),
            kind="delivery",
            subject=item.subject,
            public=public,
            content={"delivery": delivery},
        )


def _wait(attempts: int) -> float:
    """Return seconds until the next attempt: doubling, so that an outage is not hammered."""
    return float(min(LONGEST_WAIT, FIRST_WAIT * 2**attempts))


def _alarm_key(item: OutboxItem) -> str:
    return f"dead-letter:{item.notifier}"
