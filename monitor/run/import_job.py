"""One import: what was asked for, what came of it, what the log keeps of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from monitor.intake import act_rows
from monitor.intake.act_files import Handed, Member
from monitor.intake.act_forms import Form, Profile, Provenance
from monitor.intake.act_lines import Row, Unread
from monitor.intake.act_reading import Opened
from monitor.intake.act_rows import Reader
from monitor.model.evidence import Canonical
from monitor.model.person import Watch
from monitor.run.filed import CSV, JSON, Attestation, Origin, Record
from monitor.store.imports import Progress

MOST_SHOWN = 1_000  # unreadable rows that a report names; all are counted
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is imported: ``account`` is the register line whose own archive the file is.

    ``manner`` is whatever the command line changed of the profile, so that another manner of
    reading is another import.
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
