"""Alerts on standard output, as plain text: for the demo, for trials, and for a journal."""

from __future__ import annotations

import sys
from typing import ClassVar

from monitor.clock import Clock, utc_now
from monitor.config import Config
from monitor.errors import NotifyError
from monitor.model.delivery import Limits, Message, Receipt
from monitor.notify.base import NotifierInfo

RULE = "─" * 72


class Stdout:
    """Prints the plain form, ruled off from the next. The destination is not used."""

    INFO: ClassVar = NotifierInfo("stdout", "1", max_chars=4096)

    def __init__(self, _config: Config, _secret: str = "", clock: Clock = utc_now) -> None:
        self._clock = clock
        self._printed = 0

    @property
    def info(self) -> NotifierInfo:
        return self.INFO

    def limits(self, destination: str) -> Limits:
        """Return that nothing limits printing."""
        del destination
        return Limits()

    async def open(self) -> None:
        """Nothing to prepare."""

    async def send(self, message: Message, destination: str) -> Receipt:
        del destination
        block = f"{RULE}\n{message.plain}\n{RULE}\n"
        # A terminal that is not UTF-8 must not stop an alert: it shows escapes instead.
        encoding = sys.stdout.encoding or "utf-8"
        try:
            sys.stdout.write(block.encode(encoding, "backslashreplace").decode(encoding))
            sys.stdout.flush()
        except OSError as error:
            cause = f"standard output: {error.strerror}"
            raise NotifyError(cause, permanent=False) from None
        self._printed += 1
        return Receipt(str(self._printed), self._clock())

    async def withdraw(self, message: Message, message_id: str, destination: str) -> None:
        """Refuse: what was printed stays printed."""
        del message, message_id, destination
        raise NotifyError("standard output: what was printed stays", permanent=True)

    async def change(
        self, message: Message, message_id: str, destination: str, instead: Message
    ) -> Receipt:
        """Print what is new: what was printed stays printed."""
        del message, message_id
        return await self.send(instead, destination)

    async def close(self) -> None:
        """Nothing to release."""
