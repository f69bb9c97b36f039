"""Alerts to a private Telegram chat, group or channel; never to one that anybody can read."""

from __future__ import annotations

from contextlib import suppress
from typing import ClassVar

from monitor.clock import utc_now
from monitor.config import Config
from monitor.errors import CredentialsRefused, NotifyError
from monitor.log import logger
from monitor.model.delivery import Limit, Limits, Message, Picture, Receipt
from monitor.notify.base import NotifierInfo
from monitor.telegram import SECRET, Accepted, MarkupRefused, TelegramClient
from monitor.telegram_faults import Moved, NotThisKind, Uneditable

# Telegram: one message a second to a person; short bursts are let through.
TO_A_PERSON = Limit(20, 20.0)
SUPERGROUP = "supergroup"
# What Telegram says of a message that somebody deleted before us.
GONE = "not found"


class TelegramChat:
    """Sends the picture with its caption, else HTML, and plain where the HTML cannot be read.

    Telegram limits messages per chat and per bot (``limits``); whoever sends keeps to it.
    """

    INFO: ClassVar = NotifierInfo("telegram", "1", max_chars=4096, needs_secret=SECRET)

    def __init__(self, config: Config, secret: str) -> None:
        settings = config.notify.telegram
        self._client = TelegramClient(secret, settings, config.http)
        self._group = Limit(settings.per_chat_per_minute, 60.0)
        self._overall = Limit(settings.overall_per_second, 1.0)

    @property
    def info(self) -> NotifierInfo:
        return self.INFO

    async def open(self) -> None:
        await self._client.open()

    def limits(self, destination: str) -> Limits:
        """Return Telegram's limits: channels count as groups, and only persons have numbers > 0."""
        person = destination.isdecimal()
        return Limits(TO_A_PERSON if person else self._group, self._overall)

    async def members(self, destination: str) -> int:
        """Return the number of members that Telegram shows, the bot among them."""
        return await self._client.members(destination)

    async def send(self, message: Message, destination: str) -> Receipt:
        """Deliver, also where Telegram says at that moment that the group has a new number.

        Only Telegram's own answer about this very chat is followed, it is asked each time anew,
        and the new chat must be a supergroup that is not public: it is the same people.
        """
        try:
            await self._refuse_public(destination)
            accepted = await self._deliver(message, destination)
        except Moved as moved:
            await self._refuse_public(moved.to, moved=True)
            accepted = await self._deliver(message, moved.to)
            return Receipt(str(accepted.message_id), accepted.at, moved_to=moved.to)
        return Receipt(str(accepted.message_id), accepted.at)

    async def withdraw(self, message: Message, message_id: str, destination: str) -> None:
        """Delete a message; Telegram may refuse after 48 hours, and then only its words go.

        A group that moved is not followed: the same number is another message there.
        """
        try:
            await self._client.delete(destination, message_id)
        except Uneditable as refusal:
            if GONE in str(refusal).lower():
                return
            with suppress(NotifyError):
                await self._say_instead(message, message_id, destination)
            raise

    async def _say_instead(self, message: Message, message_id: str, destination: str) -> None:
        words = message.html
        try:
            await self._client.edit_caption(destination, message_id, words, html=True)
        except NotThisKind:
            await self._client.edit(destination, message_id, words, html=True)

    async def change(
        self, message: Message, message_id: str, destination: str, instead: Message
    ) -> Receipt:
        """Edit a message in place, caption or text as it is; answer it where Telegram will not."""
        try:
            await self._edit(message, message_id, destination)
        except Uneditable:
            return await self.send(instead, destination)
        return Receipt("", utc_now())

    async def _edit(self, message: Message, message_id: str, destination: str) -> None:
        shown, keyboard = message.picture, message.keyboard
        if shown:
            # Where the picture was refused then, words went instead, and are edited below.
            with suppress(NotThisKind):
                await self._client.edit_caption(
                    destination, message_id, shown.html, html=True, keyboard=keyboard
                )
                return
        await self._client.edit(destination, message_id, message.html, html=True, keyboard=keyboard)

    async def close(self) -> None:
        await self._client.close()

    async def _deliver(self, message: Message, destination: str) -> Accepted:
        if message.picture:
            try:
                return await self._deliver_photo(message, message.picture, destination)
            except (CredentialsRefused, Moved):
                raise
            except NotifyError as error:
                if not error.permanent:
                    raise
                # A group may forbid pictures and still take words; the picture stays on file.
                logger.warning("{}: the card was refused, words go instead", message.subject)
        return await self._deliver_text(message, destination)

    async def _deliver_photo(
        self, message: Message, picture: Picture, destination: str
    ) -> Accepted:
        png, after, keys = picture.png, message.reply_to, message.keyboard
        try:
            return await self._client.send_photo(
                destination, png, picture.html, html=True, reply_to=after, keyboard=keys
            )
        except MarkupRefused:
            return await self._client.send_photo(
                destination, png, picture.plain, html=False, reply_to=after, keyboard=keys
            )

    async def _deliver_text(self, message: Message, destination: str) -> Accepted:
        after, keys = message.reply_to, message.keyboard
        try:
            return await self._client.send(
                destination, message.html, html=True, reply_to=after, keyboard=keys
            )
        except MarkupRefused:
            return await self._client.send(
                destination, message.plain, html=False, reply_to=after, keyboard=keys
            )

    async def _refuse_public(self, destination: str, *, moved: bool = False) -> None:
        # Asked each time: a chat can be made public after it was put into the config.
        chat = await self._client.chat(destination)
        if chat.type != "private" and chat.username:
            cause = f"Telegram: the {chat.type} is public, alerts go to private chats only"
            raise NotifyError(cause, permanent=True)
        if moved and chat.type != SUPERGROUP:
            cause = f"Telegram: the group moved to {destination}, which is a {chat.type}"
            raise NotifyError(cause, permanent=True)
