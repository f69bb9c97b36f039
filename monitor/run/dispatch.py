"""Dispatch: what is owed goes out, each destination in order, none held up by another.

A message leaves at least once and carries its finding id, so that a second copy (the process died
between acceptance and commit) is recognised as one. Every destination is a lane of its own: one
that does not answer for twenty seconds, or must wait, delays no other.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from monitor.clock import Clock
from monitor.config import Config
from monitor.errors import NotifyError, StoreError
from monitor.log import logger
from monitor.model.delivery import Message, OutboxItem, Receipt
from monitor.model.rule import RuleSet
from monitor.notify.base import Notifier
from monitor.run import gather
from monitor.run.compose import Composer
from monitor.run.gate import Gate
from monitor.run.headcount import Headcount
from monitor.run.outcome import DEAD, ELSEWHERE, FIRST_WAIT, LONGEST_WAIT, SENT, WAITING, Outcomes
from monitor.run.refresh import REFRESH
from monitor.store import outbox, turns, withdrawals
from monitor.store.turns import Turn
from monitor.store.writer import Writer

__all__ = ["FIRST_WAIT", "LONGEST_WAIT", "DispatchReport", "Dispatcher"]
PACED = "paced"
Act = Callable[[], Awaitable[Receipt]]


@dataclass(frozen=True, slots=True)
class DispatchReport:
    """What one run did. ``waiting`` counts messages put off by a fault or a chat's limit.

    ``paced`` counts those that wait for less than a second, because of the limit over all chats.
    """

    sent: int = 0
    waiting: int = 0
    dead: int = 0
    paced: int = 0

    @property
    def attempted(self) -> int:
        return self.sent + self.waiting + self.dead


class Dispatcher:
    """Sends what the outbox owes. What it must remember is in the database.

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
        self._outcomes = Outcomes(writer, settings, clock)
        self._gate = Gate(writer, settings.notify.routes, clock)
        self._heads = Headcount(writer, notifiers, settings.notify, clock)
        self._composer.off = self._heads.off
        self._notifiers = notifiers
        self._settings = settings.notify
        self._clock = clock
        self._lanes: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._results: Counter[str] = Counter()
        self._fault: BaseException | None = None
        self._recovered = self._stopping = False

    @property
    def ruleset(self) -> RuleSet:
        return self._composer.ruleset

    @ruleset.setter
    def ruleset(self, ruleset: RuleSet) -> None:
        self._composer.ruleset = ruleset

    async def run_once(self, limit: int) -> DispatchReport:
        """Try up to ``limit`` due messages, and wait until each lane is through.

        ``StoreError`` passes: nothing is sent unrecorded.
        """
        self.begin(limit)
        while self._lanes:
            await asyncio.wait(self._lanes.values())
        self._raise_fault()
        found, self._results = self._results, Counter()
        return DispatchReport(found[SENT], found[WAITING], found[DEAD], found[PACED])

    def begin(self, limit: int) -> None:
        """Begin to send up to ``limit`` due messages to destinations that are free; never wait.

        Raises the fault that ended a lane begun before: the store's, for any other is an outcome.
        """
        self._raise_fault()
        if not self._recovered:
            self._outcomes.recover()
            self._gate.release()
            self._heads.recover()
            self._recovered = True
        queues: dict[tuple[str, str], list[OutboxItem]] = {}
        for item in outbox.due(self._writer.reader(), self._clock().timestamp(), limit):
            queues.setdefault((item.notifier, item.destination), []).append(item)
        for way, queue in queues.items():
            if way not in self._lanes:
                lane = asyncio.create_task(self._drain(queue))
                self._lanes[way] = lane
                lane.add_done_callback(partial(self._ended, way))

    async def stop(self, seconds: float) -> None:
        """Let messages that are under way be answered, for so long, and begin no other."""
        self._stopping = True
        lanes = list(self._lanes.values())
        if lanes:
            _, left = await asyncio.wait(lanes, timeout=seconds)
            for lane in left:
                lane.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    def _ended(self, way: tuple[str, str], lane: asyncio.Task[None]) -> None:
        self._lanes.pop(way, None)
        if not lane.cancelled():
            self._fault = self._fault or lane.exception()

    def _raise_fault(self) -> None:
        if self._fault:
            # Its turn is still open: what the database refused once is ended at the next begin.
            fault, self._fault, self._recovered = self._fault, None, False
            raise fault

    async def _drain(self, queue: Sequence[OutboxItem]) -> None:
        left = self._gate.passing(queue, self.ruleset.contests)
        while left and not self._stopping:
            turn = gather.turn(self._writer.reader(), left, self._settings.per_hour, self._clock)
            if turn.not_before is not None:
                with self._writer.transaction() as tx:
                    outbox.hold(tx, left[0], turn.not_before)
                return
            done = await self._deliver(turn.items)
            self._results.update(done)
            if WAITING in done or PACED in done:
                return  # the later ones wait behind it, so that a destination is told in order
            del left[: len(turn.items)]

    async def _deliver(self, items: Sequence[OutboxItem]) -> list[str]:
        """Send some messages as one, and return what became of each."""
        turn = Turn()
        try:
            await self._heads.look(items[0])
            act = self._act(items)
            found = self._take_turn(items)
            if not isinstance(found, Turn):
                return [found] * len(items)
            turn = found
            receipt = await act()
        except NotifyError as error:
            return self._outcomes.failed(items, turn, error)
        except StoreError:
            raise
        except Exception:
            # The delivery edge: a fault of ours with one message must not hold up the others.
            logger.exception("message {} could not be made or sent", items[0].subject)
            fault = NotifyError("internal fault, see the log", permanent=True)
            return self._outcomes.failed(items, turn, fault)
        return self._outcomes.sent(items, turn, receipt)

    def _act(self, items: Sequence[OutboxItem]) -> Act:
        """Return what is to be done for some messages; nothing has left yet."""
        message = self._composer.message(items)
        return ACTS.get(items[0].kind, Dispatcher.tell)(self, items[0], message)

    def tell(self, item: OutboxItem, message: Message) -> Act:
        """Return the act of sending a message."""
        return partial(self._notifier(item).send, message, item.destination)

    def take_back(self, item: OutboxItem, message: Message) -> Act:
        """Return the act of taking a message back; a list that tells of other cases stays."""
        notifier, reader = self._notifier(item), self._writer.reader()
        sent = withdrawals.message_of(reader, item)
        stays = not sent or withdrawals.shared(reader, item, sent)

        async def act() -> Receipt:
            if not stays:
                await notifier.withdraw(message, sent, item.destination)
            return Receipt(sent, self._clock())

        return act

    def refresh(self, item: OutboxItem, brief: Message) -> Act:
        """Return the act of changing an alert as its case stands now.

        A list that tells other cases too is answered, and so is what Telegram will not change.
        """
        notifier, refreshed = self._notifier(item), self._composer.refreshed(item)

        async def act() -> Receipt:
            if refreshed is None:
                return Receipt("", self._clock())  # nothing of the case stands there
            message, sent = refreshed
            if not sent:
                return await notifier.send(brief, item.destination)
            return await notifier.change(message, sent, item.destination, brief)

        return act

    def _take_turn(self, items: Sequence[OutboxItem]) -> Turn | str:
        """Take a turn at the destination, or return what the messages do instead of leaving."""
        first = items[0]
        limits = self._notifier(first).limits(first.destination)
        with self._writer.transaction() as tx:
            if not all(outbox.is_pending(tx, item) for item in items):
                return ELSEWHERE
            now = self._clock().timestamp()
            turn = turns.take(tx, first, limits.chat, limits.overall, now)
            if turn.id:
                return turn
            if turn.everywhere:
                return PACED
            outbox.hold(tx, first, now + turn.wait)
            return WAITING

    def _notifier(self, item: OutboxItem) -> Notifier:
        try:
            return self._notifiers[item.notifier]
        except KeyError:
            cause = f"no route uses notifier {item.notifier!r} any more"
            raise NotifyError(cause, permanent=True) from None


# How a kind is carried out, where it is not by sending its message.
ACTS: Mapping[str, Callable[[Dispatcher, OutboxItem, Message], Act]] = {
    withdrawals.WITHDRAWAL: Dispatcher.take_back,
    REFRESH: Dispatcher.refresh,
}
