"""``netralitas import acts``: a file of acts is judged, and what is anybody else's is not kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from monitor import app, console, watch
from monitor.clock import utc_now
from monitor.config import Config
from monitor.errors import ConfigError, Fault
from monitor.evidence.files import Files
from monitor.intake import act_files, act_profiles, act_words, outgoing
from monitor.intake.act_forms import Profile, Provenance
from monitor.model.contest import ZONES
from monitor.notify.drawer import Drawer
from monitor.run import governance
from monitor.run.cards import Cards
from monitor.run.filed import Attestation
from monitor.run.governance import Admission
from monitor.run.import_job import MOST_SHOWN, Report, Wanted
from monitor.run.import_lines import Lines
from monitor.run.imports import Importer
from monitor.run.pictures import Pictures
from monitor.run.rules import Reader
from monitor.run.terms import Terms, extended
from monitor.store import governance as decisions
from monitor.store import keys, register
from monitor.store.writer import Writer
from monitor.watch import trial

SHOWN = 20
WARNING = (
    "This kind of file is collected by a program from pages of a platform. The terms of Meta, "
    "TikTok, X and YouTube forbid that to whoever is bound by them, and its rows were chosen by "
    "whoever made it. Nothing of it is more than a question to clear up. That you were told is "
    "recorded."
)
COLUMNS = ("table", "member", "row", "column", "expected", "what_to_do")
# In the order of the report; what else is counted stands between them by its own name.
FIRST = ("strangers", "unreadable")
LAST = ("known", "acts", "alert", "review", "nothing")
MEANING = {
    "strangers": "of accounts that are not on the register: dropped, nothing kept",
    "unreadable": "could not be read",
    "known": "acts that are on file already",
    "acts": "new acts of registered persons",
    "alert": "of them for an alert",
    "review": "of them for a review",
    "nothing": "of them without a finding",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What the command line says of where a file is from, and who imports it."""

    obtained_by: str
    how: str
    terms: str
    obtained_on: date | None
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Manner:
    """How the command line says the file is read."""

    profile: str
    account: str
    table: str
    maps: Sequence[str]
    sets: Sequence[str]
    zone: str
    encoding: str

    @property
    def changes(self) -> str:
        """What of it is another than the profile says, as JSON; "" for nothing."""
        said = {"map": list(self.maps), "set": list(self.sets), "zone": self.zone}
        given = {name: value for name, value in said.items() if value}
        return json.dumps(given, ensure_ascii=False, sort_keys=True) if given else ""


def acts(
    path: Path, file: Path, said: Said, manner: Manner, *, dry_run: bool, unreadable: Path | None
) -> int:
    """Import a file's acts; 1 where rows could not be read. The others are imported."""
    attestation = _attested(said, dry_run=dry_run)
    with app.desk(path) as (config, writer):
        profile = _profile(config, manner)
        wanted = Wanted(
            profile, attestation, manner.table, manner.account, _encoding(manner.encoding),
            manner.changes, dry_run,
        )  # fmt: skip
        _warn(profile)
        report = asyncio.run(imported(config, writer, file, wanted))
        writer.fold()
    _tell(report, wanted)
    if unreadable and report.unreadable:
        _write(unreadable, report)
    return 1 if report.counts["unreadable"] or report.changed else 0


def profiles(path: Path, name: str) -> int:
    """List the kinds of files that can be imported, or show one."""
    folders = _folders(app.settings(path))
    if name:
        _show(act_profiles.load(name, *folders))
        return 0
    rows = []
    for known in act_profiles.names(*folders):
        one = act_profiles.load(known, *folders)
        state = "checked" if not one.unchecked else "in part" if one.checked else "from memory"
        rows.append((known, one.platform or "as the file says", one.title, state))
    console.table("Profiles", ("profile", "platform", "what it is", "form checked"), rows)
    console.plain("Against what: netralitas import profiles NAME. Look at a --dry-run first.")
    return 0


def check(config: Config) -> None:
    """Raise ``ConfigError`` with every fault of the office's own profiles."""
    folder, faults = config.path("watchlists"), list[Fault]()
    for name in act_profiles.names(folder):
        try:
            act_profiles.load(name, folder)
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(faults)


def _show(profile: Profile) -> None:
    console.plain(f"{profile.name}: {profile.title}")
    console.plain(f"Platform: {profile.platform or 'as the file says'}")
    console.plain(f"Where it is from: {profile.provenance.value}")
    console.plain(f"Whose acts: {'of the account given' if profile.own else 'as each row says'}")
    for label, text in (("Checked", profile.checked), ("Not checked", profile.unchecked)):
        if text:
            console.plain(f"{label}: {text}")
    rows = [
        (t.id, ", ".join(t.members), t.form.value, t.signal or "as the row says",
         ", ".join(t.columns))
        for t in profile.tables
    ]  # fmt: skip
    console.table("Tables", ("table", "file", "format", "signal", "fields"), rows)


async def imported(config: Config, writer: Writer, file: Path, wanted: Wanted) -> Report:
    """Import a file, with a progress bar where somebody watches; see ``Importer.run``."""
    with act_files.opened(file) as handed:
        async with _importer(config, writer, dry_run=wanted.dry_run) as importer:
            with console.bar("import") as shown:
                return await importer.run(handed, wanted, shown)


@asynccontextmanager
async def _importer(config: Config, writer: Writer, *, dry_run: bool) -> AsyncIterator[Importer]:
    """Compose what an import needs; it may run beside the daemon, which sends what is owed."""
    ring, clock = keys.load(config.path("keys")), utc_now
    ruleset = extended(app.load_ruleset(config), Terms().words(writer.reader()))
    admission = Admission(config, trial.testers(config.path("testers")))
    _admitted(config, writer, dry_run=dry_run)
    async with AsyncExitStack() as stack:
        drawer = Drawer(config.schedule.card_timeout)
        stack.push_async_callback(drawer.close)
        # No page of a link that stands in a file is ever opened.
        pictures = Pictures(Cards(drawer, config, app.health(config, writer, clock)), None)
        parts = app.parts_of(
            config, Reader(ruleset), {}, writer, Files(config.snapshots), ring, pictures, clock
        )
        yield Importer(parts, ring, Lines(writer, parts.seen, ring, admission, clock))


def _admitted(config: Config, writer: Writer, *, dry_run: bool) -> None:
    """Refuse where the installation may not run now, or watches nobody."""
    conn = writer.reader()
    if not any(True for _ in register.claims(conn)):
        hint = "netralitas import register, or start the service once with paths.register"
        raise ConfigError([Fault("register", "", "an account that may be looked at", "none", hint)])
    if dry_run:
        faults = governance.faults_now(decisions.latest(conn), config, utc_now())
        if faults:
            raise ConfigError(faults)
        return
    with writer.transaction() as tx:
        governance.begin(tx, config, utc_now())


def _attested(said: Said, *, dry_run: bool) -> Attestation:
    given = (
        ("--obtained-by", said.obtained_by), ("--how", said.how), ("--terms", said.terms),
        ("--obtained-on", str(said.obtained_on or "")), ("--by", said.by), ("--why", said.why),
    )  # fmt: skip
    hint = "it is kept in the evidence log; a dry run needs none of it"
    faults = [
        Fault("import acts", name, "a word for this file", "nothing", hint)
        for name, text in given
        if not text.strip() and not dry_run
    ]
    today = utc_now().date()
    if said.obtained_on and said.obtained_on > today:
        got = said.obtained_on.isoformat()
        faults.append(Fault("import acts", "--obtained-on", "a day up to today", got))
    if faults:
        raise ConfigError(faults)
    texts = (said.obtained_by, said.how, said.terms)
    return Attestation(*texts, said.obtained_on or today, said.by, said.why)


def _profile(config: Config, manner: Manner) -> Profile:
    found = act_profiles.load(manner.profile, *_folders(config))
    return act_profiles.adjusted(found, manner.maps, manner.sets, manner.zone)


def _folders(config: Config) -> tuple[Path, ...]:
    """Where profiles lie: the office's watchlists, then those of this version of the program."""
    return config.path("watchlists"), watch.shipped()


def _encoding(name: str) -> str:
    if name and name not in act_words.ENCODINGS:
        expected = f"one of {', '.join(act_words.ENCODINGS)}"
        raise ConfigError([Fault("--encoding", "", expected, repr(name))])
    return name


def _warn(profile: Profile) -> None:
    if profile.unchecked:
        console.complain(
            f"Note: not checked in profile {profile.name}: {profile.unchecked} "
            "Compare some rows of a --dry-run with the file."
        )
    if profile.provenance is Provenance.SCRAPED:
        console.complain(f"Warning: {WARNING}")


def _tell(report: Report, wanted: Wanted) -> None:
    counts = report.counts
    known = [*FIRST, *LAST]
    others = sorted(name for name in counts if name not in known)
    rows = [(f"rows read: {name}", str(count), "") for name, count in report.tables.items()]
    rows += [(n, str(counts[n]), MEANING.get(n, "")) for n in (*FIRST, *others, *LAST)]
    title = "Dry run: nothing was kept" if wanted.dry_run else f"Import {report.import_id}"
    console.table(title, ("rows", "count", ""), rows)
    _compare(report, wanted)
    for line in _lines(report, wanted):
        console.plain(line)


def _compare(report: Report, wanted: Wanted) -> None:
    """Show the first new acts as they were read; their words stand in the file."""
    rows = []
    for one in report.acts:
        zone = one.watch.zone
        at = one.at.astimezone(ZONES[zone]).strftime("%Y-%m-%d %H:%M ") + zone if one.at else "-"
        place = f"{one.table} {one.number}"
        became = (one.outcome if wanted.dry_run else one.finding) or one.outcome
        rows.append((place, one.watch.watch_id, one.signal, at, became))
    if rows:
        console.table(
            "New acts, 20 at most: compare them with the file",
            ("row", "line", "act", "time", "became"),
            rows,
        )


def _lines(report: Report, wanted: Wanted) -> Iterator[str]:
    for one in sorted(report.unreadable, key=lambda row: (row.member, row.number))[:SHOWN]:
        place = " ".join(filter(None, (one.member, f"row {one.number}", one.column)))
        hint = f" ({one.hint})" if one.hint else ""
        yield f"{one.table}: {place}: expected {one.expected}{hint}"
    left = report.counts["unreadable"] - min(SHOWN, len(report.unreadable))
    if left > 0:
        yield f"and {left} more unreadable rows: list up to {MOST_SHOWN} with --unreadable FILE"
    yield from report.notes
    if report.resumed:
        yield f"went on behind row {report.resumed}, where an earlier import had stopped"
    if report.again:
        yield "this file was imported before: only what is new since then was added"
    yield f"sha256 of the file: {report.sha256}"
    if not wanted.dry_run and report.counts["review"] + report.counts["alert"]:
        yield "Messages are owed; the service sends them (netralitas run, or once)."


def _write(path: Path, report: Report) -> None:
    rows = (
        (one.table, one.member, str(one.number), one.column, one.expected, one.hint)
        for one in report.unreadable
    )
    outgoing.write(path, COLUMNS, rows)
    console.plain(f"Written: {path}")
