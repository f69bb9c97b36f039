"""``netralitas rectify``: a wrong attribution or wrong facts are corrected, and the error shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from monitor import app, config, console, desk
from monitor.clock import utc_now
from monitor.errors import ConfigError, Fault, StoreError, UnknownError
from monitor.model.contest import ZONES
from monitor.model.person import EmployerType
from monitor.run import enrol, rectify
from monitor.run.rectify import Cause, Corrected, Error
from monitor.run.rules import Reader
from monitor.store import about, findings, held, register_correct, reviews
from monitor.store.db import Connection
from monitor.store.register_import import By
from monitor.store.writer import Writer
from monitor.watch.toml import near

COMMAND = "rectify"
PREFIX = "NTR-"
COLUMNS = ("finding", "revision", "was", "is", "told")
VALUES = {
    "employer_type": [kind.value for kind in EmployerType],
    "zone": list(ZONES),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be corrected: of whom or which finding, and how."""

    who: str
    by: str
    why: str
    not_theirs: bool = False
    sets: Sequence[str] = ()
    dry_run: bool = False
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose findings are concerned: a person's, one account's, or a single one."""

    person_ref: str
    watch_id: str
    findings: Sequence[str]


@dataclass(slots=True)
class Done:
    """What came of it: each correction with how many are told, and findings without facts."""

    corrected: list[tuple[Corrected, int]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def correct(path: Path, wanted: Wanted) -> int:
    """Correct, judge again, record new revisions, and owe the correction to whoever was told."""
    wanted.values.update(_values(wanted))
    with app.desk(path) as (settings, writer):
        conn, now = writer.reader(), utc_now()
        scope = _scope(conn, wanted.who)
        if wanted.not_theirs or wanted.values:
            _refuse_files(conn, settings, scope, wanted)
        found = _found(writer, settings, scope, wanted, now)
        letters = {
            one.before.finding: _sent(conn, one.before.finding) for one, _ in found.corrected
        }
    _report(found, wanted)
    for finding, sent in letters.items():
        _recall(finding, sent)
    for finding in found.left:
        console.complain(f"{finding}: its register line is gone, so it was not judged again")
    return 1 if found.left else 0


def _found(
    writer: Writer, settings: config.Config, scope: Scope, wanted: Wanted, now: datetime
) -> Done:
    reader = None if wanted.not_theirs else Reader(app.load_ruleset(settings))
    with writer.transaction() as tx:
        tx.execute("SAVEPOINT correction")
        done = _correct(tx, reader, scope, wanted, now)
        if wanted.dry_run:
            tx.execute("ROLLBACK TO correction")
    return done


def _correct(
    tx: Connection, reader: Reader | None, scope: Scope, wanted: Wanted, now: datetime
) -> Done:
    error = _change_register(tx, scope, wanted, now)
    done = Done()
    for finding in scope.findings:
        before = rectify.newest(tx, finding)
        if before is None or (before.denied and finding != wanted.who):
            continue
        one = rectify.judged(tx, reader, before) if reader else rectify.denied(before, now)
        if one is None:
            done.left.append(finding)
        elif one.changed:
            done.corrected.append((one, rectify.record(tx, one, error, now)))
    if error.before or error.cause is Cause.ACCOUNT:
        rectify.note(tx, scope.person_ref, error, now)
    return done


def _change_register(tx: Connection, scope: Scope, wanted: Wanted, now: datetime) -> Error:
    by = By(wanted.by, wanted.why)
    if wanted.not_theirs:
        if not scope.watch_id:
            return Error(Cause.ACT, wanted.by, wanted.why, {}, {})
        register_correct.end_line(tx, scope.watch_id, scope.person_ref, by, now)
        line = {"watch_id": scope.watch_id}
        return Error(Cause.ACCOUNT, wanted.by, wanted.why, line, {})
    former: dict[str, str] = {}
    if wanted.values:
        former = register_correct.set_facts(tx, scope.person_ref, wanted.values, by, now)
    after = {name: wanted.values[name] for name in former}
    return Error(Cause.FACTS, wanted.by, wanted.why, former, after)


def _scope(conn: Connection, who: str) -> Scope:
    if who.startswith(PREFIX):
        before = rectify.newest(conn, who)
        if before is None:
            findings.last_entry(conn, who)
            raise StoreError(f"{who}: its content was erased; nothing is left to correct")
        return Scope(str(before.watch["person_ref"]), "", [who])
    ref = held.person_of(conn, who)
    mine = about.findings_of(conn, ref or who)
    if ref is None:
        if held.person(conn, who) is None and not mine:
            raise UnknownError(f"{who}: no finding, line or person: see netralitas register list")
        return Scope(who, "", mine)
    return Scope(ref, who, [one for one in mine if _account(conn, one) == who])


def _account(conn: Connection, finding: str) -> str:
    before = rectify.newest(conn, finding)
    return str(before.watch["watch_id"]) if before else ""


def _values(wanted: Wanted) -> dict[str, str]:
    faults = [
        Fault(COMMAND, name, "a text", "nothing", "it is kept in the evidence log")
        for name, value in (("--by", wanted.by), ("--why", wanted.why))
        if not value.strip()
    ]
    if wanted.not_theirs and wanted.sets:
        faults.append(Fault(COMMAND, "--not-theirs", "either this or --set", "both"))
    values = dict(one.partition("=")[::2] for one in wanted.sets)
    faults += [fault for name, value in values.items() for fault in _wrong(name, value)]
    if faults:
        raise ConfigError(faults)
    return values


def _wrong(name: str, value: str) -> list[Fault]:
    columns = register_correct.COLUMNS
    if name not in columns:
        known = ", ".join(columns)
        return [Fault(COMMAND, "--set", f"one of {known}", repr(name), near(name, columns))]
    if name in VALUES and value not in VALUES[name]:
        known = ", ".join(VALUES[name])
        return [Fault(COMMAND, f"--set {name}", f"one of {known}", repr(value))]
    if name == "as_of" and not _is_day(value):
        return [Fault(COMMAND, "--set as_of", "a day as YYYY-MM-DD", repr(value))]
    return []


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _refuse_files(conn: Connection, settings: config.Config, scope: Scope, wanted: Wanted) -> None:
    """Refuse what the next start would undo: the register file that is configured says it."""
    if not settings.has_register_file or (wanted.not_theirs and not scope.watch_id):
        return
    lines = held.accounts(conn, scope.person_ref)
    if any(line["sheet"] == enrol.SHEET and line["status"] != "removed" for line in lines):
        file = settings.path("register_file").name
        hint = f"correct {file}, let it be read (restart, or netralitas once), then rectify again"
        expected = "a line that commands keep"
        raise ConfigError([Fault(COMMAND, wanted.who, expected, "a line of a file", hint)])


def _sent(conn: Connection, finding: str) -> list[str]:
    """Return the letters that forwarded a case, also one that was reopened since."""
    return [sent for told in reviews.said(conn, finding) if (sent := desk.letter(told))]


def _recall(finding: str, sent: Sequence[str]) -> None:
    """Say what no command can call back: who has the case on paper must hear of the correction."""
    for one in sent:
        console.plain(f"{finding}: out of the house with {one}.")
    if sent:
        console.plain(
            "  Write to each receiver which revision corrects it, and send the case anew:"
            f" netralitas export {finding} --profile penerusan"
        )


def _report(done: Done, wanted: Wanted) -> None:
    would = "would be " if wanted.dry_run else ""
    rows = [
        (one.before.finding, str(one.before.public["revision_no"] + 1), one.before.outcome,
         one.finding.outcome.value, str(told))
        for one, told in done.corrected
    ]  # fmt: skip
    if rows:
        console.table("Corrected" if not wanted.dry_run else "Dry run", COLUMNS, rows)
    noun = "finding" if len(rows) == 1 else "findings"
    console.plain(f"{len(rows)} {noun} {would}corrected")
    if any(one.finding.ruleset != one.before.content["ruleset"] for one, _ in done.corrected):
        console.plain("The rules changed since: the new revision names the set that judged it.")
