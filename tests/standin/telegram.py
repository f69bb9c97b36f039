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
from tests.standin.people import BOT, People
from tests.standin.standing import Standing

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
SHOWING = frozenset({"sendmessage", "sendphoto", "senddocument"})
DATA_BYTES = 64
UNMODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the "
    "same as a current content and reply markup of the message"
)
ANSWERS: dict[str, tuple[int, str]] = {
    "too_many": (429, "Too Many Requests: retry after {seconds}"),
    "busy": (429, "Too Many Requests"),
    "error": (500, "Internal Server Error"),
    "markup": (400, "Bad Request: can't parse entities: unsupported start tag"),
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "migrated": (400, "Bad Request: group chat was upgraded to a supergroup chat"),
    "unauthorized": (401, "Unauthorized"),
    "gone": (400, "Bad Request: message to edit not found"),
    "too_old": (400, "Bad Request: message can't be edited"),
    "undeletable": (400, "Bad Request: message can't be deleted for everyone"),
    "conflict": (409, "Conflict: terminated by other getUpdates request"),
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
        methods = SHOWING if self.method == SENDING else {self.method.lower()}
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
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    edits: int = 0
    deleted: bool = False
    shown: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def data(self) -> list[str]:
        """What each button under the message would send back, in reading order."""
        return [button["callback_data"] for row in self.keyboard for button in row]


class StandIn:
    """The server; an async context manager. ``url`` is what ``notify.telegram.api`` is set to."""

    def __init__(self, token: str = "42:stand-in-token", port: int = 0) -> None:
        self.token = token
        self.messages: list[Accepted] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.faults: list[Fault] = []
        self.chats: dict[str, dict[str, Any]] = {}
        self.members: dict[str, int] = {}
        self.people = People()
        self.standing = Standing()
        self.url = ""
        self._port = port
        self._closing = asyncio.Event()
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._api)
        app.router.add_get("/sim/messages", self._tell_messages)
        app.router.add_post("/sim/fault", self._order_fault)
        app.router.add_post("/sim/chat", self._set_chat)
        app.router.add_post("/sim/act", self._act)
        app.router.add_get("/file/bot{token}/{path:.+}", self._hand_file)
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
        self.people.close()
        await self._runner.cleanup()

    def fault(self, kind: str, **order: Any) -> None:
        self.faults.append(Fault(kind, **order))

    def texts(self, chat_id: int | None = None) -> list[str]:
        return [m.text for m in self.messages if chat_id in (None, m.chat_id)]

    def press(self, user: int, message: Accepted, data: str) -> str:
        """Let a person press a button; return the press's id, under which its answer is kept."""
        return self.people.press(user, message.shown, data)

    def say(self, user: int, text: str, **more: Any) -> int:
        """Let a person write to the bot; return the update's number. See ``People.say``."""
        return self.people.say(user, text, **more)

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
        me = BOT | {"can_read_all_group_messages": self.standing.reads_all}
        User.model_validate(me)
        return _ok(me)

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

    async def _send_document(self, parameters: dict[str, Any]) -> web.Response:
        sent: BufferedInputFile = parameters["document"]
        text, entities = _read(parameters, "caption", CAPTION_LIMIT)
        kept = self.people.keep(sent.data)
        shown = {"document": {**kept, "file_name": sent.filename, "file_size": len(sent.data)}}
        caption = {"caption": text, "caption_entities": entities} if text else {}
        return self._taken(parameters, text, entities, shown | caption)

    async def _edit_text(self, parameters: dict[str, Any]) -> web.Response:
        return self._edit(parameters, "text", CAPTION_LIMIT)

    async def _edit_caption(self, parameters: dict[str, Any]) -> web.Response:
        return self._edit(parameters, "caption", CAPTION_LIMIT)

    def _edit(self, parameters: dict[str, Any], name: str, limit: int) -> web.Response:
        message = self._there(parameters, "edit")
        if name not in message.shown and (name == "text" or "text" in message.shown):
            raise Refused(f"there is no {name} in the message to edit")
        text, entities = _read(parameters, name, limit)
        keyboard = _buttons(parameters)
        if (text, entities, keyboard) == (message.text, message.entities, message.keyboard):
            raise Refused(UNMODIFIED)
        message.text, message.entities = text, entities
        message.shown |= {
            name: text,
            "entities" if name == "text" else "caption_entities": entities,
        }
        return self._edited(message, keyboard)

    async def _edit_keyboard(self, parameters: dict[str, Any]) -> web.Response:
        message, keyboard = self._there(parameters, "edit"), _buttons(parameters)
        if keyboard == message.keyboard:
            raise Refused(UNMODIFIED)
        return self._edited(message, keyboard)

    def _edited(self, message: Accepted, keyboard: list[list[dict[str, Any]]]) -> web.Response:
        message.keyboard, message.edits = keyboard, message.edits + 1
        message.shown |= {"edit_date": int(time.time()), **_markup(keyboard)}
        if not keyboard:
            message.shown.pop("reply_markup", None)
        Message.model_validate(message.shown)
        self.people.changed()
        return _ok(message.shown)

    async def _delete(self, parameters: dict[str, Any]) -> web.Response:
        self._there(parameters, "delete").deleted = True
        return _ok(True)

    def _there(self, parameters: dict[str, Any], wanted: str) -> Accepted:
        wished = (str(parameters["chat_id"]), int(parameters["message_id"]))
        for message in self.messages:
            if (str(message.chat_id), message.message_id) == wished and not message.deleted:
                return message
        raise Refused(f"message to {wanted} not found")

    async def _count_members(self, parameters: dict[str, Any]) -> web.Response:
        chat = str(parameters["chat_id"])
        self._chat(chat)
        return _ok(self.members.get(chat, 2))

    async def _get_member(self, parameters: dict[str, Any]) -> web.Response:
        chat = str(parameters["chat_id"])
        self._chat(chat)
        return _ok(self.standing.member(chat))

    async def _get_webhook(self, parameters: dict[str, Any]) -> web.Response:
        del parameters
        return _ok(self.standing.hook())

    async def _delete_webhook(self, parameters: dict[str, Any]) -> web.Response:
        del parameters
        self.standing.webhook = ""
        return _ok(True)

    async def _get_updates(self, parameters: dict[str, Any]) -> web.Response:
        if self.standing.webhook:
            return _ordered(Fault("conflict"))
        offset, wait = int(parameters.get("offset", 0)), float(parameters.get("timeout", 0))
        found = await self.people.updates(offset, wait, int(parameters.get("limit", 100)))
        wanted = set(parameters.get("allowed_updates") or ())
        return _ok([u for u in found if not wanted or wanted & u.keys()])

    async def _answer_press(self, parameters: dict[str, Any]) -> web.Response:
        self.people.answer(parameters)
        return _ok(True)

    async def _set_commands(self, parameters: dict[str, Any]) -> web.Response:
        menu = {c["command"]: c["description"] for c in parameters["commands"]}
        scope = parameters.get("scope") or {}
        self.people.menus[str(scope.get("chat_id", ""))] = menu
        self.people.changed()
        return _ok(True)

    async def _get_file(self, parameters: dict[str, Any]) -> web.Response:
        wanted = str(parameters["file_id"])
        if wanted not in self.people.files:
            raise Refused("wrong file_id or the file is temporarily unavailable")
        return _ok({"file_id": wanted, "file_unique_id": wanted, "file_path": f"f/{wanted}"})

    async def _hand_file(self, request: web.Request) -> web.Response:
        return web.Response(body=self.people.files[request.match_info["path"].rpartition("/")[2]])

    async def _act(self, request: web.Request) -> web.Response:
        act = await request.json()
        if "press" in act:
            message = next(m for m in self.messages if m.message_id == act["message"])
            return _ok(self.press(act["user"], message, act["press"]))
        return _ok(self.say(act["user"], act["say"]))

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
        keyboard = _buttons(parameters)
        message |= _markup(keyboard)
        Message.model_validate(message)
        chat_id, number = message["chat"]["id"], message["message_id"]
        kept = {k: v for k, v in parameters.items() if k not in ("photo", "document")}
        taken = Accepted(chat_id, number, text, entities, kept, photo=photo.hex())
        taken.keyboard, taken.shown = keyboard, message
        self.messages.append(taken)
        self.people.changed()
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
    "senddocument": StandIn._send_document,
    "editmessagetext": StandIn._edit_text,
    "editmessagecaption": StandIn._edit_caption,
    "editmessagereplymarkup": StandIn._edit_keyboard,
    "deletemessage": StandIn._delete,
    "getchatmembercount": StandIn._count_members,
    "getchatmember": StandIn._get_member,
    "getwebhookinfo": StandIn._get_webhook,
    "deletewebhook": StandIn._delete_webhook,
    "getupdates": StandIn._get_updates,
    "answercallbackquery": StandIn._answer_press,
    "setmycommands": StandIn._set_commands,
    "getfile": StandIn._get_file,
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


def _read(parameters: dict[str, Any], name: str, limit: int) -> tuple[str, list[dict[str, Any]]]:
    """Return a text and its entities as Telegram would keep them, or refuse it."""
    text, entities = str(parameters.get(name, "")), []
    if str(parameters.get("parse_mode", "")).lower() == "html":
        parsed = parse(text)
        text, entities = parsed.text, parsed.entities
    if name == "text":
        check_length(text)
    elif utf16(text) > limit:
        raise Refused("message caption is too long")
    return text, entities


def _buttons(parameters: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Return the inline keyboard that was asked for; Telegram bounds what a button sends back."""
    wanted = (parameters.get("reply_markup") or {}).get("inline_keyboard", [])
    for row in wanted:
        for button in row:
            if not 1 <= len(button.get("callback_data", "").encode()) <= DATA_BYTES:
                raise Refused("BUTTON_DATA_INVALID")
            if not button["text"].strip():
                raise Refused("text buttons are unallowed in the inline keyboard")
    return list(wanted)


def _markup(keyboard: list[list[dict[str, Any]]]) -> dict[str, Any]:
    return {"reply_markup": {"inline_keyboard": keyboard}} if keyboard else {}


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
