"""The only python-telegram-bot: a thin Bot API client whose faults are ``NotifyError``.

Libraries leak here. PTB puts the token into the text of one of its errors, httpx logs whole
addresses, and a Bot API address holds the token. So no library text but Telegram's own
description leaves this file, and no library exception is left as context of ours.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from telegram import Bot, BotCommandScopeChat, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from monitor.config import Http
from monitor.config_notify import Telegram
from monitor.errors import NotifyError
from monitor.model import update as ours
from monitor.model.update import Attachment, Keyboard
from monitor.telegram_faults import SECRET, MarkupRefused, Uneditable, Unmodified, translate
from monitor.telegram_updates import WANTED, buttons, markup, read

__all__ = ["SECRET", "Accepted", "Chat", "MarkupRefused", "TelegramClient", "Uneditable"]

T = TypeVar("T")

# Twice what a second may bring: chats that do not answer must not keep others from a connection.
CONNECTIONS = 64

# These two log whole answers, which repeat a message's text, when an answer is not JSON.
for _name in ("telegram.request.BaseRequest", "telegram.request.HTTPXRequest"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Chat:
    """What Telegram says of a chat; one with a ``username`` can be read by anybody."""

    type: str
    username: str
    title: str = ""
    id: int = 0


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
        title = found.title or found.first_name or ""
        return Chat(found.type, found.username or "", title, found.id)

    async def members(self, chat_id: str) -> int:
        """Return how many are in a chat, the bot among them."""
        await self.open()
        return await self._call(self._bot.get_chat_member_count(chat_id))

    async def send(
        self,
        chat_id: str,
        text: str,
        *,
        html: bool,
        reply_to: str = "",
        keyboard: Keyboard = (),
        ask: bool = False,
    ) -> Accepted:
        """Send one message without link previews, which would show content unasked.

        It cannot be forwarded or saved from the chat: who may know was decided by the route.
        ``reply_to`` is a message's id; where that message is gone, this one still goes out.
        ``ask`` opens the field for an answer, instead of buttons.
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
                reply_markup=markup(keyboard, ask=ask),
            )
        )
        return Accepted(sent.message_id, sent.date.astimezone(UTC))

    async def send_photo(
        self,
        chat_id: str,
        png: bytes,
        caption: str,
        *,
        html: bool,
        reply_to: str = "",
        keyboard: Keyboard = (),
    ) -> Accepted:
        """Send a picture with a caption of at most 1024 characters; otherwise as ``send``."""
        await self.open()
        sent = await self._call(
            self._bot.send_photo(
                chat_id,
                png,
                caption=caption,
                parse_mode=ParseMode.HTML if html else None,
                filename="kartu.png",
                protect_content=True,
                reply_parameters=_answer_to(reply_to),
                reply_markup=buttons(keyboard),
            )
        )
        return Accepted(sent.message_id, sent.date.astimezone(UTC))

    async def send_document(
        self, chat_id: str, data: bytes, name: str, caption: str = "", *, html: bool = False
    ) -> Accepted:
        """Send a file under a name, with a caption of at most 1024 characters; protected."""
        await self.open()
        sent = await self._call(
            self._bot.send_document(
                chat_id,
                data,
                caption=caption or None,
                parse_mode=ParseMode.HTML if html else None,
                filename=name,
                protect_content=True,
            )
        )
        return Accepted(sent.message_id, sent.date.astimezone(UTC))

    async def edit(
        self, chat_id: str, message_id: str, text: str, *, html: bool, keyboard: Keyboard = ()
    ) -> None:
        """Change a text message in place; without a keyboard its buttons go.

        A message that reads so already is fine. Raises ``Uneditable`` for one that is gone, too
        old or not the bot's, and ``NotThisKind`` for one with a caption.
        """
        await self.open()
        await self._edited(
            self._bot.edit_message_text(
                text,
                chat_id,
                _number(message_id),
                parse_mode=ParseMode.HTML if html else None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_markup=buttons(keyboard),
            )
        )

    async def edit_caption(
        self, chat_id: str, message_id: str, caption: str, *, html: bool, keyboard: Keyboard = ()
    ) -> None:
        """Change what stands under a picture or file; otherwise as ``edit``."""
        await self.open()
        await self._edited(
            self._bot.edit_message_caption(
                chat_id,
                _number(message_id),
                caption=caption,
                parse_mode=ParseMode.HTML if html else None,
                reply_markup=buttons(keyboard),
            )
        )

    async def edit_keyboard(self, chat_id: str, message_id: str, keyboard: Keyboard = ()) -> None:
        """Change only the buttons under a message; otherwise as ``edit``."""
        await self.open()
        number = _number(message_id)
        shown = buttons(keyboard)
        await self._edited(self._bot.edit_message_reply_markup(chat_id, number, reply_markup=shown))

    async def delete(self, chat_id: str, message_id: str) -> None:
        """Delete a message; ``Uneditable`` where Telegram will not, or it is gone."""
        await self.open()
        await self._call(self._bot.delete_message(chat_id, _number(message_id)))

    async def updates(self, offset: int, wait: float) -> list[ours.Update]:
        """Wait up to ``wait`` seconds for what people did, from update ``offset`` on.

        Asking from an offset tells Telegram that all before it is done; they never come again.
        """
        await self.open()
        found = await self._call(
            self._bot.get_updates(
                offset=offset or None, timeout=int(wait), allowed_updates=list(WANTED)
            )
        )
        return [read(update) for update in found]

    async def answer(self, press_id: str, text: str = "", *, alert: bool = False) -> None:
        """Answer a press with at most 200 characters, in a box where ``alert``."""
        await self.open()
        asked = self._bot.answer_callback_query(press_id, text or None, show_alert=alert)
        await self._call(asked)

    async def commands(self, about: Mapping[str, str], chat_id: str = "") -> None:
        """Set the menu of commands, command to what it does: everywhere, or in one chat."""
        await self.open()
        scope = BotCommandScopeChat(chat_id) if chat_id else None
        await self._call(self._bot.set_my_commands(list(about.items()), scope=scope))

    async def fetch(self, file: Attachment) -> bytes:
        """Return the bytes of what somebody sent; Telegram hands over at most 20 MB."""
        await self.open()
        found = await self._call(self._bot.get_file(file.file_id))
        return bytes(await self._call(found.download_as_bytearray()))

    async def _edited(self, request: Awaitable[object]) -> None:
        try:
            await self._call(request)
        except Unmodified:
            return

    async def _call(self, request: Awaitable[T]) -> T:
        try:
            return await request
        except TelegramError as error:
            fault = translate(error, self._token)
        # Raised outside the handler, so that no library exception hangs on as its context.
        raise fault


def _request(settings: Telegram, proxy: str, verify: ssl.SSLContext) -> HTTPXRequest:
    return HTTPXRequest(
        connection_pool_size=CONNECTIONS,
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


def _number(message_id: str) -> int:
    # Ids are numbers; what another notifier once stored is none.
    if not message_id.isdecimal():
        raise Uneditable(f"no message has the id {message_id[:20]!r}")
    return int(message_id)
