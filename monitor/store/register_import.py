"""Making the register equal to a sheet: every change is logged, or nothing is changed."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import StoreError
from monitor.model.evidence import Canonical
from monitor.model.person import Watch
from monitor.store import log, register
from monitor.store.register import FIELDS

KIND = "register"

SET_PERSON = """
INSERT INTO person VALUES (:person_ref, :name, :employer_type, :instansi, :unit, :superior,
  :position, :area, :zone, :route, :candidate_spouse_of, :as_of, :source)
ON CONFLICT (person_ref) DO UPDATE SET name = excluded.name,
  employer_type = excluded.employer_type, instansi = excluded.instansi, unit = excluded.unit,
  superior = excluded.superior, position = excluded.position, area = excluded.area,
  zone = excluded.zone, route = excluded.route,
  candidate_spouse_of = excluded.candidate_spouse_of, as_of = excluded.as_of,
  source = excluded.source
"""
SET_ACCOUNT = """
INSERT INTO account VALUES (:watch_id, :person_ref, :platform, :address, :native_id, :ownership,
  :ownership_evidence, :legal_ground, :notice_date, :notice_exemption, :registered_on, 'register',
  'active', '')
ON CONFLICT (watch_id) DO UPDATE SET person_ref = excluded.person_ref,
  platform = excluded.platform, address = excluded.address, native_id = excluded.native_id,
  ownership = excluded.ownership, ownership_evidence = excluded.ownership_evidence,
  legal_ground = excluded.legal_ground, notice_date = excluded.notice_date,
  notice_exemption = excluded.notice_exemption, registered_on = excluded.registered_on,
  sheet = excluded.sheet, status = excluded.status, ended_on = excluded.ended_on
"""
STORED = register.LINES + "WHERE a.sheet = 'register'"


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
    stored = {r[0]: r for r in tx.execute(STORED)}
    changes = []
    for watch in watches:
        change = _set(tx, watch, stored.pop(watch.watch_id, None), at)
        if change:
            changes.append(change)
    for watch_id, row in stored.items():
        if row[-1] == register.ACTIVE:
            tx.execute(
                "UPDATE account SET status = 'removed', ended_on = ? WHERE watch_id = ?",
                (at.date().isoformat(), watch_id),
            )
            before = dict(zip(FIELDS, row, strict=False))
            changes.append(_note(tx, Change(watch_id, "removed"), before, None, at))
    if changes:
        register.touch(tx)
    return changes


def _set(
    tx: sqlite3.Connection, watch: Watch, row: Sequence[str] | None, at: datetime
) -> Change | None:
    after = register.to_body(watch)
    before: dict[str, Canonical] | None = dict(zip(FIELDS, row, strict=False)) if row else None
    fields = tuple(k for k in after if before is not None and before[k] != after[k])
    active = row is not None and row[-1] == register.ACTIVE
    if active and not fields:
        return None
    tx.execute(SET_PERSON, after)
    tx.execute(SET_ACCOUNT, after)
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
