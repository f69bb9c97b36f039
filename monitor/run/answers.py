"""The person concerned answers: a code opens the case, an answer is a step, a receipt is given.

What a stranger may learn by trying codes is nothing: every wrong code is answered alike, counted
before it is looked at, and takes as long as a right one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.clock import Clock
from monitor.config import Config
from monitor.evidence.files import Staged
from monitor.model import code as codes
from monitor.model.answer import ANSWER_CAME, Answer, Closed, Given, Way
from monitor.model.code import Code
from monitor.model.review import Case, Officer, Step
from monitor.review import decisions
from monitor.run.health import Health
from monitor.run.refresh import owe_refresh
from monitor.store import about, answers, findings, invitations, outbox, reviews
from monitor.store.db import Connection
from monitor.store.writer import Writer

ALARM = "codes"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a right code opens: one case, until when, and by which letter."""

    finding: str
    letter: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Late:
    """The case takes no answer by this way any more; ``step`` says where it stands."""

    step: Step | None


class Answering:
    """Opens cases by codes and takes answers, for the bot and for the page alike."""

    def __init__(self, writer: Writer, settings: Config, clock: Clock) -> None:
        self.settings = settings
        self.writer = writer
        self.clock = clock
        told = [route.way for route in settings.notify.routes if route.health]
        self._health = Health(writer, settings.health, settings.path("data"), told, clock)

    def open(self, typed: str) -> Opened | Closed:
        """Return the case that a code opens, or why none; it takes some tens of milliseconds."""
        code = codes.read(typed)
        if code is None:
            return Closed.MISTYPED
        limits = self.settings.answers
        with self.writer.transaction() as tx:
            taken = invitations.take_try(
                tx, code.letter, limits.attempts, limits.attempts_an_hour, self.clock()
            )
        if not taken:
            return self._busy()
        return self._compared(code)

    def _busy(self) -> Closed:
        lately = invitations.wrong_lately(self.writer.reader(), self.clock())
        if lately >= self.settings.answers.attempts_an_hour:
            self._health.alarm(ALARM, count=lately)
        return Closed.BUSY

    def _compared(self, code: Code) -> Opened | Closed:
        row = invitations.find(self.writer.reader(), code.letter)
        right = invitations.is_right(row, code)
        with self.writer.transaction() as tx:
            most = self.settings.answers.attempts
            invitations.settle(tx, code.letter, most, self.clock(), right=right)
        if row is None or not right:
            return Closed.UNKNOWN
        if closed := row.closed(self.clock()):
            return closed
        return Opened(row.finding, code.letter, row.until)

    def given(self, finding: str) -> list[Given]:
        """Return the answers of a case that are on record."""
        return answers.of_case(self.writer.reader(), finding)

    def give(self, opened: Opened, answer: Answer, receipt: str, way: Way) -> Given | Late | Closed:
        """Take an answer; the same receipt again adds nothing. A letter that ended takes none."""
        now = self.clock()
        with self.writer.transaction() as tx:
            if known := answers.given(tx, receipt):
                return known
            row = invitations.find(tx, opened.letter)
            if row is None or row.finding != opened.finding or not has_content(tx, row.finding):
                return Closed.UNKNOWN
            # Who began in time may end in time: only an expired code is still good here.
            if (closed := row.closed(now)) and closed is not Closed.EXPIRED:
                return closed
            case = reviews.case(tx, opened.finding)
            if not may_answer(case):
                return Late(decisions.status(case))
            return take(tx, case, answer, receipt, way, now)

    def purge(self) -> None:
        """Delete codes that ended long ago, and what waited too long for a second officer."""
        with self.writer.transaction() as tx:
            invitations.purge(tx, self.clock())
            answers.purge(tx, self.clock())


def may_answer(case: Case) -> bool:
    """Say whether an answer may follow where the case stands."""
    return decisions.status(case) in decisions.AFTER[Step.ANSWERED]


def has_content(conn: Connection, finding: str) -> bool:
    """Say whether there is still something to answer to: an erased case has no content."""
    return "finding" in about.opened(conn, findings.last_entry(conn, finding))


def take(
    tx: Connection,
    case: Case,
    answer: Answer,
    receipt: str,
    way: Way,
    at: datetime,
    by: tuple[Officer, Officer] | None = None,
    files: tuple[Staged, ...] = (),
) -> Given:
    """Put an answer on record and tell whoever holds the alert that one came, and no more."""
    made = answers.add(tx, case.finding, answer, receipt, way, at, by, files)
    told = outbox.told(tx, case.finding)
    outbox.put(tx, kind=ANSWER_CAME, subject=case.finding, seq=made.seq, destinations=told, at=at)
    owe_refresh(tx, case.finding, at)
    return made
