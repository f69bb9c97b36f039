"""One import: what was asked for, what came of it, what the log keeps of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from monitor.intake import act_rows
from monitor.intake.act_files import Handed, Member
from monitor.intake.act_forms import Form, Profile, Provenance
from monitor.intake.act_lines import Row, Unread
from monitor.intake.act_reading import Opened
from monitor.intake.act_rows import Reader
from monitor.model.evidence import Canonical
from monitor.model.person import Watch
from monitor.run.filed import CSV, JSON, Attestation, Filed, Origin, Record, activity
from monitor.run.record import Batch
from monitor.store.imports import Progress

MOST_LISTED = 20  # new acts that a report shows, to be compared with the file
MOST_SHOWN = 1_000  # unreadable rows that a report names; all are counted
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is imported: ``account`` is the register line whose own archive the file is.

    ``manner`` is whatever the command line changed of the profile, as JSON: another manner of
    reading is another import, and each finding's evidence says it.
    """

    profile: Profile
    attestation: Attestation
    table: str = ""
    account: str = ""
    encoding: str = ""
    manner: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """A row that could not be used: where it stands, and what was expected."""

    table: str
    member: str
    number: int
    column: str
    expected: str
    hint: str


@dataclass(frozen=True, slots=True)
class NewAct:
    """A new act of a registered person: where it stood, as it was read, and what came of it.

    ``at`` is None where the row states no time; ``finding`` is "" where there is none.
    """

    table: str
    member: str
    number: int
    watch: Watch
    signal: str
    at: datetime | None
    outcome: str
    finding: str


@dataclass(slots=True)
class Report:
    """What became of a file. ``counts`` are rows by what became of them, never of whom.

    ``resumed`` is the row behind which an earlier import of this file had stopped, ``changed`` says
    that the file became another while it was read.
    """

    import_id: str = ""
    sha256: str = ""
    resumed: int = 0
    again: bool = False
    changed: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    tables: Counter[str] = field(default_factory=Counter)
    unreadable: list[UnreadRow] = field(default_factory=list)
    acts: list[NewAct] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Job:
    """One import under way. ``own`` is the line whose archive the file is, ``names`` what that
    person is called in it; ``key`` stands for file and manner of reading.
    """

    handed: Handed
    wanted: Wanted
    report: Report
    own: Watch | None
    names: frozenset[str]
    key: bytes

    def unread(self, member: Member, row: Unread) -> None:
        """Note a row that could not be used; of what it holds nothing is repeated."""
        listed = self.report.unreadable
        if len(listed) < MOST_SHOWN:
            place = (member.table.id, member.name, row.number)
            listed.append(UnreadRow(*place, row.column, row.expected, row.hint))


@dataclass(frozen=True, slots=True)
class Reading:
    """One member while it is imported."""

    job: Job
    member: Member
    reader: Reader
    origin: Origin
    opened: Opened

    def record(self, row: Row) -> Record:
        """Return a row as evidence: its bytes as they stood in the file, if nothing is cut out."""
        kept = act_rows.record(row, self.member.table.strangers)
        if kept is not None:
            return Record(json.dumps(kept).encode(), JSON, trimmed=True)
        csv = self.member.table.form is Form.CSV
        return Record(self.opened.text.bytes_of(row.text), CSV if csv else JSON)


def listed(
    acts: Sequence[Filed], batches: Sequence[tuple[Watch, Batch]], now: datetime
) -> Iterator[NewAct]:
    """Yield what became of the acts of some rows that were new, in the order of the rows."""
    new = {act_id for _, batch in batches for act_id, _ in batch.pairs}
    found = {one.finding.activity.id: one for _, batch in batches for one in batch.captured}
    for act in acts:
        act_id = activity(act, now).id
        if act_id not in new:
            continue
        new.remove(act_id)
        made = found.get(act_id)
        yield NewAct(
            table=act.origin.table,
            member=act.origin.member,
            number=act.row.number,
            watch=act.watch,
            signal=act.told.signal.value,
            at=act.told.occurred_at,
            outcome=made.finding.outcome.value if made else "nothing",
            finding=made.finding_id if made else "",
        )


def origin_of(job: Job, member: Member, opened: Opened, progress: Progress) -> Origin:
    profile = job.wanted.profile
    return Origin(
        import_id=progress.import_id,
        entry=progress.entry,
        file=job.handed.path.name,
        sha256=job.report.sha256,
        profile=profile.name,
        checked=not profile.unchecked,
        table=member.table.id,
        member=member.name,
        encoding=opened.text.encoding,
        manner=job.wanted.manner,
    )


def public(wanted: Wanted) -> dict[str, Canonical]:
    """Return what of an import stands in the log in clear: nothing of a person."""
    profile = wanted.profile
    return {
        "state": "begun",
        "provenance": profile.provenance.value,
        "profile_checked": not profile.unchecked,
        "warned": profile.provenance is Provenance.SCRAPED,
    }


def content(job: Job) -> dict[str, Canonical]:
    """Return the attestation and the file it is about, for salted content.

    A file's own name may name the person whose archive it is, and this outlives an erasure: the
    digest says which file it was.
    """
    profile = job.wanted.profile
    return {
        **job.wanted.attestation.content(),
        "suffix": job.handed.path.suffix,
        "size": job.handed.size,
        "sha256": job.report.sha256,
        "profile": profile.name,
        "profile_sha256": profile.digest,
        "account": job.own.watch_id if job.own else "",
    }
