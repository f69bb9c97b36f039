"""What became of a message: told, put off, or given up, and who must know of it.

Acceptance and the log's ``delivery`` entry are one transaction: when a supervisor was told is a
legal fact (PP 94/2021, articles 26 and 28: the duty to act begins with knowing). What one
destination refuses for good goes to the spare ones, so that a finding is never told to nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.clock import Clock, to_text
from monitor.config import Config
from monitor.errors import CredentialsRefused, NotifyError
from monitor.log import logger
from monitor.model.delivery import OutboxItem, Receipt
from monitor.model.evidence import Canonical
from monitor.run.compose import HEALTH, SPARE, SPARED, Erased
from monitor.run.health import RECOVERED
from monitor.run.refresh import REFRESH
from monitor.store import alarms, log, outbox, turns, withdrawals
from monitor.store.db import Connection
from monitor.store.turns import Turn
from monitor.store.withdrawals import WITHDRAWAL
from monitor.store.writer import Writer

FIRST_WAIT = 10.0
LONGEST_WAIT = 21_600.0
# A refused token is looked at by a person; until then the messages wait.
REFUSED_WAIT = 300.0
DEAD_LETTER, MOVED, AUTH = "dead-letter", "chat-moved", "auth"
# What this and a source's new address were both called once. Whichever still holds is raised anew.
SHARED_NAME = "moved"
SENT, WAITING, DEAD, ELSEWHERE = "sent", "waiting", "dead", "elsewhere"

DEAD_TEXT = {
    "id": "Pesan {subject} lewat {notifier} ke {destination} tidak terkirim dan tidak dicoba lagi: "
    "{cause}. Perbaiki penyebabnya; temuannya tetap ada dalam log.",
    "en": "Message {subject} through {notifier} to {destination} was not delivered and is not "
    "tried again: {cause}. Mend the cause; the finding itself is safe in the log.",
}
MOVED_TEXT = {
    "id": "Grup {destination} menjadi supergrup {to}. Pesan tetap sampai ke sana; ubah destination "
    "pada rutenya di config.toml menjadi {to}.",
    "en": "Group {destination} became supergroup {to}. Messages still arrive there; change its "
    "route's destination in config.toml to {to}.",
}
AGAIN_TEXT = {
    "id": "Tujuan {destination} lewat {notifier} menerima pesan lagi. Yang telanjur disisihkan "
    "dikirim dengan: netralitas messages retry.",
    "en": "Destination {destination} takes messages again through {notifier}. What was given up "
    "goes out by: netralitas messages retry.",
}
STAYS_TEXT = {
    "id": "Pesan {message} di {destination} tentang {subject} seharusnya ditarik, tetapi tetap di "
    "sana: {cause}. Hapus dengan tangan; daftarnya: netralitas messages withdrawn.",
    "en": "Message {message} in {destination} about {subject} should be gone and stays: {cause}. "
    "Delete it by hand; for the list: netralitas messages withdrawn.",
}


class Outcomes:
    """Writes down what became of messages. Each method is one transaction."""

    def __init__(self, writer: Writer, settings: Config, clock: Clock) -> None:
        self._writer = writer
        self._settings = settings.notify
        self._language = settings.notify.language
        self._clock = clock

    def recover(self) -> None:
        """End what an earlier process left under way, and alarms that nothing would clear."""
        routes = {route.way for route in self._settings.routes}
        with self._writer.transaction() as tx:
            turns.recover(tx, self._clock().timestamp())
            for alarm in alarms.open_(tx):
                kind, _, way = alarm.key.partition(":")
                notifier, _, destination = way.partition(":")
                gone = kind in (DEAD_LETTER, MOVED) and (notifier, destination) not in routes
                if gone or kind == SHARED_NAME:
                    alarms.clear(tx, alarm.key, self._clock())

    def sent(self, items: Sequence[OutboxItem], turn: Turn, receipt: Receipt) -> list[str]:
        """Record acceptance; return what became of each."""
        with self._writer.transaction() as tx:
            turns.finish(tx, turn, self._clock().timestamp())
            results = [self._accepted(tx, item, receipt) for item in items]
            if SENT in results:
                self._works(tx, items[0], receipt)
        logger.info("told {} through {}", ", ".join(i.subject for i in items), items[0].notifier)
        return results

    def failed(self, items: Sequence[OutboxItem], turn: Turn, error: NotifyError) -> list[str]:
        """Put off the first, behind which the others wait; bury all where trying cannot help."""
        with self._writer.transaction() as tx:
            turns.finish(tx, turn, self._clock().timestamp())
            first = self._failed(tx, items[0], error)
            if first != DEAD or not error.permanent:
                return [first]
            return [first, *(self._failed(tx, item, error) for item in items[1:])]

    def _accepted(self, tx: Connection, item: OutboxItem, receipt: Receipt) -> str:
        number, at = receipt.message_id, receipt.accepted_at
        if outbox.is_pending(tx, item):
            outbox.sent(tx, item, number, at)
            if item.kind == WITHDRAWAL:
                withdrawals.done(tx, item, number, self._clock())
            else:
                self._note(tx, item, "accepted", receipt)
            return SENT
        # It was under way while its case was closed.
        if not withdrawals.arrived(tx, item, number, at, self._clock()):
            return ELSEWHERE
        self._note(tx, item, "accepted", receipt)
        return SENT

    def _works(self, tx: Connection, item: OutboxItem, receipt: Receipt) -> None:
        """Clear what a destination's alarms said, and raise that it moved where it did."""
        now, way = self._clock(), _way(item)
        auth = f"{AUTH}:{item.notifier}"
        if alarms.clear(tx, auth, now):
            self._tell(tx, item, auth, RECOVERED.format(kind=auth), now)
        if alarms.clear(tx, f"{DEAD_LETTER}:{way}", now):
            self._tell(tx, item, f"{DEAD_LETTER}:{way}", self._text(AGAIN_TEXT, item), now)
        if receipt.moved_to:
            text = self._text(MOVED_TEXT, item, to=receipt.moved_to)
            self._raise(tx, item, f"{MOVED}:{way}", text, now)
        else:
            alarms.clear(tx, f"{MOVED}:{way}", now)

    def _failed(self, tx: Connection, item: OutboxItem, error: NotifyError) -> str:
        now, result = self._clock(), WAITING
        if not outbox.is_pending(tx, item):
            return ELSEWHERE
        if isinstance(error, CredentialsRefused):
            outbox.hold(tx, item, now.timestamp() + REFUSED_WAIT)
            self._raise(tx, item, f"{AUTH}:{item.notifier}", f"{error}.", now)
        elif error.retry_after is not None and not error.permanent:
            outbox.hold(tx, item, now.timestamp() + error.retry_after)
        elif error.permanent or item.attempts + 1 >= self._settings.max_attempts:
            result = DEAD
            self._bury(tx, item, error, now)
        else:
            outbox.later(tx, item, now.timestamp() + _wait(item.attempts), str(error))
        said = "given up" if result == DEAD else "waits"
        logger.warning("message {} {}: {}", item.subject, said, error)
        return result

    def _bury(self, tx: Connection, item: OutboxItem, error: NotifyError, now: datetime) -> None:
        outbox.dead(tx, item, str(error))
        if item.kind == WITHDRAWAL:
            self._stays(tx, item, str(error), now)
            return
        self._note(tx, item, "given_up", None)
        text = self._text(DEAD_TEXT, item, cause=str(error))
        self._raise(tx, item, f"{DEAD_LETTER}:{_way(item)}", text, now)
        if item.kind in SPARED and not isinstance(error, Erased):
            self._divert(tx, item, now)

    def _stays(self, tx: Connection, item: OutboxItem, cause: str, now: datetime) -> None:
        """Say once to the operators that a message stays where it should be gone."""
        message = withdrawals.message_of(tx, item)
        withdrawals.note(tx, item, message, "refused", cause, now)
        text = self._text(STAYS_TEXT, item, message=message, cause=cause)
        self._tell(tx, item, f"{WITHDRAWAL}:{item.subject}", text, now)

    def _divert(self, tx: Connection, item: OutboxItem, now: datetime) -> None:
        """Owe a message that its destination refuses for good to the spare ones."""
        spare = {r.way for r in self._settings.routes if r.spare}
        outbox.put(
            tx,
            kind=item.kind,
            subject=item.subject,
            seq=item.seq,
            destinations=sorted(spare - {(item.notifier, item.destination)}),
            at=now,
            body=SPARE,
        )

    def _raise(self, tx: Connection, item: OutboxItem, key: str, text: str, now: datetime) -> None:
        if alarms.raise_(tx, key, text, now):
            self._tell(tx, item, key, text, now)

    def _tell(self, tx: Connection, item: OutboxItem, key: str, text: str, now: datetime) -> None:
        # Not by the way that just failed; where it is the only one, the open alarm remains.
        routes = {route.way for route in self._settings.routes if route.health}
        outbox.put(
            tx,
            kind=HEALTH,
            subject=key,
            seq=log.head(tx).seq,
            destinations=sorted(routes - {(item.notifier, item.destination)}),
            at=now,
            body=text,
        )

    def _text(self, texts: dict[str, str], item: OutboxItem, **more: str) -> str:
        known = {"notifier": item.notifier, "destination": item.destination}
        return texts[self._language].format(subject=item.subject, **known, **more)

    def _note(self, tx: Connection, item: OutboxItem, result: str, receipt: Receipt | None) -> None:
        if item.kind in (HEALTH, REFRESH):
            return  # alarms have their own entries, and a step that is shown again has its own
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
            if receipt.moved_to:
                delivery["moved_to"] = receipt.moved_to
        log.append(
            tx,
            at=self._clock(),
            kind="delivery",
            subject=item.subject,
            public=public,
            content={"delivery": delivery},
        )


def _way(item: OutboxItem) -> str:
    return f"{item.notifier}:{item.destination}"


def _wait(attempts: int) -> float:
    """Return seconds until the next attempt: doubling, so that an outage is not hammered."""
    return float(min(LONGEST_WAIT, FIRST_WAIT * 2**attempts))
