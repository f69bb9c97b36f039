"""Calls of Telegram's Bot API for the bot that reads groups, through the one HTTP layer.

Not through python-telegram-bot (``monitor/telegram.py``), which sends: evidence needs the bytes as
they came and who sent them, and a library gives objects. A Bot API address holds the token, so
each address is put right before anything can keep or tell it. docs/decisions/0038.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

import msgspec

from monitor.errors import (
    AuthError,
    BlockedError,
    ConfigError,
    NotFoundError,
    RateLimited,
    TransientError,
)
from monitor.model.evidence import Exchange
from monitor.net import Http
from monitor.net_limits import DEFAULT_WAIT, MAX_WAIT

SECRET = "telegram_group_token"  # noqa: S105 - the name of a file
HIDDEN = "bot-token-left-out"
CONFLICT = "another program reads with this bot's token, or a webhook is set"
# The most that getUpdates gives at once.
LIMIT = 100
ALLOWED = ("message", "edited_message", "message_reaction", "chat_member")

_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,100}")
_ANSWERS = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

Secret = Callable[[], str]


class Reply(msgspec.Struct):
    """An answer of the Bot API; ``result`` keeps its bytes as received."""

    ok: bool
    result: msgspec.Raw = msgspec.Raw(b"null")
    parameters: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Bot:
    """``subject`` is what errors name; neither an address nor the token ever is."""

    http: Http
    base: str
    secret: Secret
    subject: str

    async def updates(self, offset: int) -> tuple[Exchange, list[bytes]]:
        """Read up to ``LIMIT`` updates from ``offset`` on; those before it are forgotten there."""
        asked = {"offset": offset, "limit": LIMIT, "timeout": 0, "allowed_updates": list(ALLOWED)}
        answer, result = await self._call("getUpdates", asked)
        return answer, [bytes(one) for one in self._read(result, list[msgspec.Raw])]

    async def me(self) -> Mapping[str, Any]:
        _, result = await self._call("getMe", {})
        return self._object(result)

    async def chat(self, chat: int) -> Mapping[str, Any]:
        """Say what a chat is; raise ``NotFoundError`` where the bot is not in it."""
        _, result = await self._call("getChat", {"chat_id": chat})
        return self._object(result)

    async def member(self, chat: int, user: int) -> Mapping[str, Any]:
        """Say how a user stands in a chat; raise ``NotFoundError`` where the bot is not in it."""
        _, result = await self._call("getChatMember", {"chat_id": chat, "user_id": user})
        return self._object(result)

    async def _call(self, method: str, parameters: Mapping[str, Any]) -> tuple[Exchange, bytes]:
        token = self._token()
        got = await self.http.post(
            f"{self.base}/bot{token}/{method}",
            json.dumps(parameters).encode(),
            subject=self.subject,
            media_type="application/json",
            answers=_ANSWERS,
        )
        answer = clean(got, token)
        reply = self._read(answer.body, Reply)
        if answer.status == HTTPStatus.OK and reply.ok:
            return answer, bytes(reply.result)
        match answer.status:
            case HTTPStatus.UNAUTHORIZED | HTTPStatus.NOT_FOUND:
                raise AuthError(self.subject, SECRET)
            case HTTPStatus.CONFLICT:
                raise BlockedError(self.subject, CONFLICT)
            case HTTPStatus.TOO_MANY_REQUESTS:
                raise RateLimited(self.subject, _wait(reply))
            case HTTPStatus.FORBIDDEN | HTTPStatus.BAD_REQUEST:
                raise NotFoundError(self.subject, f"the bot was refused ({answer.status})")
        raise TransientError(self.subject, f"Telegram answered with {answer.status}")

    def _token(self) -> str:
        try:
            token = self.secret()
        except ConfigError:  # the file was taken away while the program runs
            token = ""
        if not _TOKEN.fullmatch(token):
            raise AuthError(self.subject, SECRET)
        return token

    def _object(self, result: bytes) -> dict[str, Any]:
        found: dict[str, Any] = self._read(result, dict[str, Any])
        return found

    def _read(self, body: bytes, kind: Any) -> Any:
        try:
            return msgspec.json.decode(body, type=kind)
        except _UNREADABLE:
            raise TransientError(self.subject, "Telegram's answer has an unknown form") from None


def clean(answer: Exchange, token: str) -> Exchange:
    """Take the token out of everything of an exchange that may be kept."""
    return replace(
        answer,
        url=answer.url.replace(token, HIDDEN),
        moved_to=answer.moved_to.replace(token, HIDDEN),
        response_headers=tuple((n, v.replace(token, HIDDEN)) for n, v in answer.response_headers),
        body=answer.body.replace(token.encode(), HIDDEN.encode()),
    )


def _wait(reply: Reply) -> float:
    wait = reply.parameters.get("retry_after")
    return min(float(wait), MAX_WAIT) if type(wait) is int and wait > 0 else DEFAULT_WAIT
