"""What a database, or a copy of one, held at an instant: counts by kind and person, no more.

A copy may be of an older version or made for an auditor, without some tables: what is not there
was not exposed by it.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from monitor.store import tip_exposed
from monitor.store.db import guard
from monitor.store.tip_exposed import Senders

TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table'"
LAST = "SELECT coalesce(max(seq), 0) FROM log WHERE at <= ?"
FIRST = "SELECT coalesce(min(seq), 0) FROM log WHERE at >= ?"
# What the register knows of each person, and how much.
ROWS = {
    "person": "SELECT person_ref, 1 FROM person",
    "spouse": "SELECT person_ref, 1 FROM person WHERE candidate_spouse_of <> ''",
    "account": "SELECT person_ref, count(*) FROM account GROUP BY person_ref",
    "person_interval": "SELECT person_ref, count(*) FROM person_interval GROUP BY person_ref",
    "person_key": "SELECT person_ref, 1 FROM person_key",
    "shadow_hit": "SELECT person_ref, count(*) FROM shadow_hit GROUP BY person_ref",
}
NEEDS = {"spouse": "person"}
NAMES = "SELECT person_ref, name, instansi, unit FROM person"
# Contents by entry; the person stands in the register's snapshot beside the finding.
CONTENTS = """
SELECT log.seq, log.kind, log.subject, content.name, content.body
FROM log JOIN content USING (seq) WHERE log.seq <= ? ORDER BY log.seq
"""
FILES = """
SELECT log.seq, log.subject, snapshot.name,
  json_extract(CAST(log.canonical AS TEXT), '$.files')
FROM log JOIN snapshot USING (seq) WHERE log.seq <= ?
"""
COPIES = """
SELECT seq, at, kind, subject, canonical FROM log
WHERE seq BETWEEN ? AND ? AND kind IN ('export', 'reading', 'backup', 'register')
ORDER BY seq
"""
OUT = frozenset({"access", "audit", "breach", "card", "dokumen", "klarifikasi tanda-terima"})
SEEN = "SELECT count(*) FROM seen"
CHATS = "SELECT count(DISTINCT notifier || ' ' || destination) FROM outbox WHERE destination <> '-'"


@dataclass(slots=True)
class Person:
    """One person whose data was there: how much of each kind; the name is for the letter only."""

    ref: str
    name: str = ""
    instansi: str = ""
    unit: str = ""
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Exposed:
    """What was there: persons by reference, and what is of no registered person.

    ``senders`` is about those who gave tips; ``None`` where a copy has no tips.
    """

    persons: dict[str, Person] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)
    officials: set[str] = field(default_factory=set)
    entries: int = 0
    absent: list[str] = field(default_factory=list)
    senders: Senders | None = None

    def add(self, ref: str, kind: str, number: int = 1) -> None:
        self.persons.setdefault(ref, Person(ref)).counts[kind] += number


@dataclass(frozen=True, slots=True)
class Copy:
    """Something that left within the time asked about: what, of which case or person, when."""

    seq: int
    at: str
    what: str
    subject: str
    mark: str


@guard()
def exposed(conn: sqlite3.Connection, until: str) -> Exposed:
    """Count what was there at an instant (as the log writes it); the register is as it is now."""
    there = {row[0] for row in conn.execute(TABLES)}
    found = Exposed()
    last = conn.execute(LAST, (until,)).fetchone()[0]
    found.entries = last
    for kind, query in ROWS.items():
        if NEEDS.get(kind, kind) in there:
            for ref, number in conn.execute(query):
                found.add(ref, kind, number)
        else:
            found.absent.append(kind)
    whose = _contents(conn, last, found)
    _files(conn, last, whose, found)
    found.senders = tip_exposed.senders(conn, there, last)
    found.others["seen"] = conn.execute(SEEN).fetchone()[0] if "seen" in there else 0
    found.others["chats"] = conn.execute(CHATS).fetchone()[0] if "outbox" in there else 0
    if "person" in there:
        for ref, name, instansi, unit in conn.execute(NAMES):
            one = found.persons[ref]
            one.name, one.instansi, one.unit = name, instansi, unit
    return found


@guard()
def copies(conn: sqlite3.Connection, since: str, until: str) -> list[Copy]:
    """Return what left between two instants, as far as commands of ours made it."""
    span = conn.execute(FIRST, (since,)).fetchone()[0], conn.execute(LAST, (until,)).fetchone()[0]
    return list(_copies(conn, *span)) if span[0] else []


def _copies(conn: sqlite3.Connection, first: int, last: int) -> Iterator[Copy]:
    for seq, at, kind, subject, canonical in conn.execute(COPIES, (first, last)):
        public = json.loads(canonical)["public"]
        word = str(public.get("profile") or public.get("command") or public.get("change") or "")
        if kind == "reading" and word not in OUT:
            continue
        if kind == "register" and word != "exported":
            continue
        mark = str(public.get("copy") or public.get("manifest") or "")
        yield Copy(seq, at, f"{kind} {word}".strip(), subject, mark)


def _contents(conn: sqlite3.Connection, last: int, found: Exposed) -> dict[str, str]:
    """Count contents by person; return whose each case is."""
    whose: dict[str, str] = {}
    open_: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for _, kind, subject, name, body in conn.execute(CONTENTS, (last,)):
        value = json.loads(body)
        if name == "by":
            found.officials.add(str(value.get("who", "")))
        elif value.get("person_ref"):
            ref = str(value["person_ref"])
            if kind == "finding":
                whose[subject] = ref
            found.add(ref, "register_change" if kind == "register" else "snapshot_of_facts")
        elif kind == "finding" and _stranger(value):
            found.others["stranger"] += 1
            open_[subject][kind] += 1
        else:
            open_[subject][kind] += 1
    for subject, counts in open_.items():
        for kind, number in counts.items():
            if whose.get(subject):
                found.add(whose[subject], kind, number)
    return whose


def _files(conn: sqlite3.Connection, last: int, whose: dict[str, str], found: Exposed) -> None:
    for _, subject, name, listed in conn.execute(FILES, (last,)):
        size = json.loads(listed)[name]["size"]
        ref = whose.get(subject, "")
        if ref:
            found.add(ref, "file")
        found.others["files"] += 1
        found.others["bytes"] += size


def _stranger(finding: Any) -> bool:
    target = (finding.get("activity") or {}).get("target") or {}
    return bool(target.get("stranger"))
