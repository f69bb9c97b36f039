"""Changes of single facts of the register, each logged with who asked for it and why."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime

from monitor.errors import UnknownError
from monitor.model.person import LEAVING, Interval, Ownership, Watch
from monitor.store import register
from monitor.store.register_import import ADD_INTERVAL, By, note

# Where a person left on a day, or a leaving was revoked; days are those of the person's zone.
LEFT = """
SELECT DISTINCT a.watch_id, a.person_ref, i.kind, i.first_day
FROM person_interval i JOIN account a USING (person_ref) JOIN person p USING (person_ref)
JOIN json_each(:today) today ON today.key = p.zone
WHERE a.status IN ('active', 'waiting', 'unresolved')
  AND i.kind IN (SELECT value FROM json_each(:leaving)) AND i.first_day <= today.value
  AND (i.last_day = '' OR i.last_day >= today.value)
ORDER BY a.watch_id
"""
BACK = """
SELECT a.watch_id, a.person_ref, '', '' FROM account a JOIN person p USING (person_ref)
JOIN json_each(:today) today ON today.key = p.zone
WHERE a.status = 'left' AND NOT EXISTS (SELECT 1 FROM person_interval i
  WHERE i.person_ref = a.person_ref AND i.kind IN (SELECT value FROM json_each(:leaving))
    AND i.first_day <= today.value AND (i.last_day = '' OR i.last_day >= today.value))
ORDER BY a.watch_id
"""
LEAVE = "UPDATE account SET status = 'left', ended_on = ? WHERE watch_id = ?"
STAND = """
UPDATE account SET ended_on = '', status = CASE WHEN platform = '' THEN 'unresolved'
  WHEN notice_date = '' THEN 'waiting' ELSE 'active' END
WHERE watch_id = ?
"""
# A move that has taken place is also what the line says now.
MOVE = """
UPDATE person SET instansi = :instansi, unit = :unit, superior = :superior, position = :position,
  area = :area, zone = :zone, as_of = max(as_of, :day)
WHERE person_ref = :person_ref AND NOT EXISTS (SELECT 1 FROM person_interval i
  WHERE i.person_ref = :person_ref AND i.kind = 'transfer' AND i.first_day > :day)
"""
FIND = """
SELECT id, last_day, reference FROM person_interval
WHERE person_ref = ? AND kind = ? AND first_day = ?
"""
OPEN = """
SELECT id, first_day FROM person_interval
WHERE person_ref = ? AND kind = ? AND (last_day = '' OR last_day > ?) AND first_day <= ?
ORDER BY first_day DESC
"""
ENDED = """
SELECT watch_id FROM account WHERE status = 'removed' AND ended_on < ? ORDER BY watch_id
"""
# Those who have no line any more, leaves first.
FORGET = (
    """DELETE FROM person_key WHERE person_ref IN (SELECT person_ref FROM person p
    WHERE NOT EXISTS (SELECT 1 FROM account a WHERE a.person_ref = p.person_ref))""",
    """DELETE FROM person_interval WHERE NOT EXISTS (
    SELECT 1 FROM account a WHERE a.person_ref = person_interval.person_ref)""",
    """DELETE FROM person WHERE NOT EXISTS (
    SELECT 1 FROM account a WHERE a.person_ref = person.person_ref)""",
)
ACCOUNT = "SELECT person_ref, ownership, notice_date, sheet, status FROM account WHERE watch_id = ?"
HANDLE = "SELECT handle, address FROM source WHERE watch_id = ?"

Sides = tuple[Mapping[str, str], Mapping[str, str]]


def settle(tx: sqlite3.Connection, today: Mapping[str, date], at: datetime) -> tuple[int, int]:
    """End looking at the accounts of persons who left, and resume where leaving was revoked.

    ``today`` gives the day in each zone. Returns how many accounts ended and how many came back.
    """
    days = json.dumps({zone: day.isoformat() for zone, day in today.items()})
    values = {"today": days, "leaving": json.dumps(sorted(LEAVING))}
    left = _by_account(tx, LEFT, values)
    back = _by_account(tx, BACK, values)
    tx.executemany(LEAVE, [(at.date().isoformat(), line["watch_id"]) for line in left])
    tx.executemany(STAND, [(line["watch_id"],) for line in back])
    by = By("netralitas", "the day that an interval names")
    if left:
        note(tx, "left", left, by, at)
    if back:
        note(tx, "back", back, by, at)
    if left or back:
        register.touch(tx)
    return len(left), len(back)


def add_interval(
    tx: sqlite3.Connection, person_ref: str, interval: Interval, by: By, at: datetime
) -> bool:
    """Put a dated state on file, or correct one of the same kind and first day.

    A transfer whose day has come also becomes the person's present place. Returns whether anything
    changed. Raises ``StoreError`` for a person who is not on file.
    """
    _need_person(tx, person_ref)
    last = interval.end.isoformat() if interval.end else ""
    first = interval.start.isoformat()
    known = tx.execute(FIND, (person_ref, interval.kind, first)).fetchone()
    if known and known[1:] == (last, interval.reference):
        return False
    if known:
        change = "UPDATE person_interval SET last_day = ?, reference = ? WHERE id = ?"
        tx.execute(change, (last, interval.reference, known[0]))
    else:
        places = (
            register.placement_body(interval.before),
            register.placement_body(interval.after),
        )
        values = (person_ref, interval.kind, first, last, interval.reference, *places)
        tx.execute(ADD_INTERVAL, values)
    if interval.after and interval.start <= at.date():
        tx.execute(MOVE, {**asdict(interval.after), "person_ref": person_ref, "day": first})
    before = {"last_day": known[1], "reference": known[2]} if known else {}
    after = {"kind": interval.kind, "first_day": first, "last_day": last}
    after["reference"] = interval.reference
    _note(tx, "interval", {"person_ref": person_ref}, (before, after), by, at)
    register.touch(tx)
    return True


def end_interval(
    tx: sqlite3.Connection, person_ref: str, kind: str, last: date, by: By, at: datetime
) -> date:
    """Give the newest interval of a kind its last day, and return its first.

    Raises ``StoreError`` where none of that kind is open on that day.
    """
    day = last.isoformat()
    found = tx.execute(OPEN, (person_ref, kind, day, day)).fetchone()
    if found is None:
        raise UnknownError(
            f"{person_ref}: no {kind} is open on {day}: see netralitas register show"
        )
    tx.execute("UPDATE person_interval SET last_day = ? WHERE id = ?", (day, found[0]))
    after = {"kind": kind, "first_day": found[1], "last_day": day}
    _note(tx, "interval", {"person_ref": person_ref}, ({}, after), by, at)
    register.touch(tx)
    return date.fromisoformat(found[1])


def set_ownership(
    tx: sqlite3.Connection, watch_id: str, ownership: Ownership, evidence: str, by: By, at: datetime
) -> None:
    """Say how sure it is that the person runs the account (P4), and what shows it."""
    person, before, *_ = _account(tx, watch_id)
    change = "UPDATE account SET ownership = ?, ownership_evidence = ? WHERE watch_id = ?"
    tx.execute(change, (ownership.value, evidence, watch_id))
    after = {"ownership": ownership.value, "ownership_evidence": evidence}
    line = {"watch_id": watch_id, "person_ref": person}
    _note(tx, "ownership", line, ({"ownership": before}, after), by, at)
    register.touch(tx)


def set_notice(
    tx: sqlite3.Connection, watch_id: str, day: date, exemption: str, by: By, at: datetime
) -> None:
    """Say when the person was told (P3), or on what ground nobody had to be; looking may begin."""
    person, _, before, _, status = _account(tx, watch_id)
    change = "UPDATE account SET notice_date = ?, notice_exemption = ? WHERE watch_id = ?"
    tx.execute(change, (day.isoformat(), exemption, watch_id))
    if status == "waiting":
        tx.execute(STAND, (watch_id,))
    after = {"notice_date": day.isoformat(), "notice_exemption": exemption}
    line = {"watch_id": watch_id, "person_ref": person}
    _note(tx, "notice", line, ({"notice_date": before}, after), by, at)
    register.touch(tx)


def forget(tx: sqlite3.Connection, before: date, at: datetime) -> int:
    """Delete the lines that were removed before a day, and persons of whom no line is left.

    Who left service stays while a sheet lists them: deleted, the next import would take them for
    new.

    With a person goes the key of their digests, so that what matched nothing means nothing to
    anybody. Contents of the log are the erasure's. Returns how many lines were deleted.
    """
    day = before.isoformat()
    gone = [row[0] for row in tx.execute(ENDED, (day,))]
    if not gone:
        return 0
    lines = [(watch_id,) for watch_id in gone]
    tx.executemany("DELETE FROM source WHERE watch_id = ?", lines)
    tx.executemany("DELETE FROM account WHERE watch_id = ?", lines)
    for statement in FORGET:
        tx.execute(statement)
    by = By("netralitas", "retention.register_days")
    note(tx, "deleted", [{"watch_id": watch_id} for watch_id in gone], by, at)
    register.touch(tx)
    return len(gone)


def note_look(
    tx: sqlite3.Connection, what: str, watch_id: str, person_ref: str, by: By, at: datetime
) -> None:
    """Log that somebody was shown personal data of the register (UU 27/2022 Pasal 31)."""
    note(tx, what, [{"watch_id": watch_id, "person_ref": person_ref}], by, at)


def note_handle(tx: sqlite3.Connection, watch: Watch, handle: str, at: datetime) -> bool:
    """Log that an account, known by its permanent id, now has another handle.

    Called before the new handle is stored. Returns whether it changed.
    """
    if not handle:
        return False
    row = tx.execute(HANDLE, (watch.watch_id,)).fetchone()
    before = (row[0] or row[1]) if row else ""
    if not before or before.startswith("did:") or before == handle:
        return False
    line = {"watch_id": watch.watch_id, "person_ref": watch.person_ref}
    by = By("netralitas", "the permanent id stayed, the handle changed")
    _note(tx, "handle", line, ({"handle": before}, {"handle": handle}), by, at)
    return True


def _note(
    tx: sqlite3.Connection, what: str, line: Mapping[str, str], sides: Sides, by: By, at: datetime
) -> None:
    before, after = sides
    note(tx, what, [{**line, "before": before, "after": after}], by, at)


def _by_account(
    tx: sqlite3.Connection, query: str, values: Mapping[str, str]
) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for watch_id, person, kind, since in tx.execute(query, values):
        line = {"watch_id": watch_id, "person_ref": person, "kind": kind, "since": since}
        found.setdefault(watch_id, line)
    return list(found.values())


def _account(tx: sqlite3.Connection, watch_id: str) -> tuple[str, str, str, str, str]:
    row: tuple[str, str, str, str, str] | None = tx.execute(ACCOUNT, (watch_id,)).fetchone()
    if row is None:
        raise UnknownError(f"{watch_id}: no such line: see netralitas register list")
    return row


def _need_person(tx: sqlite3.Connection, person_ref: str) -> None:
    if not register.has_person(tx, person_ref):
        raise UnknownError(f"{person_ref}: no such person: see netralitas register list")
