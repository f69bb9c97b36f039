"""Facts that keep a finding from being an alert, each with the question to settle (POLICY 27)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from monitor.judge.moment import act_days, bounds
from monitor.model.activity import FILED, Activity, Signal, TargetState
from monitor.model.contest import Phase
from monitor.model.finding import Outcome, Reading
from monitor.model.person import NEVER_POLLED, Ownership, PersonFacts
from monitor.model.tip import COLLECTOR

# A stated key without a value is the fact "unknown". A person without a candidate spouse is
# stated as null too, so that key caps nothing.
QUESTIONS = {
    "employer_type": "Apa status kepegawaian pemilik akun?",
    "ownership": "Apakah akun ini benar dikelola oleh yang bersangkutan?",
    "intervals": "Apakah yang bersangkutan sedang cuti di luar tanggungan negara atau tugas lain?",
}
WHEN = "Kapan perbuatan ini terjadi?"
TOLD = "Adakah sumber lain yang menguatkan laporan ini?"
FROM_FILE = "Perbuatan ini diketahui dari berkas: apa yang membenarkannya selain berkas itu?"
NOT_SURE = frozenset({Ownership.UNVERIFIED, Ownership.CONTESTED})


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that an act may become, and the question that stands in the way.

    ``reason`` says why nothing may become of it; it stays in memory.
    """

    outcome: Outcome
    question: str
    reason: str = ""


def caps(
    activity: Activity, reading: Reading, person: PersonFacts | None, stated: frozenset[str]
) -> Iterator[Cap]:
    """Yield every cap that applies."""
    if activity.collector == COLLECTOR:
        # Somebody's word, and a picture that anybody can make: a question, however many send it.
        yield Cap(Outcome.REVIEW, TOLD)
    if person is not None:
        yield from _of_person(activity, person)
    if _time_unknown(activity, reading, stated):
        yield Cap(Outcome.REVIEW, WHEN)
    if "target-missing" in reading.features or _context_missing(activity):
        yield Cap(Outcome.REVIEW, "Apa isi unggahan yang ditanggapi? Isinya tidak dapat dibaca.")
    if "several-contests" in reading.features:
        yield Cap(Outcome.REVIEW, "Nomor urut ini untuk pemilihan yang mana?")
    if activity.collector == FILED:
        # Whoever had the file last could have written it; no platform was asked.
        yield Cap(Outcome.REVIEW, FROM_FILE)
    if not activity.complete:
        yield Cap(Outcome.REVIEW, "Bagian mana dari unggahan yang ditahan oleh platform?")


def _of_person(activity: Activity, person: PersonFacts) -> Iterator[Cap]:
    for key, question in QUESTIONS.items():
        if key in person.stated and getattr(person, key) is None:
            yield Cap(Outcome.REVIEW, question)
    if person.ownership in NOT_SURE:
        yield Cap(Outcome.REVIEW, QUESTIONS["ownership"])
    if person.employer_type in NEVER_POLLED:
        yield Cap(Outcome.REVIEW, "Teruskan kepada kesatuan yang berwenang (rujukan).")
    if "notice_date" in person.stated:
        yield from _of_notice(activity, person)


def _of_notice(activity: Activity, person: PersonFacts) -> Iterator[Cap]:
    """POLICY 12: without notice, or before it, nothing is scored."""
    if person.notice_date is None:
        yield Cap(Outcome.NONE, "", "belum ada pemberitahuan kepada yang bersangkutan")
        return
    days = act_days(activity, person)
    if days is None:
        return
    if days[1] < person.notice_date:
        yield Cap(Outcome.NONE, "", f"sebelum pemberitahuan {person.notice_date.isoformat()}")
    elif days[0] < person.notice_date:
        yield Cap(Outcome.REVIEW, WHEN)


def _time_unknown(activity: Activity, reading: Reading, stated: frozenset[str]) -> bool:
    """Say whether the act's time is unknown and its bounds do not lie in one phase."""
    if activity.occurred_at is not None or "occurred_at" not in stated:
        return False
    phases = {phase for _, phase in reading.phases}
    return bounds(activity) is None or Phase.UNKNOWN.value in phases


def _context_missing(activity: Activity) -> bool:
    """An act upon something that could not be read is never more than a question.

    What was answered may turn the sense of any answer. Joining or following has no content.
    """
    target = activity.target
    if target is None or activity.signal in (Signal.FOLLOW, Signal.MEMBERSHIP):
        return False
    return target.state is not TargetState.PRESENT
