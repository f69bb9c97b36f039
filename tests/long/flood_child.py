"""The sender of the fault run: the program's dispatcher and client in a process to be killed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from monitor import config
from monitor.clock import utc_now
from monitor.log import set_up
from monitor.notify.telegram_chat import TelegramChat
from monitor.run.daemon import DISPATCH_LIMIT, DISPATCH_SECONDS
from monitor.run.dispatch import Dispatcher
from monitor.store.writer import Writer
from tests.notify import examples

DATABASE, SETTINGS = "db.sqlite3", "settings.json"


def send(folder: Path, token: str) -> None:
    """Send what is owed, as the daemon does, until the process is killed."""
    set_up("CRITICAL")
    asyncio.run(_send(folder, token))


async def _send(folder: Path, token: str) -> None:
    settings = config.parse(json.loads((folder / SETTINGS).read_text("utf-8")), "flood")
    writer = Writer(folder / DATABASE)
    chat = TelegramChat(settings, token)
    sender = Dispatcher(writer, examples.RULES, {"telegram": chat}, settings, utc_now)
    while True:
        sender.begin(DISPATCH_LIMIT)
        await asyncio.sleep(DISPATCH_SECONDS)
