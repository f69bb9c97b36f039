"""``netralitas report``: a week or a month in figures, as a workbook and as a paper to sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from monitor import __version__, app, console, disk
from monitor.clock import utc_now
from monitor.collect.registry import COLLECTORS, PLATFORMS, info
from monitor.config import Config
from monitor.errors import ConfigError, Fault
from monitor.measure import report
from monitor.measure.figures import Column, Dimension, Entry, Side, Span
from monitor.measure.gaps import gaps
from monitor.model import period
from monitor.model.contest import Contest, TargetKind
from monitor.model.evidence import Canonical
from monitor.model.period import Length, Period
from monitor.model.rule import RuleSet
from monitor.model.tables import Table
from monitor.notify import report_book, report_paper
from monitor.run.governance import STAMP, TRIAL
from monitor.run.recap import said
from monitor.run.report_tables import Material, blind_spots, tables
from monitor.store import readings, tallies
from monitor.store.db import Connection
from monitor.store.tallies import Written

COMMAND = "report"
TITLES = {Length.WEEK: "Laporan mingguan", Length.MONTH: "Laporan bulanan"}
EVERYONE = "semua instansi"
INSIDE = "untuk pimpinan: setiap instansi dengan angkanya"
OUTSIDE = "untuk luar: instansi dengan indikasi di bawah {small} digabung"
FOOT = "Log entri {first} sampai {last} · kepala {head}\nIndikasi, bukan putusan."


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report is asked of: one week or one month, who asks, and for whom it is."""

    week: date | None
    month: date | None
    out: Path
    by: str
    why: str
    instansi: str = ""
    outside: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it was counted: its name, what it was counted from, and all that it says."""

    name: str
    title: str
    facts: Sequence[tuple[str, str]]
    written: Written
    material: Material
    tables: Sequence[Table]
    spots: Sequence[tuple[str, Sequence[str]]]

    @property
    def xlsx(self) -> bytes:
        return report_book.book(self.title, self.facts, self.tables, self.spots)

    @property
    def pdf(self) -> bytes:
        span = self.written
        foot = FOOT.format(first=span.first, last=span.last, head=span.last_hash)
        paper = report_paper.paper(self.title, self.facts, self.tables, self.spots, foot)
        return report_paper.pdf(paper)


def write(path: Path, wanted: Wanted) -> int:
    """Write a report as XLSX and PDF into a folder; that it was made is logged."""
    if faults := _faults(wanted):
        raise ConfigError(faults)
    with app.desk(path) as (settings, writer):
        now, ruleset = utc_now(), app.load_ruleset(settings)
        made = make(writer.reader(), settings, ruleset, wanted, now)
        if there := [f for f in _places(wanted, made) if f.exists()]:
            raise ConfigError([_there(file) for file in there])
        drawn = (made.xlsx, made.pdf)
        with writer.transaction() as tx:
            more = _logged(made, wanted)
            readings.note(
                tx, at=now, command=COMMAND, subject="", who=wanted.by, why=wanted.why, more=more
            )
        files = [_write(*one) for one in zip(_places(wanted, made), drawn, strict=True)]
    _say(made, files)
    return 0


def make(
    conn: Connection, settings: Config, ruleset: RuleSet, wanted: Wanted, now: datetime
) -> Report:
    """Count a report. The same log and watchlists give the same one once its period is over."""
    span_of = _period(wanted, settings.report.zone)
    written = tallies.written(conn, span_of.start, span_of.end)
    span = Span(written.first, written.last, wanted.instansi)
    sides = sides_of(ruleset.contests)
    side_of = {target: side for side, targets in sides.items() for target in targets}
    figures = report.count(map(Entry._make, tallies.entries(conn, span.last)), span, side_of)
    until = span_of.end if now >= span_of.end else written.until or span_of.start
    material = Material(
        figures=figures,
        span=span,
        sides=sides,
        gaps=gaps(tallies.alarm_rows(conn, span.last), PLATFORMS.values(), span_of.start, until),
        since=span_of.start,
        until=until,
        least=settings.report.small if wanted.outside else 0,
        titles={rule.id: rule.title for rule in ruleset.rules},
    )
    _check(material, wanted)
    edition = "-luar" if wanted.outside else ""
    return Report(
        name=f"laporan-{span_of.name.replace('/', '-')}{edition}",
        title=f"{TITLES[span_of.length]}, {said(span_of, 'id')}",
        facts=_facts(settings, ruleset, wanted, span_of, written, now),
        written=written,
        material=material,
        tables=tables(material),
        spots=blind_spots(info(name, settings, utc_now) for name in COLLECTORS),
    )


def sides_of(contests: Mapping[str, Contest]) -> dict[Side, list[str]]:
    """Return the candidates who lead an agency, and those who stand against one of them."""
    found: dict[Side, list[str]] = {side: [] for side in Side}
    for contest in contests.values():
        pairs = [target for target in contest.targets if target.kind is TargetKind.PASLON]
        if any(target.incumbent_of for target in pairs):
            for target in pairs:
                side = Side.INCUMBENT if target.incumbent_of else Side.CHALLENGER
                found[side].append(target.id)
    return found


def _period(wanted: Wanted, zone: str) -> Period:
    if wanted.week:
        return period.of_week(wanted.week, zone)
    return period.of_month(wanted.month or utc_now().date(), zone)


def _faults(wanted: Wanted) -> list[Fault]:
    given = (("--by", wanted.by), ("--why", wanted.why))
    faults = [Fault(COMMAND, name, "a text", "nothing") for name, text in given if not text.strip()]
    if bool(wanted.week) == bool(wanted.month):
        got = "both" if wanted.week else "neither"
        faults.append(Fault(COMMAND, "", "either --minggu DATE or --bulan YYYY-MM", got))
    if not wanted.out.is_dir():
        faults.append(Fault(COMMAND, "--out", "a folder that is there", str(wanted.out)))
    return faults


def _check(material: Material, wanted: Wanted) -> None:
    """Refuse an agency that is not in the log, and a small one in what leaves the office."""
    found = material.figures.by[Dimension.INSTANSI]
    if wanted.instansi and wanted.instansi not in found:
        hint = "as netralitas report without --instansi writes it"
        fault = Fault(COMMAND, "--instansi", "an agency of the log", repr(wanted.instansi), hint)
        raise ConfigError([fault])
    count = material.figures.total[Column.INDICATIONS]
    if wanted.instansi and count < material.least:
        expected = f"at least {material.least} indications for what leaves the office"
        raise ConfigError([Fault(COMMAND, "--luar", expected, str(count))])


def _facts(
    settings: Config,
    ruleset: RuleSet,
    wanted: Wanted,
    span_of: Period,
    written: Written,
    now: datetime,
) -> Sequence[tuple[str, str]]:
    over = "ya" if now >= span_of.end else "belum: angka sampai entri terakhir yang ada"
    small = settings.report.small
    edition = OUTSIDE.format(small=small) if wanted.outside else INSIDE
    entries = (
        f"entri log {written.first} sampai {written.last}"
        if written.first <= written.last
        else f"tidak ada entri log dalam masa ini; yang terakhir sebelumnya {written.last}"
    )
    facts = [
        ("Masa laporan", said(span_of, "id")),
        ("Sudah berakhir", over),
        ("Instansi", wanted.instansi or EVERYONE),
        ("Edisi", edition),
        ("Dihitung dari", entries),
        ("Sidik entri pertama", written.first_hash or "–"),
        ("Kepala log (sidik entri terakhir)", written.last_hash),
        ("Sidik daftar pemilihan", ruleset.digest),
        ("Program", f"netralitas {__version__}"),
    ]
    return [("Status", STAMP), *facts] if settings.mode == TRIAL else facts


def _logged(made: Report, wanted: Wanted) -> Mapping[str, Canonical]:
    return {
        "report": made.name,
        "instansi": wanted.instansi,
        "first": made.written.first,
        "last": made.written.last,
        "head": made.written.last_hash,
    }


def _places(wanted: Wanted, made: Report) -> list[Path]:
    return [wanted.out / f"{made.name}{suffix}" for suffix in (".xlsx", ".pdf")]


def _write(file: Path, data: bytes) -> Path:
    """Write a new file that only its owner may read."""
    try:
        disk.write_new(file, data)
    except FileExistsError:
        raise ConfigError([_there(file)]) from None
    return file


def _there(file: Path) -> Fault:
    return Fault(str(file), "--out", "a folder without this report", "it is there already")


def _say(made: Report, files: Sequence[Path]) -> None:
    total = made.material.figures.total
    console.plain(
        f"{total[Column.INDICATIONS]} indications, {total[Column.OPEN]} open cases, counted from "
        f"log entries {made.written.first} to {made.written.last}, head {made.written.last_hash}"
    )
    for file in files:
        console.plain(f"File: {file}")
