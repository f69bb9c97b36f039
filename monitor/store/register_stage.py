"""A sheet on its way into the register: kept in a private temporary file until all of it is good.

A register may be longer than the memory is wide, so what must hold between its lines, and what
differs from the register that stands, is asked in SQL. SQLite unlinks the file at once: nothing
of it is left behind, whatever happens to the process.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from monitor.errors import Fault
from monitor.store.db import guard
from monitor.store.register import FIELDS, PERSON, version

TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -64000;
CREATE TABLE line (
  number INTEGER, watch_id TEXT, person_ref TEXT, name TEXT, employer_type TEXT,
  instansi TEXT, unit TEXT, superior TEXT, position TEXT, area TEXT, zone TEXT, route TEXT,
  candidate_spouse_of TEXT, as_of TEXT, source TEXT, platform TEXT, address TEXT, native_id TEXT,
  ownership TEXT, ownership_evidence TEXT, legal_ground TEXT, notice_date TEXT,
  notice_exemption TEXT, registered_on TEXT
);
CREATE TABLE named (key TEXT, number INTEGER, person_ref TEXT, shown TEXT, field TEXT);
CREATE TABLE here (sheet TEXT);
CREATE TABLE staff (person_ref TEXT PRIMARY KEY, number INTEGER, facts TEXT) WITHOUT ROWID;
"""
ADD = """
INSERT INTO line
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
KEEPABLE = (
    "native_id", "ownership", "ownership_evidence", "notice_date", "notice_exemption", "superior",
    "route", "candidate_spouse_of",
)  # fmt: skip
KEEP_ACCOUNT = """
UPDATE line SET native_id = iif(:native_id, a.native_id, line.native_id),
  ownership = iif(:ownership, a.ownership, line.ownership),
  ownership_evidence = iif(:ownership_evidence, a.ownership_evidence, line.ownership_evidence),
  notice_date = iif(:notice_date, a.notice_date, line.notice_date),
  notice_exemption = iif(:notice_exemption, a.notice_exemption, line.notice_exemption)
FROM kept.account a WHERE a.watch_id = line.watch_id
"""
KEEP_PERSON = """
UPDATE line SET superior = iif(:superior, p.superior, line.superior),
  route = iif(:route, p.route, line.route),
  candidate_spouse_of = iif(:candidate_spouse_of, p.candidate_spouse_of, line.candidate_spouse_of)
FROM kept.person p WHERE p.person_ref = line.person_ref
"""
ADD_STAFF = "INSERT OR IGNORE INTO staff VALUES (?, ?, ?)"
FIRST_STAFF = "SELECT number FROM staff WHERE person_ref = ?"
STAFF = "SELECT facts FROM staff WHERE person_ref = ?"
NAME_LINES = """
INSERT INTO named
SELECT platform || char(9) || casefold(address), number, person_ref, address, 'address' FROM line
WHERE platform <> ''
UNION ALL
SELECT platform || char(9) || casefold(native_id), number, person_ref, native_id, 'native_id'
FROM line WHERE native_id <> '' AND platform <> ''
"""
# What a line was resolved to counts for it, and so does every line that another sheet keeps.
NAME_KEPT = """
INSERT INTO named
SELECT l.platform || char(9) || casefold(n.value), l.number, l.person_ref, l.address, 'address'
FROM line l JOIN kept.source s USING (watch_id) JOIN json_each(json_array(s.native_id, s.handle)) n
WHERE s.active = 1 AND s.address = l.address AND s.platform = l.platform AND n.value <> ''
UNION ALL
SELECT a.platform || char(9) || casefold(n.value), 0, a.person_ref, a.watch_id, 'watch_id'
FROM kept.account a LEFT JOIN kept.source s ON s.watch_id = a.watch_id AND s.address = a.address
JOIN json_each(json_array(a.address, a.native_id, s.native_id, s.handle)) n
WHERE a.status IN ('active', 'waiting') AND a.sheet <> (SELECT sheet FROM here) AND n.value <> ''
"""
SHARED = """
WITH first AS (
  SELECT key, min(number) AS number FROM named GROUP BY key HAVING min(number) <> max(number))
SELECT n.number, n.field, n.shown, f.number, o.person_ref = n.person_ref, o.shown
FROM first f JOIN named n USING (key) JOIN named o ON o.key = f.key AND o.number = f.number
WHERE n.number <> f.number ORDER BY n.number, n.field
"""
SAME_ID = """
WITH first AS (
  SELECT casefold(watch_id) AS id, min(number) AS number FROM line GROUP BY 1 HAVING count(*) > 1)
SELECT l.number, l.watch_id, f.number FROM line l JOIN first f ON casefold(l.watch_id) = f.id
WHERE l.number <> f.number ORDER BY l.number
"""
BY_PERSON = "CREATE INDEX line_by_person ON line (person_ref, number)"
OTHERWISE = """
WITH first AS (
  SELECT person_ref, min(number) AS number FROM line GROUP BY person_ref HAVING count(*) > 1)
SELECT l.*, o.* FROM first f
JOIN line o ON o.person_ref = f.person_ref AND o.number = f.number
JOIN line l ON l.person_ref = f.person_ref AND l.number <> f.number
WHERE (l.name, l.employer_type, l.instansi, l.unit, l.superior, l.position, l.area, l.zone, l.route,
  l.candidate_spouse_of, l.as_of) IS NOT (o.name, o.employer_type, o.instansi, o.unit, o.superior,
  o.position, o.area, o.zone, o.route, o.candidate_spouse_of, o.as_of)
ORDER BY l.number
"""
ELSEWHERE = """
SELECT l.number, a.sheet FROM line l JOIN kept.account a USING (watch_id)
WHERE a.sheet <> (SELECT sheet FROM here) ORDER BY l.number
"""
LOST_ZEROS = """
WITH zeros AS (
  SELECT watch_id AS id, 'watch_id' AS field FROM kept.account WHERE watch_id GLOB '0[0-9]*'
  UNION ALL SELECT person_ref, 'person_ref' FROM kept.person WHERE person_ref GLOB '0[0-9]*')
SELECT l.number, z.field, ltrim(z.id, '0'), z.id FROM zeros z
JOIN line l ON iif(z.field = 'watch_id', l.watch_id, l.person_ref) = ltrim(z.id, '0')
ORDER BY l.number
"""
# A person who left stays so whatever a sheet says: an interval on file says it.
DIFFERENT = """
SELECT l.*, iif(a.status = 'left', 'left',
    CASE WHEN l.platform = '' THEN 'unresolved' WHEN l.notice_date = '' THEN 'waiting'
    ELSE 'active' END) AS goal,
  a.status, a.watch_id, coalesce(a.person_ref, p.person_ref), p.name, p.employer_type, p.instansi,
  p.unit, p.superior, p.position, p.area, p.zone, p.route, p.candidate_spouse_of, p.as_of,
  p.source, a.platform, a.address, a.native_id, a.ownership, a.ownership_evidence, a.legal_ground,
  a.notice_date, a.notice_exemption, a.registered_on
FROM line l LEFT JOIN kept.account a USING (watch_id)
LEFT JOIN kept.person p ON p.person_ref = l.person_ref
WHERE a.watch_id IS NULL OR a.status <> goal
  OR (l.person_ref, l.platform, l.address, l.native_id, l.ownership, l.ownership_evidence,
    l.legal_ground, l.notice_date, l.notice_exemption, l.registered_on) IS NOT (a.person_ref,
    a.platform, a.address, a.native_id, a.ownership, a.ownership_evidence, a.legal_ground,
    a.notice_date, a.notice_exemption, a.registered_on)
  OR (l.name, l.employer_type, l.instansi, l.unit, l.superior, l.position, l.area, l.zone, l.route,
    l.candidate_spouse_of, l.as_of, l.source) IS NOT (p.name, p.employer_type, p.instansi, p.unit,
    p.superior, p.position, p.area, p.zone, p.route, p.candidate_spouse_of, p.as_of, p.source)
ORDER BY l.rowid
"""
GONE = """
SELECT a.watch_id, a.person_ref FROM kept.account a
WHERE a.sheet = (SELECT sheet FROM here) AND a.status <> 'removed'
  AND NOT EXISTS (SELECT 1 FROM line l WHERE l.watch_id = a.watch_id) ORDER BY a.watch_id
"""
BY_ID = "CREATE INDEX line_by_id ON line (watch_id)"
WIDTH = len(FIELDS)
SETTLE = "find out whose it is; until then keep one line, with ownership 'contested'"
ZEROS = "a spreadsheet drops zeros at the start: format the column as text, fill it again"

Told = tuple[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """What a sheet changes of one line: ``added``, ``changed``, ``returned`` or ``removed``.

    ``line`` holds every column by name, and none where the line is gone; ``fields`` those that
    changed, with their former values in ``former``.
    """

    watch_id: str
    person_ref: str
    what: str
    status: str
    line: Mapping[str, str]
    former: Mapping[str, str]


class Stage:
    """Takes the good lines of one sheet. Use it with ``with``."""

    def __init__(self, sheet: str = "register") -> None:
        self.sheet = sheet
        self.version = 0
        self._conn = sqlite3.connect("", uri=True, isolation_level=None)
        self._conn.executescript(TABLES)
        self._conn.create_function("casefold", 1, _casefold, deterministic=True)
        self._conn.execute("INSERT INTO here VALUES (?)", (sheet,))
        self._kept = False
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._conn.close()

    def add(self, lines: Sequence[tuple[int, Mapping[str, str]]]) -> None:
        """Take lines by number; each holds every column of the register."""
        with guard():
            self._conn.execute("BEGIN")
            rows = ((number, *map(line.__getitem__, FIELDS)) for number, line in lines)
            self._conn.executemany(ADD, rows)
            self.count += len(lines)
            self._conn.execute("COMMIT")

    def add_staff(
        self, people: Iterable[tuple[int, str, Mapping[str, str]]]
    ) -> list[tuple[int, int]]:
        """Take persons to join declarations with; return the numbers of each one twice there."""
        twice = []
        with guard():
            self._conn.execute("BEGIN")
            for number, person, facts in people:
                values = (person, number, json.dumps(facts))
                if not self._conn.execute(ADD_STAFF, values).rowcount:
                    (first,) = self._conn.execute(FIRST_STAFF, (person,)).fetchone()
                    twice.append((number, first))
            self._conn.execute("COMMIT")
        return twice

    def staff(self, person_ref: str) -> dict[str, str] | None:
        """Return what the staff sheet says of a person."""
        with guard():
            row = self._conn.execute(STAFF, (person_ref,)).fetchone()
        return dict(json.loads(row[0])) if row else None

    def beside(self, database: Path, silent: Collection[str] = ()) -> None:
        """Look at the register that stands as well; it is only read.

        ``silent`` are those of ``KEEPABLE`` that the sheet has no column for: what is on file of
        them stays, so that a sheet does not undo what a person found out since.
        """
        flags = {name: int(name in silent) for name in KEEPABLE}
        with guard(database):
            self._conn.execute("ATTACH ? AS kept", (f"{database.absolute().as_uri()}?mode=ro",))
            self.version = version(self._conn)
            self._conn.execute(KEEP_ACCOUNT, flags)
            self._conn.execute(KEEP_PERSON, flags)
        self._kept = True

    def faults(self, where: str) -> list[Fault]:
        """Return what is wrong between lines, by line: one id, one account, one person each."""
        with guard():
            self._conn.execute(BY_PERSON)
            found = [*self._same_ids(), *self._shared(), *self._otherwise()]
            if self._kept:
                found += [*self._elsewhere(), *self._lost_zeros()]
        found.sort(key=itemgetter(0))
        return [Fault(f"{where}:{number}", *what) for number, what in found]

    def changes(self) -> Iterator[Change]:
        """Yield what the sheet changes of the register that stands, in the sheet's order."""
        with guard():
            self._conn.execute(BY_ID)
            for row in self._conn.execute(DIFFERENT):
                yield _change(row)
            for watch_id, person in self._conn.execute(GONE):
                yield Change(watch_id, person, "removed", "removed", {}, {})

    def _same_ids(self) -> Iterator[Told]:
        for number, shown, first in self._conn.execute(SAME_ID):
            yield number, ("watch_id", f"an id not used before (line {first})", repr(shown))

    def _shared(self) -> Iterator[Told]:
        self._conn.execute(NAME_LINES)
        if self._kept:
            self._conn.execute(NAME_KEPT)
        self._conn.execute("CREATE INDEX named_by_key ON named (key, number)")
        told = 0
        for number, field, shown, first, same_person, holder in self._conn.execute(SHARED):
            if number == told:
                continue
            told = number
            other = f"line {first}" if first else f"{holder} on file"
            if same_person:
                yield number, (field, f"an account not listed before ({other})", repr(shown))
            else:
                expected = f"an account of one person ({other} gives it to another)"
                yield number, (field, expected, repr(shown), SETTLE)

    def _otherwise(self) -> Iterator[Told]:
        for row in self._conn.execute(OTHERWISE):
            ours, theirs = row[1 : WIDTH + 1], row[WIDTH + 2 :]
            of = dict(zip(FIELDS, zip(ours, theirs, strict=True), strict=True))
            field = next(name for name in PERSON if of[name][0] != of[name][1])
            expected = f"what line {row[WIDTH + 1]} says of the same person, {of[field][1]!r}"
            yield row[0], (field, expected, repr(of[field][0]))

    def _elsewhere(self) -> Iterator[Told]:
        for number, sheet in self._conn.execute(ELSEWHERE):
            yield number, ("watch_id", f"an id of this sheet (it is kept in sheet {sheet!r})")

    def _lost_zeros(self) -> Iterator[Told]:
        for number, field, got, kept in self._conn.execute(LOST_ZEROS):
            yield number, (field, f"{kept!r}, as on file", repr(got), ZEROS)


def _casefold(text: str) -> str:
    return text.removeprefix("@").casefold()


def _change(row: tuple[Any, ...]) -> Change:
    line = dict(zip(FIELDS, row[1 : WIDTH + 1], strict=True))
    goal, status, *kept = row[WIDTH + 1 :]
    stood = dict(zip(FIELDS, kept, strict=True))
    former = {k: v for k, v in stood.items() if v is not None and line[k] != v}
    what = "added" if status is None else "returned" if status == "removed" else "changed"
    return Change(line["watch_id"], line["person_ref"], what, goal, line, former)
