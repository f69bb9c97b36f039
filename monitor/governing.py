"""Commands of whoever answers for the installation: documents, mode, contests kept open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

from monitor import app, config, console
from monitor.clock import utc_now
from monitor.collect import registry as collectors
from monitor.errors import ConfigError, Fault
from monitor.model.contest import ZONES, Contest
from monitor.model.rule import RuleSet
from monitor.run import governance, terms
from monitor.run.governance import Admission, Document, Line
from monitor.store import governance as decisions
from monitor.store import migrate, register
from monitor.store.db import Connection, connect
from monitor.store.governance import Decision
from monitor.store.register import Claim
from monitor.watch import register as register_file
from monitor.watch import trial
from monitor.watch.toml import near

COLUMNS = ("document", "state", "version", "recorded", "by", "sha256", "file")
CONTESTS_SHOWN = 10
DIGEST_SHOWN = 16


def record(path: Path, document: str, file: Path, version: str, by: str, why: str) -> int:
    """Record a document that production needs."""
    kind = _document(document)
    _need(("--version", version), ("--by", by), ("--why", why))
    with app.desk(path) as (settings, writer), writer.transaction() as tx:
        sha256 = governance.record(
            tx, settings, kind, file, version=version, who=by, why=why, now=utc_now()
        )
    console.plain(f"{kind} version {version} is on record: SHA-256 {sha256}")
    return 0


def listing(path: Path) -> int:
    """Print how each document stands; 1 where production could not start."""
    with app.desk(path) as (settings, writer):
        known = decisions.latest(writer.reader())
        found = governance.documents(known, settings.folder)
        lacking = governance.missing(known, settings.folder)
    rows = [
        (one.document, one.state, one.version, f"{one.at:%Y-%m-%d}" if one.at else "", one.who,
         one.sha256[:DIGEST_SHOWN], one.file)
        for one in found
    ]  # fmt: skip
    console.table("Documents", COLUMNS, rows)
    for fault in lacking:
        console.complain(str(fault))
    return 1 if lacking else 0


def extend(path: Path, contest: str, until: date, by: str, why: str) -> int:
    """Keep a contest open until a day, or end that today."""
    _need(("--by", by), ("--why", why))
    with app.desk(path) as (settings, writer):
        found = _contest(app.load_ruleset(settings), contest)
        now = utc_now()
        today = now.astimezone(ZONES[found.zone]).date()
        if until < today:
            raise _refused("--until", f"today or later ({today} {found.zone})", str(until))
        with writer.transaction() as tx:
            terms.keep_open(tx, found.id, until, who=by, why=why, now=now)
    console.plain(f"{found.id} is watched until {until} at least; on file: {_last(found)}.")
    return 0


def check(settings: config.Config) -> None:
    """Raise ``ConfigError`` with what would keep the configured mode from starting now."""
    now = utc_now()
    faults = governance.faults_now(_known(settings), settings, now)
    try:
        admission = Admission(settings, trial.testers(settings.path("testers")))
        admission.check(_lines(settings), now)
    except ConfigError as error:
        faults += error.faults
    if faults:
        raise ConfigError(faults)


def print_lacking(settings: config.Config) -> None:
    """Say, on trial, what production would lack."""
    if settings.mode == governance.TRIAL:
        lacking = governance.missing(_known(settings), settings.folder)
        names = ", ".join(fault.key for fault in lacking) or "nothing"
        console.plain(f"Mode: trial ({governance.STAMP}). For production is missing: {names}")


def print_standing(settings: config.Config, conn: Connection, ruleset: RuleSet) -> None:
    """Print the mode, the documents it rests on, and the contests that are under way."""
    known = decisions.latest(conn)
    mode = known.get(decisions.MODE)
    if settings.mode == governance.TRIAL:
        ends = f", ends {mode.at + governance.TRIAL_TIME:%Y-%m-%d %H:%M} UTC" if mode else ""
        console.plain(f"Mode: trial ({governance.STAMP}){ends}")
    else:
        console.plain("Mode: production")
    for one in governance.documents(known, settings.folder):
        version = f"version {one.version}, {one.state}" if one.version else "not on record"
        console.plain(f"  {one.document}: {version}")
    _print_contests(terms.extended(ruleset, terms.said(decisions.decisions(conn))))


def _print_contests(ruleset: RuleSet) -> None:
    now = utc_now()
    found = [terms.term(one, now) for one in ruleset.contests.values()]
    live = sorted((one for one in found if one.open), key=lambda one: one.last)
    if not live:
        console.plain("Contests: none is under way, so nothing is read")
        return
    console.plain(f"Contests under way: {len(live)} of {len(found)}")
    for one in live[:CONTESTS_SHOWN]:
        console.plain(f"  {one.contest}: {one.round}, until {one.last}")
    if len(live) > CONTESTS_SHOWN:
        console.plain(f"  and {len(live) - CONTESTS_SHOWN} more")


def _lines(settings: config.Config) -> Iterator[Line]:
    """Yield the register's lines that are in order; of others ``check`` tells by itself."""
    if settings.has_register_file:
        platforms = collectors.PLATFORMS.values()
        rows = register_file.read(settings.path("register_file"), [], platforms=platforms)
        yield from (Claim(*(row[key] for key in Claim._fields)) for _, row in rows)
    elif settings.database.exists():
        with closing(connect(settings.database, read_only=True)) as conn:
            yield from register.claims(conn)


def _known(settings: config.Config) -> Mapping[str, Decision]:
    if not settings.database.exists():
        return {}
    migrate.check(settings.database)
    with closing(connect(settings.database, read_only=True)) as conn:
        return decisions.latest(conn)


def _document(name: str) -> Document:
    try:
        return Document(name)
    except ValueError:
        expected = "one of " + ", ".join(Document)
        raise _refused("document", expected, repr(name), near(name, list(Document))) from None


def _contest(ruleset: RuleSet, name: str) -> Contest:
    found = ruleset.contests.get(name)
    if found is None:
        hint = near(name, ruleset.contests)
        raise _refused("contest", "a contest on file", repr(name), hint)
    return found


def _last(contest: Contest) -> date:
    return max(r.selesai for r in contest.rounds)


def _need(*given: tuple[str, str]) -> None:
    empty = [name for name, value in given if not value.strip()]
    if empty:
        raise ConfigError([_fault(name, "a text that is not empty", "nothing") for name in empty])


def _refused(key: str, expected: str, got: str, hint: str = "") -> ConfigError:
    return ConfigError([_fault(key, expected, got, hint)])


def _fault(key: str, expected: str, got: str, hint: str = "") -> Fault:
    return Fault("netralitas", key, expected, got, hint)
