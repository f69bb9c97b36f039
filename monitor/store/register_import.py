"""Making the register equal to a sheet: every change is logged, or nothing is changed.

A change is a content of its own, under its own salt, so that one person's can be erased. Many
share one entry: a first import would else be a million entries, each with its own link.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import StoreError
from monitor.model.evidence import Canonical
from monitor.model.person import Placement
from monitor.store import log, register
from monitor.store.register_stage import Change, Stage

KIND = "register"
PER_ENTRY = 500
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
  :ownership_evidence, :legal_ground, :notice_date, :notice_exemption, :registered_on, :sheet,
  :status, '')
ON CONFLICT (watch_id) DO UPDATE SET person_ref = excluded.person_ref,
  platform = excluded.platform, address = excluded.address, native_id = excluded.native_id,
  ownership = excluded.ownership, ownership_evidence = excluded.ownership_evidence,
  legal_ground = excluded.legal_ground, notice_date = excluded.notice_date,
  notice_exemption = excluded.notice_exemption, registered_on = excluded.registered_on,
  status = excluded.status, ended_on = iif(excluded.status = 'left', ended_on, '')
"""
END = "UPDATE account SET status = 'removed', ended_on = ? WHERE watch_id = ?"
ADD_INTERVAL = """
INSERT INTO person_interval (person_ref, kind, first_day, last_day, reference, moved_from, moved_to)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
PLACE = ("instansi", "unit", "superior", "position", "area", "zone")


@dataclass(frozen=True, slots=True)
class By:
    """Who asked for a change of the register, why, and on what paper or file it rests."""

    who: str
    reason: str
    source: str = ""

    def content(self) -> dict[str, Canonical]:
        return {"who": self.who, "reason": self.reason, "source": self.source}


def apply(
    tx: sqlite3.Connection,
    stage: Stage,
    by: By,
    at: datetime,
    *,
    correction: bool = False,
    told: Callable[[int], None] = lambda _: None,
) -> Counter[str]:
    """Make a sheet's part of the register what the stage holds; return how many lines changed how.

    A person who now serves elsewhere gets a transfer, so that older acts are judged by the former
    place; with ``correction`` the former words were wrong and leave no transfer. ``told`` hears
    how many changes were written. Raises ``StoreError`` where the register changed meanwhile.
    """
    if register.version(tx) != stage.version:
        raise StoreError("the register was changed meanwhile: run the import again")
    counts: Counter[str] = Counter()
    moved: set[str] = set()
    for part in _batches(stage.changes(), PER_ENTRY):
        _write(tx, part, stage.sheet, at)
        moves = [] if correction else [c for c in part if _moves(c, moved)]
        for change in moves:
            tx.execute(ADD_INTERVAL, _transfer(change, at))
        counts.update(change.what for change in part)
        counts["moved"] += len(moves)
        _note(tx, part, {c.watch_id for c in moves}, by, stage.sheet, at)
        told(sum(counts.values()) - counts["moved"])
    if counts:
        register.touch(tx)
    return counts


def note(
    tx: sqlite3.Connection,
    what: str,
    changes: Sequence[Mapping[str, Canonical]],
    by: By,
    at: datetime,
) -> None:
    """Log changes of one kind, each in a content of its own; who and why stand beside them."""
    content: dict[str, Canonical] = {"by": by.content()}
    content |= {f"{n:04d}": dict(change) for n, change in enumerate(changes, start=1)}
    # Even a watch id may be made from a name: the entry itself says only what kind of change.
    public: dict[str, Canonical] = {"change": what, "lines": len(changes)}
    log.append(tx, at=at, kind=KIND, subject=KIND, public=public, content=content)


def _write(tx: sqlite3.Connection, part: Sequence[Change], sheet: str, at: datetime) -> None:
    kept = [{**c.line, "sheet": sheet, "status": c.status} for c in part if c.line]
    tx.executemany(SET_PERSON, kept)
    tx.executemany(SET_ACCOUNT, kept)
    day = at.date().isoformat()
    tx.executemany(END, [(day, c.watch_id) for c in part if not c.line])


def _note(
    tx: sqlite3.Connection,
    part: Sequence[Change],
    moves: set[str],
    by: By,
    sheet: str,
    at: datetime,
) -> None:
    by = By(by.who, by.reason, f"{by.source} [{sheet}]".strip())
    note(tx, "import", [_body(change, moved=change.watch_id in moves) for change in part], by, at)


def _body(change: Change, *, moved: bool) -> dict[str, Canonical]:
    """Return what an entry keeps of a change: the former and the new words of what changed."""
    added = change.what == "added"
    after = {k: v for k, v in change.line.items() if (v if added else k in change.former)}
    return {
        "change": change.what,
        "watch_id": change.watch_id,
        "person_ref": change.person_ref,
        "before": dict(change.former),
        "after": after,
        "transfer": moved,
    }


def _moves(change: Change, moved: set[str]) -> bool:
    """Say whether a change puts its person elsewhere; several lines of a person say it once."""
    if not any(name in change.former for name in PLACE) or change.person_ref in moved:
        return False
    if change.former.get("person_ref", change.person_ref) != change.person_ref:
        return False
    moved.add(change.person_ref)
    return True


def _transfer(change: Change, at: datetime) -> tuple[str, ...]:
    line, former = change.line, change.former
    then = Placement(*(former.get(name, line[name]) for name in PLACE))
    now = Placement(*(line[name] for name in PLACE))
    day = line["as_of"] if "as_of" in former and line["as_of"] else at.date().isoformat()
    places = register.placement_body(then), register.placement_body(now)
    return change.person_ref, "transfer", day, "", line["source"], *places


def _batches(changes: Iterable[Change], size: int) -> Iterable[list[Change]]:
    stream = iter(changes)
    while part := list(itertools.islice(stream, size)):
        yield part
