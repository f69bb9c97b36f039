"""Excuses that ask what is on file about the person, each with its table of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from monitor.judge.case import Case
from monitor.judge.exculpations import EXCULPATIONS
from monitor.judge.personal import EXCUSES
from monitor.model.day import Days
from monitor.model.finding import Match, Outcome, Reading, Result
from monitor.model.person import EmployerType, Interval, Ownership, PersonFacts
from monitor.model.rule import Level, Stance
from monitor.model.wire import statement

MET, NOT_MET, OPEN = Result.MET, Result.NOT_MET, Result.CANNOT_BE_CHECKED
SPOUSE, OTHER = "pilgub-99-2030/1", "pilgub-99-2030/2"
MONDAY, SUNDAY = "2030-09-09T10:00:00+07:00", "2030-09-08T10:00:00+07:00"
LEAVE = Interval("CLTN", date(2030, 9, 1), date(2030, 9, 30))
KEYS = frozenset({"employer_type", "intervals", "ownership", "candidate_spouse_of"})


def person(**facts: Any) -> PersonFacts:
    known: dict[str, Any] = {
        "stated": KEYS,
        "employer_type": EmployerType.PNS,
        "intervals": (),
        "ownership": Ownership.VERIFIED,
    }
    return PersonFacts(**(known | facts))


def match(target: str, outcome: Outcome = Outcome.REVIEW) -> Match:
    return Match("r", 1, target, Stance.NEUTRAL, Level.DISIPLIN, outcome, (), ())


def asked(
    name: str,
    who: PersonFacts | None,
    *features: str,
    at: str | None = MONDAY,
    matches: tuple[Match, ...] = (),
    seen: datetime | None = None,
) -> Result:
    activity = statement({"id": "x", "occurred_at": at}).activity
    if seen:
        activity = replace(activity, first_seen_at=seen)
    reading = Reading(None, (), 0, matches, features=frozenset(features))
    return EXCULPATIONS[name].ask(Case(activity, reading, who)).result


ON_LEAVE = person(intervals=(LEAVE,))
WIFE = person(candidate_spouse_of=SPOUSE)
WIFE_ON_LEAVE = person(candidate_spouse_of=SPOUSE, intervals=(LEAVE,))
PRESENT = ("campaign-event",)
CASES: list[tuple[str, PersonFacts | None, tuple[str, ...], dict[str, Any], Result]] = [
    ("ex-cltn", ON_LEAVE, ("approaches-party",), {}, MET),
    ("ex-cltn", ON_LEAVE, ("approaches-party",), {"at": "2030-10-01T00:30:00+07:00"}, NOT_MET),
    ("ex-cltn", person(), ("approaches-party",), {}, NOT_MET),
    ("ex-cltn", person(intervals=None), ("approaches-party",), {}, OPEN),
    ("ex-cltn", None, ("approaches-party",), {}, OPEN),
    ("ex-cltn", ON_LEAVE, ("approaches-party",), {"at": None}, OPEN),
    ("ex-cltn", person(as_of=date(2030, 9, 1)), ("approaches-party",), {}, OPEN),
    ("ex-cltn", person(as_of=date(2030, 9, 9)), ("approaches-party",), {}, NOT_MET),
    ("ex-cltn", ON_LEAVE, (), {}, NOT_MET),
    ("ex-holiday", person(), ("approaches-party",), {"at": SUNDAY}, MET),
    ("ex-holiday", person(), ("approaches-party",), {}, OPEN),
    ("ex-holiday", person(), ("approaches-party",), {"at": None}, OPEN),
    ("ex-holiday", person(), (), {"at": SUNDAY}, NOT_MET),
    ("ex-not-author", person(), (), {}, NOT_MET),
    ("ex-not-author", person(ownership=Ownership.CONTESTED), (), {}, OPEN),
    ("ex-not-author", person(ownership=Ownership.UNVERIFIED), (), {}, OPEN),
    ("ex-not-author", person(ownership=None), (), {}, OPEN),
    ("ex-not-author", None, (), {}, NOT_MET),
    ("ex-resigned", person(intervals=(Interval("resigned", date(2030, 9, 9)),)), (), {}, MET),
    ("ex-resigned", person(intervals=(Interval("resigned", date(2030, 9, 10)),)), (), {}, NOT_MET),
    ("ex-resigned", None, (), {}, NOT_MET),
    (
        "ex-resignation-letter",
        person(intervals=(Interval("resignation_submitted", date(2030, 8, 27)),)),
        ("own-candidacy",),
        {},
        MET,
    ),
    ("ex-resignation-letter", person(), ("own-candidacy",), {}, NOT_MET),
    ("ex-resignation-letter", None, ("own-candidacy",), {}, OPEN),
    ("ex-spouse-kpu", WIFE_ON_LEAVE, ("candidacy-registration",), {}, MET),
    ("ex-spouse-kpu", WIFE, ("candidacy-registration",), {}, OPEN),
    ("ex-spouse-kpu", ON_LEAVE, ("candidacy-registration",), {}, NOT_MET),
    ("ex-spouse-kpu", WIFE_ON_LEAVE, (), {}, NOT_MET),
    ("ex-spouse-campaign-passive", WIFE_ON_LEAVE, PRESENT, {}, MET),
    ("ex-spouse-campaign-passive", WIFE, PRESENT, {}, NOT_MET),
    ("ex-spouse-campaign-passive", WIFE_ON_LEAVE, ("campaign-event", "active-part"), {}, NOT_MET),
    ("ex-spouse-campaign-passive", WIFE_ON_LEAVE, PRESENT, {"matches": (match(OTHER),)}, NOT_MET),
    ("ex-spouse-photo", WIFE, ("spouse-photo",), {"matches": (match(SPOUSE),)}, MET),
    ("ex-spouse-photo", WIFE, ("spouse-photo", "gesture"), {}, NOT_MET),
    ("ex-spouse-photo", WIFE, ("spouse-photo", "own-attributes"), {}, NOT_MET),
    ("ex-spouse-photo", WIFE, ("spouse-photo",), {"matches": (match(OTHER),)}, NOT_MET),
    (
        "ex-spouse-photo",
        WIFE,
        ("spouse-photo",),
        {"matches": (match(SPOUSE, Outcome.ALERT),)},
        NOT_MET,
    ),
    ("ex-spouse-photo", person(), ("spouse-photo",), {}, NOT_MET),
    (
        "ex-official-duty",
        person(intervals=(Interval("duty", date(2030, 9, 9), date(2030, 9, 9)),)),
        (),
        {},
        MET,
    ),
    ("ex-official-duty", person(), (), {}, NOT_MET),
]


@pytest.mark.parametrize(("name", "who", "features", "more", "result"), CASES)
def test_each_excuse_answers_as_its_table_says(
    name: str,
    who: PersonFacts | None,
    features: tuple[str, ...],
    more: dict[str, Any],
    result: Result,
) -> None:
    assert asked(name, who, *features, **more) is result


def test_every_excuse_of_the_file_has_cases_both_ways() -> None:
    answers = {name: {r for n, _, _, _, r in CASES if n == name} for name in EXCUSES}
    assert all(len(found) > 1 for found in answers.values()), answers


def test_facts_older_than_thirty_days_when_the_act_was_seen_prove_nothing() -> None:
    known = person(as_of=date(2030, 9, 9))
    late = datetime(2030, 10, 15, tzinfo=UTC)
    soon = datetime(2030, 9, 20, tzinfo=UTC)
    assert asked("ex-cltn", known, "approaches-party", seen=late) is OPEN
    assert asked("ex-cltn", known, "approaches-party", seen=soon) is NOT_MET


def test_a_letter_that_states_no_date_is_old_where_the_register_says_so() -> None:
    undated = person(stated=KEYS | {"as_of"}, as_of=None)
    assert asked("ex-cltn", undated, "approaches-party") is OPEN
    assert asked("ex-cltn", person(), "approaches-party") is NOT_MET


def test_a_day_beyond_the_table_of_holidays_is_not_guessed() -> None:
    activity = statement({"id": "x", "occurred_at": MONDAY}).activity
    reading = Reading(None, (), 0, (), features=frozenset({"approaches-party"}))
    unknown = EXCULPATIONS["ex-holiday"].ask(Case(activity, reading, person()))
    table = Days(years=frozenset({2030}))
    known = EXCULPATIONS["ex-holiday"].ask(Case(activity, reading, person(), days=table))
    assert (unknown.result, known.result) == (OPEN, OPEN)
    assert "belum ada dalam tabel" in unknown.fact
    assert "hari kerja" in known.fact


def test_old_registers_bear_alerts_unless_the_act_is_about_leaving() -> None:
    old = person(stated=KEYS | {"as_of"}, as_of=date(2030, 1, 1))
    assert asked("ex-resigned", old) is NOT_MET
    assert asked("ex-resigned", old, "party-member") is OPEN
