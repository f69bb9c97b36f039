"""Import: a file's acts of registered persons go the way of all acts; nobody else's go anywhere.

Steps, in the order of the code:

1. digest the file; find out whether it was read before, and how far;
2. record the attestation;
3. read rows; ask of each only whose it is, some hundred at a time; drop strangers;
4. read what is left of each row, and drop what was before monitoring began;
5. judge, capture and record (``run.pipeline``), with how far reading came, in one transaction.

Killed at any moment, the next import of the same file goes on behind the last transaction.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from monitor.errors import ConfigError, Fault, SourceGoneError
from monitor.intake import act_reading
from monitor.intake.act_csv import fold
from monitor.intake.act_files import Handed, Member
from monitor.intake.act_lines import Row, Unread, Unreadable
from monitor.intake.act_reading import Opened
from monitor.intake.act_rows import BadField, Reader, Who
from monitor.model.person import Watch
from monitor.run import filed
from monitor.run.filed import FileCollector, Filed
from monitor.run.import_job import (
    MOST_LISTED,
    Job,
    Reading,
    Report,
    Told,
    Wanted,
    content,
    listed,
    origin_of,
    public,
)
from monitor.run.import_lines import OTHERS, Lines
from monitor.run.pipeline import Item, Normalised, Parts, Pipeline
from monitor.run.record import Batch
from monitor.store import imports, register
from monitor.store.db import Connection
from monitor.store.imports import Progress
from monitor.store.keys import KeyRing

AT_ONCE = 500  # rows whose persons are asked for together
APART = 20_000  # rows of strangers after which it is stored how far reading came


class Importer:
    """Imports one file; it may run beside the daemon."""

    def __init__(self, parts: Parts, ring: KeyRing, lines: Lines) -> None:
        self._parts = parts
        self._ring = ring
        self._lines = lines
        self._pipeline = Pipeline(parts)
        self._collector = FileCollector()

    async def run(self, handed: Handed, wanted: Wanted, told: Told) -> Report:
        """Read a file to its end and return what became of it.

        Raises ``ConfigError`` before anything is recorded where the file is not what the profile
        reads, or is another account's archive.
        """
        members = handed.members(wanted.profile, wanted.table)
        report = Report(notes=handed.notes)
        own, names = self._owner(handed, wanted)
        job = Job(handed, wanted, report, own, names, b"")
        self._refuse_all(job, members)
        report.sha256 = handed.digest(lambda done: told(done, handed.size))
        if wanted.dry_run:
            progress = Progress("dry run", 0, 0, {}, finished=False)
        else:
            job, progress = self._begun(job)
        progress = await self._members(job, members, progress, told)
        if handed.changed():
            report.notes.append("the file was changed while it was read: import it again")
            report.changed = True
            return report
        if not wanted.dry_run:
            ended = replace(progress, finished=True)
            with self._parts.writer.transaction() as tx:
                imports.end(tx, job.key, ended, self._parts.clock())
        return report

    def _begun(self, job: Job) -> tuple[Job, Progress]:
        wanted, report = job.wanted, job.report
        manner = (wanted.profile.digest, wanted.table, wanted.account, wanted.encoding)
        key = imports.key_of(self._ring, report.sha256, *manner, wanted.manner)
        before = imports.load(self._parts.writer.reader(), key)
        if before and not before.finished:
            report.resumed, report.import_id = before.place, before.import_id
            report.counts.update(before.counts)
            return replace(job, key=key), before
        report.again = before is not None
        now = self._parts.clock()
        with self._parts.writer.transaction() as tx:
            begun = imports.begin(tx, key, now, public(wanted), content(job))
        report.import_id = begun.import_id
        return replace(job, key=key), begun

    async def _members(
        self, job: Job, members: Sequence[Member], progress: Progress, told: Told
    ) -> Progress:
        total, before = sum(m.size for m in members), 0
        for member in members:

            def count(done: int, start: int = before) -> None:
                told(start + done, total)

            try:
                with act_reading.opened(job.handed, member, count, job.wanted.encoding) as opened:
                    progress = await self._member(job, member, opened, progress)
            except Unreadable as fault:
                job.unread(member, Unread(0, fault.expected, fault.hint))
                job.report.counts["unreadable"] += 1
            before += member.size
        return progress

    def _refuse_all(self, job: Job, members: Sequence[Member]) -> None:
        """Raise ``ConfigError`` where no member can be opened: nothing is recorded then."""
        faults = []
        for member in members:
            try:
                with act_reading.opened(job.handed, member, _silent, job.wanted.encoding):
                    return
            except Unreadable as fault:
                where = job.handed.path.name
                faults.append(Fault(where, member.name, fault.expected, fault.got, fault.hint))
        raise ConfigError(faults)

    async def _member(
        self, job: Job, member: Member, opened: Opened, progress: Progress
    ) -> Progress:
        reader = Reader(job.wanted.profile, member.table, job.names)
        origin = origin_of(job, member, opened, progress)
        table = Reading(job, member, reader, origin, opened)
        place = job.report.tables.total()
        while rows := list(itertools.islice(opened.rows, AT_ONCE)):
            place += len(rows)
            job.report.tables[member.table.id] += len(rows)
            # Row by row behind a place that was recorded: a portion is recorded whole or not.
            left = rows[max(0, len(rows) - (place - progress.place)) :]
            if left:
                progress = await self._portion(table, left, replace(progress, place=place))
            await asyncio.sleep(0)
        return progress

    async def _portion(
        self, table: Reading, rows: Sequence[Row | Unread], progress: Progress
    ) -> Progress:
        counts: Counter[str] = Counter()
        acts = list(self._acts(table, rows, counts))
        report = table.job.report
        while True:
            try:
                batches, found = await self._judged(acts, counts)
                report.counts.update(found)
                progress = replace(progress, counts=dict(report.counts))
                if not table.job.wanted.dry_run and (batches or _far(rows, progress)):
                    self._record(table.job, batches, progress)
            except SourceGoneError:
                # A person was erased or left while the portion was read: nothing of it was kept.
                report.counts.subtract(found)
                held = self._lines.still(acts)
                counts["strangers"] += len(acts) - len(held)
                acts = held
            else:
                left = MOST_LISTED - len(report.acts)
                new = listed(acts, batches, self._parts.clock()) if left else ()
                report.acts += itertools.islice(new, left)
                return progress

    def _acts(
        self, table: Reading, rows: Sequence[Row | Unread], counts: Counter[str]
    ) -> Iterator[Filed]:
        """Yield the acts of registered persons among some rows, and count all others."""
        asked: list[tuple[Row, Who]] = []
        for row in rows:
            if isinstance(row, Unread):
                table.job.unread(table.member, row)
                counts["unreadable"] += 1
                continue
            try:
                who = table.reader.who(row)
            except BadField as fault:
                table.job.unread(table.member, _unread(row, fault))
                counts["unreadable"] += 1
                continue
            if who.reason:
                counts[f"passed over: {who.reason}"] += 1
            else:
                asked.append((row, who))
        own = table.job.own
        known = {} if own else self._lines.known([who for _, who in asked])
        for row, who in asked:
            watch, matched = (own, "archive") if own else known.get(who, (None, ""))
            if watch is None:
                counts[matched or "strangers"] += 1
            elif act := self._act(table, row, who, watch, matched, counts):
                yield act

    def _act(
        self, table: Reading, row: Row, who: Who, watch: Watch, matched: str, counts: Counter[str]
    ) -> Filed | None:
        try:
            told = table.reader.told(row, who.platform, watch.address, self._parts.clock())
        except BadField as fault:
            table.job.unread(table.member, _unread(row, fault))
            counts["unreadable"] += 1
            return None
        if reason := self._lines.early(watch, told):
            counts[reason] += 1
            return None
        origin, record = table.origin, table.record(row)
        return Filed(watch, told, row, origin, record, matched, who.platform)

    async def _judged(
        self, acts: Sequence[Filed], counts: Counter[str]
    ) -> tuple[list[tuple[Watch, Batch]], Counter[str]]:
        now, found = self._parts.clock(), Counter(counts)
        grouped: dict[str, list[Filed]] = {}
        for act in acts:
            grouped.setdefault(act.watch.watch_id, []).append(act)
        batches, taken = [], dict[str, str]()
        for own in grouped.values():
            watch = own[0].watch
            items = [Item(filed.activity(one, now), filed.raw(one, now)) for one in own]
            fresh, others = self._lines.unknown(watch, items, taken)
            sifted = await self._pipeline.sift(self._collector, watch, Normalised(fresh, []))
            found["known"] += len(items) - sifted.fresh - others
            found[OTHERS] += others
            found["acts"] += sifted.fresh
            for captured in sifted.batch.captured:
                found[captured.finding.outcome.value] += 1
            found["nothing"] += sifted.fresh - len(sifted.batch.captured)
            batches.append((watch, sifted.batch))
        return batches, +found

    def _record(self, job: Job, batches: Sequence[tuple[Watch, Batch]], progress: Progress) -> None:
        def rest(tx: Connection) -> None:
            for watch, _ in batches:
                if register.watch(tx, watch.watch_id) is None:
                    raise SourceGoneError(f"{watch.watch_id}: the register changed")
            imports.save(tx, job.key, progress)

        self._parts.recorder.keep(batches, rest)

    def _owner(self, handed: Handed, wanted: Wanted) -> tuple[Watch | None, frozenset[str]]:
        """Return the line whose own archive a file is, and what that person is called in it."""
        if not wanted.profile.own:
            return None, frozenset()
        said = act_reading.owner(handed, wanted.profile.owner)
        watch = self._lines.owner(wanted, said)
        return watch, frozenset(filter(None, (said.name, fold(watch.name))))


def _far(rows: Sequence[Row | Unread], progress: Progress) -> bool:
    """Say whether these rows lead past a place that is stored also where nothing was found."""
    return progress.place // APART > (progress.place - len(rows)) // APART


def _unread(row: Row, fault: BadField) -> Unread:
    return Unread(row.number, fault.expected, column=fault.column)


def _silent(done: int) -> None:
    del done
