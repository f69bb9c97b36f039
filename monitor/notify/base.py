"""The notifier protocol: a rendered message to one destination, or a ``NotifyError``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from monitor.model.delivery import Limits, Message, Receipt


@dataclass(frozen=True, slots=True)
class NotifierInfo:
    """What a notifier is; ``needs_secret`` names the file under the secrets folder, if any."""

    name: str
    version: str
    max_chars: int
    needs_secret: str = ""


@runtime_checkable
class Counts(Protocol):
    """A notifier that can say how many read a destination."""

    async def members(self, destination: str) -> int:
        """Return the number, or raise ``NotifyError``: permanent where it cannot be had."""
        ...


class Notifier(Protocol):
    """One way out. Sending the same message twice must be recognisable, never harmful."""

    @property
    def info(self) -> NotifierInfo: ...

    def limits(self, destination: str) -> Limits:
        """Return how often the platform lets messages be sent to a destination, and over all."""
        ...

    async def open(self) -> None:
        """Prepare; raise ``NotifyError`` (permanent) where credentials are refused."""
        ...

    async def send(self, message: Message, destination: str) -> Receipt:
        """Deliver, or raise ``NotifyError`` with ``permanent`` or ``retry_after``."""
        ...

    async def withdraw(self, message: Message, message_id: str, destination: str) -> None:
        """Take a message back; where that is refused, say ``message`` in its place if possible.

        Raises a permanent ``NotifyError`` where it stays, and none where it is gone already.
        """
        ...

    async def change(
        self, message: Message, message_id: str, destination: str, instead: Message
    ) -> Receipt:
        """Change a message that was sent; where that cannot be done any more, send ``instead``.

        The receipt's message id is that of ``instead``, and empty where the message was changed.
        """
        ...

    async def close(self) -> None: ...
