"""Rules in service: the set in force, and what commands said of single rules.

Files say how a rule stands; a switch stands above its file. Each change is an entry of the log, in
the same transaction. Who did it and why may name a person, so they are content and can be erased.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.clock import from_text, to_text
from monitor.model.evidence import Canonical
from monitor.store import log
from monitor.store.db import guard

SET_KIND = "ruleset"
RULE_KIND = "rule"
OFF, STATUS = "off", "status"

PUT_SET = """
INSERT INTO ruleset (id, digest, since) VALUES (1, ?, ?)
ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, since = excluded.since
"""
PUT_SWITCH = """
INSERT INTO rule_switch (rule, kind, value, revision, who, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (rule, kind) DO UPDATE SET value = excluded.value, revision = excluded.revision,
  who = excluded.who, reason = excluded.reason, at = excluded.at
"""


@dataclass(frozen=True, slots=True)
class By:
    """Who changed something, and why."""

    who: str
    reason: str

    def content(self) -> dict[str, Canonical]:
        return {"who": self.who, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Switch:
    """``off``, or the status (``live``, ``retired``) given to one revision of a rule."""

    rule: str
    value: str
    revision: int
    by: By
    at: datetime


@guard()
def in_force(conn: sqlite3.Connection) -> str:
    """Return the digest of the set in force; empty where none was ever noted."""
    row = conn.execute("SELECT digest FROM ruleset").fetchone()
    return str(row[0]) if row else ""


@guard()
def files(conn: sqlite3.Connection) -> dict[str, str]:
    """Return the files of the set in force, by name, with their SHA-256 (hex)."""
    return dict(conn.execute("SELECT name, digest FROM ruleset_file"))


def replace_set(
    tx: sqlite3.Connection,
    digest: str,
    found: Mapping[str, str],
    at: datetime,
    *,
    cause: str,
    by: Mapping[str, Canonical],
) -> bool:
    """Note that a set is in force; return whether it is another one than before.

    ``found`` are its files as ``files`` returns them, ``cause`` is ``start`` or ``reload``, and
    ``by`` says who wrote what changed.
    """
    old = in_force(tx)
    if old == digest:
        return False
    before = files(tx)
    changed = {n: sha for n, sha in found.items() if before.get(n) != sha}
    removed = sorted(before.keys() - found.keys())
    log.append(
        tx,
        at=at,
        kind=SET_KIND,
        subject=SET_KIND,
        public={
            "cause": cause, "old": old, "new": digest, "changed": changed, "removed": removed,
        },
        content={"by": {name: text for name, text in by.items() if name in changed}},
    )  # fmt: skip
    tx.execute(PUT_SET, (digest, to_text(at)))
    tx.execute("DELETE FROM ruleset_file")
    tx.executemany("INSERT INTO ruleset_file (name, digest) VALUES (?, ?)", found.items())
    return True


@guard()
def switches(conn: sqlite3.Connection) -> list[Switch]:
    """Return every switch in force, by rule."""
    query = "SELECT rule, value, revision, who, reason, at FROM rule_switch ORDER BY rule, kind"
    return [
        Switch(rule, value, revision, By(who, reason), from_text(at))
        for rule, value, revision, who, reason, at in conn.execute(query)
    ]


def turn_off(tx: sqlite3.Connection, rule: str, by: By, at: datetime) -> None:
    """Stop a rule, in every revision, until ``turn_on``."""
    _put(tx, Switch(rule, OFF, 0, by, at), OFF)


def turn_on(tx: sqlite3.Connection, rule: str, by: By, at: datetime) -> bool:
    """Take back ``turn_off``; return whether the rule was off."""
    query = "DELETE FROM rule_switch WHERE rule = ? AND kind = ?"
    was_off = tx.execute(query, (rule, OFF)).rowcount > 0
    if was_off:
        note(tx, rule, "on", {}, by, at)
    return was_off


def give_status(
    tx: sqlite3.Connection, rule: str, revision: int, status: str, by: By, at: datetime
) -> None:
    """Give one revision a status above its file's; the next revision has its file's again."""
    _put(tx, Switch(rule, status, revision, by, at), STATUS)


def note(
    tx: sqlite3.Connection,
    rule: str,
    action: str,
    public: Mapping[str, Canonical],
    by: By,
    at: datetime,
) -> None:
    """Log what was done with a rule, under the set in force."""
    log.append(
        tx,
        at=at,
        kind=RULE_KIND,
        subject=rule,
        public={"action": action, "ruleset": in_force(tx), **public},
        content={"by": by.content()},
    )


def _put(tx: sqlite3.Connection, switch: Switch, kind: str) -> None:
    at, by = to_text(switch.at), switch.by
    values = (switch.rule, kind, switch.value, switch.revision, by.who, by.reason, at)
    tx.execute(PUT_SWITCH, values)
    public: dict[str, Canonical] = {"revision": switch.revision} if switch.revision else {}
    note(tx, switch.rule, switch.value, public, by, switch.at)
