"""From a tip to a case: read, judged and recorded the way every act is, and never more than a
review.

An officer starts it; only a tip about a person on the register gets so far. What is judged are the
words in the crop as Tesseract or the officer read them, never the sender's own, but for an act
outside the networks, of which there is nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from monitor import __version__
from monitor.clock import Clock, to_text
from monitor.errors import RefusedError, UnknownError
from monitor.evidence.files import Staged
from monitor.intake import ocr, tip_links
from monitor.judge.decide import Facts
from monitor.model.activity import (
    RELATIONAL,
    Activity,
    Actor,
    ObjectRef,
    Signal,
    Target,
    TargetState,
    TimeSource,
)
from monitor.model.day import local_day
from monitor.model.evidence import RECORD, Canonical, Capture, Part, canonical
from monitor.model.finding import Finding, Outcome
from monitor.model.person import Ownership, Watch
from monitor.model.review import Officer
from monitor.model.rule import RuleSet
from monitor.model.tip import COLLECTOR, OFFLINE, Tip, TipRow
from monitor.run import standing
from monitor.run.context import contests_of
from monitor.run.record import Batch, Captured, Recorder, snapshot_of
from monitor.run.rules import EVERY_KEY, Reader
from monitor.run.tips import TipDesk
from monitor.store import findings, rechecks, register, tip_sight, tips
from monitor.store.db import Connection
from monitor.store.keys import KeyRing
from monitor.store.writer import Writer

BASIS = "laporan; sumbernya tidak dibuka oleh program"
BY_OFFICER, BY_SENDER = "an officer", "the sender's account"
NOTES = ("from a tip: the program did not look at the source", "words as read by {}")
# Rules whose unsur are acts on a network (SKB 2022 Lampiran II: posting, sharing, liking, photos).
ON_A_NETWORK = (
    "gesture-", "join-follow-", "official-account-", "online-", "photo-", "spouse-online-",
    "support-",
)  # fmt: skip
NO_CONTENT = frozenset({Signal.FOLLOW, Signal.MEMBERSHIP})


class Cards(Protocol):
    """What draws the cards of a finding."""

    async def added(
        self,
        finding: Finding,
        watch: dict[str, Canonical],
        capture: Capture,
        finding_id: str,
        ruleset: RuleSet,
    ) -> Capture: ...


@dataclass(frozen=True, slots=True)
class Order:
    """What an officer adds to a tip: the kind of act, its time, and what the crop says.

    ``text`` takes the place of what a machine reads. ``target`` is the link of what was answered,
    shared or liked; ``platform`` is needed where no link says it.
    """

    signal: Signal = Signal.POST
    at: datetime | None = None
    text: str = ""
    target: str = ""
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """What would become of a tip, whose it is, and the words that it rests on."""

    finding: Finding
    watch: Watch
    words: str
    read_by: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What became of a tip: the case on which it stands, or "" where no rule applies.

    ``is_new`` is false where an earlier tip about the same act made the case.
    """

    judged: Judged
    finding_id: str = ""
    is_new: bool = False


class TipCases:
    """Judges tips; records those to which a rule applies."""

    def __init__(
        self,
        desk: TipDesk,
        writer: Writer,
        ring: KeyRing,
        reader: Reader,
        recorder: Recorder,
        cards: Cards,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._writer = writer
        self._ring = ring
        self._reader = reader
        self._recorder = recorder
        self._cards = cards
        self._clock = clock

    def judged(self, tip_id: str, order: Order) -> Judged:
        """Read and judge a tip; nothing is recorded.

        Raises ``UnknownError`` where it names nobody on the register, or leaves nothing to read;
        ``ocr.NoReader`` and ``NotReadable`` where its crop cannot be read by machine.
        """
        conn, now = self._writer.reader(), self._clock()
        row = tips.row(conn, tip_id)
        # The finding is shown to whom it is about, and the number stands in the sender's own chat.
        row = replace(row, act=tips.covered(self._ring, row.act))
        tips.refuse_linked(row)
        watch = register.any_watch(conn, row.watch_id) if row.watch_id else None
        if watch is None:
            raise UnknownError(f"{tip_id}: it names nobody on the register: netralitas tips person")
        said, _ = tips.read(conn, self._ring, tip_id)
        watch = _as_told(row, watch, said, order)
        words, read_by = self._words(conn, row, said, order)
        who = f"{COLLECTOR}/{tips.covered(self._ring, watch.person_ref)}"
        act = _activity(row, watch, said, order, words, who)
        day = local_day(order.at, watch.zone) if order.at else None
        cases = [(act, Facts(watch.facts(day), EVERY_KEY))]
        stands = standing.now(conn)
        if watch.platform == OFFLINE:
            online = {r.id for r in self._reader.ruleset.rules if r.id.startswith(ON_A_NETWORK)}
            stands = replace(stands, off=stands.off | online)
        (found,) = self._reader.judge(cases, now, stands)
        return Judged(found.finding, watch, words, read_by)

    async def open(self, tip_id: str, order: Order, officer: Officer, why: str) -> Opened:
        """Make a case of a tip, or put it on the case of its act; ``none`` is recorded nowhere."""
        self._desk.refuse_own(tip_id, officer)
        judged = self.judged(tip_id, order)
        known = self._case_of(tip_id, judged)
        if known:
            self._desk.link(tip_id, known, officer, why)
            return Opened(judged, known)
        if judged.finding.outcome is Outcome.NONE:
            return Opened(judged)
        finding_id = self._recorder.finding_id(judged.finding)
        capture = await self._captured(judged, finding_id)
        contests = contests_of(judged.finding, self._reader.ruleset.contests)
        taken = Captured(judged.finding, capture, finding_id, contests)
        with self._desk.ready(tip_id) as staged:
            self._record(tip_id, judged, taken, officer, why, staged)
        self._writer.fold()
        return Opened(judged, finding_id, is_new=True)

    def _record(
        self,
        tip_id: str,
        judged: Judged,
        taken: Captured,
        officer: Officer,
        why: str,
        staged: Sequence[Staged],
    ) -> None:
        activity = judged.finding.activity

        def also(tx: Connection) -> None:
            case = findings.existing_or_new(tx, self._ring, activity.id, activity.watch_id)
            if findings.next_revision(tx, case) == 1:
                raise RefusedError(f"{tip_id}: its act was dismissed before, and erased")
            self._desk.put_on(tx, tip_id, case, officer, why, staged)
            rechecks.put_off(tx, case, None)  # the program opens no link of a tip

        pairs = [(activity.id, activity.revision)]
        self._recorder.keep([(judged.watch, Batch([taken], pairs, [], ended=True))], also)

    def _case_of(self, tip_id: str, judged: Judged) -> str:
        """Return the case of this act that is on file, from a tip about it or from the act."""
        conn = self._writer.reader()
        mine = tips.row(conn, tip_id)
        for row in tips.rows(conn):
            if (row.act, row.watch_id) == (mine.act, mine.watch_id) and row.finding_id:
                return row.finding_id
        found = self._recorder.finding_id(judged.finding)
        return found if findings.next_revision(conn, found) > 1 else ""

    def _words(self, conn: Connection, row: TipRow, said: Tip, order: Order) -> tuple[str, str]:
        if order.text.strip():
            return order.text.strip(), BY_OFFICER
        crops = tip_sight.parts(conn, self._ring, row.tip_id, tip_sight.CROP)
        if crops:
            read = [ocr.read(crop) for crop in crops.values()]
            return "\n".join(one.text for one in read if one.text), read[0].reader
        if row.pictures:
            raise UnknownError(f"{row.tip_id}: no crop of its pictures yet: netralitas tips crop")
        if said.place.strip() and said.note.strip():
            return said.note.strip(), BY_SENDER
        if order.signal in NO_CONTENT:
            return "", BY_OFFICER
        raise UnknownError(f"{row.tip_id}: nothing to read: look at the source and give --text")

    async def _captured(self, judged: Judged, finding_id: str) -> Capture:
        finding, act = judged.finding, judged.finding.activity
        record: dict[str, Canonical] = {
            "source": COLLECTOR,
            "words": judged.words,
            "read_by": judged.read_by,
            "link": act.object.url,
            "platform": act.platform,
            "signal": act.signal.value,
            "occurred_at": to_text(act.occurred_at) if act.occurred_at else None,
        }
        part = Part(RECORD, "application/json", canonical(record))
        notes = tuple(note.format(judged.read_by) for note in NOTES)
        capture = Capture((part,), partial=True, notes=notes)
        shown = snapshot_of(judged.watch, finding)
        return await self._cards.added(finding, shown, capture, finding_id, self._reader.ruleset)


def _as_told(row: TipRow, watch: Watch, said: Tip, order: Order) -> Watch:
    """Return the person's line as far as the tip shows it.

    Only a link to the very account of the line speaks of that account. Any other account is one
    that somebody says is theirs: whose it is stays an open question.
    """
    offline = OFFLINE if said.place.strip() and not said.link else ""
    platform = order.platform or row.platform or offline
    if not platform:
        raise UnknownError(f"{row.tip_id}: no link says where it happened: give --platform")
    link = tip_links.read(said.link) if said.link else None
    account = link.account if link and order.signal not in RELATIONAL else ""
    if platform == watch.platform and account and account in (watch.address, watch.native_id):
        return watch
    # Outside the networks there is no account to own; that the tip says who it was caps the case.
    owned = watch.ownership if platform == OFFLINE else Ownership.UNVERIFIED
    return replace(watch, platform=platform, address=account, native_id="", ownership=owned)


def _activity(row: TipRow, watch: Watch, said: Tip, order: Order, words: str, who: str) -> Activity:
    """``who`` names the person where no id of an account does."""
    link = tip_links.read(said.link) if said.link else None
    upon_other = order.signal in RELATIONAL
    own = link.account if link and not upon_other else ""
    return Activity(
        platform=watch.platform,
        signal=order.signal,
        # Acts upon one post are told apart by who did them, also where no id is known.
        actor=Actor(watch.native_id or who, own),
        object=ObjectRef(
            f"{who}/{link.text if link else row.act}",
            f"https://{link.text}" if link else "",
        ),
        first_seen_at=row.received_at,
        watch_id=watch.watch_id,
        target=_target(row, said, order, words),
        text="" if upon_other else words,
        occurred_at=order.at,
        occurred_at_source=TimeSource.REPORT if order.at else TimeSource.NONE,
        basis=BASIS,
        collector=COLLECTOR,
        collector_version=__version__,
    )


def _target(row: TipRow, said: Tip, order: Order, words: str) -> Target | None:
    """Say what was acted upon: what the officer's link names, else what the tip's own link does."""
    shown = order.signal in RELATIONAL
    if not (order.target or shown):
        return None
    link = tip_links.read(order.target or said.link)
    if order.target and link is None:
        raise UnknownError(f"{row.tip_id}: --target is no web address")
    is_read = shown and (words or order.signal in NO_CONTENT)
    return Target(
        id=link.text if link else row.act,
        url=f"https://{link.text}" if link else "",
        author_handle=link.account if link else "",
        text=words if shown else "",
        state=TargetState.PRESENT if is_read else TargetState.MISSING,
    )
