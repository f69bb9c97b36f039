"""``netralitas review``: officers, cases, and the steps that people take in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from monitor import app, console, desk_due, klarifikasi_show
from monitor.clock import to_text, utc_now
from monitor.errors import ConfigError, Fault
from monitor.model import review
from monitor.model.review import Officer, Role, Step, Term, Wanted
from monitor.review import decisions
from monitor.review.decisions import Refusal
from monitor.run.refresh import owe_refresh
from monitor.store import expiring, readings, reviews
from monitor.store.writer import Writer

COMMAND = "review"
Kind = TypeVar("Kind", bound=StrEnum)
_ID = re.compile(r"[a-z0-9][a-z0-9.-]{1,31}")
SAID = {
    Refusal.ORDER: "a step that may follow where the case stands: netralitas review show",
    Refusal.ROLE: "an officer with a role for this step today",
    Refusal.OWNER: "the officer who took the case",
    Refusal.CONCERNED: "an officer whom the case is not about: nobody decides about themselves",
    Refusal.SPOUSE: "an officer whose spouse does not stand in this contest",
    Refusal.OUTSIDE: "a desk outside the agency to close the case, since a candidate leads it",
    Refusal.SECOND: "a second person: this officer took the last decision",
    Refusal.WHY: "a reason: --why",
    Refusal.ANSWER: "the answer itself: --answer FILE",
    Refusal.UNANSWERED: "the person's answer on record, or why there is none: --unanswered",
    Refusal.LETTER: "way, receiver, letter number and date: --path, --receiver, --letter, --date",
}


def take(path: Path, finding: str, wanted: Wanted, officer: str) -> int:
    """Take one step in a case, or say every reason why it may not be taken."""
    if wanted.objection and wanted.step is not Step.REOPENED:
        expected = f"only with {Step.REOPENED}"
        raise ConfigError([Fault(COMMAND, "--objection", expected, wanted.step.value)])
    with app.desk(path) as (_, writer), writer.transaction() as tx:
        now = utc_now()
        case, who = reviews.case(tx, finding), reviews.officer(tx, officer)
        if found := decisions.refusals(case, wanted, who, now.date()):
            raise ConfigError(_faults(finding, wanted, decisions.status(case), found))
        role = min(decisions.able(who, wanted.step, now.date()))
        head = reviews.step(tx, finding, wanted, who, role, now)
        owe_refresh(tx, finding, now)
    console.plain(f"{finding}: {wanted.step}. Log head {head.seq}:{head.hash}")
    return 0


def show(path: Path, finding: str, by: str, why: str) -> int:
    """Print where a case stands and how it came there; the look itself is logged."""
    with app.desk(path) as (settings, writer):
        case = reviews.case(writer.reader(), finding)
        said = reviews.said(writer.reader(), finding)
        named = reviews.officers(writer.reader())
        sides = klarifikasi_show.read(writer.reader(), finding, utc_now())
        left = expiring.reference(writer.reader(), finding)
        _note(writer, finding, by, why, utc_now())
    state = review.state_after(taken.step for taken in case.taken)
    at = decisions.status(case)
    console.plain(f"{finding}: {at or 'baru'} ({state}); agency: {case.instansi or '-'}")
    if known := decisions.known_since(case):
        console.plain(f"Known since {to_text(known.at)} ({known.officer})")
    if left:
        console.plain(f"What the platform said went, as its terms bid; the act's address: {left}")
    rows = [
        (
            to_text(t.at),
            t.step.value,
            t.officer,
            named[t.officer].name if t.officer in named else "",
            told.get("why", ""),
        )
        for t, told in zip(case.taken, said, strict=True)
    ]
    console.table("Steps", ("at", "step", "officer", "name", "why"), rows)
    for told in said:
        _show_more(told)
    desk_due.of_case(settings, case)
    klarifikasi_show.show(sides)
    following = [step.value for step in Step if at in decisions.AFTER[step]]
    console.plain("What may follow: " + ", ".join(following))
    return 0


def letter(told: Mapping[str, str]) -> str:
    """Return which letter forwarded a case, to whom and by which way; empty for another step."""
    if not told.get("letter"):
        return ""
    day, receiver = told.get("date", "?"), told.get("receiver", "?")
    return f"letter {told['letter']} of {day} to {receiver} ({told.get('path') or '?'})"


def _show_more(told: Mapping[str, str]) -> None:
    if sent := letter(told):
        receipt = f"; receipt {told['receipt']}" if told.get("receipt") else ""
        console.plain(f"Forwarded: {sent}{receipt}")
    if told.get("unanswered"):
        console.plain(f"Without an answer, because: {told['unanswered']}")


def appoint(path: Path, officer: Officer, term: Term, by: str, why: str) -> int:
    """Give an officer a role for some days, or end one that the officer has.

    What is left out of a known officer stays as it was.
    """
    with app.desk(path) as (_, writer), writer.transaction() as tx:
        known = reviews.officers(tx).get(officer.id, officer)
        whole = replace(
            known,
            name=officer.name or known.name,
            instansi=officer.instansi or known.instansi,
            person_ref=officer.person_ref or known.person_ref,
            spouse_of=officer.spouse_of or known.spouse_of,
            telegram=officer.telegram or known.telegram,
        )
        another = reviews.officer_of(tx, whole.telegram)
        if faults := [*_lacking(whole, by, why), *_backwards(term), *_taken_id(whole, another)]:
            raise ConfigError(faults)
        reviews.give(tx, whole, term, by, why, utc_now())
    last = term.last_day or "further notice"
    console.plain(f"{officer.id}: {term.role}, {term.first_day} to {last}")
    return 0


def _lacking(officer: Officer, by: str, why: str) -> Iterator[Fault]:
    if not _ID.fullmatch(officer.id):
        expected = "2 to 32 of a-z, 0-9, dot and hyphen, which tell nothing outside the office"
        yield Fault(f"{COMMAND} officer", "ID", expected, repr(officer.id))
    needed = {"--by": by, "--why": why, "--name": officer.name, "--agency": officer.instansi}
    for option, text in needed.items():
        if not text.strip():
            yield Fault(f"{COMMAND} officer", option, "a text", "nothing")


def _backwards(term: Term) -> Iterator[Fault]:
    if term.last_day and term.last_day < term.first_day:
        expected = f"a day from {term.first_day} on"
        yield Fault(f"{COMMAND} officer", "--until", expected, str(term.last_day))


def _taken_id(officer: Officer, another: Officer | None) -> Iterator[Fault]:
    # A press must be one person's.
    if another and another.id != officer.id:
        expected = "a user id that no other officer has"
        yield Fault(f"{COMMAND} officer", "--telegram", expected, f"that of {another.id}")


def officers(path: Path) -> int:
    """List officers and their roles."""
    with app.desk(path) as (_, writer):
        found = reviews.officers(writer.reader())
    rows = [
        (
            *(one.id, one.name, one.instansi, t.role.value, str(t.first_day)),
            *(str(t.last_day or ""), str(one.telegram or "")),
        )
        for one in found.values()
        for t in one.terms
    ]
    console.table("Officers", ("id", "name", "agency", "role", "from", "until", "telegram"), rows)
    return 0


def step_of(text: str) -> Step:
    """Read a step; ``ConfigError`` with all there are."""
    return _one_of(Step, text, "STEP")


def role_of(text: str) -> Role:
    return _one_of(Role, text, "--role")


def path_of(text: str) -> review.Path | None:
    return _one_of(review.Path, text, "--path") if text else None


def day_of(text: str, option: str) -> date | None:
    """Read a day, "" is none; ``ConfigError`` for anything else."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ConfigError([Fault(COMMAND, option, "a day as 2024-10-15", repr(text))]) from None


def answer_of(file: Path | None, option: str = "--answer") -> str:
    """Read the words of the person concerned from a UTF-8 text file; none are ""."""
    if file is None:
        return ""
    expected = "a text file in UTF-8"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError([Fault(str(file), option, expected, type(error).__name__)]) from None
    if not text.strip():
        words = "an answer or an objection in words"
        raise ConfigError([Fault(str(file), option, words, "nothing")])
    return text


def _one_of(kind: type[Kind], text: str, option: str) -> Kind:
    try:
        return kind(text)
    except ValueError:
        expected = "one of " + ", ".join(one.value for one in kind)
        raise ConfigError([Fault(COMMAND, option, expected, repr(text))]) from None


def _faults(finding: str, wanted: Wanted, at: Step | None, found: Sequence[Refusal]) -> list[Fault]:
    where = f"{COMMAND} {finding}"
    got = f"case at {at or 'baru'}"
    return [Fault(where, wanted.step.value, SAID[one], got) for one in found]


def _note(writer: Writer, finding: str, by: str, why: str, now: datetime) -> None:
    with writer.transaction() as tx:
        readings.note(tx, at=now, command=f"{COMMAND} show", subject=finding, who=by, why=why)
