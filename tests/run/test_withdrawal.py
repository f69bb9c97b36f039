"""A dismissed or erased case's messages are taken back; what Telegram keeps is listed."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from monitor.clock import utc_now
from monitor.model.delivery import OutboxItem
from monitor.model.review import Officer, Role, Step, Wanted
from monitor.run.dispatch import Dispatcher
from monitor.store import erasure, erasure_out, log, outbox, reviews, withdrawals
from monitor.store.writer import Writer
from tests.run.test_dispatch import (
    DESK,
    OPERATOR,
    OTHER,
    Time,
    config,
    dispatcher,
    entries,
    owe,
    server,
    states,
)
from tests.standin.telegram import StandIn

__all__ = ["config", "dispatcher", "server"]
CLERK = Officer("sari", "Sari Contohwati", "Inspektorat Rekaan")
CASE = "NTR-ABCD-2345"


@pytest.fixture
def time() -> Time:
    # The stand-in dates what it accepts by the real clock, as Telegram does.
    return Time(utc_now())


def take(writer: Writer, step: Step, at: datetime, case: str = CASE) -> None:
    with writer.transaction() as tx:
        reviews.step(tx, case, Wanted(step, "alasan"), CLERK, Role.REVIEWER, at)


def standing(server: StandIn, chat: int) -> list[int]:
    return [m.message_id for m in server.messages if m.chat_id == chat and not m.deleted]


async def test_a_dismissed_case_leaves_the_chats_and_a_reopened_one_comes_back(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    owe(writer, time.at, DESK, OTHER)
    await dispatcher.run_once(10)
    take(writer, Step.TO_EXAMINE, time.at)
    assert (await dispatcher.run_once(10)).attempted == 0
    assert len(erasure_out.outside(writer.reader(), [CASE])) == 2
    take(writer, Step.NOT_ENOUGH, time.at)
    assert (await dispatcher.run_once(10)).sent == 2
    # What is gone, and the taking back itself, is nothing to call back by hand.
    assert erasure_out.outside(writer.reader(), [CASE]) == []
    assert standing(server, 7) == standing(server, 8) == []
    said = [entry["public"] for _, entry in entries(writer, "withdrawal")]
    assert said == [{"notifier": "telegram", "result": "deleted"}] * 2
    take(writer, Step.REOPENED, time.at)
    assert (await dispatcher.run_once(10)).sent == 2
    take(writer, Step.NOT_THEIRS, time.at)
    assert (await dispatcher.run_once(10)).sent == 2
    assert standing(server, 7) == standing(server, 8) == []
    assert withdrawals.left(writer.reader()) == []


async def test_what_waits_when_its_case_is_closed_never_leaves(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    owe(writer, time.at, DESK)
    take(writer, Step.PERMITTED, time.at)
    assert (await dispatcher.run_once(10)).attempted == 0
    assert server.messages == []
    take(writer, Step.REOPENED, time.at)
    assert (await dispatcher.run_once(10)).sent == 1


async def test_what_is_under_way_when_its_case_is_closed_is_taken_back(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    owe(writer, time.at, DESK)
    (item,) = outbox.due(writer.reader(), time.at.timestamp(), 9)
    with writer.transaction() as tx:
        withdrawals.owe(tx, CASE, time.at)
    with writer.transaction() as tx:
        assert withdrawals.arrived(tx, item, "1", time.at, time.at)
    # The stand-in never saw it, and says so: gone is gone.
    assert (await dispatcher.run_once(10)).sent == 1
    assert withdrawals.left(writer.reader()) == []


async def test_what_telegram_keeps_loses_its_words_and_is_listed_and_told_once(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    owe(writer, time.at, DESK)
    await dispatcher.run_once(10)
    server.fault("undeletable", method="deleteMessage")
    take(writer, Step.NOT_ENOUGH, time.at)
    assert (await dispatcher.run_once(10)).dead == 1
    (text,) = server.texts(7)
    assert f"Pesan ditarik · {CASE}" in text
    assert "Sari Contohwati" not in text
    (one,) = withdrawals.left(writer.reader())
    assert (one.destination, one.message_id, one.case) == ("7", "1", CASE)
    assert "can't be deleted" in one.cause
    assert (await dispatcher.run_once(10)).sent == 1
    (told,) = server.texts(9)
    assert "messages withdrawn" in told
    assert (await dispatcher.run_once(10)).attempted == 0


async def test_an_erased_case_is_taken_back_from_a_chat_without_a_route(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    seq = owe(writer, time.at, DESK)
    await dispatcher.run_once(10)
    with writer.transaction() as tx:
        tx.execute("UPDATE outbox SET destination = '77' WHERE seq = ?", (seq,))
        erasure.silence(tx, CASE, time.at)
    server.messages[0].chat_id = 77
    assert (await dispatcher.run_once(10)).sent == 1
    assert standing(server, 77) == []
    ((_, entry),) = entries(writer, "withdrawal")
    assert "77" not in json.dumps(entry["public"])


async def test_a_list_goes_only_with_the_last_of_its_cases(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    cases = ["NTR-0001-ABCD", "NTR-0002-ABCD"]
    for case in cases:
        owe(writer, time.at, DESK, finding_id=case)
    await dispatcher.run_once(10)
    with writer.transaction() as tx:
        tx.execute("UPDATE outbox SET message_id = '1'")
    take(writer, Step.NOT_ENOUGH, time.at, cases[0])
    assert (await dispatcher.run_once(1)).sent == 1
    ((_, entry),) = entries(writer, "withdrawal")
    assert entry["public"]["result"] == "shared"
    assert 1 in standing(server, 7)
    take(writer, Step.REOPENED, time.at, cases[0])
    take(writer, Step.NOT_ENOUGH, time.at, cases[1])
    await dispatcher.run_once(10)
    assert 1 in standing(server, 7)  # it tells of the reopened one
    take(writer, Step.NOT_ENOUGH, time.at, cases[0])
    await dispatcher.run_once(10)
    assert 1 not in standing(server, 7)
    assert withdrawals.left(writer.reader()) == []
    assert states(writer)[cases[1], "7"] == "sent"


def test_the_operators_own_news_is_never_taken_back(writer: Writer, time: Time) -> None:
    with writer.transaction() as tx:
        head = log.head(tx).seq
        ways = [OPERATOR]
        outbox.put(tx, kind="health", subject=CASE, seq=head, destinations=ways, at=time.at)
        assert withdrawals.owe(tx, CASE, time.at) == 0
        item = OutboxItem(1, "health", CASE, head, *OPERATOR, 0, time.at)
        assert outbox.is_pending(tx, item)
