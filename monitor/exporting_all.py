"""``netralitas export --all``: every case of some days as tables, for an auditor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from monitor import console, exporting
from monitor.clock import to_text, utc_now
from monitor.errors import ConfigError, Fault
from monitor.evidence import export as exports
from monitor.evidence import export_all, export_zip
from monitor.intake.outgoing import cell
from monitor.model.contest import ZONES
from monitor.model.evidence import LogRow
from monitor.notify import words
from monitor.run.governance import may_leave
from monitor.store import bulk, keys
from monitor.store.db import Connection
from monitor.store.seals import Stamp
from monitor.store.writer import Writer

SUBJECT = "all"
ZONE = words.DEFAULT_ZONE


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for: the form of the tables, and days (both counted) or nothing."""

    form: str
    since: str = ""
    until: str = ""

    def check(self, profile: str) -> None:
        """Raise ``ConfigError`` unless this can be made."""
        faults = []
        if self.form not in export_all.FORMATS:
            expected = "one of " + ", ".join(export_all.FORMATS)
            faults.append(Fault("export --all", "--format", expected, repr(self.form)))
        if profile != exports.AUDIT:
            hint = "what names people leaves one case at a time"
            faults.append(Fault("export --all", "--profile", exports.AUDIT, repr(profile), hint))
        if faults:
            raise ConfigError(faults)

    def days(self, now: datetime) -> tuple[bulk.Days, str]:
        """Return the days as instants, and in words; a day begins at midnight in Jakarta."""
        first = _day("--from", self.since) if self.since else None
        last = _day("--to-date", self.until) if self.until else now.astimezone(ZONES[ZONE]).date()
        if first and first > last:
            got = f"{first} to {last}"
            raise ConfigError([Fault("export --all", "--from", "a day not after --to-date", got)])
        since = to_text(_midnight(first)) if first else ""
        begin = words.day(first, "id") if first else "awal log"
        told = f"{begin} sampai {words.day(last, 'id')} ({ZONE})"
        return bulk.Days(since, to_text(_midnight(last + timedelta(days=1)))), told


def export(path: Path, profile: str, asked: Asked, to: Path, by: str, why: str) -> int:
    """Write the tables as one ZIP; the export is logged in the transaction that names the file."""
    asked.check(profile)
    now = utc_now()
    days, told = asked.days(now)
    settings = exporting.settings_of(path)
    seeds = keys.load(settings.path("keys")).versions(keys.SEAL)
    target = to / f"{SUBJECT}-{profile}-{now:%Y%m%dT%H%M%SZ}.zip"
    with closing(Writer(settings.database)) as writer, bulk.opened(settings.database) as conn:
        may_leave(settings, conn, "export --all")
        extent = bulk.extent(conn, days)
        plan = export_all.Plan(asked.form, told, to_text(now), extent.head, extent.seals, cell)
        try:
            with export_zip.draft(target) as pack:
                manifest = export_all.write(pack, _Source(conn, extent), plan, seeds)
            said = exporting.said_by(by, why)
            with writer.transaction() as tx:
                exporting.note(tx, SUBJECT, profile, manifest, now, said)
                export_zip.publish(target)
        finally:
            export_zip.discard(target)
    console.plain(f"Export: {target}")
    _tell(extent)
    console.plain(f"Check it: netralitas verify --export {target}")
    return 0


def _tell(extent: bulk.Extent) -> None:
    console.plain(f"{extent.count} entries of cases")
    if extent.unsealed:
        console.plain(f"{extent.unsealed} are not sealed yet and were left out: netralitas seal")
    if extent.on_trial:
        console.plain(f"{extent.on_trial} were made on trial and never leave")


@dataclass(frozen=True, slots=True)
class _Source:
    """One state of the database, as the export reads it."""

    conn: Connection
    extent: bulk.Extent

    def rows(self) -> Iterator[LogRow]:
        return bulk.rows(self.conn, self.extent)

    def hashes(self) -> Iterator[tuple[int, bytes]]:
        return bulk.hashes(self.conn, self.extent)

    def stamps(self) -> Iterator[Stamp]:
        return bulk.stamps(self.conn, self.extent)

    def bodies(self, seq: int) -> Mapping[str, bytes]:
        return bulk.bodies(self.conn, seq)

    def kept(self, seq: int) -> frozenset[str]:
        return bulk.kept(self.conn, seq)

    def case_bodies(self, finding: str) -> Sequence[Mapping[str, bytes]]:
        return bulk.case_bodies(self.conn, finding)


def _day(key: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fault = Fault("export --all", key, "a day as 2024-10-15", repr(text))
        raise ConfigError([fault]) from None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONES[ZONE])
