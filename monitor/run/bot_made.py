"""The desk's bot, put together: only where a route goes to Telegram and the settings want it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

from monitor.config import Config, read_secret
from monitor.model.rule import RuleSet
from monitor.run import desk_handlers
from monitor.run.bot_router import Router
from monitor.run.daemon import Task
from monitor.run.pipeline import Parts
from monitor.run.refresh import bot_wanted
from monitor.store.keys import KeyRing


def tasks(
    settings: Config,
    parts: Parts,
    keyring: KeyRing,
    ruleset: Callable[[], RuleSet],
    stack: AsyncExitStack,
) -> list[Task]:
    """Return the bot's task, or none; ``stack`` closes its connections. No request is made yet."""
    if not bot_wanted(settings):
        return []
    # The library behind these takes half a second to load.
    from monitor.run.bot import Bot, Keeper  # noqa: PLC0415
    from monitor.telegram import SECRET, TelegramClient  # noqa: PLC0415

    token = read_secret(settings, SECRET)
    client = TelegramClient(token, settings.notify.telegram, settings.http)
    stack.push_async_callback(client.close)
    handlers = desk_handlers.made(parts.writer, keyring, settings, parts.clock, ruleset)
    router = Router(parts.writer, settings, ruleset, handlers, parts.clock)
    return [Keeper(Bot(client, router, parts.health, settings, parts.clock), parts.health).run]
