"""Permitted conduct, one function each: what speaks for the person is looked for every time.

Ids and limits: the catalogue of permitted conduct in docs/rule-format.md. A function returns what
it found; it never raises an outcome.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from monitor.judge.caps import act_day
from monitor.model.activity import Activity
from monitor.model.contest import Phase
from monitor.model.finding import Exculpation, Outcome, Reading, Result
from monitor.model.person import PersonFacts

_RESIGNED = frozenset({"resigned", "resignation"})


@dataclass(frozen=True, slots=True)
class Case:
    """What an exculpation may look at."""

    activity: Activity
    reading: Reading
    person: PersonFacts | None = None

    def has(self, *names: str) -> bool:
        """Say whether the act has one of these features."""
        return any(name in self.reading.features for name in names)

    @property
    def sided(self) -> bool:
        return bool(self.reading.targets)

    @property
    def clear(self) -> bool:
        return any(m.outcome is Outcome.ALERT for m in self.reading.matches)


def _met(fact: str, *, when: bool) -> tuple[Result, str]:
    return (Result.MET, fact) if when else (Result.NOT_MET, "")


def _all_candidates(case: Case) -> tuple[Result, str]:
    """Ps. 5 huruf n angka 5 speaks of one pair; all named alike favours none."""
    found = case.has("all-candidates") and not case.clear
    return _met("semua peserta disebut setara", when=found)


def _socialisation(case: Case) -> tuple[Result, str]:
    """Voter education, turnout calls and calls for neutrality, without a preference."""
    own = case.has("voter-education", "neutrality-reminder", "denial")
    found = (own or case.has("parent-education", "parent-reminder")) and not case.clear
    return _met("sosialisasi pemilu atau ajakan netral", when=found)


def _quote_rebut(case: Case) -> tuple[Result, str]:
    """Quoting to refuse, to correct a false report, or to remind of the rules."""
    found = case.has("rebuttal", "parent-reminder") and not case.clear
    return _met("kutipan untuk membantah atau mengingatkan", when=found)


def _kpu_page(case: Case) -> tuple[Result, str]:
    """Answers on the organiser's own page, without support (POLICY 7)."""
    target = case.activity.target
    found = target is not None and target.role == "election_body" and not case.clear
    return _met("di halaman penyelenggara pemilu", when=found)


def _vote(case: Case) -> tuple[Result, str]:
    """An ASN keeps the right to vote; telling that one voted shows no choice."""
    return _met("menggunakan hak pilih", when=case.has("voted") and not case.sided)


def _before_candidacy(case: Case) -> tuple[Result, str]:
    """The act is older than the person's becoming *bakal calon*."""
    phases = [phase for _, phase in case.reading.phases]
    found = bool(phases) and all(phase == Phase.BEFORE.value for phase in phases)
    return _met("sebelum menjadi bakal calon", when=found)


def _number_coincidence(case: Case) -> tuple[Result, str]:
    """A number or pose without a link to a participant (the Bekasi jersey)."""
    found = case.has("number-without-target", "gesture") and not case.reading.matches
    return _met("angka atau pose tanpa kaitan dengan peserta", when=found)


def _permitted_pose(case: Case) -> tuple[Result, str]:
    """A clenched fist, or both hands forming a heart."""
    return _met("pose yang diperbolehkan", when=case.has("allowed-pose") and not case.sided)


def _resigned(case: Case) -> tuple[Result, str]:
    """From the effective date of a resignation the person is no ASN (POLICY 21)."""
    day = act_day(case.activity, case.person)
    intervals = (case.person.intervals if case.person else None) or ()
    if day is None:
        return Result.NOT_MET, ""
    for interval in intervals:
        if interval.kind in _RESIGNED and interval.start <= day:
            return Result.MET, f"berhenti sejak {interval.start.isoformat()}"
    return Result.NOT_MET, ""


def _passive_attendance(case: Case) -> tuple[Result, str]:
    """Listening to vision and mission, without attribute or support."""
    return _met("hadir mendengarkan", when=case.has("passive-attendance") and not case.clear)


def _official_duty(case: Case) -> tuple[Result, str]:
    """A service notice or answer on duty, all participants treated alike."""
    return _met("pelaksanaan tugas kedinasan", when=case.has("official-service") and not case.clear)


EXCULPATIONS: Mapping[str, Callable[[Case], tuple[Result, str]]] = {
    "ex-all-candidates": _all_candidates,
    "ex-election-socialisation": _socialisation,
    "ex-quote-rebut": _quote_rebut,
    "ex-kpu-page": _kpu_page,
    "ex-vote": _vote,
    "ex-before-candidacy": _before_candidacy,
    "ex-number-coincidence": _number_coincidence,
    "ex-permitted-pose": _permitted_pose,
    "ex-passive-attendance": _passive_attendance,
    "ex-official-duty": _official_duty,
    "ex-resigned": _resigned,
}


def look_for(case: Case, listed: frozenset[str]) -> tuple[Exculpation, ...]:
    """Return every exculpation that the matched rules list, and every other that is met."""
    found = []
    for name, ask in EXCULPATIONS.items():
        result, fact = ask(case)
        if name in listed or result is Result.MET:
            found.append(Exculpation(name, result, fact))
    return tuple(found)
