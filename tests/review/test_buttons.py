"""Which buttons are shown where a case stands, what they send back, and what they never say."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from monitor.model.review import Role, Step, Term
from monitor.review import buttons, questions, words
from monitor.review.decisions import Refusal, refusals
from tests.review.test_decisions import ANA, BEN, DAY, MAY, ROLES, WAYS, case

FORBIDDEN = ("melanggar", "pelanggar", "bersalah", "pelaku", "hukum", "sanksi", "terbukti")


@pytest.mark.parametrize("way", WAYS)
def test_the_buttons_are_the_steps_that_may_follow(way: str) -> None:
    shown = [button for row in buttons.keyboard(case(way)) for button in row]
    steps = {wish.step.value for wish in map(buttons.read, (b.data for b in shown)) if wish}
    assert steps == set(MAY[way].split())
    assert len(steps) == len(shown)
    assert {button.text for button in shown} == {buttons.LABELS[Step(step)] for step in steps}
    for button in shown:
        assert len(button.data.encode()) <= buttons.MOST_BYTES
        wish = buttons.read(button.data)
        assert wish
        assert (wish.finding, wish.at) == (case(way).finding, len(WAYS[way]))


@pytest.mark.parametrize(("way", "step", "role"), [*itertools.product(WAYS, Step, Role)])
def test_a_press_needs_place_and_role(way: str, step: Step, role: Role) -> None:
    """What is asked before a question is sent is the same as what is asked at the end."""
    one = replace(BEN if step in (Step.FORWARDED, Step.REOPENED) else ANA, terms=(Term(role, DAY),))
    able = role in ROLES.get(step.value, {Role.REVIEWER})
    found = refusals(case(way), questions.ready(step), one, DAY)
    assert (not found) is (able and step.value in MAY[way].split())
    assert not {Refusal.WHY, Refusal.ANSWER, Refusal.LETTER, Refusal.UNANSWERED} & set(found)


@pytest.mark.parametrize("data", ["", "k:", "k:NTR-ABCD-2345:am", "k:NTR-abcd-2345:am:1", "x"])
def test_what_is_no_button_of_ours(data: str) -> None:
    assert buttons.read(data) is None


def test_every_step_and_refusal_has_its_words() -> None:
    assert set(buttons.LABELS) == set(buttons.SHORT) == set(Step)
    assert len(set(buttons.SHORT.values())) == len(Step)
    assert set(words.STANDS) == set(words.STANDS_EN) == {None, *Step}
    assert set(words.REFUSED) == set(Refusal)
    # Telegram shows 200 signs in answer to a press.
    assert all(len(text) <= 200 for text in words.REFUSED.values())
    assert all(len(text) <= 200 for text in (words.NO_OFFICER, words.OPEN_FIRST, words.GO_ON))
    longest = max(words.STANDS.values(), key=len)
    assert len(words.STALE.format(stands=longest)) <= 200


def test_no_word_of_the_desk_is_a_verdict() -> None:
    said = [value for value in vars(words).values() if isinstance(value, str)]
    said += [*buttons.LABELS.values(), *words.STANDS.values(), *words.REFUSED.values()]
    said += [*words.COMMANDS.values(), *questions.PATHS.values()]
    said += [question.text for step in Step for question in questions.needed(step, case("baru"))]
    assert not [text for text in said if any(bad in text.casefold() for bad in FORBIDDEN)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", Step)
def test_the_questions_of_a_step_are_all_that_it_needs(way: str, step: Step) -> None:
    one = case(way)
    said = {
        "answer": "Bukan saya.",
        "why": "sesuai SOP",
        "unanswered": "tidak datang dua kali",
        "path": "bkn",
        "receiver": "Kepala BKN",
        "letter": "800/1",
        "day": DAY.isoformat(),
        "receipt": "-",
        "sure": "simpan",
    }
    asked: dict[str, str] = {}
    while question := questions.open_one(step, one, asked):
        assert question.fault(said[question.field], DAY) == ""
        asked[question.field] = said[question.field]
    officer = BEN if step in (Step.FORWARDED, Step.REOPENED) else ANA
    wanted = questions.wanted(step, asked or {"why": words.BY_BUTTON})
    assert bool(refusals(one, wanted, officer, DAY)) is (step.value not in MAY[way].split())


@pytest.mark.parametrize(
    ("field", "text", "right"),
    [
        ("why", "ok", False),
        ("why", "x" * 3001, False),
        ("path", "polisi", False),
        ("sure", "ya", False),
        ("day", "2024-10-15", True),
        ("day", "15/10/2024", True),
        ("day", "16-10-2024", False),
        ("day", "31-02-2024", False),
        ("day", "kemarin", False),
        ("receiver", "x", False),
    ],
)
def test_an_answer_is_checked(field: str, text: str, right: bool) -> None:
    needed = questions.needed(Step.FORWARDED, case("perlu_diperiksa"))
    question = next(one for one in needed if one.field == field)
    assert (question.fault(text, DAY) == "") is right


def test_why_nobody_was_heard_is_asked_only_then() -> None:
    heard = questions.needed(Step.FORWARDED, case("perlu_diperiksa"))
    silent = replace(case("perlu_diperiksa"), taken=case("bukan_akunnya").taken[:1])
    assert "unanswered" not in {one.field for one in heard}
    assert questions.needed(Step.FORWARDED, silent)[0].field == "unanswered"
