"""The register as last synchronised. Every change of it is an entry of the evidence log."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from monitor.errors import StoreError
from monitor.model.evidence import Canonical, canonical
from monitor.model.person import EmployerType, Ownership, Watch
from monitor.store import log
from monitor.store.db import guard

KIND = "register"
DATES = ("notice_date", "registered_on", "as_of")

SET = """
INSERT INTO register (watch_id, body, active) VALUES (?, ?, 1)
ON CONFLICT (watch_id) DO UPDATE SET body = excluded.body, active = 1
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one line: ``added``, ``changed``, ``removed`` or ``returned``."""

    watch_id: str
    what: str
    fields: tuple[str, ...] = ()


def sync(tx: sqlite3.Connection, watches: Sequence[Watch], at: datetime) -> list[Change]:
    """Make the stored register equal to ``watches``; log and return every change.

    Raises ``StoreError`` where one account would belong to two persons, by its address or by the
    native id that either line states or was resolved to: whose act it is would be a guess.
    """
    _refuse_shared(watches, _resolved(tx))
    stored = {r[0]: r[1:] for r in tx.execute("SELECT watch_id, body, active FROM register")}
    changes = []
    for watch in watches:
        body, active = stored.pop(watch.watch_id, (None, 0))
        change = _set(tx, watch, body, active=bool(active), at=at)
        if change:
            changes.append(change)
    for watch_id, (body, active) in stored.items():
        if active:
            tx.execute("UPDATE register SET active = 0 WHERE watch_id = ?", (watch_id,))
            changes.append(_note(tx, Change(watch_id, "removed"), json.loads(body), None, at))
    return changes


@guard()
def persons(conn: sqlite3.Connection, watch_ids: Sequence[str]) -> set[str]:
    """Return the references of the persons whose lines these are."""
    query = "SELECT json_extract(body, '$.person_ref') FROM register WHERE watch_id = ?"
    return {row[0] for w in watch_ids for row in conn.execute(query, (w,))}


@guard()
def watches(conn: sqlite3.Connection) -> tuple[Watch, ...]:
    """Return the active lines, by watch id."""
    query = "SELECT body FROM register WHERE active = 1 ORDER BY watch_id"
    return tuple(from_body(json.loads(row[0])) for row in conn.execute(query))


def to_body(watch: Watch) -> dict[str, Canonical]:
    """Return a line as JSON-ready values, dates as ISO 8601 texts."""
    body = asdict(watch)
    for key in DATES:
        body[key] = body[key].isoformat() if body[key] else None
    return body


def from_body(body: Mapping[str, Any]) -> Watch:
    """Return the line that ``to_body`` wrote."""
    values = dict(body)
    for key in DATES:
        values[key] = date.fromisoformat(values[key]) if values[key] else None
    values["ownership"] = Ownership(values["ownership"])
    values["employer_type"] = EmployerType(values["employer_type"])
    return Watch(**values)


def _set(
    tx: sqlite3.Connection, watch: Watch, stored: str | None, *, active: bool, at: datetime
) -> Change | None:
    after = to_body(watch)
    before: dict[str, Canonical] | None = json.loads(stored) if stored else None
    fields = tuple(k for k in after if before is not None and before.get(k) != after[k])
    if active and not fields:
        return None
    tx.execute(SET, (watch.watch_id, canonical(after).decode()))
    what = "added" if before is None else "changed" if active else "returned"
    return _note(tx, Change(watch.watch_id, what, fields), before, after, at)


def _note(
    tx: sqlite3.Connection, change: Change, before: Canonical, after: Canonical, at: datetime
) -> Change:
    # Even a watch id may be made from a name, so the entry itself says only what kind of change.
    log.append(
        tx,
        at=at,
        kind=KIND,
        subject=KIND,
        public={"change": change.what, "fields": list(change.fields)},
        content={"line": {"watch_id": change.watch_id, "before": before, "after": after}},
    )
    return change


def _resolved(conn: sqlite3.Connection) -> dict[str, tuple[str, str]]:
    query = "SELECT watch_id, address, native_id FROM source WHERE active = 1 AND native_id <> ''"
    return {row[0]: (row[1], row[2]) for row in conn.execute(query)}


def _refuse_shared(watches: Sequence[Watch], resolved: Mapping[str, tuple[str, str]]) -> None:
    owners: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for watch in watches:
        for account in _accounts(watch, resolved.get(watch.watch_id)):
            owners[watch.platform, account].setdefault(watch.person_ref, watch.watch_id)
    for (platform, _), lines in owners.items():
        if len(lines) > 1:
            first, second = sorted(lines.values())[:2]
            raise StoreError(
                f"register lines {first} and {second}: one account on {platform} for two persons:"
                " settle whose account it is and end the other line"
            )


def _accounts(watch: Watch, resolved: tuple[str, str] | None) -> set[str]:
    """Return what names the account: a handle as written, and the platform's permanent id."""
    native_id = watch.native_id
    if not native_id and resolved and resolved[0] == watch.address:
        native_id = resolved[1]
    return {name for name in (watch.address.removeprefix("@").casefold(), native_id) if name}
