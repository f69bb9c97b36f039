"""What happens in a Telegram group, as the updates that a bot in it gets.

Each is put into the stand-in's queue, where aiogram's model of an update judges it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.standin.people import People

CHANNEL = {"id": -1009000000001, "type": "channel", "title": "Calon", "username": "calon_satu"}


@dataclass(slots=True)
class Group:
    """One group; ``now`` is its clock. Users are numbers; ``names`` gives some a public name.

    A group without ``username`` is closed.
    """

    people: People
    now: Callable[[], datetime]
    id: int = -1001234567890
    username: str = "grup_relawan"
    names: dict[int, str] = field(default_factory=dict)
    last: int = 0

    @property
    def chat(self) -> dict[str, Any]:
        chat: dict[str, Any] = {"id": self.id, "type": "supergroup", "title": "Grup Relawan"}
        return chat | ({"username": self.username} if self.username else {})

    def user(self, number: int) -> dict[str, Any]:
        name = self.names.get(number)
        first = f"Orang {number}"
        user: dict[str, Any] = {"id": number, "is_bot": False, "first_name": first}
        return user | ({"username": name} if name else {})

    def say(self, user: int, text: str, **more: Any) -> dict[str, Any]:
        """Write a message and return it."""
        self.last += 1
        message = {
            "message_id": self.last,
            "date": int(self.now().timestamp()),
            "chat": self.chat,
            "from": self.user(user),
            **({"text": text} if text else {}),
            **more,
        }
        self.people.add({"message": message})
        return message

    def reply(self, user: int, to: dict[str, Any], text: str) -> dict[str, Any]:
        inner = {k: v for k, v in to.items() if k != "reply_to_message"}
        return self.say(user, text, reply_to_message=inner)

    def forward_channel(self, user: int, text: str, number: int = 7) -> dict[str, Any]:
        origin = {"type": "channel", "chat": CHANNEL, "message_id": number, "date": 1_700_000_000}
        return self.say(user, text, forward_origin=origin)

    def forward_person(self, user: int, text: str, name: str) -> dict[str, Any]:
        origin = {"type": "hidden_user", "sender_user_name": name, "date": 1_700_000_000}
        return self.say(user, text, forward_origin=origin)

    def post_of_channel(self, text: str) -> dict[str, Any]:
        """The linked channel's post, which Telegram puts into the group by itself."""
        robot = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
        more = {"sender_chat": CHANNEL, "is_automatic_forward": True, "from": robot}
        return self.say(0, text, **more)

    def anonymous(self, text: str) -> dict[str, Any]:
        """An administrator who writes as the group."""
        robot = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
        return self.say(0, text, **{"from": robot, "sender_chat": self.chat})

    def edit(self, message: dict[str, Any], text: str) -> None:
        edited = message | {"text": text, "edit_date": int(self.now().timestamp())}
        self.people.add({"edited_message": edited})

    def react(self, user: int, message: dict[str, Any], *emoji: str, before: str = "") -> None:
        change = {
            "chat": self.chat,
            "message_id": message["message_id"],
            "user": self.user(user),
            "date": int(self.now().timestamp()),
            "old_reaction": [{"type": "emoji", "emoji": before}] if before else [],
            "new_reaction": [{"type": "emoji", "emoji": one} for one in emoji],
        }
        self.people.add({"message_reaction": change})

    def join(self, user: int, by: int = 0, **more: Any) -> None:
        """Join by oneself, or be added ``by`` another."""
        change = {
            "chat": self.chat,
            "from": self.user(by or user),
            "date": int(self.now().timestamp()),
            "old_chat_member": {"status": "left", "user": self.user(user)},
            "new_chat_member": {"status": "member", "user": self.user(user)},
            **more,
        }
        self.people.add({"chat_member": change})

    def leave(self, user: int) -> None:
        change = {
            "chat": self.chat,
            "from": self.user(user),
            "date": int(self.now().timestamp()),
            "old_chat_member": {"status": "member", "user": self.user(user)},
            "new_chat_member": {"status": "left", "user": self.user(user)},
        }
        self.people.add({"chat_member": change})
