"""What a Mastodon source remembers between looks: places in lists, and nobody but the account.

A place is a number that the server gives to go on from. It is kept and sent back, never computed;
but where it is the id of somebody's status, only the millisecond in it is kept (``moment``).
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import msgspec

from monitor.clock import from_text
from monitor.collect.base import Cursor
from monitor.collect.mastodon_parse import order

# Ids of before 2016 (Mastodon had no such ids) or of another kind have no time in them.
_SNOWFLAKE = 1_451_606_400_000 << 16


class Look(msgspec.Struct):
    """One reading of an account's statuses, newest first; ``at`` is where it goes on.

    ``top`` is the newest status it began with, ``etag`` what the first page was marked with.
    """

    began: str
    full: bool
    at: str = ""
    top: str = ""
    etag: str = ""
    broken: bool = False


class Walk(msgspec.Struct):
    """One list of accounts or statuses that is read newest first, and later only what is new.

    ``since`` is the place of the newest entry of the last finished reading, which began at
    ``read_at``; ``top`` that of the reading under way, which goes on at ``at``.
    """

    since: str = ""
    read_at: str = ""
    began: str = ""
    top: str = ""
    at: str = ""
    listed: int = 0

    @property
    def under_way(self) -> bool:
        return bool(self.began)

    @property
    def params(self) -> dict[str, str]:
        """The place to ask for, as the server's own parameters."""
        places = {"since_id": self.since, "max_id": self.at}
        return {name: place for name, place in places.items() if place}

    def begin(self, now: str) -> None:
        """Start a reading unless one is under way."""
        if not self.began:
            self.began, self.top, self.at, self.listed = now, "", "", 0

    def finish(self) -> None:
        """End a reading; what is newer than its first entry is the next one's."""
        self.since = self.top or self.since
        self.read_at, self.began, self.at, self.top = self.began, "", "", ""


class State(msgspec.Struct):
    """A registered account. ``account`` is its id on its own server, ``head`` the newest status.

    ``full_at`` is when the last finished full reading began.
    """

    account: str = ""
    uri: str = ""
    handle: str = ""
    identified_at: str = ""
    moved: bool = False
    head: str = ""
    etag: str = ""
    full_at: str = ""
    look: Look | None = None
    follows: Walk = msgspec.field(default_factory=Walk)

    def cursor(self) -> Cursor:
        return _cursor(self)

    def finish(self) -> None:
        """End the look; one that met a broken list is repeated."""
        if self.look is None:
            return
        self.head = max(self.head, self.look.top, key=order)
        if not self.look.broken:
            self.etag = self.look.etag
            self.full_at = self.look.began if self.look.full else self.full_at
        self.look = None


class Post(msgspec.Struct):
    """One status of a target account. ``counts`` are those of the last finished reading."""

    counts: list[int] = msgspec.field(default_factory=list)
    done: list[str] = msgspec.field(default_factory=list)
    likes: Walk = msgspec.field(default_factory=Walk)
    boosts: Walk = msgspec.field(default_factory=Walk)
    quotes: Walk = msgspec.field(default_factory=Walk)


class TargetState(msgspec.Struct):
    """A target account: its own statuses and how far who engaged with each was read.

    ``full_at`` is when all of them were last read whether or not a count had changed; ``since``
    is when the round that is under way began.
    """

    account: str = ""
    uri: str = ""
    identified_at: str = ""
    full_at: str = ""
    began: str = ""
    full: bool = False
    posts: dict[str, Post] = msgspec.field(default_factory=dict)

    def cursor(self) -> Cursor:
        return _cursor(self)


class Edge(IntEnum):
    """Which edge of a millisecond: its last place, or the first one after it."""

    LAST = 0xFFFF
    NEXT = 0x10000


def moment(place: str, edge: Edge) -> str:
    """Return an edge of the millisecond of a status's id, or an empty text for another id.

    Mastodon's ids are the milliseconds since 1970 and 16 bits more (lib/mastodon/snowflake.rb). To
    go on below ``NEXT`` shows some entries twice and loses none. What comes above ``LAST`` came
    later; an entry of the same millisecond is found by the next whole reading.
    """
    if not place.isdecimal() or int(place) < _SNOWFLAKE:
        return ""
    return str((int(place) >> 16 << 16) + edge)


def is_due(text: str, now: float, age: float) -> bool:
    """Say whether an instant is ``age`` seconds past; a clock that was set back makes it due."""
    try:
        return not text or abs(now - from_text(text).timestamp()) >= age
    except ValueError:
        return True


def _cursor(state: State | TargetState) -> Cursor:
    value: dict[str, Any] = msgspec.to_builtins(state)
    return value
