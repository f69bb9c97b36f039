"""``netralitas export`` and checking an export: evidence that leaves the house."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from monitor import app, certifying, config, console, forwarding, sealing
from monitor.clock import utc_now
from monitor.errors import ConfigError, Fault, StoreError
from monitor.evidence import export as exports
from monitor.evidence import export_check
from monitor.evidence.files import Files
from monitor.evidence.signing import fingerprint
from monitor.forwarding import Asked
from monitor.model.evidence import Canonical
from monitor.notify.cover import Letter
from monitor.run.governance import may_leave
from monitor.store import cases, keys, log, migrate, readings
from monitor.store.db import Connection
from monitor.store.writer import Writer


def check(finding: str, profile: str, *, every: bool, tables: bool, letter: bool) -> None:
    """Refuse a command whose words do not belong together.

    ``tables`` says that something only tables have was asked for, ``letter`` the same of a letter.
    """
    faults = []
    if bool(finding) == every:
        got = "both" if every else "neither"
        faults.append(Fault("export", "", "a finding's id, or --all", got))
    if tables and not every:
        faults.append(Fault("export", "--format, --from, --to-date", "only with --all", "one case"))
    if letter and (every or profile != exports.FORWARDING):
        words = "--official, --office, --letter, --date"
        expected = f"only with --profile {exports.FORWARDING}"
        faults.append(Fault("export", words, expected, f"--profile {profile}"))
    if faults:
        raise ConfigError(faults)


def export(
    path: Path, finding: str, profile: str, to: Path, by: str, why: str, asked: Asked
) -> int:
    """Write one finding as a ZIP into a folder; the export itself is logged before it is there."""
    _known(profile)
    settings, now = settings_of(path), utc_now()
    seeds = keys.load(settings.path("keys")).versions(keys.SEAL)
    target = to / f"{finding}-{profile}-{now:%Y%m%dT%H%M%SZ}.zip"
    with closing(Writer(settings.database)) as writer:
        conn = writer.reader()
        found = cases.entries(conn, finding)
        stamps = [json.loads(one.canonical)["public"].get("stamp", "") for one in found]
        may_leave(settings, conn, f"export {finding}", stamps)
        add: exports.Add | None = None
        letter = _letter(finding, profile, found, asked, by, why)
        case = _case(conn, finding, found)
        if letter:
            ruleset = app.load_ruleset(settings)
            add = forwarding.add_cover(conn, finding, found, letter, ruleset, case.head)
        made = exports.members(case, Files(settings.snapshots), profile, now, seeds, add)
        with writer.transaction() as tx:
            note(tx, finding, profile, made[exports.MANIFEST], now, said_by(by, why, letter))
            exports.write(made, target)
    console.plain(f"Export: {target}")
    console.plain(f"Check it: netralitas verify --export {target}")
    return 0


def note(
    tx: Connection,
    subject: str,
    profile: str,
    manifest: bytes,
    at: datetime,
    by: Mapping[str, Canonical],
) -> None:
    """Log an export: whose, in which profile, its manifest's digest; and closed, who and why."""
    public = {"profile": profile, "manifest": hashlib.sha256(manifest).hexdigest()}
    kind = cases.EXPORT
    log.append(tx, at=at, kind=kind, subject=subject, public=public, content={"by": by})


def verify(file: Path, certificate: Path | None = None) -> int:
    """Check an export; 1 and the first bad place where it is not sound.

    ``certificate`` is a new file that gets the result as a paper (PDF), whatever it is.
    """
    certifying.target(certificate)
    began = utc_now()
    found = export_check.check(file)
    if certificate:
        certifying.write(certificate, certifying.of_export(found, file, began, utc_now()))
        console.plain(f"Certificate: {certificate}")
    if isinstance(found, str):
        console.complain(f"First bad place: {found}")
        return 1
    numbers = ", ".join(map(str, found.entries))
    what = f"Finding {found.finding}, entries {numbers}"
    if found.lines:
        what = f"All cases of some days, {found.lines} entries"
    console.plain(f"{what}. Head {found.head}")
    console.plain(f"Signed by key {fingerprint(found.key)}")
    for seq, at, authority in found.stamped:
        console.plain(f"Stamped up to entry {seq} at {at} by {authority}")
    if not found.stamped:
        console.plain(f"Seal: {sealing.UNSEALED}")
    console.say("Nothing was changed.")
    return 0


def _known(profile: str) -> None:
    if profile not in exports.PROFILES:
        expected = "one of " + ", ".join(exports.PROFILES)
        raise ConfigError([Fault("export", "--profile", expected, repr(profile))])


def _letter(
    finding: str, profile: str, found: Sequence[cases.Found], asked: Asked, by: str, why: str
) -> Letter | None:
    """Return the letter that a forwarded case goes with; refuse a case that nobody decided so."""
    if profile != exports.FORWARDING:
        return None
    return asked.letter(by, why, forwarding.decided(finding, found))


def settings_of(path: Path) -> config.Config:
    """Return the configuration of an installation that has a database of this version."""
    settings = app.settings(path)
    if not settings.database.exists():
        raise StoreError(f"{settings.database}: no database yet; run: netralitas once")
    migrate.check(settings.database)
    return settings


def said_by(by: str, why: str, letter: Letter | None = None) -> dict[str, Canonical]:
    """Return who lets something out and why, and the letter that it goes with."""
    said: dict[str, Canonical] = {"who": by or readings.machine_user(), "why": why}
    if letter:
        said |= {
            "official": letter.official,
            "office": letter.office,
            "letter": letter.number,
            "date": letter.on.isoformat(),
        }
    return said


def _case(conn: Connection, finding: str, found: list[cases.Found]) -> exports.Case:
    proof = cases.proof(conn, found)
    return exports.Case(
        finding=finding,
        items=[exports.Item(one.seq, one.canonical, one.contents, one.salts) for one in found],
        seals=proof.seals,
        hashes=proof.hashes,
        stamps=proof.stamps,
        head=proof.head,
    )
