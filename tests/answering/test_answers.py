"""Codes and answers over the real database: right, wrong, expired, revoked, locked, repeated."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from monitor.model import code as codes
from monitor.model.answer import Answer, Closed, Given, Way
from monitor.model.code import Code
from monitor.model.review import Step
from monitor.run.answers import Late, Opened
from monitor.run.compose import Composer
from monitor.run.health import Health
from monitor.store import alarms, answers, invitations, log, outbox, reviews
from monitor.store.answers import new_receipt
from tests import needle
from tests.answering.place import CHAT, FINDING, NAME, OTHER, Place
from tests.notify import examples

ANSWER = Answer(("ex-not-author",), "Bukan akun saya. <b>&</b>", "Bu Pendamping Rekaan", 2)


def wrong(code: Code) -> str:
    """Return another code of the same letter."""
    return replace(code, secret=code.secret[1:] + code.secret[0]).text()


def opened(place: Place) -> Opened:
    answering = place.answering()
    found = answering.open(place.invited(answering.writer).text())
    assert isinstance(found, Opened)
    return found


def test_an_invitation_takes_the_step_and_a_new_letter_replaces_the_old(place: Place) -> None:
    answering = place.answering()
    first, second = place.invited(answering.writer), place.invited(answering.writer)
    assert answering.open(first.text()) is Closed.REVOKED
    until = invitations.standing(answering.writer.reader(), FINDING, place.now)
    assert until is not None
    assert answering.open(second.text()) == Opened(FINDING, second.letter, until)
    steps = [t.step for t in reviews.case(answering.writer.reader(), FINDING).taken]
    assert steps == [Step.TAKEN, Step.ANSWER_ASKED]
    kinds = [json.loads(r.canonical)["kind"] for r in log.rows(answering.writer.reader())]
    assert kinds.count("invitation") == 2


def test_a_code_ends_at_its_time_and_when_it_is_revoked(place: Place) -> None:
    answering = place.answering()
    code = place.invited(answering.writer).text()
    place.later(days=13.99)
    assert isinstance(answering.open(code), Opened)
    place.later(days=0.02)
    assert answering.open(code) is Closed.EXPIRED
    again = place.invited(answering.writer).text()
    with answering.writer.transaction() as tx:
        by = {"officer": "ana", "who": "ana Petugas", "why": "surat hilang"}
        assert invitations.revoke(tx, FINDING, by, place.now) == 1
        assert invitations.revoke(tx, FINDING, by, place.now) == 0
    assert answering.open(again) is Closed.REVOKED


def test_wrong_codes_lock_the_letter_and_the_log_says_so(place: Place) -> None:
    answering = place.answering()
    code = place.invited(answering.writer)
    for _ in range(4):
        assert answering.open(wrong(code)) is Closed.UNKNOWN
    assert isinstance(answering.open(code.text()), Opened)
    for _ in range(5):
        assert answering.open(wrong(code)) is Closed.UNKNOWN
    assert answering.open(code.text()) is Closed.LOCKED
    assert answering.open(wrong(code)) is Closed.UNKNOWN
    last = json.loads(list(log.rows(answering.writer.reader()))[-1].canonical)
    assert last["public"]["action"] == "locked"
    assert last["content"] == {}


def test_many_wrong_codes_close_every_letter_for_a_while(place: Place) -> None:
    answering = place.answering()
    code = place.invited(answering.writer)
    most = answering.settings.answers.attempts_an_hour
    for _ in range(most):
        assert answering.open(codes.make().text()) is Closed.UNKNOWN
    assert answering.open(code.text()) is Closed.BUSY
    assert [alarm.key for alarm in alarms.open_(answering.writer.reader())] == ["codes"]
    # A typing mistake costs nothing, and is told as one even then.
    assert answering.open(code.text()[:-1]) is Closed.MISTYPED
    place.later(hours=2)
    assert isinstance(answering.open(code.text()), Opened)
    settings, way = place.settings, [("telegram", CHAT)]
    data = settings.path("data")
    Health(answering.writer, settings.health, data, way, place.clock).check()
    assert "codes" not in {alarm.key for alarm in alarms.open_(answering.writer.reader())}


def test_a_case_is_only_opened_by_its_own_code(place: Place) -> None:
    answering = place.answering()
    place.invited(answering.writer)
    other = place.invited(answering.writer, OTHER)
    found = answering.open(other.text())
    assert isinstance(found, Opened)
    assert found.finding == OTHER
    receipt = new_receipt()
    crossed = replace(found, finding=FINDING)
    assert answering.give(crossed, ANSWER, receipt, Way.PAGE) is Closed.UNKNOWN


def test_an_answer_is_a_step_whose_words_are_salted_content(place: Place) -> None:
    answering, receipt = place.answering(), new_receipt()
    given = answering.give(opened(place), ANSWER, receipt, Way.PAGE)
    assert isinstance(given, Given)
    conn = answering.writer.reader()
    row = next(log.rows(conn, after=given.seq - 1))
    entry = json.loads(row.canonical)
    assert entry["public"] == {"step": "dijawab", "officer": "", "way": "halaman"}
    chain = b"".join(row.canonical for row in log.rows(conn)).decode()
    for hidden in (receipt, "Bukan akun saya", "Pendamping", "ex-not-author", NAME):
        assert hidden not in chain
    assert answers.given(conn, receipt) == given
    owed = {(i.kind, i.destination) for i in outbox.due(conn, place.now.timestamp(), 99)}
    assert {("answer", CHAT), ("refresh", CHAT)} <= owed


def test_the_desk_is_told_that_an_answer_came_and_not_what_it_says(place: Place) -> None:
    answering = place.answering()
    given = answering.give(opened(place), ANSWER, new_receipt(), Way.PAGE)
    assert isinstance(given, Given)
    due = outbox.due(answering.writer.reader(), place.now.timestamp(), 99)
    (item,) = [one for one in due if one.kind == "answer"]
    told = Composer(answering.writer, examples.RULES, place.settings, place.clock).message([item])
    assert f"Jawaban masuk untuk {FINDING}" in told.plain
    for hidden in (NAME, "Bukan akun saya", "Pendamping", given.receipt):
        assert hidden not in told.plain


def test_a_second_answer_adds_and_the_same_receipt_does_not(place: Place) -> None:
    answering, found = place.answering(), opened(place)
    receipt = new_receipt()
    first = answering.give(found, ANSWER, receipt, Way.BOT)
    again = answering.give(found, replace(ANSWER, text="lain"), receipt, Way.PAGE)
    assert again == first
    more = answering.give(found, replace(ANSWER, text="lain"), new_receipt(), Way.PAGE)
    assert isinstance(more, Given)
    assert [one.answer.text for one in answering.given(FINDING)] == [ANSWER.text, "lain"]


def test_who_began_in_time_may_end_but_not_after_a_revocation(place: Place) -> None:
    answering, found = place.answering(), opened(place)
    place.later(days=15)
    assert isinstance(answering.give(found, ANSWER, new_receipt(), Way.PAGE), Given)
    place.invited(answering.writer)
    assert answering.give(found, ANSWER, new_receipt(), Way.PAGE) is Closed.REVOKED


@pytest.mark.parametrize("step", [Step.PERMITTED, Step.NOT_THEIRS])
def test_a_closed_case_takes_no_answer(place: Place, step: Step) -> None:
    answering, found = place.answering(), opened(place)
    place.step(answering.writer, step)
    assert answering.give(found, ANSWER, new_receipt(), Way.PAGE) == Late(step)


def test_an_answer_after_perlu_diperiksa_is_heard(place: Place) -> None:
    answering, found = place.answering(), opened(place)
    place.step(answering.writer, Step.TO_EXAMINE)
    assert isinstance(answering.give(found, ANSWER, new_receipt(), Way.PAGE), Given)


def test_the_code_is_nowhere_on_the_disk(place: Place) -> None:
    answering = place.answering()
    code = place.invited(answering.writer)
    assert isinstance(answering.open(code.text()), Opened)
    answering.open(wrong(code))
    needles = (code.text(), code.text().replace("-", ""), code.secret)
    assert needle.found(place.folder, needles) == []


def test_what_ended_long_ago_is_deleted_and_the_log_keeps_its_entries(place: Place) -> None:
    answering = place.answering()
    code = place.invited(answering.writer)
    answering.open(wrong(code))
    place.later(days=15)
    answering.purge()
    assert answering.open(code.text()) is Closed.EXPIRED
    place.later(days=90)
    answering.purge()
    assert answering.open(code.text()) is Closed.UNKNOWN
    with closing(sqlite3.connect(place.database)) as conn:
        tables = ("invitation", "answer_paper")
        assert [conn.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables] == [0, 0]


def test_an_answer_survives_a_kill_before_its_receipt(place: Place) -> None:
    """Killed after COMMIT: whoever comes back with the code finds the answer, once."""
    answering, receipt = place.answering(), new_receipt()
    code = place.invited(answering.writer)
    found = answering.open(code.text())
    assert isinstance(found, Opened)

    class Killed(BaseException):
        pass

    def kill(point: str) -> None:
        if point == "after-commit":
            raise Killed

    answering.writer.hook = kill
    with pytest.raises(Killed):
        answering.give(found, ANSWER, receipt, Way.PAGE)
    later = place.answering()
    assert isinstance(later.open(code.text()), Opened)
    (kept,) = later.given(FINDING)
    assert (kept.receipt, kept.answer) == (receipt, ANSWER)
    assert later.give(found, ANSWER, receipt, Way.PAGE) == kept
