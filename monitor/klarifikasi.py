"""``netralitas klarifikasi``: letters to the person concerned, answers on paper, receipts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor import app, console, disk
from monitor.clock import to_text, utc_now
from monitor.config import Config
from monitor.desk import SAID
from monitor.errors import ConfigError, Fault, UnknownError
from monitor.model.review import Case
from monitor.notify.invitation import Letter, Office, render_letter
from monitor.notify.pages import typeset
from monitor.notify.receipt import TEMPLATE, receipt
from monitor.review import decisions
from monitor.review.decisions import Refusal
from monitor.run import invite
from monitor.store import answers, invitations, readings, reviews

COMMAND = "klarifikasi"


@dataclass(frozen=True, slots=True)
class Asked:
    """A letter that an officer wants: for which case, why, and into which new file (PDF)."""

    finding: str
    officer: str
    why: str
    to: Path


def undang(path: Path, asked: Asked) -> int:
    """Write the letter that invites, as PDF and as text beside it; nothing is sent to anybody."""
    with app.desk(path) as (settings, writer):
        conn, now = writer.reader(), utc_now()
        if faults := [*office_faults(settings), *_file_faults(asked.to)]:
            raise ConfigError(faults)
        told, code = invite.told(conn, asked.finding), invitations.new_code(conn)
        until = now + timedelta(days=settings.answers.code_days)
        letter = Letter(told.content, told.watch, told.facts, office(settings), code.text(), until)
        pdf, text = render_letter(letter, app.load_ruleset(settings))
        with _written(asked.to, pdf, text), writer.transaction() as tx:
            case, officer = reviews.case(tx, asked.finding), reviews.officer(tx, asked.officer)
            refuse("undang", case, invite.refusals(case, officer, asked.why, now.date()))
            head = invite.invite(tx, case, officer, asked.why, code, until, now)
    console.plain(f"{asked.finding}: invited. Log head {head.seq}:{head.hash}")
    console.plain(f"Letter: {asked.to} and {_text_of(asked.to)}")
    if office(settings).takes_code:
        console.plain(f"The code ends {to_text(until)}; it stands in the letter and nowhere else.")
    else:
        console.plain("It names paper only: neither answers.page nor answers.bot is set.")
    console.plain("Nothing was sent: an officer hands it over, signed.")
    return 0


def cabut(path: Path, finding: str, officer: str, why: str) -> int:
    """End the codes of a case's letters."""
    with app.desk(path) as (_, writer), writer.transaction() as tx:
        now = utc_now()
        case, who = reviews.case(tx, finding), reviews.officer(tx, officer)
        refuse("cabut", case, invite.may_handle(case, who, why, now.date()))
        by = {"officer": who.id, "who": who.name, "why": why}
        if not invitations.revoke(tx, finding, by, now):
            raise UnknownError(f"{finding}: no letter of this case has a code that still stands")
    console.plain(f"{finding}: no code opens this case now")
    return 0


def tanda_terima(path: Path, number: str, to: Path, by: str, why: str) -> int:
    """Write the receipt of an answer into a new PDF; the look at the answer is logged."""
    with app.desk(path) as (_, writer):
        conn = writer.reader()
        given = answers.given(conn, number.strip().upper())
        if given is None:
            raise UnknownError(f"{number}: there is no answer with this receipt's number")
        faults = [
            Fault(COMMAND, option, "a text", "nothing")
            for option, text in (("--by", by), ("--why", why))
            if not text.strip()
        ]
        if faults := [*faults, *_file_faults(to, ())]:
            raise ConfigError(faults)
        told = invite.told(conn, given.finding)
        with writer.transaction() as tx:
            command = f"{COMMAND} tanda-terima"
            readings.note(tx, at=utc_now(), command=command, subject=given.finding, who=by, why=why)
        made = receipt(given, told.watch["zone"], told.facts.stamp)
        _write_new(to, typeset(TEMPLATE, made))
    console.plain(f"{given.receipt}: {to}")
    return 0


def office(settings: Config) -> Office:
    """Return the office as the letter names it."""
    known = settings.answers
    return Office(known.office, known.address, known.hours, known.page, known.bot)


def office_faults(settings: Config) -> list[Fault]:
    """Say what a letter lacks of the office."""
    known = settings.answers
    needed = {"office": known.office, "address": known.address, "hours": known.hours}
    where, hint = str(settings.folder / "config.toml"), "the letter says where to answer on paper"
    return [
        Fault(where, f"answers.{key}", "a text", "nothing", hint)
        for key, text in needed.items()
        if not text.strip()
    ]


def refuse(what: str, case: Case, found: Sequence[Refusal]) -> None:
    """Raise ``ConfigError`` with every reason why a person may not do this in a case."""
    if found:
        got = f"case at {decisions.status(case) or 'baru'}"
        where = f"{COMMAND} {what} {case.finding}"
        raise ConfigError([Fault(where, one.value, SAID[one], got) for one in found])


def _text_of(to: Path) -> Path:
    return to.with_suffix(".txt")


def _file_faults(to: Path, beside: Sequence[str] = (".txt",)) -> Iterator[Fault]:
    taken = to.exists() or any(to.with_suffix(end).exists() for end in beside)
    if to.suffix != ".pdf" or taken or not to.parent.is_dir():
        expected = "a new file that ends in .pdf, in a folder that is there"
        yield Fault(COMMAND, "--to", expected, str(to))


@contextmanager
def _written(to: Path, pdf: bytes, text: str) -> Iterator[None]:
    """Write a letter's two files before the block, and take them away again if it fails.

    The block commits what makes the code good: a letter with a dead code must not be left.
    """
    made: list[Path] = []
    whole = False
    try:
        for path, data in ((to, pdf), (_text_of(to), text.encode())):
            _write_new(path, data)
            made.append(path)
        yield
        whole = True
    finally:
        for path in [] if whole else made:
            path.unlink(missing_ok=True)


def _write_new(to: Path, data: bytes) -> None:
    """Write a file that only its owner may read, durably; ``ConfigError`` where it cannot be."""
    try:
        disk.write_new(to, data)
    except OSError as error:
        raise ConfigError([Fault(str(to), "", "a place to write", error.strerror or "")]) from None
