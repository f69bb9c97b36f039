"""What reading a public account's engagers remembers between looks; it names nobody but itself."""

from __future__ import annotations

from typing import Any

import msgspec

from monitor.collect.base import Cursor
from monitor.collect.resume import restored

# How many pages of posts a usual look reads, and of how many posts the counts are kept.
RECENT_PAGES = 3


class Place(msgspec.Struct):
    """Where a look stands: the page of posts (``feed``), and on it the lists that are ``done``.

    A list is ``<post key>/<kind>``; ``at`` is the one being read and the time (milliseconds) its
    reading came to. ``trouble`` are posts of which a list was not read to its end, ``counts`` the
    figures of the others.
    """

    began: str
    full: bool
    feed: str = ""
    pages: int = 0
    done: list[str] = msgspec.field(default_factory=list)
    trouble: list[str] = msgspec.field(default_factory=list)
    at: tuple[str, str] = ("", "")
    counts: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    broken: bool = False


class State(msgspec.Struct):
    """``counts`` are the platform's own figures by post key: where none moved, nothing is read.

    ``full_at`` is when the last look at everything began that also ended.
    """

    did: str = ""
    full_at: str = ""
    counts: dict[str, dict[str, int]] = msgspec.field(default_factory=dict)
    place: Place | None = None

    def cursor(self) -> Cursor:
        value: dict[str, Any] = msgspec.to_builtins(self)
        return value

    def finish(self) -> None:
        """End the look; counts of posts that made trouble are not among those kept."""
        if self.place is None:
            return
        self.counts = self.place.counts
        if self.place.full and not self.place.broken:
            self.full_at = self.place.began
        self.place = None


def load(cursor: Cursor) -> State:
    """Read a stored cursor; one of another form begins anew."""
    return restored(cursor, State)
