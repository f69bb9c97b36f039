"""A flood of findings makes few messages, and every case stands in one of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from monitor.clock import utc_now
from monitor.config import Config
from monitor.notify.digest import MOST, line, render_digest
from monitor.notify.telegram_chat import TelegramChat
from monitor.run.dispatch import Dispatcher
from monitor.store.writer import Writer
from tests.notify import examples
from tests.notify.test_render import FORBIDDEN
from tests.run.test_dispatch import (
    DESK,
    OTHER,
    Time,
    config,
    entries,
    owe,
    server,
    states,
)
from tests.standin.telegram import StandIn

__all__ = ["config", "server"]
MINUTE = 60.0


@pytest.fixture
def time() -> Time:
    # The stand-in dates what it accepts by the real clock, as Telegram does.
    return Time(utc_now())


@pytest.fixture
async def dispatcher(
    writer: Writer, config: Config, server: StandIn, time: Time
) -> AsyncIterator[Dispatcher]:
    chat = TelegramChat(config, server.token)
    yield Dispatcher(writer, examples.RULES, {"telegram": chat}, config, time)
    await chat.close()


def name(number: int) -> str:
    return f"NTR-{number:04d}-ABCD"


async def settle(dispatcher: Dispatcher, time: Time) -> None:
    """Send what may be sent now; a chat takes 20 messages a minute."""
    await dispatcher.run_once(200)
    time.pass_(MINUTE)
    await dispatcher.run_once(200)


async def test_a_flood_makes_at_most_sixty_messages_an_hour_and_leaves_nothing_out(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    count = 300
    for number in range(count):
        owe(writer, time.at, DESK, finding_id=name(number))
    for _ in range(60):
        while (await dispatcher.run_once(200)).attempted:
            pass
        time.pass_(MINUTE)
    texts = server.texts(7)
    assert len(texts) <= 60
    told = Counter(re.findall(r"NTR-\d{4}-ABCD", "\n".join(texts)))
    assert set(told) == {name(n) for n in range(count)}
    assert set(states(writer).values()) == {"sent"}
    delivered = [entry["subject"] for _, entry in entries(writer, "delivery")]
    assert sorted(delivered) == [name(n) for n in range(count)]
    assert all(len(text.encode("utf-16-le")) // 2 <= 4096 for text in texts)


async def test_only_what_is_too_much_is_gathered_and_only_there(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    for number in range(33):
        owe(writer, time.at, DESK, finding_id=name(number))
    owe(writer, time.at, OTHER, finding_id=name(99))
    await settle(dispatcher, time)
    assert (len(server.texts(7)), len(server.texts(8))) == (30, 1)
    assert (await dispatcher.run_once(100)).attempted == 0
    time.pass_(2 * MINUTE)
    assert (await dispatcher.run_once(100)).sent == 3
    assert "3 kasus baru" in server.texts(7)[-1]
    time.pass_(60 * MINUTE)
    owe(writer, time.at, DESK, finding_id=name(40))
    await dispatcher.run_once(100)
    assert f"Indikasi · {name(40)}" in server.texts(7)[-1]


async def test_a_list_that_fails_is_owed_whole(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    for number in range(34):
        owe(writer, time.at, DESK, finding_id=name(number))
    await settle(dispatcher, time)
    time.pass_(2 * MINUTE)
    server.fault("error", chat="7")
    assert (await dispatcher.run_once(100)).waiting == 1
    time.pass_(MINUTE)
    assert (await dispatcher.run_once(100)).sent == 4
    assert "4 kasus baru" in server.texts(7)[-1]


async def test_a_chat_that_is_gone_buries_every_case_of_the_list(
    dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time
) -> None:
    for number in range(33):
        owe(writer, time.at, DESK, finding_id=name(number))
    await settle(dispatcher, time)
    time.pass_(2 * MINUTE)
    server.fault("blocked", chat="7")
    assert (await dispatcher.run_once(100)).dead == 3
    told = [state for (_, destination), state in states(writer).items() if destination == "7"]
    assert Counter(told) == {"sent": 30, "dead": 3}


def test_a_list_names_nobody_and_judges_nobody() -> None:
    lines = [line(name(n), examples.post(), examples.WATCH) for n in range(40)]
    for language in ("id", "en"):
        message = render_digest(lines, language, "UJI COBA")
        assert not FORBIDDEN.search(message.plain)
        assert str(examples.WATCH["name"]) not in message.plain
        assert "UJI COBA" in message.plain
        assert len(message.plain.encode("utf-16-le")) // 2 <= 4096


def test_a_list_fits_whatever_signs_an_agency_is_written_in() -> None:
    for sign in ("𝗗", "🏛", "\u202e", "W"):
        watch = {**examples.WATCH, "instansi": sign * 500}
        lines = [line(name(n), examples.post(), watch) for n in range(MOST)]
        message = render_digest(lines, "id", "UJI COBA")
        assert len(message.plain.encode("utf-16-le")) // 2 <= 4096
        assert all(name(n) in message.plain for n in range(MOST))
