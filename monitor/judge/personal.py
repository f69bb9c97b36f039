"""Excuses that ask what is on file about the person.

"Not on file" is not "not so" (POLICY 27): facts that were not stated, or that are older than the
act or than thirty days when the act was seen, leave an excuse *cannot be checked*. A file that
covers the whole of the days in question is enough, however old: the milder reading wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from monitor.judge.caps import NOT_SURE, QUESTIONS
from monitor.judge.case import NO, Answer, Case, Excuse
from monitor.judge.moment import Cover, act_days
from monitor.model.finding import Outcome, Result
from monitor.model.person import Ownership
from monitor.model.wire import EPOCH

# Intervals as the register names them, and other words that a replayed line may use.
DUTY = frozenset({"duty", "duty_order", "surat_tugas", "adhoc", "ad_hoc"})
_LEAVE = frozenset({"cltn"})
_RESIGNED = frozenset({"resigned", "resignation", "resignation_effective"})
_LEFT = _RESIGNED | {"retirement", "retired", "death", "contract_end"}
_LETTER = frozenset({"resignation_submitted"}) | _RESIGNED
_LOST = frozenset({"account_lost", "account_sold", "account_hacked"})
_AS_OF_KEYS = frozenset({"as_of", "per_tanggal"})
_FRESH = timedelta(days=30)
_OWNERSHIP: Mapping[Ownership | None, str] = {
    Ownership.UNVERIFIED: "belum diperiksa",
    Ownership.CONTESTED: "dibantah",
}
_SYMBOLS = ("gesture", "props-in-photo", "own-attributes", "attributes-or-speaker")
_TAKES_PART = ("active-part", *_SYMBOLS)
_ASK_LEAVE = "Apakah cuti di luar tanggungan negara meliputi hari perbuatan ini?"
_ASK_DAY = "Pada hari apa perbuatan ini terjadi, dan apakah hari itu hari libur?"
_ASK_LETTER = "Apakah surat pengunduran diri sebagai ASN sudah diajukan?"
_ASK_LEFT = "Apakah yang bersangkutan masih ASN pada hari perbuatan ini?"
_ASK_DUTY = "Apakah ini tugas kedinasan, dan adakah surat tugas untuk hari itu?"
_ASK_ACCOUNT = QUESTIONS["ownership"]


def _on_file(case: Case, kinds: frozenset[str], what: str) -> Answer:
    """Return whether an interval of these kinds covers the act, as far as the file can tell."""
    person = case.person
    if person is None or person.intervals is None:
        return Answer(Result.CANNOT_BE_CHECKED, f"{what}: tidak ada data", case.as_of)
    found, interval = case.on_file(kinds)
    if found is Cover.WHOLE:
        return Answer(Result.MET, f"{what} {interval}", case.as_of)
    if found is Cover.PARTLY:
        return Answer(Result.CANNOT_BE_CHECKED, f"{what} {interval}", case.as_of)
    if not _is_fresh(case):
        return Answer(Result.CANNOT_BE_CHECKED, f"{what}: data tidak mutakhir", case.as_of)
    return Answer(Result.NOT_MET, f"{what}: tidak tercatat untuk hari itu", case.as_of)


def _is_fresh(case: Case) -> bool:
    """Say whether what is not on file may be taken as not so.

    A replayed line that states no date of its facts is taken at its word.
    """
    person, days = case.person, act_days(case.activity, case.person)
    if person is None or days is None:
        return False
    if person.as_of is None:
        return _AS_OF_KEYS.isdisjoint(person.stated)
    seen = case.activity.first_seen_at
    return person.as_of >= days[1] and (seen == EPOCH or seen.date() - person.as_of <= _FRESH)


def _leave(case: Case) -> Answer:
    """SE KASN 6/2023 huruf C and SKB A7: unpaid leave (CLTN) that covers the date.

    It excuses an approach to a party and standing by husband or wife. Support, a speech or
    attributes fall under rules of their own, which do not list it.
    """
    beside = case.spouse_of and case.has("campaign-event", "candidacy-registration")
    if not (beside or case.has("approaches-party")):
        return NO
    return _on_file(case, _LEAVE, "CLTN")


def _resigned(case: Case) -> Answer:
    """From the effective date of a resignation the person is no ASN (POLICY 21).

    So after retirement, death, or the end of a contract. Whether an old file still holds is asked
    only where the act itself is about leaving: else no old register could ever bear an alert.
    """
    if not case.states("intervals"):
        return NO
    about_leaving = case.has("approaches-party", "own-candidacy", "party-member")
    answer = _on_file(case, _LEFT, "bukan ASN lagi sejak")
    told = answer.result is Result.MET or case.on_file(_LEFT)[0] is Cover.PARTLY or about_leaving
    return answer if told else NO


def _letter(case: Case) -> Answer:
    """POLICY 25: a resignation letter on file makes it one status case, not an alert."""
    if not case.has("own-candidacy"):
        return NO
    return _on_file(case, _LETTER, "surat pengunduran diri")


def _holiday(case: Case) -> Answer:
    """A day off is likely clear for an approach to a party (POLICY 13), and for nothing else.

    Bawaslu asks for the day of the visit, which the time of a post does not tell for certain: on
    a working day the visit may have been on another.
    """
    if not case.has("approaches-party"):
        return NO
    day = case.day
    if day is None:
        return Answer(Result.CANNOT_BE_CHECKED, "hari perbuatan tidak diketahui")
    if day.off:
        return Answer(Result.MET, f"kemungkinan besar wajar: {day}", day.day.isoformat())
    return Answer(Result.CANNOT_BE_CHECKED, f"hari unggahan {day}", day.day.isoformat())


def _not_author(case: Case) -> Answer:
    """An account that the person may not run: never cleared here, always asked."""
    person = case.person
    if person is None:
        return NO
    found, interval = case.on_file(_LOST)
    if found is not Cover.NOT:
        return Answer(Result.CANNOT_BE_CHECKED, f"akun hilang kendali {interval}", case.as_of)
    unsure: frozenset[Ownership | None] = NOT_SURE | {None}
    if "ownership" not in person.stated or person.ownership not in unsure:
        return NO
    said = _OWNERSHIP.get(person.ownership, "tidak diketahui")
    return Answer(Result.CANNOT_BE_CHECKED, f"kepemilikan akun: {said}", case.as_of)


def _official_duty(case: Case) -> Answer:
    """Seed 002-2: a duty order for the day, or a service notice; never a call for a side.

    Whether words of a side ("mengawal") or an active part belonged to the order is for a person
    to say.
    """
    # A party gives out letters too: words of duty do not clear the seeking of a candidacy.
    if case.has("official-service") and not case.clear and not case.has("approaches-party"):
        return case.shown("pelaksanaan tugas kedinasan", when=True)
    at_event = case.has("campaign-event", "approaches-party")
    called = case.has("invites") or not at_event
    if case.clear and not case.only_a_deed and called:
        return NO
    answer = _on_file(case, DUTY, "surat tugas")
    if answer.result is Result.MET and case.clear:
        plain = case.only_a_deed and not case.has("active-part")
        result = Result.MET if plain else Result.CANNOT_BE_CHECKED
        return Answer(result, answer.fact, answer.as_of)
    asked = at_event and case.states("intervals") and not case.clear
    return answer if asked or answer.result is Result.MET else NO


def _spouse_kpu(case: Case) -> Answer:
    """SE MenPANRB 18/2023: beside husband or wife at KPU or before the public, on CLTN.

    Without CLTN it is a question, not a breach.
    """
    if not (case.spouse_of and case.has("candidacy-registration")):
        return NO
    leave = _leave(case)
    if leave.result is Result.MET:
        return leave
    return Answer(Result.CANNOT_BE_CHECKED, leave.fact, leave.as_of)


def _spouse_passive(case: Case) -> Answer:
    """SE MenPANRB 18/2023: at the campaign of husband or wife, not taking part, on CLTN."""
    present = case.only_about_spouse and case.has("campaign-event")
    if not present or case.clear:
        return NO
    if case.has(*_TAKES_PART):
        return Answer(Result.NOT_MET, "hadir dengan peran aktif atau atribut", case.as_of)
    return _leave(case)


def _spouse_photo(case: Case) -> Answer:
    """SE MenPANRB 18/2023: a photo with husband or wife, without symbol, attribute or words."""
    shown = case.has("spouse-photo") and case.only_about_spouse
    plain = not case.has(*_SYMBOLS) and not case.clear and not case.speaks
    if not (shown and plain):
        return NO
    return Answer(Result.MET, f"foto dengan suami atau istri: {case.spouse_of}", case.as_of)


EXCUSES: Mapping[str, Excuse] = {
    "ex-cltn": Excuse(_leave, _ASK_LEAVE),
    "ex-holiday": Excuse(_holiday, _ASK_DAY, leaves=Outcome.REVIEW),
    "ex-not-author": Excuse(_not_author, _ASK_ACCOUNT, everyone=True),
    "ex-official-duty": Excuse(_official_duty, _ASK_DUTY),
    "ex-resigned": Excuse(_resigned, _ASK_LEFT, everyone=True),
    "ex-resignation-letter": Excuse(_letter, _ASK_LETTER, leaves=Outcome.REVIEW),
    "ex-spouse-campaign-passive": Excuse(_spouse_passive, _ASK_LEAVE),
    "ex-spouse-kpu": Excuse(_spouse_kpu, _ASK_LEAVE),
    "ex-spouse-photo": Excuse(_spouse_photo),
}
