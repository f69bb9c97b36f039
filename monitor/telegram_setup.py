"""What setting up a bot asks Telegram: a part of the one python-telegram-bot client."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from telegram import (
    ChatFullInfo,
    ChatMember,
    ChatMemberAdministrator,
    ChatMemberRestricted,
    Update,
)

from monitor.telegram import TelegramClient

# Asked without an offset, so that nothing is confirmed: what people wrote waits for the daemon.
SEEN = ("message", "my_chat_member", "channel_post", "callback_query")
MOST = 100
_GONE = frozenset({ChatMember.LEFT, ChatMember.BANNED})


class Lack(StrEnum):
    """Why a chat cannot be a destination as it is."""

    ABSENT = "absent"
    PUBLIC = "public"
    WRITE = "write"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class Bot:
    """Who the token belongs to. ``reads_all``: in groups it sees more than commands."""

    name: str
    username: str
    reads_all: bool


@dataclass(frozen=True, slots=True)
class Place:
    """A chat that the bot has heard from."""

    chat_id: str
    type: str
    title: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A chat as the bot may use it: its number of members, and what is in the way."""

    place: Place
    members: int
    lacks: tuple[Lack, ...]


class SetupClient(TelegramClient):
    """A client that looks around. Every method raises ``NotifyError``, as those of its base do."""

    async def who(self) -> Bot:
        """Ask who the bot is, which proves the token."""
        await self.open()
        me = await self._call(self._bot.get_me())
        return Bot(me.first_name, me.username or "", bool(me.can_read_all_group_messages))

    async def webhook(self) -> bool:
        """Say whether another program gets the bot's messages by a webhook."""
        await self.open()
        return bool((await self._call(self._bot.get_webhook_info())).url)

    async def drop_webhook(self) -> None:
        """Take the webhook away; what waits for it is kept."""
        await self.open()
        await self._call(self._bot.delete_webhook(drop_pending_updates=False))

    async def seen(self) -> list[Place]:
        """Return the chats that the bot has heard from and that nobody has dealt with yet.

        ``AnotherReads`` where another program asks for the same bot at this moment.
        """
        await self.open()
        asked = self._bot.get_updates(timeout=0, limit=MOST, allowed_updates=list(SEEN))
        return list(dict.fromkeys(_places(await self._call(asked))))

    async def check(self, chat_id: str) -> Checked:
        """Look at a chat: is the bot in it, may it post and show pictures, may anybody read it?"""
        await self.open()
        found = await self._call(self._bot.get_chat(chat_id))
        place = Place(str(found.id), found.type, found.title or found.first_name or "")
        if found.type == "private":
            return Checked(place, await self.members(chat_id), ())
        bot = await self._call(self._bot.get_chat_member(chat_id, self._bot.id))
        lacks = tuple(_lacks(found, bot))
        absent = Lack.ABSENT in lacks
        return Checked(place, 0 if absent else await self.members(chat_id), lacks)


def _places(updates: Sequence[Update]) -> Iterator[Place]:
    for update in updates:
        chat, moved = update.effective_chat, update.my_chat_member
        if chat and not (moved and moved.new_chat_member.status in _GONE):
            yield Place(str(chat.id), chat.type, chat.title or chat.first_name or "")


def _lacks(chat: ChatFullInfo, bot: ChatMember) -> Iterator[Lack]:
    if chat.username or chat.active_usernames:
        yield Lack.PUBLIC
    if bot.status in _GONE or (isinstance(bot, ChatMemberRestricted) and not bot.is_member):
        yield Lack.ABSENT
        return
    if not _may_write(chat, bot):
        yield Lack.WRITE
    elif not _may_show(chat, bot):
        yield Lack.PHOTO


def _may_write(chat: ChatFullInfo, bot: ChatMember) -> bool:
    if chat.type == "channel":
        return isinstance(bot, ChatMemberAdministrator) and bool(bot.can_post_messages)
    if isinstance(bot, ChatMemberRestricted):
        return bool(bot.can_send_messages)
    allowed = chat.permissions
    return bot.status != ChatMember.MEMBER or not allowed or bool(allowed.can_send_messages)


def _may_show(chat: ChatFullInfo, bot: ChatMember) -> bool:
    if chat.type == "channel":
        return True
    if isinstance(bot, ChatMemberRestricted):
        return bool(bot.can_send_photos)
    allowed = chat.permissions
    return bot.status != ChatMember.MEMBER or not allowed or bool(allowed.can_send_photos)
