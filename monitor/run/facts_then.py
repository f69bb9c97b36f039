"""What the register said of a person at an earlier instant: its later changes undone.

Every change of the register is an entry of the log with the former words, so the facts that a
finding rested on can be told from those on file now.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from monitor.clock import from_text
from monitor.model.person import EmployerType, Interval, Ownership, Watch
from monitor.store import about
from monitor.store.db import Connection
from monitor.store.register import ACCOUNT, DATES, PERSON
from monitor.store.register_import import KIND

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the register that names the person."""

    at: datetime
    what: str
    body: Mapping[str, Any]


def watch_then(conn: Connection, watch: Watch, at: datetime) -> Watch:
    """Return a register line as it was at an instant."""
    changes = _changes(conn, watch.person_ref)
    values: dict[str, str] = {}
    for change in reversed(changes):
        if change.at > at:
            values |= _former(change.body, watch.watch_id)
    return replace(
        watch, **_typed(values, watch), intervals=_intervals(watch.intervals, changes, at)
    )


def _changes(conn: Connection, person_ref: str) -> list[Change]:
    found = []
    for seq, name in about.named(conn, person_ref):
        row = about.entry(conn, seq)
        entry = json.loads(row.canonical) if row else {}
        if entry.get("kind") == KIND:
            body = about.opened(conn, seq)[name]
            found.append(Change(from_text(entry["at"]), entry["public"]["change"], body))
    return found


def _former(body: Mapping[str, Any], watch_id: str) -> dict[str, str]:
    own = body.get("watch_id") in (watch_id, None)
    columns = (*PERSON, *ACCOUNT) if own else PERSON
    return {name: text for name, text in (body.get("before") or {}).items() if name in columns}


def _typed(values: Mapping[str, str], watch: Watch) -> dict[str, Any]:
    typed: dict[str, Any] = dict(values)
    for name in DATES:
        if name in typed:
            # A line without a notice was not looked at: nothing can rest on that.
            day = date.fromisoformat(typed[name]) if typed[name] else None
            typed[name] = day or (None if name == "as_of" else getattr(watch, name))
    if "ownership" in typed:
        typed["ownership"] = Ownership(typed["ownership"])
    if "employer_type" in typed:
        typed["employer_type"] = EmployerType(typed["employer_type"])
    return typed


def _intervals(
    present: Sequence[Interval], changes: Sequence[Change], at: datetime
) -> tuple[Interval, ...]:
    """Return the dated states that were on file; what no entry speaks of came with an import."""
    said: defaultdict[Key, list[Change]] = defaultdict(list)
    for change in changes:
        if change.what == "interval":
            after = change.body["after"]
            said[after["kind"], after["first_day"]].append(change)
    found = []
    for one in present:
        history = said.get((one.kind, one.start.isoformat()))
        if history is None:
            found.append(one)
        elif past := [change for change in history if change.at <= at]:
            last = past[-1].body["after"]["last_day"]
            found.append(replace(one, end=date.fromisoformat(last) if last else None))
    return tuple(found)
