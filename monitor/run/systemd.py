"""The only sdnotify: READY, STATUS, WATCHDOG and STOPPING to systemd; silent elsewhere."""

from __future__ import annotations

import sdnotify

_notifier = sdnotify.SystemdNotifier()


def ready() -> None:
    _notifier.notify("READY=1")


def status(text: str) -> None:
    _notifier.notify(f"STATUS={text}")


def alive() -> None:
    _notifier.notify("WATCHDOG=1")


def stopping() -> None:
    _notifier.notify("STOPPING=1")
