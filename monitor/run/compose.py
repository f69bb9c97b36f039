"""Compose: what the outbox owes, put into words. One kind of message is one function in ``KINDS``.

Everything is read from the log at the moment of sending, so that an erased case is told to nobody.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

from monitor.clock import Clock
from monitor.config import Config
from monitor.config_notify import Route
from monitor.errors import NotifyError, StoreError, UnknownError
from monitor.evidence.files import Files
from monitor.model.answer import ANSWER_CAME
from monitor.model.delivery import AlertFacts, Message, OutboxItem, Picture
from monitor.model.evidence import CARD, COMPARISON, MASKED_CARD, LogHead
from monitor.model.review import Case
from monitor.model.rule import RuleSet
from monitor.model.state import STATE
from monitor.model.tip import TIP, TipStep
from monitor.model.update import Keyboard
from monitor.notify import digest
from monitor.notify.reminder import render_reminder
from monitor.notify.render import (
    CAPTION_LIMIT,
    fitted,
    plain_text,
    render_alert,
    render_caption,
    render_change,
    render_correction,
    render_health,
    render_masked,
    render_tip,
    render_withdrawn,
)
from monitor.run import recaps
from monitor.run.cards import stored
from monitor.run.changes import earlier_of, read_change
from monitor.run.corrected import RECTIFICATION, said_of
from monitor.run.gather import FINDING
from monitor.run.governance import STAMP, TRIAL
from monitor.run.refresh import REFRESH, bot_wanted, case_of, keyboard, standing
from monitor.store import log, outbox, tips, told
from monitor.store.db import Connection
from monitor.store.reminded import REMINDER
from monitor.store.withdrawals import WITHDRAWAL
from monitor.store.writer import Writer

HEALTH = "health"
# What a message says of itself that its own destination could not be told.
SPARE = "dialihkan"
SPARE_TEXT = {
    "id": "DIALIHKAN: tujuan semula tidak dapat menerima",
    "en": "REDIRECTED: its own destination cannot be told",
}
CARD_OF = {"evidence": CARD, "masked": MASKED_CARD}


class Erased(NotifyError):
    """What the message was about was erased: it is told to nobody, here or elsewhere."""

    def __init__(self, what: str) -> None:
        super().__init__(f"the {what}'s content was erased", permanent=True)


class Unrouted(NotifyError):
    """The destination was taken off the list."""

    def __init__(self) -> None:
        super().__init__("no route names this destination any more", permanent=True)


class Composer:
    """Makes messages. ``ruleset`` gives labels and phrases; it may be replaced at any time.

    ``off`` are destinations that get masked cards for now, since others than on record read there.
    Every method raises a permanent ``NotifyError`` where the message must not or cannot be made:
    its content was erased, or no route names the destination any more.
    """

    def __init__(self, writer: Writer, ruleset: RuleSet, settings: Config, clock: Clock) -> None:
        self.ruleset = ruleset
        self.off: Collection[tuple[str, str]] = ()
        self._writer = writer
        self._settings = settings.notify
        self._language = settings.notify.language
        self._files = Files(settings.snapshots)
        self._stamp = STAMP if settings.mode == TRIAL else ""
        self._burst = settings.tips.burst
        self._buttons = bot_wanted(settings)
        self._clock = clock

    def message(self, items: Sequence[OutboxItem]) -> Message:
        """Make one message of one item, or of several alerts to one destination."""
        if len(items) > 1:
            return self._listed(items)
        kind = items[0].kind
        if kind not in KINDS:
            raise NotifyError(f"this program makes no message of kind {kind!r}", permanent=True)
        return KINDS[kind](self, items[0])

    def health(self, item: OutboxItem) -> Message:
        """Say what the operators must know."""
        return render_health(item.subject, item.body, self._language, self._stamp)

    def alert(self, item: OutboxItem) -> Message:
        """Tell a finding, with the card that the route allows, or masked."""
        conn, card = self._conn(), self._route(item).card
        content = log.content(conn, item.seq, FINDING)
        watch = log.content(conn, item.seq, "watch")
        if content is None or watch is None:
            raise Erased("finding")
        facts = alert_facts(conn, item.seq)
        case = case_of(conn, item.subject)
        marks = (facts.stamp, SPARE_TEXT[self._language] if item.body == SPARE else "")
        facts = replace(
            facts,
            told_at=self._clock(),
            stamp=" · ".join(filter(None, marks)),
            standing=standing(case, self._language),
        )
        parts = (content, watch, facts, self.ruleset, self._language)
        if card == "masked":
            message = caption = render_masked(*parts)
        else:
            message, caption = render_alert(*parts), render_caption(*parts)
        png = stored(conn, self._files, item.seq, CARD_OF.get(card, ""))
        shown = Picture(png, caption.html, caption.plain) if png else None
        return replace(message, picture=shown, keyboard=self._keys(case))

    def refreshed(self, item: OutboxItem) -> tuple[Message, str] | None:
        """Make a case's alert anew, as the case stands now, and say which message it was.

        ``None`` where nothing is to be told: no alert stands there, or its content or its route is
        gone. The message's id is empty where the alert is a list that tells other cases too.
        """
        conn = self._conn()
        sent = told.alert(conn, item.subject, item.notifier, item.destination)
        if sent is None:
            return None
        many = told.in_list(conn, item.notifier, item.destination, sent.message_id)
        try:
            message = self.alert(replace(item, seq=sent.seq, body=sent.body))
        except (Erased, Unrouted):
            return None
        return message, "" if many else sent.message_id

    def brief(self, item: OutboxItem) -> Message:
        """Say where a case stands in a line, as an answer to its alert."""
        conn = self._conn()
        case = case_of(conn, item.subject)
        line = standing(case, self._language)
        html = f"<b>{escape(item.subject)}</b>: {escape(line)}"
        reply_to = outbox.alert_message(conn, item)
        return Message(
            item.subject, html, plain_text(html), reply_to=reply_to, keyboard=self._keys(case)
        )

    def _keys(self, case: Case) -> Keyboard:
        return keyboard(case) if self._buttons else ()

    def change(self, item: OutboxItem) -> Message:
        """Tell a later state of the act, as an answer to the alert where that was sent.

        An edit comes with the card that compares it, where the route shows such.
        """
        conn, card = self._conn(), self._route(item).card
        change = read_change(conn, item, masked=card == "masked")
        if change is None:
            raise Erased("case")
        message = render_change(change, self._language)
        # It shows words, so there is none for a masked destination.
        png = stored(conn, self._files, item.seq, COMPARISON) if card == "evidence" else None
        if png:
            caption = render_change(change, self._language, CAPTION_LIMIT)
            message = replace(message, picture=Picture(png, caption.html, caption.plain))
        return replace(message, reply_to=outbox.alert_message(conn, item))

    def correction(self, item: OutboxItem) -> Message:
        """Tell that a finding was corrected, as an answer to the alert."""
        conn = self._conn()
        self._route(item)
        said = said_of(conn, item.seq, self._language)
        message = render_correction(item.subject, said, self._language)
        return replace(message, reply_to=outbox.alert_message(conn, item))

    def reminder(self, item: OutboxItem) -> Message:
        """Remind of a term, or of alerts that nobody took; no person is named."""
        self._route(item)
        said = json.loads(item.body)
        known = self.ruleset.instruments
        return render_reminder(item.subject, said, known, self._language, self._stamp)

    def tip(self, item: OutboxItem) -> Message:
        """Tell that a tip came: its number and what may be counted, nothing that it says.

        ``body`` is the step where it tells of a withdrawal instead.
        """
        self._route(item)
        if item.body:
            wish = item.body == TipStep.WISHED
            values = {"tip": item.subject, "on_case": wish, "stamp": self._stamp}
            return fitted(item.subject, f"tip_left.{self._language}.j2", values)
        try:
            row = tips.row(self._conn(), item.subject)
        except UnknownError:
            raise Erased("tip") from None
        many = row.senders >= self._burst
        return render_tip(row, self._language, self._stamp, coordinated=many)

    def answered(self, item: OutboxItem) -> Message:
        """Tell that the person concerned answered, as an answer to the alert; not what they say."""
        self._route(item)
        values = {"finding_id": item.subject, "stamp": self._stamp}
        message = fitted(item.subject, f"answer.{self._language}.j2", values)
        return replace(message, reply_to=outbox.alert_message(self._conn(), item))

    def withdrawn(self, item: OutboxItem) -> Message:
        """Say in a message's place that it was taken back; it needs no route to be taken back."""
        return render_withdrawn(item.subject, self._language, self._stamp)

    def recap(self, item: OutboxItem) -> Message:
        """Tell a day or a week in figures; they were counted when the message was owed."""
        self._route(item)
        return recaps.message(item.subject, item.body, self._stamp)

    def _listed(self, items: Sequence[OutboxItem]) -> Message:
        """Make one message of several alerts; ``gather`` saw that their content is there."""
        conn = self._conn()
        self._route(items[0])
        lines = [
            digest.line(
                item.subject,
                log.content(conn, item.seq, FINDING) or {},
                log.content(conn, item.seq, "watch") or {},
            )
            for item in items
        ]
        return digest.render_digest(lines, self._language, self._stamp)

    def _route(self, item: OutboxItem) -> Route:
        way = (item.notifier, item.destination)
        for route in self._settings.routes:
            if route.way == way:
                return route.model_copy(update={"card": "masked"}) if way in self.off else route
        # A chat that was taken off the list must not be told what waited for it (POLICY 28).
        raise Unrouted

    def _conn(self) -> Connection:
        return self._writer.reader()


# A new kind of message is one entry here: from what is owed to what is said.
KINDS: Mapping[str, Callable[[Composer, OutboxItem], Message]] = {
    FINDING: Composer.alert,
    STATE: Composer.change,
    RECTIFICATION: Composer.correction,
    HEALTH: Composer.health,
    WITHDRAWAL: Composer.withdrawn,
    REMINDER: Composer.reminder,
    TIP: Composer.tip,
    recaps.RECAP: Composer.recap,
    ANSWER_CAME: Composer.answered,
    REFRESH: Composer.brief,
}
# What is told about a case, and so is told to a spare destination where its own refuses it.
SPARED = frozenset({FINDING, STATE, RECTIFICATION})


def alert_facts(conn: Connection, seq: int) -> AlertFacts:
    """Return what an alert says of its log entry; ``StoreError`` where there is no such entry.

    The head printed is the finding's own entry, so that sending again prints the same.
    """
    row = next(log.rows(conn, after=seq - 1), None)
    if row is None or row.seq != seq:
        raise StoreError(f"log entry {seq} is owed to a destination but is not there")
    entry: dict[str, Any] = json.loads(row.canonical)
    public, finding = entry["public"], entry["subject"]
    number = public["revision_no"]
    return AlertFacts(
        finding_id=finding,
        revision_no=number,
        head=LogHead(seq, row.hash.hex()),
        captured_parts=tuple(entry["files"]),
        capture_partial=public["partial"],
        capture_proof=public["proof"],
        stamp=public.get("stamp", ""),
        earlier=earlier_of(conn, finding, seq) if number > 1 else None,
    )
