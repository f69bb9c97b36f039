"""Permitted conduct, one function each: what speaks for the person is looked for every time.

Ids and limits: the catalogue of permitted conduct in docs/rule-format.md. A function returns what
it found, the fact it used and that fact's date; it never raises an outcome. Those that ask the
register stand in ``personal``.
"""

from __future__ import annotations

from collections.abc import Mapping

from monitor.judge import personal
from monitor.judge.caps import WHEN
from monitor.judge.case import NO, Answer, Case, Excuse
from monitor.model.activity import Signal
from monitor.model.contest import Contest, Phase, TargetKind
from monitor.model.finding import Exculpation, Result
from monitor.model.rule import Level

_JOINS = frozenset({Signal.FOLLOW, Signal.MEMBERSHIP})
_ACTIVE = (
    "active-part",
    "own-attributes",
    "attributes-or-speaker",
    "gesture",
    "addresses-staff",
    "partisan-act",
)
_ASK_FOLLOWS = "Akun peserta mana saja yang diikuti? Daftarnya belum lengkap terbaca."
_ASK_NUMBER = "Apakah angka atau pose ini menunjuk nomor urut seorang peserta?"


def _all_candidates(case: Case) -> Answer:
    """Ps. 5 huruf n angka 5 speaks of one pair; all treated alike favours none.

    Numbers of two contests at once may be one pair of each.
    """
    if case.activity.signal in _JOINS:
        return _follows_alike(case)
    of_two = case.has("several-contests") and case.sided
    found = case.has("all-candidates") and not case.clear and not of_two
    return case.shown("semua peserta disebut setara", when=found)


def _follows_alike(case: Case) -> Answer:
    """POLICY 15: following every candidate of the contest, by the list of that very poll.

    A campaign's group is no candidate: joining it is not undone by following others.
    """
    target, person = case.activity.target, case.person
    if person is None or "follows" not in person.stated or target is None:
        return NO
    contest = next((c for c in case.contests.values() if c.target(target.of)), None)
    if contest is None or target.role == "team":
        return NO
    if person.follows is None:
        return Answer(Result.CANNOT_BE_CHECKED, "daftar akun yang diikuti tidak terbaca")
    missing = _candidates(contest) - person.follows.targets
    if not missing:
        return case.shown(f"mengikuti semua peserta {contest.id}", when=True)
    if person.follows.complete:
        return Answer(Result.NOT_MET, f"tidak mengikuti {', '.join(sorted(missing))}")
    return Answer(Result.CANNOT_BE_CHECKED, "daftar akun yang diikuti belum lengkap")


def _candidates(contest: Contest) -> set[str]:
    return {t.id for t in contest.targets if t.kind is not TargetKind.KOSONG}


def _socialisation(case: Case) -> Answer:
    """Voter education, turnout calls and calls for neutrality, without a preference."""
    own = case.has("voter-education", "neutrality-reminder", "denial")
    passed_on = case.has("parent-education", "parent-reminder") and not case.speaks
    return case.shown(
        "sosialisasi pemilu atau ajakan netral", when=(own or passed_on) and not case.clear
    )


def _quote_rebut(case: Case) -> Answer:
    """Quoting to refuse, to correct a false report, or to remind of the rules."""
    reminds = case.has("parent-reminder") and not case.speaks
    found = (case.has("rebuttal") or reminds) and not case.clear
    return case.shown("kutipan untuk membantah atau mengingatkan", when=found)


def _kpu_page(case: Case) -> Answer:
    """Answers on the organiser's own page, without explicit support (POLICY 7)."""
    target = case.activity.target
    found = target is not None and target.role == "election_body" and not case.clear
    return case.shown("di halaman penyelenggara pemilu", when=found)


def _vote(case: Case) -> Answer:
    """An ASN keeps the right to vote; telling that one voted shows no choice."""
    return case.shown("menggunakan hak pilih", when=case.has("voted") and not case.sided)


def _before_candidacy(case: Case) -> Answer:
    """The act is older than the person's becoming *bakal calon*."""
    phases = dict(case.reading.phases)
    if not phases or case.clear:
        return NO
    if all(phase == Phase.BEFORE.value for phase in phases.values()):
        return case.shown(f"sebelum masa bakal calon {', '.join(sorted(phases))}", when=True)
    if Phase.UNKNOWN.value in phases.values():
        return Answer(Result.CANNOT_BE_CHECKED, "tahap perbuatan tidak diketahui")
    if case.has("old-content"):
        return Answer(Result.CANNOT_BE_CHECKED, "isi disebut lama, waktu asalnya tidak diketahui")
    return NO


def _number_coincidence(case: Case) -> Answer:
    """A number or pose without a link to a participant (the Bekasi jersey).

    Where only the pose speaks, nobody but the person can say what it meant.
    """
    if not case.has("number-without-target", "gesture"):
        return NO
    if not case.reading.matches:
        return case.shown("angka atau pose tanpa kaitan dengan peserta", when=True)
    if all(match.level is Level.SINYAL for match in case.reading.matches):
        return Answer(Result.CANNOT_BE_CHECKED, "hanya angka atau pose, tanpa nama atau gambar")
    return NO


def _permitted_pose(case: Case) -> Answer:
    """A clenched fist, or both hands forming a heart."""
    return case.shown("pose yang diperbolehkan", when=case.has("allowed-pose") and not case.sided)


def _passive_attendance(case: Case) -> Answer:
    """Listening to vision and mission: no clear support, no attribute, no part taken."""
    listens = case.has("passive-attendance") and not case.clear
    return case.shown("hadir mendengarkan", when=listens and not case.has(*_ACTIVE))


EXCULPATIONS: Mapping[str, Excuse] = {
    "ex-all-candidates": Excuse(_all_candidates, _ASK_FOLLOWS),
    "ex-election-socialisation": Excuse(_socialisation),
    "ex-quote-rebut": Excuse(_quote_rebut),
    "ex-kpu-page": Excuse(_kpu_page),
    "ex-vote": Excuse(_vote),
    "ex-before-candidacy": Excuse(_before_candidacy, WHEN),
    "ex-number-coincidence": Excuse(_number_coincidence, _ASK_NUMBER),
    "ex-permitted-pose": Excuse(_permitted_pose),
    "ex-passive-attendance": Excuse(_passive_attendance),
    **personal.EXCUSES,
}


def look_for(case: Case, listed: frozenset[str]) -> tuple[Exculpation, ...]:
    """Return every exculpation that the matched rules list, and every other that is met.

    One that concerns every act is also told when it cannot be checked.
    """
    found = []
    for name, excuse in EXCULPATIONS.items():
        answer = excuse.ask(case)
        if answer is NO and name not in listed:
            continue
        open_ = excuse.everyone and answer.result is Result.CANNOT_BE_CHECKED
        if name in listed or answer.result is Result.MET or open_:
            found.append(Exculpation(name, answer.result, answer.fact, answer.as_of))
    return tuple(found)
