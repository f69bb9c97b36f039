"""Who may decide a case, and when a desk outside the instansi must too."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.judge.desk import Conflict, Reviewer, conflicts, incumbents, needs_other_desk
from tests.cases.world import ruleset
from tests.judge.scene import judged

DURING = datetime(2024, 10, 15, tzinfo=UTC)
AFTER = datetime(2025, 6, 1, tzinfo=UTC)
PROVINCE = "Pemerintah Provinsi Nusa Contoh"
LED = "pilgub-98-2024/2"
NOBODY = Reviewer("p-9", "Inspektorat Misal")


def found(reviewer: Reviewer, at: datetime = DURING, decided: tuple[str, ...] = ()) -> set[str]:
    return set(conflicts(reviewer, "p-1", ruleset().contests, at, decided))


def test_somebody_without_ties_may_review() -> None:
    assert found(NOBODY) == set()


def test_nobody_reviews_the_own_case() -> None:
    assert found(Reviewer("p-1")) == {Conflict.SELF}


@pytest.mark.parametrize("target", [LED, "pilgub-98-2024/1", "pilbup-9801-2024/1"])
def test_a_candidates_spouse_reviews_nothing_until_that_contest_has_ended(target: str) -> None:
    spouse = Reviewer("p-9", candidate_spouse_of=target)
    assert found(spouse) == {Conflict.CANDIDATE_SPOUSE}
    assert found(spouse, AFTER) == set()


def test_a_candidate_who_is_not_on_file_counts_as_standing() -> None:
    assert found(Reviewer("p-9", candidate_spouse_of="pilgub-1-1999/1"), AFTER)


def test_two_people_decide() -> None:
    assert found(NOBODY, decided=("p-9",)) == {Conflict.ALREADY_DECIDED}
    assert found(NOBODY, decided=("p-8",)) == set()


def test_all_reasons_are_told() -> None:
    reviewer = Reviewer("p-1", candidate_spouse_of=LED)
    assert found(reviewer, decided=("p-1",)) == set(Conflict)


def test_who_leads_an_instansi_is_found_by_its_name() -> None:
    contests = ruleset().contests.values()
    assert incumbents(PROVINCE, contests) == (LED,)
    assert incumbents(f" {PROVINCE.upper()} ", contests) == (LED,)
    assert incumbents("Pemerintah Kota Lain", contests) == ()
    assert incumbents("", contests) == ()


@pytest.mark.parametrize(
    ("desks", "wanted"),
    [
        ((), True),
        ((PROVINCE,), True),
        ((PROVINCE, PROVINCE), True),
        (("Inspektorat Misal",), False),
        ((PROVINCE, "Inspektorat Misal"), False),
    ],
)
def test_an_incumbents_instansi_cannot_close_its_cases_alone(
    desks: tuple[str, ...], wanted: bool
) -> None:
    reviewers = [Reviewer(f"p-{n}", instansi) for n, instansi in enumerate(desks)]
    assert needs_other_desk(PROVINCE, (LED,), reviewers) is wanted
    assert needs_other_desk(PROVINCE, (), reviewers) is False


@pytest.mark.parametrize("text", ["Ayo dukung Wiratama!", "Ayo dukung Sarinande!"])
def test_a_case_for_or_against_any_candidate_names_the_incumbent(text: str) -> None:
    person = {"instansi": PROVINCE}
    assert judged(text=text, person=person).incumbents == (LED,)
    assert judged(text=text, person={"instansi": "Dinas Lain"}).incumbents == ()
    assert judged(text="Selamat pagi", person=person).incumbents == ()
