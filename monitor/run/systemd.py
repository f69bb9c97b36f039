"""The only sdnotify: READY, STATUS, WATCHDOG and STOPPING to systemd; silent elsewhere."""

from __future__ import annotations

import functools
import os

import sdnotify


def ready() -> None:
    _notify("READY=1")


def status(text: str) -> None:
    _notify(f"STATUS={text}")


def alive() -> None:
    _notify("WATCHDOG=1")


def stopping() -> None:
    _notify("STOPPING=1")


def _notify(text: str) -> None:
    # Without systemd's address the library would leave an open socket behind.
    if os.environ.get("NOTIFY_SOCKET"):
        _notifier().notify(text)


@functools.cache
def _notifier() -> sdnotify.SystemdNotifier:
    return sdnotify.SystemdNotifier()
