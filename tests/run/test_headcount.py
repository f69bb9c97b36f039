"""A chat that more or fewer people read than is on record, with the real client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from monitor.config import parse
from monitor.errors import ConfigError
from monitor.notify.telegram_chat import TelegramChat
from monitor.run.dispatch import Dispatcher
from monitor.store import alarms
from monitor.store.writer import Writer
from tests.notify import examples
from tests.run.test_dispatch import Time, owe, server, time
from tests.standin.telegram import StandIn

__all__ = ["server", "time"]
GROUP = ("telegram", "-70")
NAME = examples.WATCH["name"]


@asynccontextmanager
async def dispatching(
    writer: Writer, server: StandIn, time: Time, **desk: Any
) -> AsyncIterator[Dispatcher]:
    group = {"notifier": "telegram", "destination": "-70", "name": "Meja", "members": 6} | desk
    notify = {
        "telegram": {"api": server.url, "timeout": 0.5, "roster_cache": 60.0},
        "routes": [group, {"notifier": "telegram", "destination": "9", "health": True}],
    }
    config = parse({"http": {"contact": "uji@contoh.test"}, "notify": notify}, "uji")
    chat = TelegramChat(config, server.token)
    yield Dispatcher(writer, examples.RULES, {"telegram": chat}, config, time)
    await chat.close()


def counts(server: StandIn) -> int:
    return sum(name == "getChatMemberCount" for name, _ in server.calls)


async def told(dispatcher: Dispatcher, writer: Writer, server: StandIn, time: Time) -> str:
    """Owe one alert, send what is due, and return what the group read."""
    number = len(server.texts(-70))
    owe(writer, time.at, GROUP, finding_id=f"NTR-ABCD-234{number}")
    await dispatcher.run_once(10)
    (text,) = server.texts(-70)[number:]
    return text


async def test_another_number_masks_and_is_told_once_and_again_when_right(
    writer: Writer, server: StandIn, time: Time
) -> None:
    async with dispatching(writer, server, time) as dispatcher:
        server.members["-70"] = 6
        assert NAME in await told(dispatcher, writer, server, time)
        server.members["-70"] = 7
        time.pass_(60)
        assert NAME not in await told(dispatcher, writer, server, time)
        time.pass_(60)
        assert NAME not in await told(dispatcher, writer, server, time)
        server.members["-70"] = 6
        time.pass_(60)
        assert NAME in await told(dispatcher, writer, server, time)
        await dispatcher.run_once(10)
    raised, over = server.texts(9)
    assert "Percakapan Meja: anggotanya 7, padahal tercatat 6." in raised
    assert "cocok lagi" in over
    assert alarms.open_(writer.reader()) == []


async def test_the_number_is_asked_once_in_a_while(
    writer: Writer, server: StandIn, time: Time
) -> None:
    server.members["-70"] = 6
    async with dispatching(writer, server, time) as dispatcher:
        for _ in range(3):
            await told(dispatcher, writer, server, time)
        assert counts(server) == 1
        time.pass_(60)
        await told(dispatcher, writer, server, time)
        assert counts(server) == 2
        # A clock that was set back makes no answer fresh for ever.
        time.pass_(-3600)
        await told(dispatcher, writer, server, time)
        assert counts(server) == 3


async def test_a_number_that_cannot_be_had_counts_as_another(
    writer: Writer, server: StandIn, time: Time
) -> None:
    server.fault("no_photos", method="getChatMemberCount")
    async with dispatching(writer, server, time) as dispatcher:
        assert NAME not in await told(dispatcher, writer, server, time)
        await dispatcher.run_once(10)
    assert "anggotanya tidak dapat dihitung, padahal tercatat 6" in server.texts(9)[0]


async def test_a_fault_that_passes_only_puts_off(
    writer: Writer, server: StandIn, time: Time
) -> None:
    server.members["-70"] = 6
    server.fault("error", method="getChatMemberCount")
    async with dispatching(writer, server, time) as dispatcher:
        owe(writer, time.at, GROUP)
        assert (await dispatcher.run_once(10)).waiting == 1
        assert server.messages == []
        time.pass_(60)
        assert (await dispatcher.run_once(10)).sent == 1
    assert NAME in server.texts(-70)[0]


async def test_a_chat_without_a_number_is_not_counted(
    writer: Writer, server: StandIn, time: Time
) -> None:
    async with dispatching(writer, server, time, members=0) as dispatcher:
        assert NAME in await told(dispatcher, writer, server, time)
    assert counts(server) == 0


async def test_an_alarm_ends_with_the_number_on_record(
    writer: Writer, server: StandIn, time: Time
) -> None:
    server.members["-70"] = 7
    async with dispatching(writer, server, time) as dispatcher:
        await told(dispatcher, writer, server, time)
    assert [alarm.key for alarm in alarms.open_(writer.reader())] == ["roster:telegram:-70"]
    async with dispatching(writer, server, time, members=0) as dispatcher:
        await dispatcher.run_once(10)
    assert alarms.open_(writer.reader()) == []


def test_only_chats_have_members() -> None:
    routes = {"notify": {"routes": [{"notifier": "stdout", "members": 3}]}}
    with pytest.raises(ConfigError, match="members on routes to Telegram only"):
        parse({"http": {"contact": "uji@contoh.test"}} | routes, "uji")
