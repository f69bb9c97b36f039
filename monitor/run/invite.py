"""Inviting the person concerned: who may, what the letter is made from, and the step it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from monitor.errors import UnknownError
from monitor.model.code import Code
from monitor.model.delivery import AlertFacts
from monitor.model.evidence import LogHead
from monitor.model.review import Case, Officer, Step, Wanted
from monitor.review import decisions
from monitor.review.decisions import Refusal
from monitor.run.compose import alert_facts
from monitor.run.refresh import owe_refresh
from monitor.store import about, findings, invitations, reviews
from monitor.store.db import Connection


@dataclass(frozen=True, slots=True)
class Told:
    """A case as its newest revision tells it: what the person concerned is shown."""

    content: Mapping[str, Any]
    watch: Mapping[str, Any]
    facts: AlertFacts


def told(conn: Connection, finding: str) -> Told:
    """Return what is told of a case; ``UnknownError`` where nothing is, or no longer."""
    seq = findings.last_entry(conn, finding)
    there = about.opened(conn, seq)
    if not {"finding", "watch"} <= there.keys():
        raise UnknownError(f"{finding}: its content was erased: there is nothing to answer to")
    return Told(there["finding"], there["watch"], alert_facts(conn, seq))


def refusals(case: Case, officer: Officer, why: str, day: date) -> list[Refusal]:
    """Return why this officer may not invite now; where it was asked already, once more may be."""
    found = decisions.refusals(case, Wanted(Step.ANSWER_ASKED, why), officer, day)
    again = decisions.status(case) is Step.ANSWER_ASKED
    return [one for one in found if not (again and one is Refusal.ORDER)]


def invite(
    tx: Connection,
    case: Case,
    officer: Officer,
    why: str,
    code: Code,
    until: datetime,
    at: datetime,
) -> LogHead:
    """Take the step ``klarifikasi_diminta``, where it was not taken yet, and log the letter."""
    if decisions.status(case) is not Step.ANSWER_ASKED:
        wanted = Wanted(Step.ANSWER_ASKED, why)
        role = min(decisions.able(officer, wanted.step, at.date()))
        reviews.step(tx, case.finding, wanted, officer, role, at)
        owe_refresh(tx, case.finding, at)
    by = {"officer": officer.id, "who": officer.name, "why": why}
    return invitations.add(tx, case.finding, code, until, by, at)


def may_handle(case: Case, officer: Officer, why: str, day: date) -> list[Refusal]:
    """Return why this officer may not handle the person's letters and answers in this case."""
    wanted = Wanted(Step.ANSWERED, why, answer=why)
    found = decisions.refusals(case, wanted, officer, day)
    return [one for one in found if one not in (Refusal.ORDER, Refusal.ANSWER)]
