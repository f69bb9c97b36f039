"""Record: evidence, messages owed, digests and the cursor, in one transaction or not at all."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime

from monitor import __version__
from monitor.clock import Clock, to_text
from monitor.collect.base import Page
from monitor.errors import NormaliseError, SharedAccountError
from monitor.evidence.files import Files, Staged
from monitor.evidence.timesource import clock_source
from monitor.model.day import local_day
from monitor.model.evidence import CARD, MASKED_CARD, Canonical, Capture, Part, RawItem
from monitor.model.finding import Finding, Outcome
from monitor.model.person import Watch
from monitor.model.wire import finding_content
from monitor.run import shadow
from monitor.run.pace import Step
from monitor.run.quarantine import Quarantine
from monitor.store import (
    cursors,
    erasure,
    findings,
    log,
    looks,
    outbox,
    rechecks,
    register,
    register_edit,
    streams,
)
from monitor.store.db import Connection
from monitor.store.keys import KeyRing
from monitor.store.seen import Seen, SeenState
from monitor.store.writer import Writer

CARDS = frozenset({CARD, MASKED_CARD})
# From a finding's two contents and its outcomes, the one told first, to who is owed a message.
Destinations = Callable[
    [Connection, Mapping[str, Canonical], Mapping[str, Canonical], Sequence[str]],
    Sequence[tuple[str, str]],
]


@dataclass(frozen=True, slots=True)
class Captured:
    """A finding with its snapshot, ready to be recorded.

    ``finding_id`` and ``revision_no`` stand on its cards; ``contests`` is what was on the ballot.
    """

    finding: Finding
    capture: Capture
    finding_id: str
    contests: Sequence[Canonical] = ()
    revision_no: int = 1


@dataclass(frozen=True, slots=True)
class Malformed:
    """An item whose form is unknown: its bytes are kept, so that nothing is lost."""

    raw: RawItem
    error: NormaliseError

    @property
    def pair(self) -> tuple[str, str]:
        body = hashlib.sha256(self.raw.body).hexdigest()
        return f"malformed:{self.raw.native_key}", body


@dataclass(frozen=True, slots=True)
class Batch:
    """What one page leaves: findings, (id, revision) of every new act, and unreadable items.

    ``ended`` says that the look reached its end with this page and nothing was held back;
    ``shadows`` are what rules in shadow would have made of the acts. ``listed`` is what the whole
    look was shown (``Page.listed``), once it is at its end.
    """

    captured: Sequence[Captured]
    pairs: Sequence[tuple[str, str]]
    malformed: Sequence[Malformed]
    ended: bool
    shadows: Sequence[Finding] = ()
    listed: int | None = None


class Recorder:
    """Writes what a page brought. Files are on disk before anything refers to them."""

    def __init__(
        self,
        writer: Writer,
        files: Files,
        keyring: KeyRing,
        seen: Seen,
        destinations: Destinations,
        quarantine: Quarantine,
        clock: Clock,
        first_look: float,
    ) -> None:
        """``destinations`` says who is owed a message about a finding.

        ``first_look`` is how many seconds after it was recorded an act is looked at again.
        """
        self._writer = writer
        self._files = files
        self._keyring = keyring
        self._seen = seen
        self._destinations = destinations
        self._quarantine = quarantine
        self._clock = clock
        self._first_look = first_look

    def record(self, watch: Watch, page: Page, batch: Batch, step: Step) -> list[Outcome]:
        """Commit a page: evidence row, capture's digests, outbox rows, digests and cursor.

        Returns the outcomes of the findings that were recorded.
        Raises ``SharedAccountError``, and records nothing, where another person's line holds the
        account that this one has led to.
        """

        def cursor(tx: Connection) -> None:
            at, due, seen = step.look_at, step.next_check_at, batch.listed
            looks.looked(tx, watch.watch_id, at=at, due_at=due, listed=seen, ended=page.last)
            self._save_cursor(tx, watch, page, step, ended=batch.ended)
            _refuse_shared(tx, watch, page)

        return self.keep([(watch, batch)], cursor)

    def keep(
        self, batches: Sequence[tuple[Watch, Batch]], also: Callable[[Connection], None]
    ) -> list[Outcome]:
        """Commit what concerns some lines, and what ``also`` writes, in one transaction.

        For acts that came by another way than a look at the line's own source.
        """
        with ExitStack() as stack:
            ready = [
                (
                    watch,
                    batch,
                    [self._stage(stack, c.capture.parts) for c in batch.captured],
                    [self._stage(stack, [_odd_part(m)]) for m in batch.malformed],
                )
                for watch, batch in batches
            ]
            lasting = any(batch.captured or batch.malformed for _, batch in batches)
            with self._writer.transaction(lasting=lasting) as tx:
                outcomes = [o for each in ready for o in self._write(tx, *each)]
                also(tx)
        return outcomes

    def finding_id(self, finding: Finding) -> str:
        """Return the id that a finding has, or gets where nothing else is recorded before it."""
        conn = self._writer.reader()
        return _on_file(conn, self._keyring, finding)

    def _stage(self, stack: ExitStack, parts: Sequence[Part]) -> list[Staged]:
        return stack.enter_context(self._files.staging(parts))

    def _write(
        self,
        tx: Connection,
        watch: Watch,
        batch: Batch,
        staged: Sequence[list[Staged]],
        odd: Sequence[list[Staged]],
    ) -> list[Outcome]:
        now, outcomes = self._clock(), []
        fresh = self._still_fresh(tx, watch, batch)
        for captured, files in zip(batch.captured, staged, strict=True):
            pair = _pair(captured.finding)
            # Dismissed and erased: the act is known by its digest, and nobody is told again.
            if pair in fresh and not erasure.answer(tx, self._keyring, *pair, now):
                outcomes.append(self._finding(tx, watch, captured, files, now))
        for malformed, files in zip(batch.malformed, odd, strict=True):
            if malformed.pair in fresh:
                self._malformed(tx, watch, malformed, files, now)
        for finding in batch.shadows:
            if _pair(finding) in fresh:
                shadow.keep(tx, watch.person_ref, finding, now)
        self._seen.mark(tx, watch.person_ref, sorted(fresh), now.date())
        return outcomes

    def _still_fresh(self, tx: Connection, watch: Watch, batch: Batch) -> set[tuple[str, str]]:
        # Asked again inside the transaction: another process may have recorded the same page.
        pairs = [*batch.pairs, *(m.pair for m in batch.malformed)]
        states = self._seen.states(tx, watch.person_ref, pairs)
        return {p for p, s in zip(pairs, states, strict=True) if s is not SeenState.SAME}

    def _finding(
        self,
        tx: Connection,
        watch: Watch,
        captured: Captured,
        files: list[Staged],
        now: datetime,
    ) -> Outcome:
        finding = self._quarantine.weigh(tx, captured.finding, now)
        finding_id = _on_file(tx, self._keyring, finding)
        revision_no = findings.next_revision(tx, finding_id)
        if finding_id != captured.finding_id or captured.revision_no not in (1, revision_no):
            # Taken meanwhile: these cards show a wrong one. On a first revision's stands no number.
            files = [file for file in files if file.name not in CARDS]
        told: dict[str, Canonical] = {**finding_content(finding), "contests": captured.contests}
        line = snapshot_of(watch, finding)
        outcomes = (finding.outcome.value, captured.finding.outcome.value)
        head = log.append(
            tx,
            at=now,
            kind="finding",
            subject=finding_id,
            public=_public(finding, captured.capture, revision_no, now),
            content={"finding": told, "watch": line},
            files=files,
        )
        findings.add(tx, finding_id, head.seq, finding.outcome.value)
        rechecks.begin(tx, finding_id, now, now.timestamp() + self._first_look)
        self._files.publish(files)
        outbox.put(
            tx,
            kind="finding",
            subject=finding_id,
            seq=head.seq,
            destinations=self._destinations(tx, told, line, outcomes),
            at=now,
        )
        return finding.outcome

    def _malformed(
        self,
        tx: Connection,
        watch: Watch,
        malformed: Malformed,
        files: list[Staged],
        now: datetime,
    ) -> None:
        log.append(
            tx,
            at=now,
            kind="malformed",
            subject=watch.platform,
            public={"field": malformed.error.field},
            content={"watch": register_snapshot(watch)},
            files=files,
        )
        self._files.publish(files)

    def _save_cursor(
        self, tx: Connection, watch: Watch, page: Page, step: Step, *, ended: bool
    ) -> None:
        register_edit.note_handle(tx, watch, page.handle, step.look_at)
        cursors.save(
            tx,
            watch.watch_id,
            cursor=page.cursor,
            complete=ended,
            native_id=page.native_id or watch.native_id,
            handle=page.handle,
            interval=step.interval,
            next_check_at=step.next_check_at,
            look_at=step.look_at,
        )
        if page.last:
            streams.answered(tx, watch.watch_id, step.noticed, step.look_at.timestamp())


def snapshot_of(watch: Watch, finding: Finding) -> dict[str, Canonical]:
    """Return the register line as of the day of a finding's act."""
    at = finding.activity.occurred_at
    return register_snapshot(watch, local_day(at, watch.zone) if at else None)


def register_snapshot(watch: Watch, on: date | None = None) -> dict[str, Canonical]:
    """Return the register line as it was used; the evidence keeps it inside salted content.

    Instansi, unit and superior are those of the day of the act: a transfer moves no older act.
    """
    place = watch.placement_on(on)
    return {
        "watch_id": watch.watch_id,
        "person_ref": watch.person_ref,
        "name": watch.name,
        "platform": watch.platform,
        "address": watch.address,
        "instansi": place.instansi,
        "unit": place.unit,
        "superior": place.superior,
        "ownership": watch.ownership.value,
        "legal_ground": watch.legal_ground,
        "notice_date": watch.notice_date.isoformat(),
        "registered_on": watch.registered_on.isoformat(),
        "employer_type": watch.employer_type.value,
        "position": place.position,
        "area": place.area,
        "zone": place.zone,
        "native_id": watch.native_id,
        "as_of": watch.as_of.isoformat() if watch.as_of else None,
    }


def _refuse_shared(tx: Connection, watch: Watch, page: Page) -> None:
    # Asked after the id was stored, inside the transaction: two first looks may run at once.
    holders = cursors.holders(tx, watch.platform, page.native_id or watch.native_id)
    if len(holders) > 1 and len(register.persons(tx, holders)) > 1:
        raise SharedAccountError(watch.watch_id, "another person's line holds this account")


def _public(
    finding: Finding, capture: Capture, revision_no: int, now: datetime
) -> Mapping[str, Canonical]:
    activity = finding.activity
    rules = {(m.rule, m.revision) for m in finding.matches}
    return {
        "outcome": finding.outcome.value,
        "rules": [{"id": rule, "revision": revision} for rule, revision in sorted(rules)],
        "ruleset": finding.ruleset,
        "platform": activity.platform,
        "signal": activity.signal.value,
        "collector": activity.collector,
        "collector_version": activity.collector_version,
        "first_seen_at": to_text(activity.first_seen_at),
        "revision_no": revision_no,
        "partial": capture.partial,
        "proof": capture.proof,
        "capture_notes": list(capture.notes),
        "clock": clock_source(now),
        "program": __version__,
    }


def _on_file(conn: Connection, keyring: KeyRing, finding: Finding) -> str:
    act = finding.activity
    return findings.existing_or_new(conn, keyring, act.id, act.watch_id)


def _pair(finding: Finding) -> tuple[str, str]:
    return finding.activity.id, finding.activity.revision


def _odd_part(malformed: Malformed) -> Part:
    return Part("record", "application/octet-stream", malformed.raw.body)
