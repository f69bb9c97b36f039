"""Commands on what is stored: verify, status, migrate, backup, restore, keys."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import cast, get_args

from monitor import again, app, certifying, config, console, gating, governing, sealing
from monitor.clock import utc_now
from monitor.errors import ConfigError, Fault, StoreError
from monitor.evidence import parallel
from monitor.evidence import verify as evidence
from monitor.evidence.files import Files
from monitor.evidence.report import Report
from monitor.evidence.signing import fingerprint, public_key
from monitor.store import (
    alarms,
    erasure_out,
    holds,
    keys,
    log,
    outbox,
    register_read,
    rights,
    spending,
    target_sources,
)
from monitor.store import backup as backups
from monitor.store import migrate as schema
from monitor.store.audit import Audit
from monitor.store.db import Connection, connect
from monitor.store.reach import reach

CORES = os.cpu_count() or 1


def verify(path: Path, head: str, certificate: Path | None = None) -> int:
    """Check log, contents, snapshots and index; 1 and the first bad place where one fails.

    ``certificate`` is a new file that gets the result as a paper (PDF), whatever it is.
    """
    certifying.target(certificate)
    settings, began = app.settings(path), utc_now()
    known = evidence.head_of(head) if head else None
    _need_database(settings)
    app.finish_erasure(settings)
    opened = partial(Audit, settings.database)
    with console.bar("verify") as told:
        report = parallel.verify(opened, settings.snapshots, known, jobs=CORES, told=told)
    _print_report(report)
    if certificate:
        found = certifying.of_log(report, settings.database, known, began, utc_now())
        certifying.write(certificate, found)
        console.plain(f"Certificate: {certificate}")
    return 1 if report.fault_count else 0


def status(path: Path) -> int:
    """Print what is watched and what cannot be seen, what is owed, alarms, and the head."""
    settings = app.settings(path)
    _need_database(settings)
    schema.check(settings.database)
    conn = connect(settings.database, read_only=True)
    try:
        polls = settings.health.stale_polls
        _sources(conn, polls)
        for line in (*_engagers(conn, polls), *_spent(conn)):
            console.plain(line)
        for one in gating.closed(settings, rights.attested(conn)):
            console.plain(f"Not read: {one.scope}. {one.reason} ({one.mended})")
        lines = register_read.counts(conn)
        said = ", ".join(f"{n} {status}" for status, n in lines.items()) or "empty"
        console.say(f"Register: {said}")
        owed = outbox.backlog(conn)
        held = holds.count(conn, utc_now().timestamp())
        waiting = f"; {held} held back: netralitas mutes" if held else ""
        console.say("Messages: " + ", ".join(f"{n} {s}" for s, n in owed.items()) + waiting)
        for line in again.lines(conn, utc_now()):
            console.plain(line)
        for alarm in alarms.open_(conn):
            console.plain(f"Alarm since {alarm.raised_at:%Y-%m-%d %H:%M} UTC: {alarm.text}")
        head = log.head(conn)
        console.say(f"Log head: {head.seq}:{head.hash}")
        for line in sealing.lines(conn, settings):
            console.plain(line)
        ruleset = app.load_ruleset(settings)
        console.say(f"Rule set: {ruleset.digest[:16]}")
        governing.print_standing(settings, conn, ruleset)
    finally:
        conn.close()
    return 0


def _sources(conn: Connection, polls: int) -> None:
    """Print, by platform, how many accounts are read and how many cannot be."""
    console.table(
        "Sources",
        ("platform", "sources", "failing", "stale", "empty", "never read", "last success"),
        [
            (r.platform, str(r.sources), str(r.failing), str(r.stale), str(r.empty),
             str(r.never_read), r.last_success_at or "never")
            for r in reach(conn, utc_now().timestamp(), polls)
        ],
    )  # fmt: skip


def _spent(conn: Connection) -> Iterator[str]:
    """Yield what was used of each platform's allowance on its newest day, over all methods."""
    newest: dict[str, tuple[str, int]] = {}
    for row in spending.since(conn, f"{utc_now() - timedelta(days=1):%Y-%m-%d}"):
        day, units = newest.get(row.platform, ("", 0))
        newest[row.platform] = (row.day, row.units + (units if day == row.day else 0))
    for platform, (day, units) in newest.items():
        yield f"Allowance of {platform}: {units} units used on {day}, by the platform's own day"


def _engagers(conn: Connection, polls: int) -> Iterator[str]:
    """Yield how reading of who engaged with candidates' accounts stands, by platform."""
    for seen in target_sources.reach(conn, utc_now().timestamp(), polls):
        last = seen.last_success_at or "never"
        yield (
            f"Who engaged with candidates on {seen.platform}: {seen.sources} accounts, "
            f"{seen.failing} failing, {seen.stale} stale, {seen.withheld} acts counted by the "
            f"platform and not shown, last success {last}"
        )


def migrate(path: Path) -> int:
    """Upgrade the schema; say where the backup is, or that there was nothing to do."""
    settings = app.settings(path)
    settings.path("data").mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = schema.upgrade(settings.database)
    for purpose in keys.add_later(settings.path("keys")):
        console.say(f"A key was made, {purpose}: back it up (netralitas keys list).")
    console.plain(f"Backup: {kept}" if kept else "The database has this version's schema.")
    return 0


def backup(path: Path, to: Path, *, with_keys: bool) -> int:
    """Make ``to``/netralitas-TIME; the daemon may be running."""
    settings = app.settings(path)
    _need_database(settings)
    folder = to / f"netralitas-{utc_now():%Y%m%dT%H%M%SZ}"
    ring = settings.path("keys") if with_keys else None
    with app.desk(path) as (_, writer):
        made = backups.backup(settings.database, settings.snapshots, ring, folder)
        with writer.transaction() as tx:
            erasure_out.note_backup(tx, str(made.resolve()), utc_now())
    console.plain(f"Backup: {made}")
    console.plain(f"Check it: netralitas restore --check {made}")
    return 0


def restore(path: Path, folder: Path, *, check_only: bool) -> int:
    """Check a backup, and unless only that was asked, put it in place."""
    faults = backups.restore_check(folder, _verify_copy)
    for fault in faults:
        console.complain(fault)
    if faults:
        return 1
    console.say("The backup is whole and verifies.")
    if check_only:
        return 0
    settings = app.settings(path)
    ring = settings.path("keys") if (folder / backups.KEYS).is_dir() else None
    backups.restore(folder, settings.database, settings.snapshots, ring)
    console.plain(f"Restored to {settings.database}")
    return 0


def keys_make(path: Path) -> int:
    settings = app.settings(path)
    keys.make(settings.path("keys"))
    return keys_list(path)


def keys_rotate(path: Path, purpose: str) -> int:
    if purpose not in get_args(keys.Purpose):
        expected = "one of " + ", ".join(get_args(keys.Purpose))
        raise ConfigError([Fault("keys rotate", "", expected, repr(purpose))])
    settings = app.settings(path)
    keys.rotate(settings.path("keys"), cast("keys.Purpose", purpose))
    return keys_list(path)


def keys_list(path: Path) -> int:
    """Print purposes, versions and fingerprints; a key itself is never printed."""
    ring = keys.load(app.settings(path).path("keys"))
    # A seal names its public key, so that one is what people compare.
    public = [fingerprint(public_key(seed)) for seed in reversed(ring.versions(keys.SEAL))]
    rows = [
        (
            key.purpose,
            str(key.version),
            public[key.version - 1] if key.purpose == keys.SEAL else key.fingerprint,
        )
        for key in ring.describe()
    ]
    console.table("Keys", ("purpose", "version", "fingerprint"), rows)
    return 0


def _need_database(settings: config.Config) -> None:
    if not settings.database.exists():
        raise StoreError(f"{settings.database}: no database yet; run: netralitas once")


def _print_report(report: Report) -> None:
    checked = f"{report.entries} entries, {report.contents} contents, {report.files} files"
    console.say(f"Checked {checked}. Head {report.head.seq}:{report.head.hash}")
    for fault in report.faults:
        console.complain(str(fault))
    hidden = report.fault_count - len(report.faults)
    if hidden > 0:
        console.complain(f"and {hidden} more")
    _print_seals(report)
    if report.first:
        console.complain(f"First bad place: {report.first}")
    else:
        console.say("Nothing was changed.")


def _print_seals(report: Report) -> None:
    if report.signed:
        key = fingerprint(report.signed.key)
        console.say(f"Signed up to entry {report.signed.seq} at {report.signed.at}, key {key}")
    if report.stamped:
        by, at = report.stamped.authority, report.stamped.time
        console.plain(f"Stamped up to entry {report.stamped.seq} at {at} by {by}")
    else:
        console.say(f"Seal: {sealing.UNSEALED}")


def _verify_copy(database: Path, snapshots: Path) -> tuple[str, ...]:
    with Audit(database) as audit:
        return tuple(str(fault) for fault in evidence.verify(audit, Files(snapshots)).faults)
