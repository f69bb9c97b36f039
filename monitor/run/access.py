"""Everything that is held about one person, for the person (UU 27/2022 Ps. 7 and 32; P11).

The law gives 3x24 hours from the request. Left out is what belongs to others, and each omission is
named. That nothing is held is an answer too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from monitor.clock import to_text
from monitor.config import Config
from monitor.evidence.files import Files
from monitor.model.evidence import LogRow, canonical
from monitor.run import access_case
from monitor.run.access_case import Case, Entry
from monitor.run.retain import CLASSES
from monitor.store import about, erasure, held, log
from monitor.store.db import Connection
from monitor.store.register_import import KIND as REGISTER

VERSION = 1
DEADLINE = timedelta(hours=3 * 24)
DATA, PAPER, MANIFEST = "data.json", "ringkasan.pdf", "manifest.json"
# What a look at the register is called in the log, and by the command that looks.
LOOKS = {
    "listed": "register list",
    "shown": "register show",
    "exported": "register export",
}
MOVED_HERE = "baris ini sebelumnya milik orang lain"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose data, when the request came (where it is known), and when it is answered."""

    person_ref: str
    now: datetime
    received: datetime | None = None

    @property
    def due(self) -> datetime | None:
        """When the law wants the answer: 3x24 hours after the request."""
        return self.received + DEADLINE if self.received else None


@dataclass(slots=True)
class Dossier:
    """What is held: one value fit for JSON, and the copies of evidence by member."""

    value: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        return bool(self.value["nothing"])


def gather(conn: Connection, settings: Config, asked: Asked) -> Dossier:
    """Read everything that is held about a person; nothing of the database is changed."""
    ref = asked.person_ref
    files = Files(settings.snapshots)
    cases = [
        access_case.case(conn, finding, files, settings.notify.routes)
        for finding in about.findings_of(conn, ref)
    ]
    for one in cases:
        one.keeping = _keeping(conn, settings, one.finding)
        one.looks = held.looks_again(conn, one.finding)
    register, general, withheld = _register(conn, ref)
    unreadable = _unreadable(conn, ref, files)
    kept = held.trials(conn, ref)
    value = {
        "v": VERSION,
        "person_ref": ref,
        "made_at": to_text(asked.now),
        "received_at": to_text(asked.received) if asked.received else None,
        "due_at": to_text(asked.due) if asked.due else None,
        "in_time": asked.now <= asked.due if asked.due else None,
        "register": register,
        "cases": [one.value() for one in cases],
        "unreadable": unreadable.value()["entries"],
        "rules_on_trial": kept,
        "digests": {"held": held.has_key(conn, ref), "days": settings.retention.seen_days},
        "entries": _own(conn, ref, withheld),
        "processing": _processing(conn, ref, cases, general),
        "retention": settings.retention.model_dump(),
        "withheld": withheld | _withheld([*cases, unreadable]),
        "head": _head(conn),
    }
    value["nothing"] = not (
        register["person"] or register["changes"] or cases or kept or unreadable.entries
    )
    copies = {name: data for one in (*cases, unreadable) for name, data in one.files.items()}
    return Dossier(value, copies)


def _keeping(conn: Connection, settings: Config, finding: str) -> dict[str, Any]:
    """Return how long a case is kept, and on what ground it may go."""
    stands = erasure.standing(conn, finding)
    group = CLASSES[stands.state]
    return {
        "state": stands.state.value,
        "case_file": stands.case_file,
        "held": stands.held,
        "days": settings.retention.dismissed_days if group == "dismissed" else None,
        "schedule": settings.retention.jra.get(group, ""),
    }


def members(dossier: Dossier, paper: bytes) -> dict[str, bytes]:
    """Return every file of the answer by name; the manifest, with each digest, comes last."""
    data = json.dumps(dossier.value, ensure_ascii=False, indent=2, sort_keys=True).encode()
    made = {PAPER: paper, DATA: data, **dossier.files}
    manifest = {
        "v": VERSION,
        "person_ref": dossier.value["person_ref"],
        "made_at": dossier.value["made_at"],
        "head": dossier.value["head"],
        "members": {name: hashlib.sha256(one).hexdigest() for name, one in made.items()},
    }
    return {**made, MANIFEST: canonical(manifest)}


def _register(conn: Connection, ref: str) -> tuple[dict[str, Any], list[Entry], dict[str, str]]:
    """Return the register's facts and their changes, the looks at them, and what is left out."""
    accounts = held.accounts(conn, ref)
    withheld: dict[str, str] = {}
    changes: list[Entry] = []
    looked: list[Entry] = []
    for seq, name in about.named(conn, ref):
        row = about.entry(conn, seq)
        if row is not None and _kind(row) == REGISTER:
            change = _change(conn, row, name, withheld)
            (looked if change["change"] in LOOKS else changes).append(change)
    facts = {
        "person": held.person(conn, ref),
        "accounts": accounts,
        "intervals": held.intervals(conn, ref),
        "changes": changes,
        "looks": held.looks(conn, [account["watch_id"] for account in accounts]),
    }
    since = changes[0]["seq"] if changes else None
    return facts, [_look(one) for one in looked] + _of_all(conn, since), withheld


def _change(conn: Connection, row: LogRow, name: str, withheld: dict[str, str]) -> Entry:
    entry = json.loads(row.canonical)
    there = about.opened(conn, row.seq)
    body = dict(there[name])
    former = body.get("before")
    if (
        isinstance(former, Mapping)
        and former.get("person_ref", body["person_ref"]) != (body["person_ref"])
    ):
        withheld[f"{row.seq}/{name}.before"] = MOVED_HERE
        body["before"] = {}
    return {
        "seq": row.seq,
        "at": entry["at"],
        "change": entry["public"]["change"],
        "body": body,
        "by": there.get("by", {}),
    }


def _of_all(conn: Connection, since: int | None) -> list[Entry]:
    """Return the looks at the whole register, or at the whole log, since the person is on file."""
    if since is None:
        return []
    found = []
    for seq, name in about.named(conn, ""):
        row = about.entry(conn, seq)
        if seq > since and row is not None and _kind(row) == REGISTER:
            found.append(_look(_change(conn, row, name, {})))
    found += [
        access_case.processed(access_case.entry(conn, row, {}))
        for row in about.entries(conn, "")
        if row.seq > since and _kind(row) in access_case.PROCESSING
    ]
    return found


def _look(change: Entry) -> Entry:
    by = change["by"]
    return {
        "at": change["at"],
        "what": LOOKS.get(change["change"], change["change"]),
        "subject": change["body"]["person_ref"],
        "who": by.get("who", ""),
        "why": by.get("reason", ""),
        "seq": change["seq"],
    }


def _unreadable(conn: Connection, ref: str, files: Files) -> Case:
    """Return what was received in a form that could not be read, and was kept as it came."""
    made = Case("tidak-terbaca")
    for seq, _ in about.named(conn, ref):
        row = about.entry(conn, seq)
        if row is not None and _kind(row) == "malformed":
            access_case.take(conn, made, row, files, frozenset())
    return made


def _own(conn: Connection, ref: str, withheld: dict[str, str]) -> list[Entry]:
    """Return the entries about the person as such: rectifications and erasures."""
    return [
        access_case.entry(conn, row, withheld)
        for row in about.entries(conn, ref)
        if _kind(row) not in access_case.PROCESSING
    ]


def _processing(conn: Connection, ref: str, cases: list[Case], general: list[Entry]) -> list[Entry]:
    found = [line for one in cases for line in one.processing] + general
    for row in about.entries(conn, ref):
        found.append(access_case.processed(access_case.entry(conn, row, {})))
    return sorted(found, key=lambda line: int(line["seq"]))


def _withheld(cases: list[Case]) -> dict[str, str]:
    return {name: why for one in cases for name, why in one.withheld.items()}


def _kind(row: LogRow) -> str:
    return str(json.loads(row.canonical)["kind"])


def _head(conn: Connection) -> str:
    head = log.head(conn)
    return f"{head.seq}:{head.hash}"
