"""How long a person waits between pressing a button and its answer, while alerts go out.

The real bot and the real dispatcher share one loop, as in the daemon, with Telegram's own limits
(30 messages a second over all chats, 20 a minute to a group). The Bot API is the stand-in, in the
same process: what it needs of the processor slows the answers too. Presses come evenly, by twenty
officers, on alerts that have arrived; each takes a case, so each is a step in the evidence log.

    python -m bench.desk --messages 1000 --presses 300
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

from monitor.config import Config
from monitor.config_notify import Telegram
from monitor.notify.telegram_chat import TelegramChat
from monitor.run.dispatch import Dispatcher
from tests.notify import examples
from tests.run.desk_stage import ANA, Desk, desk, listening
from tests.standin.telegram import StandIn

SEED = 20
OFFICERS = 20
PACE = 0.1
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def names(count: int) -> Iterator[str]:
    for number in range(count):
        a, b, c = number // 676, number // 26 % 26, number % 26
        yield f"NTR-UKUR-A{LETTERS[a]}{LETTERS[b]}{LETTERS[c]}"


def routed(settings: Config, server: StandIn, chats: int) -> Config:
    """Return the settings with Telegram's own limits and a route to each chat."""
    one = settings.notify.routes[0]
    routes = tuple(
        one.model_copy(update={"destination": str(-1000 - n), "health": False})
        for n in range(chats)
    )
    telegram = Telegram(api=server.url, timeout=20.0)
    notify = settings.notify.model_copy(update={"routes": routes, "telegram": telegram})
    return settings.model_copy(update={"notify": notify})


async def send(dispatcher: Dispatcher, room: Desk) -> None:
    """Send all that is owed, as the daemon does."""
    counts = "SELECT count(*) FROM outbox WHERE kind = 'finding' AND state = 'pending'"
    while room.writer.reader().execute(counts).fetchone()[0]:
        await dispatcher.run_once(100)
        await asyncio.sleep(PACE)


async def press(room: Desk, count: int, spread: float) -> list[str]:
    """Press evenly over ``spread`` seconds on alerts that have arrived and were not pressed."""
    chance, pressed, ids = random.Random(SEED), set[int](), []
    people = room.server.people
    for _ in range(count):
        await asyncio.sleep(spread / count)
        fresh = [m for m in room.server.messages if m.data and m.message_id not in pressed]
        if not fresh:
            continue
        message = chance.choice(fresh)
        pressed.add(message.message_id)
        ids.append(room.server.press(500 + chance.randrange(OFFICERS), message, message.data[0]))
    await people.until(lambda: all(one in people.answers for one in ids), seconds=120)
    return ids


async def main(messages: int, presses: int, chats: int) -> None:
    now, clock = datetime.now(UTC), lambda: datetime.now(UTC)
    folder = Path(tempfile.mkdtemp())
    async with StandIn() as server, desk(server, folder, clock) as room:
        settings = routed(room.settings, server, chats)
        room.appoint(*(replace(ANA, id=f"o{n:02}", telegram=500 + n) for n in range(OFFICERS)))
        for number, name in enumerate(names(messages)):
            room.found(now, name)
            with room.writer.transaction() as tx:
                tx.execute(
                    "UPDATE outbox SET destination = ? WHERE subject = ?",
                    (str(-1000 - number % chats), name),
                )
        chat = TelegramChat(settings, server.token)
        dispatcher = Dispatcher(room.writer, examples.RULES, {"telegram": chat}, settings, clock)
        spread = messages / settings.notify.telegram.overall_per_second
        async with listening(room):
            sending = asyncio.create_task(send(dispatcher, room))
            ids = await press(room, presses, spread)
            during = len([m for m in server.messages if m.chat_id < 0])
            await sending
        await chat.close()
        people = server.people
        waits = sorted(people.answered_at[one] - people.pressed_at[one] for one in ids)
        taken = sum(len(room.steps(name)) for name in names(messages))
    if taken != len(ids):
        raise SystemExit(f"{len(ids)} presses, but {taken} steps")
    print(f"seed {SEED}; {messages} alerts to {chats} groups, {during} of them sent meanwhile")
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    p95 = quantiles(waits, n=20)[-1]
    print(f"{len(waits)} presses, {taken} steps recorded")
    print(
        f"press to answer: median {median(waits):.3f} s, p95 {p95:.3f} s, worst {waits[-1]:.3f} s"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Press to answer while alerts are being sent")
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--presses", type=int, default=300)
    parser.add_argument("--chats", type=int, default=100)
    options = parser.parse_args()
    asyncio.run(main(options.messages, options.presses, options.chats))
