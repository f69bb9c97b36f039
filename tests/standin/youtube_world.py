"""The invented YouTube behind the stand-in: channels, videos, comments, a crowd of strangers."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tests.standin.crowd import MARK

START = datetime(2024, 10, 11, 20, 0, tzinfo=UTC)
WAIT = 7


class Trouble(StrEnum):
    """What goes wrong instead of an answer, or inside one."""

    BARE_429 = "429 without a header"
    RETRY_AFTER = "429 with Retry-After in seconds"
    SERVER_ERROR = "503 from the backend"
    STALL = "a body that never ends"
    HTML = "an HTML page for JSON"
    CUT = "JSON that ends in the middle"
    QUOTA = "403 quotaExceeded"
    TOO_FAST = "403 rateLimitExceeded"
    DISABLED = "403 commentsDisabled"
    FORBIDDEN = "403 forbidden"
    ODD_403 = "403 for a reason of its own"
    BAD_KEY = "400 API_KEY_INVALID"
    UNAUTHORIZED = "401"
    STALE_TOKEN = "400 invalidPageToken"
    NOT_FOUND = "404"
    EMPTY_PAGE = "an empty page with a token"
    SAME_TOKEN = "a token that comes again"


@dataclass
class Fault:
    trouble: Trouble
    method: str
    times: int


def channel_id(name: str, mark: str = "") -> str:
    """Return an id of a channel's form that belongs to a name; it bears ``mark``."""
    digest = hashlib.sha256(name.encode()).digest()
    return "UC" + (mark + base64.urlsafe_b64encode(digest).decode())[:22]


@dataclass
class Channel:
    id: str
    handle: str
    closed: bool = False

    @property
    def uploads(self) -> str:
        return "UU" + self.id[2:]


@dataclass
class Video:
    id: str
    channel: str
    title: str
    description: str
    published: datetime
    private: bool = False


@dataclass(frozen=True)
class Comment:
    """``answers`` are those that the platform counts; ``held`` is counted and not shown."""

    id: str
    author: str
    handle: str
    words: str
    published: datetime
    video: str
    channel: str
    parent: str = ""
    held: bool = False
    edited: datetime | None = None


@dataclass(frozen=True)
class Crowd:
    """Strangers who each commented once, ``step`` apart, the newest at ``newest``.

    All of theirs bears ``MARK``. None is stored: each is made when it is asked for.
    """

    count: int
    video: str
    channel: str
    newest: datetime = START
    step: timedelta = timedelta(seconds=2)

    def __getitem__(self, number: int) -> Comment:
        name = f"{MARK}-{number:06d}"
        return Comment(
            f"Ugx{MARK}{number:06d}", channel_id(name, MARK), name, f"Hadir bersama {name}",
            self.newest - number * self.step, self.video, self.channel,
        )  # fmt: skip

    def newer_than(self, moment: datetime) -> int:
        """Return how many of them commented after a moment."""
        if moment >= self.newest:
            return 0
        return min(self.count, -(-(self.newest - moment) // self.step))
