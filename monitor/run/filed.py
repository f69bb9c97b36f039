"""Acts that a file tells of, as the pipeline takes them: a row becomes an activity and its proof.

What stands in a file was written by whoever had it last. Such an act is never more than a question
(``judge.caps``), and its evidence says which row of which file it is, and who attested the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monitor.clock import to_text
from monitor.collect.base import Cursor, Info, Page, Requirement
from monitor.errors import NormaliseError
from monitor.intake.act_lines import Row
from monitor.intake.act_rows import Told
from monitor.model.activity import (
    FILED,
    Activity,
    Actor,
    Media,
    ObjectRef,
    Signal,
    Target,
    TargetState,
    TimeSource,
)
from monitor.model.evidence import RECORD, Canonical, Capture, Exchange, Part, RawItem, canonical
from monitor.model.person import Watch

JSON, CSV = "application/json", "text/csv"
PROVENANCE = "provenance"
NAME, VERSION = FILED, "1"
NOTE = "taken from a file that was handed in, not from the platform"
# An act upon something that the row does not show.
_UPON = frozenset({Signal.REPLY, Signal.QUOTE, Signal.SHARE, Signal.LIKE, Signal.REACTION})
_BARE = frozenset({Signal.FOLLOW, Signal.MEMBERSHIP})


@dataclass(frozen=True, slots=True)
class Attestation:
    """A named person's word for a file: who obtained it, how, under which terms, and when.

    ``by`` and ``why`` are who imports it, and what for.
    """

    obtained_by: str
    how: str
    terms: str
    obtained_on: date
    by: str
    why: str

    def content(self) -> dict[str, Canonical]:
        return {
            "obtained_by": self.obtained_by,
            "how": self.how,
            "terms": self.terms,
            "obtained_on": self.obtained_on.isoformat(),
            "by": self.by,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row stands. ``sha256`` is of the whole file, ``entry`` the attestation's number."""

    import_id: str
    entry: int
    file: str
    sha256: str
    profile: str
    checked: bool
    table: str
    member: str
    encoding: str
    manner: str = ""

    @property
    def basis(self) -> str:
        """The terms relied on: they name file and attestation, and no person."""
        return f"{FILED} {self.import_id}, sha256 {self.sha256[:16]}, attested in log {self.entry}"


@dataclass(frozen=True, slots=True)
class Record:
    """A row as evidence; ``trimmed`` says that what other people did to the act was cut out."""

    data: bytes
    media_type: str
    trimmed: bool = False


@dataclass(frozen=True, slots=True)
class Filed:
    """One act of a registered person out of a file, and how it was known whose it is."""

    watch: Watch
    told: Told
    row: Row
    origin: Origin
    record: Record
    matched_by: str
    platform: str


def activity(filed: Filed, now: datetime) -> Activity:
    """Return the act as the pipeline knows acts."""
    told, watch = filed.told, filed.watch
    kind, url, alt = told.media
    return Activity(
        platform=filed.platform,
        signal=told.signal,
        actor=Actor(watch.native_id or watch.address, _handle(watch)),
        object=ObjectRef(told.object_id, told.object_url),
        first_seen_at=now,
        watch_id=watch.watch_id,
        target=_target(told),
        text=told.text,
        media=(Media(kind or "image", url, alt),) if any(told.media) else (),
        occurred_at=told.occurred_at,
        occurred_at_source=TimeSource.CLIENT_CLAIM if told.occurred_at else TimeSource.NONE,
        not_before=told.not_before,
        basis=f"{filed.origin.basis}, row {filed.row.number}",
        collector=NAME,
        collector_version=VERSION,
    )


def _handle(watch: Watch) -> str:
    """Return the registered name of an account, "" where a number or an address names it."""
    address = watch.address
    return "" if address.isdigit() or "/" in address or ":" in address else address


def raw(filed: Filed, now: datetime) -> RawItem:
    """Return the act as the pipeline carries it; nothing of it was ever fetched."""
    nowhere = Exchange("IMPORT", "", 0, "", "", (), (), b"", now, now)
    context = json.dumps(_provenance(filed, now))
    hints = (("provenance", context), ("type", filed.record.media_type))
    return RawItem(filed.told.object_id, filed.record.data, nowhere, "", now, hints=hints)


class FileCollector:
    """What the pipeline asks of a collector, answered for files: there is nothing to fetch."""

    @property
    def info(self) -> Info:
        return Info(
            name=NAME,
            platform="",
            version=VERSION,
            observes=frozenset(Signal),
            requires=Requirement.NONE,
            min_interval=0,
            basis=FILED,
            blind_spots=("a file shows what was put into it",),
        )

    async def capture(self, activity: Activity, raw: RawItem, watch: Watch) -> Capture:
        """Keep the row as it stood in the file, and where the file is from."""
        del activity, watch  # the row holds it all
        hints = dict(raw.hints)
        record = Part(RECORD, hints["type"], raw.body)
        told: dict[str, Canonical] = json.loads(hints["provenance"])
        return Capture((record, Part(PROVENANCE, JSON, canonical(told))), notes=(NOTE,))

    def normalise(self, raw: RawItem, watch: Watch) -> Activity:
        """Refuse: rows are read by their profile, before they come here."""
        raise NormaliseError(watch.watch_id, raw.native_key, "rows of files are read by a profile")

    async def fetch(self, watch: Watch, cursor: Cursor, last_look: datetime | None) -> Any:
        """Yield nothing: a file is handed in, it is not looked at."""
        del watch, cursor, last_look
        for page in tuple[Page, ...]():
            yield page


def _target(told: Told) -> Target | None:
    found: Mapping[str, str] = told.target
    if not found:
        return Target(state=TargetState.MISSING) if told.signal in _UPON else None
    bare = told.signal in _BARE
    text = found.get("text", "")
    return Target(
        id=found.get("id", "") or ("" if bare else found.get("url", "")),
        url=found.get("url", ""),
        author_id=found.get("author_id", "")
        or ("" if not bare else found.get("author_handle", "")),
        author_handle=found.get("author_handle", ""),
        text=text,
        state=TargetState.PRESENT if text or bare else TargetState.MISSING,
    )


def _provenance(filed: Filed, now: datetime) -> dict[str, Canonical]:
    origin = filed.origin
    return {
        "import": origin.import_id,
        "attested_in_log": origin.entry,
        "file": origin.file,
        "file_sha256": origin.sha256,
        "member": origin.member,
        "table": origin.table,
        "row": filed.row.number,
        "profile": origin.profile,
        "profile_checked": origin.checked,
        "encoding": origin.encoding,
        "columns": list(filed.row.values) if filed.record.media_type == CSV else [],
        "others_left_out": filed.record.trimmed,
        "read_with": json.loads(origin.manner or "{}"),
        "words_repaired": filed.told.repaired,
        "matched_by": filed.matched_by,
        "imported_at": to_text(now),
    }
