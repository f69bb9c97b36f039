"""Tips: taken with limits, linked to a case by a named officer, destroyed when nobody does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from monitor.clock import Clock
from monitor.config import Config
from monitor.errors import UnknownError
from monitor.evidence.files import Files, Staged
from monitor.intake import tip_links
from monitor.log import logger
from monitor.model.evidence import Canonical, Part
from monitor.model.review import Officer
from monitor.model.tip import TIP, Picture, Sender, Tip, TipRow, TipState, TipStep
from monitor.store import findings, outbox, readings, register, tip_accounts, tip_sight, tips
from monitor.store.db import Connection
from monitor.store.keys import KeyRing
from monitor.store.writer import Writer

PICTURE, PNG = "laporan", "image/png"
LINES = "netralitas register list"


class Refused(StrEnum):
    """Why a tip is not taken; the sender is told in plain words."""

    OFF = "off"
    EMPTY = "empty"
    LINK = "link"
    LARGE = "large"
    PAUSED = "paused"
    SENDER_DAY = "sender_day"
    OFFICE_DAY = "office_day"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a tip that was given: its id, or why it was not taken."""

    tip_id: str = ""
    refused: Refused | None = None


class TipDesk:
    """Every act on tips is one transaction with its log entry."""

    def __init__(self, writer: Writer, ring: KeyRing, settings: Config, clock: Clock) -> None:
        self._writer = writer
        self._ring = ring
        self._settings = settings
        self._files = Files(settings.snapshots)
        self._clock = clock

    def take(self, tip: Tip, pictures: Sequence[Picture], sender: Sender) -> Taken:
        """Take a tip in a transaction of its own."""
        with self._writer.transaction() as tx:
            return self.take_in(tx, tip, pictures, sender)

    def take_in(
        self, tx: Connection, tip: Tip, pictures: Sequence[Picture], sender: Sender
    ) -> Taken:
        """Seal a tip and owe its message to the office; nothing of it is in that message."""
        link = tip_links.read(tip.link) if tip.link else None
        refused = self._refused(tip, link, pictures) or self._limited(tx, sender)
        if refused:
            return Taken(refused=refused)
        now = self._clock()
        tip_id = tips.add(
            tx,
            self._ring,
            tip,
            pictures,
            sender,
            now,
            ends_on=now.date() + timedelta(days=self._settings.tips.keep_days),
            link=link.text if link else "",
            platform=link.platform if link else "",
            watch_id=tip_accounts.watch_of(tx, link) if link else "",
        )
        self._tell(tx, tip_id)
        logger.info("a tip was taken: {}", tip_id)
        return Taken(tip_id)

    def mine(self, sender: Sender) -> list[TipRow]:
        """Return the sender's own tips, the newest first."""
        return tips.mine(self._writer.reader(), self._ring, sender)

    def rows(self) -> list[TipRow]:
        return tips.rows(self._writer.reader())

    def coordinated(self, row: TipRow) -> bool:
        """Say whether so many senders gave the same link that they may have agreed to."""
        return row.senders >= self._settings.tips.burst

    def read(self, tip_id: str, who: str, why: str) -> tuple[Tip, dict[int, bytes]]:
        """Open what a tip says and the crops of its pictures; the look is logged.

        Of a tip on a case only the crops are here: its words are the case's own.
        """
        with self._writer.transaction() as tx:
            on_case = tips.row(tx, tip_id).finding_id
            said = Tip() if on_case else tips.read(tx, self._ring, tip_id)[0]
            shown = tip_sight.parts(tx, self._ring, tip_id, tip_sight.CROP)
            now = self._clock()
            readings.note(tx, at=now, command="tips show", subject=tip_id, who=who, why=why)
        return said, shown

    def refuse_own(self, tip_id: str, officer: Officer) -> None:
        """Raise ``RefusedError`` where a tip is about the officer who asks for it."""
        conn = self._writer.reader()
        tip_accounts.refuse_own(conn, tips.row(conn, tip_id), officer)

    def link(self, tip_id: str, finding: str, officer: Officer, why: str) -> None:
        """Put a tip on a case as evidence of what was said; the case's outcome stays as it is."""
        with self.ready(tip_id) as staged, self._writer.transaction() as tx:
            findings.last_entry(tx, finding)
            tip_accounts.refuse_other(tx, tips.row(tx, tip_id), finding)
            self.put_on(tx, tip_id, finding, officer, why, staged)
        self._writer.fold()

    @contextmanager
    def ready(self, tip_id: str) -> Iterator[Sequence[Staged]]:
        """Stage the crops of a tip's pictures, for ``put_on``. The originals stay sealed."""
        conn = self._writer.reader()
        tips.refuse_linked(tips.row(conn, tip_id))
        crops = tip_sight.parts(conn, self._ring, tip_id, tip_sight.CROP)
        parts = [Part(f"{PICTURE}-{n + 1}", PNG, data) for n, data in crops.items()]
        with self._files.staging(parts) as staged:
            yield staged

    def put_on(
        self,
        tx: Connection,
        tip_id: str,
        finding: str,
        officer: Officer,
        why: str,
        staged: Sequence[Staged],
    ) -> None:
        """Put a tip's words and crops on a case, inside the caller's transaction."""
        row = tips.row(tx, tip_id)
        tips.refuse_linked(row)
        tip_accounts.refuse_own(tx, replace(row, finding_id=finding), officer)
        told = tips.read(tx, self._ring, tip_id)
        now, step = self._clock(), TipStep.LINKED
        more: dict[str, Canonical] = {"tip": tip_id, "officer": officer.id}
        tips.note(tx, now, finding, step, officer.name, why, more=more, told=told, files=staged)
        tips.note(tx, now, tip_id, step, "", "", more={"finding": finding})
        tips.linked(tx, tip_id, finding)
        self._files.publish(staged)

    def settle(self, tip_id: str, step: TipStep, officer: Officer, why: str) -> None:
        """Say that another source bears a tip out, or that it is of no use.

        Neither changes a case. A tip that is on none is destroyed on its day.
        """
        with self._writer.transaction() as tx:
            row = tips.row(tx, tip_id)
            tip_accounts.refuse_own(tx, row, officer)
            if step is TipStep.CORROBORATED and not row.finding_id:
                raise UnknownError(f"{tip_id}: it is on no case yet: netralitas tips case or link")
            more: dict[str, Canonical] = {"officer": officer.id}
            tips.note(tx, self._clock(), tip_id, step, officer.name, why, more=more)
            tips.settled(tx, tip_id, TipState(step.value))

    def name(self, tip_id: str, watch_id: str, officer: Officer, ground: str, why: str) -> None:
        """Say which person on the register a tip is about, on a ground of the law."""
        with self._writer.transaction() as tx:
            row = tips.row(tx, tip_id)
            tips.refuse_linked(row)
            tip_accounts.refuse_own(tx, row, officer)
            if register.any_watch(tx, watch_id) is None:
                raise UnknownError(f"{watch_id}: no such line on the register: {LINES}")
            more: dict[str, Canonical] = {"officer": officer.id}
            step = TipStep.PERSON
            tips.note(tx, self._clock(), tip_id, step, officer.name, why, more=more, ground=ground)
            tips.name(tx, tip_id, watch_id)

    def pause(self, tip_id: str, until: date, officer: Officer, why: str) -> None:
        """Take nothing from this tip's sender until a day; nobody needs to know who it is."""
        with self._writer.transaction() as tx:
            tip_accounts.refuse_own(tx, tips.row(tx, tip_id), officer)
            more = {"officer": officer.id, "until": until.isoformat()}
            tips.note(tx, self._clock(), tip_id, TipStep.PAUSED, officer.name, why, more={**more})
            tips.pause(tx, tip_id, until)

    def destroy_due(self) -> int:
        """Destroy the tips whose day has come; return how many."""
        now = self._clock()
        with self._writer.transaction() as tx:
            gone = tips.due(tx, now.date())
            for tip_id in gone:
                tips.note(tx, now, tip_id, TipStep.DESTROYED, "", "")
                tips.destroy(tx, tip_id)
            tips.forget_pauses(tx, now.date())
        if gone:
            self._writer.fold()
            logger.info("{} tips destroyed: their day had come", len(gone))
        return len(gone)

    def _refused(
        self, tip: Tip, link: tip_links.Link | None, pictures: Sequence[Picture]
    ) -> Refused | None:
        most = self._settings.tips.picture_bytes
        if not self._settings.tips.enabled:
            return Refused.OFF
        if tip.link and link is None:
            return Refused.LINK
        if not (tip.link or tip.note.strip() or pictures):
            return Refused.EMPTY
        return Refused.LARGE if any(len(one.data) > most for one in pictures) else None

    def _limited(self, tx: Connection, sender: Sender) -> Refused | None:
        now, settings = self._clock(), self._settings.tips
        if tips.paused(tx, self._ring, sender, now.date()):
            return Refused.PAUSED
        from_sender, from_all = tips.given(tx, self._ring, sender, now)
        if from_sender >= settings.sender_day:
            return Refused.SENDER_DAY
        return Refused.OFFICE_DAY if from_all >= settings.office_day else None

    def _tell(self, tx: Connection, tip_id: str) -> None:
        ways = [(r.notifier, r.destination) for r in self._settings.notify.routes if r.tips]
        alike = tips.row(tx, tip_id).alike
        if alike.bit_count() > 1:
            return  # of many about one act: the first, second, fourth, eighth, so none is drowned
        entry = tips.entry(tx, tip_id)
        outbox.put(tx, kind=TIP, subject=tip_id, seq=entry, destinations=ways, at=self._clock())
