"""Excuses that ask what is on file about the person.

"Not on file" is not "not so" (POLICY 27): facts that were not stated, or that are older than the
act or than thirty days when the act was seen, leave an excuse *cannot be checked*.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from monitor.judge.caps import NOT_SURE, QUESTIONS, act_day
from monitor.judge.case import Answer, Case, Excuse, met
from monitor.model.finding import Outcome, Result
from monitor.model.person import Ownership
from monitor.model.wire import EPOCH

DUTY = frozenset({"duty", "duty_order", "surat_tugas"})
_LEAVE = frozenset({"cltn"})
_RESIGNED = frozenset({"resigned", "resignation"})
_LETTER = frozenset({"resignation_submitted"}) | _RESIGNED
_FRESH = timedelta(days=30)
_SATURDAY = 5
_ASK_LEAVE = "Apakah cuti di luar tanggungan negara meliputi hari perbuatan ini?"
_ASK_DAY = "Pada hari apa perbuatan ini terjadi, dan apakah hari itu hari libur?"
_ASK_LETTER = "Apakah surat pengunduran diri sebagai ASN sudah diajukan?"
_ASK_ACCOUNT = QUESTIONS["ownership"]
_UNKNOWN = Answer(Result.CANNOT_BE_CHECKED)


def _on_file(case: Case, kinds: frozenset[str]) -> Answer:
    """Return whether an interval of these kinds covers the act, as far as the file can tell."""
    person, day = case.person, act_day(case.activity, case.person)
    if person is None or person.intervals is None or day is None:
        return _UNKNOWN
    as_of = person.as_of.isoformat() if person.as_of else ""
    found = case.interval_on(day, kinds)
    if found:
        return Answer(Result.MET, found, as_of)
    fresh = person.as_of is None or _is_fresh(case, person.as_of, day)
    return Answer(Result.NOT_MET if fresh else Result.CANNOT_BE_CHECKED, "", as_of)


def _is_fresh(case: Case, as_of: date, day: date) -> bool:
    seen = case.activity.first_seen_at
    return as_of >= day and (seen == EPOCH or seen.date() - as_of <= _FRESH)


def _leave(case: Case) -> Answer:
    """SE KASN 6/2023 huruf C and SKB A7: unpaid leave (CLTN) that covers the date.

    It excuses an approach to a party and standing by husband or wife, and no online support.
    """
    asked = case.has("approaches-party", "campaign-event", "candidacy-registration")
    return _on_file(case, _LEAVE) if asked else Answer(Result.NOT_MET)


def _resigned(case: Case) -> Answer:
    """From the effective date of a resignation the person is no ASN (POLICY 21)."""
    found = case.interval_on(act_day(case.activity, case.person), _RESIGNED)
    return met(f"berhenti sejak {found}", when=bool(found))


def _letter(case: Case) -> Answer:
    """POLICY 25: a resignation letter on file makes it one status case, not an alert."""
    return _on_file(case, _LETTER)


def _holiday(case: Case) -> Answer:
    """A day off is likely clear for an approach to a party (POLICY 13).

    Bawaslu asks for the day of the visit, which a post does not tell for certain. Holidays other
    than the weekend are not on file, so a working day cannot be told from one.
    """
    day = act_day(case.activity, case.person)
    if not case.has("approaches-party"):
        return Answer(Result.NOT_MET)
    if day is None or day.weekday() < _SATURDAY:
        return _UNKNOWN
    return Answer(Result.MET, f"{day.isoformat()} akhir pekan")


def _not_author(case: Case) -> Answer:
    """An account that the person may not run: to be cleared up by a person."""
    person = case.person
    if person is None or "ownership" not in person.stated:
        return Answer(Result.NOT_MET)
    unsure: frozenset[Ownership | None] = NOT_SURE | {None}
    return _UNKNOWN if person.ownership in unsure else Answer(Result.NOT_MET)


def _spouse_kpu(case: Case) -> Answer:
    """SE MenPANRB 18/2023: beside husband or wife at KPU or before the public, on CLTN."""
    if not (case.spouse_of and case.has("candidacy-registration")):
        return Answer(Result.NOT_MET)
    leave = _leave(case)
    return leave if leave.result is Result.MET else _UNKNOWN


def _spouse_passive(case: Case) -> Answer:
    """SE MenPANRB 18/2023: at the campaign of husband or wife, not taking part, on CLTN."""
    if not (case.only_about_spouse and case.has("campaign-event")):
        return Answer(Result.NOT_MET)
    if case.has("active-part") or case.clear:
        return Answer(Result.NOT_MET)
    return _leave(case)


def _spouse_photo(case: Case) -> Answer:
    """SE MenPANRB 18/2023: a photo with husband or wife, without symbol, attribute or words."""
    shown = case.has("spouse-photo") and case.spouse_of and case.only_about_spouse
    marked = case.has("gesture", "props-in-photo", "own-attributes")
    plain = not marked and not case.clear
    return met("foto dengan suami atau istri", when=bool(shown) and plain)


EXCUSES: Mapping[str, Excuse] = {
    "ex-cltn": Excuse(_leave, _ASK_LEAVE),
    "ex-holiday": Excuse(_holiday, _ASK_DAY, leaves=Outcome.REVIEW),
    "ex-not-author": Excuse(_not_author, _ASK_ACCOUNT, everyone=True),
    "ex-resigned": Excuse(_resigned, everyone=True),
    "ex-resignation-letter": Excuse(_letter, _ASK_LETTER, leaves=Outcome.REVIEW),
    "ex-spouse-campaign-passive": Excuse(_spouse_passive, _ASK_LEAVE),
    "ex-spouse-kpu": Excuse(_spouse_kpu, _ASK_LEAVE),
    "ex-spouse-photo": Excuse(_spouse_photo),
}
