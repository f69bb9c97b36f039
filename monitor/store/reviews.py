"""The desk's record: officers with their roles, and the steps of each case. All of it is the log.

A step's reason, an answer and an officer's name stand in salted content; the officer's short id,
which says nothing outside this office, stands in the chain.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from monitor.clock import from_text
from monitor.errors import UnknownError
from monitor.model.deadline import OBJECTION
from monitor.model.evidence import Canonical, LogHead
from monitor.model.review import (
    DISMISSING,
    REVIEW,
    ROLE,
    Case,
    Officer,
    Path,
    Role,
    Step,
    Taken,
    Term,
    Wanted,
)
from monitor.store import about, findings, letters, log, withdrawals
from monitor.store.db import guard

_OFFICERS = "SELECT seq, canonical FROM log WHERE subject >= ? AND subject < ? ORDER BY seq"
_PREFIX, _BEHIND = "petugas/", "petugas0"
ANSWER = "klarifikasi"
GIVEN, ENDED = "given", "ended"


def step(
    tx: sqlite3.Connection, case: str, wanted: Wanted, officer: Officer, role: Role, at: datetime
) -> LogHead:
    """Append a step; whether it may be taken is checked before (``review.decisions``).

    A step that dismisses a case takes its messages back; one that reopens it tells it again.
    """
    public: dict[str, Canonical] = {"step": wanted.step.value, "officer": officer.id}
    if wanted.path:
        public["path"] = wanted.path.value
    if wanted.objection:
        public["ground"] = OBJECTION
    said: dict[str, Canonical] = {
        "who": officer.name,
        "role": role.value,
        "instansi": officer.instansi,
        "why": wanted.why,
    }
    more = {
        "unanswered": wanted.unanswered,
        "receiver": wanted.receiver,
        "letter": wanted.letter,
        "date": wanted.day.isoformat() if wanted.day else "",
        "receipt": wanted.receipt,
    }
    said |= {name: text for name, text in more.items() if text}
    content: dict[str, Canonical] = {REVIEW: said}
    if wanted.answer:
        content[ANSWER] = {"text": wanted.answer}
    if wanted.objection:
        content[OBJECTION] = {"text": wanted.objection}
    head = log.append(tx, at=at, kind=REVIEW, subject=case, public=public, content=content)
    if wanted.step in DISMISSING:
        withdrawals.owe(tx, case, at)
    elif wanted.step is Step.REOPENED:
        withdrawals.back(tx, case)
    return head


@guard()
def case(conn: sqlite3.Connection, finding: str) -> Case:
    """Return a case with its steps; ``StoreError`` where there is no such finding."""
    seq = findings.last_entry(conn, finding)
    told = about.opened(conn, seq)
    content, watch = told.get("finding", {}), told.get("watch", {})
    return Case(
        finding=finding,
        person_ref=watch.get("person_ref", ""),
        instansi=watch.get("instansi", ""),
        targets=tuple(content.get("targets", ())),
        led_by=tuple(content.get("incumbents", ())),
        taken=tuple(_taken(conn, finding)),
        zone=watch.get("zone") or "",
        area=watch.get("area") or "",
        issued=letters.issued(conn, finding),
    )


@guard()
def said(conn: sqlite3.Connection, finding: str) -> list[dict[str, str]]:
    """Return what was said at each step, in the order of ``Case.taken``; nothing once erased.

    The keys are those of ``step``'s content: ``why``, and at a forwarding ``letter``, ``date``,
    ``receiver`` and the public ``path``.
    """
    found = []
    for row in about.entries(conn, finding):
        entry = json.loads(row.canonical)
        if entry["kind"] == REVIEW:
            told = about.opened(conn, row.seq).get(REVIEW, {})
            found.append({**told, "path": str(entry["public"].get("path", ""))})
    return found


def _taken(conn: sqlite3.Connection, finding: str) -> Iterator[Taken]:
    for row in about.entries(conn, finding):
        entry = json.loads(row.canonical)
        if entry["kind"] == REVIEW:
            public = entry["public"]
            path = Path(public["path"]) if "path" in public else None
            yield Taken(
                step=Step(public["step"]),
                officer=str(public.get("officer", "")),
                at=from_text(entry["at"]),
                path=path,
                objection=public.get("ground") == OBJECTION,
            )


@guard()
def officers(conn: sqlite3.Connection) -> dict[str, Officer]:
    """Return every officer with all roles, past ones too."""
    found: dict[str, Officer] = {}
    for seq, canonical in conn.execute(_OFFICERS, (_PREFIX, _BEHIND)):
        entry = json.loads(canonical)
        if entry["kind"] == ROLE:
            told = about.opened(conn, seq).get("officer", {})
            name = entry["subject"].removeprefix(_PREFIX)
            found[name] = _with(found.get(name), name, entry["public"], told)
    return found


def _with(
    known: Officer | None, name: str, public: dict[str, Any], told: dict[str, Any]
) -> Officer:
    term = Term(Role(public["role"]), _day(public["from"]), _maybe(public["until"]))
    terms = known.terms if known else ()
    kept = tuple(t for t in terms if (t.role, t.first_day) != (term.role, term.first_day))
    return Officer(
        id=name,
        name=told.get("name", ""),
        instansi=told.get("instansi", ""),
        terms=(*kept, term),
        person_ref=told.get("person_ref", ""),
        spouse_of=told.get("spouse_of", ""),
        telegram=int(told.get("telegram", 0)),
    )


def give(
    tx: sqlite3.Connection, officer: Officer, term: Term, who: str, why: str, at: datetime
) -> None:
    """Log that an officer has a role for some days; the same first day changes the last day."""
    ended = any((t.role, t.first_day) == (term.role, term.first_day) for t in officer.terms)
    log.append(
        tx,
        at=at,
        kind=ROLE,
        subject=_PREFIX + officer.id,
        public={
            "action": ENDED if ended else GIVEN,
            "role": term.role.value,
            "from": term.first_day.isoformat(),
            "until": term.last_day.isoformat() if term.last_day else "",
        },
        content={
            "officer": _told(officer),
            "by": {"who": who, "why": why},
        },
    )


def _told(officer: Officer) -> dict[str, Canonical]:
    told: dict[str, Canonical] = {
        "name": officer.name,
        "instansi": officer.instansi,
        "person_ref": officer.person_ref,
        "spouse_of": officer.spouse_of,
        "telegram": officer.telegram,
    }
    return {name: text for name, text in told.items() if text}


def officer(conn: sqlite3.Connection, name: str) -> Officer:
    """Return one officer; ``StoreError`` where there is none of that id."""
    found = officers(conn)
    if name not in found:
        known = ", ".join(sorted(found)) or "none yet: netralitas review officer"
        raise UnknownError(f"there is no officer {name!r}; known: {known}")
    return found[name]


@guard()
def officer_of(conn: sqlite3.Connection, telegram: int) -> Officer | None:
    """Return the officer whose Telegram user id it is, where there is one."""
    known = officers(conn).values()
    return next((one for one in known if one.telegram and one.telegram == telegram), None)


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _maybe(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
