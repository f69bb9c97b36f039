"""The export of all cases: four tables, the entries they come from, and what proves those.

It names nobody and leaves out what anybody said, whom it was about, and every picture: a list of
persons with the side they took is nothing that this program makes. One case is exported alone.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from monitor.evidence import entry as entries
from monitor.evidence import export_masked as masking
from monitor.evidence.entry import Entry
from monitor.evidence.export import (
    ACT,
    AUDIT,
    MANIFEST,
    SIGNATURE,
    VERIFIER,
    Stamped,
    facts,
    manifest,
    proofs,
    signature,
)
from monitor.evidence.export_text import readme
from monitor.evidence.export_zip import Pack, Sink
from monitor.model.evidence import Canonical, LogHead, canonical
from monitor.model.seal import Seal

ALL = "*"
ENTRIES, HASHES = "log/entries.jsonl", "log/hashes.txt"
FORMATS = ("csv", "jsonl")
_ENTRY = ("seq", "hash", "at", "finding_id")
TABLES: Mapping[str, Sequence[str]] = {
    "findings": (
        *_ENTRY, "revision_no", "outcome", "platform", "signal", "rules", "ruleset", "collector",
        "collector_version", "first_seen_at", "occurred_at", "level", "phase", "checked", "partial",
        "proof", "person_ref", "ownership", "employer_type", "notice_date", "registered_on",
        "zone", "as_of", "content",
    ),
    "evidence": (*_ENTRY, "kind", "name", "media_type", "size", "commitment", "file"),
    "deliveries": (*_ENTRY, "finding_seq", "notifier", "attempt", "result", "accepted_at"),
    "decisions": (*_ENTRY, "kind", "step", "public", "content"),
}  # fmt: skip
# A byte order mark, by which spreadsheets know UTF-8.
_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
THERE, ERASED = "there", "erased"

Row = dict[str, Canonical]


class Line(Protocol):
    """One entry of the log as it was hashed."""

    @property
    def seq(self) -> int: ...
    @property
    def canonical(self) -> bytes: ...
    @property
    def hash(self) -> bytes: ...


class Source(Protocol):
    """One state of the log, read row by row, as often as there are members."""

    def rows(self) -> Iterable[Line]: ...
    def hashes(self) -> Iterable[tuple[int, bytes]]: ...
    def stamps(self) -> Iterable[Stamped]: ...
    def bodies(self, seq: int) -> Mapping[str, bytes]: ...
    def kept(self, seq: int) -> frozenset[str]: ...
    def case_bodies(self, finding: str) -> Sequence[Mapping[str, bytes]]: ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How an export is made: ``form`` of ``FORMATS``, the days in words, and what proves it."""

    form: str
    days: str
    made_at: str
    head: LogHead
    seals: Sequence[Seal]
    cell: Callable[[str], str]


def write(pack: Pack, source: Source, plan: Plan, seeds: Sequence[bytes]) -> bytes:
    """Write every member and return the manifest. Only the manifest is kept in memory."""
    for table, make in _MAKERS.items():
        with pack.member(f"{table}.{plan.form}") as sink:
            _table(sink, table, _made(source, make), plan)
    with pack.member(ENTRIES) as sink:
        for line in source.rows():
            sink.write(line.canonical + b"\n")
    with pack.member(HASHES) as sink:
        for seq, digest in source.hashes():
            sink.write(f"{seq} {digest.hex()}\n".encode())
    for name, data in proofs(plan.seals, source.stamps()).items():
        pack.put(name, data)
    head = f"{plan.head.seq}:{plan.head.hash}"
    text = readme("all", subject=plan.days, profile=AUDIT, made_at=plan.made_at, head=head)
    pack.put("README.txt", text)
    pack.put(VERIFIER, Path(__file__).with_name(VERIFIER).read_bytes())
    return _signed(pack, plan, seeds)


def _signed(pack: Pack, plan: Plan, seeds: Sequence[bytes]) -> bytes:
    last = plan.seals[-1]
    text = manifest(
        subject=ALL,
        profile=AUDIT,
        made_at=plan.made_at,
        head=plan.head,
        key=last.checkpoint.key,
        entries=[],
        withheld={},
        digests=dict(pack.digests),
    )
    pack.put(MANIFEST, text)
    pack.put(SIGNATURE, signature(text, last, seeds))
    return text


Maker = Callable[[Entry, Source], Iterator[Row]]


def _made(source: Source, make: Maker) -> Iterator[Row]:
    for line in source.rows():
        entry = entries.read(line.canonical)
        first: Row = {
            "seq": line.seq,
            "hash": line.hash.hex(),
            "at": entry.at,
            "finding_id": entry.subject,
        }
        for row in make(entry, source):
            yield first | row


def _findings(entry: Entry, source: Source) -> Iterator[Row]:
    if entry.kind != "finding":
        return
    bodies, public = source.bodies(entry.seq), entry.public
    told: dict[str, Any] = json.loads(bodies.get("finding", b"{}"))
    yield {
        **{name: public.get(name) for name in TABLES["findings"] if name in public},
        "rules": [f"{rule['id']}@{rule['revision']}" for rule in public.get("rules", ())],
        "occurred_at": told.get("activity", {}).get("occurred_at"),
        "level": told.get("level"),
        "phase": told.get("phase"),
        "checked": [f"{one['id']}:{one['result']}" for one in told.get("exculpations", ())],
        **facts(bodies.get("watch", b"{}")),
        # The register may since say otherwise; the entry says what the act was read from.
        "platform": public.get("platform"),
        "content": THERE if "finding" in bodies else ERASED,
    }


def _evidence(entry: Entry, source: Source) -> Iterator[Row]:
    kept = source.kept(entry.seq) if entry.files else frozenset()
    for name, file in sorted(entry.files.items()):
        yield {
            "kind": entry.kind,
            "name": name,
            "media_type": file.media_type,
            "size": file.size,
            "commitment": file.commitment,
            "file": THERE if name in kept else ERASED,
        }


def _deliveries(entry: Entry, _: Source) -> Iterator[Row]:
    if entry.kind == "delivery":
        yield {name: entry.public.get(name) for name in TABLES["deliveries"] if name not in _ENTRY}


def _decisions(entry: Entry, source: Source) -> Iterator[Row]:
    if entry.kind in ACT:
        return
    case = source.case_bodies(entry.subject)
    names = tuple(masking.people(map(_read, case)))
    yield {
        "kind": entry.kind,
        "step": entry.public.get("step") or entry.public.get("state"),
        "public": entry.public,
        "content": masking.said(_read(source.bodies(entry.seq)), names),
    }


_MAKERS: Mapping[str, Maker] = {
    "findings": _findings,
    "evidence": _evidence,
    "deliveries": _deliveries,
    "decisions": _decisions,
}


def _read(bodies: Mapping[str, bytes]) -> dict[str, Any]:
    return {name: json.loads(body) for name, body in bodies.items()}


def _table(sink: Sink, table: str, rows: Iterable[Row], plan: Plan) -> None:
    columns = TABLES[table]
    if plan.form == "jsonl":
        for row in rows:
            sink.write(canonical({name: row.get(name) for name in columns}) + b"\n")
        return
    sheet = csv.writer(_Text(sink, _MARK))
    sheet.writerow(columns)
    for row in rows:
        sheet.writerow([plan.cell(_shown(row.get(name))) for name in columns])


def _shown(value: Canonical) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(map(str, value))
    return value if isinstance(value, str) else canonical(value).decode()


class _Text:
    """What ``csv`` writes to; the first words have a mark before them."""

    def __init__(self, sink: Sink, mark: str) -> None:
        self._sink, self._mark = sink, mark

    def write(self, text: str) -> int:
        self._sink.write((self._mark + text).encode())
        self._mark = ""
        return len(text)
