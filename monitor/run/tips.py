"""Tips: taken with limits, linked to a case by a named officer, destroyed when nobody does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from monitor.clock import Clock
from monitor.config import Config
from monitor.evidence.files import Files
from monitor.intake import tip_links
from monitor.log import logger
from monitor.model.evidence import Part
from monitor.model.review import Officer
from monitor.model.tip import TIP, Picture, Sender, Tip, TipRow, TipStep
from monitor.store import findings, outbox, readings, tip_accounts, tips
from monitor.store.db import Connection
from monitor.store.keys import KeyRing
from monitor.store.writer import Writer

OFFICE = "netralitas"
PICTURE = "laporan"


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

    def read(self, tip_id: str, who: str, why: str) -> tuple[Tip, list[Picture]]:
        """Open a tip for a named person; the look is logged."""
        with self._writer.transaction() as tx:
            said, _ = tips.read(tx, self._ring, tip_id)
            shown = tips.pictures(tx, self._ring, tip_id)
            now = self._clock()
            readings.note(tx, at=now, command="tips show", subject=tip_id, who=who, why=why)
        return said, shown

    def link(self, tip_id: str, finding: str, officer: Officer, why: str) -> None:
        """Put a tip on a case as evidence of what was said; the case's outcome stays as it is."""
        with self._writer.transaction() as tx:
            tips.refuse_linked(tips.row(tx, tip_id))
            findings.last_entry(tx, finding)
            told = tips.read(tx, self._ring, tip_id)
            shown = tips.pictures(tx, self._ring, tip_id)
        parts = [
            Part(f"{PICTURE}-{n}", picture.media_type, picture.data)
            for n, picture in enumerate(shown, start=1)
        ]
        files = Files(self._settings.snapshots)
        with files.staging(parts) as staged, self._writer.transaction() as tx:
            row = tips.row(tx, tip_id)
            tips.refuse_linked(row)
            more = {"tip": tip_id, "officer": officer.id}
            now, step = self._clock(), TipStep.LINKED
            tips.note(
                tx, now, finding, step, officer.name, why, more={**more}, told=told, files=staged
            )
            tips.note(tx, now, tip_id, step, "", "", more={"finding": finding})
            tips.linked(tx, tip_id, finding)
            files.publish(staged)
        self._writer.fold()

    def reject(self, tip_id: str, officer: Officer, why: str) -> None:
        """Mark a tip as of no use; it is destroyed on its day."""
        with self._writer.transaction() as tx:
            tips.refuse_linked(tips.row(tx, tip_id))
            more = {"officer": officer.id}
            tips.note(tx, self._clock(), tip_id, TipStep.REJECTED, officer.name, why, more={**more})
            tips.rejected(tx, tip_id)

    def pause(self, tip_id: str, until: date, officer: Officer, why: str) -> None:
        """Take nothing from this tip's sender until a day; nobody needs to know who it is."""
        with self._writer.transaction() as tx:
            tips.row(tx, tip_id)
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
            logger.info("{} tips destroyed: nobody linked them to a case", len(gone))
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
        entry = tips.entry(tx, tip_id)
        outbox.put(tx, kind=TIP, subject=tip_id, seq=entry, destinations=ways, at=self._clock())
