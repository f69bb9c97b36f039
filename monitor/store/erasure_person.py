"""Everything that the database holds about one person, found so that it can be destroyed.

The register names a person in columns of its own. Alarms, reasons and notes may name a line or an
account in their text, so those are searched for the person's identifiers as well; what only shares
a name with them is listed for a human to look at, and left alone.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from monitor.model.erasure import ERASURE, Lost, place
from monitor.store import about, erasure, log, register
from monitor.store.db import guard
from monitor.store.erasure import HANDLING

# Whose entries hold a person's data in free text or under another's heading.
SEARCHED = frozenset({"register", "alarm", "malformed"})
LOOKS = """
SELECT a.watch_id, a.address, a.native_id, coalesce(s.address, ''), coalesce(s.native_id, ''),
  coalesce(s.handle, '')
FROM account a LEFT JOIN source s USING (watch_id) WHERE a.person_ref = ?
"""
BODY = "SELECT body FROM content WHERE seq = ? AND name = ?"
BODIES = "SELECT seq, name, body FROM content WHERE seq > ? ORDER BY seq, name"
ENTRY = "SELECT canonical FROM log WHERE seq = ?"
HEALTH = "SELECT id, subject, body FROM outbox WHERE kind = 'health'"
ALARMS = "SELECT key, text FROM alarm"
SURE_KEYS = ("person_ref", "watch_id", "address", "native_id", "handle")
# Shorter ones would be found in everybody's text; no account or name that is on file is so short.
SHORTEST = 4
# What stands on a case goes with the case.
TIPS = """
DELETE FROM tip
WHERE finding_id = '' AND watch_id IN (SELECT watch_id FROM account WHERE person_ref = ?)
"""
# Leaves first.
ROWS = (
    TIPS,
    "DELETE FROM source WHERE watch_id IN (SELECT watch_id FROM account WHERE person_ref = ?)",
    "DELETE FROM account WHERE person_ref = ?",
    "DELETE FROM person_interval WHERE person_ref = ?",
    "DELETE FROM person WHERE person_ref = ?",
    "DELETE FROM person_key WHERE person_ref = ?",
    "DELETE FROM shadow_hit WHERE person_ref = ?",
)


@dataclass(slots=True)
class Identifiers:
    """What names a person: ``sure`` names nobody else, ``names`` may be shared."""

    sure: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def add(self, body: dict[str, Any]) -> None:
        """Take what a register line, or one side of a change of it, says."""
        self.sure |= {str(body[key]) for key in SURE_KEYS if body.get(key)}
        self.names |= {str(body["name"])} if body.get("name") else set()

    def found_in(self, text: str) -> bool:
        return bool(_pattern(self.sure | self.names).search(text))


@dataclass(slots=True)
class Held:
    """What there is to be destroyed of a person: case by case, and the ``rest``.

    ``look_at`` are (entry, kind, content) that name the person and belong to something else.
    """

    person_ref: str
    known: Identifiers
    cases: dict[str, Lost] = field(default_factory=dict)
    rest: Lost = field(default_factory=Lost)
    look_at: list[tuple[int, str, str]] = field(default_factory=list)
    on_register: bool = False

    def __bool__(self) -> bool:
        return bool(self.cases or self.rest.places or self.on_register)


@dataclass(frozen=True, slots=True)
class Searched:
    """Where all contents up to entry ``upto`` name a person by what was ``known`` of them."""

    known: Identifiers
    upto: int
    named: tuple[tuple[int, str], ...]


@guard()
def search(conn: sqlite3.Connection, person_ref: str) -> Searched:
    """Read every content once; done before the write lock is taken, it keeps nobody waiting."""
    upto = log.head(conn).seq
    known = identifiers(conn, person_ref)
    return Searched(known, upto, tuple(_naming(conn, known, 0)))


@guard()
def held(conn: sqlite3.Connection, person_ref: str, searched: Searched | None = None) -> Held:
    """Find it all. Of what was ``searched`` before, only what came since is read again."""
    found = Held(person_ref, identifiers(conn, person_ref))
    found.on_register = register.has_person(conn, person_ref)
    for finding in about.findings_of(conn, person_ref):
        found.cases[finding] = erasure.case(conn, finding)
    for seq, name in about.named(conn, person_ref):
        entry = _entry(conn, seq)
        if entry["kind"] == "malformed":
            erasure.take(conn, found.rest, entry)
        elif entry["subject"] not in found.cases:
            found.rest.places.add(place("content", seq, name))
    for row in about.entries(conn, person_ref):
        entry = json.loads(row.canonical)
        if entry["kind"] not in HANDLING and entry["kind"] != ERASURE:
            erasure.take(conn, found.rest, entry)
    if searched is None or searched.known != found.known:
        searched = search(conn, person_ref)
    later = _naming(conn, found.known, searched.upto)
    for seq, name in dict.fromkeys([*searched.named, *later]):
        _judge(conn, found, seq, name)
    return found


@guard()
def identifiers(conn: sqlite3.Connection, person_ref: str) -> Identifiers:
    """Return what names a person, from the register as it is and as the log remembers it."""
    known = Identifiers({person_ref})
    for row in conn.execute(LOOKS, (person_ref,)):
        known.sure |= {text for text in row if text}
    for (name,) in conn.execute("SELECT name FROM person WHERE person_ref = ?", (person_ref,)):
        known.names.add(name)
    for at in about.named(conn, person_ref):
        body = json.loads(conn.execute(BODY, at).fetchone()[0])
        for side in (body, body.get("after"), body.get("before")):
            if isinstance(side, dict) and side.get("person_ref", person_ref) == person_ref:
                known.add(side)
    known.names.discard("")
    return known


def remove(tx: sqlite3.Connection, found: Held) -> None:
    """Delete the person's rows: register, looks, digests' key, hits in shadow, alarms.

    What a case has outside the log goes with the case: ``erasure.silence``.
    """
    for statement in ROWS:
        tx.execute(statement, (found.person_ref,))
    sure = _pattern(found.known.sure | found.known.names)
    for number, *texts in tx.execute(HEALTH).fetchall():
        if any(sure.search(text) for text in texts):
            tx.execute("DELETE FROM outbox WHERE id = ?", (number,))
    for texts in tx.execute(ALARMS).fetchall():
        if any(sure.search(text) for text in texts):
            tx.execute("DELETE FROM alarm WHERE key = ?", (texts[0],))
    register.touch(tx)


def _judge(conn: sqlite3.Connection, found: Held, seq: int, name: str) -> None:
    """Say of one content that names the person whether it goes, or is to be looked at."""
    at = place("content", seq, name)
    row = conn.execute(BODY, (seq, name)).fetchone()
    lost = (found.rest, *found.cases.values())
    if row is None or any(at in one.places for one in lost):
        return
    entry, sure = _entry(conn, seq), _pattern(found.known.sure).search(_text(row[0]))
    kind, subject = entry["kind"], entry["subject"]
    if subject in found.cases and kind != ERASURE:
        found.cases[subject].places.add(at)
    elif kind in SEARCHED and (sure or kind != "register" or name == "by"):
        _take(conn, found.rest, entry, at)
    elif subject == found.person_ref and kind in HANDLING:
        found.rest.places.add(at)
    else:
        found.look_at.append((seq, kind, name))


def _take(conn: sqlite3.Connection, lost: Lost, entry: dict[str, Any], at: str) -> None:
    if entry["kind"] == "malformed":
        erasure.take(conn, lost, entry)
    else:
        lost.places.add(at)


def _naming(conn: sqlite3.Connection, known: Identifiers, after: int) -> Iterator[tuple[int, str]]:
    pattern = _pattern(known.sure | known.names)
    for seq, name, body in conn.execute(BODIES, (after,)):
        if pattern.search(_text(body)):
            yield seq, name


def _text(body: Any) -> str:
    return bytes(body).decode("utf-8", "replace")


def _pattern(texts: Iterable[str]) -> re.Pattern[str]:
    """Match any of some texts as whole words, however they are written in JSON."""
    forms = {json.dumps(text, ensure_ascii=False)[1:-1] for text in texts if len(text) >= SHORTEST}
    either = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)" if forms else r"(?!)", re.IGNORECASE)


def _entry(conn: sqlite3.Connection, seq: int) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(conn.execute(ENTRY, (seq,)).fetchone()[0])
    return entry
