"""A Bot API server on loopback. aiogram's models, made from Telegram's documentation, judge it.

Each request must be a known method without unknown parameters, and each answer a valid type; what
they refuse is answered with 400 or stops the server. Faults are ordered through ``fault`` or
``POST /sim/fault``; ``GET /sim/messages`` tells what was accepted, also where no answer came back.

    python -m tests.standin.telegram --port 9001 --token 42:secret
"""

from __future__ import annotations

import argparse
import asyncio
import inspect
import json
import re
import struct
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any, Self

import aiogram.methods
from aiogram.methods.base import TelegramMethod
from aiogram.types import BufferedInputFile, ChatFullInfo, Message, User
from aiohttp import web
from pydantic import ValidationError

from tests.standin.entities import CAPTION_LIMIT, Refused, check_length, parse, utf16

METHODS: dict[str, type[TelegramMethod[Any]]] = {
    kind.__api_method__.lower(): kind
    for kind in vars(aiogram.methods).values()
    if inspect.isclass(kind) and issubclass(kind, TelegramMethod) and kind is not TelegramMethod
}
# Parameters that are texts even where they begin like JSON.
TEXTS = frozenset({"text", "caption", "chat_id", "parse_mode"})
# What the documentation of sendPhoto allows: 10 MB, width and height together 10000, ratio 20.
PHOTO_BYTES, PHOTO_SIDES, PHOTO_RATIO = 10_000_000, 10_000, 20
# Chat numbers have at most 52 significant bits.
NUMBER = re.compile(r"-?\d{1,16}")
# The method that a fault concerns when none is named: whatever shows a message.
SENDING = "send"
BOT = {"id": 42, "is_bot": True, "first_name": "Stand-in", "username": "standin_bot"}
ANSWERS: dict[str, tuple[int, str]] = {
    "too_many": (429, "Too Many Requests: retry after {seconds}"),
    "busy": (429, "Too Many Requests"),
    "error": (500, "Internal Server Error"),
    "markup": (400, "Bad Request: can't parse entities: unsupported start tag"),
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "migrated": (400, "Bad Request: group chat was upgraded to a supergroup chat"),
    "unauthorized": (401, "Unauthorized"),
    "no_photos": (400, "Bad Request: not enough rights to send photos to the chat"),
}


@dataclass(slots=True)
class Fault:
    """One ordered fault, used up after ``times`` requests.

    ``kind`` is one of ``ANSWERS``, or ``lost`` (accepted, never answered), ``reset`` (connection
    torn), ``page`` (502 with HTML), ``cut`` (half an answer). An empty ``chat`` means any.
    """

    kind: str
    method: str = SENDING
    chat: str = ""
    times: int = 1
    seconds: int = 3

    def concerns(self, method: str, chat: str) -> bool:
        methods = {"sendmessage", "sendphoto"} if self.method == SENDING else {self.method.lower()}
        return self.times > 0 and method in methods and self.chat in ("", chat)


@dataclass(slots=True)
class Accepted:
    """A message that was taken: what a person would see, and what was asked for.

    ``text`` is a caption where there is a ``photo`` (its bytes in hex). ``answered`` is false
    where the sender was never told that it was taken.
    """

    chat_id: int
    message_id: int
    text: str
    entities: list[dict[str, Any]]
    parameters: dict[str, Any] = field(repr=False)
    answered: bool = True
    photo: str = ""


class StandIn:
    """The server; an async context manager. ``url`` is what ``notify.telegram.api`` is set to."""

    def __init__(self, token: str = "42:stand-in-token", port: int = 0) -> None:
        self.token = token
        self.messages: list[Accepted] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults: list[Fault] = []
        self.chats: dict[str, dict[str, Any]] = {}
        self.url = ""
        self._port = port
        self._closing = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._api)
        app.router.add_get("/sim/messages", self._tell_messages)
        app.router.add_post("/sim/fault", self._order_fault)
        app.router.add_post("/sim/chat", self._set_chat)
        self._runner = web.AppRunner(app, shutdown_timeout=1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._runner.cleanup()

    def fault(self, kind: str, **order: Any) -> None:
        self.faults.append(Fault(kind, **order))

    def texts(self, chat_id: int | None = None) -> list[str]:
        return [m.text for m in self.messages if chat_id in (None, m.chat_id)]

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].lower()
        if request.match_info["token"] != self.token:
            return _error(401, "Unauthorized")
        kind = METHODS.get(method)
        if kind is None:
            return _error(404, "Not Found: method not found")
        parameters = await _parameters(request)
        self.calls.append((kind.__api_method__, parameters))
        unknown = set(parameters) - set(kind.model_fields)
        try:
            kind.model_validate(parameters)
        except ValidationError as error:
            return _error(400, f"Bad Request: {error.errors()[0]['loc']}")
        if unknown:
            return _error(400, f"Bad Request: unknown parameter {sorted(unknown)}")
        try:
            return await self._answer(request, method, parameters)
        except Refused as refusal:
            return _error(400, f"Bad Request: {refusal}")

    async def _answer(
        self, request: web.Request, method: str, parameters: dict[str, Any]
    ) -> web.StreamResponse:
        chat = str(parameters.get("chat_id", ""))
        fault = next((f for f in self.faults if f.concerns(method, chat)), None)
        answer = HANDLERS.get(method)
        if answer is None:
            return _error(501, f"the stand-in does not do {method}")
        if fault is None:
            return await answer(self, parameters)
        fault.times -= 1
        if fault.kind in ANSWERS:
            return _ordered(fault)
        if fault.kind == "page":
            return web.Response(status=502, text="<html>Bad Gateway</html>")
        if fault.kind == "reset":
            return _tear(request)
        taken = len(self.messages)
        accepted = await answer(self, parameters)
        for message in self.messages[taken:]:
            message.answered = False
        if fault.kind == "lost":
            await self._closing.wait()
            return _tear(request)
        whole = accepted.body
        half = whole[: len(whole) // 2] if isinstance(whole, bytes) else b""
        return web.Response(body=half, content_type="application/json")

    async def _get_me(self, parameters: dict[str, Any]) -> web.Response:
        User.model_validate(BOT)
        return _ok(BOT)

    async def _get_chat(self, parameters: dict[str, Any]) -> web.Response:
        chat = self._chat(str(parameters["chat_id"]))
        info: dict[str, Any] = {"accent_color_id": 0, "max_reaction_count": 11}
        gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts")
        info["accepted_gift_types"] = dict.fromkeys(
            (*gifts, "premium_subscription", "gifts_from_channels"), False
        )
        ChatFullInfo.model_validate(chat | info)
        return _ok(chat | info)

    async def _send_message(self, parameters: dict[str, Any]) -> web.Response:
        text, entities = str(parameters["text"]), []
        if str(parameters.get("parse_mode", "")).lower() == "html":
            parsed = parse(text)
            text, entities = parsed.text, parsed.entities
        check_length(text)
        return self._taken(parameters, text, entities, {"text": text, "entities": entities})

    async def _send_photo(self, parameters: dict[str, Any]) -> web.Response:
        photo: BufferedInputFile = parameters["photo"]
        text, entities = str(parameters.get("caption", "")), []
        if str(parameters.get("parse_mode", "")).lower() == "html":
            parsed = parse(text)
            text, entities = parsed.text, parsed.entities
        if utf16(text) > CAPTION_LIMIT:
            raise Refused("message caption is too long")
        width, height = _sides(photo.data)
        size = {"width": width, "height": height, "file_size": len(photo.data)}
        shown = {"photo": [{"file_id": "f", "file_unique_id": "u", **size}]}
        caption = {"caption": text, "caption_entities": entities} if text else {}
        return self._taken(parameters, text, entities, shown | caption, photo.data)

    def _taken(
        self,
        parameters: dict[str, Any],
        text: str,
        entities: list[dict[str, Any]],
        shown: dict[str, Any],
        photo: bytes = b"",
    ) -> web.Response:
        message: dict[str, Any] = {
            "message_id": len(self.messages) + 1,
            "date": int(time.time()),
            "from": BOT,
            "chat": self._chat(str(parameters["chat_id"])),
            "has_protected_content": str(parameters.get("protect_content", "")).lower() == "true",
            **shown,
        }
        Message.model_validate(message)
        chat_id, number = message["chat"]["id"], message["message_id"]
        kept = {name: value for name, value in parameters.items() if name != "photo"}
        self.messages.append(Accepted(chat_id, number, text, entities, kept, photo=photo.hex()))
        return _ok(message)

    def _chat(self, chat_id: str) -> dict[str, Any]:
        known = self.chats.get(chat_id)
        if known:
            return known
        if not NUMBER.fullmatch(chat_id):
            raise Refused("chat not found")
        kind = "group" if chat_id.startswith("-") else "private"
        title = {"title": "Meja"} if kind == "group" else {"first_name": "Penerima"}
        return {"id": int(chat_id), "type": kind, **title}

    async def _tell_messages(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(m) for m in self.messages])

    async def _order_fault(self, request: web.Request) -> web.Response:
        self.faults.append(Fault(**await request.json()))
        return _ok(True)

    async def _set_chat(self, request: web.Request) -> web.Response:
        chat = await request.json()
        self.chats[str(chat["id"])] = chat
        return _ok(True)


HANDLERS: dict[str, Callable[[StandIn, dict[str, Any]], Awaitable[web.Response]]] = {
    "getme": StandIn._get_me,
    "getchat": StandIn._get_chat,
    "sendmessage": StandIn._send_message,
    "sendphoto": StandIn._send_photo,
}


async def _parameters(request: web.Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        return given | dict(await request.json())
    given |= dict(await request.post())
    for key, value in given.items():
        if isinstance(value, web.FileField):
            given[key] = BufferedInputFile(value.file.read(), value.filename)
        elif key not in TEXTS and isinstance(value, str) and value[:1] in ("[", "{"):
            given[key] = json.loads(value)
    return given


def _sides(photo: bytes) -> tuple[int, int]:
    """Return a PNG's width and height, or refuse it as the documentation says."""
    if not photo.startswith(b"\x89PNG\r\n\x1a\n") or len(photo) > PHOTO_BYTES:
        raise Refused("IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", photo[16:24])
    long, short = max(width, height), max(1, min(width, height))
    if width + height > PHOTO_SIDES or long > PHOTO_RATIO * short:
        raise Refused("PHOTO_INVALID_DIMENSIONS")
    return width, height


def _ordered(fault: Fault) -> web.Response:
    code, description = ANSWERS[fault.kind]
    extra: dict[str, Any] = {}
    if fault.kind == "too_many":
        extra = {"retry_after": fault.seconds}
    elif fault.kind == "migrated":
        extra = {"migrate_to_chat_id": -1009999}
    return _error(code, description.format(seconds=fault.seconds), **extra)


def _ok(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _error(code: int, description: str, **parameters: Any) -> web.Response:
    body = {"ok": False, "error_code": code, "description": description}
    return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=code)


def _tear(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()


async def serve(port: int, token: str) -> None:
    async with StandIn(token, port) as server:
        print(server.url, flush=True)  # noqa: T201 - whoever started this process reads the address
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="Telegram Bot API stand-in on loopback")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default="42:stand-in-token")
    options = parser.parse_args()
    with suppress(KeyboardInterrupt):
        asyncio.run(serve(options.port, options.token))


if __name__ == "__main__":
    main()
