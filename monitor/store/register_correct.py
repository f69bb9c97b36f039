"""Corrections of the register that a person asked for (UU 27/2022 Ps. 6), logged as such."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from monitor.errors import UnknownError
from monitor.store import held, register
from monitor.store.register_import import END, By, note

# What may be set singly; accounts, notice and dated states have commands of their own.
COLUMNS = (
    "name", "employer_type", "instansi", "unit", "superior", "position", "area", "zone",
    "candidate_spouse_of", "as_of", "source",
)  # fmt: skip
CORRECTED = "facts"


def set_facts(
    tx: sqlite3.Connection, person_ref: str, values: Mapping[str, str], by: By, at: datetime
) -> dict[str, str]:
    """Set facts of a person; return the former words of those that changed.

    A correction says what was so all along: it leaves no transfer. Raises ``StoreError`` for
    nobody on file, ``KeyError`` for a column that cannot be set.
    """
    person = held.person(tx, person_ref)
    if person is None:
        raise UnknownError(f"{person_ref}: no such person: see netralitas register list")
    former = {k: str(person[k]) for k, v in values.items() if k in COLUMNS and person[k] != v}
    unknown = sorted(set(values) - set(COLUMNS))
    if unknown:
        raise KeyError(unknown[0])
    if not former:
        return {}
    for column in former:
        query = f"UPDATE person SET {column} = ? WHERE person_ref = ?"  # noqa: S608 - of COLUMNS
        tx.execute(query, (values[column], person_ref))
    after = {column: values[column] for column in former}
    note(tx, CORRECTED, [{"person_ref": person_ref, "before": former, "after": after}], by, at)
    register.touch(tx)
    return former


def end_line(tx: sqlite3.Connection, watch_id: str, person_ref: str, by: By, at: datetime) -> None:
    """Take a line off: the account was never this person's. It is not looked at any more."""
    tx.execute(END, (at.date().isoformat(), watch_id))
    line = {"watch_id": watch_id, "person_ref": person_ref, "change": "not_theirs"}
    note(tx, "removed", [line], by, at)
    register.touch(tx)
