"""What Telegram refuses, as ``NotifyError``: a part of the one python-telegram-bot client.

No library text but Telegram's own description leaves this file, and that without the token.
"""

from __future__ import annotations

import os
from datetime import timedelta

# PTB's own opt-in: ``retry_after`` becomes a timedelta, and it stops warning about the change.
os.environ.setdefault("PTB_TIMEDELTA", "true")

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from monitor.errors import CredentialsRefused, NotifyError

SECRET = "telegram_token"  # noqa: S105 - the name of a secret file, not a secret
# Said of a message that is gone, too old, or not ours: asking again cannot help.
_UNEDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "message to delete not found",
    "message can't be deleted",
    "message_id_invalid",
    "message identifier is not specified",
)
_NO_CAPTION = "there is no caption in the message to edit"
_NO_TEXT = "there is no text in the message to edit"


class MarkupRefused(NotifyError):
    """Telegram could not read the HTML; the same words as plain text may still go out."""

    def __init__(self) -> None:
        super().__init__("Telegram: the message's markup was refused", permanent=True)


class Moved(NotifyError):
    """The group became a supergroup: the same people, under the number ``to``."""

    def __init__(self, to: str) -> None:
        self.to = to
        cause = f"Telegram: the group moved, set the route's destination to {to}"
        super().__init__(cause, permanent=True)


class AnotherReads(NotifyError):
    """Another program asks for this bot's messages, or gets them by a webhook (409)."""

    def __init__(self) -> None:
        cause = "Telegram: another program reads this bot's messages, or a webhook is set (409)"
        super().__init__(cause, permanent=False)


class Unmodified(NotifyError):
    """The message already reads so: what was wanted is so."""

    def __init__(self) -> None:
        super().__init__("Telegram: the message is not modified", permanent=True)


class Uneditable(NotifyError):
    """The message is gone, too old or of another kind; it cannot be changed or deleted."""

    def __init__(self, said: str) -> None:
        super().__init__(f"Telegram refused: {said}", permanent=True)


class NotThisKind(Uneditable):
    """A caption was to be changed where there is a text, or a text where there is a caption."""


def translate(error: TelegramError, token: str) -> NotifyError:
    """Return the fault of ours that a library's fault is; ``token`` is kept out of it."""
    # BadRequest is a NetworkError in PTB: asked later, bad markup would be retried for ever.
    if isinstance(error, RetryAfter):
        return NotifyError(
            "Telegram: too many messages", permanent=False, retry_after=_seconds(error)
        )
    if isinstance(error, InvalidToken):
        return CredentialsRefused("Telegram", SECRET)
    if isinstance(error, Conflict):
        return AnotherReads()
    if isinstance(error, ChatMigrated):
        return Moved(str(error.new_chat_id))
    if isinstance(error, (BadRequest, Forbidden)):
        return _refused(error.message.replace(token, "[secret]")[:200])
    if isinstance(error, TimedOut):
        return NotifyError("Telegram: no answer in time", permanent=False)
    kind = "network fault" if isinstance(error, NetworkError) else "unreadable answer"
    return NotifyError(f"Telegram: {kind}", permanent=False)


def _refused(said: str) -> NotifyError:
    lower = said.lower()
    if "can't parse entities" in lower:
        return MarkupRefused()
    if "message is not modified" in lower:
        return Unmodified()
    if _NO_CAPTION in lower or _NO_TEXT in lower:
        return NotThisKind(said)
    if any(words in lower for words in _UNEDITABLE):
        return Uneditable(said)
    return NotifyError(f"Telegram refused: {said}", permanent=True)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
