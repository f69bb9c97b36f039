"""Alerts to a private Telegram chat, group or channel; never to one that anybody can read."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from typing import ClassVar

from monitor.config import Config
from monitor.errors import CredentialsRefused, NotifyError
from monitor.log import logger
from monitor.model.delivery import Message, Picture, Receipt
from monitor.notify.base import NotifierInfo
from monitor.telegram import SECRET, Accepted, MarkupRefused, TelegramClient


class Bucket:
    """Tokens that refill evenly: ``capacity`` at once, ``per_second`` afterwards."""

    def __init__(self, capacity: int, per_second: float) -> None:
        self._capacity = float(capacity)
        self._per_second = per_second
        self._tokens = float(capacity)
        self._at = 0.0

    def wait(self, now: float) -> float:
        """Return the seconds until a token is there; 0 means one may be taken."""
        filled = self._tokens + (now - self._at) * self._per_second
        self._tokens, self._at = min(self._capacity, filled), now
        return 0.0 if self._tokens >= 1 else (1 - self._tokens) / self._per_second

    def take(self) -> None:
        self._tokens -= 1


class TelegramChat:
    """Sends the picture with its caption, else HTML, and plain where the HTML cannot be read.

    Telegram limits messages per chat and per bot. Where a bucket is empty the message is handed
    back with the wait instead of being held here, so that one busy chat delays no other.
    """

    INFO: ClassVar = NotifierInfo("telegram", "1", max_chars=4096, needs_secret=SECRET)

    def __init__(
        self, config: Config, secret: str, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        settings = config.notify.telegram
        per_minute = settings.per_chat_per_minute
        self._client = TelegramClient(secret, settings, config.http)
        self._monotonic = monotonic
        self._overall = Bucket(settings.overall_per_second, settings.overall_per_second)
        self._chats: defaultdict[str, Bucket] = defaultdict(
            lambda: Bucket(per_minute, per_minute / 60)
        )

    @property
    def info(self) -> NotifierInfo:
        return self.INFO

    async def open(self) -> None:
        await self._client.open()

    async def send(self, message: Message, destination: str) -> Receipt:
        self._take_turn(destination)
        await self._refuse_public(destination)
        accepted = await self._deliver(message, destination)
        return Receipt(str(accepted.message_id), accepted.at)

    async def close(self) -> None:
        await self._client.close()

    async def _deliver(self, message: Message, destination: str) -> Accepted:
        if message.picture:
            try:
                return await self._deliver_photo(message.picture, destination)
            except CredentialsRefused:
                raise
            except NotifyError as error:
                if not error.permanent:
                    raise
                # A group may forbid pictures and still take words; the picture stays on file.
                logger.warning("{}: the card was refused, words go instead", message.subject)
        return await self._deliver_text(message, destination)

    async def _deliver_photo(self, picture: Picture, destination: str) -> Accepted:
        try:
            return await self._client.send_photo(destination, picture.png, picture.html, html=True)
        except MarkupRefused:
            return await self._client.send_photo(
                destination, picture.png, picture.plain, html=False
            )

    async def _deliver_text(self, message: Message, destination: str) -> Accepted:
        after = message.reply_to
        try:
            return await self._client.send(destination, message.html, html=True, reply_to=after)
        except MarkupRefused:
            return await self._client.send(destination, message.plain, html=False, reply_to=after)

    async def _refuse_public(self, destination: str) -> None:
        # Asked each time: a chat can be made public after it was put into the config.
        chat = await self._client.chat(destination)
        if chat.type != "private" and chat.username:
            cause = f"Telegram: the {chat.type} is public, alerts go to private chats only"
            raise NotifyError(cause, permanent=True)

    def _take_turn(self, destination: str) -> None:
        now = self._monotonic()
        chat = self._chats[destination]
        wait = max(self._overall.wait(now), chat.wait(now))
        if wait:
            raise NotifyError("Telegram: own rate limit", permanent=False, retry_after=wait)
        self._overall.take()
        chat.take()
