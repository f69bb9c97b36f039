"""``netralitas register``: see the register, and change single facts of it, with who and why."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from monitor import app, config, console
from monitor.clock import utc_now
from monitor.errors import ConfigError, Fault, UnknownError
from monitor.intake import outgoing
from monitor.model.person import Interval, IntervalKind, Ownership, Placement
from monitor.run import enrol
from monitor.store import register, register_edit, register_read
from monitor.store.register_import import By
from monitor.store.writer import Writer
from monitor.watch.toml import near

LISTED = ("line", "person", "network", "account", "instansi", "ownership", "notice", "status")
EXPORTED = ("status", "sheet", "ended_on")
INTERVALS = ("person_ref", "kind", "start", "end", "reference")
KINDS = [kind.value for kind in IntervalKind]
EVERYBODY = 200  # lines that a listing prints; the rest is counted


@dataclass(frozen=True, slots=True)
class Desk:
    """The opened database, who asks and why, and when."""

    settings: config.Config
    writer: Writer
    by: By
    now: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A dated state as a command gives it; the new place is for a transfer."""

    kind: str
    first: date
    last: date | None = None
    reference: str = ""
    instansi: str = ""
    unit: str = ""
    superior: str = ""
    position: str = ""
    area: str = ""


def listing(path: Path, status: str, instansi: str) -> int:
    """Print lines and how they stand; that somebody looked is logged."""
    with _desk(path, getpass.getuser(), "netralitas register list") as desk:
        with desk.writer.transaction() as tx:
            register_edit.note_look(tx, "listed", "", "", desk.by, desk.now)
        conn = desk.writer.reader()
        found, more = register_read.listed(conn, status, instansi, EVERYBODY)
    rows = [
        (r["watch_id"], r["person_ref"], r["platform"], r["address"], r["instansi"],
         r["ownership"], r["notice_date"], r["status"])
        for r in found
    ]  # fmt: skip
    console.table("Register", LISTED, rows)
    if more:
        console.plain(f"and {more} more: --instansi, --status, or netralitas register export")
    return 0


def show(path: Path, watch_id: str, by: str, why: str) -> int:
    """Print all that is on file of one line and its person; the look is logged."""
    with _desk(path, by, why) as desk:
        line = _line(desk, watch_id)
        person = line["person_ref"]
        with desk.writer.transaction() as tx:
            register_edit.note_look(tx, "shown", watch_id, person, desk.by, desk.now)
        states = register.intervals(desk.writer.reader(), person)
    console.table("Line", ("column", "on file"), [(k, v) for k, v in line.items() if v])
    rows = [(i.kind, i.start.isoformat(), _day(i.end), i.reference, _places(i)) for i in states]
    console.table("Dated states", ("kind", "first day", "last day", "letter", "place"), rows)
    return 0


def interval_add(path: Path, who: str, asked: Asked, by: str, why: str) -> int:
    """Put a dated state of a person on file."""
    if asked.kind not in KINDS:
        raise _refused("--kind", f"one of {', '.join(KINDS)}", asked.kind, near(asked.kind, KINDS))
    if asked.last and asked.last < asked.first:
        raise _refused("--to", f"a day not before {asked.first}", str(asked.last))
    with _desk(path, by, why) as desk:
        person, line = _person(desk, who)
        interval = Interval(asked.kind, asked.first, asked.last, asked.reference)
        if asked.kind == IntervalKind.TRANSFER:
            interval = _transfer(desk, line, asked)
        with desk.writer.transaction() as tx:
            new = register_edit.add_interval(tx, person, interval, desk.by, desk.now)
    console.plain(f"{asked.kind} from {asked.first} is on file" + ("" if new else " already"))
    return 0


def interval_end(path: Path, who: str, kind: str, last: date, by: str, why: str) -> int:
    """Give an open state its last day."""
    with _desk(path, by, why) as desk:
        person, _ = _person(desk, who)
        with desk.writer.transaction() as tx:
            first = register_edit.end_interval(tx, person, kind, last, desk.by, desk.now)
    console.plain(f"{kind}: {first} to {last}")
    return 0


def ownership(path: Path, watch_id: str, value: str, evidence: str, by: str, why: str) -> int:
    """Say how sure it is whose account it is."""
    if value not in list(Ownership):
        raise _refused(
            "ownership", f"one of {', '.join(Ownership)}", value, near(value, list(Ownership))
        )
    if value in (Ownership.DECLARED, Ownership.VERIFIED) and not evidence.strip():
        raise _refused("--evidence", "what shows it, such as the declaration's number", "nothing")
    with _desk(path, by, why) as desk:
        _need_kept_here(desk, _line(desk, watch_id))
        with desk.writer.transaction() as tx:
            sure = Ownership(value)
            register_edit.set_ownership(tx, watch_id, sure, evidence, desk.by, desk.now)
    console.plain(f"{watch_id}: {value}")
    return 0


def notice(path: Path, watch_id: str, day: date | None, exempt: str, by: str, why: str) -> int:
    """Say when the person was told, or on what ground nobody had to be."""
    if (day is None) == (not exempt.strip()):
        raise _refused("notice", "either --on DAY or --exempt GROUND", "both or none")
    with _desk(path, by, why) as desk:
        _need_kept_here(desk, _line(desk, watch_id))
        told = day or desk.now.date()
        if told > desk.now.date():
            raise _refused("--on", "a day that has come", str(told))
        with desk.writer.transaction() as tx:
            register_edit.set_notice(tx, watch_id, told, exempt, desk.by, desk.now)
    console.plain(f"{watch_id}: acts from {told} on count, if the line was registered by then")
    return 0


def export(path: Path, to: Path, *, states: bool, by: str, why: str) -> int:
    """Write the register, or its dated states, as CSV that an import takes again."""
    with _desk(path, by, why) as desk:
        conn = desk.writer.reader()
        with desk.writer.transaction() as tx:
            register_edit.note_look(tx, "exported", "", "", desk.by, desk.now)
        if states:
            count = outgoing.write(to, INTERVALS, register_read.states(conn))
        else:
            rows = (list(row.values()) for row in register_read.lines(conn))
            count = outgoing.write(to, (*register.FIELDS, *EXPORTED), rows)
    console.plain(f"{count} rows: {to}")
    return 0


def _transfer(desk: Desk, line: dict[str, str], asked: Asked) -> Interval:
    _need_kept_here(desk, line)
    if not asked.instansi and not asked.unit:
        raise _refused("--unit", "the new place of a transfer: --instansi, --unit", "neither")
    watch = register_read.watch(desk.writer.reader(), line["watch_id"])
    before = watch.placement_on(asked.first)
    given = {
        "instansi": asked.instansi, "unit": asked.unit, "superior": asked.superior,
        "position": asked.position, "area": asked.area,
    }  # fmt: skip
    after = replace(before, **{name: value for name, value in given.items() if value})
    return Interval(asked.kind, asked.first, asked.last, asked.reference, before, after)


def _need_kept_here(desk: Desk, line: dict[str, str]) -> None:
    """Refuse what the next start would undo: the file that is configured says it."""
    if desk.settings.has_register_file and line["sheet"] == enrol.SHEET:
        file = desk.settings.path("register_file").name
        hint = f"change it in {file}, which is read at each start"
        raise _refused(line["watch_id"], "a line that commands keep", "a line of a file", hint)


def _line(desk: Desk, watch_id: str) -> dict[str, str]:
    line = register_read.line(desk.writer.reader(), watch_id)
    if line is None:
        raise UnknownError(f"{watch_id}: no such line: see netralitas register list")
    return line


def _person(desk: Desk, who: str) -> tuple[str, dict[str, str]]:
    """Return a person's reference, and one of their lines, by either's name."""
    conn = desk.writer.reader()
    line = register_read.line(conn, who) or register_read.line_of(conn, who)
    if line is None:
        raise UnknownError(f"{who}: no such line or person: see netralitas register list")
    return line["person_ref"], line


def _places(interval: Interval) -> str:
    sides = (interval.before, interval.after)
    return " → ".join(_place(side) for side in sides if side)


def _place(place: Placement) -> str:
    return ", ".join(part for part in (place.instansi, place.unit, place.position) if part)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _refused(key: str, expected: str, got: str, hint: str = "") -> ConfigError:
    return ConfigError([Fault("netralitas register", key, expected, got, hint)])


@contextmanager
def _desk(path: Path, by: str, why: str) -> Iterator[Desk]:
    empty = [name for name, value in (("--by", by), ("--why", why)) if not value.strip()]
    if empty:
        hint = "it is kept in the evidence log"
        raise ConfigError(
            [Fault("netralitas register", n, "a text", "nothing", hint) for n in empty]
        )
    with app.desk(path) as (settings, writer):
        yield Desk(settings, writer, By(by, why), utc_now())
