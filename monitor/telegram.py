"""The only python-telegram-bot: a thin Bot API client whose faults are ``NotifyError``.

Libraries leak here. PTB puts the token into the text of one of its errors, httpx logs whole
addresses, and a Bot API address holds the token. So no library text but Telegram's own
description leaves this file, and no library exception is left as context of ours.
"""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

# PTB's own opt-in: ``retry_after`` becomes a timedelta, and it stops warning about the change.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from telegram import Bot, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from monitor.config import Http
from monitor.config_notify import Telegram
from monitor.errors import CredentialsRefused, NotifyError

T = TypeVar("T")

SECRET = "telegram_token"  # noqa: S105 - the name of a secret file, not a secret

# These two log whole answers, which repeat a message's text, when an answer is not JSON.
for _name in ("telegram.request.BaseRequest", "telegram.request.HTTPXRequest"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class MarkupRefused(NotifyError):
    """Telegram could not read the HTML; the same words as plain text may still go out."""

    def __init__(self) -> None:
        super().__init__("Telegram: the message's markup was refused", permanent=True)


@dataclass(frozen=True, slots=True)
class Chat:
    """What Telegram says of a chat; one with a ``username`` can be read by anybody."""

    type: str
    username: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Telegram's answer to a message it took."""

    message_id: int
    at: datetime


class TelegramClient:
    """One bot. Every method raises ``NotifyError``; ``close`` comes last."""

    def __init__(self, token: str, settings: Telegram, http: Http) -> None:
        if not token:
            raise NotifyError(f"Telegram: secret {SECRET!r} is empty", permanent=True)
        self._token = token
        base = settings.api.rstrip("/")
        # An explicit context, because httpx would otherwise take its own list of authorities.
        verify = ssl.create_default_context(cafile=str(http.ca_file) if http.ca_file else None)
        self._bot = Bot(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=_request(settings, http.proxy, verify),
            get_updates_request=_request(settings, http.proxy, verify),
        )

    async def open(self) -> None:
        """Ask who the bot is, which proves the token; the first use does it by itself."""
        await self._call(self._bot.initialize())

    async def close(self) -> None:
        await self._call(self._bot.shutdown())

    async def chat(self, chat_id: str) -> Chat:
        """Return a chat's type (``private``, ``group``, ``supergroup``, ``channel``) and name."""
        await self.open()
        found = await self._call(self._bot.get_chat(chat_id))
        return Chat(found.type, found.username or "")

    async def send(self, chat_id: str, text: str, *, html: bool, reply_to: str = "") -> Accepted:
        """Send one message without link previews, which would show content unasked.

        It cannot be forwarded or saved from the chat: who may know was decided by the route.
        ``reply_to`` is a message's id; where that message is gone, this one still goes out.
        """
        await self.open()
        sent = await self._call(
            self._bot.send_message(
                chat_id,
                text,
                parse_mode=ParseMode.HTML if html else None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                protect_content=True,
                reply_parameters=_answer_to(reply_to),
            )
        )
        return Accepted(sent.message_id, sent.date.astimezone(UTC))

    async def send_photo(self, chat_id: str, png: bytes, caption: str, *, html: bool) -> Accepted:
        """Send a picture with a caption of at most 1024 characters; protected as ``send`` is."""
        await self.open()
        sent = await self._call(
            self._bot.send_photo(
                chat_id,
                png,
                caption=caption,
                parse_mode=ParseMode.HTML if html else None,
                filename="kartu.png",
                protect_content=True,
            )
        )
        return Accepted(sent.message_id, sent.date.astimezone(UTC))

    async def _call(self, request: Awaitable[T]) -> T:
        try:
            return await request
        except TelegramError as error:
            fault = self._translate(error)
        # Raised outside the handler, so that no library exception hangs on as its context.
        raise fault

    def _translate(self, error: TelegramError) -> NotifyError:
        # BadRequest is a NetworkError in PTB: asked later, bad markup would be retried for ever.
        if isinstance(error, RetryAfter):
            return NotifyError(
                "Telegram: too many messages", permanent=False, retry_after=_seconds(error)
            )
        if isinstance(error, InvalidToken):
            return CredentialsRefused("Telegram", SECRET)
        if isinstance(error, ChatMigrated):
            cause = f"Telegram: the group moved, set the route's destination to {error.new_chat_id}"
            return NotifyError(cause, permanent=True)
        if isinstance(error, BadRequest) and "can't parse entities" in error.message.lower():
            return MarkupRefused()
        if isinstance(error, (BadRequest, Forbidden)):
            said = error.message.replace(self._token, "[secret]")[:200]
            return NotifyError(f"Telegram refused: {said}", permanent=True)
        if isinstance(error, TimedOut):
            return NotifyError("Telegram: no answer in time", permanent=False)
        kind = "network fault" if isinstance(error, NetworkError) else "unreadable answer"
        return NotifyError(f"Telegram: {kind}", permanent=False)


def _request(settings: Telegram, proxy: str, verify: ssl.SSLContext) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=8,
        connect_timeout=settings.timeout,
        read_timeout=settings.timeout,
        write_timeout=settings.timeout,
        media_write_timeout=settings.timeout,
        pool_timeout=settings.timeout,
        proxy=proxy or None,
        httpx_kwargs={"verify": verify},
    )


def _answer_to(message_id: str) -> ReplyParameters | None:
    # Ids are numbers; what another notifier once stored is none.
    if not message_id.isdecimal():
        return None
    return ReplyParameters(int(message_id), allow_sending_without_reply=True)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
