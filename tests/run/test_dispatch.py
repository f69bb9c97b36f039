"""Dispatch with a real database, the real Telegram client and a Bot API that is not ours."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.config import Config, parse
from monitor.config_notify import Route
from monitor.errors import NotifyError, StoreError
from monitor.model.delivery import Limits, Message, OutboxItem, Receipt
from monitor.model.erasure import Ground, Lost, Order
from monitor.model.evidence import Canonical
from monitor.notify.base import Notifier, NotifierInfo
from monitor.notify.telegram_chat import TelegramChat
from monitor.run.dispatch import FIRST_WAIT, Dispatcher
from monitor.store import alarms, erasure, log, outbox, turns
from monitor.store.writer import Writer
from tests.notify import examples
from tests.standin.telegram import StandIn

DESK = ("telegram", "7")
OTHER = ("telegram", "8")
GROUP = ("telegram", "-70")
OPERATOR = ("telegram", "9")


class Time:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def time(now: datetime) -> Time:
    return Time(now)


@pytest.fixture
async def server() -> AsyncIterator[StandIn]:
    async with StandIn() as started:
        yield started


@pytest.fixture
def config(server: StandIn) -> Config:
    notify = {
        "telegram": {"api": server.url, "timeout": 0.5},
        "max_attempts": 3,
        "routes": [
            {"notifier": "telegram", "destination": "7"},
            {"notifier": "telegram", "destination": "8"},
            {"notifier": "telegram", "destination": "-70"},
            {"notifier": "telegram", "destination": "9", "health": True},
        ],
    }
    return parse({"http": {"contact": "uji@contoh.test"}, "notify": notify}, "uji")


@pytest.fixture
async def dispatcher(
    writer: Writer, config: Config, server: StandIn, time: Time
) -> AsyncIterator[Dispatcher]:
    chat = TelegramChat(config, server.token)
    yield Dispatcher(writer, examples.RULES, {"telegram": chat}, config, time)
    await chat.close()


def owe(
    writer: Writer,
    at: datetime,
    *destinations: tuple[str, str],
    finding_id: str = "NTR-ABCD-2345",
    content: Mapping[str, Any] | None = None,
) -> int:
    public: dict[str, Canonical] = {
        "outcome": "alert",
        "revision_no": 1,
        "partial": False,
        "proof": "",
    }
    with writer.transaction() as tx:
        head = log.append(
            tx,
            at=at,
            kind="finding",
            subject=finding_id,
            public=public,
            content={"finding": dict(content or examples.post()), "watch": examples.WATCH},
        )
        outbox.put(
            tx, kind="finding", subject=finding_id, seq=head.seq, destinations=destinations, at=at
        )
    return head.seq


def states(writer: Writer) -> dict[tuple[str, str], str]:
    rows = writer.reader().execute("SELECT subject, destination, state FROM outbox ORDER BY id")
    return {(subject, destination): state for subject, destination, state in rows}


def entries(writer: Writer, kind: str) -> list[tuple[int, dict[str, Any]]]:
    rows = [(row.seq, json.loads(row.canonical)) for row in log.rows(writer.reader())]
    return [(seq, entry) for seq, entry in rows if entry["kind"] == kind]


async def test_what_is_owed_is_told_once_and_its_acceptance_recorded(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    seq = owe(writer, time.at, DESK)
    report = await dispatcher.run_once(10)
    assert (report.sent, report.attempted) == (1, 1)
    assert (await dispatcher.run_once(10)).attempted == 0
    row = next(log.rows(writer.reader(), after=seq - 1))
    (text,) = server.texts(7)
    assert text.startswith("Indikasi · NTR-ABCD-2345")
    assert f"Log: {seq}:{row.hash.hex()}" in text
    ((delivery_seq, entry),) = entries(writer, "delivery")
    assert entry["subject"] == "NTR-ABCD-2345"
    assert entry["public"].keys() == {
        *("notifier", "attempt", "finding_seq", "result", "accepted_at"),
    }
    assert (entry["public"]["attempt"], entry["public"]["result"]) == (1, "accepted")
    stored = log.content(writer.reader(), delivery_seq, "delivery")
    assert stored == {"destination": "7", "message_id": "1"}


async def test_health_is_told_and_not_counted_as_a_delivery(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    with writer.transaction() as tx:
        outbox.put(
            tx,
            kind="health",
            subject="stale:bluesky",
            seq=1,
            destinations=[OPERATOR],
            at=time.at,
            body="3 sumber tidak terbaca",
        )
    assert (await dispatcher.run_once(10)).sent == 1
    assert "3 sumber tidak terbaca" in server.texts(9)[0]
    assert entries(writer, "delivery") == []


async def test_a_rate_limit_holds_its_own_destination_only_and_in_order(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    for n in range(3):
        owe(writer, time.at, DESK, OTHER, finding_id=f"NTR-{n}")
    server.fault("too_many", chat="7", seconds=30)
    report = await dispatcher.run_once(10)
    assert (report.sent, report.waiting) == (3, 1)
    assert server.texts(7) == []
    assert [t.split()[2] for t in server.texts(8)] == ["NTR-0", "NTR-1", "NTR-2"]
    time.pass_(29)
    owe(writer, time.at, DESK, finding_id="NTR-3")
    assert (await dispatcher.run_once(10)).attempted == 0
    time.pass_(2)
    assert (await dispatcher.run_once(10)).sent == 4
    assert [t.split()[2] for t in server.texts(7)] == ["NTR-0", "NTR-1", "NTR-2", "NTR-3"]
    assert {e["public"]["attempt"] for _, e in entries(writer, "delivery")} == {1}


async def test_a_passing_fault_is_tried_again_later_and_then_not_for_ever(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    owe(writer, time.at, DESK)
    server.fault("error", chat="7", times=9)
    waits = [FIRST_WAIT, FIRST_WAIT * 2]
    for wait in waits:
        assert (await dispatcher.run_once(10)).waiting == 1
        time.pass_(wait - 1)
        assert (await dispatcher.run_once(10)).attempted == 0
        time.pass_(1)
    assert (await dispatcher.run_once(10)).dead == 1
    assert states(writer)["NTR-ABCD-2345", "7"] == "dead"


async def test_a_message_accepted_without_an_answer_is_sent_again_under_the_same_id(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    owe(writer, time.at, DESK)
    server.fault("lost")
    assert (await dispatcher.run_once(10)).waiting == 1
    time.pass_(FIRST_WAIT)
    assert (await dispatcher.run_once(10)).sent == 1
    first, second = server.texts(7)
    assert first == second
    assert len(entries(writer, "delivery")) == 1


async def test_what_cannot_be_sent_is_a_dead_letter_and_told_to_the_operator_once(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    owe(writer, time.at, DESK, finding_id="NTR-1")
    owe(writer, time.at, DESK, finding_id="NTR-2")
    server.fault("blocked", chat="7", times=2)
    assert (await dispatcher.run_once(10)).dead == 2
    assert [a.key for a in alarms.open_(writer.reader())] == ["dead-letter:telegram:7"]
    results = [e["public"]["result"] for _, e in entries(writer, "delivery")]
    assert results == ["given_up", "given_up"]
    assert (await dispatcher.run_once(10)).sent == 1
    (told,) = server.texts(9)
    assert "NTR-1" in told
    assert "tidak dicoba lagi" in told
    owe(writer, time.at, DESK, finding_id="NTR-3")
    assert (await dispatcher.run_once(10)).sent == 1
    assert alarms.open_(writer.reader()) == []  # it works again: the next fault is told anew
    assert (await dispatcher.run_once(10)).sent == 1
    assert "menerima pesan lagi" in server.texts(9)[1]


async def test_an_operators_own_dead_letter_tells_nobody_in_a_circle(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    owe(writer, time.at, OPERATOR)
    server.fault("blocked", chat="9", times=5)
    assert (await dispatcher.run_once(10)).dead == 1
    assert (await dispatcher.run_once(10)).attempted == 0
    assert len(alarms.open_(writer.reader())) == 1


async def test_a_message_that_cannot_be_made_blocks_no_other(
    dispatcher: Dispatcher,
    writer: Writer,
    server: StandIn,
    time: Time,
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken = examples.post() | {"level": "tidak-ada"}
    owe(writer, time.at, DESK, finding_id="NTR-1", content=broken)
    owe(writer, time.at, DESK, finding_id="NTR-2")
    report = await dispatcher.run_once(10)
    assert (report.sent, report.dead) == (1, 1)
    assert states(writer) == {
        ("NTR-1", "7"): "dead",
        ("NTR-2", "7"): "sent",
        ("dead-letter:telegram:7", "9"): "pending",
    }
    assert "Sari Contohwati" not in capsys.readouterr().err


async def test_an_expired_token_names_the_secret_and_holds_no_value(
    writer: Writer, config: Config, time: Time
) -> None:
    chat = TelegramChat(config, "42:kedaluwarsa")
    dispatcher = Dispatcher(writer, examples.RULES, {"telegram": chat}, config, time)
    owe(writer, time.at, DESK)
    assert (await dispatcher.run_once(10)).waiting == 1
    (alarm,) = alarms.open_(writer.reader())
    assert alarm.key == "auth:telegram"
    assert "renew secret 'telegram_token'" in alarm.text
    await chat.close()
    with closing(sqlite3.connect(writer.database)) as conn:
        assert "kedaluwarsa" not in "".join(conn.iterdump())


async def test_a_route_taken_out_of_the_config_leaves_a_dead_letter(
    dispatcher: Dispatcher, writer: Writer, time: Time
) -> None:
    owe(writer, time.at, ("surel", "meja@contoh.test"))
    assert (await dispatcher.run_once(10)).dead == 1


async def test_erased_content_is_not_sent(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    seq = owe(writer, time.at, DESK)
    with writer.transaction() as tx:
        lost = Lost({f"content/{seq}/finding", f"content/{seq}/watch"})
        order = Order(Ground.PDP, "Inspektorat Rekaan", "800/1/2026")
        erasure.bury(tx, time.at, "NTR-AAAA-AAAA", order, lost, "", lambda _: bytes(64))
    assert (await dispatcher.run_once(10)).dead == 1
    assert server.texts(7) == []


class Meanwhile:
    """A notifier during whose sending something else happens."""

    def __init__(self, action: Any) -> None:
        self.action = action

    @property
    def info(self) -> NotifierInfo:
        return NotifierInfo("telegram", "1", 4096)

    def limits(self, destination: str) -> Limits:
        return Limits()

    async def change(
        self, message: Message, message_id: str, destination: str, instead: Message
    ) -> Receipt:
        raise NotImplementedError

    async def withdraw(self, message: Message, message_id: str, destination: str) -> None: ...

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, message: Message, destination: str) -> Receipt:
        return Receipt("1", self.action())


async def test_another_process_that_was_faster_is_no_fault(
    writer: Writer, config: Config, time: Time
) -> None:
    owe(writer, time.at, DESK)
    (item,) = outbox.due(writer.reader(), time.at.timestamp(), 1)

    def faster() -> datetime:
        with closing(Writer(writer.database)) as second, second.transaction() as tx:
            outbox.sent(tx, item, "1", time.at)
        return time.at

    notifier: Notifier = Meanwhile(faster)
    dispatcher = Dispatcher(writer, examples.RULES, {"telegram": notifier}, config, time)
    assert (await dispatcher.run_once(10)).attempted == 0
    assert states(writer)["NTR-ABCD-2345", "7"] == "sent"


async def test_a_store_fault_stops_everything(writer: Writer, config: Config, time: Time) -> None:
    owe(writer, time.at, DESK)
    owe(writer, time.at, OTHER)

    def full() -> datetime:
        raise StoreError("the disk is full")

    dispatcher = Dispatcher(writer, examples.RULES, {"telegram": Meanwhile(full)}, config, time)
    with pytest.raises(StoreError, match="the disk is full"):
        await dispatcher.run_once(10)
    assert set(states(writer).values()) == {"pending"}


async def test_a_stop_between_acceptance_and_commit_sends_again(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    owe(writer, time.at, DESK)

    def stopped(point: str) -> None:
        if point == "before-commit" and server.messages:
            raise StoreError("stopped here")

    writer.hook = stopped
    with pytest.raises(StoreError, match="stopped here"):
        await dispatcher.run_once(10)
    writer.hook = None
    assert (await dispatcher.run_once(10)).sent == 1
    assert len(server.texts(7)) == 2
    assert len(entries(writer, "delivery")) == 1


async def test_a_notify_error_of_any_notifier_is_understood(
    writer: Writer, config: Config, time: Time
) -> None:
    def later() -> datetime:
        raise NotifyError("busy", permanent=False, retry_after=5)

    owe(writer, time.at, DESK)
    dispatcher = Dispatcher(writer, examples.RULES, {"telegram": Meanwhile(later)}, config, time)
    for _ in range(config.notify.max_attempts + 2):
        assert (await dispatcher.run_once(10)).waiting == 1
        time.pass_(5)
    assert states(writer)["NTR-ABCD-2345", "7"] == "pending"  # a rate limit never kills a message


async def test_a_process_that_was_killed_keeps_the_next_one_to_the_limits(
    dispatcher: Dispatcher, writer: Writer, config: Config, server: StandIn, time: Time
) -> None:
    for n in range(21):
        owe(writer, time.at, GROUP, finding_id=f"NTR-{n}")
    assert (await dispatcher.run_once(19)).sent == 19
    with writer.transaction() as tx:
        # A message that was under way when the process was killed may have arrived.
        item = OutboxItem(0, "finding", "NTR-X", 1, *GROUP, 0, time.at)
        turns.take(tx, item, None, None, time.at.timestamp())
        tx.execute("UPDATE turn SET pid = 999999999 WHERE ended IS NULL")
    chat = TelegramChat(config, server.token)
    second = Dispatcher(writer, examples.RULES, {"telegram": chat}, config, time)
    assert (await second.run_once(10)).waiting == 1
    time.pass_(59)
    assert (await second.run_once(10)).attempted == 0
    time.pass_(2)
    assert (await second.run_once(10)).sent == 2
    await chat.close()


async def test_two_processes_never_send_to_one_destination_at_once(
    writer: Writer, config: Config, time: Time
) -> None:
    owe(writer, time.at, DESK)

    def under_way() -> datetime:
        with closing(Writer(writer.database)) as second:
            assert outbox.due(second.reader(), time.at.timestamp(), 9) == []
        return time.at

    notifiers: dict[str, Notifier] = {"telegram": Meanwhile(under_way)}
    dispatcher = Dispatcher(writer, examples.RULES, notifiers, config, time)
    assert (await dispatcher.run_once(10)).sent == 1


async def test_the_limit_over_all_chats_delays_for_less_than_a_second(
    writer: Writer, config: Config, server: StandIn, time: Time
) -> None:
    telegram = config.notify.telegram.model_copy(update={"overall_per_second": 2})
    notify = config.notify.model_copy(update={"telegram": telegram})
    settings = config.model_copy(update={"notify": notify})
    chat = TelegramChat(settings, server.token)
    for way in (DESK, OTHER, OPERATOR):
        owe(writer, time.at, way)
    dispatcher = Dispatcher(writer, examples.RULES, {"telegram": chat}, settings, time)
    report = await dispatcher.run_once(10)
    assert (report.sent, report.paced, report.waiting) == (2, 1, 0)
    time.pass_(1)
    assert (await dispatcher.run_once(10)).sent == 1
    await chat.close()


async def test_what_one_destination_refuses_for_good_goes_to_the_spare_one(
    writer: Writer, config: Config, server: StandIn, time: Time
) -> None:
    spare = Route.model_validate({"notifier": "telegram", "destination": "11", "spare": True})
    assert (spare.card, spare.outcomes) == ("masked", ())
    routes = (*config.notify.routes, spare)
    notify = config.notify.model_copy(update={"routes": routes})
    settings = config.model_copy(update={"notify": notify})
    chat = TelegramChat(settings, server.token)
    dispatcher = Dispatcher(writer, examples.RULES, {"telegram": chat}, settings, time)
    server.fault("blocked", chat="7", times=9)
    for n in range(2):
        owe(writer, time.at, DESK, OTHER, finding_id=f"NTR-{n}")
    assert (await dispatcher.run_once(10)).dead == 2
    assert (await dispatcher.run_once(10)).sent == 3
    assert len(server.texts(8)) == 2
    assert len(server.texts(9)) == 1
    for n, text in enumerate(server.texts(11)):
        assert text.startswith("DIALIHKAN: tujuan semula tidak dapat menerima\nIndikasi")
        assert f"NTR-{n}" in text
        assert "Sari Contohwati" not in text
    server.fault("blocked", chat="11", times=9)
    owe(writer, time.at, DESK, finding_id="NTR-9")
    await dispatcher.run_once(10)
    await dispatcher.run_once(10)
    assert states(writer)["NTR-9", "11"] == "dead"  # and goes no further
    await chat.close()


async def test_a_group_that_moved_is_told_and_the_operator_is_told_once(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    server.chats["-1009999"] = {"id": -1009999, "type": "supergroup", "title": "Meja"}
    server.fault("migrated", chat="-70", times=9)
    for n in range(2):
        owe(writer, time.at, GROUP, finding_id=f"NTR-{n}")
    assert (await dispatcher.run_once(10)).sent == 2
    assert len(server.texts(-1009999)) == 2
    assert (await dispatcher.run_once(10)).sent == 1
    (told,) = server.texts(9)
    assert "menjadi supergrup -1009999" in told
    assert [one.key for one in alarms.open_(writer.reader())] == ["chat-moved:telegram:-70"]
    (seq, _), *_ = entries(writer, "delivery")
    stored = log.content(writer.reader(), seq, "delivery")
    assert stored is not None
    assert stored["moved_to"] == "-1009999"


async def test_alarms_of_the_name_that_two_once_shared_end_at_the_start(
    dispatcher: Dispatcher, writer: Writer, time: Time
) -> None:
    with writer.transaction() as tx:
        for key in ("moved:telegram:-70", "moved:w-1", "source-moved:w-2"):
            alarms.raise_(tx, key, "pindah", time.at)
    await dispatcher.run_once(10)
    assert [one.key for one in alarms.open_(writer.reader())] == ["source-moved:w-2"]


async def test_one_that_does_not_answer_delays_no_other(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    server.fault("lost", chat="7")
    for n in range(3):
        owe(writer, time.at, DESK, OTHER, finding_id=f"NTR-{n}")
    dispatcher.begin(10)
    while len(server.texts(8)) < 3:
        await asyncio.sleep(0.01)
        dispatcher.begin(10)
    assert states(writer)["NTR-0", "7"] == "pending"
    await dispatcher.stop(5)
    assert states(writer)["NTR-0", "8"] == "sent"
