"""Permitted conduct, one function each: what speaks for the person is looked for every time.

Ids and limits: the catalogue of permitted conduct in docs/rule-format.md. A function returns what
it found; it never raises an outcome. Those that ask the register stand in ``personal``.
"""

from __future__ import annotations

from collections.abc import Mapping

from monitor.judge import personal
from monitor.judge.caps import act_day
from monitor.judge.case import Answer, Case, Excuse, met
from monitor.model.contest import Phase
from monitor.model.finding import Exculpation, Result


def _all_candidates(case: Case) -> Answer:
    """Ps. 5 huruf n angka 5 speaks of one pair; all named alike favours none."""
    found = case.has("all-candidates") and not case.clear
    return met("semua peserta disebut setara", when=found)


def _socialisation(case: Case) -> Answer:
    """Voter education, turnout calls and calls for neutrality, without a preference."""
    own = case.has("voter-education", "neutrality-reminder", "denial")
    found = (own or case.has("parent-education", "parent-reminder")) and not case.clear
    return met("sosialisasi pemilu atau ajakan netral", when=found)


def _quote_rebut(case: Case) -> Answer:
    """Quoting to refuse, to correct a false report, or to remind of the rules."""
    found = case.has("rebuttal", "parent-reminder") and not case.clear
    return met("kutipan untuk membantah atau mengingatkan", when=found)


def _kpu_page(case: Case) -> Answer:
    """Answers on the organiser's own page, without support (POLICY 7)."""
    target = case.activity.target
    found = target is not None and target.role == "election_body" and not case.clear
    return met("di halaman penyelenggara pemilu", when=found)


def _vote(case: Case) -> Answer:
    """An ASN keeps the right to vote; telling that one voted shows no choice."""
    return met("menggunakan hak pilih", when=case.has("voted") and not case.sided)


def _before_candidacy(case: Case) -> Answer:
    """The act is older than the person's becoming *bakal calon*."""
    phases = [phase for _, phase in case.reading.phases]
    found = bool(phases) and all(phase == Phase.BEFORE.value for phase in phases)
    return met("sebelum menjadi bakal calon", when=found)


def _number_coincidence(case: Case) -> Answer:
    """A number or pose without a link to a participant (the Bekasi jersey)."""
    found = case.has("number-without-target", "gesture") and not case.reading.matches
    return met("angka atau pose tanpa kaitan dengan peserta", when=found)


def _permitted_pose(case: Case) -> Answer:
    """A clenched fist, or both hands forming a heart."""
    return met("pose yang diperbolehkan", when=case.has("allowed-pose") and not case.sided)


def _passive_attendance(case: Case) -> Answer:
    """Listening to vision and mission, without attribute or support."""
    return met("hadir mendengarkan", when=case.has("passive-attendance") and not case.clear)


def _official_duty(case: Case) -> Answer:
    """A service notice or answer on duty, or a duty order for the day; never clear support."""
    order = case.interval_on(act_day(case.activity, case.person), personal.DUTY)
    if order and not case.clear:
        return met(f"surat tugas {order}", when=True)
    return met("pelaksanaan tugas kedinasan", when=case.has("official-service") and not case.clear)


EXCULPATIONS: Mapping[str, Excuse] = {
    "ex-all-candidates": Excuse(_all_candidates),
    "ex-election-socialisation": Excuse(_socialisation),
    "ex-quote-rebut": Excuse(_quote_rebut),
    "ex-kpu-page": Excuse(_kpu_page),
    "ex-vote": Excuse(_vote),
    "ex-before-candidacy": Excuse(_before_candidacy),
    "ex-number-coincidence": Excuse(_number_coincidence),
    "ex-permitted-pose": Excuse(_permitted_pose),
    "ex-passive-attendance": Excuse(_passive_attendance),
    "ex-official-duty": Excuse(_official_duty),
    **personal.EXCUSES,
}


def look_for(case: Case, listed: frozenset[str]) -> tuple[Exculpation, ...]:
    """Return every exculpation that the matched rules list, and every other that is met.

    One that concerns every act is also told when it cannot be checked.
    """
    found = []
    for name, excuse in EXCULPATIONS.items():
        answer = excuse.ask(case)
        open_ = excuse.everyone and answer.result is Result.CANNOT_BE_CHECKED
        if name in listed or answer.result is Result.MET or open_:
            found.append(Exculpation(name, answer.result, answer.fact, answer.as_of))
    return tuple(found)
