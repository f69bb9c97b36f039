"""How the bot stands in chats, and whether a webhook takes its messages."""

from __future__ import annotations

import time
from typing import Any

from aiogram.types import (
    ChatMemberAdministrator,
    ChatMemberLeft,
    ChatMemberMember,
    ChatMemberRestricted,
    WebhookInfo,
)
from pydantic import BaseModel

from tests.standin.people import BOT

KINDS: dict[str, type[BaseModel]] = {
    "administrator": ChatMemberAdministrator,
    "member": ChatMemberMember,
    "restricted": ChatMemberRestricted,
    "left": ChatMemberLeft,
}


class Standing:
    """``webhook`` is an address or ""; a chat that nothing was said of has the bot as a member."""

    def __init__(self) -> None:
        self.webhook = ""
        # Whether privacy mode is off (``can_read_all_group_messages``); it is on for a new bot.
        self.reads_all = False
        self._members: dict[str, dict[str, Any]] = {}

    def put(self, chat: str, status: str, **rights: bool) -> None:
        """Say how the bot stands in a chat, with rights that are not as usual."""
        member: dict[str, Any] = {"status": status, "user": BOT}
        if status == "administrator":
            member |= dict.fromkeys(_required(ChatMemberAdministrator), False)
            member |= {"can_post_messages": True}
        if status == "restricted":
            member |= dict.fromkeys(_required(ChatMemberRestricted), True) | {"until_date": 0}
        self._members[chat] = member | {"status": status, "user": BOT} | rights

    def member(self, chat: str) -> dict[str, Any]:
        found = self._members.get(chat) or {"status": "member", "user": BOT}
        KINDS[found["status"]].model_validate(found)
        return found

    def added(self, chat: dict[str, Any], user: int, status: str = "member") -> dict[str, Any]:
        """Return the update that Telegram sends when somebody adds or removes the bot."""
        self.put(str(chat["id"]), status)
        old = {"status": "left", "user": BOT}
        return {
            "my_chat_member": {
                "chat": chat,
                "from": {"id": user, "is_bot": False, "first_name": "Orang"},
                "date": int(time.time()),
                "old_chat_member": old,
                "new_chat_member": self.member(str(chat["id"])),
            }
        }

    def hook(self) -> dict[str, Any]:
        info = {
            "url": self.webhook,
            "has_custom_certificate": False,
            "pending_update_count": 0,
        }
        WebhookInfo.model_validate(info)
        return info


def _required(kind: type[BaseModel]) -> list[str]:
    """Return what the documentation always states of such a member: newer versions state more."""
    return [name for name, field in kind.model_fields.items() if field.is_required()]
