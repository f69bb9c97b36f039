"""Send through a Telegram that misbehaves: nothing is lost, and what comes twice is explained.

    python -m tests.long.faults --percent 10 --seed 7

Each case owes some messages to several chats, orders random faults, lets the real dispatcher and
the real client send until nothing is pending, and checks: each message arrived, or is a dead
letter because its chat refused it for good; one came twice only where the server had accepted it
without answering; each chat was told in order.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import config
from monitor.log import set_up
from monitor.model.delivery import DeliveryState
from monitor.notify.telegram_chat import TelegramChat
from monitor.run.compose import HEALTH
from monitor.run.dispatch import Dispatcher
from monitor.store import migrate, outbox
from monitor.store.writer import Writer
from tests.long import drill
from tests.notify import examples
from tests.standin.telegram import StandIn

FULL = 1_000
PASSING = ("too_many", "busy", "error", "lost", "reset", "page", "cut", "unauthorized")
FINAL = ("blocked", "migrated")
ROUNDS = 200


class Time:
    """A clock that the drill moves, so that waiting costs nothing."""

    def __init__(self) -> None:
        self.at = datetime(2024, 10, 12, 2, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


def case(rng: random.Random, number: int) -> None:
    """Owe, disturb, send, compare."""
    asyncio.run(_case(rng, number))


async def _case(rng: random.Random, number: int) -> None:
    time = Time()
    chats = [str(-1001 - n) for n in range(rng.randint(1, 4))]
    with tempfile.TemporaryDirectory() as folder:
        migrate.upgrade(Path(folder) / "db.sqlite3")
        writer = Writer(Path(folder) / "db.sqlite3")
        async with StandIn() as server:
            settings = _settings(server.url)
            chat = TelegramChat(settings, server.token)
            sender = Dispatcher(writer, examples.RULES, {"telegram": chat}, settings, time)
            owed = _owe(writer, rng, chats, number, time.at)
            refused = _disturb(server, rng, chats)
            await _send_all(sender, writer, time)
            await chat.close()
            _compare(server, writer, owed, refused)
        writer.close()


def _settings(url: str) -> config.Config:
    raw = {
        "http": {"contact": "drill@netralitas.example"},
        "notify": {"telegram": {"api": url, "timeout": 0.5}, "max_attempts": 1000},
    }
    return config.parse(raw, "drill")


def _owe(
    writer: Writer, rng: random.Random, chats: list[str], number: int, at: datetime
) -> list[tuple[str, str]]:
    owed = [(rng.choice(chats), f"kasus-{number}-{n}-selesai") for n in range(rng.randint(3, 12))]
    with writer.transaction() as tx:
        for seq, (chat, text) in enumerate(owed):
            route = [("telegram", chat)]
            outbox.put(tx, kind=HEALTH, subject=text, seq=seq, destinations=route, at=at, body=text)
    return owed


def _disturb(server: StandIn, rng: random.Random, chats: list[str]) -> set[str]:
    for _ in range(rng.randint(1, 6)):
        server.fault(rng.choice(PASSING), chat=rng.choice(chats), times=rng.randint(1, 3))
    refused = {chat for chat in chats if rng.random() < 0.15}
    for chat in refused:
        server.fault(rng.choice(FINAL), chat=chat, times=1_000)
    return refused


async def _send_all(sender: Dispatcher, writer: Writer, time: Time) -> None:
    for _ in range(ROUNDS):
        await sender.run_once(100)
        if not outbox.backlog(writer.reader())[DeliveryState.PENDING]:
            return
        time.at += timedelta(hours=1)
    raise AssertionError("messages are still pending after all faults were used up")


def _compare(
    server: StandIn, writer: Writer, owed: list[tuple[str, str]], refused: set[str]
) -> None:
    told = Counter((str(m.chat_id), _key(m.text, owed)) for m in server.messages)
    for chat, text in owed:
        if chat not in refused:
            assert told[chat, text], f"{text} was lost"
    twice = sum(count - 1 for count in told.values())
    silent = sum(not m.answered for m in server.messages)
    assert twice <= silent, f"{twice} repeated, but only {silent} were accepted without an answer"
    states = dict(writer.reader().execute("SELECT subject, state FROM outbox").fetchall())
    for chat, text in owed:
        assert states[text] == ("dead" if chat in refused else "sent"), (text, states[text])
    _in_order(server, owed)


def _in_order(server: StandIn, owed: list[tuple[str, str]]) -> None:
    for chat in {chat for chat, _ in owed}:
        wanted = [text for other, text in owed if other == chat]
        first = list(
            dict.fromkeys(_key(m.text, owed) for m in server.messages if str(m.chat_id) == chat)
        )
        assert first == [text for text in wanted if text in first], f"chat {chat} out of order"


def _key(text: str, owed: list[tuple[str, str]]) -> str:
    return next(wanted for _, wanted in owed if wanted in text)


if __name__ == "__main__":
    set_up("ERROR")
    drill.main("faults", FULL, case)
