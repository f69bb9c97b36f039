"""The excuses are the program's own, and erasing a person takes the answers."""

from __future__ import annotations

from monitor import app
from monitor.model.answer import Answer, Given, Way
from monitor.model.erasure import Ground, Order
from monitor.notify.answer_words import EXCUSES
from monitor.notify.receipt import in_words
from monitor.notify.render import named
from monitor.run.answers import Opened
from monitor.store.answers import new_receipt
from tests import needle
from tests.answering.place import FINDING, NAME, REF, Place
from tests.answering.test_answers import ANSWER


def test_the_excuses_are_those_that_the_program_tries() -> None:
    assert set(EXCUSES) == set(named("labels.id.j2", "exculpation"))


def test_an_answer_in_one_text_says_claims_words_and_counsel() -> None:
    told = in_words(ANSWER)
    for said in (EXCUSES["ex-not-author"], "Bukan akun saya.", "Bu Pendamping Rekaan"):
        assert said in told
    assert in_words(Answer(text=" hanya kata-kata \n")) == "hanya kata-kata"


def test_erasing_a_person_takes_answers_codes_and_receipts(place: Place) -> None:
    answering = place.answering()
    found = answering.open(place.invited(answering.writer).text())
    assert isinstance(found, Opened)
    given = answering.give(found, ANSWER, new_receipt(), Way.PAGE)
    assert isinstance(given, Given)
    place.close()
    order = Order(Ground.PDP, "Inspektorat", "800/1", by="Sari", why="tugas")
    writer = place.writer()
    app.eraser(place.settings, writer, place.clock).person(REF, order)
    place.close()
    needles = ("Bukan akun saya", "Bu Pendamping Rekaan", given.receipt, NAME)
    assert needle.found(place.folder / "data", needles) == []
    assert place.answering().given(FINDING) == []
