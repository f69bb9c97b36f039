"""Which notifiers there are. A notifier's module is imported only when it is made."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, cast

from monitor.config import Config
from monitor.errors import ConfigError, Fault
from monitor.notify.base import Notifier, NotifierInfo

# Name as in a route of config.toml -> module:class. The class has ``INFO`` and is made from
# (config, secret); python-telegram-bot alone would double the start-up time of a short command.
NOTIFIERS = {
    "stdout": "monitor.notify.stdout:Stdout",
    "telegram": "monitor.notify.telegram_chat:TelegramChat",
}


def info(name: str) -> NotifierInfo:
    """Return what a notifier says of itself; raise ``ConfigError`` for an unknown name."""
    return cast("NotifierInfo", _load(name).INFO)


def make(name: str, config: Config, secret: Callable[[str], str]) -> Notifier:
    """Build a notifier; ``secret`` reads a named secret and is asked only where one is needed.

    Raises ``ConfigError`` for an unknown name and whatever ``secret`` raises.
    """
    kind = _load(name)
    needed = kind.INFO.needs_secret
    return cast("Notifier", kind(config, secret(needed) if needed else ""))


def _load(name: str) -> Any:
    try:
        module, _, attribute = NOTIFIERS[name].partition(":")
    except KeyError:
        known = "one of " + ", ".join(NOTIFIERS)
        raise ConfigError([Fault("config.toml", "notify.routes", known, repr(name))]) from None
    return getattr(import_module(module), attribute)
