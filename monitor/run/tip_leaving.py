"""A sender withdraws a tip: by the bot, or at the counter through two officers.

Possible while it stands on no case. On a case it is a part of the file: an officer judged it, the
person concerned may have answered, and no sender can undo that, nor be pressed to. Then the wish
alone is recorded, and the office is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitor.clock import Clock
from monitor.config import Config
from monitor.errors import RefusedError
from monitor.log import logger
from monitor.model.review import Officer
from monitor.model.tip import TIP, Sender, TipRow, TipState, TipStep
from monitor.run.tip_doors import Asked, Door, knock
from monitor.store import log, outbox, tip_accounts, tip_leave, tips
from monitor.store.db import Connection
from monitor.store.keys import KeyRing
from monitor.store.writer import Writer


class Left(StrEnum):
    """What became of a wish to withdraw a tip."""

    GONE = "ditarik"
    WISHED = "ingin_ditarik"
    UNKNOWN = "tidak_dikenal"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of it, and whom to tell at once: officers who opened it, by Telegram id.

    Their chats are no routes, so a kill before that loses it; the office's own message is owed.
    """

    left: Left
    readers: Sequence[int] = ()


class TipLeaving:
    """Each withdrawal is one transaction with its entry and what the office is told.

    Doing it again does no more than doing it once, so a kill anywhere leaves it done or not done.
    """

    def __init__(self, writer: Writer, ring: KeyRing, settings: Config, clock: Clock) -> None:
        self._writer = writer
        self._ring = ring
        self._settings = settings
        self._clock = clock

    def mine(self, sender: Sender, tip_id: str) -> TipRow | None:
        """Return a tip of this sender; ``None`` for anybody else's, and where there is none."""
        return self._mine(self._writer.reader(), sender, tip_id)

    def withdraw(self, sender: Sender, tip_id: str) -> Outcome:
        """Withdraw a tip for its sender; on a case, record the wish once."""
        with self._writer.transaction() as tx:
            row = self._mine(tx, sender, tip_id)
            done = self._leave(tx, row) if row else Outcome(Left.UNKNOWN)
        if done.left is Left.GONE:
            # Also where it was done before: the process may have died between the two.
            self._writer.fold()
        return done

    def for_sender(self, tip_id: str, officer: Officer, why: str) -> Asked | None:
        """Withdraw a tip for a sender at the counter, at the word of the second of two officers.

        Raises ``RefusedError`` where it stands on a case: content goes there by an erasure alone.
        """
        settings = self._settings.tips
        with self._writer.transaction() as tx:
            row = tips.row(tx, tip_id)
            tip_accounts.refuse_own(tx, row, officer)
            if row.finding_id:
                hint = "netralitas tips reject, or an erasure of the case"
                raise RefusedError(f"{tip_id}: it is a part of {row.finding_id}: {hint}")
            now, minutes = self._clock(), settings.second_minutes
            asked = knock(tx, tip_id, Door.WITHDRAWAL, officer, why, "", now, minutes)
            if asked:
                return asked
            self._empty(tx, row, log.head(tx).seq)
        self._writer.fold()
        return None

    def _mine(self, conn: Connection, sender: Sender, tip_id: str) -> TipRow | None:
        rows = tips.mine(conn, self._ring, sender)
        return next((row for row in rows if row.tip_id == tip_id), None)

    def _leave(self, tx: Connection, row: TipRow) -> Outcome:
        if row.state is TipState.WITHDRAWN:
            return Outcome(Left.GONE)
        if row.finding_id and tip_leave.wished(tx, row.tip_id):
            return Outcome(Left.WISHED)
        step = TipStep.WISHED if row.finding_id else TipStep.WITHDRAWN
        head = tips.note(tx, self._clock(), row.tip_id, step, "", "")
        if row.finding_id:
            self._tell(tx, row.tip_id, head.seq, step, self._ways())
        else:
            self._empty(tx, row, head.seq)
        return Outcome(Left(step.value), tip_leave.readers(tx, row.tip_id))

    def _empty(self, tx: Connection, row: TipRow, seq: int) -> None:
        known = tip_leave.stop(tx, row.tip_id)
        ways = self._ways()
        told = ways if tip_leave.opened(tx, row.tip_id) else ways & known
        self._tell(tx, row.tip_id, seq, TipStep.WITHDRAWN, told)
        tip_leave.empty(tx, row, self._clock().date())
        logger.info("a tip was withdrawn: {}", row.tip_id)

    def _ways(self) -> set[tuple[str, str]]:
        return {route.way for route in self._settings.notify.routes if route.tips}

    def _tell(
        self, tx: Connection, tip_id: str, seq: int, step: TipStep, ways: set[tuple[str, str]]
    ) -> None:
        outbox.put(
            tx,
            kind=TIP,
            subject=tip_id,
            seq=seq,
            destinations=sorted(ways),
            at=self._clock(),
            body=step.value,
        )
