"""``netralitas dokumen``: drafts of a case's papers, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from monitor import app, console, disk
from monitor.clock import utc_now
from monitor.errors import ConfigError, Fault, NotifyError
from monitor.evidence.files import Files
from monitor.model.evidence import Part
from monitor.model.letter import SCAN, SUMMONSES, Issued, Kind
from monitor.model.review import Case
from monitor.notify import letters as drafts
from monitor.notify import odt
from monitor.review import documents
from monitor.review.deadlines import working_days
from monitor.review.decisions import status
from monitor.run import papers
from monitor.run.papers import COMMAND
from monitor.store import letters, readings, reviews
from monitor.watch import deadlines

ISSUED = f"{COMMAND} terbit"
MOST_BYTES = 20_000_000
# What a scanner gives, by its first bytes.
SIGNS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
# PP 94/2021 Pasal 26 ayat (2), V2: a summons comes that many working days before the examination.
NOTICE = 7
SHORT = (
    "Panggilan ini {days} hari kerja sebelum hari pemeriksaan; PP 94/2021 Pasal 26 ayat (2) "
    "menyebut paling lambat {notice} hari kerja (V2)."
)


@dataclass(frozen=True, slots=True)
class Given:
    """A paper as the command line gives it: its kind in words, number, date, day of examination."""

    word: str
    number: str
    on: date | None
    hearing: date | None

    def read(self, faults: list[Fault]) -> Issued:
        """Return the paper; raise ``ConfigError`` with these faults and its own."""
        kind = kind_of(self.word)
        if self.on is None:
            faults.append(Fault(ISSUED, "--date", "the paper's date", "nothing"))
        if self.hearing and kind not in SUMMONSES:
            names = " or ".join(sorted(SUMMONSES))
            faults.append(Fault(ISSUED, "--hearing", f"only with {names}", kind.value))
        if self.on is None or faults:
            raise ConfigError(faults)
        return Issued(kind, self.number.strip(), self.on, utc_now(), self.hearing)


def draft(path: Path, finding: str, word: str, to: Path, by: str, why: str) -> int:
    """Write one paper of a case as .odt and .pdf into a folder; the reading is logged."""
    kind = kind_of(word)
    faults = [*_empty(COMMAND, {"--by": by, "--why": why})]
    targets = [to / f"{finding}-{kind}{ending}" for ending in (".odt", ".pdf")]
    faults += [
        Fault(COMMAND, "--out", "a folder that is there, without this file", str(target))
        for target in targets
        if not to.is_dir() or target.exists()
    ]
    if faults:
        raise ConfigError(faults)
    with app.desk(path) as (settings, writer):
        conn = writer.reader()
        case = reviews.case(conn, finding)
        _check(COMMAND, case, kind, list(documents.lacking(case, kind)))
        told = papers.paper(conn, settings, case, kind)
        letter = drafts.data(told, app.load_ruleset(settings))
        made = _rendered(letter)
        with writer.transaction() as tx:
            more = {"document": kind.value}
            readings.note(
                tx, at=utc_now(), command=COMMAND, subject=finding, who=by, why=why, more=more
            )
            for target, data in zip(targets, made, strict=True):
                _write(target, data)
    for target in targets:
        console.plain(f"{drafts.NAMES[kind]}: {target}")
    return 0


def issue(path: Path, finding: str, given: Given, scan: Path | None, by: str, why: str) -> int:
    """Record that a paper left the office (``tanggapan``: came), with number, date and scan."""
    faults = [*_empty(ISSUED, {"--number": given.number, "--by": by, "--why": why})]
    letter = given.read(faults)
    parts, kind = [_part(scan)] if scan else [], letter.kind
    with app.desk(path) as (settings, writer):
        files = Files(settings.snapshots)
        with files.staging(parts) as staged, writer.transaction() as tx:
            case = reviews.case(tx, finding)
            _check(ISSUED, case, kind, list(documents.lacking(case, kind, issued=True)))
            _check_days(case, letter, letter.at)
            files.publish(staged)
            head = letters.record(tx, finding, letter, by, why, staged)
        short = _short(settings.path("watchlists"), case, letter)
    console.plain(f"{finding}: {drafts.NAMES[kind]}. Log head {head.seq}:{head.hash}")
    if short:
        console.complain(short)
    return 0


def listed(path: Path, finding: str, by: str, why: str) -> int:
    """List the papers on record of a case, and which may be drafted now; the look is logged."""
    with app.desk(path) as (_, writer):
        case = reviews.case(writer.reader(), finding)
        with writer.transaction() as tx:
            command = f"{COMMAND} daftar"
            readings.note(tx, at=utc_now(), command=command, subject=finding, who=by, why=why)
    rows = [
        (one.kind.value, one.number, str(one.day), str(one.hearing or "")) for one in case.issued
    ]
    console.table("Papers on record", ("paper", "number", "date", "hearing"), rows)
    able = [kind.value for kind in Kind if not any(documents.lacking(case, kind))]
    console.plain("May be drafted now: " + (", ".join(able) or "none"))
    return 0


def kind_of(word: str) -> Kind:
    """Read a kind of paper; ``ConfigError`` with all there are."""
    try:
        return Kind(word)
    except ValueError:
        expected = "one of " + ", ".join(kind.value for kind in Kind)
        raise ConfigError([Fault(COMMAND, "JENIS", expected, repr(word))]) from None


def _rendered(letter: dict[str, object]) -> tuple[bytes, bytes]:
    try:
        return odt.render(letter), drafts.pdf(letter)
    except NotifyError as error:
        raise ConfigError([Fault(COMMAND, "", "a paper that can be set", str(error))]) from None


def _check(where: str, case: Case, kind: Kind, lacks: Sequence[str]) -> None:
    at = status(case)
    got = f"case at {at or 'baru'}"
    if lacks:
        place = f"{where} {case.finding}"
        raise ConfigError([Fault(place, kind.value, expected, got) for expected in lacks])


def _check_days(case: Case, letter: Issued, now: datetime) -> None:
    """Refuse dates that cannot be: a paper of tomorrow, an examination before its summons."""
    where, faults = f"{ISSUED} {case.finding}", []
    if letter.day > now.date() and letter.day > now.astimezone().date():
        faults.append(Fault(where, "--date", "a day that has come", str(letter.day)))
    if letter.hearing and letter.hearing <= letter.day:
        expected = f"a day after the summons, {letter.day}"
        faults.append(Fault(where, "--hearing", expected, str(letter.hearing)))
    if faults:
        raise ConfigError(faults)


def _short(watchlists: Path, case: Case, letter: Issued) -> str:
    """Say where a summons leaves fewer working days than the law is told to ask."""
    if letter.hearing is None:
        return ""
    _, calendar = deadlines.load(watchlists)
    days = working_days(letter.day, letter.hearing, calendar, case.area)
    return SHORT.format(days=days, notice=NOTICE) if days < NOTICE else ""


def _part(scan: Path) -> Part:
    try:
        size = scan.stat().st_size
        data = scan.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise _no_scan(scan, error.strerror or "nothing") from None
    kind = next((kind for sign, kind in SIGNS.items() if data.startswith(sign)), "")
    if not kind:
        got = f"{size} bytes" if size > MOST_BYTES else "another kind of file"
        raise _no_scan(scan, got)
    return Part(SCAN, kind, data)


def _no_scan(scan: Path, got: str) -> ConfigError:
    expected = f"a PDF, PNG or JPEG of at most {MOST_BYTES} bytes"
    return ConfigError([Fault(str(scan), "--scan", expected, got)])


def _empty(where: str, given: dict[str, str]) -> Iterator[Fault]:
    for option, text in given.items():
        if not text.strip():
            yield Fault(where, option, "a text", "nothing")


def _write(target: Path, data: bytes) -> None:
    try:
        disk.write_new(target, data)
    except OSError as error:
        expected = "a new file that can be written"
        raise ConfigError([Fault(str(target), "", expected, error.strerror or "")]) from None
