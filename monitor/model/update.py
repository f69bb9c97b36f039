"""What people do in a chat with the program, and what it shows them there. No library's types.

The text that somebody typed and the id of who typed it are personal data of people who may be on
no list: nothing here is logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message; ``data`` comes back when it is pressed, at most 64 bytes."""

    text: str
    data: str


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that somebody sent: the platform's id for fetching it, and what it says of it."""

    file_id: str
    media_type: str
    size: int
    name: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """A button was pressed by ``user`` under message ``message`` of ``chat``."""

    number: int
    press_id: str
    user: int = field(repr=False)
    chat: int = field(repr=False)
    message: int
    data: str


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody wrote to the program. ``private`` is a chat of the two alone.

    ``answers`` is the id of the message that this one replies to, or 0. ``file`` is what was sent
    with it, ``data`` its bytes where they were fetched. ``press`` says that ``text`` is the value
    of a button that was pressed.
    """

    number: int
    user: int = field(repr=False)
    chat: int = field(repr=False)
    message: int
    text: str = field(repr=False)
    private: bool
    at: datetime
    answers: int = 0
    file: Attachment | None = None
    data: bytes = field(default=b"", repr=False)
    press: bool = False


@dataclass(frozen=True, slots=True)
class Other:
    """Something that the program has no use for; it is passed over by its number."""

    number: int


Update = Press | Said | Other


@dataclass(frozen=True, slots=True)
class Talk:
    """An open conversation: its handler's ``name``, what it is about, and what was said so far.

    ``asked`` is the message with the question that is open, 0 where it was never sent.
    """

    user: int = field(repr=False)
    name: str
    subject: str
    body: Mapping[str, Any] = field(repr=False)
    until: datetime
    asked: int = 0


@dataclass(frozen=True, slots=True)
class Send:
    """A message to a chat: HTML as Telegram allows it.

    ``ask`` opens the field for an answer; ``question`` says that it is an open conversation's;
    ``case`` is the finding that it shows, so that it is withdrawn with the case's other messages.
    """

    chat: int = field(repr=False)
    html: str = field(repr=False)
    keyboard: Keyboard = ()
    ask: bool = False
    question: bool = False
    case: str = ""


@dataclass(frozen=True, slots=True)
class Reaction:
    """What follows an update: a short answer to a press (``alert``: in a box), and messages.

    ``unreachable`` is the answer instead, where a message could not be brought to the person: a
    bot cannot write to somebody who never wrote to it. ``recap`` asks for the recap of a day or a
    week ("hari", "minggu"), which takes too long to be made here, ``menu`` for the officers' menu
    of commands in this chat.
    """

    answer: str = ""
    alert: bool = False
    sends: tuple[Send, ...] = ()
    unreachable: str = ""
    recap: str = ""
    menu: bool = False
