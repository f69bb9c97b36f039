"""``netralitas import``: an agency's sheets become the register, whole or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from monitor import app, config, console
from monitor.clock import utc_now
from monitor.collect import registry as collectors
from monitor.errors import ConfigError, Fault, StoreError
from monitor.intake import office, outgoing, profiles
from monitor.intake.declared import HOSTS
from monitor.intake.office import DatedState, Sheet, Unresolved, Ways
from monitor.intake.profiles import Kind, Profile
from monitor.model.person import Interval
from monitor.run import enrol
from monitor.run.enrol import Lines
from monitor.store import keys, migrate, register, register_edit, register_import
from monitor.store.register_import import By
from monitor.store.register_stage import KEEPABLE, Stage
from monitor.store.writer import Writer

NETWORKS = frozenset({*collectors.PLATFORMS.values(), *HOSTS.values()})
COLUMNS = ("baris", "nama", "instansi", "unit", "kolom", "tertulis", "masalah", "akun_yang_benar")
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an import was asked for; ``staff`` is the sheet that declarations are joined with."""

    file: Path
    by: str
    why: str
    profile: str = ""
    worksheet: str = ""
    maps: Sequence[str] = ()
    sets: Sequence[str] = ()
    staff: Path | None = None
    staff_profile: str = "siasn"
    sheet: str = enrol.SHEET
    unresolved: Path | None = None
    dry_run: bool = False
    correction: bool = False


def import_register(path: Path, wanted: Wanted) -> int:
    """Make one sheet of the register what a file says; 1 where rows are wrong: then nothing is."""
    with _desk(path, wanted) as (settings, writer):
        _need_own_sheet(settings, wanted)
        profile = _profile(settings, wanted, Kind.REGISTER)
        ways = _ways(settings, writer)
        unresolved: list[Unresolved] = []
        try:
            return _import(writer, wanted, profile, ways, unresolved, settings)
        except ConfigError as error:
            return _refuse(error)


def import_intervals(path: Path, wanted: Wanted) -> int:
    """Put the dated states of a file on the register; 1 where rows are wrong: then none is."""
    with _desk(path, wanted) as (settings, writer):
        profile, faults = _profile(settings, wanted, Kind.INTERVALS), list[Fault]()
        by, now = By(wanted.by, wanted.why, wanted.file.name), utc_now()
        try:
            with office.opened(wanted.file, profile, _ways(settings, writer)) as sheet:
                found = [(number, _state(one)) for number, one in sheet.states(faults)]
            faults += _unknown(writer, wanted.file.name, found)
        except ConfigError as error:
            return _refuse(error)
        if faults:
            return _refuse(ConfigError(faults))
        with writer.transaction() as tx:
            new = sum(
                register_edit.add_interval(tx, person, state, by, now)
                for _, (person, state) in found
                if not wanted.dry_run
            )
    done = "would be looked at" if wanted.dry_run else f"{new} new or changed"
    console.plain(f"{len(found)} rows, {done}")
    return 0


def _import(
    writer: Writer,
    wanted: Wanted,
    profile: Profile,
    ways: Ways,
    unresolved: list[Unresolved],
    settings: config.Config,
) -> int:
    with ExitStack() as stack:
        sheet = stack.enter_context(
            office.opened(
                wanted.file, profile, ways, wanted.worksheet, joined=wanted.staff is not None
            )
        )
        staff = _staff(stack, settings, wanted, ways)

        def lines(stage: Stage, faults: list[Fault]) -> Lines:
            if profile.kind is Kind.REGISTER:
                return sheet.lines(faults)
            if staff:
                _take_staff(stage, staff, faults)
            return sheet.declarations(faults, stage.staff if staff else None, unresolved)

        shown, rows = stack.enter_context(console.bar("read")), _rows(wanted.file)
        stage = stack.enter_context(
            enrol.staged(
                sheet.where,
                lines,
                writer.database,
                wanted.sheet,
                lambda n: shown(n, rows or n),
                _silent(sheet, staff),
            )
        )
        counts = _apply(writer, stage, wanted)
        for note in (*sheet.notes, *(staff.notes if staff else ())):
            console.plain(note)
    _report(counts, wanted, unresolved, register.waiting(writer.reader()))
    return 0


def _apply(writer: Writer, stage: Stage, wanted: Wanted) -> Counter[str]:
    if wanted.dry_run:
        return Counter(change.what for change in stage.changes())
    by = By(wanted.by, wanted.why, wanted.file.name)
    with console.bar("write") as shown, writer.transaction() as tx:
        return register_import.apply(
            tx,
            stage,
            by,
            utc_now(),
            correction=wanted.correction,
            told=lambda n: shown(n, stage.count),
        )


def _report(
    counts: Counter[str], wanted: Wanted, unresolved: Sequence[Unresolved], waiting: int
) -> None:
    done = "would be " if wanted.dry_run else ""
    said = ", ".join(f"{counts[what]} {what}" for what in ("added", "changed", "returned"))
    console.plain(f"{done}{said}, {counts['removed']} removed (sheet {wanted.sheet!r})")
    if counts["moved"]:
        console.plain(f"{counts['moved']} persons serve elsewhere now: transfers are on file")
    if waiting and not wanted.dry_run:
        console.plain(f"{waiting} accounts wait: no date of notice, or no account that was named")
    if unresolved:
        console.plain(f"{len(unresolved)} declarations name no account")
        if wanted.unresolved:
            _write_unresolved(wanted.unresolved, unresolved)
            console.plain(f"For those who declared them: {wanted.unresolved}")
        else:
            console.plain("List them for correction: --unresolved FILE")


def _write_unresolved(path: Path, found: Sequence[Unresolved]) -> None:
    rows = (
        (str(one.line), one.name, one.instansi, one.unit, one.column, one.written, one.problem, "")
        for one in found
    )
    outgoing.write(path, COLUMNS, rows)


def _state(one: DatedState) -> tuple[str, Interval]:
    first, last = date.fromisoformat(one.start), date.fromisoformat(one.end) if one.end else None
    return one.person_ref, Interval(one.kind, first, last, one.reference)


def _unknown(
    writer: Writer, where: str, found: Sequence[tuple[int, tuple[str, Interval]]]
) -> Iterator[Fault]:
    for number, (person, _) in found:
        if not register.has_person(writer.reader(), person):
            hint = "import the register first"
            yield Fault(f"{where}:{number}", "nip", "a person on the register", "nobody", hint)


def _take_staff(stage: Stage, staff: Sheet, faults: list[Fault]) -> None:
    for number, first in stage.add_staff(staff.people(faults)):
        where = f"{staff.where}:{number}"
        faults.append(Fault(where, "nip", f"a person not listed before (line {first})"))


def _silent(*sheets: Sheet | None) -> list[str]:
    """Return the columns that no sheet has; a constant of a profile is no column."""
    there = {column for sheet in sheets if sheet for column in sheet.layout.places}
    return [name for name in KEEPABLE if name not in there]


def _staff(stack: ExitStack, settings: config.Config, wanted: Wanted, ways: Ways) -> Sheet | None:
    if wanted.staff is None:
        return None
    profile = profiles.load(settings.path("watchlists"), wanted.staff_profile)
    return stack.enter_context(office.opened(wanted.staff, profile, ways))


def _profile(settings: config.Config, wanted: Wanted, kind: Kind) -> Profile:
    if not wanted.profile:
        return profiles.adjusted(profiles.house(kind), wanted.maps, wanted.sets)
    profile = profiles.load(settings.path("watchlists"), wanted.profile)
    if profile.kind is Kind.STAFF:
        hint = "give it with --staff beside the sheet of declarations"
        raise ConfigError([Fault("--profile", "", "a profile of accounts", "staff", hint)])
    return profiles.adjusted(profile, wanted.maps, wanted.sets)


def _ways(settings: config.Config, writer: Writer) -> Ways:
    ring, conn = keys.load(settings.path("keys")), writer.reader()
    many = len(ring.versions("person")) > 1

    def refer(nip: str) -> str:
        found = keys.person_refs(ring, nip)
        # After a rotation a person keeps the reference that the older key made.
        return register.known(conn, found) if many else found[0]

    return Ways(refer, utc_now().date(), NETWORKS)


def _need_own_sheet(settings: config.Config, wanted: Wanted) -> None:
    if not settings.has_register_file or wanted.sheet != enrol.SHEET or wanted.dry_run:
        return
    hint = 'set paths.register = "" to keep the register here, or name another --sheet'
    got = f"a sheet that {settings.path('register_file').name} overwrites at each start"
    raise ConfigError([Fault("--sheet", "", "a sheet of its own", got, hint)])


def _refuse(error: ConfigError) -> int:
    for fault in error.faults:
        console.complain(str(fault))
    console.complain(f"{len(error.faults)} faults, nothing was imported")
    return 1


def _rows(file: Path) -> int | None:
    """Return how many lines a text file has; a workbook's are not known before it is read."""
    try:
        with file.open("rb") as opened:
            if opened.read(2) == b"PK":
                return None
            return sum(chunk.count(b"\n") for chunk in iter(lambda: opened.read(CHUNK), b""))
    except OSError:
        return None


@contextmanager
def _desk(path: Path, wanted: Wanted) -> Iterator[tuple[config.Config, Writer]]:
    given = (("--by", wanted.by), ("--why", wanted.why))
    empty = [name for name, value in given if not value.strip() and not wanted.dry_run]
    if empty:
        hint = "it is kept in the evidence log"
        raise ConfigError([Fault("import", n, "a text", "nothing", hint) for n in empty])
    settings = app.settings(path)
    if not settings.database.exists():
        raise StoreError(f"{settings.database}: no database yet; run: netralitas migrate")
    migrate.check(settings.database)
    with closing(Writer(settings.database)) as writer:
        yield settings, writer
