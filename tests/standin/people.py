"""The other side of a chat: people who press and write, and what the bot was asked to show them."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from typing import Any

from aiogram.types import Update

from tests.standin.entities import Refused, utf16

BOT = {"id": 42, "is_bot": True, "first_name": "Stand-in", "username": "standin_bot"}
# What answerCallbackQuery may show, by the documentation.
ANSWER_LIMIT = 200


class People:
    """The queue of updates, as getUpdates hands it out, and what became of each press."""

    def __init__(self) -> None:
        self.queue: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.pressed_at: dict[str, float] = {}
        self.answered_at: dict[str, float] = {}
        self.files: dict[str, bytes] = {}
        # The menu of commands of a chat; "" is the one of all others.
        self.menus: dict[str, dict[str, str]] = {}
        self._numbers = itertools.count(1000)
        self._messages = itertools.count(500_000)
        self._changed = asyncio.Event()
        self._closed = False

    def press(self, user: int, shown: dict[str, Any], data: str) -> str:
        press_id = f"p{next(self._messages)}"
        query = {
            "id": press_id,
            "from": _person(user),
            "message": shown,
            "chat_instance": "1",
            "data": data,
        }
        self.pressed_at[press_id] = time.monotonic()
        self._put({"callback_query": query})
        return press_id

    def say(
        self, user: int, text: str, *, chat: dict[str, Any] | None = None, photo: bytes = b""
    ) -> int:
        """Write in the private chat, or in ``chat``; a ``photo`` takes the text as its caption."""
        message: dict[str, Any] = {
            "message_id": next(self._messages),
            "date": int(time.time()),
            "from": _person(user),
            "chat": chat or {"id": user, "type": "private", "first_name": "Orang"},
        }
        if photo:
            size = {"width": 1, "height": 1, "file_size": len(photo)}
            message |= {"photo": [{**self.keep(photo), **size}], "caption": text}
        else:
            message["text"] = text
        return self._put({"message": message})

    def add(self, what: dict[str, Any]) -> int:
        """Put an update of another kind into the queue."""
        return self._put(what)

    def keep(self, data: bytes) -> dict[str, str]:
        name = f"F{len(self.files)}"
        self.files[name] = data
        return {"file_id": name, "file_unique_id": name}

    def answer(self, parameters: dict[str, Any]) -> None:
        press_id = str(parameters["callback_query_id"])
        if press_id not in self.pressed_at or press_id in self.answers:
            raise Refused("query is too old and response timeout expired or query ID is invalid")
        if utf16(str(parameters.get("text", ""))) > ANSWER_LIMIT:
            raise Refused("MESSAGE_TOO_LONG")
        self.answers[press_id] = parameters
        self.answered_at[press_id] = time.monotonic()
        self._changed.set()

    async def updates(self, offset: int, wait: float, limit: int) -> list[dict[str, Any]]:
        """Long poll: what is before ``offset`` is done and never handed out again."""
        until = time.monotonic() + wait
        while not self._closed:
            if offset:
                self.queue = [u for u in self.queue if u["update_id"] >= offset]
            left = until - time.monotonic()
            if self.queue or left <= 0:
                break
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                break
        return self.queue[:limit]

    @property
    def menu(self) -> dict[str, str]:
        return self.menus.get("", {})

    def changed(self) -> None:
        """Wake whoever waits for something to have happened."""
        self._changed.set()

    async def until(self, happened: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait until something has happened here; ``TimeoutError`` where it does not."""
        async with asyncio.timeout(seconds):
            while not happened():
                self._changed.clear()
                await self._changed.wait()

    def close(self) -> None:
        self._closed = True
        self._changed.set()

    def _put(self, what: dict[str, Any]) -> int:
        update = {"update_id": next(self._numbers), **what}
        Update.model_validate(update)
        self.queue.append(update)
        self._changed.set()
        return int(update["update_id"])


def _person(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": "Orang"}
