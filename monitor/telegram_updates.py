"""What Telegram reports and shows, in our own types: a part of the one python-telegram-bot client.

Only what the desk has a use for is kept: no name, no user name, no language of the person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from telegram import (
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    Update,
)
from telegram.constants import ChatType

from monitor.model import update as ours
from monitor.model.update import Attachment, Keyboard, Other, Press, Said

WANTED = ("message", "callback_query")


def read(update: Update) -> ours.Update:
    """Return an update in our own types; what the desk has no use for is ``Other``."""
    pressed, message = update.callback_query, update.message
    if pressed and pressed.message and pressed.data is not None:
        shown = pressed.message
        return Press(
            update.update_id,
            pressed.id,
            pressed.from_user.id,
            shown.chat.id,
            shown.message_id,
            pressed.data,
        )
    if message and message.from_user and not message.from_user.is_bot:
        return _said(update.update_id, message, message.from_user.id)
    return Other(update.update_id)


def _said(number: int, message: Message, user: int) -> Said:
    answered = message.reply_to_message
    return Said(
        number,
        user,
        message.chat.id,
        message.message_id,
        message.text or message.caption or "",
        message.chat.type == ChatType.PRIVATE,
        message.date.astimezone(UTC),
        answers=answered.message_id if answered else 0,
        file=_file(message),
    )


def _file(message: Message) -> Attachment | None:
    if message.photo:
        largest = message.photo[-1]
        return Attachment(largest.file_id, "image/jpeg", largest.file_size or 0)
    sent = message.document
    if sent:
        kind = sent.mime_type or "application/octet-stream"
        return Attachment(sent.file_id, kind, sent.file_size or 0, sent.file_name or "")
    return None


def markup(keyboard: Keyboard, *, ask: bool = False) -> InlineKeyboardMarkup | ForceReply | None:
    """Return buttons, or what opens the field for an answer, or nothing."""
    if ask:
        return ForceReply(selective=True)
    return buttons(keyboard)


def buttons(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    """Return a keyboard under a message; none takes away what was there."""
    if not keyboard:
        return None
    return InlineKeyboardMarkup([_row(row) for row in keyboard])


def _row(row: Sequence[ours.Button]) -> list[InlineKeyboardButton]:
    return [InlineKeyboardButton(button.text, callback_data=button.data) for button in row]
