"""Every step from every place by every role, and what each needs on record."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from monitor.model.review import Case, Officer, Path, Role, Step, Taken, Term, Wanted
from monitor.review.decisions import Refusal, known_since, owner, refusals, status

DAY = date(2024, 10, 15)
START = datetime(2024, 10, 12, 2, tzinfo=UTC)
ALWAYS = tuple(Term(role, date(2024, 1, 1)) for role in Role)
ANA = Officer("ana", "Ana Rekaan", "BKD Rekaan", ALWAYS)
BEN = Officer("ben", "Ben Rekaan", "BKD Rekaan", ALWAYS)
LUAR = Officer("luar", "Luar Rekaan", "Inspektorat Provinsi", ALWAYS)
EMPTY = Case("NTR-AAAA-BBBB", "ref-1", "BKD Rekaan", ("pilgub-99-2030/1",))

# The way to each place where a case can stand, taken by Ana.
WAYS: dict[str, tuple[Step, ...]] = {
    "baru": (),
    "diambil": (Step.TAKEN,),
    "klarifikasi_diminta": (Step.TAKEN, Step.ANSWER_ASKED),
    "dijawab": (Step.TAKEN, Step.ANSWER_ASKED, Step.ANSWERED),
    "bukan_akunnya": (Step.TAKEN, Step.NOT_THEIRS),
    "diperbolehkan": (Step.TAKEN, Step.PERMITTED),
    "bukti_tidak_cukup": (Step.TAKEN, Step.NOT_ENOUGH),
    "perlu_diperiksa": (Step.TAKEN, Step.ANSWERED, Step.TO_EXAMINE),
    "diteruskan": (Step.TAKEN, Step.ANSWERED, Step.TO_EXAMINE, Step.FORWARDED),
    "dibuka_kembali": (Step.TAKEN, Step.NOT_THEIRS, Step.REOPENED),
}
DISMISS = "bukan_akunnya diperbolehkan bukti_tidak_cukup"
# What may follow each place; written by hand, as the law and the issue of the desk say.
MAY: dict[str, str] = {
    "baru": "diambil",
    "diambil": f"klarifikasi_diminta dijawab perlu_diperiksa {DISMISS}",
    "klarifikasi_diminta": f"dijawab perlu_diperiksa {DISMISS}",
    "dijawab": f"klarifikasi_diminta dijawab perlu_diperiksa {DISMISS}",
    "bukan_akunnya": "dibuka_kembali",
    "diperbolehkan": "dibuka_kembali",
    "bukti_tidak_cukup": "dibuka_kembali",
    "perlu_diperiksa": f"dijawab diteruskan {DISMISS}",
    "diteruskan": "dibuka_kembali",
    "dibuka_kembali": "diambil",
}
ROLES: dict[str, set[Role]] = {
    "dijawab": {Role.REVIEWER, Role.CLERK},
    "diteruskan": {Role.SECOND},
    "dibuka_kembali": {Role.SECOND, Role.REVIEWER},
}


def case(way: str, *, by: Officer = ANA, **changes: Any) -> Case:
    steps = WAYS[way]
    taken = tuple(Taken(s, by.id, START + timedelta(hours=n)) for n, s in enumerate(steps))
    return replace(EMPTY, taken=taken, **changes)


def wanted(step: str, **changes: Any) -> Wanted:
    whole = Wanted(
        Step(step),
        "alasan",
        answer="saya tidak menulisnya" if step == "dijawab" else "",
        path=Path.BKN,
        receiver="BKN Regional",
        letter="800/12/2024",
        day=DAY,
    )
    return replace(whole, **changes)


@pytest.mark.parametrize(("way", "step"), [*itertools.product(WAYS, Step)])
def test_what_may_follow(way: str, step: Step) -> None:
    second = {Step.FORWARDED, Step.REOPENED}
    found = refusals(case(way), wanted(step), BEN if step in second else ANA, DAY)
    allowed = step.value in MAY[way].split()
    assert (Refusal.ORDER not in found) is allowed
    if allowed:
        assert found == []


@pytest.mark.parametrize(("way", "step", "role"), [*itertools.product(WAYS, Step, Role)])
def test_who_may_take_it(way: str, step: Step, role: Role) -> None:
    one = replace(BEN if step in (Step.FORWARDED, Step.REOPENED) else ANA, terms=(Term(role, DAY),))
    found = refusals(case(way), wanted(step), one, DAY)
    able = role in ROLES.get(step.value, {Role.REVIEWER})
    assert (Refusal.ROLE not in found) is able
    assert (found == []) is (able and step.value in MAY[way].split())


def test_a_role_has_days() -> None:
    term = Term(Role.REVIEWER, DAY, DAY + timedelta(1))
    one = replace(ANA, terms=(term,))
    for day, able in ((-1, False), (0, True), (1, True), (2, False)):
        found = refusals(case("baru"), wanted("diambil"), one, DAY + timedelta(day))
        assert (found == []) is able


def test_a_case_is_its_owners() -> None:
    assert owner(case("dijawab")) == "ana"
    assert refusals(case("dijawab"), wanted("diperbolehkan"), BEN, DAY) == [Refusal.OWNER]
    reopened = case("dibuka_kembali")
    assert owner(reopened) == ""
    assert refusals(reopened, wanted("diambil"), BEN, DAY) == []


def test_two_persons_forward() -> None:
    assert refusals(case("perlu_diperiksa"), wanted("diteruskan"), ANA, DAY) == [Refusal.SECOND]
    assert refusals(case("perlu_diperiksa"), wanted("diteruskan"), BEN, DAY) == []


def test_who_closed_a_case_does_not_reopen_it() -> None:
    assert refusals(case("diperbolehkan"), wanted("dibuka_kembali"), ANA, DAY) == [Refusal.SECOND]


def test_the_person_is_heard_or_it_is_recorded_why_not() -> None:
    steps = (Step.TAKEN, Step.TO_EXAMINE)
    unheard = replace(EMPTY, taken=tuple(Taken(s, "ana", START) for s in steps))
    assert refusals(unheard, wanted("diteruskan"), BEN, DAY) == [Refusal.UNANSWERED]
    said = wanted("diteruskan", unanswered="dua kali dipanggil, tidak datang")
    assert refusals(unheard, said, BEN, DAY) == []
    # An answer from before the case was reopened is not one to what is decided now.
    again = (*WAYS["diteruskan"], Step.REOPENED, Step.TAKEN, Step.TO_EXAMINE)
    late = replace(EMPTY, taken=tuple(Taken(s, "ana", START) for s in again))
    assert refusals(late, wanted("diteruskan"), BEN, DAY) == [Refusal.UNANSWERED]


def test_a_late_answer_does_not_undo_the_decision() -> None:
    steps = (Step.TAKEN, Step.TO_EXAMINE, Step.ANSWERED)
    late = replace(EMPTY, taken=tuple(Taken(s, "ana", START) for s in steps))
    assert status(late) is Step.TO_EXAMINE
    assert refusals(late, wanted("diteruskan"), BEN, DAY) == []


@pytest.mark.parametrize(
    "changes",
    [{"path": None}, {"receiver": " "}, {"letter": ""}, {"day": None}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_letter_is_needed(changes: dict[str, Any]) -> None:
    found = refusals(case("perlu_diperiksa"), wanted("diteruskan", **changes), BEN, DAY)
    assert found == [Refusal.LETTER]


def test_a_reason_and_an_answer_are_needed() -> None:
    assert refusals(case("baru"), wanted("diambil", why=" "), ANA, DAY) == [Refusal.WHY]
    assert refusals(case("diambil"), wanted("dijawab", answer=""), ANA, DAY) == [Refusal.ANSWER]


def test_nobody_decides_about_themselves_or_a_spouses_contest() -> None:
    own = replace(ANA, person_ref="ref-1")
    assert refusals(case("baru"), wanted("diambil"), own, DAY) == [Refusal.CONCERNED]
    wife = replace(ANA, spouse_of="pilgub-99-2030/2")
    assert refusals(case("baru"), wanted("diambil"), wife, DAY) == [Refusal.SPOUSE]
    elsewhere = replace(ANA, spouse_of="pilgub-98-2030/2")
    assert refusals(case("baru"), wanted("diambil"), elsewhere, DAY) == []


@pytest.mark.parametrize("step", DISMISS.split())
def test_a_desk_outside_closes_where_a_candidate_leads(step: str) -> None:
    led = case("dijawab", led_by=("pilgub-99-2030/1",))
    assert refusals(led, wanted(step), ANA, DAY) == [Refusal.OUTSIDE]
    assert refusals(led, wanted(step), LUAR, DAY) == []
    assert refusals(case("dijawab"), wanted(step), LUAR, DAY) == [Refusal.OWNER]


def test_the_terms_begin_with_the_first_named_acknowledgement() -> None:
    assert known_since(case("baru")) is None
    known = known_since(case("diteruskan"))
    assert known is not None
    assert (known.officer, known.at) == ("ana", START)
