"""The case files as the desk in Telegram sees them, inside the transaction of one update."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from html import escape
from typing import Any

from monitor.config import Config
from monitor.errors import UnknownError
from monitor.model import mute as mutes_model
from monitor.model.contest import ZONES
from monitor.model.mute import Scope
from monitor.model.review import Case, Officer, Wanted
from monitor.model.rule import RuleSet
from monitor.model.update import Talk
from monitor.notify.render import render_caption, render_masked
from monitor.notify.words import moment
from monitor.review import decisions, words
from monitor.review.desk_port import Limits, Load, Waiting
from monitor.run.compose import alert_facts
from monitor.run.refresh import EDITING, owe_refresh
from monitor.store import about, alarms, findings, log, mutes, queue, readings, reviews, talks
from monitor.store import told as told_of
from monitor.store.db import Connection

MOST_STEPS = 25
SHOWN = "bot kasus"


class DeskRoom:
    """A ``review.desk_port.Port`` over one open transaction; it lives as long as that does."""

    def __init__(self, tx: Connection, settings: Config, ruleset: RuleSet, now: datetime) -> None:
        self._tx = tx
        self._settings = settings
        self._ruleset = ruleset
        self.now = now

    @property
    def limits(self) -> Limits:
        own = self._settings.review
        days = self._settings.notify.mute_days
        return Limits(own.readings_per_day, days, own.talk_minutes)

    def officer(self, user: int) -> Officer | None:
        return reviews.officer_of(self._tx, user)

    def case(self, finding: str) -> Case | None:
        try:
            return reviews.case(self._tx, finding)
        except UnknownError:
            return None

    def take(self, case: Case, wanted: Wanted, officer: Officer) -> None:
        role = min(decisions.able(officer, wanted.step, self.now.date()))
        reviews.step(self._tx, case.finding, wanted, officer, role, self.now)
        owe_refresh(self._tx, case.finding, self.now)

    def talk(self, user: int) -> Talk | None:
        return talks.of(self._tx, user, self.now)

    def keep(self, user: int, name: str, subject: str, body: Mapping[str, Any]) -> None:
        until = self.now + timedelta(minutes=self._settings.review.talk_minutes)
        talks.put(self._tx, user, name, body, until, subject)

    def drop(self, user: int) -> bool:
        return talks.drop(self._tx, user)

    def queue(self, officer: Officer, most: int) -> tuple[Sequence[Waiting], int]:
        rows = queue.open_cases(self._tx, officer.instansi, self._read_by(officer))
        found = []
        for row in rows[:most]:
            case = reviews.case(self._tx, row.finding)
            stands, owner = decisions.status(case), decisions.owner(case)
            since = row.since.astimezone(ZONES[self._settings.report.zone]).date()
            found.append(Waiting(case, stands, owner, since))
        return found, len(rows)

    def reads(self, officer: Officer, finding: str) -> bool:
        return bool(self._read_by(officer) & set(told_of.ways(self._tx, finding, EDITING)))

    def heard(self, finding: str, chat: int) -> bool:
        return any(where == str(chat) for _, where in told_of.ways(self._tx, finding, EDITING))

    def _read_by(self, officer: Officer) -> set[tuple[str, str]]:
        routes = self._settings.notify.routes
        return {route.way for route in routes if officer.id in route.readers}

    def load(self, officer: Officer) -> Load:
        rows = queue.open_cases(self._tx, officer.instansi, self._read_by(officer))
        return Load(
            open=len(rows),
            free=sum(row.free for row in rows),
            mine=sum(row.officer == officer.id for row in rows),
            alarms=len(alarms.open_(self._tx)),
            seq=log.head(self._tx).seq,
        )

    def of_person(self, person_ref: str) -> Sequence[str]:
        return about.findings_of(self._tx, person_ref)

    def readings(self, officer: Officer) -> int:
        return talks.readings(self._tx, officer.id, self.now.date())

    def read(self, officer: Officer, subject: str, why: str) -> None:
        readings.note(
            self._tx,
            at=self.now,
            command=SHOWN,
            subject=subject,
            who=officer.name,
            why=why,
            more={"officer": officer.id},
        )
        talks.count_reading(self._tx, officer.id, self.now.date())

    def shown(self, case: Case) -> str:
        seq = findings.last_entry(self._tx, case.finding)
        told = about.opened(self._tx, seq)
        if "finding" not in told or "watch" not in told:
            return ""
        facts = alert_facts(self._tx, seq)
        render = render_caption if self._named(case.finding) else render_masked
        caption = render(told["finding"], told["watch"], facts, self._ruleset)
        return f"{caption.html}\n\n{_steps(case, self._settings.report.zone)}"

    def _named(self, finding: str) -> bool:
        """Say whether the office shows this case with names in Telegram: some route of it does."""
        ways = told_of.ways(self._tx, finding, EDITING)
        shown = {route.way for route in self._settings.notify.routes if route.card != "masked"}
        return bool(shown & set(ways))

    def mute(self, officer: Officer, case: Case | None, days: int, why: str) -> int | None:
        value = case.person_ref if case else officer.instansi
        scope = Scope.PERSON if case else Scope.INSTANSI
        until = self.now + timedelta(days=days)
        longest = timedelta(days=self._settings.notify.mute_days)
        if any(mutes_model.flaws(value, officer.name, why, until, self.now, longest)):
            return None
        by = {"who": officer.name, "why": why, "officer": officer.id}
        return mutes.add(self._tx, scope, value, until=until, at=self.now, **by).number


def _steps(case: Case, zone: str) -> str:
    lines = [
        f"{moment(taken.at, zone, 'id')}: {words.STANDS[taken.step]}"
        f" · {escape(taken.officer) or words.PERSON_ANSWERED}"
        for taken in case.taken[-MOST_STEPS:]
    ]
    return "\n".join([words.STEPS, *(lines or [words.NO_STEPS])])
